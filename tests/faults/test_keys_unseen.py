"""Whoever holds the web's login reads the statements of the others of that login: no key and no hash of a password is in any text."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from directory import actions, passwords
from directory.models import Invitation
from edsh_portal.events import run
from edsh_portal.models import Delivery, Mail
from tests.database import as_role
from tests.directory.world import PASSWORD, place, someone

BACKEND = "directory.backends.EmailBackend"
ROUNDS = 12  # two readings of one hash each: fewer than a minute allows
NEW = "une autre phrase bien longue"


@pytest.fixture
def town(committed):
    with as_role("owner"):
        people = [someone("adam", "administrator"), someone("driss"), someone("zoe")]
        place(7001)
        for person in people:
            passwords.replace(person, PASSWORD)
    return people


@contextmanager
def watched(database):
    """The texts of every statement that the web's login sees, read as fast as they can be until the block ends."""
    texts: set[str] = set()
    over = threading.Event()

    def read() -> None:
        with database.connect("web") as line:
            while not over.is_set():
                rows = line.execute("SELECT query FROM pg_stat_activity WHERE datname = current_database()").fetchall()
                texts.update(row[0] for row in rows)

    watcher = threading.Thread(target=read)
    watcher.start()
    try:
        yield texts
    finally:
        over.set()
        watcher.join()


def letter(by, email: str) -> str:
    invitation = actions.invite(email=email, full_name="Nour", role="expert", by=by)
    assert run(Delivery.objects.get(event__subject_id=invitation.pk, event__kind="invitation.created").pk)
    return Mail.objects.get(address=email).body.split("/invitation/")[1].split("/")[0]


class People(threading.Thread):
    """One thread of the web: what it serves, again and again; the secrets that went through."""

    def __init__(self, work) -> None:
        super().__init__()
        self.work, self.secrets, self.wrong = work, set(), []

    def run(self) -> None:
        try:
            for n in range(ROUNDS):
                self.secrets |= set(self.work(n))
        except Exception as error:  # told by the test: a thread has no other way
            self.wrong.append(repr(error))
        finally:
            connection.close()


def test_no_statement_of_the_web_shows_a_key(town, committed, superuser):
    adam, driss, zoe = town
    _token, key = actions.issue_token(driss, label="x", scopes=["read"], days=2, by=driss)

    def reading(n: int):
        client = Client()
        client.force_login(adam, backend=BACKEND)
        assert client.get(reverse("directory:people")).status_code == 200
        return [client.session.session_key]

    def asking(n: int):
        assert Client(headers={"authorization": f"Bearer {key}"}).get("/api/v1/applications/").status_code == 200
        return [key]

    def answering(n: int):
        token = letter(adam, f"new{n}@edsh.example")
        client = Client()
        assert client.get(reverse("directory:open_letter", args=["invitation", token]), follow=True).status_code == 200
        assert (
            client.post(reverse("directory:accept_invitation"), {"password": PASSWORD, "again": PASSWORD}).status_code
            == 302
        )
        return [token, client.session.session_key]

    def changing(n: int):
        client = Client()
        typed = (PASSWORD, NEW) if n % 2 == 0 else (NEW, PASSWORD)
        address = reverse("directory:sign_in")
        assert client.post(address, {"email": zoe.email, "password": typed[0]}).status_code == 302
        before = client.session.session_key
        change = {"current": typed[0], "password": typed[1], "again": typed[1]}
        assert client.post(reverse("directory:change_password"), change).status_code == 302
        return [before, client.session.session_key]

    def writing(n: int):  # one after the other: the directory has one stream of events
        return answering(n) + changing(n)

    with watched(committed) as texts:
        threads = [People(work) for work in (reading, asking, writing)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [thread.wrong for thread in threads] == [[]] * 3
    secrets = set().union(*(thread.secrets for thread in threads))
    secrets |= {row[0] for row in superuser.execute("SELECT hash FROM directory_password")}
    assert len(secrets) > 3 * ROUNDS and len(texts) > 100
    assert [text for text in texts if any(secret in text for secret in secrets) or "$argon2" in text] == []
    assert Invitation.objects.filter(accepted_at=None).count() == 0


def test_a_key_that_is_in_a_statement_would_be_seen(town, committed, web):
    with watched(committed) as texts:
        until = 0
        while not any("planted-key" in text for text in texts) and until < 10_000:
            web.execute("SELECT 'planted-key'")
            until += 1
    assert any("planted-key" in text for text in texts)
