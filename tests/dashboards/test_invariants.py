"""The nineteen rules of the money: each agrees with the whole call of the demonstration, and each alone turns red on its own corruption."""

import pytest

from dashboards.invariants import INVARIANTS
from dashboards.views.verification import CHECKS
from edsh_portal import acts
from edsh_portal import verify as checks
from edsh_portal.models import Act
from tests.database import cloned, files_apart, used
from tests.processes import staged

# Whoever forges an entry writes the hash of its request anew.
REHASHED = """
UPDATE funding_posting p SET payload_hash = ledger_payload(p.act_id, p.kind, p.by_id, (
    SELECT jsonb_agg(jsonb_build_object('source', s.code, 'target', t.code, 'cents', e.cents) ORDER BY e.id)
      FROM funding_entry e JOIN funding_account s ON s.id = e.source_id JOIN funding_account t ON t.id = e.target_id
     WHERE e.posting_id = p.id), p.facts)"""
AFTER_THE_OTHERS = "UPDATE funding_entry SET id = DEFAULT WHERE posting_id IN (SELECT id FROM funding_posting WHERE "
PAID = "SELECT min(i.id) FROM funding_instalment i WHERE i.state = 'paid' AND i.kind <> 'balance'"
CORRUPTED = {
    "I01": f"{AFTER_THE_OTHERS} kind = 'open_ae')",
    "I02": f"{AFTER_THE_OTHERS} kind = 'open_cp')",
    "I03": "UPDATE funding_grantshare SET cents = cents + 1 WHERE id = (SELECT min(id) FROM funding_grantshare)",
    "I04": f"{AFTER_THE_OTHERS} kind = 'certify' AND instalment_id = ({PAID}))",
    "I05": "UPDATE funding_ceiling SET rate_bp = 1 WHERE rule = 'advance'",
    "I06": "UPDATE funding_instalment SET kind = 'balance' WHERE id = (SELECT min(i.id) FROM funding_instalment i WHERE i.state = 'paid' AND"
    " EXISTS (SELECT FROM funding_instalment o WHERE o.convention_id = i.convention_id AND o.state NOT IN ('paid', 'cancelled')))",
    "I07": "UPDATE funding_entry SET id = DEFAULT WHERE target_id IN (SELECT e.source_id FROM funding_entry e JOIN funding_posting p"
    " ON p.id = e.posting_id WHERE p.kind = 'recover')",
    "I08": "UPDATE funding_envelopeshare SET cents = cents + 1 WHERE id = (SELECT max(id) FROM funding_envelopeshare)",
    "I09": "UPDATE funding_entry e SET posting_id = (SELECT min(a.id) FROM funding_posting a WHERE a.kind = 'open_ae' AND a.line_id ="
    " p.line_id) FROM funding_posting p WHERE p.id = e.posting_id AND p.kind = 'open_cp'",
    "I10": "ALTER TABLE funding_entry DISABLE TRIGGER ledger_keep",
    "I11": "UPDATE funding_posting SET payload_hash = 'x' WHERE id = (SELECT min(id) FROM funding_posting)",
    "I12": "UPDATE event SET hash = repeat('f', 64) WHERE id = (SELECT max(id) FROM event WHERE stream LIKE 'line:%')",
    "I13": "UPDATE funding_balance SET cents = cents + 1 WHERE account_id = (SELECT min(id) FROM funding_account WHERE family = 'ae.available')",
    "I14": "DROP TRIGGER seal_changed ON funding_closing; ALTER TABLE funding_closing ALTER COLUMN ae_carried_cents TYPE numeric",
    "I15": "UPDATE funding_posting SET at = at + interval '10 years' WHERE id = (SELECT min(id) FROM funding_posting)",
    "I16": "ALTER TABLE funding_instalment DROP CONSTRAINT instalment_three_people;"
    " UPDATE funding_instalment SET ordered_by_id = certified_by_id WHERE state = 'paid'",
    "I17": "UPDATE decisions_notification SET sha256 = repeat('0', 64) WHERE kind = 'decision'",
    "I18": "UPDATE funding_bankaccount SET validated_at = '2100-01-01' WHERE id IN (SELECT account_id FROM funding_instalment WHERE state = 'paid')",
    "I19": f"UPDATE funding_instalment SET state = 'planned' WHERE id = ({PAID})",
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker):
    """A copy of the call as it ends, one of whose payments is claimed back; and its superuser."""
    name, _files = staged("running")
    with django_db_blocker.unblock(), cloned(name) as database, files_apart(), used(database):
        asked = Act.objects.get(kind="recovery.issue", state="proposed")
        approver = _one(database, "SELECT u.id FROM directory_user u JOIN directory_user_groups m ON m.user_id = u.id"
                                  " JOIN auth_group g ON g.id = m.group_id WHERE g.name = 'orderer'")  # fmt: skip
        from django.contrib.auth import get_user_model

        acts.approve(asked, by=get_user_model().objects.get(pk=approver))
        with database.connect("superuser") as line:
            yield line


def _one(database, sql):
    with database.connect("superuser") as line:
        return line.execute(sql).fetchone()[0]


def broken(line) -> set[str]:
    return {name for name, of in INVARIANTS.items() if line.execute(of.sql).fetchall()}


def test_there_are_nineteen_each_with_its_sentence_and_its_check():
    assert list(INVARIANTS) == [f"I{number:02}" for number in range(1, 20)]
    assert len({str(of.says) for of in INVARIANTS.values()}) == len({of.sql for of in INVARIANTS.values()}) == 19
    assert checks.CHECKS.keys() == INVARIANTS.keys() | CHECKS.keys()
    assert CORRUPTED.keys() == INVARIANTS.keys()


def test_the_whole_call_breaks_none(whole):
    assert broken(whole) == set()


@pytest.mark.parametrize("name", CORRUPTED)
def test_a_corrupted_copy_turns_exactly_it_red(whole, name):
    """What is corrupted is consistent otherwise: a forger who owns the server has kept the triggers away."""
    with whole.transaction(force_rollback=True):
        whole.execute("SET LOCAL session_replication_role = replica")
        *before, last = CORRUPTED[name].split(";")
        for statement in before:
            whole.execute(statement)
        changed = whole.execute(last).rowcount
        assert changed > 0 or last.lstrip().startswith("ALTER"), last
        if name != "I11":
            whole.execute(REHASHED)
        assert broken(whole) == {name}
