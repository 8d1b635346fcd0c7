"""The dossiers above a cut-off, and what they leave of each source, each year and each territory.

A dossier is in when it stands above the cut-off, may be called (main list, then reserve in its order), is not set aside by a scenario and
nothing was proposed for it yet; what was proposed or decided is locked: its money is out of the funds already. A member's aid is spread
over the years as its expenses of the deposited dossier are, to the cent (money.split).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from directory import coverage
from edsh_portal import money

CALLED = ("main", "reserve")
AWARDED = ("proposed", "decided")  # locks of an aid
UNDATED = 0  # the year of an aid whose dossier has no expense at all


@dataclass(frozen=True)
class Member:
    """A beneficiary of the deposited version: what it asks, in cents, and its expenses by year, which spread its aid."""

    establishment: int
    name: str
    asked: int
    years: Mapping[int, int] = field(default_factory=dict)
    kind: str = ""
    region: str = ""
    ght: str = ""


@dataclass(frozen=True)
class Part:
    """Cents of one member on one source."""

    establishment: int
    line: int
    cents: int


@dataclass(frozen=True)
class Row:
    """A ranked dossier. `lock`: "", "proposed", "decided" (an aid), "refused" or "gone" (nothing may be proposed any more).
    `aside`: why a scenario sets it aside; `score`: hundredths of a point."""

    application: int
    reference: str
    rank: int
    list: str
    members: tuple[Member, ...]
    parts: tuple[Part, ...] = ()
    lock: str = ""
    aside: str = ""
    score: int = 0
    sites: frozenset[str] = frozenset()
    acronym: str = ""
    coordinator: str = ""
    reason: str = ""
    number: str = ""

    @property
    def callable(self) -> bool:
        return self.list in CALLED

    @property
    def asked(self) -> int:
        return sum(member.asked for member in self.members)

    @property
    def cents(self) -> int:
        return sum(part.cents for part in self.parts)

    @cached_property
    def by_source(self) -> dict[tuple[int, int], int]:
        """{(source, year): cents}."""
        found: Counter[tuple[int, int]] = Counter()
        members = {member.establishment: member for member in self.members}
        for part in self.parts:
            for year, cents in spread(part.cents, members.get(part.establishment), self.members).items():
                found[part.line, year] += cents
        return dict(found)

    @cached_property
    def years(self) -> dict[int, int]:
        found: Counter[int] = Counter()
        for (_line, year), cents in self.by_source.items():
            found[year] += cents
        return dict(found)


def spread(cents: int, member: Member | None, consortium: Iterable[Member] = ()) -> dict[int, int]:
    """Cents by year, in proportion to the member's expenses, else to its consortium's. Σ = cents, to the cent."""
    weights = Counter(dict(member.years) if member else {})
    if not weights.total():
        for other in consortium:
            weights.update(other.years)
    if not weights.total():
        return {UNDATED: cents} if cents else {}
    years = sorted(year for year, weight in weights.items() if weight)
    parts = money.split(cents, [weights[year] for year in years])
    return {year: part for year, part in zip(years, parts, strict=True) if part}


@dataclass(frozen=True)
class Fund:
    """A source before the plan: AE neither decided nor proposed, and CP by year less the calendars of what is."""

    line: int
    label: str
    ae: int
    cp: Mapping[int, int]


@dataclass(frozen=True)
class Standing:
    """A row at a cut-off. `place`: among those that may be called, from 1 (0: it may not); `state`: "in", "out", "aside", "not_selected" or
    its lock; `gain`: inhabitants of the départements that it adds to those above it."""

    row: Row
    place: int
    state: str
    gain: int = 0

    @property
    def counts(self) -> bool:
        return self.state == "in" or self.state in AWARDED


@dataclass(frozen=True)
class Source:
    """What a plan takes of a fund, and leaves: below zero, it is overdrawn. Years are (year, taken, left)."""

    fund: Fund
    taken: int
    years: tuple[tuple[int, int, int], ...]

    @property
    def left(self) -> int:
        return self.fund.ae - self.taken

    @property
    def over(self) -> bool:
        return self.left < 0

    @property
    def short_years(self) -> tuple[int, ...]:
        return tuple(year for year, _taken, left in self.years if left < 0)


@dataclass(frozen=True)
class Region:
    """Dossiers coordinated there, and beneficiaries by kind."""

    code: str
    count: int
    kinds: Mapping[str, int]
    cents: int


@dataclass(frozen=True)
class Plan:
    rows: tuple[Standing, ...]
    cut: int
    most: int
    sources: tuple[Source, ...]
    years: tuple[int, ...]
    regions: tuple[Region, ...]
    covered: coverage.Coverage
    covered_regions: coverage.Coverage
    ghts: tuple[str, ...]
    shared: int

    @property
    def kept(self) -> list[Row]:
        """What would be proposed."""
        return [standing.row for standing in self.rows if standing.state == "in"]

    @property
    def standing(self) -> list[Row]:
        """That, and the aids proposed or decided already."""
        return [standing.row for standing in self.rows if standing.counts]

    @property
    def cents(self) -> int:
        return sum(row.cents for row in self.kept)

    @property
    def over(self) -> list[Source]:
        return [source for source in self.sources if source.over]

    @property
    def short(self) -> list[Source]:
        return [source for source in self.sources if source.short_years]


def drafted(rows: Iterable[Row], funds: Sequence[Fund]) -> list[Row]:
    """Rows with an aid each: what they have, else what is asked, each member whole on the first source that still holds it (the first of
    all when none does). Down the order, whatever the cut-off."""
    left, found = {fund.line: fund.ae for fund in funds}, []
    for row in rows:
        if not row.parts and not row.lock and row.callable and funds:
            parts = []
            for member in row.members:
                if member.asked:
                    line = next((key for key, ae in left.items() if ae >= member.asked), funds[0].line)
                    parts.append(Part(member.establishment, line, member.asked))
                    left[line] -= member.asked
            row = replace(row, parts=tuple(parts))
        elif not row.lock and row.callable:
            for part in row.parts:
                left[part.line] -= part.cents
        found.append(row)
    return found


def _state(row: Row, place: int, cut: int) -> str:
    if row.lock:
        return row.lock
    if not row.callable:
        return "not_selected"
    if place > cut:
        return "out"
    return "aside" if row.aside else "in"


def plan(
    rows: Sequence[Row],
    cut: int,
    funds: Sequence[Fund],
    populations: coverage.Populations,
    already: Iterable[str] = (),
) -> Plan:
    """`rows`: in the order in which they may be called; `cut`: how many of those that may be are above the line; `already`: départements
    of the main lists of earlier waves."""
    covered, place, found, stands = set(already), 0, [], Counter[str]()
    for row in rows:
        place += row.callable
        state = _state(row, place, cut)
        gained = sum(populations[code][1] for code in row.sites - covered if code in populations)
        standing = Standing(row, place if row.callable else 0, state, gained)
        if standing.counts:
            covered |= row.sites
            stands.update(row.sites)
        found.append(standing)
    counted = [standing.row for standing in found if standing.counts]
    known = [code for code in covered if code in populations]
    return Plan(
        rows=tuple(found),
        cut=min(cut, place),
        most=place,
        sources=tuple(_sources([standing.row for standing in found if standing.state == "in"], funds)),
        years=tuple(
            sorted({year for row in rows for year in row.years} | {year for fund in funds for year in fund.cp})
        ),
        regions=tuple(_regions(counted)),
        covered=coverage.covered(known, grain="departement", populations=populations),
        covered_regions=coverage.covered(known, grain="region", populations=populations),
        ghts=tuple(sorted({member.ght for row in counted for member in row.members if member.ght})),
        shared=sum(1 for count in stands.values() if count > 1),
    )


def _sources(rows: Iterable[Row], funds: Sequence[Fund]) -> list[Source]:
    taken: Counter[int] = Counter()
    dated: Counter[tuple[int, int]] = Counter()
    for row in rows:
        for (line, year), cents in row.by_source.items():
            taken[line] += cents
            dated[line, year] += cents
    return [
        Source(
            fund,
            taken[fund.line],
            tuple(
                (year, dated[fund.line, year], fund.cp.get(year, 0) - dated[fund.line, year])
                for year in sorted({*fund.cp, *(year for line, year in dated if line == fund.line)})
            ),
        )
        for fund in funds
    ]


def _regions(rows: Iterable[Row]) -> list[Region]:
    counts: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    kinds: dict[str, dict[int, str]] = {}
    for row in rows:
        home = row.members[0].region if row.members else ""
        counts[home] += 1
        names = {member.establishment: member for member in row.members}
        for part in row.parts:
            if (member := names.get(part.establishment)) is not None:
                cents[member.region] += part.cents
                kinds.setdefault(member.region, {})[member.establishment] = member.kind
    return [
        Region(code, counts[code], dict(Counter(kinds.get(code, {}).values())), cents[code])
        for code in sorted({*counts, *cents})
    ]
