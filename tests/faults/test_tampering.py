"""A superuser rewrites what happened, no trigger firing, in a call that has come to its payments: each way is named by `verify`."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from demo.story import STAGES
from edsh_portal import chain
from edsh_portal.verify import CHECKS, findings
from tests.crossing import only
from tests.database import as_role, by_hand, cloned, files_apart, used
from tests.processes import staged


def first(table: str, where: str = "true") -> str:
    return f"id = (SELECT id FROM {table} WHERE {where} ORDER BY id LIMIT 1)"


def changed(table: str, change: str, where: str = "true") -> str:
    return f"UPDATE {table} SET {change} WHERE {first(table, where)}"


def deleted(table: str, where: str = "true") -> str:
    return f"DELETE FROM {table} WHERE {first(table, where)}"


SOMEBODY = "(SELECT min(id) FROM directory_user)"
NEEDED = (  # what the demonstration does not make
    "INSERT INTO access_log (method, route, path, status, request_id) SELECT 'GET', 'x', '/x/', 200, '' FROM generate_series(1, 3)",
    "INSERT INTO casework_thread (application_id, subject, opened_by_id, opened_at)"
    f" SELECT min(id), 'x', {SOMEBODY}, now() FROM applications_application",
    f"INSERT INTO casework_message (thread_id, side, text, by_id, at) SELECT id, 'service', 'y', {SOMEBODY}, now() FROM casework_thread",
    "INSERT INTO casework_messagefile (message_id, document_id) SELECT m.id, p.document_id FROM casework_message m,"
    " (SELECT document_id FROM applications_piece LIMIT 1) p",
    "INSERT INTO applications_delegation (establishment_id, delegate_id, document_id, first_on, last_on, given_by_id, given_at)"
    f" SELECT min(e.id), {SOMEBODY}, (SELECT document_id FROM applications_piece LIMIT 1), now(), now() + interval '1 year',"
    f" (SELECT max(id) - 1 FROM directory_user), now() FROM directory_establishment e",
)
OTHER = "(SELECT max(id) FROM directory_user)"
LATER = "interval '1 day'"
# way -> (statement, the table whose row `verify` names)
REWRITTEN = {
    "the content of a deposited version": (
        changed("applications_version", "content = content || '{\"forged\": 1}'"),
        "applications_version",
    ),
    "its content with its hash": (
        changed("applications_version", "content = content || '{\"forged\": 1}', sha256 = repeat('0', 64)"),
        "applications_version",
    ),
    "the instant of a deposit": (
        changed("applications_version", f"submitted_at = submitted_at - {LATER}"),
        "applications_version",
    ),
    "files swapped between versions": (
        "UPDATE applications_versionfile f SET document_id = (SELECT document_id FROM applications_versionfile g"
        " WHERE g.version_id <> f.version_id ORDER BY id LIMIT 1) WHERE " + first("applications_versionfile"),
        "applications_version",
    ),
    "a file taken out of a version": (
        deleted("applications_versionfile"),
        "applications_version",
    ),
    "a piece of another document": (
        changed(
            "applications_piece", "document_id = (SELECT document_id FROM applications_piece ORDER BY id DESC LIMIT 1)"
        ),
        "applications_piece",
    ),
    "a document of other bytes": (changed("document", "sha256 = repeat('a', 64)"), "document"),
    "what the scanner said": (changed("scan_result", "verdict = 'clean'", "verdict = 'not_scanned'"), "scan_result"),
    "an edited line of the access log": (changed("access_log", "path = '/elsewhere/'"), "access_log"),
    "an emptied access log": ("DELETE FROM access_log", "access_log"),
    "an answer of the history": (changed("applications_answer", "text = text || '.'"), "applications_answer"),
    "an answer deleted": (deleted("applications_answer"), "applications_answer"),
    "an obligation deleted": (deleted("delivery"), "delivery"),
    "an obligation for another event": (changed("delivery", "event_id = event_id + 1000000"), "delivery"),
    "a mail sent elsewhere": (changed("mail", "address = 'x@example.org'"), "mail"),
    "an IBAN": (changed("funding_bankaccount", "iban = 'FR7630006000011234567890189'"), "funding_bankaccount"),
    "the holder of an IBAN": (changed("funding_bankaccount", "holder = 'SARL X'"), "funding_bankaccount"),
    "who validated an IBAN": (changed("funding_bankaccount", f"validated_by_id = {OTHER}"), "funding_bankaccount"),
    "the SIRET of a convention": (changed("funding_convention", "siret = '00000000000001'"), "funding_convention"),
    "who signed a convention": (changed("funding_convention", f"signed_by_id = {OTHER}"), "funding_convention"),
    "who paid": (changed("funding_instalment", f"paid_by_id = {OTHER}", "state = 'paid'"), "funding_instalment"),
    "the account of a payment": (
        changed("funding_instalment", "account_id = (SELECT max(id) FROM funding_bankaccount)", "state = 'paid'"),
        "funding_instalment",
    ),
    "why it was paid": (changed("funding_instalment", "evidence = 'x'"), "funding_instalment"),
    "a planned instalment deleted": (
        deleted("funding_instalment", "state = 'planned'"),
        "funding_instalment",
    ),
    "a ceiling at 100 %": (changed("funding_ceiling", "rate_bp = 10000"), "funding_ceiling"),
    "a share of the envelope": (changed("funding_envelopeshare", "cents = cents + 100"), "funding_envelope"),
    "the act of an envelope": (changed("funding_envelope", "act = 'x'"), "funding_envelope"),
    "shares of a grant, their sum kept": (
        "WITH two AS (SELECT min(id) a, max(id) b FROM funding_grantshare GROUP BY grant_id HAVING count(*) > 1 LIMIT 1)"
        " UPDATE funding_grantshare s SET cents = cents + CASE id WHEN a THEN 100 ELSE -100 END FROM two WHERE id IN (a, b)",
        "funding_grant",
    ),
    "a share to another hospital": (
        changed("funding_grantshare", "establishment_id = (SELECT max(id) FROM directory_establishment)"),
        "funding_grant",
    ),
    "the list of the jury": (
        changed("reviews_rankingline", "list = 'main'", "list = 'not_selected'"),
        "reviews_rankingline",
    ),
    "the reason of the jury": (changed("reviews_rankingline", "reason = 'x'"), "reviews_rankingline"),
    "the reason of a vote": (changed("reviews_rankingline", "vote_reason = 'x'"), "reviews_rankingline"),
    "the minutes of a session": (changed("reviews_session", "minutes = 'x'"), "reviews_session"),
    "the comment of a report": (
        changed("reviews_score", "comment = comment || '.'", "comment <> ''"),
        "reviews_review",
    ),
    "a mark of a report": (
        changed(
            "reviews_score",
            "value = value - 1",
            "value > 0 AND review_id IN (SELECT id FROM reviews_review WHERE state = 'locked')",
        ),
        "reviews_review",
    ),
    "a declaration of interests": (
        changed("reviews_assignment", "statement = 'x'", "state = 'declared'"),
        "reviews_assignment",
    ),
    "the ruling on a conflict": (
        changed("reviews_assignment", "reason = 'x'", "state = 'recused'"),
        "reviews_assignment",
    ),
    "an expert for another": (changed("reviews_assignment", f"assigned_by_id = {OTHER}"), "reviews_assignment"),
    "an opinion of the Health Data Hub": (changed("reviews_opinion", "text = 'x'"), "reviews_opinion"),
    "the evidence of admissibility": (
        changed("casework_admissibility", "evidence = 'x'"),
        "casework_admissibility",
    ),
    "who proposed an amount": (changed("decisions_proposal", f"proposed_by_id = {OTHER}"), "decisions_proposal"),
    "the motive of a proposal": (changed("decisions_proposal", "motive = 'x'"), "decisions_proposal"),
    "a share of a proposal": (
        changed("decisions_proposalshare", "establishment_id = (SELECT max(id) FROM directory_establishment)"),
        "decisions_proposal",
    ),
    "who released a decision": (changed("decisions_decision", f"released_by_id = {OTHER}"), "decisions_decision"),
    "the date of a notification": (
        changed("decisions_notification", f"deposited_at = deposited_at - {LATER}"),
        "decisions_notification",
    ),
    "the notification of a decision": (
        changed("decisions_decision", f"notified_at = notified_at + {LATER}", "notified_at IS NOT NULL"),
        "decisions_decision",
    ),
    "the opening of a notification": (
        changed("decisions_notificationopening", f"opened_at = opened_at + {LATER}"),
        "decisions_notificationopening",
    ),
    "an opening deleted": (
        deleted("decisions_notificationopening"),
        "decisions_notificationopening",
    ),
    "the cut-off of a wave": (changed("calls_wave", f"closes_at = closes_at - {LATER}"), "calls_wave"),
    "a criterion's weight": (changed("calls_criterion", "weight = weight + 1"), "calls_callsettings"),
    "a bound of the published call": (changed("calls_callsettings", "quorum = 1"), "calls_callsettings"),
    "the rate of aid": (changed("calls_aidrate", "rate_bp = rate_bp - 1"), "calls_callsettings"),
    "the title of the call": (changed("calls_call", "title = 'x'"), "calls_call"),
    "a message": (changed("casework_message", "text = 'x'"), "casework_message"),
    "the files of a message": ("DELETE FROM casework_messagefile", "casework_message"),
    "a mandate": (changed("applications_mandate", "aid_cents = aid_cents + 1"), "applications_mandate"),
    "a delegation of signature": (
        changed("applications_delegation", f"delegate_id = {OTHER}"),
        "applications_delegation",
    ),
    "the reason of a request": (
        changed("casework_complementrequest", "message = 'x'"),
        "casework_complementrequest",
    ),
    "a member of a consortium": (
        changed("applications_membership", "establishment_id = (SELECT max(id) FROM directory_establishment)"),
        "applications_membership",
    ),
    "the establishment that deposited": (
        changed(
            "applications_application",
            "coordinator_id = (SELECT max(id) FROM directory_establishment)",
            "submitted_at IS NOT NULL",
        ),
        "applications_application",
    ),
    "what an act says": (changed("act", "payload = payload || '{\"cents\": 1}'"), "act"),
    "why an act was returned": (changed("act", "reason = 'x'"), "act"),
    "who proposed an act": (changed("act", f"proposed_by_id = {OTHER}"), "act"),
    "the name of a person": (changed("directory_user", "full_name = 'x'"), "directory_user"),
    "the role of payer": (
        "INSERT INTO directory_user_groups (user_id, group_id) SELECT min(u.id), g.id FROM directory_user u, auth_group g"
        " WHERE g.name = 'payer' AND NOT EXISTS (SELECT FROM directory_user_groups x WHERE x.user_id = u.id AND x.group_id = g.id) GROUP BY g.id",
        "directory_user",
    ),
    "a role withdrawn": (deleted("directory_user_groups"), "directory_user"),
    "roles that change their names": ("UPDATE auth_group SET name = name || '.' WHERE name = 'payer'", "auth_group"),
    "the employer of an expert": (changed("directory_affiliation", "ended_at = since_at"), "directory_affiliation"),
    "the SIRET of a hospital": (
        changed("directory_establishment", "siret = '12345678900001', fictitious = true"),
        "directory_establishment",
    ),
}


@pytest.fixture(scope="module")
def call(django_db_blocker):
    """The call with its files and a signed root, which a superuser reaches."""
    name, files = staged("running")
    with cloned(name) as database, files_apart() as top, used(database), django_db_blocker.unblock():
        shutil.copytree(files / "media", top / "media", dirs_exist_ok=True)
        with as_role("web"), by_hand() as cursor:
            for statement in NEEDED:
                cursor.execute(statement)
        with as_role("superuser"):
            chain.sign_roots()
            yield database


@contextmanager
def undone() -> Iterator:
    """What is done here, no trigger firing, is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        transaction.set_rollback(True)


def named(*checks: str) -> set[tuple[str, str]]:
    """(code, table) of what the owner finds."""
    with connection.cursor() as cursor:
        cursor.execute('SET LOCAL ROLE "edsh_owner"')
    found = [f for name in checks for f in CHECKS[name].function()] if checks else findings()
    return {(finding.code, finding.what.split()[0]) for finding in found}


def test_nothing_is_named_before(call):
    with undone():
        assert named() == set()


@pytest.mark.parametrize("stage", only(["awarded"], STAGES))
def test_nothing_is_named_at_a_stage(call, stage):
    name, files = staged(stage)
    with cloned(name) as database, files_apart() as top, used(database), as_role("owner"):
        shutil.copytree(files / "media", top / "media", dirs_exist_ok=True)
        assert findings() == []
        chain.sign_roots()
        assert findings() == []


def rounds() -> list[dict[str, str]]:
    """{table: way} as often as one is left: what is done to different tables is looked for at once, each is named by its table."""
    ways: dict[str, list[str]] = {}
    for way, (_statement, table) in REWRITTEN.items():
        ways.setdefault(table, []).append(way)
    return [
        {table: mine[number] for table, mine in ways.items() if number < len(mine)}
        for number in range(max(map(len, ways.values())))
    ]


@pytest.mark.parametrize("ways", rounds(), ids=lambda ways: f"{len(ways)} ways")
def test_rows_are_rewritten(call, ways):
    with undone() as cursor:
        for way in ways.values():
            cursor.execute(REWRITTEN[way][0])
            assert cursor.rowcount > 0, f"{way}: nothing was rewritten"
        found = {what for _code, what in named("seals")}
    assert found == set(ways), {table: ways.get(table) for table in found ^ set(ways)}


# ── the forger who knows the seals ───────────────────────────────────────────────────────────────────────────────────
IBAN = changed("funding_bankaccount", "iban = 'FR7630006000011234567890189'")
SEALED_AGAIN = (
    "INSERT INTO seal (stream, seq, relation, key, n, form_id, salt, hash) SELECT 'line:1', 1, relation, key, n + 1, form_id, salt, hash"
    " FROM seal WHERE relation = 'funding_bankaccount' ORDER BY n DESC LIMIT 1"
)
FORGED = {
    "its seal deleted with it": (
        f"{IBAN} ;; DELETE FROM seal WHERE relation = 'funding_bankaccount'",
        {("seals.event", "bankaccount"), ("seals.unsealed", "funding_bankaccount")},
    ),
    "one seal more": (SEALED_AGAIN, {("seals.event", "line"), ("seals.rewritten", "funding_bankaccount")}),
    "queued for the next root": (
        f"{IBAN} ;; INSERT INTO seal_due (xact, relation, key, later, at) SELECT 1, 'funding_bankaccount', min(id)::text, true, now()"
        " FROM funding_bankaccount",
        {("seals.waiting", "funding_bankaccount")},
    ),
    "an answer queued again": (
        changed("applications_answer", "text = 'x'")
        + " ;; INSERT INTO seal_due (xact, relation, key, later, at) SELECT 1, 'applications_answer', min(id)::text, true, now()"
        " FROM applications_answer ;; SET LOCAL ROLE edsh_owner ;; SELECT seal_between()",
        {("seals.again", "applications_answer")},
    ),
    "another form": (
        "UPDATE seal_form SET query = replace(query, 'r.\"iban\"', 'NULL') WHERE relation = 'funding_bankaccount'",
        {("seals.form", "funding_bankaccount"), ("seals.rewritten", "funding_bankaccount")},
    ),
    "a log emptied with its queue": (
        "DELETE FROM access_log ;; DELETE FROM seal WHERE relation = 'access_log'",
        {("seals.event", "rows")},
    ),
    "a row without an event": (
        "INSERT INTO decisions_notificationopening (notification_id, opened_by_id, opened_at) SELECT n.id, (SELECT min(id) FROM"
        " directory_user), now() FROM decisions_notification n LEFT JOIN decisions_notificationopening o ON o.notification_id = n.id"
        " WHERE o.id IS NULL LIMIT 1",
        {("seals.unsealed", "decisions_notificationopening")},
    ),
    "an edited event": (
        "UPDATE event SET data = data || '{\"forged\": 1}' WHERE id = (SELECT min(id) FROM event WHERE kind = 'decision.approved')",
        {("chain.columns", "application")},
    ),
    "a state set by hand": (
        changed("applications_application", "state = 'closed'", "state = 'ineligible'"),
        {("states.event", "application"), ("seals.rewritten", "applications_application")},
    ),
    "a clock put forward": ("UPDATE portal_clock SET shift = '1 day'", {("clock.shift", "portal_clock")}),
    "a trigger disabled": (
        "ALTER TABLE applications_answer DISABLE TRIGGER seal_rows",
        {("schema.differs", "trigger")},
    ),
    "a constraint dropped": (
        "ALTER TABLE funding_bankaccount DROP CONSTRAINT iban_four_eyes",
        {("schema.differs", "constraint")},
    ),
    "a right given": ("GRANT UPDATE ON event TO edsh_web", {("schema.differs", "right")}),
    "a wall that lets through": (
        "CREATE OR REPLACE FUNCTION wall_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        {("schema.differs", "function")},
    ),
}


@pytest.mark.parametrize("way", FORGED)
def test_a_forger_who_knows(call, settings, way):
    statements, expected = FORGED[way]
    settings.DEMO = way != "a clock put forward"
    with undone() as cursor:
        for statement in statements.split(" ;; "):
            cursor.execute(statement)
        found = named(*sorted({code.split(".")[0] for code, _what in expected}))
        assert {(code, re.split("[:#]", what)[0]) for code, what in found} == expected


def test_a_removed_tail_with_its_head(call):
    """Nothing in the database tells: only the signed root remembers."""
    with undone() as cursor:
        cursor.execute("SELECT stream, seq FROM event_head WHERE stream LIKE 'directory' ORDER BY stream LIMIT 1")
        stream, seq = cursor.fetchone()
        cursor.execute(
            "DELETE FROM delivery WHERE event_id IN (SELECT id FROM event WHERE stream = %s AND seq = %s)",
            [stream, seq],
        )
        cursor.execute("DELETE FROM event WHERE stream = %s AND seq = %s", [stream, seq])
        cursor.execute(
            "UPDATE event_head h SET seq = %s - 1, hash = (SELECT hash FROM event WHERE stream = h.stream AND seq = %s - 1) WHERE stream = %s",
            [seq, seq, stream],
        )
        assert named("chain", "roots") == {("roots.rewritten", f"{stream}#{seq}")}


def test_a_whole_stream_hashed_again(call):
    """The forger knows the format: text, hashes and head all agree; only the signed root remembers."""
    with undone() as cursor:
        cursor.execute("SELECT stream FROM event WHERE kind = 'decision.approved' ORDER BY id LIMIT 1")
        (stream,) = cursor.fetchone()
        cursor.execute(f"UPDATE event SET by_id = {OTHER} WHERE stream = %s AND seq = 1", [stream])
        cursor.execute("SELECT id FROM event WHERE stream = %s ORDER BY seq", [stream])
        previous = "0" * 64
        for (pk,) in cursor.fetchall():
            cursor.execute(
                "UPDATE event SET previous_hash = %(p)s::text, body = jsonb_build_array(3, stream, seq, kind, subject_type, subject_id,"
                " by_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), data, seals, login, %(p)s::text)::text WHERE id = %(id)s",
                {"p": previous, "id": pk},
            )
            cursor.execute(
                "UPDATE event SET hash = encode(sha256(convert_to(body, 'UTF8')), 'hex') WHERE id = %s RETURNING hash",
                [pk],
            )
            (previous,) = cursor.fetchone()
        cursor.execute("UPDATE event_head SET hash = %s WHERE stream = %s", [previous, stream])
        assert {code for code, _what in named("chain", "seals", "roots")} == {"roots.rewritten"}


def test_an_entry_and_its_balance_rewritten_together(call):
    with undone() as cursor:
        cursor.execute(
            "SELECT e.id, e.source_id, e.target_id FROM funding_entry e JOIN funding_posting p ON p.id = e.posting_id"
            " JOIN funding_balance b ON b.account_id = e.target_id WHERE NOT b.outside AND b.cents >= 100 AND e.cents > 100"
            " ORDER BY e.id DESC LIMIT 1"
        )
        entry, source, target = cursor.fetchone()
        cursor.execute(
            "UPDATE funding_entry SET cents = cents - 100, source_after = source_after + 100, target_after = target_after - 100 WHERE id = %s",
            [entry],
        )
        cursor.execute("UPDATE funding_balance SET cents = cents + 100 WHERE account_id = %s", [source])
        cursor.execute("UPDATE funding_balance SET cents = cents - 100 WHERE account_id = %s", [target])
        assert "ledger.event" in {code for code, _what in named("ledger")}


# ── the folders ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def roots(call) -> Iterator[Path]:
    """The folder of the signed roots, put back afterwards."""
    folder = Path(os.environ["PORTAL_ROOTS_DIR"])
    shutil.copytree(folder, folder.with_name("roots-kept"))
    yield folder
    shutil.rmtree(folder)
    folder.with_name("roots-kept").rename(folder)


def test_an_empty_folder_of_roots(roots):
    names = {path.name for path in roots.iterdir()}
    shutil.rmtree(roots)
    roots.mkdir()
    with undone():
        assert named("roots") == {("roots.missing", name) for name in names}


def test_a_root_of_another_key(roots):
    (path,) = roots.iterdir()
    path.write_text(path.read_text().replace('"signature": "30', '"signature": "31'))
    with undone():
        assert named("roots") == {("roots.signature", path.name), ("roots.missing", path.name)}


def test_something_written_that_no_root_came_for_in_more_than_an_hour(call):
    with undone() as cursor:
        cursor.execute("SELECT event_append('test:late', 'row.written', 'x', 0, NULL, NULL, '{}')")
        assert named("roots") == set()
        cursor.execute("UPDATE event SET recorded_at = now() - interval '61 minutes' WHERE stream = 'test:late'")
        assert named("roots") == {("roots.late", "test:late")}


def test_a_portal_where_nothing_is_written_is_not_late(call):
    """A root falls due when something is written: its own event waits for the next."""
    with undone() as cursor:
        cursor.execute("UPDATE event SET recorded_at = now() - interval '1 week'")
        assert named("roots") == set()


@pytest.mark.parametrize("way", ["another one", "one bit flipped"])
def test_a_pdf_of_other_bytes(call, way):
    with undone() as cursor:
        cursor.execute(
            "SELECT sha256 FROM document WHERE scan = 'issued' AND kind = 'decision' ORDER BY created_at, id LIMIT 2"
        )
        first, second = (Path(os.environ["PORTAL_MEDIA_ROOT"], sha[:2], sha) for (sha,) in cursor.fetchall())
        kept = first.read_bytes()
        flipped = bytearray(kept)
        flipped[len(kept) // 2] ^= 1
        first.write_bytes(second.read_bytes() if way == "another one" else flipped)
        try:
            assert named("documents") == {("documents.bytes", "decision")}
        finally:
            first.write_bytes(kept)


def test_an_old_backup_brought_back(call):
    """Of before the last signed root, which is kept elsewhere: what it stood over is not there."""
    name, _files = staged("running")
    with cloned(name) as old, used(old), as_role("owner"):
        assert {finding.code for finding in CHECKS["roots"].function()} == {"roots.rewritten"}


def test_the_command_ends_with_1_and_names_the_way(call, capsys):
    with undone() as cursor:
        cursor.execute(IBAN)
        cursor.execute('SET LOCAL ROLE "edsh_owner"')
        with pytest.raises(SystemExit) as end:
            call_command("verify", "--json")
    assert end.value.code == 1
    said = [(one["code"], one["what"].split()[0]) for one in json.loads(capsys.readouterr().out)["findings"]]
    assert sorted(said) == [("acts.alone", "bank"), ("seals.rewritten", "funding_bankaccount")]
