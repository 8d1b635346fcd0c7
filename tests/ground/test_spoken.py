"""Every event that the code writes, asked for in somebody's name by a login that does not bear their key: refused."""

import psycopg
import pytest
from django.test import Client

from edsh_portal import speaker
from tests.database import as_role, leave_alone, standing_in
from tests.directory.world import someone

from . import spoken

BY_SQL = {"ledger.posted", *(f"act.{state}" for state in ("proposed", "approved", "returned", "taken_back", "lapsed"))}
APPEND = "SELECT event_append('stolen', %s, 'x', 1, %s, NULL, '{}')"


def test_what_each_verb_needs_is_listed():
    """Where it differs and the code is right, the lines to keep are in what pytest prints."""
    said = [line for line in spoken.REGISTER.read_text().splitlines() if not line.startswith("#")]
    told = spoken.lines()
    assert [line for line in told if line not in said] == [line for line in said if line not in told] == []
    assert len(said) == len(told)


@pytest.fixture(scope="module")
def stolen(django_db_setup, django_db_blocker):
    """Production's rights; Alice's key, Bruno's, one of Alice's that is over, and who they are."""
    with django_db_blocker.unblock(), standing_in() as database:
        with as_role("owner"):
            alice, bruno = someone("alice"), someone("bruno")
        keys = {}
        for name, person in (("alice", alice), ("bruno", bruno), ("ended", alice)):
            client = Client()
            client.force_login(person, backend="directory.backends.EmailBackend")
            keys[name] = client.session.session_key
        client.logout()
        leave_alone(database, False)
        yield database, keys, alice.pk


def accepted(database, login, key, by) -> list[str]:
    """The kinds that pass, each undone; every other is refused because nothing proves the name."""
    through = []
    with database.connect(login) as line:
        for kind in sorted(spoken.kinds() | BY_SQL):
            try:
                with line.transaction(force_rollback=True):
                    line.execute("SELECT set_config('portal.key', %s, true)", [key])
                    line.execute(APPEND, [kind, by])
            except psycopg.Error as error:
                assert error.sqlstate == speaker.NOT_PROVED, (kind, error)
            else:
                through.append(kind)
    return through


@pytest.mark.parametrize("login", ["web", "worker"])
@pytest.mark.parametrize("key", ["", "guessed", "bruno", "ended"])
def test_no_event_of_the_code_is_written_in_a_name_that_is_not_proved(stolen, login, key):
    database, keys, alice = stolen
    assert len(spoken.kinds()) > 100
    assert accepted(database, login, keys.get(key, key), alice) == []


@pytest.mark.parametrize("key", ["", "guessed", "ended"])
def test_the_web_writes_in_nobody_s_name_what_any_visitor_asks_and_nothing_else(stolen, key):
    database, keys, _alice = stolen
    assert accepted(database, "web", keys.get(key, key), None) == sorted(spoken.ASKED)


def test_whoever_bears_the_key_writes_each(stolen):
    database, keys, alice = stolen
    assert set(accepted(database, "web", keys["alice"], alice)) == spoken.kinds() | BY_SQL
