"""The whole run of the swaps (tests/access/swaps.py): each moment of the call, who is there, and what is tried."""

import time

from tests.processes import staged

from . import odd_bytes, table, trial
from .extras import Extras, rooms
from .stands import STANDS
from .swaps import Swaps, Told, ask
from .trial import Trial, undone

# Each moment of the call, and who is there with something of their own that others would like to have.
MOMENTS = {
    "open": {
        "deposited": ("zoe", "alice", "bruno"),
        "written": ("zoe",),
        "met": ("bruno",),
        "delegated": ("zoe",),
    },
    "review": {"declared": ("claire", "second", "third")},
    "deliberation": {"award_proposed": ("claire",), "rendered": ("sophie", "zoe")},
    "awarded": {"iban_proposed": ("sophie",), "paid": ("alice", "zoe", "bruno")},
}
EXTRAS = ("open", "deposited"), ("open", "met"), ("review", "filled"), ("deliberation", "closed"), ("awarded", "signed")


def together(tolds: list[Told]) -> Told:
    return Told(sum(one.requests for one in tolds), *([w for one in tolds for w in one[n]] for n in (1, 2)))


def at(tried: Trial, stand: str, subjects: tuple[str, ...], *, sample: int = 1) -> Told:
    """The swaps of some people at one moment, undone."""
    held, told = (tried.cast.claire, tried.cast.second, tried.cast.third), []
    with undone():
        things = STANDS[stand](tried.cast)
        for turn, subject in enumerate(subjects):
            here = Swaps(tried, stand, subject, things)
            here.paths(sample)
            here.queries(3 * sample, turn)  # a page asked answers the same whoever the others are: shared out
            here.forms(sample)
            here.bodies(sample)
            told.append(here.told())
    tried.cast.claire, tried.cast.second, tried.cast.third = held
    return together(told)


def too_much(tried: Trial, stand: str) -> Told:
    """Each step that somebody takes at this moment, by the tables, with every column of its room beside."""
    held = tried.cast.claire, tried.cast.second, tried.cast.third
    room = rooms()
    with undone():
        here = Extras(tried, stand, STANDS[stand](tried.cast))
        for row in table.rows():
            space = row.route.partition(":")[0]
            if (row.stage, row.stand, row.method) != (tried.cast.stage, stand, "POST") or space not in room:
                continue
            who = [subject for subject, letter in zip(table.SUBJECTS, row.verdicts, strict=True) if letter in "ADK"]
            if who:
                here.step(row.route, who[0], room[space])
        for subject in ("alice", "driss", "adam") if stand == "deposited" else ():
            here.interface(subject)
    tried.cast.claire, tried.cast.second, tried.cast.third = held
    return Told(here.requests, here.through, here.failed)


def odd(tried: Trial, stand: str) -> Told:
    """Odd bytes in the addresses of whoever reads everything: never a 5xx."""
    with undone():
        things, count, failed = STANDS[stand](tried.cast), 0, []
        for route, path in odd_bytes.addresses(tried, things):
            count += 1
            if (status := ask(tried, "GET", path, "aude").answer.status_code) >= 500 and path != "/readyz":
                failed.append(f"GET {route}: {status}: {path[:120]}")
    return Told(count, [], failed)


def moments(stages: list[str]) -> list[Told]:

    tolds = []
    staged(stages[-1])  # the others are kept on the way
    for stage in stages:
        with trial.stage(stage) as cast:
            tried = Trial(cast)
            tried.sign_in_everybody()
            runs = [(f"{stand} swaps", at, (stand, people)) for stand, people in MOMENTS[stage].items()]
            runs += [(f"{stand} columns", too_much, (stand,)) for where, stand in EXTRAS if where == stage]
            runs += [("odd bytes", odd, (next(iter(MOMENTS[stage])),))] if stage == "open" else []
            for name, run, given in runs:
                began = time.monotonic()
                told = run(tried, *given)
                print(
                    f"idor: {stage}: {name}: {told.requests} requests, {len(told.through)} through,"
                    f" {len(told.failed)} answers 5xx; {time.monotonic() - began:.0f} s",
                    *told.through[:25], *told.failed[:25], sep="\n  ", flush=True,
                )  # fmt: skip
                tolds.append(told)
    return tolds
