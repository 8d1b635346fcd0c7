"""Nobody binds the State alone: every kind of act × who tries it alone, by the web login, as the owner, as superuser."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from dashboards.reactions import tell_approvers
from decisions.models import SignatureDelegation
from decisions.verify import verify_acts_of_decisions
from directory.actions import end_exceptions
from directory.verify import verify_roles
from edsh_portal import acts, walls
from edsh_portal.access import roles
from edsh_portal.events import run
from edsh_portal.intake.examination import Found
from edsh_portal.models import Act, Delivery, Document, Event, Mail
from edsh_portal.verify_acts import verify_acts
from edsh_portal.workflow import Refused
from funding import actions, ledger
from funding.models import BankAccount, Ceiling, Posting
from funding.verify import verify_acts_of_money
from tests.database import as_role
from tests.funding import stage as made
from tests.roles import administrators, give

PROPOSE = "SELECT act_propose(%s, 'funding.line', 0, '', '{}', %s, %s, NULL)"
DECIDE = "SELECT act_decide(%s, %s, '', %s, NULL)"


@pytest.fixture
def money(db, set_clock):
    set_clock(made.NOW, frozen=True)
    return made.build()


def people(cast: Any, kind: acts.Kind) -> tuple[Any, Any]:
    """Who may propose and who may approve an act of this kind, and are two."""
    if kind.approvers == ("administrator",):
        return administrators()
    by_role = {role: getattr(cast, name) for name, role in made.ROLES.items()}
    proposer = cast.driss if acts.ANYBODY in kind.proposers else by_role[kind.proposers[-1]]
    return proposer, next(by_role[role] for role in kind.approvers if by_role[role] != proposer)


def refused(state: str, *asked: Any) -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*asked)
    assert caught.value.__cause__.sqlstate == state, (asked, caught.value)


def proposed(kind: str, by: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(PROPOSE, [kind, f"test:{kind}", by])
        return cursor.fetchone()[0]


# ── each half, each kind ─────────────────────────────────────────────────────────────────────────────────────────────
def test_each_kind_takes_two_people_who_may(money):
    """One person, the same person twice, a name that is nobody's, an account that is shut, another role: all refused."""
    assert len(acts.KINDS) == 20
    nobody, closed = 9_999_999, money.cast.nadia
    unproved = {nobody: "EP006", closed.pk: "EP006"}  # neither has a session
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    for name, kind in acts.KINDS.items():
        proposer, approver = people(money.cast, kind)
        for wrong in (nobody, closed.pk, *([] if acts.ANYBODY in kind.proposers else [money.cast.alice.pk])):
            refused(unproved.get(wrong, "EP011"), PROPOSE, [name, "test", wrong])
        act = proposed(name, proposer.pk)
        for wrong in (proposer.pk, nobody, closed.pk, money.cast.alice.pk, money.cast.claire.pk):
            refused(unproved.get(wrong, "EP011"), DECIDE, [act, "approved", wrong])
        refused("EP011", DECIDE, [act, "taken_back", approver.pk])
        refused("23514", DECIDE, [act, "returned", approver.pk])  # without a reason
        with connection.cursor() as cursor:
            cursor.execute(DECIDE, [act, "approved", approver.pk])
        refused("EP012", DECIDE, [act, "approved", approver.pk])
    refused("EP011", PROPOSE, ["no.such", "test", money.cast.driss.pk])


def test_the_web_login_writes_no_act(money):
    act = proposed("recovery.issue", money.cast.emma.pk)
    for statement in (
        "INSERT INTO act DEFAULT VALUES",
        f"UPDATE act SET state = 'approved' WHERE id = {act}",
        f"DELETE FROM act WHERE id = {act}",
        "TRUNCATE act",
        "UPDATE act_kind SET approvers = proposers",
    ):
        refused("42501", statement)


# ── what each kind opens, without an act ─────────────────────────────────────────────────────────────────────────────
NOT_SAID = {
    "envelope.open": "INSERT INTO funding_envelope (call_id, version, act, opened_at) SELECT call_id, 9, 'x', now() FROM funding_line",
    "ceiling.set": "INSERT INTO funding_ceiling (line_id, rule, rate_bp, during, source)"
    " SELECT id, 'advance', 10000, tstzrange(now(), NULL), 'x' FROM funding_line LIMIT 1",
    "year.close": "INSERT INTO funding_closing (line_id, year, act_id, kept_bp, ae_lapsed_cents, ae_carried_cents, cp_lapsed_cents,"
    " cp_carried_cents, report, closed_at) SELECT id, 2022, 1, 0, 0, 0, 0, 0, '', now() FROM funding_line LIMIT 1",
    "recovery.issue": "SELECT ledger_post(NULL, 'k', 'recover', {driss}, NULL, '[{{\"source\": \"ae.paid:{line}:{share}\","
    ' "target": "ae.recovered:{line}:{share}", "cents": 1}}]\', \'{{"ground": "term"}}\')',
    "ledger.reverse": "SELECT ledger_post(NULL, 'k', 'reverse', {driss}, NULL, NULL, '{{\"reverses\": {posting}, \"reason\": \"x\"}}')",
    "decision.approve": "INSERT INTO decisions_decision (number, kind, proposal_id, cents) VALUES ('2023-0001', 'refusal', 1, 0)",
    "decision.revoke": "UPDATE decisions_decision SET state = 'revoked', revoked_at = now(), revoked_by_id = {driss}, revoked_reason = 'x'",
    "remedy.answer": "UPDATE decisions_remedy SET state = 'rejected', motives = 'x', ended_on = now(), ended_by_id = {driss}",
    "iban.validate": "UPDATE funding_bankaccount SET validated_at = now(), validated_by_id = {victor} WHERE id = {account}",
    "convention.sign": "INSERT INTO funding_conventionsignature (convention_id, party, quality, sha256, by_id, at)"
    " SELECT c.id, 'state', 'x', d.sha256, {driss}, now() FROM funding_convention c JOIN document d ON d.id = c.document_id LIMIT 1",
    "amendment": "UPDATE funding_grantshare SET cents = cents - 1 WHERE id = {share}",
    "grant.extend": "INSERT INTO funding_extension (grant_id, until, reason, act_id, at) SELECT id, '2026-01-01', 'x', {delegation_act}, now()"
    " FROM funding_grant LIMIT 1",
    "grant.lapse": "UPDATE funding_grant SET state = 'lapsed' WHERE state = 'engaged'",
    "role.grant": "INSERT INTO directory_user_groups (user_id, group_id) SELECT {zoe}, id FROM auth_group WHERE name = 'payer'",
    "role.revoke": "DELETE FROM directory_user_groups WHERE user_id = {driss}",
    "delegation.give": "INSERT INTO decisions_signaturedelegation (holder_id, quality, source, first_on, last_on, act_id)"
    " VALUES ({zoe}, 'x', 'x', '2023-01-01', '2029-01-01', {delegation_act})",
    "letters.set": "INSERT INTO calls_letterterms (call_id, terms, act_id, set_at) SELECT call_id, '{{}}', {delegation_act}, now()"
    " FROM funding_line LIMIT 1",
    "feedback.approve": "UPDATE reviews_feedback SET state = 'approved', approved_by_id = {victor}, approved_at = now(), content = '[]'",
    "reserve.call": "INSERT INTO decisions_reservecall (application_id, over, reason, act_id)"
    " VALUES (0, '{{}}', 'x', {delegation_act})",
    "delegation.end": "UPDATE decisions_signaturedelegation SET ended_at = now(), end_act_id = act_id",
}
DECISION = (
    "INSERT INTO decisions_decision (number, year, rank, kind, application_id, proposal_id, cents, snapshot, snapshot_sha256, state,"
    " approved_by_id, approved_at, recalled, sha256, revoked_reason)"
    " VALUES ('2022-0001', 2022, 1, 'refusal', 0, 0, 0, '{}', '', 'approved', 0, now(), false, '', '')"
)
REMEDY = (
    "INSERT INTO decisions_remedy (decision_id, kind, author, received_on, reference, court, text, notified_on, recorded_by_id, recorded_at,"
    " state, motives) VALUES (0, 'gracious', 'x', now(), '', '', 'x', now(), 0, now(), 'received', '')"
)
FEEDBACK = "INSERT INTO reviews_feedback (application_id, state, begun_by_id, begun_at) VALUES (0, 'draft', 0, now())"


@pytest.fixture
def committed_money(committed, set_clock):
    set_clock(made.NOW, frozen=True)
    here = made.build()
    first, _second = here.contracted()
    here.pay(here.plan(first, 100))
    here.recover(first.share, cents=60)
    here.pending = actions.propose_iban(
        first, iban=made.iban(9), holder=first.share.establishment.name, by=here.cast.driss, **made.rib()
    )
    here.first = first
    return here


def test_nothing_is_done_without_an_approved_act_by_the_web_or_the_owner(committed_money, web, owner, superuser):
    money = committed_money
    superuser.execute(
        f"SET session_replication_role = replica; {DECISION}; {FEEDBACK}; {REMEDY}; SET session_replication_role = origin"
    )
    words = {name: getattr(money.cast, name).pk for name in ("driss", "victor", "zoe")} | {
        "line": money.first.share.line_id,
        "share": money.first.share_id,
        "posting": Posting.objects.get(kind="recover").pk,
        "account": money.pending.pk,
        "delegation_act": SignatureDelegation.objects.get().act_id,
    }
    assert NOT_SAID.keys() == acts.KINDS.keys()
    for name, statement in NOT_SAID.items():
        for line in (web, owner):
            with pytest.raises(psycopg.Error) as caught:
                line.execute(statement.format(**words))
            said = {"42501"} if line is web and "directory_user_groups" in statement else {"EP010", "ED008"}
            assert caught.value.sqlstate in said, (name, caught.value)
    with pytest.raises(psycopg.Error) as caught:  # the account in force gives way to another validated one only
        web.execute("UPDATE funding_bankaccount SET replaced_at = now() WHERE validated_at IS NOT NULL")
    assert caught.value.sqlstate == "EP010"


def test_the_worker_drops_an_account_whose_file_is_not_kept(committed_money):
    pending = committed_money.pending
    act = acts.waiting("iban.validate", pending)
    with as_role("worker"):
        actions.note_rib_examined(pending, Found(Document.Scan.INFECTED, "Essai"))
        actions.note_rib_examined(pending, Found(Document.Scan.CLEAN))  # said once
    act.refresh_from_db()
    pending = BankAccount.objects.get(pk=pending.pk)
    assert (act.state, act.decided_by, bool(pending.replaced_at)) == ("lapsed", None, True)
    assert pending.document.scan_state == Document.Scan.INFECTED
    with pytest.raises(Refused):
        actions.validate_iban(pending, by=committed_money.cast.victor)
    assert committed_money.first.accounts.filter(replaced_at=None, validated_at__isnull=False).count() == 1


def test_the_worker_ends_an_exception_to_the_roles(committed, set_clock):
    set_clock(made.NOW, frozen=True)
    driss = made.person("driss", role="instructor")
    give(driss, "validator", until=made.NOW.date())
    set_clock(made.NOW + timedelta(days=1), frozen=True)
    with as_role("worker"):
        assert end_exceptions() == 1
    held = type(driss).objects.get(pk=driss.pk)
    assert (roles(held), held.session_epoch) == ({"instructor"}, driss.session_epoch + 1)


FORGED = (
    "INSERT INTO act (id, kind, subject_type, subject_id, subject_version, stream, payload, payload_sha256, state, proposed_by_id,"
    " proposed_at, proposed_event_id, decided_by_id, decided_at, decided_event_id, decided_in, reason) OVERRIDING SYSTEM VALUE"
    " SELECT 999999, 'recovery.issue', subject_type, subject_id, subject_version, stream, payload, payload_sha256, 'approved',"
    " proposed_by_id, proposed_at, -1, decided_by_id, decided_at, -2, decided_in, '' FROM act WHERE kind = 'recovery.issue' LIMIT 1"
)


def test_the_owner_forges_no_act(committed_money, owner):
    waiting = acts.waiting("iban.validate", committed_money.pending).pk
    for statement in (
        FORGED,
        f"UPDATE act SET state = 'approved', decided_by_id = {committed_money.cast.victor.pk}, decided_at = now(),"
        f" decided_event_id = proposed_event_id, decided_in = pg_current_xact_id()::text::bigint WHERE id = {waiting}",
        f"UPDATE act SET payload = '{{}}' WHERE id = {waiting}",
        "UPDATE act SET reason = 'x' WHERE state = 'approved'",
        "DELETE FROM act",
        "TRUNCATE act CASCADE",
    ):
        with pytest.raises(psycopg.Error) as caught:
            owner.execute(statement)
        assert caught.value.sqlstate in ("EP003", "EP013", "ED007"), (statement, caught.value)


TAMPERED = (
    ("UPDATE act_kind SET approvers = proposers WHERE name = 'recovery.issue'", "acts.kind"),
    (FORGED, "acts.decided"),
    (
        "UPDATE act SET payload = payload || '{\"forged\": 1}' WHERE kind = 'iban.validate' AND state = 'approved'",
        "acts.payload",
    ),
    (
        "ALTER TABLE act DROP CONSTRAINT act_two_people; UPDATE act SET proposed_by_id = decided_by_id WHERE kind = 'role.grant'",
        "acts.people",
    ),
    ("UPDATE act SET decided_at = decided_at - interval '1 day' WHERE kind = 'ceiling.set'", "acts.decided"),
    ("DELETE FROM act WHERE kind = 'recovery.issue' AND id <> 999999", "acts.lost"),
    ("UPDATE funding_posting SET act_id = (SELECT min(id) FROM act) WHERE kind = 'reserve'", "ledger.act"),
    (
        "UPDATE funding_entry SET cents = cents + 1 WHERE posting_id IN (SELECT id FROM funding_posting WHERE kind = 'open_ae')",
        "ledger.act",
    ),
    ("UPDATE funding_bankaccount SET iban = 'FR00' WHERE validated_at IS NOT NULL", "acts.alone"),
    ("UPDATE funding_ceiling SET rate_bp = 10000", "acts.alone"),
    ("UPDATE funding_envelopeshare SET cents = cents + 1", "acts.alone"),
    (
        "INSERT INTO directory_user_groups (user_id, group_id) SELECT {zoe}, id FROM auth_group WHERE name = 'payer'",
        "roles.alone",
    ),
    ("UPDATE decisions_signaturedelegation SET last_on = last_on + 1", "delegations.alone"),
)


def found() -> set[tuple[str, str]]:
    checks = (verify_acts, verify_acts_of_money, verify_acts_of_decisions, verify_roles)
    with as_role("owner"):
        return {(finding.code, finding.what) for check in checks for finding in check()}


def test_verify_names_what_a_superuser_forged(committed_money, superuser):
    assert found() == set()
    superuser.execute("SET session_replication_role = replica")
    for statement, code in TAMPERED:
        before = found()
        superuser.execute(statement.format(zoe=committed_money.cast.zoe.pk) if "{zoe}" in statement else statement)
        assert code in {named for named, _what in found() - before}, statement
    superuser.execute("ALTER TABLE act DISABLE TRIGGER wall_act")
    with as_role("owner"):
        assert "trigger act.wall_act" in {what for what, _expected, _found in walls.differences()}


# ── who is told, what the pages say ──────────────────────────────────────────────────────────────────────────────────
def work(kind: str) -> None:
    for pk in Delivery.objects.filter(event__kind=kind, state="todo").values_list("pk", flat=True):
        assert run(pk)


def test_whoever_may_approve_is_told_and_then_its_proposer(money, client):
    c, fr = money.cast, money.lines["FR2030"]
    asked = actions.propose_ceiling(fr, Ceiling.Rule.ADVANCE, 2000, source="Avenant", by=c.olivier)
    work("act.proposed")
    letters = Mail.objects.filter(event=asked.proposed_event)
    assert [letter.to for letter in letters] == [c.dora]
    client.force_login(c.dora)
    home = client.get(reverse("dashboards:home")).content.decode()
    page = reverse("dashboards:act", args=[asked.pk])
    assert page in home and "Olivier" in home
    shown = client.get(page).content.decode()
    assert "25\u00a0%" in shown and "20\u00a0%" in shown and "Approuver" in shown
    assert page in client.get(reverse("dashboards:acts")).content.decode()
    assert client.post(reverse("dashboards:return_act", args=[asked.pk]), {"reason": ""}).status_code == 422
    assert client.post(reverse("dashboards:return_act", args=[asked.pk]), {"reason": "Trop bas."}).status_code == 302
    work("act.returned")
    asked.refresh_from_db()
    assert [letter.to for letter in Mail.objects.filter(event=asked.decided_event)] == [c.olivier]
    assert tell_approvers(asked.proposed_event) is None  # too late to ask
    again = actions.propose_ceiling(fr, Ceiling.Rule.ADVANCE, 2100, source="Avenant", by=c.olivier)
    client.force_login(c.olivier)
    assert client.post(reverse("dashboards:approve_act", args=[again.pk])).status_code == 403
    assert "Reprendre" in client.get(reverse("dashboards:act", args=[again.pk])).content.decode()
    client.force_login(c.alice)
    assert client.get(reverse("dashboards:act", args=[again.pk])).status_code == 404
    client.force_login(c.dora)
    assert client.post(reverse("dashboards:approve_act", args=[again.pk])).status_code == 302
    assert client.post(reverse("dashboards:approve_act", args=[again.pk])).status_code == 422
    assert client.get(reverse("dashboards:approve_act", args=[again.pk]))["Location"].endswith(f"/actes/{again.pk}/")
    assert Ceiling.objects.get(line=fr, rule="advance", during__endswith=None).rate_bp == 2100


def test_what_an_act_says_is_not_what_another_act_does(money):
    """A movement of one act is not carried by another, approved in the same transaction."""
    said = ledger.open_ae(line=money.lines["FR2030"], cents=1, act="x")
    made_act = SimpleNamespace(pk=Act.objects.filter(state="approved").first().pk)
    with pytest.raises(Refused) as no:
        ledger.carry(made_act, said)
    assert no.value.code == "L08"
    assert Event.objects.filter(kind="act.approved").count() == Act.objects.filter(state="approved").count()


def test_the_first_that_wait_stand_before_the_others_and_all_have_a_list(money, client, monkeypatch):
    monkeypatch.setattr(import_module("dashboards.views.acts"), "FIRST", 1)
    asked = [
        actions.propose_ceiling(line, Ceiling.Rule.ADVANCE, 2000, source="Avenant", by=money.cast.olivier)
        for line in money.lines.values()
    ]
    assert len(asked) > 1
    client.force_login(money.cast.dora)
    page = client.get(reverse("dashboards:acts"))
    assert ([of["act"] for of in page.context["waiting"]], page.context["more"]) == (asked[:1], True)
    assert "Voir tous les actes à approuver" in page.content.decode()
    mine = client.get(reverse("dashboards:acts"), {"state": "mine"}).context
    assert [of["act"] for of in mine["rows"]] == asked and "waiting" not in mine
    client.force_login(money.cast.olivier)
    assert client.get(reverse("dashboards:acts"), {"state": "mine"}).context["rows"] == []
