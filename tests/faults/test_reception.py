"""A web killed between the reception of a dossier and its version: the deposit is there, once, at the instant it was received."""

import http.client
import signal
import threading
from datetime import timedelta

import pytest
from django.test import override_settings

from applications import actions
from applications.models import Application, Reception, Version
from edsh_portal.verify import findings
from tests import noon
from tests.applications import world as made
from tests.database import used
from tests.processes import running

SECOND = timedelta(seconds=1)
STAMPED = "SELECT count(*) FROM applications_reception WHERE settled_at IS NULL"
FROZEN = "SELECT count(*) FROM applications_version"
HERE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"  # others of the run wait on theirs


@pytest.fixture
def stage(django_db_blocker):
    """A portal of its own, two complete dossiers, one second before the cut-off: (portal, [(reference, user, line)])."""
    with (
        running() as portal,
        used(portal.database),
        override_settings(MEDIA_ROOT=portal.directory / "files" / "media"),
        django_db_blocker.unblock(),
    ):
        portal.set_clock(made.NOW, frozen=True)
        world = made.build()
        people = [noon.hospital(world, n, complete=True) for n in range(2)]
        portal.set_clock(made.CLOSES - SECOND, frozen=True)
        yield portal, [(reference, user, noon.session(portal.port, user)) for reference, user in people]


def press(reference, line):
    return line.request(
        "POST",
        f"/dossiers/{reference}/depot/",
        f"csrfmiddlewaretoken={line.token}",
        "application/x-www-form-urlencoded",
        to=True,
    )


def test_killed_between_the_two(stage):
    portal, people = stage
    lost = []

    def press_and_lose(reference, line):
        with pytest.raises((OSError, http.client.HTTPException)):
            press(reference, line)
        lost.append(reference)

    for reference, _user, line in people:
        line.open(f"/dossiers/{reference}/depot/")
    with portal.database.connect("superuser") as holder:
        with holder.transaction():
            holder.execute("LOCK TABLE applications_version IN SHARE MODE")  # it is read, and no version is written
            threads = [threading.Thread(target=press_and_lose, args=(one[0], one[2])) for one in people]
            for thread in threads:
                thread.start()
            portal.wait_until(STAMPED, 2)
            waiting = f"SELECT count(*) FROM pg_locks WHERE relation = 'applications_version'::regclass AND NOT granted AND {HERE}"
            portal.wait_until(waiting, 2, role="superuser")
            portal.supervisor.processes["web"].signal_group(signal.SIGKILL)
            for thread in threads:
                thread.join(30)
        assert sorted(lost) == sorted(reference for reference, _user, _line in people)
    # Nothing is half-written: both are received, and neither is deposited.
    at_a_lock = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    portal.wait_until(at_a_lock, 0, role="superuser")
    assert (Reception.objects.filter(settled_at=None).count(), Version.objects.count()) == (2, 0)
    portal.set_clock(made.CLOSES + SECOND, frozen=True)
    portal.wait_until_ready()
    (first, user, line), (second, _other, _line) = people
    assert press(first, line) == (302, f"/dossiers/{first}/versions/1/")  # the next press finishes it, even too late
    portal.wait_until(FROZEN, 2)  # and nobody presses for the other: its obligation is due
    for reference in (first, second):
        application = Application.objects.get(reference=reference)
        [reception], [version] = application.receptions.all(), application.versions.all()
        assert (version.number, version.submitted_at, application.state) == (1, made.CLOSES - SECOND, "submitted")
        assert (reception.version, reception.received_at) == (version, version.submitted_at)
    portal.wait_until("SELECT count(*) FROM applications_versionfile WHERE code = 'receipt'", 2)
    assert actions.submit(Application.objects.get(reference=first), by=user).number == 1
    assert findings() == []
