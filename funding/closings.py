"""The end of a fiscal year, line by line: what stood when it ended, what lapses, what goes on.

Amounts are whole euro cents; a year is the civil year in Paris. Commitments (AE) have no year of their own: what was neither engaged nor
paid out at the last instant of the year lapses. Payment credits (CP) are of one year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from calls.models import Call
from edsh_portal import clock

from . import books
from .models import Account, Ceiling, Closing, Line

DUE = ("ae.engaged", "ae.certified", "ae.ordered")  # engaged, and not paid: restes à payer
ENGAGED = (*DUE, "ae.paid", "ae.recovered")


@dataclass(frozen=True)
class Outlook:
    """What a line holds of a year that ended, or that goes on: amounts in cents. `closing`: once it is closed."""

    line: Line
    year: int
    ae_opened: int
    ae_engaged: int
    paid: int
    due: int  # restes à payer
    ae_before: int  # lapsed before this closing
    ae_unused: int  # neither engaged nor lapsed at the end of the year, reserved included
    ae_left: int  # available now: what may still lapse
    cp_opened: int
    cp_brought: int
    cp_paid: int
    cp_ordered: int  # ordered and not paid: nothing is closed before it is settled
    cp_unused: int
    kept_bp: int
    closing: Closing | None

    @property
    def ae_kept(self) -> int:
        return self.ae_unused * self.kept_bp // 10_000

    @property
    def cp_kept(self) -> int:
        return self.cp_unused * self.kept_bp // 10_000

    @property
    def kept_percent(self) -> float:
        """For display."""
        return self.kept_bp / 100

    @property
    def ae_least(self) -> int:
        """What must be carried: reserved, or engaged since the year ended."""
        return max(0, self.ae_unused - self.ae_left)

    @property
    def ae_carried(self) -> int:
        return self.closing.ae_carried_cents if self.closing else self.ae_kept

    @property
    def cp_carried(self) -> int:
        return self.closing.cp_carried_cents if self.closing else self.cp_kept

    @property
    def ae_lapsing(self) -> int:
        return self.ae_unused - self.ae_carried

    @property
    def cp_lapsing(self) -> int:
        return self.cp_unused - self.cp_carried


def first_instant(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=clock.PARIS)


def last_instant(year: int) -> datetime:
    return first_instant(year + 1) - timedelta(microseconds=1)


def open_years(call: Call, now: datetime) -> list[int]:
    """Those that are not closed, from the first in which money moved on a line of the call to the present; the next to close is first."""
    return _open(_lines(call, now), now)


def outlook(call: Call, year: int, now: datetime) -> list[Outlook]:
    """One entry a line of the call, in the order of their ids; of a closed year, as it was closed. `now`: the instant of who asks."""
    return _outlook(_lines(call, now), year, now)


def both(call: Call, year: int, now: datetime) -> tuple[list[int], list[Outlook]]:
    """The open years and what `year` holds, the lines read once."""
    lines = _lines(call, now)
    return _open(lines, now), _outlook(lines, year, now)


def _lines(call: Call, now: datetime) -> list[Any]:
    """The lines of the call with their closings; `first`: the year money first moved, `kept_bp`: the setting in force."""
    kept = Ceiling.objects.filter(line=OuterRef("pk"), rule=Ceiling.Rule.KEPT, during__contains=now)
    rows = Line.objects.filter(call=call).prefetch_related("closings").order_by("pk")
    return list(rows.annotate(first=Min("postings__year"), kept_bp=Coalesce(Subquery(kept.values("rate_bp")[:1]), 0)))


def _open(lines: list[Any], now: datetime) -> list[int]:
    begun = [line.first for line in lines if line.first is not None]
    closed = {of.year for line in lines for of in line.closings.all()}
    return [year for year in range(min(begun), clock.civil(now).year + 1) if year not in closed] if begun else []


def _outlook(lines: list[Any], year: int, now: datetime) -> list[Outlook]:
    whole, ended = Account.objects.filter(line__in=lines), last_instant(year)
    then = books.by_line(whole.filter(family__startswith="ae."), ended if ended < now else None)
    stands = books.by_line(whole.filter(Q(family="ae.available") | Q(family__startswith="cp.", year=year)))
    return [_of(line, year, then.get(line.pk, {}), stands.get(line.pk, {})) for line in lines]


def _of(line: Any, year: int, ae: dict[str, int], now: dict[str, int]) -> Outlook:
    closings, ended = line.closings.all(), last_instant(year)
    closing = next((of for of in closings if of.year == year), None)
    # closed when this year was over: what lapsed then was there at its end
    late = sum(of.ae_lapsed_cents for of in closings if of.year < year and of.closed_at > ended)
    return Outlook(
        line=line,
        year=year,
        ae_opened=-ae.get("ae.budget", 0),
        ae_engaged=_sum(ae, ENGAGED),
        paid=_sum(ae, ("ae.paid", "ae.recovered")),
        due=_sum(ae, DUE),
        ae_before=ae.get("ae.lapsed", 0) + late,
        ae_unused=_sum(ae, ("ae.available", "ae.reserved")) - late,
        ae_left=now.get("ae.available", 0),
        cp_opened=-now.get("cp.budget", 0),
        cp_brought=-now.get("cp.brought", 0),
        cp_paid=now.get("cp.paid", 0),
        cp_ordered=now.get("cp.ordered", 0),
        cp_unused=_sum(now, ("cp.available", "cp.lapsed", "cp.carried")),
        kept_bp=closing.kept_bp if closing else line.kept_bp,
        closing=closing,
    )


def _sum(of: dict[str, int], families: Iterable[str]) -> int:
    return sum(of.get(family, 0) for family in families)
