"""Nobody is told of a fault because others act at the same instant: the steps of the streams that everybody shares, eight times."""

import ast
from pathlib import Path

from tests import at_once

ROOT = Path(__file__).parents[2]
# Where a verb's module reads the clock itself, and why that dates no event.
READS = {
    ("casework/actions/admissibility.py", "deem_overdue"): "what is due, before each dossier is locked",
    ("casework/actions/complements.py", "lapse_complements"): "what is due, before each dossier is locked",
    ("casework/actions/messages.py", "mark_read"): "a mark is nobody else's: no event",
    ("casework/actions/reminders.py", "remind"): "what is due, before each dossier is locked",
    ("applications/actions/upload.py", "expire_uploads"): "what nobody ended: no event",
    ("directory/actions/forgotten.py", "forget_letters"): "what is over: no event",
    ("directory/actions/forgotten.py", "reset_password"): "whether the letter has expired; the instant comes after",
    ("directory/actions/forgotten.py", "resettable"): "a page that only reads",
    ("directory/actions/invitations.py", "accept_invitation"): "whether the letter has expired; the instant comes after",
    ("directory/actions/invitations.py", "openable"): "a page that only reads",
    ("directory/actions/requests.py", "followed"): "whether the letter still leads there; the instant comes after",
    ("directory/actions/requests.py", "forget_requests"): "what is over, before each is locked",
    ("directory/actions/roles.py", "end_exceptions"): "what is over, before each person is locked",
    ("funding/actions/closing.py", "_stands"): "what a closing is written against: dates no event",
    ("funding/actions/envelope.py", "propose_ceiling"): "the ceiling in force, for the payload",
    ("funding/actions/forecast.py", "watch_credits"): "whether the day was looked at, before the call is held",
    ("funding/actions/lapse.py", "remind_starts"): "what is due, before each award is locked",
    ("reviews/actions/hearing.py", "move_hearing"): "whether the slot is over; the draft is locked, and moves are no event",
    ("reviews/actions/reminders.py", "remind_reports"): "what is due, before each report is locked",
    ("funding/actions/grant.py", "lapses"): "a page that only reads",
}  # fmt: skip


def shared(row):
    """Written in the directory's stream, or on a line of money: no row of theirs is a lock for the others."""
    return row.route.startswith("directory:") or row.route in ("applications:delegate_signature",)


def test_13_5_steps_of_a_shared_stream_at_one_instant(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        wrong = at_once.tried(list(at_once.steps("open", shared)))
    assert not wrong, "\n".join(["", *wrong])


def test_13_5_no_verb_reads_the_clock_otherwise():
    """events.instant() holds the stream, then reads it; what reads the clock alone says why (READS)."""
    found = set()
    for path in sorted(ROOT.glob("*/actions/*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef) and "clock.now()" in ast.unparse(function):
                found.add((str(path.relative_to(ROOT)), function.name))
    assert found == set(READS)
