"""`bin/test --slowest`: where the time of a run went, by part, by test and by fixture, and how well the processes shared it.

Seconds are those of the clock, on whatever machine it was; processor seconds are those of the process of the tests and of the children
it has buried. Of the servers nothing is known but by the whole, which bin/test says at its end.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests import shares

MOST = 40  # lines of each table
LEAST = 0.1  # seconds
NOBODY = "here"  # the process of a run that is not shared


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("portal")
    group.addoption("--slowest", action="store_true", help="print where the time went")
    group.addoption("--write", action="store_true", help="with --slowest: keep how long each part took (seconds.txt)")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("slowest"):
        config.pluginmanager.register(Measure(), "measure")
        if "PYTEST_XDIST_WORKER" not in os.environ:
            config.pluginmanager.register(Told(config), "told")


def processor() -> float:
    return sum(os.times()[:4])


class Measure:
    """In the process of the tests: what each phase and each fixture took goes with the report of the test."""

    def __init__(self) -> None:
        self.open: list[float] = []  # of each fixture being made, what those it asked for took
        self.fixtures: list[tuple[str, float]] = []
        self.began = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[Any]:
        began = time.perf_counter()
        self.open.append(0.0)
        try:
            return (yield)
        finally:
            took, others = time.perf_counter() - began, self.open.pop()
            if self.open:
                self.open[-1] += took
            where = f" ({fixturedef.baseid})" if fixturedef.baseid else ""
            self.fixtures.append((f"{fixturedef.scope} {fixturedef.argname}{where}", took - others))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Iterator[Any]:
        self.began = processor()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Iterator[Any]:
        report = yield
        until = processor()
        report.processor, report.fixtures = until - self.began, self.fixtures
        self.began, self.fixtures = until, []
        return report


class Told:
    """Where all reports come: the tables at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.parts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0])  # seconds, processor seconds, tests
        self.tests: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])  # seconds, processor seconds
        self.fixtures: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])  # seconds, times
        self.last: dict[str, float] = {}  # process: when its last test ended
        self.began = time.monotonic()

    def pytest_runtest_logreport(self, report: Any) -> None:
        one = self.parts[shares.part(report.nodeid)]
        one[0] += report.duration
        one[1] += getattr(report, "processor", 0.0)  # none of a process that died
        one[2] += report.when == "call"
        test = self.tests[report.nodeid]
        test[0] += report.duration
        test[1] += getattr(report, "processor", 0.0)
        for name, seconds in getattr(report, "fixtures", ()):
            self.fixtures[name][0] += seconds
            self.fixtures[name][1] += 1
        self.last[getattr(report, "worker_id", NOBODY)] = time.monotonic() - self.began

    def pytest_terminal_summary(self, terminalreporter: Any, exitstatus: int) -> None:
        say = terminalreporter.write_line
        terminalreporter.section("where the time went")
        self._table(say, "part", [(a, f"{b:8.1f} {n:6d}", name) for name, (a, b, n) in self.parts.items()])
        self._table(say, "fixture", [(a, f"{'':8} {n:6d}", name) for name, (a, n) in self.fixtures.items()])
        self._table(say, "test", [(a, f"{b:8.1f} {'':6}", name) for name, (a, b) in self.tests.items()])
        self._shared(say)
        if self.config.getoption("write") and exitstatus == pytest.ExitCode.OK:
            shares.keep({name: one[0] for name, one in self.parts.items()})
            say(f"{shares.KEPT.name} is written")

    def _table(self, say: Any, noun: str, rows: list[tuple[float, str, str]]) -> None:
        say(f" seconds   proc.  times  {noun}")
        for seconds, more, name in sorted(rows, reverse=True)[:MOST]:
            if seconds >= LEAST:
                say(f"{seconds:8.1f} {more}  {name}")

    def _shared(self, say: Any) -> None:
        """The longest part and the mean of the processes are what no order goes under."""
        whole = sum(one[0] for one in self.parts.values())
        longest, ended = max(one[0] for one in self.parts.values()), sorted(self.last.values())
        say(
            f"{whole:.0f} s of tests by {len(ended)} processes: {whole / len(ended):.0f} s each, longest part {longest:.0f} s"
        )
        say(f"the first ran out of tests at {ended[0]:.0f} s, the last ended at {ended[-1]:.0f} s")
