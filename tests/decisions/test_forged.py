"""`verify` names what was forged: each wall taken down by the superuser, one row changed, one finding."""

import pytest

from decisions.models import Decision, Notification
from decisions.verify import verify_acts_of_decisions, verify_decisions

from . import world as made


def found():
    return {finding.code for finding in verify_decisions()}


FORGED = {
    "decisions.snapshot": "UPDATE decisions_decision SET snapshot = jsonb_set(snapshot, '{motive}', '\"Autre\"')",
    "decisions.number": "UPDATE decisions_decision SET number = '2022-0077'",
    "decisions.gap": "UPDATE decisions_decisioncounter SET last = 4",
    "decisions.cents": "UPDATE decisions_decision SET cents = cents + 1 WHERE kind = 'award'",
    "decisions.engaged": "UPDATE funding_grant SET state = 'reserved'",
    "decisions.shares": "UPDATE decisions_proposalshare SET cents = cents + 1",
    "decisions.file": "UPDATE decisions_decision SET sha256 = repeat('0', 64)",
    "decisions.notified": "UPDATE decisions_notification SET sha256 = repeat('0', 64)",
    "decisions.approval": "UPDATE decisions_proposal SET decided_by_id = NULL, decided_at = NULL, state = 'proposed'",
}


@pytest.mark.django_db(transaction=True)
def test_each_forgery_is_named(committed, superuser, set_clock):
    world = made.build(set_clock)
    decision = made.notified(world)
    assert found() == set()
    superuser.execute("SET session_replication_role = replica")  # walls asleep: only the recomputation remains
    for code, forgery in FORGED.items():
        with superuser.transaction(force_rollback=False):
            table = forgery.split()[1]
            superuser.execute(f"CREATE TEMP TABLE kept ON COMMIT PRESERVE ROWS AS SELECT * FROM {table}")
            superuser.execute(forgery)
        assert code in found(), code
        with superuser.transaction():
            superuser.execute(f"DELETE FROM {table}")
            superuser.execute(f"INSERT INTO {table} SELECT * FROM kept")
            superuser.execute("DROP TABLE kept")
        assert found() == set(), code
    superuser.execute("DELETE FROM decisions_notification")
    assert found() == {"decisions.notified"}
    superuser.execute("DELETE FROM decisions_decisioncounter")
    assert found() == {"decisions.notified", "decisions.gap"}
    assert (Notification.objects.count(), Decision.objects.get().pk) == (0, decision.pk)
    assert list(verify_acts_of_decisions()) == []
    superuser.execute("UPDATE decisions_decision SET cents = cents + 1")
    assert [finding.what for finding in verify_acts_of_decisions()] == [decision.number]
