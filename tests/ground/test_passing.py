"""What passes by itself: a disk without room, a database whose clock is behind. Nothing is lost, and nobody is told that it is their fault."""

import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.models.functions import Now

from edsh_portal import documents, events, pdf
from edsh_portal.glyphs import FONTS
from edsh_portal.intake import keeper
from edsh_portal.models import Delivery, Event
from edsh_portal.passing import is_clock_behind, is_full
from edsh_portal.pdf import layout
from tests.disks import small_disk

from .test_events import listening, touch  # noqa: F401  (a fixture)

AT = datetime(2022, 9, 1, 10, 0, tzinfo=UTC)


def tried(delivery: Delivery) -> tuple[str, int]:
    """Once more, as soon as it is due; and how long it waits then, in seconds."""
    Delivery.objects.filter(pk=delivery.pk).update(due_at=Now())
    events.run(delivery.pk)
    delivery.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(extract(epoch FROM due_at - now())) FROM delivery WHERE id = %s", [delivery.pk])
        return delivery.state, int(cursor.fetchone()[0])


def test_what_finds_no_room_waits_for_it(committed, listening, settings, tmp_path):  # noqa: F811
    """Past the tries that anything else has, a minute at most between two; done by itself once there is room."""
    with small_disk(tmp_path / "small") as disk:
        settings.MEDIA_ROOT = disk.path
        listening(keep=lambda event: documents.keep(b"x" * 5000) and None)
        delivery = Delivery.objects.get(event=touch())
        disk.fill()
        found = [tried(delivery) for _try in range(events.MOST_TRIES + 3)]
        assert found == [("todo", seconds) for seconds in (4, 16, 60, 60, 60, 60, 60, 60)]
        assert "No space left" in delivery.last_error
        disk.clear()
        assert tried(delivery)[0] == "done"


def test_the_databases_own_disk(committed, listening):  # noqa: F811
    """PostgreSQL says 53100 of a table that cannot grow."""
    place = Path(os.environ["PORTAL_RUN_DIRECTORY"], "small")  # where its own account may go
    with small_disk(place) as disk, committed.connect("superuser") as superuser:
        (disk.path / "space").mkdir()
        shutil.chown(disk.path / "space", "nobody")
        superuser.execute(f"CREATE TABLESPACE small LOCATION '{disk.path / 'space'}'")
        try:
            superuser.execute("CREATE TABLE filler (what text STORAGE EXTERNAL) TABLESPACE small")
            superuser.execute("GRANT ALL ON filler TO PUBLIC")

            def effect():
                with connection.cursor() as cursor:
                    cursor.execute("INSERT INTO filler SELECT repeat('x', 200000)")

            listening(grow=lambda event: effect)
            delivery = Delivery.objects.get(event=touch())
            disk.fill()
            assert tried(delivery) == ("todo", 4)
            assert "could not extend" in delivery.last_error
            disk.clear()
            assert tried(delivery)[0] == "done"
        finally:
            superuser.execute("DROP TABLE IF EXISTS filler")
            superuser.execute("DROP TABLESPACE small")


def test_a_press_without_room(tmp_path, monkeypatch):
    context = {"at": AT}
    font = next(iter(sorted(FONTS.glob("*.ttf")))).name
    face = f"@font-face {{ font-family: Essai; src: url(font:{font}) }} p {{ font-family: Essai }}"
    page = f"<html lang='fr'><head><style>{face}</style></head><body><p>Un essai.</p></body></html>"
    monkeypatch.setattr(layout, "render_to_string", lambda *_: page)
    keeper.PRESS.stop()
    with small_disk(tmp_path / "small", "32k") as disk:
        monkeypatch.setenv("TMPDIR", str(disk.path))
        with pytest.raises(OSError) as error:
            pdf.render("any.html", context, title="Essai")
        assert is_full(error.value)
    monkeypatch.delenv("TMPDIR")
    keeper.PRESS.stop()
    assert pdf.render("any.html", context, title="Essai").startswith(b"%PDF")


def test_an_obligation_waits_for_the_clock(committed, listening, set_clock):  # noqa: F811
    set_clock(AT, frozen=True)
    listening(echo=lambda event: lambda: events.record("clock.echoed", event, by=None, stream="test:2") and None)
    with transaction.atomic():
        events.record("clock.echoed", Event(pk=1), by=None, stream="test:2")
    set_clock(AT - timedelta(seconds=30), frozen=True)
    delivery = Delivery.objects.get(event=touch())
    for _try in range(events.MOST_TRIES + 1):
        assert tried(delivery)[0] == "todo"
    set_clock(AT, frozen=True)
    assert tried(delivery)[0] == "done"


def test_the_present_is_read_once_the_stream_is_held(committed):
    """Whoever waits for the head writes after what the one before wrote, whenever it began to wait."""
    touch()
    failed: list[Exception] = []

    def write() -> None:
        try:
            touch()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    with committed.connect("superuser") as holder, committed.connect("superuser") as watcher:
        with holder.transaction():
            holder.execute("SELECT 1 FROM event_head WHERE stream = 'test:1' FOR NO KEY UPDATE")
            thread = threading.Thread(target=write)
            thread.start()
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            while not watcher.execute(waiting).fetchone()[0]:
                assert thread.is_alive(), failed
            holder.execute("UPDATE event_head SET at = portal_now() WHERE stream = 'test:1'")
        thread.join(20)
    assert (failed, Event.objects.filter(stream="test:1").count()) == ([], 2)


def test_which_is_which():
    assert is_full(OSError(28, "No space left on device"))
    assert not is_full(OSError(2, "No such file")) and not is_full(ValueError()) and not is_clock_behind(ValueError())
    wrapped = RuntimeError()
    wrapped.__cause__ = OSError(28, "No space left on device")
    assert is_full(wrapped)
