"""16. A dossier stands at one stage, said alike by the register, the home, the search, the API, the timeline, its page and the dashboard,
and never further than this person may know."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application
from dashboards.stage import Stage, stage_of, with_stage
from decisions import actions as decisions
from edsh_portal import acts, clock, memory
from edsh_portal.access import roles
from edsh_portal.workflow import STATES
from funding import actions as funding
from funding.models import Convention, Grant
from tests.decisions import world as deciding
from tests.funding import stage as paying
from tests.reviews import world as evaluating

STATE = ("driss", "victor", "jean", "dora", "emma", "aude", "nadia")
HOSPITAL = ("alice", "sophie", "bruno", "zoe", "claire")


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def told(user: Any) -> dict[str, set[str]]:
    """{reference: the stages that every page and the API show of it}: one each, or they disagree."""
    client = signed_in(user)
    known = with_stage(Application.objects.visible_to(user), user)
    seen: dict[str, set[str]] = {row.reference: {row.stage, stage_of(row, user)} for row in known}
    listed = client.get("/api/v1/applications/").json()["results"]
    assert {row["reference"] for row in listed} == set(seen)
    for row in listed:
        seen[row["reference"]].add(row["stage"])
        found = client.get("/api/v1/applications/", {"stage": row["stage"]}).json()["results"]
        assert row["reference"] in {other["reference"] for other in found}
        seen[row["reference"]].add(client.get(f"/api/v1/applications/{row['reference']}/").json()["stage"])
        timeline = client.get(reverse("dashboards:timeline", args=[row["reference"]]))
        if timeline.status_code == 200:
            seen[row["reference"]].add(timeline.context["stage"])
        page = client.get(reverse("applications:dossier", args=[row["reference"]]), follow=True)
        if page.status_code == 200 and page.request["PATH_INFO"].endswith(f"{row['reference']}/"):
            label = str(STATES["stage"][next(iter(seen[row["reference"]]))][0])
            assert label in page.content.decode(), (user, row["reference"], label)
    _lists(client, seen)
    return seen


def _lists(client: Client, seen: dict[str, set[str]]) -> None:
    """What the register, its filter and its file, the home, the search and the dashboard say."""
    register = client.get(reverse("dashboards:register"))
    if register.status_code == 200:
        for row in register.context["page"]:
            seen[row.reference].add(row.stage)
            alone = client.get(reverse("dashboards:register"), {"stage": row.stage}).context["page"]
            assert row.reference in {other.reference for other in alone}
        lines = (
            client.get(reverse("dashboards:register_file", args=["csv"])).content.decode("utf-8-sig").splitlines()[1:]
        )
        labels = {str(label): code for code, label in Stage.choices}
        for line in (line.split(";") for line in lines):
            seen[line[0]].add(labels[line[7]])
    for row in (client.get(reverse("dashboards:home")).context["hospital"] or {}).get("dossiers", []):
        seen[row["held"].reference].add(row["held"].stage)
    search = client.get(reverse("dashboards:search"), {"q": "EDSH-"})
    for row in search.context["applications"] if search.status_code == 200 else []:
        seen[row.reference].add(row.stage)
    dashboard = client.get(reverse("dashboards:dashboard"))
    if dashboard.status_code == 200:
        (wave,) = dashboard.context["waves"]
        counted = Counter(next(iter(stages)) for stages in seen.values())
        assert {stage: n for stage, n in wave["stages"].items() if n} == dict(counted)


def agreed(user: Any) -> list[str]:
    """The stage of each dossier this person sees, in order, once all pages agree."""
    found = told(user)
    assert {reference: stages for reference, stages in found.items() if len(stages) != 1} == {}
    return [next(iter(found[reference])) for reference in sorted(found)]


@pytest.fixture
def world(decided):
    return decided


def test_13_16_every_page_says_the_same_stage_to_the_same_person(world):
    """Three ranked dossiers: an award notified, a refusal approved and not released, one still to be proposed."""
    deciding.notified(world, 0)
    deciding.refused(world, 1)
    deciding.work()
    known = {name: agreed(getattr(world, name)) for name in (*STATE, *HOSPITAL)}
    officers = ["notified", "decided", "ranked"]
    assert known == {
        "driss": officers,
        "victor": officers,
        "jean": officers,
        "dora": officers,
        "aude": officers,
        "emma": ["notified", "decided", "admissible"],  # who pays sees no ranking
        "nadia": ["admissible"] * 3,  # neither ranking nor decision
        "alice": ["notified"],
        "sophie": ["notified"],
        "bruno": ["notified"],
        "zoe": [],
        "claire": ["admissible"] * 3,  # who scored them
    }


def test_13_16_the_embargo_holds_before_the_notification(world):
    """Approved, sealed, released to be notified: its hospital reads « Recevable » until the decision lies in its space."""
    decision = deciding.approved(world, 0)
    assert (agreed(world.driss)[0], agreed(world.alice)) == ("decided", ["admissible"])
    deciding.work()
    decision.refresh_from_db()
    decisions.release([decision], by=world.dora)
    assert (agreed(world.driss)[0], agreed(world.alice)) == ("decided", ["admissible"])
    deciding.work()
    assert (agreed(world.driss)[0], agreed(world.alice), agreed(world.nadia)[0]) == (
        "notified",
        ["notified"],
        "admissible",
    )


def test_13_16_a_ranking_is_known_once_its_session_is_closed(evaluated):
    from reviews import actions as reviews

    world = evaluated
    evaluating.reviewed_by_two(world)
    reviews.open_session(world.wave, by=world.jean)
    assert {name: set(agreed(getattr(world, name))) for name in ("jean", "driss", "dora", "alice")} == dict.fromkeys(
        ("jean", "driss", "dora", "alice"), {"admissible"}
    )


def test_13_16_a_refusal_and_what_follows_its_withdrawal(world):
    decision = deciding.notified(world, 1)
    assert (agreed(world.driss)[1], stage_of(world.dossiers[1], world.nadia)) == ("refused", "closed")
    deciding.revoked(world, decision, "Erreur de fait.")
    deciding.work()
    assert agreed(world.driss)[1] == "ranked"


def test_13_16_the_money_takes_it_to_its_end(world, set_clock):
    """Contracted once each member has signed; settled with the grant. The jury, which sees no money, stays at the notification."""
    deciding.notified(world, 0)
    set_clock(paying.NOW, frozen=True)
    grant = Grant.objects.get()
    shares = list(grant.shares.order_by("pk"))
    for number, share in enumerate(shares):
        made = funding.prepare_convention(share, siret=share.establishment.siret, months=24, by=world.driss)
        signer = world.sophie if share.establishment == world.hospitals[0] else world.simon
        asked = {"iban": paying.iban(number + 1), "holder": share.establishment.name, "by": world.driss, **paying.rib()}
        account = paying.kept(funding.propose_iban(made, **asked))
        funding.validate_iban(account, by=world.victor)
        assert agreed(world.driss)[0] == "notified"
        paying.countersigned(paying.agreed(made, signer), world.driss, world.dora)
    assert {name: agreed(getattr(world, name))[0] for name in ("driss", "emma", "alice", "jean")} == {
        "driss": "contracted",
        "emma": "contracted",
        "alice": "contracted",
        "jean": "notified",
    }
    funding.validate_agreement(paying.filed(grant, world.alice), by=world.driss)
    olivier, farid = (evaluating.person(name, role=role) for name, role in (("olivier", "orderer"), ("farid", "payer")))
    for made in Convention.objects.order_by("pk"):
        ours = made.share.establishment == world.hospitals[0]
        declare_all(made, *((world.alice, world.sophie) if ours else (world.bruno, world.simon)), officer=world.driss)
        balance = funding.plan_instalment(
            made, kind="balance", cents=1_00, year=2023, evidence="Rapport final", by=world.driss
        )
        paying.met(balance, world.driss, world.emma)
        funding.certify(balance, by=world.emma)
        funding.order(balance, by=olivier)
        funding.pay(balance, by=farid)
    assert {name: agreed(getattr(world, name))[0] for name in ("driss", "emma", "alice", "jean")} == {
        "driss": "settled",
        "emma": "settled",
        "alice": "settled",
        "jean": "notified",
    }


def test_an_award_that_lapses_has_a_stage_of_its_own(world, set_clock):
    """With the day and the act on its page, for who may read it; the jury, which sees no money, stays at the notification."""
    deciding.notified(world, 0)
    set_clock(paying.NOW + timedelta(days=3 * 366), frozen=True)
    act = funding.propose_lapse(Grant.objects.get(), reason="Rien n’a commencé.", by=world.driss)
    acts.approve(act, by=world.dora)
    asked = {name: agreed(getattr(world, name))[0] for name in ("driss", "emma", "alice", "jean")}
    assert asked == dict.fromkeys(("driss", "emma", "alice"), "lapsed") | {"jean": "notified"}
    for name, reads in (("driss", True), ("alice", False)):
        page = signed_in(getattr(world, name)).get(reverse("funding:grant", args=[act.subject_id])).content.decode()
        assert "Aide caduque depuis le" in page and "Rien n’a commencé." in page
        assert (reverse("dashboards:act", args=[act.pk]) in page) == reads


def declare_all(made, writer, signer, *, officer):
    """The final statement of a convention: one expense of today, accepted."""
    day = clock.now().astimezone(clock.PARIS).date()
    claim = funding.open_claim(made, starts_on=day, ends_on=day, final=True, by=writer)
    told = {"category": "staff", "label": "Salaires", "paid_on": day, "cents": 500_000_00, **paying.rib()}
    line = funding.add_line(claim, **told, by=writer)
    funding.ask_certificate(claim, accountant=signer, by=writer)
    funding.certify_claim(claim, quality="Agent comptable", by=signer)
    funding.check_line(line, eligible_cents=500_000_00, refusal="", evidence_seen=True, by=officer)
    funding.accept_claim(claim, by=officer)


def test_13_16_the_stage_costs_no_query(world):
    for user in (world.driss, world.emma, world.alice):
        with memory.opened():  # as in a page: who holds which role is asked once
            roles(user)
            with CaptureQueriesContext(connection) as plain:
                list(Application.objects.visible_to(user))
            with CaptureQueriesContext(connection) as staged:
                list(with_stage(Application.objects.visible_to(user), user))
        assert len(plain) == len(staged) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("?state=submitted", "?stage=submitted"),
        ("?wave=1&state=admissible&sort=-state", "?wave=1&sort=-stage&stage=admissible"),
        ("?sort=state", "?sort=stage"),
    ],
)
def test_13_16_old_addresses_of_the_register_lead_to_the_new(world, old, new):
    client, here = signed_in(world.driss), reverse("dashboards:register")
    assert here == "/dossiers/"
    answer = client.get(here + old)
    assert (answer.status_code, answer["Location"]) == (302, here + new)
    assert client.get(here + new).status_code == 200


def test_13_16_the_register_sorts_by_the_order_of_a_life(world):
    deciding.notified(world, 0)
    deciding.refused(world, 1)
    client = signed_in(world.driss)
    for sort, expected in (("stage", ["ranked", "decided", "notified"]), ("-stage", ["notified", "decided", "ranked"])):
        page = client.get(reverse("dashboards:register"), {"sort": sort}).context["page"]
        assert [row.stage for row in page] == expected


def test_13_16_every_stage_has_its_word_and_the_states_are_stages():
    assert {code for code, _label in Application.shown_states()} < set(Stage.values) == set(STATES["stage"])
    assert len(set(map(str, Stage.labels))) == len(Stage.labels)
