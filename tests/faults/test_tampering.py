"""A superuser rewrites history in the demonstration's database: each way is named by `verify`."""

import os
import shutil
from pathlib import Path

import pytest

from edsh_portal import chain
from edsh_portal.verify import findings
from tests.database import cloned, files_apart, used
from tests.processes import staged


@pytest.fixture(scope="module")
def awarded():
    return staged("awarded")


@pytest.fixture
def tampered(awarded, django_db_blocker):
    """A clone of the awarded call with its files and a signed root; gives a superuser's connection to it, no trigger firing."""
    name, files = awarded
    with cloned(name) as database, files_apart() as top, used(database), django_db_blocker.unblock():
        shutil.copytree(files / "media", top / "media", dirs_exist_ok=True)
        chain.sign_roots()
        assert findings() == []
        with database.connect("superuser") as superuser:
            superuser.execute("SET session_replication_role = replica")
            yield superuser


def named() -> set[str]:
    return {finding.code for finding in findings()}


def test_an_edited_event(tampered):
    tampered.execute(
        "UPDATE event SET data = data || '{\"forged\": 1}' WHERE id = (SELECT min(id) FROM event WHERE kind = 'decision.approved')"
    )
    assert named() == {"chain.columns"}


def test_a_removed_tail_with_its_head(tampered):
    stream, seq = tampered.execute(
        "SELECT stream, seq FROM event_head WHERE stream LIKE 'review%' ORDER BY stream LIMIT 1"
    ).fetchone()
    tampered.execute(
        "DELETE FROM delivery WHERE event_id IN (SELECT id FROM event WHERE stream = %s AND seq = %s)", [stream, seq]
    )
    tampered.execute("DELETE FROM event WHERE stream = %s AND seq = %s", [stream, seq])
    tampered.execute(
        "UPDATE event_head h SET seq = %s - 1, hash = coalesce((SELECT hash FROM event WHERE stream = h.stream AND seq = %s - 1), repeat('0', 64))"
        " WHERE stream = %s",
        [seq, seq, stream],
    )
    assert "roots.rewritten" in named()


def test_an_entry_and_its_balance_rewritten_together(tampered):
    entry, source, target = tampered.execute(
        "SELECT e.id, e.source_id, e.target_id FROM funding_entry e JOIN funding_posting p ON p.id = e.posting_id"
        " JOIN funding_balance b ON b.account_id = e.target_id WHERE NOT b.outside AND b.cents >= 100 AND e.cents > 100"
        " ORDER BY e.id DESC LIMIT 1"
    ).fetchone()
    tampered.execute(
        "UPDATE funding_entry SET cents = cents - 100, source_after = source_after + 100, target_after = target_after - 100 WHERE id = %s",
        [entry],
    )
    tampered.execute("UPDATE funding_balance SET cents = cents + 100 WHERE account_id = %s", [source])
    tampered.execute("UPDATE funding_balance SET cents = cents - 100 WHERE account_id = %s", [target])
    codes = named()
    assert codes and all(code.startswith(("ledger.", "grants.", "awards.")) for code in codes)


def test_a_swapped_pdf(tampered):
    first, second = (
        row[0]
        for row in tampered.execute(
            "SELECT sha256 FROM document WHERE scan = 'issued' AND kind = 'decision' ORDER BY created_at, id LIMIT 2"
        )
    )
    folder = Path(os.environ["PORTAL_MEDIA_ROOT"])
    shutil.copy(folder / second[:2] / second, folder / first[:2] / first)
    assert "documents.bytes" in named()


def test_a_state_set_by_hand(tampered):
    tampered.execute(
        "UPDATE applications_application SET state = 'closed' WHERE id = (SELECT min(id) FROM applications_application WHERE state = 'ineligible')"
    )
    assert named() == {"states.event"}


def test_a_whole_stream_hashed_again(tampered):
    """The forger knows the format: text, hashes and head all agree; only the signed root remembers."""
    stream = tampered.execute(
        "SELECT stream FROM event WHERE kind = 'decision.approved' ORDER BY id LIMIT 1"
    ).fetchone()[0]
    tampered.execute(
        "UPDATE event SET by_id = (SELECT max(id) FROM directory_user) WHERE stream = %s AND seq = 1", [stream]
    )
    previous = "0" * 64
    for (pk,) in tampered.execute("SELECT id FROM event WHERE stream = %s ORDER BY seq", [stream]).fetchall():
        tampered.execute(
            "UPDATE event SET previous_hash = %(p)s::text, body = jsonb_build_array(1, stream, seq, kind, subject_type, subject_id, by_id,"
            " to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), data, %(p)s::text)::text WHERE id = %(id)s",
            {"p": previous, "id": pk},
        )
        previous = tampered.execute(
            "UPDATE event SET hash = encode(sha256(convert_to(body, 'UTF8')), 'hex') WHERE id = %s RETURNING hash", [pk]
        ).fetchone()[0]
    tampered.execute("UPDATE event_head SET hash = %s WHERE stream = %s", [previous, stream])
    assert "roots.rewritten" in named()
