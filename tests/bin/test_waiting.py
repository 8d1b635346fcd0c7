"""E22: a busy machine is waited for as long as something moves, what stands still is given up and named; a built call is kept."""

import json
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import demonstration
import portal
import processes
import pytest
from processes import Patience, Process, Supervisor

QUEUES = ("default", "pdf", "intake")
PATIENCE = 60.0


def unready(*alive: str) -> tuple[int, bytes]:
    checks = {"database": True, "broker": True, "migrations": True, "workers": {name: name in alive for name in QUEUES}}
    return 503, json.dumps({"status": "unready", "checks": checks}).encode()


class Clock:
    """The machine's time, which passes only when somebody sleeps: a slow machine is an hour in a moment."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(processes, "time", clock)
    monkeypatch.setattr(portal, "time", clock)
    return clock


@pytest.fixture
def waiting(clock, monkeypatch, tmp_path) -> Callable[..., float]:
    """waiting(answer, work): how long /readyz is waited for, when it answers answer(seconds) and the processes have done
    work(seconds) quarters of a second."""

    def wait(answer: Callable[[float], tuple[int, bytes]], work: Callable[[float], int] = lambda _s: 0) -> float:
        began = clock.now

        class Fake(SimpleNamespace):
            begun = property(lambda _self: work(clock.now - began))

        fakes = {name: Fake(name=name, deaths=0, log=tmp_path / name) for name in ("web", "pdf")}
        supervisor: Any = SimpleNamespace(processes=fakes, is_watched=True, say=wait.said.append)
        monkeypatch.setattr(portal, "ask", lambda _port, _path: answer(clock.now - began))
        portal.wait_for(0, "/readyz", PATIENCE, supervisor)
        return clock.now - began

    wait.said = []  # type: ignore[attr-defined]
    return wait


def test_13_22_an_answer_that_moves_is_waited_for_beyond_the_patience(waiting):
    """Each queue comes fifty seconds after the one before: sooner than the patience, all of them much later."""
    waited = waiting(lambda so_far: unready(*QUEUES[: int(so_far // 50)]) if so_far < 190 else (200, b"{}"))
    assert waited > 3 * PATIENCE
    assert "Attente de /readyz depuis 15 s : la file « default », la file « pdf », la file « intake »" in waiting.said
    assert waiting.said[-1] == "Attente de /readyz depuis 180 s : réponse 503"


def test_13_22_processes_at_work_are_waited_for_while_nobody_answers(waiting):
    """A quarter of a second of processor time every forty seconds: the machine is busy elsewhere."""
    waited = waiting(lambda so_far: (200, b"") if so_far > 300 else (0, b""), lambda so_far: int(so_far // 40))
    assert waited > 5 * PATIENCE
    assert waiting.said[0] == "Attente de /readyz depuis 15 s : personne ne répond encore"


def test_13_22_what_stands_still_is_given_up_and_named(waiting, clock):
    began = clock.now
    with pytest.raises(portal.NotReady) as late:
        waiting(lambda _so_far: unready("default"))
    assert PATIENCE <= clock.now - began < PATIENCE + 1
    assert "/readyz répond 503 au bout de 60 s : la file « pdf », la file « intake »" in str(late.value)


def test_13_22_even_what_moves_for_ever_is_given_up(waiting, clock):
    began = clock.now
    with pytest.raises(portal.NotReady):
        waiting(lambda so_far: (503, str(so_far).encode()))
    assert clock.now - began < processes.LONGEST + 1


def test_13_22_a_process_that_begins_slowly_is_waited_for(clock, tmp_path):
    held = Supervisor(say=lambda _line: None)

    class Slow(Process):
        pid = property(lambda _self: 1)
        begun = property(lambda _self: int(clock.now // 40))

    held.processes["postgres"] = Slow("postgres", [], {}, tmp_path / "log", is_ready=lambda: clock.now > 1300)
    held.wait("postgres", PATIENCE)
    assert clock.now > 1300
    held.processes["postgres"].is_ready = lambda: False
    Slow.begun = property(lambda _self: 0)  # type: ignore[assignment]
    with pytest.raises(SystemExit, match="postgres ne démarre pas"):
        held.wait("postgres", PATIENCE)


def test_13_22_work_is_measured_and_counts_while_it_begins(tmp_path):
    held = Supervisor(say=lambda _line: None)
    held.start(Process("busy", [sys.executable, "-c", "while True: pass"], {}, tmp_path / "log"))
    try:
        while held.processes["busy"].begun < 1:
            assert held.processes["busy"].pid
    finally:
        held.stop()
    assert held.processes["busy"].begun == 0  # gone
    assert portal.busy(SimpleNamespace(processes={"web": 0, "pdf": 0, "broker": 0}), 503) == ["pdf"]  # type: ignore[arg-type]


def test_13_22_it_says_what_it_waits_for():
    said: list[float] = []
    assert not Patience(60, lambda: 0, said.append, pause=0.0).is_over()
    assert len(said) == 1
    assert portal.awaited(unready("default", "intake")[1]) == "la file « pdf »"
    assert portal.awaited(b"pas du JSON") == "pas du JSON"


# ── the call that stands ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def starts(tmp_path, monkeypatch):
    """starts(stage=…, fresh=…): one start of the demonstration, whose database is made by nobody; what it built."""
    built: list[str] = []
    tables = {"directory/migrations/0001_initial.py": "a"}
    monkeypatch.setattr(portal, "tables", lambda: dict(tables))
    monkeypatch.setattr(portal, "prepare_cluster", lambda *_a, **_k: True)
    monkeypatch.setattr(portal, "sources_digest", lambda: json.dumps(tables))
    monkeypatch.setattr(
        portal, "prepare", lambda _environment, *steps: built.extend(s for s in steps if s.startswith("demo:"))
    )

    def start(*, stage: str | None = None, fresh: bool = False, shown: bool = True) -> list[str]:
        built.clear()
        one = demonstration.Demo.__new__(demonstration.Demo)
        one.chosen, one.ground, one.environment = SimpleNamespace(stage=stage, fresh=fresh), None, {}
        one.files, one.prepared, one.people = tmp_path, tmp_path / "prepared.json", tmp_path / "accounts.json"
        one.prepare()
        if shown:
            one.remember(seen=True)
        return list(built)

    start.tables = tables  # type: ignore[attr-defined]
    return start


def test_13_22_a_call_that_stands_is_kept(starts):
    assert starts() == ["demo:"]
    assert starts() == []


def test_13_22_a_call_built_and_never_shown_is_not_built_again(starts, capsys):
    assert starts(stage="review", shown=False) == ["demo:review"]  # the start failed after the building
    assert starts(stage="review") == []
    assert "il est repris" in capsys.readouterr().out
    assert starts(stage="review") == ["demo:review"]  # seen since: asked for anew, it is anew
    assert starts(stage="open") == ["demo:open"]


def test_13_22_tables_that_changed_rebuild_once_and_say_so(starts, capsys):
    starts()
    starts.tables["reviews/migrations/0002_more.py"] = "b"  # one more: applied to what stands
    assert starts() == []
    starts.tables["directory/migrations/0001_initial.py"] = "c"  # rewritten: nothing can bring the database up
    assert starts() == ["demo:"]
    assert "Les tables ont changé" in capsys.readouterr().out
    assert (starts(), capsys.readouterr().out) == ([], "")


def test_13_22_what_does_not_say_its_tables_is_of_before_and_rebuilt_once(starts, tmp_path):
    starts()
    file = tmp_path / "prepared.json"
    file.write_text(
        json.dumps({name: value for name, value in json.loads(file.read_text()).items() if name != "tables"})
    )
    assert (starts(), starts()) == (["demo:"], [])
