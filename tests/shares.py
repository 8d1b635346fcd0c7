"""How a whole run is shared out between its processes: what stays together, and what goes first.

A part is never split between two processes: a file, or what a file of SPLIT does of one thing, whose tests share nothing with the
others'. The longest parts go first, so that none is left alone at the end; `seconds.txt` says how long each took, once
(`bin/test --slowest --write`).
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

SPLIT = ("tests/test_access.py", "tests/test_pressed.py")  # a part a parameter
KEPT = Path(__file__).with_name("seconds.txt")
# They need no stage of the demonstration, which is being built: before all others.
MEANWHILE = ("tests/faults/test_noon_rush.py", "tests/faults/test_sessions.py", "tests/funding/test_ledger_stateful.py")
STANDS = ("committed", "transactional_db", "", "built", "filled", "seated")
LEAST = 3  # seconds: shorter parts fill what is left, in any order


def part(nodeid: str) -> str:
    """Where this test belongs: its file, or « file[thing] »."""
    file, _, test = nodeid.partition("::")
    thing = re.search(r"\[.+\]$", test) if file in SPLIT else None
    return file + (thing[0] if thing else "")


@cache
def kept() -> dict[str, float]:
    """{part: seconds} of the run that was written down."""
    lines = KEPT.read_text().splitlines() if KEPT.exists() else []
    return {name: float(seconds) for seconds, name in (line.split(" ", 1) for line in lines)}


def keep(seconds: dict[str, float]) -> None:
    """Writes down how long each part took."""
    long = sorted(((took, name) for name, took in seconds.items() if took >= LEAST), key=lambda one: (-one[0], one[1]))
    KEPT.write_text("".join(f"{took:.0f} {name}\n" for took, name in long))


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """The long parts come first. In a part, the tests that commit come first, then those that stand on nothing, then those on a
    world that is built once for the file (tests/database.py rolled_back)."""
    seconds, first = kept(), {part(item.nodeid): number for number, item in reversed([*enumerate(items)])}

    def order(item: Any) -> tuple[bool, float, int, int]:
        name = part(item.nodeid)
        return name not in MEANWHILE, -seconds.get(name, 0), first[name], _stand(item)

    items.sort(key=order)


def _stand(item: Any) -> int:
    mark = item.get_closest_marker("django_db")
    asked = {*item.fixturenames, *(["committed"] if mark and mark.kwargs.get("transaction") else [])}
    return max((STANDS.index(name) for name in STANDS if name in asked), default=STANDS.index(""))


class Parts(LoadScopeScheduling):
    """One part at a time, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return part(nodeid)


def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    return Parts(config, log) if config.getvalue("dist") == "loadfile" else None
