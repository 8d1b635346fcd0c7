"""The deposit: create, invite, fill, submit, submit again, withdraw."""

from applications import actions


def test_from_creation_to_deposit(world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    assert (ready.state, ready.reference, version.number) == ("submitted", "EDSH-1-0001", 1)
    assert version.receipt_number == "AR-EDSH-1-0001-v1"
    assert (ready.total_cents, ready.requested_cents, ready.member_count) == (160_000_000, 100_000_000, 2)
