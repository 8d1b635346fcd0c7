"""A register being loaded: killed, interrupted, begun again; while others act."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from directory import actions, seed
from directory.models import Establishment, RegisterImport, Site, User
from edsh_portal.models import Event
from tests.database import Database, as_role
from tests.directory import national

ROOT, BODIES, GATE = Path(__file__).parents[2], 401, 7_2019
WAITS = """
  CREATE FUNCTION test_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT count(*) FROM directory_establishment WHERE from_finess) = (SELECT most FROM test_gate) THEN
      PERFORM pg_advisory_xact_lock(%s); END IF;
    RETURN NEW; END $$;
  CREATE TABLE test_gate AS SELECT 0 AS most; GRANT SELECT ON test_gate TO PUBLIC;
  CREATE TRIGGER test_gate BEFORE INSERT ON directory_establishment FOR EACH ROW EXECUTE FUNCTION test_gate();
"""
# In this database alone: other tests of the run wait on locks of theirs.
STANDS = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@pytest.fixture
def files(committed: Database, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Four hundred and one legal entities, one site each."""
    rows = [national.site(number, number) for number in range(1, BODIES + 1)]
    with as_role("owner"):
        seed.load()
        yield (
            national.written(tmp_path / "sites.csv", national.etalab(rows)),
            national.written(tmp_path / "bodies.csv", national.bodies(rows)),
        )


def command(files: tuple[Path, Path]) -> subprocess.Popen[str]:
    told = [sys.executable, "manage.py", "import_finess", *map(str, files)]
    return subprocess.Popen(
        told,
        cwd=ROOT,
        env={**os.environ, "PORTAL_ROLE": "owner"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@contextmanager
def stopped(superuser: psycopg.Connection, files: tuple[Path, Path], most: int) -> Iterator[subprocess.Popen[str]]:
    """The command, waiting at the first row of the batch after so many legal entities."""
    while superuser.execute(STANDS).fetchone()[0]:  # type: ignore[index]
        pass  # whoever was killed has not left yet
    superuser.execute("UPDATE test_gate SET most = %s", [most])
    superuser.execute("SELECT pg_advisory_lock(%s)", [GATE])
    running = command(files)
    while not superuser.execute(STANDS).fetchone()[0]:  # type: ignore[index]
        assert running.poll() is None, running.communicate()
    yield running
    superuser.execute("SELECT pg_advisory_unlock(%s)", [GATE])


def counted() -> tuple[int, int, int]:
    return Establishment.objects.filter(from_finess=True).count(), Site.objects.count(), RegisterImport.objects.count()


def test_13_5_an_import_that_is_killed_goes_on_where_it_was(files, superuser):
    superuser.execute(WAITS % GATE)
    held = Event.objects.filter(kind="establishment.created").count()
    with stopped(superuser, files, 200) as running:
        running.send_signal(signal.SIGKILL)
        running.wait(20)
    assert counted() == (200, 0, 1)
    with stopped(superuser, files, 400) as running:
        running.send_signal(signal.SIGINT)
        told = running.communicate(timeout=60)[0]
    assert "Reprise : 200 établissements sur 401 étaient inscrits." in told
    assert "400 établissements sur 401. Relancez la même commande pour reprendre." in told
    assert (running.returncode, counted()) == (1, (400, 0, 1))
    last = command(files)
    told = last.communicate(timeout=120)[0]
    assert last.returncode == 0 and "Reprise : 400 établissements sur 401 étaient inscrits." in told
    assert "entités juridiques inscrites : 401, sites inscrits : 401." in told
    assert counted() == (401, 401, 1)
    assert Event.objects.filter(kind="establishment.created").count() == held + 401
    again = command(files)
    told = again.communicate(timeout=120)[0]
    assert (
        again.returncode == 0
        and "Reprise" not in told
        and "inscrit" not in told.partition(".csv :")[2].partition("\n")[0]
    )
    assert counted() == (401, 401, 2)  # the same files, whole: read anew, and nothing changes


def test_13_5_an_import_survives_what_others_do_meanwhile(files):
    heard: list[tuple[int, int]] = []

    def advance(done: int, of: int) -> None:
        heard.append((done, of))
        actions.create_user(email=f"un{done}@edsh.example", full_name="Une personne", by=None)

    counts = actions.import_register(*files, tell=print, advance=advance, by=None)
    assert heard == [(0, 401), (100, 401), (200, 401), (300, 401), (400, 401), (401, 401)]
    assert (counts["bodies_created"], counts["sites_created"], User.objects.count()) == (401, 401, 6)
    stream = Event.objects.filter(stream="directory").order_by("seq")
    told = [event.kind for event in stream if event.kind in ("register.advanced", "user.created", "register.imported")]
    assert told == [
        "user.created",
        *["register.advanced", "user.created"] * 5,
        "register.advanced",
        "register.imported",
    ]
    assert [event.at for event in stream] == sorted(event.at for event in stream)
