"""The pages of the admissibility: the queue, the sheet of a dossier, from an opinion to its verdict."""

from django.test import Client
from django.urls import reverse

from casework import actions as casework
from tests.applications.world import signed_in
from tests.roles import FAR, give


def test_the_queue_says_what_to_do(world, after):
    url = reverse("casework:admissibilities")
    driss, victor, aude = (signed_in(getattr(world.cast, name)) for name in ("driss", "victor", "aude"))

    def todo(client, pile=""):
        return [
            (row["application"].reference, str(row["todo"]))
            for row in client.get(url, {"pile": pile} if pile else {}).context["rows"]
        ]

    ref = after.reference
    assert (todo(driss), todo(victor), todo(aude, "examiner")) == ([(ref, "Examiner")], [], [(ref, "Examiner")])
    opinion = casework.propose_admissibility(after, verdict="admissible", by=world.cast.driss)
    assert (todo(driss), todo(driss, "valider"), todo(victor)) == (
        [],
        [(ref, "En attente de validation")],
        [(ref, "Valider")],
    )
    casework.return_admissibility(opinion, "À revoir.", by=world.cast.victor)
    assert (todo(driss), todo(victor)) == ([(ref, "Reprendre (renvoyé)")], [])
    second = casework.propose_admissibility(after, verdict="admissible", by=world.cast.driss)
    casework.validate_admissibility(second, by=world.cast.victor)
    assert (todo(driss), todo(victor), todo(driss, "rendus")) == ([], [], [(ref, "")])
    for name in ("alice", "claire", "adam", "dora"):
        assert signed_in(getattr(world.cast, name)).get(url).status_code == 403


def test_before_the_cut_off_there_is_nothing_to_examine(world, deposited):
    url = reverse("casework:admissibilities")
    driss = signed_in(world.cast.driss)
    assert [
        driss.get(url, {"pile": pile}).context["page"].paginator.count
        for pile in ("examiner", "valider", "rendus", "a-venir")
    ] == [0, 0, 0, 1]
    sheet = driss.get(reverse("casework:admissibility", args=[deposited.reference]))
    assert sheet.context["gives"] is False


def test_from_the_sheet_to_the_verdict(world, after):
    sheet = reverse("casework:admissibility", args=[after.reference])
    driss, victor = signed_in(world.cast.driss), signed_in(world.cast.victor)
    page = driss.get(sheet)
    assert page.status_code == 200 and page.context["gives"] and not page.context["validates"]
    assert [v.rule for v in page.context["told"].verdicts] == [
        "R04",
        "R10",
        "R11",
        "R12",
        "R13",
        "R14",
        "R14B",
        "R15",
        "R16",
        "R17",
        "R18",
        "R19",
        "R20",
        "R21",
        "R22",
        "R23",
        "R26",
        "R40",
        *(f"R{n}" for n in range(30, 39)),
    ]
    assert (
        "dimanche 11\u00a0décembre 2022" in page.content.decode()
        and "dimanche 11\u00a0juin 2023" in page.content.decode()
    )
    refused = driss.post(sheet, {"verdict": "inadmissible", "rule": "", "evidence": "Texte gardé"})
    assert refused.status_code == 422 and "Texte gardé" in refused.content.decode()
    assert list(refused.context["form"].errors) == ["rule"]
    assert driss.post(sheet, {}).status_code == 422
    assert (
        driss.post(sheet, {"verdict": "inadmissible", "rule": "R22", "evidence": "Commande du 2 juin."}).status_code
        == 302
    )
    assert victor.post(sheet, {"verdict": "admissible"}).status_code == 403
    confirm = reverse("casework:validate_admissibility", args=[after.reference])
    assert driss.get(confirm).status_code == 403
    assert "Commande du 2 juin." in victor.get(confirm).content.decode()
    back = reverse("casework:return_admissibility", args=[after.reference])
    assert victor.get(back).status_code == 200
    assert victor.post(back, {"reason": ""}).status_code == 422
    assert victor.post(back, {"reason": "Préciser la pièce."}).status_code == 302
    assert "Préciser la pièce." in driss.get(sheet).content.decode()
    assert driss.post(sheet, {"verdict": "inadmissible", "rule": "R22", "evidence": "Pièce 4."}).status_code == 302
    assert victor.post(confirm).status_code == 302
    assert victor.get(confirm).status_code == 404
    after.refresh_from_db()
    assert after.state == "inadmissible"


def test_one_person_with_both_roles_meets_a_sentence_or_a_wall(world, after):

    give(world.cast.driss, "validator", until=FAR)
    both = signed_in(type(world.cast.driss).objects.get(pk=world.cast.driss.pk))
    sheet = reverse("casework:admissibility", args=[after.reference])
    assert both.post(sheet, {"verdict": "admissible"}).status_code == 302
    assert both.get(sheet).context["validates"] is False
    assert both.post(reverse("casework:validate_admissibility", args=[after.reference])).status_code == 403
    after.refresh_from_db()
    assert after.state == "submitted"


def test_the_sheet_is_for_officers(world, after):
    sheet = reverse("casework:admissibility", args=[after.reference])
    seen = {
        name: signed_in(getattr(world.cast, name)).get(sheet).status_code
        for name in ("driss", "victor", "aude", "dora", "emma", "nadia", "adam", "claire", "alice", "zoe")
    }
    assert seen == {
        "driss": 200,
        "victor": 200,
        "aude": 200,
        "dora": 403,
        "emma": 403,
        "nadia": 403,
        "adam": 404,
        "claire": 404,
        "alice": 403,
        "zoe": 404,
    }
    assert Client().get(sheet).status_code == 302


def test_twins_are_shown_even_once_one_is_rejected(world, after, set_clock):
    sheet = reverse("casework:admissibility", args=[after.reference])
    assert signed_in(world.cast.driss).get(sheet).context["twins"] == ()


def test_a_draft_has_no_sheet(world, draft):
    sheet = reverse("casework:admissibility", args=[draft.reference])
    answer = signed_in(world.cast.aude).get(sheet)
    assert (answer.status_code, answer["Location"]) == (302, reverse("applications:dossier", args=[draft.reference]))
    assert signed_in(world.cast.driss).get(sheet).status_code == 404
