"""A step that meets a full disk, or a database whose clock has stepped back, as whoever takes it sees it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.models import Piece, Upload
from edsh_portal import admission, health
from edsh_portal.models import Event
from tests.disks import small_disk

from . import world as made
from .test_upload import begin, patch


@pytest.fixture
def alice(client, world):
    client.force_login(world.cast.alice)
    client.raise_request_exception = False
    return client


@pytest.fixture
def outside(monkeypatch):
    """How long the door was left for, and what happens meanwhile."""
    times, meanwhile = [], []

    def step_out(seconds):
        times.append(seconds)
        for happen in meanwhile:
            happen()

    monkeypatch.setattr(admission.door, "step_out", step_out)
    return times, meanwhile


def join(client, draft, pages=1):
    """A piece, which an event of the dossier's stream tells."""
    page = reverse("applications:add_piece", args=[draft.reference, "presentation"])
    return client.post(page, {"file": SimpleUploadedFile("présentation.pdf", made.pdf(pages))})


def test_a_clock_that_comes_back_is_waited_for(alice, draft, set_clock, outside):
    """The step is taken whole, once; nobody notices."""
    waits, meanwhile = outside
    set_clock(made.NOW + timedelta(seconds=5), frozen=True)
    assert join(alice, draft).status_code == 302
    set_clock(made.NOW, frozen=True)
    meanwhile.append(lambda: len(waits) == 2 and set_clock(made.NOW + timedelta(seconds=6), frozen=True))
    assert join(alice, draft, 2).status_code == 302
    assert waits == [0.1, 0.3]
    held = Piece.objects.filter(application=draft).latest("pk").document
    assert (held.size, Event.objects.filter(kind="piece.added", at=made.NOW + timedelta(seconds=6)).count()) == (
        len(made.pdf(2)),
        1,
    )


def test_a_clock_that_does_not_come_back_is_told(alice, draft, set_clock, outside, monkeypatch):
    waits, _meanwhile = outside
    set_clock(made.NOW + timedelta(minutes=5), frozen=True)
    assert join(alice, draft).status_code == 302
    events = Event.objects.count()
    set_clock(made.NOW, frozen=True)
    answer = join(alice, draft, 2)
    assert (answer.status_code, answer["Retry-After"], sum(waits)) == (503, "5", 1.0)
    assert "L’horloge du portail est en cours de réglage" in answer.content.decode()
    assert (Event.objects.count(), Piece.objects.filter(application=draft).count()) == (events, 1)
    monkeypatch.setattr(health, "_last", None)
    told = alice.get("/readyz").json()
    assert (told["checks"]["clock_behind_seconds"], "clock_behind" in told["warnings"]) == (300.0, True)


def test_no_room_for_a_file(alice, draft, settings, tmp_path):
    """507 and a sentence, as it was asked: the page, a part of a file, the API; the pieces already there are still read."""
    with small_disk(tmp_path / "small") as disk:
        settings.MEDIA_ROOT = disk.path
        url = begin(alice, draft)["Location"]
        disk.fill()
        answer = join(alice, draft)
        assert (answer.status_code, answer["Retry-After"]) == (507, "60")
        assert "n’a plus de place" in answer.content.decode()
        part = patch(alice, url, 0, b"x" * 5000)
        assert (part.status_code, part["Content-Type"]) == (507, "text/plain; charset=utf-8")
        assert part.content.decode().startswith("Le portail n’a plus de place")
        assert (Piece.objects.filter(application=draft).count(), Upload.objects.get().offset) == (0, 0)
        disk.clear()
        assert join(alice, draft).status_code == 302


def test_no_room_for_a_text(alice, draft, monkeypatch):
    """What PostgreSQL says of its own disk, to a page that saves."""
    from psycopg.errors import DiskFull

    def fail(*_args, **_more):
        raise DiskFull("could not extend file")

    monkeypatch.setattr("applications.actions.attend", fail)
    url = reverse("applications:sync", args=[draft.reference])
    body = {"place": "", "known": 0, "keys": [], "saves": []}
    answer = alice.post(url, body, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (507, "60")
    assert answer.json()["sentence"].startswith("Le portail n’a plus de place")
