"""The State's pages: register, instruction, settings; who opens them, what they cost in queries, what they say."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions
from applications.models import Application
from calls.models import CallSettings
from casework import actions as casework
from edsh_portal.intake import workbook
from tests.roles import FAR, give
from tests.tabs import sent

from . import world as made

AFTER = made.CLOSES + timedelta(days=9)
# One literal each, whatever the number of dossiers in the database.
REGISTER_QUERIES, QUEUE_QUERIES, SHEET_QUERIES, SETTINGS_QUERIES = 10, 9, 10, 15


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(
        [
            query
            for query in seen.captured_queries
            if query["sql"] not in ("BEGIN", "COMMIT", "SET TRANSACTION READ ONLY")
        ]
    )


def copies(database, application, wanted: int) -> None:
    """As many dossiers as wanted, copied by the superuser with triggers off: only what lists cost is asked of them."""
    columns = ", ".join(f.attname for f in Application._meta.concrete_fields if f.name not in ("id", "reference"))
    with database.connect("superuser") as line:
        line.execute("SET session_replication_role = replica")
        for n in range(Application.objects.count(), wanted):
            line.execute(
                f"INSERT INTO applications_application ({columns}, reference) SELECT {columns}, %s FROM applications_application"
                " WHERE id = %s",
                [f"EDSH-1-{9000 + n}", application.pk],
            )


@pytest.fixture
def deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    return ready


@pytest.fixture
def after(deposited, set_clock):
    set_clock(AFTER, frozen=True)
    return deposited


def rows(response) -> list[str]:
    return [application.reference for application in response.context["page"].object_list]


def test_who_opens_the_register(world, deposited):
    seen = {}
    for name in ("driss", "victor", "aude", "adam", "emma", "dora", "nadia", "claire", "alice", "zoe"):
        response = signed_in(getattr(world.cast, name)).get(reverse("dashboards:register"))
        seen[name] = rows(response) if response.status_code == 200 else response.status_code
    one = [deposited.reference]
    assert seen == {
        "driss": one,
        "victor": one,
        "aude": one,
        "adam": [],
        "emma": one,
        "dora": one,
        "nadia": one,
        "claire": 403,
        "alice": 403,
        "zoe": 403,
    }


def test_amounts_are_not_for_the_health_data_hub(world, deposited):
    url, csv_url = reverse("dashboards:register"), reverse("dashboards:register_file", args=["csv"])
    assert "1\u202f000\u202f000,00" in signed_in(world.cast.driss).get(url).content.decode()
    for sort in ("requested", "-total"):
        page = signed_in(world.cast.nadia).get(url, {"sort": sort})
        assert "1\u202f000\u202f000,00" not in page.content.decode()
    assert "1000000,00" not in signed_in(world.cast.nadia).get(csv_url).content.decode()


def test_filters_sorting_and_search(world, deposited):
    other = made.draft(world, acronym="AUTRE")
    client, url = signed_in(world.cast.aude), reverse("dashboards:register")
    both = {deposited.reference, other.reference}
    assert set(rows(client.get(url))) == both
    asked = {
        "q=rennes": both,
        "q=RENNÉS": both,
        f"q={deposited.reference.lower()}": {deposited.reference},
        "q=lyon": set(),
        "stage=draft": {other.reference},
        "stage=submitted": {deposited.reference},
        "wave=1": both,
        "wave=7": both,
        "region=53": {deposited.reference},
        "region=zz": both,
        "stage=draft&q=rennes": {other.reference},
        f"q={world.rennes.finess}": both,
    }
    assert {query: set(rows(client.get(f"{url}?{query}"))) for query in asked} == asked
    assert rows(client.get(f"{url}?sort=reference")) == sorted(both)
    assert rows(client.get(f"{url}?sort=-reference")) == sorted(both, reverse=True)
    assert rows(client.get(f"{url}?sort=requested")) == [
        deposited.reference,
        other.reference,
    ]  # what has no amount comes last
    assert rows(client.get(f"{url}?sort=-requested")) == [deposited.reference, other.reference]
    assert rows(client.get(f"{url}?sort=password")) == [deposited.reference, other.reference]
    partial = client.get(url, headers={"HX-Request": "true"})
    assert partial.content.decode().strip() in client.get(url).content.decode()


def test_the_register_shows_the_version_deposited(world, deposited):
    actions.save_row(
        deposited,
        "identity",
        acronym="NOUVEAU",
        title="Autre",
        goal="build",
        starts_on=None,
        months=24,
        maturity_now=3,
        maturity_target=8,
        by=world.cast.alice,
    )
    page = signed_in(world.cast.driss).get(reverse("dashboards:register")).content.decode()
    assert "ODH" in page and "NOUVEAU" not in page


def test_csv(world, deposited):
    answer = signed_in(world.cast.driss).get(reverse("dashboards:register_file", args=["csv"]))
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 2
    assert lines[1] == [
        deposited.reference,
        "ODH",
        "Un entrepôt breton",
        "CHU de Rennes",
        world.rennes.finess,
        "Bretagne",
        "1",
        "Déposé",
        "2022-09-20T08:30:00Z",
        "1",
        "2",
        "1600000,00",
        "1000000,00",
    ]


def test_csv_makes_formulas_harmless(world, draft):
    actions.save_row(
        draft,
        "identity",
        acronym="=1+1",
        title="@x",
        goal="",
        starts_on=None,
        months=None,
        maturity_now=None,
        maturity_target=None,
        by=world.cast.alice,
    )
    answer = (
        signed_in(world.cast.aude).get(reverse("dashboards:register_file", args=["csv"])).content.decode("utf-8-sig")
    )
    line = list(csv.reader(io.StringIO(answer), delimiter=";"))[1]
    assert line[1:3] == ["'=1+1", "'@x"] and line[4:9:4] == [world.rennes.finess, ""] and line[-2:] == ["", ""]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_the_register_as_a_workbook_keeps_identifiers_as_texts(world, deposited, ending):
    """D15: what the CSV says, cell by cell, with the FINESS as a text and the amounts as numbers."""
    client = signed_in(world.cast.driss)
    page = client.get(reverse("dashboards:register")).content.decode()
    address = reverse("dashboards:register_file", args=[ending])
    assert f'href="{address}"' in page
    (table,) = workbook.read(client.get(address).content).tables
    assert table.at(1, 4) == world.rennes.finess and isinstance(table.at(1, 4), str)
    assert [table.at(1, column) for column in (6, 10, 11, 12)] == [1, 2, Decimal(1_600_000), Decimal(1_000_000)]


# ── instruction ──────────────────────────────────────────────────────────────────────────────────────────────────────
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


# ── settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_frozen_settings_are_read_only_on_the_page_too(world):
    adam = signed_in(world.cast.adam)
    page = adam.get(reverse("calls:call_settings")).content.decode()
    assert "Ces réglages sont figés" in page and "Modifier" not in page
    for url in (
        reverse("calls:settings_bounds", args=[1]),
        *(reverse("calls:settings_part", args=[1, part]) for part in ("criteres", "pieces", "taux")),
    ):
        assert adam.get(url).status_code == 302
    bounds = {name: getattr(world.wave.settings, name) for name in made.BOUNDS} | {"quorum": 9}
    answer = adam.post(reverse("calls:settings_bounds", args=[1]), _bounds(world, **bounds))
    assert answer.status_code == 422 and "ils ne changent plus" in answer.content.decode()
    answer = adam.post(reverse("calls:settings_part", args=[1, "taux"]), _rates(("public", 10)))
    assert answer.status_code == 422 and "ils ne changent plus" in answer.content.decode()
    world.wave.settings.refresh_from_db()
    assert world.wave.settings.quorum == 2


def _bounds(world, **changes):
    names = (
        "max_members",
        "min_activity",
        "min_months",
        "max_months",
        "min_projects",
        "min_external_partners",
        "min_perimeters",
        "min_answer_chars",
        "consolidation_level",
        "scale_max",
        "quorum",
        "min_comment_chars",
        "remind_before_days",
        "remind_after_days",
        "undertaking",
        "mail_providers",
        "recall_minutes",
        "consent",
        "admissibility_months",
        "decision_months",
        "service_name",
        "service_address",
        "service_email",
        "service_phone",
    )
    amounts = {"min_base_cents": "1 000 000,00", "overhead_cap_bp": "10", "de_minimis_cents": "300 000"}
    amounts |= {"transfer_bp": "10", "sample_bp": "10"}
    return {name: getattr(world.wave.settings, name) for name in names} | amounts | changes


def _rates(*rows, prefix="rates"):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    for n, (kind, percent, *regime) in enumerate(rows):
        data |= {f"{prefix}-{n}-kind": kind, f"{prefix}-{n}-rate_bp": percent, f"{prefix}-{n}-regime": "".join(regime)}
    return data


def test_a_new_version_is_edited_part_by_part(world):
    adam = signed_in(world.cast.adam)
    assert adam.get(reverse("calls:new_settings")).status_code == 200
    assert (
        adam.post(reverse("calls:new_settings"), _bounds(world, quorum=3, min_base_cents="2 000 000")).status_code
        == 302
    )
    settings = CallSettings.objects.get(version=2)
    assert (settings.quorum, settings.min_base_cents) == (3, 200_000_000)
    part = reverse("calls:settings_part", args=[2, "taux"])
    assert adam.get(part).status_code == 200
    assert adam.post(part, _rates(("public", 90), ("private", 40), ("gcs", 80))).status_code == 302
    assert dict(settings.rates.values_list("kind", "rate_bp")) == {"public": 9_000, "private": 4_000, "gcs": 8_000}
    twice = adam.post(part, _rates(("public", 90), ("public", 40)))
    assert twice.status_code == 422 and "Deux lignes" in twice.content.decode()
    by_regime = _rates(("public", 90), ("private", 45), ("private", 30, "rgec_26"), ("gcs", 80))
    assert adam.post(part, by_regime).status_code == 302
    assert list(settings.rates.filter(kind="private").order_by("regime").values_list("regime", "rate_bp")) == [
        ("", 4_500),
        ("rgec_26", 3_000),
    ]
    wrong = adam.post(part, _rates(("public", 120)))
    assert wrong.status_code == 422 and "120" in wrong.content.decode()
    criteria = {"criteria-TOTAL_FORMS": 3, "criteria-INITIAL_FORMS": 2}
    for n, (number, weight) in enumerate(((1, 60), (2, 40), (3, 5))):
        criteria |= {
            f"criteria-{n}-number": number,
            f"criteria-{n}-title": f"C{number}",
            f"criteria-{n}-weight": weight,
        }
    criteria["criteria-2-DELETE"] = "on"
    assert adam.post(reverse("calls:settings_part", args=[2, "criteres"]), criteria).status_code == 302
    assert list(settings.criteria.order_by("number").values_list("title", "weight", "floor")) == [
        ("C1", 60, None),
        ("C2", 40, None),
    ]
    assert adam.get(reverse("calls:settings_part", args=[2, "pieces"])).status_code == 200
    _bounds_are_edited(adam, world, settings)


def _bounds_are_edited(adam, world, settings):
    bounds = reverse("calls:settings_bounds", args=[2])
    assert adam.get(bounds).status_code == 200
    assert adam.post(bounds, _bounds(world, max_months=99_999)).status_code == 422
    wrong = adam.post(bounds, _bounds(world, min_months=50))
    assert wrong.status_code == 422 and list(wrong.context["form"].errors) == ["min_months"]
    assert adam.post(bounds, _bounds(world, quorum=4)).status_code == 302
    settings.refresh_from_db()
    assert (settings.overhead_cap_bp, settings.permanent_staff_eligible, settings.de_minimis_cents) == (
        1_000,
        False,
        30_000_000,
    )
    aid = {"overhead_cap_bp": "12,5 %", "permanent_staff_eligible": "on", "de_minimis_cents": "200 000"}
    assert adam.post(bounds, _bounds(world, **aid)).status_code == 302
    settings.refresh_from_db()
    assert (settings.overhead_cap_bp, settings.permanent_staff_eligible, settings.de_minimis_cents) == (
        1_250,
        True,
        20_000_000,
    )
    shown = adam.get(reverse("calls:call_settings"), {"version": 2}).context["bounds"]
    values = {row["name"]: row["value"] for row in shown}
    assert [values[name] for name in aid] == ["12,50\u00a0%", "oui", "200\u202f000,00\u00a0€"]
    for typed in ("100,01", "dix", "-1", ""):
        wrong = adam.post(bounds, _bounds(world, overhead_cap_bp=typed))
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["overhead_cap_bp"]), typed
    page = adam.get(reverse("calls:call_settings"), {"version": 1})
    assert page.context["settings"].version == 1
    assert adam.get(reverse("calls:settings_bounds", args=[9])).status_code == 404


def test_13_6_two_officers_on_the_settings_erase_nothing_of_each_other(world):
    """Limits: each writes one, both stay; the one that both wrote is shown with both, and chosen. Lists: by line, and by cell."""
    adam, driss = signed_in(world.cast.adam), signed_in(world.cast.driss)
    assert adam.post(reverse("calls:new_settings"), _bounds(world, quorum=3)).status_code == 302
    settings, bounds = CallSettings.objects.get(version=2), reverse("calls:settings_bounds", args=[2])
    stale = driss.get(bounds).context["form"]
    assert adam.post(bounds, sent(adam.get(bounds).context["form"], quorum="4", max_months="50")).status_code == 302
    assert driss.post(bounds, sent(stale, min_projects="5")).status_code == 302
    settings.refresh_from_db()
    assert (settings.quorum, settings.max_months, settings.min_projects) == (4, 50, 5)
    met = driss.post(bounds, sent(stale, quorum="2"))
    assert (met.status_code, list(met.context["form"].errors), met.context["form"]["quorum"].field.met) == (
        422,
        ["quorum"],
        "4",
    )
    assert driss.post(bounds, met.context["form"].data).status_code == 302
    settings.refresh_from_db()
    assert (settings.quorum, settings.max_months) == (2, 50)

    part = reverse("calls:settings_part", args=[2, "criteres"])

    def rows(shown, **changes):
        data = sent(shown.management_form)
        for form in shown:
            data.update(sent(form))
        for name, value in changes.items():
            data[name] = value
        return data

    stale, fresh = driss.get(part).context["formset"], adam.get(part).context["formset"]
    first, last = settings.criteria.order_by("number").first(), len(fresh) - 1
    added = {f"criteria-{last}-{name}": value for name, value in {"number": 90, "title": "Ajouté", "weight": 1}.items()}
    assert adam.post(part, rows(fresh, **added, **{"criteria-0-weight": "77"})).status_code == 302
    assert driss.post(part, rows(stale, **{"criteria-0-title": "Repris"})).status_code == 302
    row = settings.criteria.get(number=first.number)
    assert (row.title, row.weight, settings.criteria.filter(number=90).exists()) == ("Repris", 77, True)
    met = driss.post(part, rows(stale, **{"criteria-0-weight": "66"}))
    page = met.content.decode()
    assert (
        met.status_code == 422
        and '<blockquote data-met="criteria-0-weight">77</blockquote>' in page
        and 'value="66"' in page
    )
    assert settings.criteria.get(number=first.number).weight == 77


def test_waves_and_the_end_of_the_call(world, set_clock):
    adam = signed_in(world.cast.adam)
    url = reverse("calls:new_wave")
    assert adam.get(url).status_code == 200
    typed = {
        "number": 2,
        "settings": world.wave.settings_id,
        "opens_at": "2022-10-01T12:00",
        "closes_at": "2023-04-12T12:00",
    }
    overlap = adam.post(url, typed)
    assert overlap.status_code == 422 and list(overlap.context["form"].errors) == ["opens_at"]
    assert adam.post(url, typed | {"opens_at": "2022-10-11T12:00"}).status_code == 302
    assert world.call.waves.get(number=2).closes_at.isoformat() == "2023-04-12T10:00:00+00:00"
    close = reverse("calls:close_call")
    assert adam.get(close).status_code == 200
    assert adam.post(close).status_code == 422
    set_clock(made.CLOSES + timedelta(days=300), frozen=True)
    assert adam.post(close).status_code == 302
    world.call.refresh_from_db()
    assert world.call.state == "closed"


def test_from_nothing_to_a_published_call(db, set_clock):
    set_clock(made.NOW, frozen=True)
    adam = signed_in(made.person("adam", role="administrator"))
    assert adam.get(reverse("calls:call_settings"))["Location"] == reverse("calls:new_call")
    assert adam.get(reverse("calls:new_settings")).status_code == 404
    assert adam.get(reverse("calls:new_call")).status_code == 200
    assert (
        adam.post(reverse("calls:new_call"), {"slug": "edsh", "title": "Appel", "purpose": "Relier."}).status_code
        == 302
    )
    assert adam.get(reverse("calls:call_settings")).status_code == 200
    assert adam.get(reverse("calls:publish_call")).status_code == 200
    assert adam.post(reverse("calls:publish_call")).status_code == 422


def test_settings_are_for_those_who_manage_the_call(world):
    url = reverse("calls:call_settings")
    seen = {
        name: signed_in(getattr(world.cast, name)).get(url).status_code
        for name in ("adam", "driss", "victor", "dora", "alice")
    }
    assert seen == {"adam": 200, "driss": 200, "victor": 403, "dora": 403, "alice": 403}


# ── the public page ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_public_page_needs_no_account(world):
    page = Client().get(reverse("dashboards:call"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "mardi 11\u00a0octobre 2022 à 12:00:00, heure de Paris" in text
    assert "Essayer\u00a0: rien d’autre." in text
    assert "Critère 1" in text and "Présentation du projet" in text and world.wave.settings.service_email in text


# ── what pages cost ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_query_counts(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    one = made.fill(world, made.draft(world))
    actions.submit(one, by=world.cast.sophie)
    committed.set_clock(AFTER, frozen=True)
    driss = signed_in(world.cast.driss)
    urls = {
        reverse("dashboards:register"): REGISTER_QUERIES,
        reverse("casework:admissibilities"): QUEUE_QUERIES,
        reverse("casework:admissibility", args=[one.reference]): SHEET_QUERIES,
        reverse("calls:call_settings"): SETTINGS_QUERIES,
    }
    seen, public = {}, set()
    for wanted in (1, 3, 300):
        copies(committed, one, wanted)
        assert Application.objects.count() == wanted
        seen[wanted] = {url: queries(driss, url) for url in urls}
        public.add(queries(driss, reverse("dashboards:call")))
    assert seen == dict.fromkeys((1, 3, 300), urls)
    assert len(public) == 1 and max(public) <= 15  # another room adds the envelope
