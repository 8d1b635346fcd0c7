"""Sixteen processes act on the money while webs, workers and PostgreSQL (durable here) are killed: nothing over, nothing lost, nothing twice.

`bin/prove storm [--seconds 60] [--processes 16] [--seed N] [--every 5]`: a kill each `every` seconds about, of each kind in turn. The
processes (_hands.py) press the forms of people's pages, over HTTP, each press told to a journal on a disk before and after. When they end
and the queues are empty, the database is asked what stands (_whole.py, with the auditor's login), what was acknowledged is pressed again,
and `manage.py verify` is run.
"""

import argparse
import multiprocessing
import os
import random
import signal
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import Portal, launcher, leave_alone, running
from tests.prove import _hands, _storm_world, _whole
from tests.writers import TOKEN, Line

WHOLE = 60  # seconds from which every kind of act must have been acknowledged, and every kind of process killed
AGAIN = 60  # acknowledged presses that are sent once more, at most


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--every", type=float, default=5, help="seconds between two kills, about")
    asked = parser.parse_args()
    print(f"storm: seed {asked.seed}", flush=True)
    return storm_of(asked.seconds, asked.processes, asked.seed, asked.every)


def storm_of(seconds: float, processes: int, seed: int, every: float) -> int:
    """0 when all is well."""
    began = time.monotonic()
    with running(names=(), PORTAL_LEASE_SECONDS="6", PORTAL_SWEEP_SECONDS="1") as portal:
        portal.work_here()
        size = _storm_world.Size.of(seconds)
        _storm_world.build(portal, size)
        print(f"world: {size} in {time.monotonic() - began:.0f} s", flush=True)
        hands = ready(portal, processes, seed)
        launcher.start_web(portal.ground, portal.environment, portal.port)
        portal.supervisor.wait("web", 60)
        with portal.database.connect("auditor") as line:
            since = _whole.marks(line)
        kills = Kills(portal, seed)
        rage(hands, kills, seconds, every)
        print(f"queues empty after {_storm_world.settled(portal):.0f} s", flush=True)
        after = looked_at(portal, hands, since, seed)
    if seconds >= WHOLE:
        after.wrong += unproved(after.journals, kills)
    return told(after, kills)


def ready(portal: Portal, processes: int, seed: int) -> list[_hands.Hand]:
    """The hands, with everybody's session open; from here on the web has the rights of production."""
    from django.db import connections

    from directory.models import User
    from tests import noon, pressed  # noqa: F401  (loaded once, for all the hands)

    folder = portal.directory / "journals"
    folder.mkdir()
    sessions = {
        who: noon.session(portal.port, User.objects.get(email=f"{who}@test.invalid")).cookies["session"]
        for who in _hands.PEOPLE
    }
    leave_alone(portal.database, False)
    connections.close_all()
    dsn = portal.dsns["auditor"]
    return [
        _hands.Hand(number, portal.port, dsn, sessions, folder / f"{number:02d}.jsonl", seed)
        for number in range(processes)
    ]


class Kills:
    """kill -9: of one web process, of the web whole, of each worker, of PostgreSQL."""

    def __init__(self, portal: Portal, seed: int) -> None:
        self.portal, self.chance = portal, random.Random(seed)  # noqa: S311  (instants, nothing secret)
        self.count: Counter[str] = Counter()
        with portal.database.connect("superuser") as line:
            self.data = Path(line.execute("SHOW data_directory").fetchone()[0])
        self.blows: dict[str, Callable[[], None]] = {
            "web process": self.web_process,
            "pdf": lambda: self.whole("pdf"),
            "PostgreSQL": self.postgres,
            "web": lambda: self.whole("web"),
            "default": lambda: self.whole("default"),
            "intake": lambda: self.whole("intake"),
        }
        self.next: list[str] = []

    def strike(self) -> None:
        """The next kind, of each kind once before any again."""
        if not self.next:
            self.next = self.chance.sample(list(self.blows), len(self.blows))
        name = self.next.pop()
        try:
            self.blows[name]()
        except (OSError, TypeError, IndexError, ValueError):
            self.next.insert(0, name)  # it is down already, and coming back: later
        else:
            self.count[name] += 1

    def whole(self, name: str) -> None:
        """A process and its children; the web once it has come back."""
        self._back(name)
        os.killpg(os.getpgid(self.portal.pid(name)), signal.SIGKILL)  # no pid while it is down: TypeError

    def _back(self, name: str) -> None:
        if name.startswith("web") and not self.portal.answers():
            raise OSError(f"{name} is not back")

    def web_process(self) -> None:
        self._back("web")
        pid = self.portal.pid("web")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(int(self.chance.choice(children)), signal.SIGKILL)

    def postgres(self) -> None:
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def said(self) -> str:
        return ", ".join(f"{name} ×{self.count[name]}" for name in self.blows)


def rage(hands: list[_hands.Hand], kills: Kills, seconds: float, every: float) -> None:
    """The hands act for so long, and something is killed now and then; each hand ends once its last press is answered."""
    fork = multiprocessing.get_context("fork")
    until = time.monotonic() + seconds
    working = [fork.Process(target=hand.work, args=(until,), daemon=True) for hand in hands]
    for one in working:
        one.start()
    while (now := time.monotonic()) < until - 1:
        time.sleep(min(until - 1 - now, kills.chance.uniform(0.6, 1.4) * every))
        if time.monotonic() < until - 1:
            kills.strike()
    for one in working:
        one.join(_hands.PATIENCE + 60)
    wrong = [one.exitcode for one in working if one.exitcode != 0]
    if wrong:
        raise SystemExit(f"hands ended with {wrong}")


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class After:
    """What stands once it is over; `wrong`: everything that should not be, in words."""

    journals: list[dict[str, Any]]
    differs: dict[str, list[Any]]
    lost: list[str]
    over: list[tuple[str, int, int]]
    documents: int
    notified: int
    mails: int
    held: int  # mails that a kill left to a person
    findings: list[str]
    wrong: list[str]


def looked_at(portal: Portal, hands: list[_hands.Hand], since: dict[str, int], seed: int) -> After:
    """By the auditor's login; then some presses are sent again, and `verify` is run."""
    journals = [one for one in _hands.told(portal.directory / "journals") if one["said"] != "asked"]
    with portal.database.connect("auditor") as line:
        differs = _whole.found(line, since)
        lost, undone = _whole.lost(line, journals)
        stood = whole_of(line)
        repeated = pressed_again(hands[0], journals, seed)
        _storm_world.settled(portal)
        moved = whole_of(line) != stood
        over = _whole.over(line)
        documents, others = _whole.bytes_differ(line, Path(portal.environment["PORTAL_MEDIA_ROOT"]))
        counts = line.execute(
            "SELECT (SELECT count(*) FROM decisions_notification), count(*), count(*) FILTER (WHERE state = 'sending') FROM mail"
        ).fetchone()
    with portal.database.connect("superuser") as line:
        asleep = _whole.asleep(line, since)
    differs |= {"bytes": others} if others else {}
    findings = verified(portal)
    faults = [one for one in journals if one["said"] == "fault"]
    wrong = [
        *(f"{one['kind']} {one['path']}: {one['status']} {one['to'][:80]}" for one in faults),
        *(f"lost: {one}" for one in lost),
        *(f"refused, and done: {one}" for one in undone),
        *repeated,
        *(["what was pressed again did something"] if moved else []),
        *(f"{name} over by {taken - held} cents" for name, held, taken in over if taken > held),
        *(f"{name}: {row}" for name, rows in differs.items() for row in rows),
        *(f"nothing is found of what is broken on purpose: {name}" for name in asleep),
        *findings,
    ]
    return After(journals, differs, lost, over, documents, *counts, findings, wrong)


def unproved(journals: list[dict[str, Any]], kills: Kills) -> list[str]:
    """What a storm that was too short, or met no resistance, leaves without proof."""
    done = Counter(one["kind"] for one in journals if one["said"] in ("done", "kept"))
    never = [f"never acknowledged: {name}" for name in _hands.KINDS if not done[name]]
    return never + [f"never killed: {name}" for name in kills.blows if not kills.count[name]]


def told(after: After, kills: Kills) -> int:
    """Prints the figures; 1 when something is wrong."""
    say(after.journals, kills, after.over)
    count = Counter({name: len(rows) for name, rows in after.differs.items()})
    print(
        f"acknowledged and lost {len(after.lost)}; {after.documents} documents, {count['hashes'] + count['bytes']} with more than one hash;"
        f" {after.notified} notifications, {after.mails} mails, {count['told']} twice, missing or left, {after.held} left to a person;"
        f" steps half done {count['payments'] + count['decisions'] + count['acts'] + count['amendments']},"
        f" one person alone {count['two people']}, ledger and stages apart {count['ledger'] + count['shares']};"
        f" {len(after.findings)} findings of verify"
    )
    print(f"storm: {'; '.join(after.wrong[:12]) or 'all of it stands, once'}")
    return 1 if after.wrong else 0


def say(journals: list[dict[str, Any]], kills: Kills, over: list[tuple[str, int, int]]) -> None:
    """Tries and answers by kind, kills, and each line of the envelope."""
    for name in _hands.KINDS:
        of = Counter(one["said"] for one in journals if one["kind"] == name)
        answers = sorted(one["seconds"] for one in journals if one["kind"] == name and "seconds" in one) or [0.0]
        print(
            f"  {name}: {of.total()} tried, {of['done'] + of['kept']} acknowledged, {of['refused']} refused, {of['no page']} no longer"
            f" there; answered in {1000 * answers[len(answers) // 2]:.0f} ms, {answers[-1]:.1f} s at most"
        )
    all_of = Counter(one["said"] for one in journals)
    print(f"{all_of.total()} tried, {all_of['done'] + all_of['kept']} acknowledged; killed: {kills.said()}")
    print(
        "; ".join(
            f"{name}: {taken / 100:.2f} of {held / 100:.2f} €, {max(0, taken - held) / 100:.2f} over"
            for name, held, taken in over
        )
    )


def whole_of(line: Any) -> Any:
    """How much there is of what a press does."""
    tables = (
        "event",
        "once",
        "act",
        "funding_posting",
        "decisions_decision",
        "funding_amendment",
        "decisions_notification",
    )
    return [line.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables]  # noqa: S608  (named here)


def pressed_again(hand: _hands.Hand, journals: list[dict[str, Any]], seed: int) -> list[str]:
    """What was acknowledged is sent once more, as it was: answered as before. What was not answered so."""
    bodies = {one["key"]: one["body"] for one in _hands.told(hand.journal.parent) if one["said"] == "asked"}
    done = [one for one in journals if one["said"] in ("done", "kept")]
    wrong = []
    for one in random.Random(seed).sample(done, min(AGAIN, len(done))):  # noqa: S311
        line = Line(hand.port, one["who"])
        line.cookies["session"] = hand.sessions[one["who"]]
        _status, page = _hands.answered(line, "GET", "/mon-compte/")
        fields = urllib.parse.parse_qs(bodies[one["key"]], keep_blank_values=True)
        token = TOKEN.search(page)
        fields["csrfmiddlewaretoken"] = [token.group(1) if token else ""]
        status, where = _hands.answered(line, "POST", one["path"], urllib.parse.urlencode(fields, doseq=True))
        if _hands.said(status, where, one["path"]) not in ("done", "kept"):
            wrong.append(f"{one['kind']} {one['path']} again: {status} {where[:80]}")
    return wrong


def verified(portal: Portal) -> list[str]:
    """What `manage.py verify` finds."""
    try:
        portal.manage("verify")
    except AssertionError as error:
        return [line for line in str(error)[-1500:].splitlines() if line.strip()]
    return []


if __name__ == "__main__":
    sys.exit(main())
