"""Any byte in an address: what a route takes as text, and every query, given what nobody types. A sentence or a refusal, never a 500."""

from collections.abc import Iterator
from urllib.parse import quote

from django.urls import get_resolver

from . import routes
from .stands import Things
from .swaps import noun_of
from .trial import Trial

TEXTS = (
    "%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "%F0%9F%92%A9", "%E2%80%AE", "%0A", "%0D%0AX: y", "%25", "%25%73", "%7B%7B7*7%7D%7D",
    "'%22;--", "..%2F..", "-1", "0", "1e400", "NaN", "9" * 30, "9223372036854775808", "2147483648", "%D9%A3", "x" * 3000, "%01%02%7F",
    "%C2%B2", "9" * 5000, "2022-13-45", "%22%5B%5D",
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
    "region_code",
    "next",
    "mark",
    "page_size",
    "role",
    "kind",
    "family",
    "line",
    "list",
    "source",
    "year",
    "account",
    "application",
    "version",
    "pile",
    "grain",
    "value_1",
    "e",
    "o",
    "p",
    "_changelist_filters",
)


def of_each_route(tried: Trial, things: Things) -> Iterator[tuple[str, str]]:
    """(route, address): every route once by its path and once by its query, the registers' and the API's too, whatever is behind."""
    for turn, (route, wanted) in enumerate(tried.parameters.items()):
        text = TEXTS[turn % len(TEXTS)]
        known = {name: NUMBERS[turn % len(NUMBERS)] if name.endswith("id") else text for name in wanted}
        template = shape(route, wanted)
        yield route, template % known
        if not route.startswith("admin:"):
            template, known = routes.path(route, wanted, things).replace("%", "%%"), {}
        asked = (f"{NAMES[(turn * 5 + n) % len(NAMES)]}={TEXTS[(turn + n * 3) % len(TEXTS)]}" for n in range(5))
        yield route, template % known + "?" + "&".join(asked)


def shape(route: str, wanted: tuple[str, ...]) -> str:
    """« /dossiers/%(reference)s/ »: the address of a route, before what it takes is checked."""
    space, _colon, own = route.partition("+")[0].rpartition(":")
    prefix, resolver = "/", get_resolver()
    for part in space.split(":") if space else ():
        step, resolver = resolver.namespace_dict[part]
        prefix += step
    found = resolver.reverse_dict.getlist(own)
    return prefix + next(text for forms, *_rest in found for text, names in forms if set(names) == set(wanted))


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
