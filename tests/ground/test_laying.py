"""The walls are laid from the code after every migration: twice gives the same, what was changed is named, then mended."""

import pytest
from django.core.management import call_command

from edsh_portal import walls
from edsh_portal.verify import findings
from edsh_portal.walls import catalog
from tests.database import as_role


def standing(database):
    with database.connect("superuser") as line:
        return catalog.read(line.cursor(), "public", "audit")


@pytest.fixture
def as_owner(committed):
    with as_role("owner"):
        yield committed


def test_a_new_database_is_as_the_code_says(as_owner):
    assert [*walls.differences()] == []
    assert findings() == []


def test_migrating_lays_them_again_the_same_and_each_login_keeps_its_rights(as_owner, superuser):
    before = standing(as_owner)
    superuser.execute("DROP TRIGGER wall_decision ON decisions_decision")
    call_command("migrate", verbosity=0)
    assert standing(as_owner) == before


CHANGED = {
    "DROP TRIGGER wall_decision ON decisions_decision": {"trigger decisions_decision.wall_decision"},
    "ALTER TABLE event DISABLE TRIGGER wall_rows_delete": {"trigger event.wall_rows_delete"},
    "CREATE OR REPLACE FUNCTION portal_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT now()'": {
        "function portal_now()"
    },
    "CREATE FUNCTION back_door() RETURNS int LANGUAGE sql AS 'SELECT 1'": {
        "function back_door()",
        "right back_door() public",
    },
    "CREATE TRIGGER extra BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()": {
        "trigger event.extra"
    },
    "GRANT UPDATE ON event TO edsh_web": {"right event edsh_web"},
    "GRANT UPDATE (iban) ON funding_bankaccount TO PUBLIC": {"right funding_bankaccount.iban public"},
    "GRANT EXECUTE ON FUNCTION ledger_account(text, integer) TO edsh_web": {
        "right ledger_account(text,integer) edsh_web"
    },
    "ALTER TABLE funding_balance DROP CONSTRAINT funding_balance_wall": {
        "constraint funding_balance.funding_balance_wall"
    },
    "ALTER TABLE mail OWNER TO edsh_web": {"owner mail", "right mail edsh_web"},
    "ALTER TABLE document ALTER sha256 DROP NOT NULL": {"column document.sha256"},
    "CREATE POLICY open ON mail USING (true)": {"policy mail.open"},
    "CREATE RULE quiet AS ON INSERT TO mail DO INSTEAD NOTHING": {"rule mail.quiet"},
    "DROP INDEX delivery_due": {"index delivery.delivery_due"},
}


def test_what_was_changed_by_hand_is_named_and_nothing_else(as_owner, superuser):
    for statement in CHANGED:
        superuser.execute(statement)
    assert {what for what, _expected, _found in walls.differences()} == set().union(*CHANGED.values())
    assert "schema.differs" in {finding.code for finding in findings()}


def test_a_check_read_back_from_a_dump_is_the_same(as_owner, superuser):
    """PostgreSQL then says the same list of words otherwise."""
    (said,) = superuser.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'decision_released'"
    ).fetchone()
    assert "ARRAY" in said
    superuser.execute("ALTER TABLE decisions_decision DROP CONSTRAINT decision_released")
    superuser.execute(f"ALTER TABLE decisions_decision ADD CONSTRAINT decision_released {said}")
    assert [*walls.differences()] == []


def test_what_no_file_lays_any_more_goes(as_owner, owner):
    before = standing(as_owner)
    owner.execute("CREATE FUNCTION old() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    owner.execute("CREATE TRIGGER old BEFORE INSERT ON mail FOR EACH ROW EXECUTE FUNCTION old()")
    owner.execute("GRANT DELETE ON event TO edsh_worker")
    walls.lay()
    assert standing(as_owner) == before


def test_another_login_is_told_that_it_does_not_see_everything(committed):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="owner"):
        call_command("verify")
