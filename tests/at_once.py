"""Eight processes send one step at one instant, each through the real view: what they are answered.

The heads of all streams are kept shut until everybody waits, at a head or at a row, and say a later instant when they open: a verb
that had read the clock before it held its stream is refused for it (EP002), every time and not one time in ten.
"""

import itertools
import logging
import multiprocessing
import queue
import time
from collections.abc import Iterator
from typing import Any

from django.db import connections

from edsh_portal import middleware
from tests.access import routes, stands, table, trial
from tests.database import Database, described

PROCESSES = 8
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


def _sends(here: trial.Trial, subject: str, path: str, data: dict[str, Any], said: Any) -> None:
    logging.disable(logging.CRITICAL)
    middleware.CLOCK_WAITS = ()  # what the wait for a clock that steps back would hide
    try:
        answer = here.client(subject).post(path, data, headers={"Accept": "*/*"})
        told = trial.verdict(answer, "POST", True)
        said.put((answer.status_code, f"{told} {answer.exc_info[1]!r}" if answer.exc_info else told))
    except BaseException as error:
        said.put((599, repr(error)))
    finally:
        connections.close_all()


def post(here: trial.Trial, database: Database, subject: str, path: str, data: dict[str, Any]) -> list[tuple[int, str]]:
    """(status, what happened) of each of the eight."""
    here.client(subject)  # signed in, before the processes part
    fork = multiprocessing.get_context("fork")
    said: Any = fork.Queue()
    connections.close_all()
    running = [
        fork.Process(target=_sends, args=(here, subject, path, data, said), daemon=True) for _ in range(PROCESSES)
    ]
    told: list[tuple[int, str]] = []
    with database.connect("superuser") as keeper, database.connect("superuser") as watcher, keeper.transaction():
        keeper.execute("LOCK TABLE event_head IN EXCLUSIVE MODE")
        for process in running:
            process.start()
        until = time.monotonic() + 60
        while len(told) + watcher.execute(WAITING, [database.name]).fetchone()[0] < PROCESSES:  # type: ignore[index]
            assert time.monotonic() < until, f"{path}: {len(told)} answered, the others do not wait"
            told += _answered(said)
        keeper.execute("UPDATE event_head SET at = portal_now() WHERE seq > 0")
    while len(told) < PROCESSES:
        told.append(said.get(timeout=60))
    for process in running:
        process.join(10)
    return told


def _answered(said: Any) -> list[tuple[int, str]]:
    try:
        return [said.get(timeout=0.05)]
    except queue.Empty:
        return []


def steps(stage: str, wanted: Any = None) -> Iterator[tuple[table.Row, str]]:
    """Each step of the access tables at that stage that somebody may take, and the first who may."""
    for row in table.rows():
        takers = [name for name, letter in zip(table.SUBJECTS, row.verdicts, strict=True) if letter in "DK"]
        if (row.stage, row.method) == (stage, "POST") and takers and (wanted is None or wanted(row)):
            yield row, takers[0]


def outcomes(row: table.Row, subject: str) -> list[tuple[int, str]]:
    """A clone of the stage, the stand brought about and kept, then the eight."""
    with trial.stage(row.stage) as cast:
        here = trial.Trial(cast)
        things = stands.STANDS[row.stand](cast)
        path = routes.path(row.route, here.parameters[row.route], things)
        database = described(connections["default"].settings_dict["NAME"])
        return post(here, database, subject, path, routes.posted(row.route, things))


def tried(rows: list[tuple[table.Row, str]]) -> list[str]:
    """What went wrong; prints the figures."""
    wrong, broken, done = [], 0, 0
    for row, subject in rows:
        said = outcomes(row, subject)
        failures = [what for status, what in said if status >= 500]
        broken, done = broken + len(failures), done + sum(what == "D" for _status, what in said)
        if failures:
            wrong.append(f"[{row.stage}: {row.stand}] {row.route} by {subject}: {len(failures)} × {failures[0]}")
    rooms = ", ".join(
        f"{name} {len(list(of))}"
        for name, of in itertools.groupby(sorted(row.route.partition(":")[0] for row, _ in rows))
    )
    print(
        f"\nat once: {len(rows)} steps × {PROCESSES} ({rooms}): {done} went through, {broken} answers 5xx", flush=True
    )
    return wrong
