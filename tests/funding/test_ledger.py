"""The door of the ledger: the life of one award to the cent, refusals in words, and what `verify` sees of tampering."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import DataError, transaction

from edsh_portal import acts
from edsh_portal.workflow import Refused
from funding import books, ledger
from funding.models import Account, Balance, Entry, Posting
from funding.verify import verify_ledger
from tests.funding import world as two
from tests.funding.world import approved, lane, people

pytestmark = pytest.mark.django_db(transaction=True)


NOT_CLOSED = {"brought": 0, "carried": 0, "lapsed": 0}  # of a year


@pytest.fixture
def stage(committed, superuser, set_clock):
    """A line with 1 000,00 € of AE and 600,00 € of CP in 2023, in June 2023."""
    at = datetime(2023, 6, 1, 8, tzinfo=UTC)
    set_clock(at)
    alma, bela, cleo, dina, egon, fara = people(superuser, 6)
    line = lane(superuser, at)
    two.open_ae(line=line, cents=1_000_00, act="arrêté du 22/07/2022", proposer=bela, by=alma, key="ae")
    two.open_cp(line=line, years={2023: 600_00}, act="loi de finances", proposer=bela, by=alma, key="cp")
    grant = SimpleNamespace(pk=next(iter(line.grants)))
    first, second = line.shares[:2]
    return SimpleNamespace(
        line=line,
        grant=grant,
        first=first,
        second=second,
        instalment=first.instalments[0],
        set_clock=set_clock,
        at=at,
        alma=alma,
        bela=bela,
        cleo=cleo,
        dina=dina,
        egon=egon,
        fara=fara,
    )


def award(s: Any, cents: int = 500_00) -> None:
    two.reserve(line=s.line, grant=s.grant, cents=cents, proposer=s.bela, by=s.cleo, key="reserve")
    shares, act = {s.first: cents - 100_00, s.second: 100_00}, ledger.act_of(s.grant)
    ledger.engage(line=s.line, grant=s.grant, shares=shares, act=act, by=s.cleo, key="engage")


def paid(s: Any, cents: int = 120_00) -> None:
    ledger.certify(instalment=s.instalment, cents=cents, by=s.dina, key="certify")
    ledger.order(instalment=s.instalment, cents=cents, by=s.egon, key="order")
    ledger.pay(instalment=s.instalment, cents=cents, by=s.fara, key="pay")


def refusal(code: str, door: Any, **arguments: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        door(**arguments)
    assert caught.value.code == code
    return caught.value


def agreed(line: int) -> dict[str, Any]:
    """What the accounts of the line alone tell, which those of its shares tell too."""
    stands, told = ledger.summary(line), ledger.promises([line])[line]
    assert told == {
        "opened": stands["opened"],
        "available": stands["available"],
        "lapsed": stands["lapsed"],
        "held": stands["reserved"] + stands["engaged"],
        "cp": {
            year: {name: of[name] for name in ("opened", "available", "lapsed")} for year, of in stands["cp"].items()
        },
    }
    return told


def test_an_award_from_the_act_to_the_recovery(stage):
    s = stage
    award(s)
    paid(s)
    two.recover(share=s.first, cents=20_00, proposer=s.dina, by=s.egon, key="recover")
    two.release(share=s.second, cents=100_00, reason="retrait", proposer=s.bela, by=s.cleo, key="release")
    two.lower_ae(line=s.line, cents=50_00, act="gel", proposer=s.bela, by=s.alma, key="lower")
    two.lower_cp(line=s.line, years={2023: 80_00}, act="gel", proposer=s.bela, by=s.alma, key="lower cp")

    assert ledger.summary(s.line.pk) == {
        "opened": 950_00,
        "available": 550_00,
        "reserved": 0,
        "engaged": 400_00,
        "to_certify": 280_00,
        "certified": 0,
        "ordered": 0,
        "paid": 120_00,
        "kept": 100_00,
        "recovered": 20_00,
        "lapsed": 0,
        "cp": {2023: {"opened": 520_00, "available": 400_00, "ordered": 0, "paid": 120_00} | NOT_CLOSED},
    }
    assert agreed(s.line.pk)["held"] == 400_00
    assert list(verify_ledger()) == []


def test_what_is_held_and_dropped_is_available_again(stage):
    s = stage
    two.reserve(line=s.line, grant=s.grant, cents=300_00, proposer=s.bela, by=s.cleo, key="reserve")
    assert (ledger.summary(s.line.pk)["available"], agreed(s.line.pk)["held"]) == (700_00, 300_00)
    two.void(line=s.line, grant=s.grant, cents=300_00, proposer=s.bela, by=s.cleo, key="void")
    assert ledger.summary(s.line.pk)["available"] == 1_000_00


def test_steps_back_before_payment(stage):
    s = stage
    award(s)
    ledger.certify(instalment=s.instalment, cents=120_00, by=s.dina, key="certify")
    ledger.order(instalment=s.instalment, cents=120_00, by=s.egon, key="order")
    ledger.cancel_order(instalment=s.instalment, cents=120_00, year=2023, reason="RIB", by=s.egon, key="cancel")
    ledger.uncertify(instalment=s.instalment, cents=120_00, reason="pièce", by=s.dina, key="uncertify")
    found = ledger.summary(s.line.pk)
    assert (found["to_certify"], found["certified"], found["ordered"]) == (500_00, 0, 0)
    assert found["cp"][2023] == {"opened": 600_00, "available": 600_00, "ordered": 0, "paid": 0} | NOT_CLOSED


def test_ae_withdrawn_after_its_year_is_lost(stage):
    s = stage
    award(s)
    s.set_clock(datetime(2024, 1, 1, 0, 0, tzinfo=UTC))
    two.release(share=s.second, cents=100_00, reason="retrait", proposer=s.bela, by=s.cleo, key="lapse")
    assert Posting.objects.get(key="lapse").kind == "lapse"
    found = ledger.summary(s.line.pk)
    assert (found["available"], found["lapsed"], found["engaged"]) == (500_00, 100_00, 400_00)
    assert agreed(s.line.pk)["lapsed"] == 100_00


def test_the_budget_year_turns_at_midnight_in_paris(stage):
    assert ledger.fiscal_year(datetime(2023, 12, 31, 22, 59, 59, tzinfo=UTC)) == 2023
    assert ledger.fiscal_year(datetime(2023, 12, 31, 23, 0, 0, tzinfo=UTC)) == 2024


def test_a_payment_is_reversed_by_two_people_once(stage):
    s = stage
    award(s)
    paid(s)
    posting = Posting.objects.get(key="pay").pk
    back = {"posting": posting, "reason": "rejet bancaire", "proposer": s.dina, "by": s.egon}
    done = two.reverse(**back, key="reverse")
    assert two.reverse(**back, key="reverse") == done
    assert ledger.summary(s.line.pk)["cp"][2023]["paid"] == 0
    assert refusal("L06", two.reverse, **back, key="again").message
    refusal("L06", two.reverse, **(back | {"posting": done}), key="of a reversal")
    refusal("A04", two.reverse, **(back | {"proposer": s.egon}), key="alone")


def test_the_missing_amount_is_told_to_the_cent(stage):
    s = stage
    no = refusal(
        "L01", two.reserve, line=s.line, grant=s.grant, cents=1_234_56, proposer=s.bela, by=s.cleo, key="too much"
    )
    assert no.facts == {"missing_cents": 234_56, "account": f"ae.available:{s.line.pk}"}
    assert "234,56" in no.message and no.field == "amount"
    award(s)
    assert "engagé" in refusal("L01", ledger.certify, instalment=s.instalment, cents=400_01, by=s.dina, key="c").message
    assert "certifié" in refusal("L01", ledger.order, instalment=s.instalment, cents=1, by=s.egon, key="o").message
    ledger.certify(instalment=s.instalment, cents=400_00, by=s.dina, key="certify")
    two.lower_cp(line=s.line, years={2023: 300_00}, act="gel", proposer=s.bela, by=s.alma, key="lower cp")
    assert (
        "crédits de paiement"
        in refusal("L01", ledger.order, instalment=s.instalment, cents=400_00, by=s.egon, key="o2").message
    )


@pytest.mark.parametrize(
    "family",
    ["ae.available", "cp.available", "ae.reserved", "ae.engaged", "ae.certified", "ae.ordered", "ae.paid", "x"],
)
def test_every_account_has_its_sentence(family):
    assert "1,00" in ledger._shortage(f"{family}:1") % {"missing": "1,00"}


def test_one_person_cannot_take_two_parts(stage):
    s = stage
    refusal("A04", two.reserve, line=s.line, grant=s.grant, cents=1, proposer=s.cleo, by=s.cleo, key="alone")
    award(s)
    ledger.certify(instalment=s.instalment, cents=1_00, by=s.dina, key="certify")
    refusal("L04", ledger.order, instalment=s.instalment, cents=1_00, by=s.dina, key="order")
    ledger.order(instalment=s.instalment, cents=1_00, by=s.egon, key="order")
    for person in (s.dina, s.egon):
        refusal("L04", ledger.pay, instalment=s.instalment, cents=1_00, by=person, key="pay")


def test_nothing_that_two_people_decide_is_posted_without_their_act(stage):
    """By the web login, with an act of another transaction, of other amounts, of one person only, or none at all."""
    s = stage
    said = ledger.open_ae(line=s.line, cents=5, act="avenant")
    with transaction.atomic():
        old = approved("envelope.open", s.bela, s.alma, said)
    for act in (SimpleNamespace(pk=None), old):
        refusal("L08", ledger.carry, act=act, movement=said)
    with transaction.atomic():
        act = approved("envelope.open", s.bela, s.alma, said)
        refusal("L08", ledger.carry, act=act, movement=ledger.open_ae(line=s.line, cents=6, act="avenant"))
        refusal("L08", ledger.carry, act=act, movement=ledger.lower_ae(line=s.line, cents=5, act="avenant"))
        assert Posting.objects.get(pk=ledger.carry(act, said)).second_id == s.bela.pk
    refusal("A04", two.open_ae, line=s.line, cents=5, act="avenant", proposer=s.alma, by=s.alma, key="alone")
    award(s)
    with transaction.atomic():
        void = {"line": s.line, "grant": s.grant, "cents": 1, "by": s.cleo}
        refusal("L08", ledger.void, **void, act=SimpleNamespace(pk=None), key="void")
        refusal("L08", ledger.void, **void, act=approved("decision.revoke", s.bela, s.cleo, withdraws=0), key="void")
    again = {"line": s.line, "grant": s.grant, "shares": {s.first: 1}, "by": s.cleo}
    refusal("L08", ledger.engage, **again, act=old.pk, key="engage again")
    refusal("L08", ledger.release, shares={s.first: 1}, reason="x", by=s.cleo, key="release")


SAYS = {kind: {act} for kind, act in two.KIND.items()} | {
    "engage": {"decision.approve"},
    "void": {"decision.approve", "decision.revoke"},  # recalled, withdrawn
    "release": {"decision.revoke", "amendment", "grant.lapse"},
    "lapse": {"decision.revoke", "amendment", "grant.lapse"},
}


def test_an_act_opens_what_its_kind_may_and_nothing_else(stage, owner):
    """A recovery listed in an amendment would pass two people, and no contradictory procedure: refused, to the door and to the owner."""
    s = stage
    award(s)
    paid(s)
    said = ledger.recover(share=s.first, cents=1_00, ground=two.GROUND)
    for kind in sorted(acts.KINDS.keys() - {"recovery.issue"}):
        with transaction.atomic():
            refusal("L08", ledger.carry, act=approved(kind, s.bela, s.cleo, said), movement=said)
    for kind in ("envelope.open", "recovery.issue", "ceiling.set"):  # nor what follows from an act
        with transaction.atomic():
            act = approved(kind, s.bela, s.cleo, withdraws=s.grant.pk)
            refusal("L08", ledger.release, shares={s.first: 1}, reason="x", act=act, by=s.cleo, key="release")
    with transaction.atomic():
        held = {kind: approved(kind, s.bela, s.cleo).pk for kind in acts.KINDS}
    forged = "INSERT INTO funding_posting (key, payload_hash, kind, line_id, act_id, by_id, at, facts, event_id) VALUES ('x', '', %s, %s, %s, 0, now(), '{}', 0)"
    for kind, act in held.items():
        for posting in (*ledger.MOVEMENTS, "reverse"):
            with pytest.raises(psycopg.Error) as caught:
                owner.execute(forged, [posting, s.line.pk, act])
            refused = "is not one that posts" in str(caught.value)
            assert refused == (kind not in SAYS.get(posting, ())), (kind, posting, caught.value)
    assert list(verify_ledger()) == []


def test_keys(stage):
    s = stage
    asked = {"line": s.line, "cents": 1_00, "act": "avenant", "proposer": s.bela, "by": s.alma, "key": "one"}
    assert two.open_ae(**asked) == two.open_ae(**asked)
    refusal("L02", two.open_ae, **(asked | {"cents": 1_01}))
    refusal("L02", two.open_ae, **(asked | {"act": "autre"}))
    award(s)
    asked = {"instalment": s.instalment, "cents": 1_00, "by": s.dina, "key": "two"}
    assert ledger.certify(**asked) == ledger.certify(**asked)
    refusal("L02", ledger.certify, **(asked | {"cents": 1_01}))
    refusal("L02", ledger.certify, **(asked | {"by": s.egon}))
    assert ledger.summary(s.line.pk)["opened"] == 1_001_00


def test_no_such_movement_and_closed_periods(stage):
    s = stage
    opening = {"act": "loi", "proposer": s.bela, "by": s.alma}
    refusal("L03", two.open_ae, line=s.line, cents=0, key="0", **opening)
    refusal("L03", two.open_ae, line=SimpleNamespace(pk=999_999), cents=1, key="1", **opening)
    refusal("L03", ledger.engage, line=s.line, grant=s.grant, shares={}, act=None, by=s.cleo, key="2")
    refusal(
        "L03",
        two.reserve,
        line=s.line,
        grant=SimpleNamespace(pk=999_999),
        cents=1,
        proposer=s.bela,
        by=s.cleo,
        key="3",
    )
    refusal("L05", two.open_cp, line=s.line, years={2022: 1}, key="4", **opening)
    refusal("L05", two.open_ae, line=s.line, cents=1, key="5", at=s.at - timedelta(seconds=90), **opening)
    with pytest.raises(DataError), transaction.atomic():
        two.open_ae(line=s.line, cents=10**30, key="6", **opening)  # not a refusal: no form lets it through


def test_an_instant_that_is_not_the_present_is_an_error_of_the_program(stage):
    with pytest.raises(Exception, match="present"):
        two.open_ae(
            line=stage.line,
            cents=1,
            act="x",
            proposer=stage.bela,
            by=stage.alma,
            key="k",
            at=datetime(2031, 1, 1, tzinfo=UTC),
        )


def test_a_refusal_leaves_the_transaction_usable(stage):
    s = stage
    with transaction.atomic():
        refusal("L01", two.void, line=s.line, grant=s.grant, cents=1, proposer=s.bela, by=s.cleo, key="void")
        two.open_ae(line=s.line, cents=1, act="avenant", proposer=s.bela, by=s.alma, key="after")
    assert Posting.objects.filter(kind="open_ae", facts__act="avenant").exists()
    assert not Account.objects.filter(family="ae.reserved").exists()  # an account is not opened by a refusal


def held(account: Account, at: datetime | None = None) -> int:
    return books.held(Account.objects.filter(pk=account.pk), at).get().cents


def test_statement_of_an_account(stage):
    s = stage
    account = Account.objects.get(code=f"ae.available:{s.line.pk}")
    s.set_clock(s.at + timedelta(days=1))
    award(s)
    rows = list(books.statement(account))
    assert [(e.posting.kind, e.cents) for e in rows] == [("reserve", 500_00), ("open_ae", 1_000_00)]
    assert held(account, s.at - timedelta(days=1)) == 0
    assert held(account, s.at + timedelta(hours=1)) == 1_000_00
    assert held(account, s.at + timedelta(days=2)) == 500_00
    assert str(account) == f"ae.available:{s.line.pk}"


# ── what verify sees, a superuser having gone round the walls ────────────────────────────────────────────────────────
def tamper(superuser: Any, *statements: str) -> set[str]:
    superuser.execute("SET session_replication_role = replica")
    for statement in statements:
        superuser.execute(statement)
    superuser.execute("SET session_replication_role = origin")
    return {finding.code for finding in verify_ledger()}


def test_verify_names_a_balance_set_by_hand(stage, superuser):
    assert tamper(superuser, "UPDATE funding_balance SET cents = cents + 1 WHERE account_id = 2") == {"ledger.balance"}


def test_verify_names_a_missing_balance(stage, superuser):
    assert tamper(superuser, "DELETE FROM funding_balance WHERE account_id = 2") == {"ledger.balance"}


def test_verify_names_an_entry_rewritten_with_its_balances(stage, superuser):
    award(stage)
    entry = Entry.objects.get(posting__kind="reserve")
    found = tamper(
        superuser,
        "UPDATE funding_entry SET cents = cents - 1, source_after = source_after + 1, target_after = target_after - 1"
        f" WHERE id = {entry.pk}",
        f"UPDATE funding_entry SET source_after = source_after - 1 WHERE source_id = {entry.target_id}",
        f"UPDATE funding_balance SET cents = cents + 1 WHERE account_id = {entry.source_id}",
        "ALTER TABLE funding_balance DROP CONSTRAINT funding_balance_wall",
        f"UPDATE funding_balance SET cents = cents - 1 WHERE account_id = {entry.target_id}",
    )
    assert found == {"ledger.event", "ledger.payload", "ledger.prefix", "ledger.wall"}


def test_verify_names_a_posting_without_event_and_entries_without_posting(stage, superuser):
    award(stage)
    assert "ledger.event" in tamper(superuser, "DELETE FROM event WHERE kind = 'ledger.posted' AND seq = 1")
    assert "ledger.event" in tamper(superuser, "DELETE FROM funding_posting WHERE key = 'engage'")


def test_verify_names_persons_instants_movements_keys_reversals(stage, superuser):
    s = stage
    award(s)
    paid(s)
    two.reverse(posting=Posting.objects.get(key="pay").pk, reason="rejet", proposer=s.dina, by=s.egon, key="reverse")
    one = Posting.objects.get(key="certify")
    found = tamper(
        superuser,
        "ALTER TABLE funding_posting DROP CONSTRAINT funding_posting_three_people,"
        " DROP CONSTRAINT funding_posting_two_people, DROP CONSTRAINT funding_posting_key",
        f"UPDATE funding_posting SET by_id = {one.by_id}, second_id = {one.by_id} WHERE key = 'order'",
        "UPDATE funding_posting SET at = at - interval '1 hour' WHERE key = 'engage'",
        "UPDATE funding_posting SET kind = 'void' WHERE kind = 'reserve'",
        "UPDATE funding_posting SET key = 'certify' WHERE kind = 'open_cp'",
        "UPDATE funding_entry SET cents = cents + 1"
        " WHERE posting_id = (SELECT id FROM funding_posting WHERE kind = 'reverse')",
        "DELETE FROM funding_movement WHERE kind = 'recover'",
    )
    assert {
        "ledger.people",
        "ledger.instant",
        "ledger.movement",
        "ledger.key",
        "ledger.reversal",
        "ledger.event",
    } <= found


def test_rows_read_as_they_were_written(stage):
    assert Balance.objects.get(account__code=f"ae.budget:{stage.line.pk}").cents == -1_000_00
