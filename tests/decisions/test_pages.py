"""The pages of the decisions: gates, the whole path by clicks, embargo, verification, the same cost at any size."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions import actions, letter
from decisions.models import Decision, NotificationOpening, Proposal
from decisions.views import verification
from edsh_portal import acts, documents, pdf
from edsh_portal.intake import keeper
from edsh_portal.models import Throttle
from funding import ledger
from tests.heard import heard
from tests.reviews import world as evaluated
from tests.reviews.world import person, place

from . import world as made


@pytest.fixture
def at(client):
    """at("driss").get("decisions:batch"): a page as this person sees it."""

    class Visitor:
        def __init__(self, user):
            client.force_login(user) if user else client.logout()

        def get(self, name, *args, query=""):
            return client.get(reverse(name, args=args) + query)

        def post(self, name, /, *args, **data):
            return client.post(reverse(name, args=args), data)

    return Visitor


def amounts(dossier, *cents):
    members = dossier.memberships.filter(state="accepted").order_by("pk")
    data = {"motive": "Solide."}
    for member, text in zip(members, cents, strict=True):
        data |= {f"amount-{member.establishment_id}": text, f"line-{member.establishment_id}": made.line().pk}
    return data


def test_13_6_a_proposal_written_before_another_was_returned_is_read_again(world, at):
    dossier = world.dossiers[0]
    stale = at(world.driss).get("decisions:propose", dossier.reference).context["form"]
    made_one = actions.propose(
        dossier, [(dossier.coordinator, made.line(), 5_000_00)], "Premier motif.", by=world.driss
    )
    actions.return_proposal(made_one, "Montant à revoir.", by=world.victor)
    typed = amounts(dossier, "400 000,00", "100 000") | {"before": stale["before"].value()}
    page = at(world.driss).post("decisions:propose", dossier.reference, **typed)
    assert page.status_code == 422 and "Montant à revoir." in page.content.decode()
    assert dossier.proposals.count() == 1
    again = typed | {"before": page.context["form"].data["before"]}
    assert at(world.driss).post("decisions:propose", dossier.reference, **again).status_code == 302


def test_from_the_programme_to_the_opened_decision(world, at):
    dossier = world.dossiers[0]
    page = at(world.driss).get("decisions:proposals")
    assert page.status_code == 200
    assert reverse("decisions:propose", args=[dossier.reference]) in page.content.decode()
    assert (
        at(world.driss)
        .post("decisions:propose", dossier.reference, **amounts(dossier, "400 000,00", "100 000"))
        .status_code
        == 302
    )
    assert Proposal.objects.get().cents == 50_000_000
    page = at(world.victor).get("decisions:approve", dossier.reference)
    assert "Valider l’engagement de 500\u202f000,00\u00a0€" in page.content.decode()
    assert at(world.victor).post("decisions:approve", dossier.reference).status_code == 302
    made.work()
    page = at(world.dora).get("decisions:release")
    assert "2022-0001" in page.content.decode()
    decision = Decision.objects.get()
    assert at(world.dora).post("decisions:release", decisions=[decision.pk]).status_code == 302
    made.work()
    page = at(world.sophie).get("decisions:decision", "2022-0001")
    assert "Ouvrir la décision" in page.content.decode()
    assert "500\u202f000,00" not in page.content.decode()
    home = at(world.sophie).get("applications:dossier", dossier.reference).content.decode()
    assert "Décision et aide" in home and "À ouvrir" in home and "Aide accordée" not in home
    coming = at(world.sophie).get("dashboards:timeline", dossier.reference).content.decode()
    assert "son ouverture fait courir les délais de recours" in coming
    assert at(world.sophie).post("decisions:open_decision", "2022-0001").status_code == 302
    coming = at(world.sophie).get("dashboards:timeline", dossier.reference).content.decode()
    assert "les délais de recours courent depuis cet instant" in coming
    page = at(world.sophie).get("decisions:decision", "2022-0001").content.decode()
    assert "Aide accordée\u00a0: 500\u202f000,00\u00a0€" in page[: page.index("Approuvée")]
    home = at(world.sophie).get("applications:dossier", dossier.reference).content.decode()
    told = " ".join(re.sub("<[^>]+>", " ", home[home.index("Décision et aide") :]).split())
    assert told.startswith(
        "Décision et aide Décision Attribution Décision 2022-0001 Aide accordée 500 000,00 € Conventions et versements Payé 0,00 €"
    )
    assert "rubriques complètes" not in home and "N’empêche pas" not in home
    file = at(world.alice).get("decisions:document", "2022-0001")
    assert file["Content-Disposition"].startswith("attachment")
    assert pdf.check(file.content).valid


def test_the_split_keeps_what_was_typed_and_writes_nothing(world, at):
    dossier = world.dossiers[0]
    data = amounts(dossier, "1", "1") | {"total": "300 000,01", "split": "1"}
    page = at(world.driss).post("decisions:propose", dossier.reference, **data)
    text = page.content.decode()
    assert page.status_code == 200
    assert "150\u202f000,01" in text and "150\u202f000,00" in text and "Solide." in text
    assert Proposal.objects.count() == 0


def test_16_the_total_to_share_out_is_never_put_aside(world, at):
    """A million in prefilled parts of less or more: nothing is proposed until both say the same."""
    dossier = world.dossiers[0]
    data = amounts(dossier, "500 000", "500 000") | {"total": "300 000,01"}
    page = at(world.driss).post("decisions:propose", dossier.reference, **data)
    text = page.content.decode()
    assert page.status_code == 422 and Proposal.objects.count() == 0
    assert (
        "Le total à répartir est de 300\u202f000,01\u00a0€, mais la somme des montants est de 1\u202f000\u202f000,00\u00a0€"
        in text
    )
    split = at(world.driss).post("decisions:propose", dossier.reference, **data | {"split": "1", "motive": ""})
    assert split.status_code == 200 and "150\u202f000,01" in split.content.decode()  # no reason is needed to share out
    nothing = at(world.driss).post("decisions:propose", dossier.reference, **data | {"split": "1", "total": ""})
    assert nothing.status_code == 422 and "Indiquez le total à répartir." in nothing.content.decode()
    data |= amounts(dossier, "150 000,01", "150 000")
    assert at(world.driss).post("decisions:propose", dossier.reference, **data).status_code == 302
    assert Proposal.objects.get().cents == 30_000_001


def test_16_approving_is_offered_to_who_may_approve_alone(world, at):
    proposal = made.proposed(world)
    link = reverse("decisions:approve", args=[proposal.application.reference])
    offered = {
        name: link in at(getattr(world, name)).get("decisions:proposals").content.decode()
        for name in ("driss", "victor", "dora", "aude", "emma", "jean")
    }
    assert offered == {"driss": False, "victor": True, "dora": True, "aude": False, "emma": False, "jean": False}


def test_16_the_money_of_an_earlier_year_does_not_come_back(world, at, set_clock):
    """AE withdrawn in the year of their engagement are available again; afterwards they lapse, and the pages say so."""
    decision = made.notified(world)
    page = at(world.victor).get("decisions:revoke", decision.number).content.decode()
    assert "reviennent à l’enveloppe" in page and "caducs" not in page
    available = ledger.summary(made.line())["available"]
    set_clock(datetime(2023, 1, 2, 9, 0, tzinfo=UTC), frozen=True)
    page = at(world.victor).get("decisions:revoke", decision.number).content.decode()
    assert "deviennent caducs et ne reviennent pas à l’enveloppe" in page
    heard(decision, by=world.driss)
    act = actions.propose_revocation(decision, "Hors délai.", by=world.victor)
    assert "caduques" in at(world.dora).get("dashboards:act", act.pk).content.decode()
    acts.approve(act, by=world.dora)
    money = ledger.summary(made.line())
    assert (money["available"], money["lapsed"]) == (available, decision.cents)


def test_17_a_notification_is_deemed_received_on_the_fifteenth_civil_day(world, at, set_clock):
    set_clock(
        datetime(2023, 3, 20, 22, 59, tzinfo=UTC), frozen=True
    )  # 23:59 in Paris, six days before the change of hour
    decision = made.notified(world)
    assert decision.notifications.get().deemed_on == date(2023, 4, 4)
    for reader in (world.sophie, world.dora):
        told = at(reader).get("decisions:decision", decision.number).content.decode()
        assert "mardi 4\u00a0avril 2023" in told and "5\u00a0avril" not in told


def test_a_refusal_stands_beside_its_field(world, at):
    dossier = world.dossiers[0]
    page = at(world.driss).post("decisions:propose", dossier.reference, **amounts(dossier, "9 999 999", "0"))
    text = page.content.decode()
    assert page.status_code == 422
    assert "a demandé 500\u202f000,00\u00a0€" in text
    assert "9 999 999" in text
    page = at(world.driss).post(
        "decisions:propose", dossier.reference, **(amounts(dossier, "10", "0") | {"motive": ""})
    )
    assert page.status_code == 422


def test_missing_money_is_said_on_the_page(world, at):
    spare = ledger.summary(made.line())["available"] - 1
    made.freeze(world, spare)
    proposal = made.proposed(world)
    page = at(world.victor).post("decisions:approve", proposal.application.reference)
    assert page.status_code == 422
    assert "799\u202f999,99" in page.content.decode()
    assert Decision.objects.count() == 0


def test_a_refusal_proposed_and_returned_by_page(world, at):
    dossier = world.dossiers[1]
    assert (
        at(world.driss).post("decisions:propose", dossier.reference, motive="Non retenu par le jury.").status_code
        == 302
    )
    assert "Valider le rejet" in at(world.victor).get("decisions:approve", dossier.reference).content.decode()
    assert at(world.victor).post("decisions:return_proposal", dossier.reference, reason="").status_code == 422
    assert (
        at(world.victor).post("decisions:return_proposal", dossier.reference, reason="À préciser.").status_code == 302
    )
    assert "À préciser." in at(world.driss).get("decisions:proposals").content.decode()
    reserve = world.dossiers[2]
    assert at(world.driss).get("decisions:propose", reserve.reference, query="?rejet").status_code == 200
    assert "liste complémentaire" in at(world.driss).get("decisions:propose", reserve.reference).content.decode()


def test_gates(world, at):
    dossier = world.dossiers[0].reference
    made.approved(world)
    made.work()
    expected = {
        "driss": (200, 200, 403, 200),
        "victor": (200, 403, 403, 200),
        "dora": (200, 403, 200, 200),
        "aude": (200, 403, 403, 200),
        "emma": (200, 403, 403, 200),
        "jean": (200, 403, 403, 200),
        "sophie": (403, 403, 403, 404),
        "alice": (403, 403, 403, 404),
        "claire": (403, 403, 403, 404),
        "zoe": (403, 404, 403, 404),
        "nadia": (403, 403, 403, 404),
    }
    found = {
        name: (
            at(getattr(world, name)).get("decisions:proposals").status_code,
            at(getattr(world, name)).get("decisions:propose", dossier).status_code,
            at(getattr(world, name)).get("decisions:release").status_code,
            at(getattr(world, name)).get("decisions:decision", "2022-0001").status_code,
        )
        for name in expected
    }
    assert found == expected
    assert at(None).get("decisions:batch").status_code == 302


def test_hidden_is_absent_to_the_byte(world, at):
    made.approved(world)
    hidden, absent = (at(world.sophie).get("decisions:decision", number) for number in ("2022-0001", "2022-0999"))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
    assert at(world.sophie).get("decisions:document", "2022-0001").status_code == 404
    assert at(world.driss).get("decisions:document", "2022-0001").status_code == 403


def test_nobody_downloads_before_the_opening(world, at):
    decision = made.notified(world)
    assert at(world.alice).get("decisions:document", decision.number).status_code == 403
    assert at(world.alice).post("decisions:open_decision", decision.number).status_code == 403
    assert "représentant légal" in at(world.alice).get("decisions:decision", decision.number).content.decode()
    assert NotificationOpening.objects.count() == 0


def test_revoking_by_page(world, at):
    decision = made.notified(world)
    heard(decision, by=world.driss)
    first, last = (decision.procedures.latest("pk").pk, reverse("decisions:revoke", args=[decision.number]))
    assert last in at(world.victor).get("decisions:procedure", first).content.decode()
    assert "800\u202f000,00" in at(world.victor).get("decisions:revoke", decision.number).content.decode()
    assert at(world.victor).post("decisions:revoke", decision.number, reason="").status_code == 422
    assert (
        at(world.victor).post("decisions:revoke", decision.number, reason="Conditions non remplies.").status_code == 302
    )
    assert "est en attente d’approbation" in at(world.dora).get("decisions:decision", decision.number).content.decode()
    acts.approve(acts.waiting("decision.revoke", decision), by=world.dora)
    assert "n’est plus en vigueur" in at(world.driss).get("decisions:decision", decision.number).content.decode()
    refusal = made.refused(world)
    assert at(world.victor).get("decisions:revoke", refusal.number).status_code == 200


def test_the_batch_counts_and_names_what_blocks(world, at, monkeypatch):
    def bomb(*_args, **_details):
        raise pdf.RenderError("no layout after 20 s")

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "render", bomb)
        made.approved(world)
        made.work()
    made.refused(world)
    made.work()
    page = at(world.dora).get("decisions:batch")
    text = page.content.decode()
    assert page.context["progress"] == {
        "total": 2,
        "recallable": 0,
        "sealing": 1,
        "sealed": 1,
        "waiting": 1,
        "planned": 0,
        "blocked": 1,
        "published": 0,
        "posting": 0,
        "notified": 0,
        "moving": True,
    }
    assert "no layout after 20 s" in text
    told = re.findall(r"<dd>\s*(.*?)\s*</dd>", text, re.S)
    assert told[:3] == ["1 sur 2", "1", "0 sur 0 publiée"]
    part = at(world.dora).get("decisions:batch_progress", query="?releve=1").content.decode()
    assert 'hx-trigger="every 2s"' in part and "<html" not in part
    no_wave = at(world.dora).get("decisions:batch", query="?releve=7")
    assert no_wave.context["progress"]["total"] == 2 and "«\xa07\xa0» n’est pas un choix" in no_wave.content.decode()


def test_nothing_to_release(world, at):
    assert "Aucune décision à publier" in at(world.dora).get("decisions:release").content.decode()
    assert at(world.dora).post("decisions:release").status_code == 422


def test_a_dossier_that_calls_for_nothing(world, at, set_clock):
    set_clock(evaluated.NOW, frozen=True)
    world.hospitals.append(place(140, "CHU 3"))
    dossier = evaluated.deposit(world, 3)
    assert at(world.driss).get("decisions:propose", dossier.reference).status_code == 404


# ── verification by anyone ───────────────────────────────────────────────────────────────────────────────────────────
def asked(client, decision, sha256=None):
    page = client.get(reverse("decisions:verify_number", args=[decision.number, sha256 or decision.snapshot_sha256]))
    return page.status_code, page.context["verdict"]


def test_what_the_code_tells(world, client):
    decision = made.approved(world)
    made.work()
    assert asked(client, decision) == (404, "unknown")  # not before its notification
    decision.refresh_from_db()
    actions.release([decision], by=world.dora)
    made.work()
    assert asked(client, decision) == (200, "authentic")
    assert letter.check_url(decision.snapshot).endswith(
        reverse("decisions:verify_number", args=[decision.number, decision.snapshot_sha256])
    )
    assert asked(client, decision, "0" * 64) == (404, "unknown")
    decision.refresh_from_db()
    made.revoked(world, decision, "Erreur.")
    assert asked(client, decision) == (200, "revoked")


def test_what_the_file_tells(world, client):
    decision = made.notified(world)
    content = documents.read(decision.document)
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1

    def tells(data):
        page = client.post(reverse("decisions:verify"), {"file": SimpleUploadedFile("d.pdf", data)})
        return page.context["verdict"], page.context["issued"] and page.context["issued"].number

    other = pdf.seal(letter.lay_out(decision.snapshot), reason="Autre exemplaire")
    assert [tells(content), tells(bytes(changed)), tells(other), tells(b"%PDF-")] == [
        ("authentic", decision.number),  # the very bytes: nothing opens them
        ("altered", decision.number),
        ("altered", decision.number),  # the same act, sealed again: not what was issued
        ("unknown", None),
    ]
    made.revoked(world, decision, "Erreur.")
    assert tells(content) == ("revoked", decision.number)


def sent(client, data=b"%PDF-1.7", **more):
    return client.post(reverse("decisions:verify"), {"file": SimpleUploadedFile("d.pdf", data)}, **more)


def test_the_bytes_of_a_decision_are_known_without_opening_them(world, client, monkeypatch):
    content = documents.read(made.notified(world).document)
    monkeypatch.setattr(keeper.READERS, "ask", None)  # nobody may ask
    for _time in range(2 * verification.READING.free):  # and an address may ask as often as it likes
        assert sent(client, content).context["verdict"] == "authentic"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (keeper.GaveUp("memory"), 200, "trop de temps ou de mémoire"),
        (keeper.Unavailable("busy"), 503, "réessayez dans un instant"),
    ],
)
def test_a_cage_that_cannot_tell_is_a_sentence(world, client, monkeypatch, error, status, said):
    def ask(*_args, **_details):
        raise error

    monkeypatch.setattr(keeper.READERS, "ask", ask)
    page = sent(client)
    assert (page.status_code, page.context["verdict"]) == (status, "unknown")
    assert said in page.content.decode() and "Aucun document émis ne correspond" in page.content.decode()


def test_an_address_has_so_many_strangers_files_read(world, client, monkeypatch):
    asked = []
    nothing = {"title": "", "number": "", "sha256": "", "ours": False}
    monkeypatch.setattr(keeper.READERS, "ask", lambda *_args, **_details: (asked.append(1), (nothing, b""))[1])
    answers = [sent(client).status_code for _time in range(verification.READING.free + 2)]
    assert answers == [200] * verification.READING.free + [429] * 2 and len(asked) == verification.READING.free
    assert "réessayez dans une minute" in sent(client).content.decode()
    assert sent(client, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert [sent(client, REMOTE_ADDR=f"2001:db8::{n}").status_code for n in range(12)][-2:] == [429] * 2
    assert not Throttle.objects.filter(key__contains="192.0").exists()
    Throttle.objects.update(at=Now() - timedelta(minutes=1))
    assert sent(client).status_code == 200


def test_the_form_alone_and_too_large(world, client, monkeypatch):
    assert client.get(reverse("decisions:verify")).status_code == 200
    assert client.post(reverse("decisions:verify")).status_code == 422
    monkeypatch.setattr("decisions.forms.verification.LARGEST_FILE", 3)
    page = client.post(reverse("decisions:verify"), {"file": SimpleUploadedFile("d.pdf", b"1234")})
    assert (page.status_code, "dépasse 10 Mo" in page.content.decode()) == (422, True)


# ── the same cost whatever the number ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("name", "most"), [("decisions:proposals", 15), ("decisions:batch", 15), ("decisions:batch_progress", 15)]
)
def test_lists_cost_the_same(world, at, name, most):
    def cost():
        visitor = at(world.dora)
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get(name).status_code == 200
        return len([q for q in queries if "SAVEPOINT" not in q["sql"]])

    made.approved(world)
    one = cost()
    made.refused(world)
    made.approved(world, 2)
    assert (cost(), one <= most) == (one, True)


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_api_shows_the_pages_objects(world, client):
    made.approved(world)
    told = made.notified(world, 1)
    for name, expected in (("driss", 2), ("aude", 2), ("sophie", 0), ("alice1", 1), ("zoe", 0), ("claire", 0)):
        user = world.people.get(name) or type(world.driss).objects.get(email=f"{name}@test.invalid")
        client.force_login(user)
        answer = client.get("/api/v1/decisions/")
        assert len(answer.json()["results"]) == expected == Decision.objects.visible_to(user).count(), name
    client.force_login(world.driss)
    rows = client.get("/api/v1/decisions/?kind=award&wave=1&ordering=number").json()["results"]
    assert [(row["number"], row["cents"], len(row["shares"])) for row in rows] == [("2022-0001", 80_000_000, 2)]
    assert client.get("/api/v1/decisions/?wave=x").status_code == 400
    assert client.get(f"/api/v1/decisions/{told.number}/").json()["state"] == "notified"
    client.force_login(person("paula", place(950, "Autre")))
    assert client.get(f"/api/v1/decisions/{told.number}/").status_code == 404
