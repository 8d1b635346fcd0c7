"""What is still to be paid and when, against the payment credits (CP) of each year; and what a supposition would change.

Pure: whole euro cents, months as whole numbers (year × 12 + month − 1), no query, no clock. A payment is expected at the earliest month
that its own conditions allow, never before the present one nor before the year of its plan: what is needed soonest is the prudent figure.
Sources: CALL.md §2.3 (décret n° 2018-514 art. 12: ceilings), R81 (advance, annual report, final report), LOLF art. 8 (CP are of one year).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edsh_portal import money

WHOLE = 10_000  # basis points
YEAR = 12  # months
ADVANCE, INTERIM, BALANCE = "advance", "interim", "balance"
# Why a row is expected: ordered or certified already, planned, an expense statement received, the schedule of its convention, of its award.
ORDERED, CERTIFIED, PLANNED, CLAIM, SCHEDULE, AWARD = "ordered", "certified", "planned", "claim", "schedule", "award"
WAITING = (PLANNED, SCHEDULE, AWARD)  # of these, an interim payment or a balance waits for a milestone or a report


def month_of(year: int, month: int) -> int:
    return year * YEAR + month - 1


def year_of(month: int) -> int:
    return month // YEAR


@dataclass(frozen=True)
class Planned:
    """An instalment of a convention. `state`: planned, certified, ordered or paid; `waits`: the conditions that are not met."""

    pk: int
    kind: str
    cents: int
    year: int
    state: str
    waits: frozenset[str] = frozenset()
    claim: int | None = None


@dataclass(frozen=True)
class Statement:
    """Expenses that the beneficiary's accountant has certified. `cents`: declared, or kept once they are accepted."""

    pk: int
    cents: int
    base: int  # subsidised expense of the convention
    forecast: int  # expense of the next period, as the beneficiary foresees it
    accepted: bool
    final_cents: int | None = None  # final aid; None for a statement that is not the final one, or not accepted
    final: bool = False


@dataclass(frozen=True)
class Share:
    """A beneficiary's part of an award on one source: `cents` awarded, `left` of it neither paid nor withdrawn, `paid` once what was
    claimed back is taken away. `starts`: first month of the project; `milestones`: months of the project, the first is 1; `expenses`: by
    year; `advance_bp`, `before_bp`: the most that is paid as an advance, and before the balance."""

    pk: int
    line: int
    cents: int
    left: int
    paid: int
    starts: int
    months: int
    conventioned: bool
    milestones: tuple[int, ...] = ()
    expenses: Mapping[int, int] = field(default_factory=dict)
    instalments: tuple[Planned, ...] = ()
    statements: tuple[Statement, ...] = ()
    advance_bp: int = 0
    before_bp: int = WHOLE
    stopped: bool = False

    @property
    def ends(self) -> int:
        """The month after the last one of the project: when its final report may come."""
        return self.starts + self.months

    @property
    def reports(self) -> int:
        """Annual reports before the final one."""
        return max(0, -(-self.months // YEAR) - 1)


@dataclass(frozen=True)
class Row:
    """A payment that is expected. `due`: the month in which its conditions allow it, `month`: when it is expected from the present on."""

    share: int
    line: int
    kind: str
    cents: int
    due: int
    month: int
    basis: str
    instalment: int | None = None
    report: int = 0  # of an interim payment: the annual report that it follows
    ready: bool = False  # planned, and every condition of it is met

    @property
    def late(self) -> bool:
        return self.due < self.month

    @property
    def waits(self) -> bool:
        """For a milestone or a report that is still to come."""
        return self.basis in WAITING and self.kind != ADVANCE and not self.ready


# ── what a share has still to be paid ────────────────────────────────────────────────────────────────────────────────
def expected(share: Share, now: int) -> tuple[list[Row], int]:
    """Its payments to come, and what will not be paid of it (the expenses were less): Σ rows + that = what is left, to the cent."""
    rows, rest = _planned(share, now)
    final = next((one for one in share.statements if one.final_cents is not None), None)
    balance = any(row.kind == BALANCE for row in rows)
    if final is not None and final.final_cents is not None:
        due = min(rest, max(0, final.final_cents - share.paid - sum(row.cents for row in rows)))
        due = 0 if balance else due
        return [*rows, *_row(share, BALANCE, due, now, now, CLAIM)], rest - due
    if balance:
        return rows, rest  # nothing is planned beside a balance
    return rows + _scheduled(share, rest, now), 0


def _row(share: Share, kind: str, cents: int, due: int, now: int, basis: str, report: int = 0) -> list[Row]:
    return [Row(share.pk, share.line, kind, cents, due, max(due, now), basis, report=report)] if cents else []


def _planned(share: Share, now: int) -> tuple[list[Row], int]:
    """What is planned, certified or ordered, within what is left; and what is left besides."""
    rows, rest, rank = [], share.left, 0
    for one in share.instalments:
        rank += one.kind == INTERIM
        cents = min(one.cents, rest)
        if one.state == "paid" or not cents:
            continue
        due = now if one.state in (ORDERED, CERTIFIED) else _allowed(share, one, max(1, rank), now)
        month = max(due, now, month_of(one.year, 1) if one.state == PLANNED else now)
        ready = one.state == PLANNED and not one.waits
        rows.append(Row(share.pk, share.line, one.kind, cents, due, month, one.state, one.pk, max(1, rank), ready))
        rest -= cents
    return rows, rest


def _allowed(share: Share, one: Planned, rank: int, now: int) -> int:
    """The first month in which every condition that is not met may be: now when all are."""
    report = share.starts + min(YEAR * rank, share.months)
    reached = [m for m in share.milestones if YEAR * (rank - 1) < m <= YEAR * rank]
    months = {
        "start": share.starts,
        "milestone": share.starts + max(reached) if reached else report,
        "report": report,
        "expenses": now if one.claim else report,
        "final_report": share.ends,
        "final_expenses": share.ends,
    }
    return max((months[kind] for kind in one.waits), default=now)


def _scheduled(share: Share, rest: int, now: int) -> list[Row]:
    """What nobody has planned yet: an advance, an interim payment after each annual report, the balance after the final one."""
    basis = SCHEDULE if share.conventioned else AWARD
    before = share.cents * share.before_bp // WHOLE
    pot = 0 if share.stopped else max(0, min(rest, before - (share.cents - rest)))
    rows: list[Row] = []
    if not share.instalments and not share.stopped:
        advance = min(pot, share.cents * share.advance_bp // WHOLE)
        rows += _row(share, ADVANCE, advance, now, now, basis)
    done = sum(1 for one in share.instalments if one.kind == INTERIM)
    pot -= sum(row.cents for row in rows)
    if spent := _spent(share, pot):
        rows += _row(share, INTERIM, spent, now, now, CLAIM)
        done, pot = done + 1, pot - spent
    interims = _interims(share, pot, done, now, basis)
    rows += interims
    told = any(one.final for one in share.statements)
    left = rest - sum(row.cents for row in rows)
    return [*rows, *_row(share, BALANCE, left, now if told else share.ends, now, CLAIM if told else basis)]


def _spent(share: Share, pot: int) -> int:
    """The aid of the expenses stated that no instalment rests on yet."""
    held = {one.claim for one in share.instalments}
    told = [one for one in share.statements if not one.final and one.pk not in held]
    return min(pot, sum(share.cents * one.cents // one.base for one in told))


def _interims(share: Share, pot: int, done: int, now: int, basis: str) -> list[Row]:
    """What is paid before the balance, spread over the annual reports to come as the expenses of their years are; the next one is what
    the last statement foresees, when it says so. Nothing when no report is to come: the balance has it."""
    ahead = range(done + 1, share.reports + 1)
    if not ahead or not pot:
        return []
    last = share.statements[-1] if share.statements else None
    first = min(pot, share.cents * last.forecast // last.base) if last and last.forecast else None
    spread = ahead if first is None else ahead[1:]
    if first is not None and not spread:
        first = pot
    weights = [_year_of_project(share, rank) for rank in spread]
    rest = pot - (first or 0)
    parts = money.split(rest, weights if sum(weights) else [1] * len(weights)) if spread else []
    found: list[Row] = []
    for rank, cents in zip(ahead, parts if first is None else [first, *parts], strict=True):
        found += _row(share, INTERIM, cents, share.starts + YEAR * rank, now, basis, rank)
    return found


def _year_of_project(share: Share, rank: int) -> int:
    """Expenses of the months of the project that an annual report tells of: a year's are spread evenly over its months."""
    found = 0
    for year, cents in share.expenses.items():
        first, last = max(month_of(year, 1), share.starts), min(month_of(year + 1, 1), share.ends)
        if first >= last:
            continue
        parts = money.split(cents, [1] * (last - first))
        begins = share.starts + YEAR * (rank - 1)
        found += sum(part for month, part in enumerate(parts, first) if begins <= month < begins + YEAR)
    return found


# ── against the payment credits ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Credit:
    """The CP of a source and year, as its accounts tell: opened by the envelope, brought from the year before, gone, paid."""

    line: int
    year: int
    opened: int = 0
    brought: int = 0
    gone: int = 0  # lapsed, or carried to the next year
    paid: int = 0
    closed: bool = False


@dataclass(frozen=True)
class Year:
    """What a source has for a year, and needs. `kept`: CP of the year before that the setting of the source keeps, as they are foreseen;
    `months`: what is to come, month by month."""

    line: int
    year: int
    opened: int
    brought: int
    gone: int
    kept: int
    paid: int
    months: tuple[int, ...]

    @property
    def usable(self) -> int:
        return self.opened + self.brought + self.kept - self.gone

    @property
    def to_come(self) -> int:
        return sum(self.months)

    @property
    def left(self) -> int:
        """Below zero: what lacks at the end of the year."""
        return self.usable - self.paid - self.to_come

    def left_after(self, month: int) -> int:
        """What is left at the end of a month (1 to 12) of the year."""
        return self.usable - self.paid - sum(self.months[:month])


@dataclass(frozen=True)
class Lack:
    """The first month in which CP lack on a source, by how much then, and at the end of that year."""

    line: int
    month: int
    cents: int
    by_year_end: int

    @property
    def year(self) -> int:
        return year_of(self.month)


def years(rows: Iterable[Row], credits: Iterable[Credit], kept_bp: Mapping[int, int]) -> list[Year]:
    """One entry a source and year, in their order: Σ of their months = Σ rows. `kept_bp`: what a source keeps of its CP without an act."""
    dated: Counter[tuple[int, int]] = Counter()
    for row in rows:
        dated[row.line, row.month] += row.cents
    told = {(credit.line, credit.year): credit for credit in credits}
    keys = sorted({*told, *((line, year_of(month)) for line, month in dated)})
    found: list[Year] = []
    for line in dict.fromkeys(line for line, _year in keys):
        first, last = (edge(year for of, year in keys if of == line) for edge in (min, max))
        kept = 0
        for year in range(first, last + 1):
            credit = told.get((line, year), Credit(line, year))
            months = tuple(dated[line, month_of(year, m)] for m in range(1, YEAR + 1))
            of = Year(line, year, credit.opened, credit.brought, credit.gone, kept, credit.paid, months)
            found.append(of)
            kept = 0 if credit.closed else max(0, of.left) * kept_bp.get(line, 0) // WHOLE
    return found


def lacks(found: Iterable[Year], now: int) -> list[Lack]:
    """The first lack of each source, from the present month on; none for a source whose CP are enough."""
    first: dict[int, Lack] = {}
    for of in found:
        if of.line in first:
            continue
        for month in range(1, YEAR + 1):
            if of.months[month - 1] and of.left_after(month) < 0 and month_of(of.year, month) >= now:
                first[of.line] = Lack(of.line, month_of(of.year, month), -of.left_after(month), -of.left)
                break
    return list(first.values())


def curve(found: Sequence[Year]) -> list[tuple[int, int, int]]:
    """Of one source: (month, need since the first year, the most that CP allow by then); a year's CP serve that year."""
    points, before = [], 0
    for of in found:
        most, need = before + of.usable, before + of.paid
        for month, cents in enumerate(of.months, 1):
            need += cents
            points.append((month_of(of.year, month), need, most))
        before = need
    return points


# ── what if ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Supposed:
    """What would change: every payment not ordered by `shift` months; `late_percent` of what waits for a milestone or a report by
    `late_months`; `cents` of CP of a source and year added, or moved to another year; some shares put off, or left out."""

    shift: int = 0
    late_percent: int = 0
    late_months: int = 0
    line: int | None = None
    year: int | None = None
    cents: int = 0
    to_year: int | None = None
    shares: frozenset[int] = frozenset()
    put_off: int = 0
    left_out: bool = False


def supposed(rows: Iterable[Row], what: Supposed, now: int) -> list[Row]:
    """The rows as they would be: their sum is the same to the cent, but for the shares that are left out."""
    found: list[Row] = []
    for row in rows:
        chosen = row.share in what.shares
        if chosen and what.left_out:
            continue
        months = 0 if row.basis == ORDERED else what.shift + (what.put_off if chosen else 0)
        moved = replace(row, month=max(now, row.month + months))
        late = row.cents * what.late_percent // 100 if row.waits else 0
        parts = ((row.cents - late, 0), (late, what.late_months))
        found += [replace(moved, cents=cents, month=max(now, moved.month + more)) for cents, more in parts if cents]
    return found


def supposed_credits(credits: Iterable[Credit], what: Supposed) -> list[Credit]:
    """CP as they would be: a year is given or loses so much, never below nothing; moved, what one loses the other has."""
    held = {(credit.line, credit.year): credit for credit in credits}
    if what.line is None or what.year is None or not what.cents:
        return list(held.values())
    own = held.get((what.line, what.year), Credit(what.line, what.year))
    cents = max(what.cents if what.to_year is None else -abs(what.cents), -own.opened)
    held[what.line, what.year] = replace(own, opened=own.opened + cents)
    if what.to_year is not None:
        other = held.get((what.line, what.to_year), Credit(what.line, what.to_year))
        held[what.line, what.to_year] = replace(other, opened=other.opened - cents)
    return list(held.values())
