"""People at work, without and with something beside them, in turn: what their pages take with, for what they take without."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests import sessions
from tests.processes import Portal

BAR = 1.5  # p95 with, for p95 without
PEOPLE, THINK = 20, 1.0
NOISE = 0.005  # seconds below which a difference is the machine's
READ_AND_WRITE = {"autosave": 70, "page": 30}


def beside(
    portal: Portal,
    people: list[sessions.Session],
    seconds: float,
    crowd: Callable[[], AbstractContextManager[Any]],
    *,
    name: str,
    bar: float = BAR,
) -> int:
    """0 when nobody's page failed and their p95 over `seconds` with `crowd` is at most `bar` times what it is without, before
    and after."""

    def measured(length: float) -> list[sessions.Answer]:
        meter = sessions.Meter(portal)
        sessions.at_work(people, length, b"", THINK, READ_AND_WRITE)
        answers = sessions.taken(people)
        print(f"{sessions.told(answers)}; {meter}", flush=True)
        return answers

    measured(3)  # what is loaded once is loaded
    without = measured(seconds / 2)
    with crowd():
        with_them = measured(seconds)
    without += measured(seconds / 2)
    return judged(without, with_them, name, bar)


def judged(without: list[sessions.Answer], with_them: list[sessions.Answer], name: str, bar: float) -> int:
    wrong = [f"{one.kind}: {one.status}" for one in without + with_them if not 200 <= one.status < 400]
    before, after = (_p95(answers) for answers in (without, with_them))
    print(f"without: {sessions.told(without)}\nwith: {sessions.told(with_them)}")
    print(f"{name}: p95 {after:.3f} s with, {before:.3f} s without: ratio {after / before:.2f}")
    if after > bar * before + NOISE:
        wrong.append(f"p95 is {after / before:.2f} times what it was, and should be at most {bar}")
    print(*wrong, sep="\n")
    return bool(wrong)


def _p95(answers: list[sessions.Answer]) -> float:
    ordered = sorted(one.seconds for one in answers)
    return ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
