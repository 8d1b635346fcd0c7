"""The door of the web: so many inside, presses first, then who was received, then the others; beyond, « come back »."""

import threading
import time
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from directory import actions as directory
from edsh_portal import admission, health
from edsh_portal.admission import Door


def lined_up(door: Door, done: list[str], name: str, *, pressing: bool = False) -> threading.Thread:
    """A person who enters, says so and leaves; returns once they wait in line."""
    line = door.lines[0 if pressing else 2]
    before = len(line)

    def pass_through() -> None:
        assert door.enter(pressing=pressing)
        done.append(name)
        door.leave()

    thread = threading.Thread(target=pass_through)
    thread.start()
    while len(line) == before:
        thread.join(0.001)
    return thread


def test_presses_go_first_and_nobody_is_forgotten():
    door, done = Door(places=1, most=2), []
    assert door.enter()
    threads = [lined_up(door, done, name) for name in ("page", "save")]
    threads += [lined_up(door, done, name, pressing=True) for name in ("deposit", "another")]
    assert door.enter() is False  # the line is full: sent away at once
    threads.append(lined_up(door, done, "a third deposit", pressing=True))  # never sent away
    door.leave()
    for thread in threads:
        thread.join(10)
    assert done == ["deposit", "another", "a third deposit", "page", "save"]
    assert (door.inside, [len(line) for line in door.lines]) == (0, [0, 0, 0])


def test_who_waits_for_something_else_gives_up_their_place_and_takes_it_back(monkeypatch):
    door = Door(places=1, most=0)
    monkeypatch.setattr(admission, "door", door)
    told = []

    def view(_request):
        with admission.stepped_out():
            told.append((door.inside, door.enter()))
            door.leave()
        told.append((door.inside, door.enter()))
        return HttpResponse()

    admission.admission(view)(RequestFactory().get("/"))
    with admission.stepped_out():  # a worker holds no place
        assert door.inside == 0
    assert told == [(0, True), (1, False)]


def test_who_was_received_lets_the_presses_in_and_comes_before_the_others():
    door, done = Door(places=1, most=2), []
    assert door.enter(pressing=True)
    door.give_way()  # nobody presses: goes on
    threads = [lined_up(door, done, "save"), lined_up(door, done, "deposit", pressing=True)]
    door.give_way()
    done.append("frozen")
    door.leave()
    for thread in threads:
        thread.join(10)
    assert (done, door.inside) == (["deposit", "frozen", "save"], 0)


@pytest.fixture
def full(monkeypatch):
    """The door of this process, with nobody able to come in or to wait."""
    door = Door(places=0, most=0)
    monkeypatch.setattr(admission, "door", door)
    return door


def test_whoever_is_sent_away_is_told_when_to_come_back(db, full):
    page, program = Client().get("/"), Client().get("/api/v1/calls/")
    assert (page.status_code, page["Retry-After"], page["Cache-Control"]) == (503, "3", "no-store")
    assert "Votre demande n’a pas été traitée" in page.content.decode()
    save = Client().post("/dossiers/EDSH-1-0001/direct/", "{}", content_type="application/json")
    assert (save.status_code, list(save.json())) == (503, ["sentence"])
    assert (program.status_code, program["Retry-After"], program.json()["status"]) == (503, "3", 503)
    assert Client().post("/dossiers/EDSH-1-0001/direct/").status_code == 503
    assert Client().get("/healthz").status_code == 200


def posted(path, **cookies):
    request = RequestFactory().post(path)
    request.COOKIES |= cookies
    return request


def test_only_the_deposit_of_somebody_signed_in_goes_first():
    """Known by a signed cookie; a forged or an old one loses the priority, and no more."""
    deposit, save = "/dossiers/EDSH-1-0001/depot/", "/dossiers/EDSH-1-0001/direct/"
    door = admission.SEEN.sign("7")
    with time_machine(-settings.SESSION_COOKIE_AGE - 1):
        old = admission.SEEN.sign("7")
    assert admission._presses(posted(deposit, door=door))
    for refused in (
        posted(deposit),
        posted(deposit, door=door[:-1]),
        posted(deposit, door=old),
        posted(save, door=door),
    ):
        assert not admission._presses(refused)
    assert not admission._presses(posted("/nowhere/", door=door))


@contextmanager
def time_machine(seconds):
    with patch("django.core.signing.time.time", return_value=time.time() + seconds):
        yield


def test_who_is_let_in_by_a_session_is_known_at_the_door(db, client):
    person = directory.create_user(email="a@b.fr", full_name="A", by=None)
    assert "door" not in client.get("/connexion/").cookies
    client.force_login(person)
    given = client.get("/mon-compte/").cookies["door"]
    assert (given["httponly"], given["samesite"], admission._is_known({"door": given.value}, who=str(person.pk))) == (
        True,
        "Lax",
        True,
    )
    assert "door" not in client.get("/mon-compte/").cookies  # once
    client.cookies["door"] = admission.SEEN.sign("999999")  # of another person, on the same machine
    assert admission._is_known({"door": client.get("/mon-compte/").cookies["door"].value}, who=str(person.pk))


def test_how_much_is_taken_in(settings):
    door = f"door={admission.SEEN.sign('7')}"
    assert admission.most_bytes("/connexion/", "") == settings.WEB_MOST_BYTES_ANONYMOUS
    assert admission.most_bytes("/connexion/", door) == settings.WEB_MOST_BYTES
    assert admission.most_bytes("/verifier/", "") == 14_000_000
    assert admission.most_bytes("/dossiers/EDSH-1-0001/pieces/ajouter/presentation/", "") == 64_000
    assert admission.most_bytes("/nulle-part/%ff", "session=abc") == 64_000


def test_who_steps_out_lends_their_place_and_comes_back_before_the_new():
    door, done = Door(places=1, most=2), []
    assert door.enter()
    out = threading.Thread(target=lambda: (door.step_out(0.05), done.append("back"), door.leave()))
    threads = [lined_up(door, done, "save")]
    out.start()
    for thread in (*threads, out):
        thread.join(10)
    assert (done, door.inside) == (["save", "back"], 0)


def test_readyz_is_asked_of_the_database_once_a_second(db, client, monkeypatch):
    asked = []
    monkeypatch.setattr(health, "_last", None)
    monkeypatch.setattr(health, "_database", lambda: bool(asked.append(1)))
    assert [client.get("/readyz").status_code for _n in range(3)] == [503, 503, 503]
    assert len(asked) == 1
    monkeypatch.setattr(health, "KEPT", -1.0)
    client.get("/readyz")
    assert len(asked) == 2
