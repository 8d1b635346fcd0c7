"""Amendments: what an award becomes, two people and every signature later; what the ledger and the rules of the deposit refuse (R82)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from dashboards.invariants import INVARIANTS
from edsh_portal import acts, documents
from edsh_portal.workflow import Refused
from funding import actions, amending, ledger, printing
from funding.models import Amendment, Convention, GrantShare, Instalment, Posting
from funding.verify import verify_acts_of_money, verify_awards, verify_ledger
from tests.database import by_hand
from tests.decisions.acts import act
from tests.funding.stage import rib
from tests.funding.test_actions import refused
from tests.funding.world import approved

# ── the arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────
SHARES = st.dictionaries(st.integers(1, 6), st.tuples(st.integers(0, 10**11), st.integers(0, 10**11)), min_size=1)


@given(SHARES)
def test_what_moves_turns_one_state_into_the_other_to_the_cent(shares):
    before, after = ({key: pair[side] for key, pair in shares.items()} for side in (0, 1))
    if sum(after.values()) > sum(before.values()):
        with pytest.raises(ValueError):
            amending.moved(before, after)
        return
    done = amending.moved(before, after)
    held = dict(before)
    for giver, taker, cents in done.transfers:
        assert cents > 0 and giver != taker and before[giver] > after[giver] and after[taker] > before[taker]
        held[giver] -= cents
        held[taker] += cents
    for key, cents in done.released.items():
        assert cents > 0
        held[key] -= cents
    assert held == after
    assert sum(done.released.values()) == sum(before.values()) - sum(after.values())


# ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def signed(money):
    """The two conventions of an award of 600 000 and 400 000 euros, signed for 36 months."""
    return [money.convention(share) for share in money.granted().shares.order_by("pk")]


def asked(money, grant, kind) -> Amendment:
    return actions.ask_amendment(grant, kind=kind, reason="Recrutements retardés.", by=money.cast.alice)


def sent(amendment: Amendment) -> Amendment:
    """As the portal sends it: what is printed on it has its own test."""
    kept = documents.keep(rib()["content"])
    paper = documents.store(
        kept, name="avenant.pdf", media_type="application/pdf", kind="amendment", by=None, issued=True
    )
    actions.send_amendment(amendment, paper)
    return amendment


def agreed(money, amendment: Amendment) -> Amendment:
    for convention in Convention.objects.filter(share__grant=amendment.grant, state="signed").order_by("pk"):
        signatory = money.cast.sophie if convention.share.establishment == money.rennes else money.cast.paula
        actions.sign_amendment(
            amendment, convention, quality="Directrice", sha256=amendment.document.sha256, by=signatory
        )
    return amendment


def entered(money, amendment: Amendment) -> Amendment:
    acts.approve(actions.propose_amendment(agreed(money, sent(amendment)), by=money.cast.driss), by=money.cast.dora)
    amendment.refresh_from_db()
    return amendment


def cents(*conventions) -> list[int]:
    return [GrantShare.objects.get(pk=one.share_id).cents for one in conventions]


def broken() -> list:
    """What verify and the nineteen invariants find."""
    found = [*verify_ledger(), *verify_awards(), *verify_acts_of_money()]
    with connection.cursor() as cursor:
        for one in (of for name, of in INVARIANTS.items() if name != "I17"):  # awards of this world have no decision
            cursor.execute(one.sql)
            found += cursor.fetchall()
    return found


def test_a_duration_changes_once_everybody_has_signed(money, signed):
    grant, c = signed[0].share.grant, money.cast
    made = asked(money, grant, "duration")
    assert (made.number, made.state) == (1, "asked")
    refused("R82", actions.ask_amendment, grant, kind="stop", reason="Deux à la fois.", by=c.driss)
    assert refused("R16", actions.draft_amendment, made, months=41, by=c.driss).field == "months"  # 40 at most
    refused("R82", actions.draft_amendment, made, months=36, by=c.driss)
    with pytest.raises(PermissionDenied):
        actions.draft_amendment(made, months=40, by=c.alice)
    actions.draft_amendment(made, months=40, by=c.driss)
    refused("R82", actions.propose_amendment, sent(made), by=c.driss)  # nobody has signed
    hers = {"quality": "Directrice", "sha256": made.document.sha256, "by": c.sophie}
    refused("R82", actions.sign_amendment, made, signed[0], **(hers | {"sha256": "0" * 64}))
    with pytest.raises(PermissionDenied):
        actions.sign_amendment(made, signed[0], **(hers | {"by": c.paula}))
    actions.sign_amendment(made, signed[0], **hers)
    refused("R82", actions.sign_amendment, made, signed[0], **hers)
    assert made.state == "sent"
    actions.sign_amendment(made, signed[1], **(hers | {"by": c.paula}))
    assert made.state == "agreed"
    act = actions.propose_amendment(made, by=c.driss)
    refused("A01", actions.refuse_amendment, made, reason="Trop tard.", by=c.driss)
    assert [str(fact.after).replace("\u202f", " ") for fact in acts.KINDS["amendment"].facts(act, made)][1] == "40 mois"
    acts.approve(act, by=c.dora)
    made.refresh_from_db()
    assert (made.state, made.released_cents) == ("in_force", 0)
    assert [one.months for one in Convention.objects.filter(share__grant=grant)] == [40, 40]
    assert cents(*signed) == [600_000_00, 400_000_00]
    assert broken() == []


def test_a_budget_moves_between_members_and_lines_within_the_maximum(money, signed):
    first, second = signed
    grant, c, line = first.share.grant, money.cast, money.lines["FR2030"]
    money.pay(money.plan(first, 150_000_00))  # 25 %: what was paid under the ceiling of the day stays under it
    available = ledger.summary(line)["available"]
    made = asked(money, grant, "budget")
    mine, theirs = first.share_id, second.share_id
    no = refused("R82", actions.draft_amendment, made, shares={mine: 600_000_01}, by=c.driss)
    assert (no.facts["excess_cents"], no.field) == (1, f"share_{mine}")
    no = refused("R82", actions.draft_amendment, made, shares={mine: 149_999_99, theirs: 400_000_00}, by=c.driss)
    assert no.facts["least_cents"] == 150_000_00
    rennes, brest = (str(one.share.establishment_id) for one in signed)
    overhead = {int(brest): {"staff": 500_000_00, "overhead": 300_000_00}}
    refused("R34", actions.draft_amendment, made, expenses=overhead, by=c.driss)  # a rule of the deposit, newly broken
    refused(
        "R30", actions.draft_amendment, made, shares={mine: 199_999_99, theirs: 800_000_01}, by=c.driss
    )  # above its expenses
    spent = {int(brest): {"staff": 600_000_00, "hosting": 200_000_00, "travel": 50_000_00}}
    actions.draft_amendment(made, shares={mine: 500_000_00, theirs: 450_000_00}, expenses=spent, by=c.driss)
    assert made.before["shares"] == {str(mine): 600_000_00, str(theirs): 400_000_00}
    assert (
        made.before["expenses"][rennes]
        == made.after["expenses"][rennes]
        == {"staff": 600_000_00, "hosting": 400_000_00}
    )
    entered(money, made)
    assert made.released_cents == 50_000_00
    assert cents(first, second) == [500_000_00, 450_000_00]
    assert actions.subsidised(Convention.objects.get(pk=second.pk)) == spent[int(brest)]
    assert ledger.summary(line)["available"] == available + 50_000_00  # withdrawn within the year of its engagement
    kinds = Posting.objects.filter(act=made.act).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["transfer", "release"]
    grant.refresh_from_db()
    assert grant.cents == 1_000_000_00  # what was decided
    assert broken() == []


def test_what_was_given_back_later_lapses(money, signed, set_clock):
    line, made = money.lines["FR2030"], asked(money, signed[0].share.grant, "budget")
    set_clock(money.wave.closes_at.replace(year=2024, month=2), frozen=True)
    actions.draft_amendment(made, shares={signed[1].share_id: 399_999_99}, by=money.cast.driss)
    entered(money, made)
    assert ledger.summary(line)["lapsed"] == 1
    assert broken() == []


def test_a_stop_leaves_what_is_paid_and_closes_what_is_nothing(money, signed):
    first, second = signed
    grant, c = first.share.grant, money.cast
    money.pay(money.plan(first, 100_000_00))
    made = asked(money, grant, "stop")
    refused("R82", actions.draft_amendment, made, shares={first.share_id: 100_000_00}, by=c.driss)  # which day?
    day = {"stops_on": date(2023, 4, 30), "by": c.driss}
    refused("R82", actions.draft_amendment, made, **(day | {"stops_on": date(2022, 12, 31)}))
    actions.draft_amendment(made, shares={first.share_id: 150_000_00, second.share_id: 0}, **day)
    entered(money, made)
    assert made.released_cents == 850_000_00
    second.refresh_from_db()
    assert second.state == "closed"
    assert refused("R84", money.plan, first, 1).field == "kind"
    refused("R84", actions.ask_amendment, grant, kind="duration", reason="Encore.", by=c.alice)
    assert broken() == []
    final = money.settled(Convention.objects.get(pk=first.pk), 100_000_00)
    assert final.final_cents == 60_000_00  # 60 %: the rate is the decision's, whatever is left of the maximum (art. 10)
    money.recover(first.share, cents=40_000_00, ground="term")
    first.refresh_from_db()
    grant.refresh_from_db()
    assert (first.state, grant.state) == ("closed", "closed")
    assert broken() == []


def test_a_stop_keeps_the_rate_and_closes_nothing_that_is_not_justified(money, signed):
    """Down to what its expenses give, or to an advance that none justifies yet: the final aid on the same expenses is the same cents."""
    first, second = signed
    grant, c = first.share.grant, money.cast
    money.accepted(money.claim(first, {"staff": 200_000_00}))  # 60 %: 120 000 €
    money.pay(money.plan(second, 50_000_00))
    due = actions.final_of(first).aid_cents
    made = asked(money, grant, "stop")
    least = {first.share_id: due, second.share_id: 50_000_00}
    actions.draft_amendment(made, stops_on=date(2023, 4, 30), shares=least, by=c.driss)
    entered(money, made)
    first, second = (Convention.objects.get(pk=one.pk) for one in signed)
    assert (cents(first, second), first.state, second.state) == ([120_000_00, 50_000_00], "signed", "signed")
    final = money.accepted(money.claim(first, {"hosting": 1_00}, final=True, month=2), hosting=0)
    assert final.final_cents == due == 120_000_00
    money.pay(money.plan(first, due, "balance"))
    assert money.settled(second, 80_000_00).final_cents == 40_000_00  # 50 %: 10 000 € are claimed back
    money.recover(second.share, cents=10_000_00, ground="term")
    second.refresh_from_db()
    grant.refresh_from_db()
    assert (second.state, grant.state) == ("closed", "closed")
    assert broken() == []


def test_an_amendment_waits_for_statements_and_lapses_when_money_moves(money, signed):
    first, second = signed
    grant, c = first.share.grant, money.cast
    made = asked(money, grant, "budget")
    claim = money.claim(first, {"staff": 100_000_00})
    lower = {"shares": {first.share_id: 100_000_00}, "by": c.driss}
    refused("R82", actions.draft_amendment, made, **lower)
    money.accepted(claim)
    assert (
        refused("R82", actions.draft_amendment, made, **(lower | {"shares": {first.share_id: 59_999_99}})).facts[
            "least_cents"
        ]
        == 60_000_00
    )  # 60 % of what was accepted is due
    actions.draft_amendment(made, **lower)
    act = actions.propose_amendment(agreed(money, sent(made)), by=c.driss)
    money.plan(first, 70_000_00)
    with pytest.raises(Refused) as stale:
        acts.approve(act, by=c.dora)
    assert stale.value.code == "A03"
    made.refresh_from_db()
    assert made.state == "agreed"
    actions.refuse_amendment(made, reason="À reprendre après le versement.", by=c.driss)
    assert cents(first) == [600_000_00]
    again = actions.ask_amendment(grant, kind="budget", reason="Après le versement.", by=c.driss)
    assert again.number == 2
    assert broken() == []


def test_before_the_signatures_a_convention_is_taken_up_again(money):
    share = money.granted().shares.order_by("pk").first()
    held = money.convention(share, signed=False)
    refused("R82", actions.ask_amendment, held.share.grant, kind="duration", reason="Trop tôt.", by=money.cast.alice)


def test_what_the_amendment_prints_is_what_it_says(money, signed):
    made = asked(money, signed[0].share.grant, "budget")
    actions.draft_amendment(made, shares={signed[1].share_id: 350_000_00}, by=money.cast.driss)
    told = printing.compose_amendment(Amendment.objects.get(pk=made.pk))
    assert told["number"] == f"{made.grant.application.reference}-A1" and set(told) == set(act("amendment_2"))
    assert [one["siret"] for one in told["beneficiaries"]] == [one.siret for one in signed]
    assert [row["label"].split(" · ")[0] for row in told["changes"]] == ["CHU de Brest", "Aide, au total"]
    assert told["changes"][0]["gap"].startswith("-50") or told["changes"][0]["gap"].startswith("\u221250")


# ── the walls ────────────────────────────────────────────────────────────────────────────────────────────────────────
def held_back(words, statement):
    with pytest.raises(DatabaseError, match=words), transaction.atomic(), by_hand():
        statement()


def test_nothing_of_what_was_signed_changes_by_hand(money, signed):
    first, second = signed
    made = asked(money, first.share.grant, "budget")
    actions.draft_amendment(made, shares={second.share_id: 350_000_00}, by=money.cast.driss)
    same = Amendment.objects.filter(pk=sent(made).pk)
    shares, held = GrantShare.objects.filter(pk=first.share_id), Convention.objects.filter(pk=first.pk)
    held_back("no approved act", lambda: shares.update(cents=1))
    held_back("no approved act", lambda: held.update(months=40))
    held_back("has not signed it", lambda: same.update(state="agreed"))
    held_back("is refused to everyone", lambda: same.update(after={}))
    agreed(money, made)
    held_back(
        "no approved act",
        lambda: same.update(state="in_force", decided_at=made.asked_at, act=first.signatures.get(party="state").act),
    )


def test_a_share_is_what_the_ledger_holds(money, signed):
    """An act that says a share and moves nothing: refused once the transaction ends."""
    share = signed[0].share
    with pytest.raises(DatabaseError, match="not what the ledger holds"), transaction.atomic():
        approved(
            "amendment", money.cast.driss, money.cast.dora, grant=share.grant_id, after={"shares": {str(share.pk): 1}}
        )
        share.cents = 1
        share.save(update_fields=["cents"])
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS wall_share_held IMMEDIATE")


def test_a_stopped_project_is_paid_nothing_but_its_balance(money, signed):
    made = asked(money, signed[0].share.grant, "stop")
    actions.draft_amendment(made, stops_on=date(2023, 4, 30), by=money.cast.driss)
    entered(money, made)
    first = signed[0]
    plan = {
        "convention": first, "number": 9, "cents": 1, "year": 2023, "evidence": "x", "state": "planned",
        "planned_by": money.cast.driss, "planned_at": made.decided_at,
    }  # fmt: skip
    held_back("the project has stopped", lambda: Instalment.objects.create(kind="advance", **plan))
