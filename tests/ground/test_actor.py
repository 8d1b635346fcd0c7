"""Who is at work is proved to the database by a key, transaction by transaction; a name alone is refused."""

import hashlib
from contextlib import suppress
from types import SimpleNamespace

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path

from directory import actions
from edsh_portal import events, speaker
from edsh_portal.models import WebSession
from tests.database import as_role, leave_alone

PASSWORD = "une phrase assez longue"
BACKEND = "directory.backends.EmailBackend"
UNWALLED = "SET session_replication_role = replica"  # no trigger: what is tried is the look-up
APPEND = "SELECT event_append('s', %s, 'x', 1, %s, NULL, '{}')"


@pytest.fixture
def two(committed):
    """Alice and Bruno, each with an open session, in a database where the web has no right that it has not in production."""
    people = {}
    with as_role("owner"):
        for key in ("alice", "bruno"):
            people[key] = actions.create_user(
                email=f"{key}@edsh.example", full_name=key.title(), password=PASSWORD, by=None
            )
    leave_alone(committed, False)
    keys = {key: signed_in(person).session.session_key for key, person in people.items()}
    return SimpleNamespace(**people, keys=SimpleNamespace(**keys))


def signed_in(person, **more) -> Client:
    client = Client(**more)
    client.force_login(person, backend=BACKEND)
    return client


def saying(line, key: str, statement: str, values=()):
    """The first value of a statement, in a transaction where this key was told."""
    with line.transaction():
        line.execute("SELECT set_config('portal.key', %s, true)", [key])
        return line.execute(statement, values).fetchone()[0]


def not_proved(line, key: str, kind: str, by) -> bool:
    with pytest.raises(psycopg.Error) as refused:
        saying(line, key, APPEND, [kind, by])
    return refused.value.sqlstate == speaker.NOT_PROVED


def test_a_name_is_refused_without_the_key_that_proves_it(two, web):
    alice, bruno = two.alice.pk, two.bruno.pk
    kept = hashlib.sha256(two.keys.alice.encode()).hexdigest()
    assert WebSession.objects.get(user=two.alice).key_sha256 == kept
    for key in ("", "guessed", str(alice), kept, two.alice.email, two.keys.alice[:-1]):
        for by in (alice, bruno, None):
            assert not_proved(web, key, "x.done", by), key
    assert not_proved(web, two.keys.alice, "x.done", bruno)
    assert saying(web, two.keys.alice, APPEND, ["x.done", alice])
    assert saying(web, two.keys.alice, APPEND, ["x.noted", None])  # the portal's own note, beside somebody's act


def test_no_other_setting_and_no_role_proves_anything(two, web):
    for statement in (
        "SELECT set_config('portal.actor', %(alice)s, false), set_config('portal.user', %(alice)s, false)",
        "SELECT set_config('role', 'edsh_owner', false)",
        "SET SESSION AUTHORIZATION edsh_owner",
        "SELECT set_config('portal.once', %(alice)s, false)",
    ):
        with suppress(psycopg.errors.InsufficientPrivilege):
            web.execute(statement, {"alice": str(two.alice.pk)})
        assert not_proved(web, "", "x.done", two.alice.pk)


def test_the_worker_speaks_for_the_portal_and_for_nobody(two, worker):
    assert worker.execute(APPEND, ["x.noted", None]).fetchone()
    assert not_proved(worker, "", "x.done", two.alice.pk)


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE directory_user SET is_active = false",
        "UPDATE directory_user SET session_epoch = session_epoch + 1",
        "UPDATE web_session SET expires_at = now() - interval '1 second'",
        "DELETE FROM web_session",
    ],
)
def test_a_session_that_is_over_proves_nothing(two, web, superuser, end):
    assert saying(web, two.keys.alice, "SELECT portal_actor()") == two.alice.pk
    superuser.execute(UNWALLED)
    superuser.execute(end)
    assert saying(web, two.keys.alice, "SELECT portal_actor()") is None


def test_a_program_s_token_proves_its_person_until_it_ends(two, web, superuser):
    _token, key = actions.issue_token(two.alice, label="x", scopes=["read"], days=2, by=two.alice)
    assert saying(web, key, "SELECT portal_actor()") == two.alice.pk
    superuser.execute(UNWALLED)
    for end in ("expires_at = portal_now()", "expires_at = portal_now() + interval '1 day', revoked_at = portal_now()"):
        superuser.execute(f"UPDATE directory_apitoken SET {end}")
        assert saying(web, key, "SELECT portal_actor()") is None


# ── the hook ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def who() -> int | None:
    """Who is at work, for a statement alone and for a transaction."""
    alone = _asked()
    with transaction.atomic():
        assert _asked() == alone
    assert _asked() == alone
    return alone


def _asked() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_actor()")
        return cursor.fetchone()[0]


heard: list = []


def page(request):
    heard.append(("view", who()))
    with suppress(ZeroDivisionError), transaction.atomic():
        heard.append(("undone", _asked()))
        raise ZeroDivisionError
    heard.append(("after", who()))
    with transaction.atomic():
        transaction.on_commit(lambda: heard.append(("on_commit", who())))
    return HttpResponse()


def stream(request):
    return StreamingHttpResponse(str(who()) for _ in range(2))


def entering(request):
    from django.contrib.auth import login

    heard.append(("before", who()))
    login(request, get_user_model().objects.get(full_name="Alice"), backend=BACKEND)
    heard.append(("signed in", who()))
    return HttpResponse()


def after(get_response):
    def middleware(request):
        response = get_response(request)
        heard.append(("middleware after", who()))
        return response

    return middleware


class urls:
    urlpatterns = [path("page/", page), path("stream/", stream), path("enter/", entering)]


FRAME = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "edsh_portal.speaker.middleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tests.ground.test_actor.after",
)


@pytest.fixture
def frame():
    heard.clear()
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=FRAME):
        yield


def test_every_statement_of_a_request_says_who_speaks(two, frame):
    signed_in(two.alice).get("/page/")
    assert heard == [(where, two.alice.pk) for where in ("view", "undone", "after", "on_commit", "middleware after")]
    streamed = signed_in(two.bruno).get("/stream/")
    assert b"".join(streamed.streaming_content) == str(two.bruno.pk).encode() * 2


def test_who_signs_in_speaks_from_then_on(two, frame):
    Client().post("/enter/")
    assert heard == [("before", None), ("signed in", two.alice.pk), ("middleware after", two.alice.pk)]


def test_nothing_is_left_on_the_connection_for_the_next(two, frame):
    """One connection serves Alice, nobody, then Bruno; between them nobody speaks."""
    served = connection.connection.info.backend_pid
    for client, expected in (
        (signed_in(two.alice), two.alice.pk),
        (Client(), None),
        (signed_in(two.bruno), two.bruno.pk),
    ):
        heard.clear()
        client.get("/page/")
        assert {said for _where, said in heard} == {expected}
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(current_setting('portal.key', true), '')")
            assert cursor.fetchone() == ("",)
        assert who() is None
    assert connection.connection.info.backend_pid == served


def test_what_cannot_be_a_key_is_none(two, frame):
    for cookie in ("", "x" * 300, "é" * 32, '"\\000\\001"'):
        client = Client(headers={"cookie": f"session={cookie}"})
        assert client.get("/page/").status_code == 200
    assert {said for _where, said in heard} == {None}


# ── names that are owed ──────────────────────────────────────────────────────────────────────────────────────────────
def test_what_an_act_owes_is_written_in_its_author_s_name_until_it_is_done(two, web, worker, monkeypatch, owner):
    monkeypatch.setitem(events.REACTIONS, "test.later", events.Reaction(lambda event: None, owes=("x.followed",)))
    monkeypatch.setitem(events.LISTENERS, "x.begun", ["test.later"])
    owner.execute("INSERT INTO owed_kind (cause, reaction, kind) VALUES ('x.begun', 'test.later', 'x.followed')")
    assert not_proved(worker, "", "x.followed", two.alice.pk)
    with transaction.atomic():
        events.record("x.begun", two.alice, by=two.alice)
    assert worker.execute(APPEND, ["x.followed", two.alice.pk]).fetchone()
    assert not_proved(worker, "", "x.followed", two.bruno.pk)
    assert not_proved(worker, "", "x.other", two.alice.pk)
    owner.execute("UPDATE delivery SET state = 'done', done_at = now()")
    assert not_proved(worker, "", "x.followed", two.alice.pk)
    with pytest.raises(psycopg.Error):
        web.execute("UPDATE delivery SET state = 'todo', done_at = NULL")
    for kind in ("x.begun", "user.created"):  # an obligation that no event of that kind began, or one more of an event
        web.execute(
            "INSERT INTO delivery (event_id, reaction, key, queue, state, tries, last_error)"
            " SELECT max(id), 'test.later', CASE kind WHEN 'x.begun' THEN 'x' ELSE '' END, 'default', 'todo', 0, ''"
            " FROM event WHERE kind = %s GROUP BY kind",
            [kind],
        )
    for person in (two.alice.pk, two.bruno.pk):
        assert not_proved(web, "", "x.followed", person)


# ── what the owner wrote ─────────────────────────────────────────────────────────────────────────────────────────────
def test_each_event_says_which_login_wrote_it_inside_its_hash(two, web, superuser):
    from edsh_portal import chain

    saying(web, two.keys.alice, APPEND, ["x.done", two.alice.pk])
    assert web.execute("SELECT login FROM event WHERE kind = 'x.done'").fetchone() == ("edsh_web",)
    assert web.execute("SELECT DISTINCT login FROM event WHERE kind = 'user.created'").fetchone() == ("edsh_owner",)
    assert list(chain.verify_chain()) == []
    superuser.execute(UNWALLED)
    superuser.execute("UPDATE event SET login = 'edsh_web' WHERE kind = 'user.created'")
    assert {f.code for f in chain.verify_chain()} == {"chain.columns"}


@pytest.mark.parametrize("form", [1, 2])
def test_an_event_of_a_former_format_is_still_verified(two, superuser, form):
    from edsh_portal import chain

    superuser.execute(UNWALLED)
    seals = ', ""' if form == 2 else ""
    body = f'[{form}, "old", 1, "x.done", "x", 1, null, "2022-09-01T10:00:00.000000Z", {{}}{seals}, "{"0" * 64}"]'
    superuser.execute(
        "INSERT INTO event (stream, seq, kind, subject_type, subject_id, at, data, login, body, seals, previous_hash, hash)"
        " VALUES ('old', 1, 'x.done', 'x', 1, '2022-09-01T10:00:00Z', '{}', '', %(body)s, '', repeat('0', 64),"
        " encode(sha256(%(body)s::text::bytea), 'hex'))",
        {"body": body},
    )
    superuser.execute(
        "INSERT INTO event_head (stream, seq, hash, at) SELECT stream, seq, hash, at FROM event WHERE stream = 'old'"
    )
    assert list(chain.verify_chain()) == []
    superuser.execute("UPDATE event SET login = 'edsh_web' WHERE stream = 'old'")
    assert [f.code for f in chain.verify_chain()] == ["chain.columns"]


def test_verify_names_what_the_owner_or_a_superuser_wrote_in_production(two, settings, web, owner, superuser):
    from directory.verify import verify_owner

    def named() -> set[str]:
        return {f.found for f in verify_owner()}

    assert named() == set()
    settings.DEMO = False
    saying(web, two.keys.alice, APPEND, ["x.done", two.alice.pk])
    assert named() == {"user.created, edsh_owner"}
    superuser.execute(APPEND, ["x.done", None])
    superuser.execute(APPEND, ["root.signed", None])  # upkeep, in nobody's name
    owner.execute(APPEND, ["root.signed", two.alice.pk])
    assert named() == {"user.created, edsh_owner", f"x.done, {superuser.info.user}", "root.signed, edsh_owner"}
