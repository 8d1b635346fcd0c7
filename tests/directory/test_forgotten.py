"""A forgotten password: one letter, one use, one hour; nothing tells who has an account; whoever bears the letter alone."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory import actions, passwords
from directory.actions import forgotten
from directory.models import PasswordReset, User
from edsh_portal.events import run
from edsh_portal.models import Delivery, Event, Mail, Throttle
from tests.database import as_role, leave_alone

from .world import AT, PASSWORD, someone

NEW = "une autre phrase assez longue"
ASK, ANSWER = "/mot-de-passe-oublie/", "/nouveau-mot-de-passe/"


@pytest.fixture
def paul(town) -> User:
    return someone("paul", password=PASSWORD)


def ask(email: str, address: str = "192.0.2.7"):
    return Client().post(ASK, {"email": email}, REMOTE_ADDR=address)


def letter(event: Event | None = None) -> str:
    """The secret, where the worker writes it."""
    event = event or Event.objects.filter(kind="password.forgotten").latest("pk")
    assert run(Delivery.objects.get(event=event, reaction="directory.send_reset").pk)
    return Mail.objects.get(event=event).body.split(ANSWER)[1].split("/")[0]


def answer(token: str, password: str = NEW, client: Client | None = None):
    client = client or Client(raise_request_exception=False)
    client.get(f"{ANSWER}{token}/")
    return client.post(ANSWER, {"password": password, "again": password})


def comes_in(email: str, password: str) -> bool:
    return Client().post(reverse("directory:sign_in"), {"email": email, "password": password}).status_code == 302


def later(**time: float) -> None:
    Throttle.objects.update(at=F("at") - timedelta(**time))


def test_a_link_serves_once_and_closes_every_session(paul):
    before = Client()
    assert before.post("/connexion/", {"email": paul.email, "password": PASSWORD}).status_code == 302
    assert ask(" Paul@EDSH.example").status_code == 302
    token = letter()
    window = Client()
    opened = window.get(f"{ANSWER}{token}/")
    assert (opened.status_code, opened["Location"]) == (302, ANSWER)  # the secret leaves the address
    assert opened.cookies["letter"]["httponly"] and token not in window.get(ANSWER).content.decode()
    weak = window.post(ANSWER, {"password": "court", "again": "court"})
    assert weak.status_code == 200 and "court" in weak.content.decode() and comes_in(paul.email, PASSWORD)
    done = answer(token, client=window)
    assert (done.status_code, done["Location"], window.cookies["letter"].value) == (302, "/connexion/", "")
    assert comes_in(paul.email, NEW) and not comes_in(paul.email, PASSWORD)
    assert before.get(reverse("directory:account")).status_code == 302
    changed = Event.objects.get(kind="user.password_changed", subject_id=paul.pk)
    assert changed.by_id == paul.pk
    assert run(Delivery.objects.get(event=changed).pk) and Mail.objects.get(event=changed).to == paul
    again = answer(token, "encore une phrase longue")
    assert again.status_code == 410 and ASK in again.content.decode() and comes_in(paul.email, NEW)


def test_a_link_lasts_an_hour_and_dies_with_the_next_change(paul, set_clock):
    ask(paul.email)
    token, reset = letter(), PasswordReset.objects.get()
    assert reset.expires_at == AT + timedelta(hours=1)
    set_clock(AT + timedelta(minutes=59, seconds=59), frozen=True)
    assert Client(headers={"cookie": f"letter={token}"}).get(ANSWER).status_code == 200
    set_clock(reset.expires_at, frozen=True)
    assert answer(token).status_code == 410
    ask(paul.email)
    second = letter()
    actions.change_password(paul, current=PASSWORD, password=NEW, by=paul)
    assert answer(second, PASSWORD).status_code == 410
    ask(paul.email)
    third = letter()
    actions.deactivate(paul, by=User.objects.get(email="adam@edsh.example"))
    assert answer(third, PASSWORD).status_code == 410


def test_known_and_unknown_get_the_same_answer_and_the_same_work(paul):
    def asked(email: str) -> tuple[list[str], str | None, str]:
        later(days=2)
        client = Client()
        with CaptureQueriesContext(connection) as statements:
            there = client.post(ASK, {"email": email})
        shapes = [re.sub(r"VALUES.*|s[0-9]+_x[0-9]+", "", one["sql"])[:60] for one in statements]
        page = re.search("<main.*</main>", client.get(there["Location"]).content.decode(), re.DOTALL)
        return shapes, page and page[0], there["Location"]

    shut = someone("shut")
    actions.deactivate(shut, by=User.objects.get(email="adam@edsh.example"))
    asked(paul.email)  # whatever is read once in a process
    known, unknown, closed = (asked(email) for email in (paul.email, "nobody@edsh.example", shut.email))
    assert known == unknown == closed
    nobody = Event.objects.filter(kind="password.forgotten", data__user=None)
    assert nobody.count() == 2 and not any("nobody" in str(row) for row in PasswordReset.objects.values())
    for event in nobody:
        assert run(Delivery.objects.get(event=event).pk) and not Mail.objects.filter(event=event).exists()


def test_letters_to_one_address_are_few(paul):
    for n in range(4):
        assert ask(paul.email).status_code == (302 if n < 3 else 429)
    held = ask(paul.email)
    assert "attendez 1 minute" in held.content.decode() and held["Retry-After"] == "60"
    assert ask("other@edsh.example").status_code == 302  # a colleague beside
    assert ask(paul.email, "203.0.113.1").status_code == 302  # the person, elsewhere
    assert [ask(paul.email, f"203.0.{n}.1").status_code for n in range(4)] == [302, 302, 429, 429]
    assert PasswordReset.objects.filter(user=paul).count() == 6
    many = [ask(f"n{n}@edsh.example", "198.51.100.1").status_code for n in range(12)]
    assert many == [302] * 10 + [429] * 2
    later(hours=1)
    assert ask(paul.email).status_code == 302


def test_who_proved_who_they_are_waits_for_nobody(paul):
    for _n in range(7):
        wrong = Client().post("/connexion/", {"email": paul.email, "password": "faux"})
    assert wrong.status_code == 429
    ask(paul.email)
    assert answer(letter()).status_code == 302 and comes_in(paul.email, NEW)


# ── the database, with the rights of production ──────────────────────────────────────────────────────────────────────
@pytest.fixture
def alone(committed):
    with as_role("owner"):
        victim = someone("victim", password=PASSWORD)
    leave_alone(committed, False)
    return victim


def written() -> str:
    with as_role("worker"):
        return letter()


def test_the_letter_alone_changes_the_password(alone, web):
    assert ask(alone.email).status_code == 302
    with pytest.raises(psycopg.Error) as error:
        web.execute("SELECT password_set(%s, 'x')", [alone.pk])
    assert error.value.sqlstate == "EP006"
    assert answer(written()).status_code == 302 and comes_in(alone.email, NEW)


def test_what_is_over_since_a_day_is_kept_no_longer(alone):
    ask(alone.email)
    ended = PasswordReset.objects.get().expires_at + forgotten.KEPT
    with as_role("worker"):
        assert actions.forget_letters(ended) == 0 and actions.forget_letters(ended + timedelta(seconds=1)) == 1


FORGED = {
    "another's letter": "UPDATE directory_passwordreset SET user_id = {victim}",
    "never asked": (
        "INSERT INTO directory_passwordreset (user_id, token_sha256, asked_at, expires_at)"
        " SELECT {victim}, '{hash}', asked_at, expires_at FROM directory_passwordreset"
    ),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_reset_that_its_event_does_not_tell_changes_nothing(alone, superuser, forgery):
    with as_role("owner"):
        thief = someone("thief", password=PASSWORD)
    ask(thief.email)
    token = written()
    key = "x" * 43 if forgery == "never asked" else token
    superuser.execute("SET session_replication_role = replica")  # as if no other wall stood
    superuser.execute(FORGED[forgery].format(victim=alone.pk, hash=actions.digest(key)))
    assert answer(key).status_code == 409
    assert passwords.matches(alone, PASSWORD)
