"""One engine, five windows: the page, the deposit, the sheet of admissibility, the API and the public pre-check agree."""

import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from applications import actions, places
from applications.content import freeze
from applications.forms import eligibility as rules_forms
from applications.models import FundingPlan
from calls import actions as calls
from calls.models import CallSettings
from casework import actions as casework
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from . import world as made
from .world import signed_in

ELIGIBILITY = "/eligibilite/"
ANSWERS = {
    "coordinator": "public",
    "elsewhere": "no",
    "public_partners": "1",
    "activity": "120000",
    "goal": "build",
    "maturity_now": "3",
    "maturity_target": "8",
    "starts_on": "2023-01-01",
    "months": "24",
    "projects": "3",
    "partners": "1",
    "perimeters": "1",
    "expenses_cents": "1600000",
    "aid_cents": "1000000",
    "works": "yes",
}
FAILED = ("block", "warn")
DECLARED = {"vat": "including", "regime": "outside", "de_minimis_received_cents": 0}


def told(verdicts):
    return [(v.rule, v.state, v.severity, v.title, v.message, v.change, v.source) for v in verdicts]


def of_page(client, url):
    return told(client.get(url).context["told"].verdicts)


def of_api(client, reference):
    answer = client.get(f"/api/v1/applications/{reference}/checks/")
    assert answer.status_code == 200, answer.content
    return answer.json()


def listed(body):
    return [
        tuple(row[name] for name in ("rule", "state", "severity", "title", "message", "change", "basis"))
        for row in body["verdicts"]
    ]


def precheck(**changes):
    """What the public page says of the answers, and its context."""
    answer = Client().get(f"{ELIGIBILITY}?{urlencode(ANSWERS | changes)}")
    assert answer.status_code == 200, answer.content
    return told(answer.context["told"].verdicts), answer.context


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, set()),
        ({"months": 41}, {"R16"}),
        ({"maturity_now": 7}, {"R23"}),
        ({"starts_on": date(2022, 9, 19)}, {"R22"}),
    ],
)
def test_the_five_windows_say_the_same_of_the_same_facts(world, ready, set_clock, changes, broken):
    identity = {
        "acronym": "ODH",
        "title": "Un entrepôt breton",
        "goal": "build",
        "starts_on": date(2023, 1, 1),
        "months": 24,
        "maturity_now": 3,
        "maturity_target": 8,
    }
    actions.save_row(ready, "identity", **identity | changes, by=world.cast.alice)
    for member in ready.memberships.order_by("pk"):
        actions.save_row(member.application, "budget", row=member, **DECLARED, by=world.cast.alice)
    sophie, check = signed_in(world.cast.sophie), reverse("applications:check", args=[ready.reference])
    page = of_page(sophie, check)
    assert {row[0] for row in page if row[1] in FAILED} == broken | {
        "R26",
        "R40",
    }  # one question of ten is answered, the annexes are of no layout
    assert listed(of_api(sophie, ready.reference)) == page
    public, _context = precheck(**{name: str(value) for name, value in changes.items()})
    answered = set(rules_forms.NEEDS)
    assert public == [row for row in page if row[0] in answered]
    blocks = {row[0] for row in page if row[1] == "block"}
    if blocks:
        with pytest.raises(Refused) as refused:
            actions.submit(ready, by=world.cast.sophie)
        assert set(refused.value.facts["rules"]) == blocks
        return
    actions.submit(ready, by=world.cast.sophie)
    set_clock(made.CLOSES + timedelta(days=9), frozen=True)
    driss, sheet = signed_in(world.cast.driss), reverse("casework:admissibility", args=[ready.reference])
    assert of_page(driss, sheet) == listed(of_api(driss, ready.reference)) == page


def test_the_checks_of_a_draft_and_of_a_version(world, ready):
    alice = signed_in(world.cast.alice)
    body = of_api(alice, ready.reference)
    assert {name: body[name] for name in ("reference", "of", "version", "settings_version", "blocking")} == {
        "reference": ready.reference,
        "of": "draft",
        "version": None,
        "settings_version": 1,
        "blocking": 0,
    }
    partner = ready.memberships.order_by("pk").first()
    links = {row["rule"]: row["url"] for row in body["verdicts"] if row["url"]}
    assert links == {
        "R26": f"/dossiers/{ready.reference}/recit/",
        "R37": f"/dossiers/{ready.reference}/budget/{partner.pk}/regime/#id_vat",
        "R40": f"/dossiers/{ready.reference}/pieces/",
    }
    actions.submit(ready, by=world.cast.sophie)
    actions.save_row(
        ready,
        "identity",
        acronym="ODH",
        title="Autre",
        goal="",
        starts_on=None,
        months=None,
        maturity_now=None,
        maturity_target=None,
        by=world.cast.alice,
    )
    now, read = of_api(alice, ready.reference), of_api(signed_in(world.cast.driss), ready.reference)
    assert (now["of"], now["version"], now["blocking"]) == ("draft", 1, 2)
    assert (read["of"], read["version"], read["blocking"]) == ("version", 1, 0)
    assert {row["url"] for row in read["verdicts"]} == {None}
    assert Client().get(f"/api/v1/applications/{ready.reference}/checks/").status_code in (401, 403)


def test_each_link_leads_to_a_page_that_opens(world, draft):
    """A dossier where everything is to correct."""
    member = draft.memberships.get()
    actions.save_budget(
        member, {(0, "overhead", 2022): 100}, {"aid_cents": 100, "public_cents": 1}, by=world.cast.alice
    )
    alice = signed_in(world.cast.alice)
    failing = [row for row in of_api(alice, draft.reference)["verdicts"] if row["state"] in FAILED]
    assert [row["rule"] for row in failing] == [
        "R10", "R15", "R16", "R17", "R18", "R19", "R20", "R21", "R22", "R23", "R26", "R31", "R33", "R34", "R37",
    ]  # fmt: skip
    for row in failing:
        assert row["basis"] and row["change"]
        path, _hash, field = row["url"].partition("#")
        answer = alice.get(path)
        assert resolve(path).namespace == "applications" and answer.status_code == 200, row
        assert not field or f'id="{field}"' in answer.content.decode(), row
    page = alice.get(reverse("applications:check", args=[draft.reference])).content.decode()
    assert all(f'href="{row["url"]}"' in page for row in failing)


# ── an establishment in two consortia, one coordinator twice ─────────────────────────────────────────────────────────
def another(world, *, partner, coordinator="nantes"):
    """A second dossier, of another coordinator, deposited with `partner`."""
    place, zoe = getattr(world, coordinator), world.cast.zoe
    signs = made.person("signe", place, "signatory")
    application = actions.create(world.wave, coordinator=place, acronym="LOIRE", by=zoe)
    invited = actions.invite_partner(application, partner, by=zoe)
    actions.accept_membership(invited, by=world.cast.bruno)
    held = {"alice": zoe, "sophie": signs}
    return application, held


def complete(world, application, writer, signs):
    actions.save_row(application, "identity", acronym="LOIRE", title="Un entrepôt ligérien", goal="build", starts_on=date(2023, 1, 1), months=24, maturity_now=3, maturity_target=8, by=writer)  # fmt: skip
    associated = actions.add_associated(application, name="Université", kind="research", by=writer)
    for number in range(3):
        actions.save_row(
            application, "projects", title=f"P{number}", theme="", summary="Résumé.", partners=[associated], by=writer
        )
    actions.save_row(
        application, "perimeters", scope="S", depth="D", refresh="M", duration="C", interest="F", by=writer
    )
    for member in application.memberships.order_by("pk"):
        actions.add_piece(application, "annexe-financiere", made.xlsx(), name="a.xlsx", membership=member, by=writer)
    actions.add_piece(application, "presentation", made.pdf(), name="p.pdf", by=writer)
    made.mandate(application.memberships.get(role="partner"), by=signs)


def test_r14_bis_one_establishment_in_two_deposited_consortia(world, ready, set_clock):
    second, held = another(world, partner=world.brest)
    complete(world, second, held["alice"], world.cast.paula)

    def shared(application):
        return {v.rule: v for v in freeze.read(application, made.NOW).verdicts}["R14B"]

    assert shared(ready).ok and shared(second).ok  # neither is deposited
    actions.submit(second, by=held["sophie"])
    found = shared(ready)
    assert (found.ok, found.blocks) == (False, False)
    assert found.message == "Membres d’un autre consortium déposé : CHU de Brest."
    assert second.reference not in found.message  # who carries the other dossier is not told
    assert shared(second).ok
    actions.submit(ready, by=world.cast.sophie)
    assert not shared(second).ok
    set_clock(made.CLOSES + timedelta(days=1), frozen=True)
    driss = signed_in(world.cast.driss)
    sheet = driss.get(reverse("casework:admissibility", args=[ready.reference]))
    assert sheet.context["shared"] == ({"name": "CHU de Brest", "reference": second.reference},)
    assert f"CHU de Brest : {second.reference}" in sheet.content.decode()
    set_clock(made.NOW, frozen=True)
    second.refresh_from_db()
    actions.withdraw(second, "Redondant", by=held["sophie"])
    assert shared(ready).ok


def test_a_twin_counts_in_its_own_wave_even_once_it_is_ruled_out(world, ready, set_clock):
    second = made.fill(world, made.draft(world, acronym="BIS"))
    for application in (ready, second):
        actions.submit(application, by=world.cast.sophie)
    set_clock(made.CLOSES + timedelta(days=9), frozen=True)
    opinion = casework.propose_admissibility(
        second, verdict="ineligible", rule="R14", evidence="Deux dossiers.", by=world.cast.driss
    )
    casework.validate_admissibility(opinion, by=world.cast.victor)
    ready.refresh_from_db()
    assert freeze.read_deposited(ready).facts.twins == (second.reference,)
    assert freeze.read_deposited(ready).facts.shared == ()  # of the same coordinator: R14 says it


# ── the declaration of a member ──────────────────────────────────────────────────────────────────────────────────────
def test_declare_regime(world, ready):
    member = ready.memberships.order_by("pk").last()
    terms = {"vat": "excluding", "regime": "de_minimis", "de_minimis_received_cents": 29_999_999}
    actions.save_row(member.application, "budget", row=member, **terms, by=world.cast.bruno)
    plan = FundingPlan.objects.get(membership=member)
    assert {name: getattr(plan, name) for name in terms} == terms
    assert plan.aid_cents == 50_000_000  # the amounts stay
    event = Event.objects.filter(kind="application.edited").latest("pk")
    assert event.data == {"section": "budget", "row": member.pk, **terms}
    content = freeze.content(ready)
    assert [held["declared"] for held in content["members"]] == [
        {"vat": "", "regime": "", "de_minimis_received_cents": 0},
        terms,
    ]
    assert [held["declared"] for held in freeze.catalogue_part(content)["members"]] == [{}, {}]
    actions.save_budget(member, {}, {}, by=world.cast.bruno)
    plan.refresh_from_db()
    assert {name: getattr(plan, name) for name in terms} == terms  # a new grid leaves the declaration


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"vat": "both"}, "R37"),
        ({"regime": "none"}, "R38"),
        ({"de_minimis_received_cents": -1}, "R30"),
        ({"de_minimis_received_cents": 10**12}, "R30"),
    ],
)
def test_a_declaration_out_of_its_bounds(world, draft, wrong, code):
    with pytest.raises(Refused) as refused:
        actions.save_row(
            draft,
            "budget",
            row=draft.memberships.get(),
            **DECLARED | wrong,
            by=world.cast.alice,
        )
    assert (refused.value.code, refused.value.field) == (code, next(iter(wrong)))
    assert not FundingPlan.objects.exists()


def test_only_those_who_write_a_member_declare_its_regime(world, ready):
    coordinator, partner = ready.memberships.order_by("pk")
    actions.save_row(partner.application, "budget", row=partner, **DECLARED, by=world.cast.alice)
    for member, who in ((coordinator, "bruno"), (partner, "zoe"), (partner, "driss"), (partner, "aude")):
        with pytest.raises(PermissionDenied):
            actions.save_row(member.application, "budget", row=member, **DECLARED, by=getattr(world.cast, who))


def test_the_page_of_the_declaration(world, ready):
    member = ready.memberships.order_by("pk").last()
    url = reverse("applications:regime", args=[ready.reference, member.pk])
    bruno = signed_in(world.cast.bruno)
    assert "Pas encore connu" in bruno.get(url).content.decode()
    wrong = bruno.post(url, {"vat": "excluding", "de_minimis_received_cents": "mille"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["de_minimis_received_cents"])
    assert 'value="mille"' in wrong.content.decode()
    saved = bruno.post(url, {"vat": "excluding", "regime": "sieg", "de_minimis_received_cents": "12,50"})
    assert saved["Location"] == reverse("applications:budget", args=[ready.reference, member.pk])
    plan = FundingPlan.objects.get(membership=member)
    assert (plan.vat, plan.regime, plan.de_minimis_received_cents) == ("excluding", "sieg", 1250)
    page = bruno.get(reverse("applications:budgets", args=[ready.reference])).content.decode()
    assert "Hors taxes" in page and "2012/21/UE" in page and "12,50" in page and "Non déclarée" in page


# ── the public pre-check ─────────────────────────────────────────────────────────────────────────────────────────────
def failing(**changes):
    verdicts, _context = precheck(**changes)
    return {row[0] for row in verdicts if row[1] in FAILED}


def test_a_good_project_meets_no_obstacle(world):
    verdicts, context = precheck()
    assert {row[0] for row in verdicts} == set(rules_forms.NEEDS) and {row[1] for row in verdicts} == {"met"}
    assert (context["changes"], context["waiting"]) == (0, [])
    answer = Client().get(f"{ELIGIBILITY}?{urlencode(ANSWERS)}").content.decode()
    assert "D’après vos réponses, rien ne s’oppose au dépôt" in answer
    assert f'<a class="button button-main" href="{reverse("directory:ask_account")}">' in answer  # the way in


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"coordinator": "gip"}, {"R11", "R13"}),
        ({"public_partners": "5"}, set()),
        ({"public_partners": "6"}, {"R12"}),
        ({"other_partners": "1"}, {"R13"}),
        ({"elsewhere": "yes"}, {"R14"}),
        ({"activity": "99999"}, {"R15"}),
        ({"activity": "100000"}, set()),
        ({"months": "11"}, {"R16"}),
        ({"months": "12"}, set()),
        ({"months": "40"}, set()),
        ({"months": "41"}, {"R16"}),
        ({"expenses_cents": "999999,99"}, {"R17", "R32", "R33"}),
        ({"expenses_cents": "1000000"}, set()),
        ({"projects": "2"}, {"R18"}),
        ({"partners": "0"}, {"R19"}),
        ({"perimeters": "0"}, {"R20"}),
        ({"works": "no"}, {"R21"}),
        ({"works": "no", "aid_cents": "0"}, set()),
        ({"starts_on": "2022-09-20"}, set()),
        ({"starts_on": "2022-09-19"}, {"R22"}),
        ({"maturity_now": "6"}, set()),
        ({"maturity_now": "7"}, {"R23"}),
        ({"coordinator": "private", "public_partners": "0", "aid_cents": "800000"}, set()),
        ({"coordinator": "private", "public_partners": "0", "aid_cents": "800000,01"}, {"R32"}),
        ({"public_cents": "600000"}, set()),
        ({"public_cents": "600000,01"}, {"R33"}),
    ],
)
def test_the_pre_check_at_each_bound(world, changes, broken):
    assert failing(**changes) == broken


def test_the_pre_check_asks_by_subject(world):
    page = Client().get(ELIGIBILITY)
    assert re.findall("<h2>([^<]+)</h2>", page.content.decode()) == [
        "Le consortium",
        "Le projet",
        "Le budget",
    ]
    asked = [field.name for _title, fields in page.context["form"].groups() for field in fields]
    assert sorted(asked) == sorted(page.context["form"].fields)


def test_the_share_of_aid_is_not_judged_when_rates_differ(world):
    verdicts, _context = precheck(private_partners="1", aid_cents="1600000")
    assert "R32" not in {row[0] for row in verdicts}


def test_what_is_not_answered_waits(world):
    answer = Client().get(ELIGIBILITY, {"months": "41"})
    assert [(v.rule, places.url(v, "")) for v in answer.context["told"].verdicts] == [("R16", "#id_months")]
    page = answer.content.decode()
    assert "D’après vos réponses, 1 point à changer" in page and 'href="#id_months"' in page
    assert answer.context["waiting"][:2] == [
        "Qui coordonnerait le projet",
        "Coordonne-t-il un autre projet de cet appel\u202f?",
    ]
    empty = Client().get(ELIGIBILITY, {"months": ""})
    assert empty.status_code == 200 and "Répondez à une première question" in empty.content.decode()
    plain = Client().get(ELIGIBILITY, {"utm": "x"})
    assert (plain.status_code, plain.context["form"].is_bound) == (200, False)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"months": "deux"}, "months"),
        ({"projects": "-1"}, "projects"),
        ({"public_partners": "100"}, "public_partners"),
        ({"activity": str(10**12)}, "activity"),
        ({"coordinator": "mairie"}, "coordinator"),
        ({"starts_on": "demain"}, "starts_on"),
        ({"aid_cents": "beaucoup"}, "aid_cents"),
        ({"goal": "vendre"}, "goal"),
        ({"maturity_now": "11"}, "maturity_now"),
        ({"elsewhere": "peut-être"}, "elsewhere"),
        ({"months": "\x00"}, "months"),
    ],
)
def test_what_is_mistyped_is_said_beside_its_question(world, typed, field):
    answer = Client().get(ELIGIBILITY, typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "verdicts" not in answer.context


def test_the_pre_check_writes_nothing_and_takes_no_post(world):
    with CaptureQueriesContext(connection) as asked:
        assert Client().get(ELIGIBILITY, ANSWERS).status_code == 200
    said = [query["sql"].split()[0] for query in asked.captured_queries]
    assert set(said) == {"SAVEPOINT", "SET", "SELECT", "RELEASE"}
    assert Client().post(ELIGIBILITY, ANSWERS).status_code in (403, 405)


def test_the_bounds_are_those_of_the_wave_under_way(world, set_clock):
    settings = calls.new_settings(world.call, bounds={"max_months": 60}, by=world.cast.driss)
    calls.create_wave(
        world.call,
        settings,
        number=2,
        opens_at=made.CLOSES,
        closes_at=made.CLOSES + timedelta(days=90),
        by=world.cast.driss,
    )
    late = {"months": "41"}
    set_clock(made.CLOSES - timedelta(microseconds=1), frozen=True)
    assert failing(**late) == {"R16"}
    set_clock(made.CLOSES, frozen=True)
    assert failing(**late) == set()
    assert CallSettings.objects.count() == 2


def test_without_a_published_call_there_is_nothing_to_ask(db):
    assert Client().get(ELIGIBILITY).status_code == 404
