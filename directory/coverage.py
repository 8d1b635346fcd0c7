"""Which share of the population lives where a warehouse stands: exact arithmetic on départements, its grain named.

Pure: no query. Sites are département codes; a site covers its whole département, or its whole region when the grain is
the region. `populations` is {département: (region, inhabitants)} for the 101 départements (INSEE municipal).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Grain = Literal["region", "departement"]
Populations = Mapping[str, tuple[str, int]]


@dataclass(frozen=True)
class Coverage:
    """`units`: covered codes of the grain, sorted, out of `among`; `share`: of the population, from 0 to 1."""

    grain: Grain
    units: tuple[str, ...]
    among: int
    population: int
    total: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.population, self.total) if self.total else Fraction(0)


def unit(departement: str, *, grain: Grain, populations: Populations) -> str:
    """The code of the grain's unit that holds this département; KeyError when it is none of the 101."""
    region, _inhabitants = populations[departement]
    return region if grain == "region" else departement


def covered(sites: Iterable[str], *, grain: Grain, populations: Populations) -> Coverage:
    """What these sites cover, each unit counted once however many sites it has."""
    units = {unit(site, grain=grain, populations=populations) for site in sites}
    inhabitants = {
        code: people
        for code, (region, people) in populations.items()
        if (region if grain == "region" else code) in units
    }
    every = {unit(code, grain=grain, populations=populations) for code in populations}
    total = sum(people for _region, people in populations.values())
    return Coverage(grain, tuple(sorted(units)), len(every), sum(inhabitants.values()), total)


def gain(already: Iterable[str], added: Iterable[str], *, grain: Grain, populations: Populations) -> int:
    """Inhabitants that `added` covers and `already` does not."""
    before = list(already)
    after = covered([*before, *added], grain=grain, populations=populations)
    return after.population - covered(before, grain=grain, populations=populations).population
