"""An award whose project does not begin: reminders, the delay extended once, the lapse by two people; what it bars (art. 11 and 13)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications import actions as dossiers
from edsh_portal import acts
from edsh_portal.models import Event
from funding import actions, lapsing, ledger
from funding.models import Claim, Extension, Grant, Start, StartReminder
from funding.models.lapse import begins_by
from tests.database import by_hand
from tests.funding.test_actions import consistent, refused
from tests.funding.test_views import get, text

LAST = date(2025, 5, 10)  # two years after the notification


@given(st.integers(10**9, 4 * 10**9))
def test_the_delay_is_counted_in_months_of_paris(at):
    at = datetime.fromtimestamp(at, UTC)
    day = lapsing.begins_by(at)
    began = at.astimezone(lapsing.clock.PARIS).date()
    assert (day.year, day.month) == (began.year + 2, began.month) and day.day in (began.day, 28)
    assert lapsing.latest_extension(at) >= day + timedelta(days=365)
    assert lapsing.claims_by(began, 36) >= began + timedelta(days=4 * 365)


@pytest.fixture
def grant(money):
    """600 000 and 400 000 euros, both conventions signed, on 10 May 2023; an advance of 100 000 euros is paid."""
    first, _second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    money.pay(money.plan(first, 100_000_00))
    return Grant.objects.get(pk=first.share.grant_id)


def on(set_clock, day):
    set_clock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), frozen=True)


def test_a_project_is_declared_begun_once(money, grant):
    c = money.cast
    assert begins_by(grant) == LAST and list(actions.waiting_to_begin()) == [grant]
    with pytest.raises(PermissionDenied):
        actions.declare_start(grant, started_on=date(2023, 5, 10), by=c.bruno)  # a partner
    assert refused("R84", actions.declare_start, grant, started_on=date(2023, 5, 11), by=c.alice).field == "started_on"
    refused("R84", actions.declare_start, grant, started_on=date(2023, 5, 9), by=c.alice)  # before the deposit: art. 5
    actions.declare_start(grant, started_on=date(2023, 5, 10), by=c.alice)
    refused("R84", actions.declare_start, grant, started_on=date(2023, 5, 10), by=c.alice)
    assert not actions.waiting_to_begin().exists()
    refused("R84", actions.propose_lapse, grant, reason="Trop tard.", by=c.driss)


def test_its_coordinator_is_reminded_twice(grant, set_clock):
    for day, said in (
        (LAST - timedelta(days=91), 0),
        (LAST - timedelta(days=89), 1),
        (LAST - timedelta(days=29), 1),
        (LAST, 0),
    ):
        on(set_clock, day)
        assert actions.remind_starts() == said
        assert actions.remind_starts() == 0
    assert list(StartReminder.objects.order_by("pk").values_list("ends_on", "days")) == [(LAST, 90), (LAST, 30)]
    assert Event.objects.filter(kind="grant.start_near").count() == 2


def test_who_is_not_told_in_their_space_alone_is_written_to_as_well(money, grant, set_clock, client):
    """Listed once their reminder has left, and until the project has begun or its delay is another: the law sends nothing by post."""
    c, home = money.cast, reverse("dashboards:home")

    def listed():
        client.force_login(c.driss)
        tasks = [line for part in client.get(home).context["sections"] for line in part["tasks"]]
        [told] = [line for line in tasks if line["url"] == f"{reverse('funding:lapses')}?pile=courrier"]
        page = get(client, c.driss, "lapses", pile="courrier")
        assert told["count"] == len(page.context["rows"]) == len(told["rows"])
        return [(row.name, row.who, row.by.replace("\xa0", " ")) for row in told["rows"]], page.context["rows"]

    dossiers.withdraw_consent(grant.application, by=c.sophie)
    assert listed() == ([], [])
    on(set_clock, LAST - timedelta(days=89))
    assert (actions.remind_starts(), len(listed()[1])) == (1, 1)
    row = (str(grant.application), "CHU de Rennes", "à commencer au plus tard le 10/05/2025")
    assert listed() == ([row], [(grant, LAST, False, money.rennes)])
    assert "le coordinateur n’a pas accepté la notification électronique" in text(
        get(client, c.driss, "lapses", pile="courrier")
    )
    act = actions.propose_extension(grant, until=date(2026, 5, 10), reason="Recrutement en cours.", by=c.driss)
    acts.approve(act, by=c.dora)
    assert listed() == ([], [])
    on(set_clock, date(2026, 2, 20))
    assert (actions.remind_starts(), [of[1] for of in listed()[1]]) == (1, [date(2026, 5, 10)])
    actions.declare_start(grant, started_on=date(2026, 2, 1), by=c.alice)
    assert listed() == ([], [])


def test_who_is_told_in_their_space_is_reminded_there(money, grant, set_clock):
    on(set_clock, LAST - timedelta(days=89))
    assert (actions.remind_starts(), list(actions.to_recall_by_post())) == (1, [])


def test_the_delay_is_extended_once_by_two_people(money, grant, set_clock):
    c = money.cast
    ask = {"reason": "Recrutement du chef de projet.", "by": c.driss}
    assert refused("R84", actions.propose_extension, grant, until=LAST, **ask).field == "until"
    refused("R84", actions.propose_extension, grant, until=date(2026, 5, 11), **ask)  # a year at most
    act = actions.propose_extension(grant, until=date(2026, 5, 10), **ask)
    acts.approve(act, by=c.dora)
    grant = Grant.objects.get(pk=grant.pk)
    assert begins_by(grant) == date(2026, 5, 10) == Extension.objects.get().until
    refused("R84", actions.propose_extension, grant, until=date(2026, 5, 10), **ask)
    on(set_clock, LAST + timedelta(days=1))
    refused("R84", actions.propose_lapse, grant, reason="Trop tôt.", by=c.driss)


def test_past_its_day_it_lapses_and_nothing_is_paid_any_more(money, grant, set_clock, client):
    c, line = money.cast, money.lines["FR2030"]
    on(set_clock, LAST)
    refused("R84", actions.propose_lapse, grant, reason="Le dernier jour n’est pas passé.", by=c.driss)
    on(set_clock, LAST + timedelta(days=1))
    act = actions.propose_lapse(grant, reason="Rien n’a commencé.", by=c.driss)
    assert act.payload["cents"] == 900_000_00
    acts.approve(act, by=c.dora)
    grant.refresh_from_db()
    assert grant.state == "lapsed"
    stands = ledger.summary(line)
    assert (stands["lapsed"], stands["to_certify"], stands["paid"]) == (900_000_00, 0, 100_000_00)
    first = grant.shares.order_by("pk").first().convention
    page = get(client, c.driss, "convention", first.pk)
    assert "Aide caduque depuis le" in text(page) and "Rien n’a commencé." in text(page)
    assert (page.context["may_plan"], page.context["may_recover"], page.context["missing"]) == (False, True, {})
    assert get(client, c.alice, "convention", first.pk).context["may_claim"] is False
    refused("R84", money.plan, first, 1)
    refused("R84", actions.open_claim, first, starts_on=date(2023, 6, 1), ends_on=date(2023, 6, 30), by=c.alice)
    refused("R82", actions.ask_amendment, grant, kind="duration", reason="Trop tard.", by=c.alice)
    money.recover(first.share, cents=100_000_00, ground="term")  # what was paid is claimed back
    assert actions.net_paid(first.share) == 0
    assert consistent()


def test_expenses_are_declared_a_year_after_the_end_at_most(money, grant, set_clock):
    first = grant.shares.order_by("pk").first().convention
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 31), "by": money.cast.alice}
    on(set_clock, date(2027, 1, 2))  # the project began on 1 January 2023, for 36 months
    refused("R84", actions.open_claim, first, **period)
    on(set_clock, date(2027, 1, 1))
    assert actions.open_claim(first, **period).state == "draft"


def held_back(words, statement):
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), by_hand():
        statement()


def test_the_database_says_the_same(money, grant, set_clock):
    c, same = money.cast, Grant.objects.filter(pk=grant.pk)
    held_back("no approved act", lambda: same.update(state="lapsed"))
    extended = {"grant": grant, "until": date(2026, 5, 10), "reason": "x", "at": grant.engaged_at}
    some = Event.objects.filter(kind="act.approved").order_by("-pk").first().data["act"]
    held_back("no approved act", lambda: Extension.objects.create(act_id=some, **extended))
    on(set_clock, LAST + timedelta(days=1))
    act = actions.propose_lapse(grant, reason="Rien n’a commencé.", by=c.driss)
    with by_hand():
        Start.objects.create(grant=grant, started_on=LAST, declared_by=c.alice, declared_at=grant.engaged_at)
    refused("A03", acts.approve, act, by=c.dora)
    first = grant.shares.order_by("pk").first().convention
    late = {"convention": first, "number": 1, "starts_on": LAST, "ends_on": LAST, "base_cents": 1, "state": "draft"}
    on(set_clock, date(2027, 1, 2))
    held_back(
        "last day to declare", lambda: Claim.objects.create(opened_by=c.alice, opened_at=grant.engaged_at, **late)
    )
