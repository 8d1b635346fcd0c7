"""Any byte in an address: what a route takes as text, and every query, given what nobody types. A sentence or a refusal, never a 500."""

from collections.abc import Iterator
from urllib.parse import quote

from . import routes
from .stands import Things
from .swaps import noun_of
from .trial import Trial

TEXTS = (
    "%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "%F0%9F%92%A9", "%E2%80%AE", "%0A", "%0D%0AX: y", "%25", "%25%73", "%7B%7B7*7%7D%7D",
    "'%22;--", "..%2F..", "-1", "0", "1e400", "NaN", "9" * 30, "9223372036854775808", "2147483648", "%D9%A3", "x" * 3000, "%01%02%7F",
)  # fmt: skip
NUMBERS = ("9" * 30, "9223372036854775808", "2147483648", "0", "%D9%A3", "-1", "%00", "1%00")
NAMES = (
    "q",
    "page",
    "cursor",
    "ordering",
    "search",
    "releve",
    "wave",
    "state",
    "region",
    "next",
    "mark",
    "page_size",
    "role",
    "kind",
)


def addresses(tried: Trial, things: Things) -> Iterator[tuple[str, str]]:
    """(route, address): some odd bytes in each parameter and in the query, all of them in turn."""
    turn = 0
    for route, wanted in tried.parameters.items():
        if route.startswith("admin:"):
            continue
        base = routes.path(route, wanted, things)
        for name in wanted:
            held = things[noun_of(route, name)]
            head, found, tail = base.rpartition(f"/{quote(str(held), safe='')}")
            among = NUMBERS if isinstance(held, int) else TEXTS
            for _ in range(4 if found else 0):
                yield route, f"{head}/{among[(turn := turn + 1) % len(among)]}{tail}"
        for n in range(3):
            text = TEXTS[(turn := turn + 1) % len(TEXTS)]
            yield route, f"{base}?{NAMES[turn % len(NAMES)]}={text}&{NAMES[(turn * 5 + n) % len(NAMES)]}={text}"
        yield route, base + "?" + "&".join(f"{name}=%00%FF" for name in NAMES)
        yield route, base + "?%00=%00&%FF"
