"""Walls around history: what the web login may not say in SQL, whatever the program says."""

import psycopg
import pytest

FORBIDDEN = [
    "UPDATE event SET data = '{}'",
    "DELETE FROM event",
    "TRUNCATE event CASCADE",
    "INSERT INTO event (stream, seq, kind, subject_type, subject_id, at, data, body, previous_hash, hash) VALUES ('x', 1, 'x', 'x', 1, now(), '{}', '', '', '')",
    "UPDATE event_head SET seq = 0",
    "DELETE FROM event_head",
    "INSERT INTO event_head (stream, seq, hash) VALUES ('x', 1, '')",
    "SELECT event_append('s', 'k', 'x', 1, NULL, now() - interval '1 day', '{}')",
    "SELECT event_append('s', 'k', 'x', 1, NULL, now() + interval '1 day', '{}')",
    "UPDATE portal_clock SET shift = '-1 day'",
    "INSERT INTO portal_clock (one, shift) VALUES (true, '0')",
    "INSERT INTO workflow_step (noun, source, target) VALUES ('application', 'draft', 'closed')",
    "DELETE FROM workflow_step",
    "ALTER TABLE event DISABLE TRIGGER ALL",
    "ALTER TABLE event DISABLE TRIGGER wall_rows",
    "DROP TRIGGER wall_rows ON event",
    "SET session_replication_role = replica",
    "SET ROLE edsh_owner",
    "SET pgtrigger.ignore = '{wall_workflow}'; INSERT INTO applications_call (slug, title, purpose, state, published_at) VALUES ('x', 'x', 'x', 'closed', now())",
    "INSERT INTO applications_call (slug, title, purpose, state, published_at) VALUES ('x', 'x', 'x', 'closed', now())",
    "CREATE TABLE mine (x int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION portal_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
    "DELETE FROM delivery",
    "TRUNCATE delivery",
    "UPDATE document SET sha256 = repeat('0', 64)",
    "DELETE FROM document",
    "UPDATE access_log SET path = ''",
    "DELETE FROM access_log",
    "ALTER TABLE event OWNER TO edsh_web",
    "ALTER ROLE edsh_web SUPERUSER",
    "COPY event TO PROGRAM 'cat'",
    "INSERT INTO funding_entry (posting_id, source_id, target_id, cents, source_after, target_after) VALUES (1, 1, 2, 1, 0, 0)",
    "UPDATE funding_balance SET cents = 1",
    "DELETE FROM funding_posting",
    "TRUNCATE funding_entry CASCADE",
    "INSERT INTO funding_account (code, family, outside, line_id) VALUES ('ae.available:1', 'ae.available', true, 1)",
    "UPDATE funding_family SET outside = true",
    "INSERT INTO funding_movement VALUES ('gift', 'ae.budget', 'ae.paid', 'any')",
    "DELETE FROM applications_version",
    "UPDATE applications_answer SET text = ''",
    "DELETE FROM applications_answer",
    "UPDATE funding_grantshare SET cents = 1",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_web_login_is_refused(db, web, statement):
    with pytest.raises(psycopg.Error):
        web.execute(statement)


@pytest.mark.parametrize("statement", FORBIDDEN[1:3] + ["DELETE FROM document", "TRUNCATE access_log"])
def test_history_refuses_its_owner_too(committed, owner, statement):
    owner.execute("SELECT event_append('s', 'k', 'x', 1, NULL, NULL, '{}')")
    owner.execute(
        "INSERT INTO document (id, sha256, size, media_type, name, kind, scan, created_at)"
        " VALUES (gen_random_uuid(), repeat('0', 64), 1, 'x', 'x', 'x', 'issued', now())"
    )
    with pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(statement)


def test_the_auditor_reads_and_nothing_else(db, auditor):
    assert auditor.execute("SELECT count(*) FROM audit.obligations").fetchone() == (0,)
    auditor.execute("SELECT count(*) FROM event")
    for statement in (
        "INSERT INTO mail DEFAULT VALUES",
        "SELECT password FROM directory_user",
        "SELECT * FROM web_session",
        "SELECT * FROM directory_password",
    ):
        with pytest.raises(psycopg.Error):
            auditor.execute(statement)
