"""What the login *web* cannot do by hand: the database refuses each statement with its own SQLSTATE."""

from contextlib import contextmanager

import psycopg
import pytest

from reviews import actions
from reviews.models import Assignment
from tests.database import by_hand, cloned, files_apart, used

from . import world as made
from .world import marks, opened, reviewed, reviewed_by_two


@pytest.fixture(scope="module")
def locked(django_db_setup, django_db_blocker):
    """The web's line to a database where a report is locked: what is refused leaves it as it was."""
    with django_db_blocker.unblock(), walled(_locked) as web:
        yield web


@pytest.fixture(scope="module")
def closed(django_db_setup, django_db_blocker):
    """The same, where a session is closed."""
    with django_db_blocker.unblock(), walled(_closed) as web:
        yield web


@contextmanager
def walled(build):
    with cloned() as database:
        with used(database), files_apart():
            build(database.set_clock)
        with database.connect("web") as web:
            yield web


def _locked(set_clock):
    world = made.build(set_clock, 1)
    reviewed(world, world.dossiers[0], world.claire, 7)


def _closed(set_clock):
    world = made.build(set_clock)
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    for line in session.lines.for_list():
        actions.set_list(line, "main", by=world.jean)
    actions.close_session(session, "Relevé.", by=world.jean)


def forbidden(web, statement, *states):
    with pytest.raises(psycopg.Error) as wall:
        web.execute(statement)
    assert wall.value.sqlstate in states, wall.value


ANY = (
    "INSERT INTO reviews_assignment (application_id, expert_id, state, assigned_by_id, assigned_at, due_at, statement,"
)
LATE = (
    f"{ANY} confidentiality, reason, fact, declared_at) SELECT application_id, expert_id + 1, 'declared', assigned_by_id,"
    " assigned_at, due_at, 'x', true, '', '', now() FROM reviews_assignment LIMIT 1"
)


@pytest.mark.parametrize(
    ("statement", "states"),
    [
        ("UPDATE reviews_score SET value = 10", ("EP003",)),
        ("UPDATE reviews_score SET comment = 'autre'", ("EP003",)),
        ("DELETE FROM reviews_score", ("42501",)),
        (
            "INSERT INTO reviews_score (review_id, criterion_id, value, comment) SELECT review_id, criterion_id, 1, '' FROM reviews_score LIMIT 1",
            ("EP003",),
        ),
        ("UPDATE reviews_review SET state = 'draft', locked_at = NULL", ("EP003", "EP004")),
        ("UPDATE reviews_review SET locked_at = now()", ("EP003",)),
        ("DELETE FROM reviews_review", ("42501",)),
        ("DELETE FROM reviews_assignment", ("42501",)),
        ("TRUNCATE reviews_score", ("42501",)),
        ("UPDATE reviews_assignment SET state = 'assigned'", ("EP004",)),
        ("UPDATE reviews_assignment SET expert_id = assigned_by_id", ("42501",)),
        ("UPDATE reviews_assignment SET state = 'recused', ended_at = now(), reason = 'x'", ("EP051",)),
        ("DELETE FROM reviews_reviewerpermission", ("EP051",)),
        ("UPDATE reviews_reviewerpermission SET user_id = user_id", ("42501",)),
        (LATE, ("EP003",)),
        ("UPDATE reviews_opinion SET text = 'x'", ("42501",)),
        ("ALTER TABLE reviews_score DISABLE TRIGGER ALL", ("42501",)),
        ("DROP FUNCTION review_conflict", ("42501",)),
    ],
)
def test_a_locked_report_by_hand(locked, statement, states):
    forbidden(locked, statement, *states)


def test_marks_off_the_scale_or_the_grid(committed, set_clock, web):
    world = made.build(set_clock, 1)
    review = opened(world, world.dossiers[0], world.claire).review
    actions.save_review(review, marks(5) | {12: (None, "")}, by=world.claire)
    forbidden(web, "UPDATE reviews_score SET value = 11", "EP054")
    forbidden(web, "UPDATE reviews_score SET value = -1", "23514")
    forbidden(web, "UPDATE reviews_review SET state = 'locked', locked_at = now()", "EP054")
    forbidden(web, "UPDATE reviews_score SET review_id = review_id + 1", "42501")
    forbidden(web, "UPDATE reviews_review SET version_id = version_id + 1", "42501")
    forbidden(web, "DELETE FROM reviews_score", "42501")


def test_no_mark_once_the_dossier_is_shut(committed, set_clock, web):
    world = made.build(set_clock, 1)
    assignment = opened(world, world.dossiers[0], world.claire)
    actions.save_review(assignment.review, marks(5), by=world.claire)
    actions.recuse(Assignment.objects.get(), "Indisponible.", by=world.claire)
    forbidden(web, "UPDATE reviews_score SET value = 9", "EP051")
    forbidden(web, "UPDATE reviews_review SET state = 'locked', locked_at = now()", "EP051")
    link = (
        "INSERT INTO reviews_reviewerpermission (user_id, permission_id, content_object_id, assignment_id)"
        " SELECT s.expert_id, p.id, s.application_id, s.id FROM reviews_assignment s, auth_permission p"
        " WHERE p.codename = 'view_application'"
    )
    forbidden(web, link, "EP051")


@pytest.mark.parametrize(
    ("statement", "states"),
    [
        ("UPDATE reviews_rankingline SET list = 'reserve'", ("EP003",)),
        ("UPDATE reviews_rankingline SET score_num = 1", ("EP003",)),
        ("DELETE FROM reviews_rankingline", ("EP003",)),
        ("UPDATE reviews_session SET minutes = 'autre'", ("EP003",)),
        ("UPDATE reviews_session SET state = 'open', closed_at = NULL", ("EP003", "EP004")),
        ("DELETE FROM reviews_session", ("42501",)),
    ],
)
def test_a_closed_session_by_hand(closed, statement, states):
    forbidden(closed, statement, *states)


def test_a_session_does_not_close_by_hand_on_holes(committed, set_clock, web):
    world = made.build(set_clock)
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    shut = "UPDATE reviews_session SET state = 'closed', closed_at = now(), minutes = 'x'"
    forbidden(web, shut, "EP058")
    with by_hand() as cursor:
        cursor.execute("UPDATE reviews_rankingline SET list = CASE WHEN rank = 1 THEN 'reserve' ELSE 'main' END")
    forbidden(web, shut, "EP058")
    forbidden(web, "UPDATE reviews_rankingline SET below_floor = '2'", "23514")
    with by_hand() as cursor:
        cursor.execute("UPDATE reviews_rankingline SET reason = 'motif'")
        cursor.execute(shut)
    session.refresh_from_db()
    assert session.state == "closed"


def test_a_report_of_another_dossier(committed, set_clock, web):
    world = made.build(set_clock, 2)
    opened(world, world.dossiers[0], world.claire)
    other = world.dossiers[1].version_id
    row = (
        "INSERT INTO reviews_review (assignment_id, version_id, state, opened_at) SELECT id, {}, 'draft', now()"
        " FROM reviews_assignment"
    )
    forbidden(web, row.format(other), "EP051")
