"""The launcher: runs beside one another, leftovers of killed ones, processes that die."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import servers
from portal import serve
from processes import Process, Supervisor

from tests.processes import running

ALONE = """
import signal, sys, time
sys.path.insert(0, "bin")
import servers, portal
from processes import Supervisor
with servers.throw_away() as run, portal.serve(run, Supervisor(), durable=False) as ground:
    print(run.directory, ground.postgres.url(), flush=True)
    time.sleep(120)
"""


def begin():
    child = subprocess.Popen(
        [sys.executable, "-c", ALONE],
        cwd=servers.ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, servers.MARK: "none"},
    )
    directory, url = child.stdout.readline().split()
    return child, Path(directory), url


def until(question, seconds=15.0):
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "still not so"
        time.sleep(0.05)


def alive(url):
    with suppress(psycopg.Error), psycopg.connect(url, connect_timeout=2):
        return True
    return False


def test_two_runs_live_side_by_side_and_a_killed_one_is_cleared_by_the_next():
    first, directory, url = begin()
    try:
        with servers.throw_away() as run, serve(run, Supervisor(), durable=False) as ground:
            assert alive(url) and alive(ground.postgres.url())
            assert run.directory != directory and ground.postgres.port != int(url.split(":")[-1].split("/")[0])
            first.kill()  # SIGKILL: no `finally` runs; the kernel tells its servers
            first.wait()
            until(lambda: not alive(url))
            assert directory.exists() and alive(ground.postgres.url())
        assert not run.directory.exists()
        with servers.throw_away():
            assert not directory.exists()
    finally:
        first.kill()


def test_orphans_that_survived_their_launcher_are_ended_by_the_next_holder(tmp_path):
    run = servers.Run(tmp_path / "run-x")
    orphan = subprocess.Popen(["sleep", "60"], env={servers.MARK: run.mark}, start_new_session=True)
    stranger = subprocess.Popen(["sleep", "60"], env={servers.MARK: run.mark + "y"}, start_new_session=True)
    run.release()
    try:
        again = servers.Run(tmp_path / "run-x")
        assert orphan.wait(5) == -signal.SIGTERM and stranger.poll() is None
        again.release()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_run_that_lives_is_not_taken(tmp_path):
    run = servers.Run(tmp_path / "run-x")
    with pytest.raises(servers.Busy):
        servers.Run(tmp_path / "run-x")
    run.release()


def test_whoever_dies_comes_back_and_whoever_dies_again_waits(tmp_path):
    said = []
    supervisor = Supervisor(say=said.append)
    code = textwrap.dedent("import time; time.sleep(60)")
    supervisor.start(Process("sleeper", [sys.executable, "-c", code], dict(os.environ), tmp_path / "log"))
    supervisor.background()
    try:
        old = supervisor.processes["sleeper"].pid
        began = time.monotonic()
        os.kill(old, signal.SIGKILL)
        until(lambda: supervisor.processes["sleeper"].pid not in (None, old))
        assert time.monotonic() - began < 1.0
        os.kill(supervisor.processes["sleeper"].pid, signal.SIGKILL)
        until(lambda: len(said) == 2)
        assert "relance dans 0,5 s" in said[1]
    finally:
        supervisor.stop()
    assert supervisor.processes["sleeper"].pid is None


@pytest.fixture(scope="module")
def here():
    with running() as portal:
        yield portal


def test_a_whole_portal_answers_and_survives_kill_9(here):
    here.wait_until_ready(40)
    for name in ("web", "default", "pdf", "intake", "broker"):
        old = here.pid(name)
        os.kill(old, signal.SIGKILL)
        until(lambda name=name, old=old: here.pid(name) not in (None, old))
    here.supervisor.wait("web", 30)
    here.wait_until_ready(40)


def test_receipts_and_mails_give_way_to_people(here):
    """The nice value of each, and of its session, which is what Linux shares processors by."""
    told = {}
    for name in ("web", "pdf", "intake", "default"):
        pid = here.pid(name)
        session = Path(f"/proc/{pid}/autogroup")
        told[name] = (
            os.getpriority(os.PRIO_PROCESS, pid),
            int(session.read_text().rpartition(" ")[2]) if session.exists() else None,
        )
    by_session = told["web"][1] is not None
    assert told == {
        name: (nice, nice if by_session else None)
        for name, nice in (("web", 0), ("pdf", 10), ("intake", 10), ("default", 15))
    }


def test_nothing_listens_once_it_is_stopped():
    with running(names=("web",)) as portal:
        port, pid = portal.port, portal.pid("web")
        assert portal.answers()
    with socket.socket() as line, pytest.raises(ConnectionRefusedError):
        line.connect(("127.0.0.1", port))
    assert not Path(f"/proc/{pid}").exists()


def test_a_run_is_held_in_memory_where_there_is_room_and_one_that_must_last_is_not(monkeypatch):
    monkeypatch.setattr(servers, "free_memory", lambda: servers.LEAST_MEMORY - 1)
    assert servers.in_memory() == []
    with servers.throw_away() as run:
        assert run.directory.parent == servers.home()
    monkeypatch.setattr(servers, "in_memory", lambda: [servers.LOCAL])
    with servers.throw_away() as run:
        assert run.directory.parent == servers.LOCAL
    with servers.throw_away(durable=True) as run:
        assert run.directory.parent == servers.home()
