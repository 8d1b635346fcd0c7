"""The budget of a member as a grid: its cells, the names of their fields and every total, in cents. No query, no clock."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

UNALLOTTED = 0  # the number that stands for « not on a work package yet »
PLAN = {  # the sources of a funding plan, in the order in which they are shown, in the words of their columns
    "aid_cents": _("aide demandée"),
    "own_cents": _("autofinancement"),
    "public_cents": _("autres aides publiques"),
    "other_cents": _("autres ressources"),
}

Key = tuple[int, str, int]  # number of the work package, category, civil year
Part = tuple[int | None, str | None, int | None]  # a key of which None means « all »


def labels() -> dict[str, str]:
    """{source of the funding plan: what it is called}, in the reader's language."""
    return {name: capfirst(str(words)) for name, words in PLAN.items()}


def field(key: Key) -> str:
    """« 2-staff-2023 »: the name of a cell on the form, in a sheet that was read, in an error."""
    return "{}-{}-{}".format(*key)


def key(name: str) -> Key:
    package, category, year = name.split("-")
    return int(package), category, int(year)


def cells(member: Mapping[str, Any]) -> dict[Key, int]:
    """{key: cents} of a member of a content (applications/content/freeze.py)."""
    return {(line["work_package"], line["category"], line["year"]): line["cents"] for line in member["lines"]}


def flat(member: Mapping[str, Any]) -> dict[str, int]:
    """{name of the field: cents} of what is not zero, expenses and funding plan together."""
    held = {field(place): cents for place, cents in cells(member).items()} | {
        name: member["plan"][name] for name in PLAN
    }
    return {name: cents for name, cents in held.items() if cents}


def totals(held: Mapping[Key, int]) -> Counter[Part]:
    """Every sum of the grid, by part: (1, None, 2023) is work package 1 in 2023, (None, None, None) the whole."""
    lines: Counter[Part] = Counter()
    years: Counter[Part] = Counter()
    whole: Counter[Part] = Counter()
    # The cells are many: they are gone through once, and what is above adds up sums.
    package: int | None
    category: str | None
    year: int | None
    for (package, category, year), cents in held.items():
        lines[package, category, None] += cents
        years[package, None, year] += cents
    for (package, category, _all), cents in lines.items():
        whole[package, None, None] += cents
        whole[None, category, None] += cents
        whole[None, None, None] += cents
    for (_package, _every, year), cents in years.items():
        whole[None, None, year] += cents
    return Counter[Part]({**cast("Mapping[Part, int]", held), **lines, **years, **whole})
