"""The door of the web: so many inside, presses first, then who was received, then the others; beyond, « come back »."""

import threading

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from edsh_portal import admission
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
    assert "Votre demande n’a pas été commencée" in page.content.decode()
    assert (program.status_code, program["Retry-After"], program.json()["status"]) == (503, "3", 503)
    assert Client().post("/dossiers/EDSH-1-0001/direct/").status_code == 503
    assert Client().get("/healthz").status_code == 200


def test_only_the_deposit_goes_first():
    assert admission._presses("/dossiers/EDSH-1-0001/depot/")
    assert not admission._presses("/dossiers/EDSH-1-0001/direct/")
    assert not admission._presses("/nowhere/")
