"""What the login of the web or of the worker, stolen, cannot say in somebody's name; and what it can, with the page that needs it.

Run one by one as each of the two logins, against people who are signed in: 2 × 103 statements refused.
"""

import psycopg
import pytest
from django.test import Client

from directory import actions, passwords
from edsh_portal.models import WebSession
from tests.database import as_role, leave_alone
from tests.directory.world import PASSWORD, place, someone

KINDS = (
    "role.granted",
    "role.revoked",
    "user.deactivated",
    "user.password_changed",
    "token.issued",
    "invitation.created",
    "invitation.accepted",
    "affiliation.changed",
    "application.submitted",
    "application.withdrawn",
    "admissibility.validated",
    "review.locked",
    "session.closed",
    "decision.approved",
    "decision.released",
    "decision.notified",
    "ledger.posted",
    "payment.paid",
)


def event(kind: str, by: str) -> str:
    return f"SELECT event_append('stolen', '{kind}', 'x', 1, {by}, NULL, '{{}}')"


def filled(statement: str, facts: dict) -> bytes:
    for name, value in facts.items():
        statement = statement.replace(f"{{{name}}}", str(value))
    return statement.encode()


ROLE = event("role.granted", "{alice}")

# In the name of one who bears no key, of one whose id, address or hash is told instead of a key, and through every other door.
REFUSED = [
    *(event(kind, "{alice}") for kind in KINDS),
    *(event(kind, "{adam}") for kind in KINDS),
    *(
        f"SELECT set_config('portal.{setting}', {value}, true); {ROLE}"
        for setting in ("key", "once", "actor", "user", "login")
        for value in ("'{alice}'", "'alice@edsh.example'", "'{kept}'", "(SELECT key_sha256 FROM web_session LIMIT 1)")
    ),
    # ids, keys and logins that are another's
    "SELECT set_config('portal.key', '{bruno_key}', true); " + ROLE,
    "SELECT set_config('portal.key', '{bruno_key}', true); SELECT password_set({alice}, 'x')",
    "SELECT set_config('portal.key', '{old_key}', true); " + ROLE,
    "SET SESSION AUTHORIZATION edsh_owner; " + ROLE,
    "SET ROLE edsh_owner; " + ROLE,
    "SELECT password_set({alice}, 'x')",
    "SELECT password_set({adam}, 'x')",
    "INSERT INTO directory_password (user_id, hash) VALUES ({alice}, 'x')",
    "UPDATE directory_password SET hash = 'x'",
    "DELETE FROM directory_password",
    "SELECT hash FROM directory_password",
    "TRUNCATE directory_password",
    "INSERT INTO directory_passwordreading (user_id) VALUES ({alice})",
    "DELETE FROM directory_passwordreading",
    "SELECT setval('directory_passwordreading_id_seq', 1)",
    "ALTER SEQUENCE directory_passwordreading_id_seq RESTART",
    "UPDATE directory_user SET email = 'thief@edsh.example' WHERE id = {alice}",
    "UPDATE directory_user SET full_name = 'x'",
    "UPDATE directory_user SET id = 1000 WHERE id = {alice}",
    "UPDATE directory_user SET is_superuser = true",
    "DELETE FROM directory_user",
    "UPDATE directory_apitoken SET user_id = {alice}",
    "UPDATE directory_apitoken SET key_sha256 = repeat('0', 64)",
    "UPDATE directory_apitoken SET scopes = '[]', expires_at = now()",
    "DELETE FROM directory_apitoken",
    "UPDATE directory_invitation SET token_sha256 = repeat('0', 64)",
    "UPDATE directory_invitation SET role = 'administrator'",
    "UPDATE directory_invitation SET email = 'thief@edsh.example'",
    "DELETE FROM directory_invitation",
    "UPDATE event SET by_id = {alice}, login = ''",
    "INSERT INTO event (stream, seq, kind, subject_type, subject_id, by_id, at, data, login, body, previous_hash, hash)"
    " VALUES ('x', 1, 'x', 'x', 1, {alice}, now(), '{}', 'edsh_owner', '', '', '')",
    "INSERT INTO owed_kind (reaction, kind) VALUES ('x', 'role.granted')",
    "UPDATE owed_kind SET kind = 'role.granted'",
    "CREATE OR REPLACE FUNCTION portal_actor() RETURNS bigint LANGUAGE sql AS 'SELECT {alice}::bigint'",
    "CREATE FUNCTION pg_temp.portal_actor() RETURNS bigint LANGUAGE sql AS 'SELECT {alice}::bigint'; " + ROLE,
    "CREATE TEMP TABLE web_session AS SELECT '{kept}' AS key_sha256; " + ROLE,
    "SET search_path = pg_temp; SELECT public." + ROLE.removeprefix("SELECT "),
    "DROP FUNCTION portal_alone()",
    "ALTER FUNCTION reads_all() OWNER TO CURRENT_USER",
    "ALTER TABLE applications_answer DISABLE ROW LEVEL SECURITY",
    "DROP POLICY joined ON applications_version",
    "SET row_security = off; SELECT content FROM applications_version",
    "ALTER FUNCTION event_proved(text, bigint) OWNER TO CURRENT_USER",
    *(
        f"SELECT ledger_post(NULL, 'stolen', '{kind}', {{alice}}, NULL, '[]', '{{}}')"
        for kind in ("open_ae", "reserve", "engage", "pay")
    ),
]

# What a login does alone, and the page, or the task, that needs it.
ACCEPTED = {
    "web": {
        "INSERT INTO web_session (key_sha256, user_id, epoch, data, expires_at) SELECT encode(sha256('mine'), 'hex'), id,"
        " session_epoch, '', now() + interval '1 hour' FROM directory_user WHERE id = {alice}": "/connexion/: nobody is yet proved",
        "SELECT set_config('portal.key', 'mine', true); "
        + event("x", "{alice}"): "any page: whoever bears the key of an open session",
        "SELECT password_of({alice})": "/connexion/: counted, 600 a minute",
        "UPDATE directory_user SET session_epoch = session_epoch + 1": "/annuaire/personnes/: closes sessions",
    },
    "worker": {
        event("x", "NULL"): "clocks and obligations: the portal's own notes",
    },
}


@pytest.fixture(scope="module")
def stolen(django_db_setup, django_db_blocker):
    """A database where production's rights stand: its people are signed in, a token and an invitation run."""
    from tests.database import standing_in

    with django_db_blocker.unblock(), standing_in() as database:
        with as_role("owner"):
            adam, alice, bruno = someone("adam", "administrator"), someone("alice"), someone("bruno")
            place(7001)
            passwords.replace(alice, PASSWORD)
            actions.issue_token(alice, label="x", scopes=["read"], days=2, by=alice, at=None)
            actions.invite(email="new@edsh.example", full_name="Nour", role="expert", by=adam)
        facts = {"alice": alice.pk, "adam": adam.pk}
        for name, person in (("alice", alice), ("bruno", bruno), ("old", alice)):
            client = Client()
            client.force_login(person, backend="directory.backends.EmailBackend")
            facts[f"{name}_key"] = client.session.session_key
        facts["kept"] = WebSession.objects.filter(user=alice).first().key_sha256
        client.logout()
        leave_alone(database, False)
        yield database, facts


@pytest.mark.parametrize("login", ["web", "worker"])
def test_everything_said_in_another_s_name_is_refused(stolen, login):
    database, facts = stolen
    passed = []
    with database.connect(login) as line:
        for statement in REFUSED:
            try:
                with line.transaction(force_rollback=True):
                    line.execute(filled(statement, facts))
                    passed.append(statement)
            except psycopg.Error as error:
                if error.sqlstate not in ("EP006", "42501", "ED003"):
                    passed.append(f"{error.sqlstate} {error}: {statement}")
    assert len(REFUSED) == 103
    assert passed == []


@pytest.mark.parametrize("login", ["web", "worker"])
def test_what_a_stolen_login_still_does_is_this(stolen, login):
    database, facts = stolen
    with database.connect(login) as line, line.transaction(force_rollback=True):
        for statement, _page in ACCEPTED[login].items():
            line.execute(filled(statement, facts))
