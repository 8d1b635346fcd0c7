"""The end of a fiscal year, line by line: what stood when it ended, what lapses, what goes on.

Amounts are whole euro cents; a year is the civil year in Paris. Commitments (AE) have no year of their own: what was neither engaged nor
paid out at the last instant of the year lapses. Payment credits (CP) are of one year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q

from calls.models import Call
from edsh_portal import clock

from . import books
from .models import Account, Ceiling, Closing, Line, Posting

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


def open_years(call: Call, now: int) -> list[int]:
    """Those that are not closed, from the first in which money moved on a line of the call to the year `now`; the next to close is first."""
    first = Posting.objects.filter(line__call=call).aggregate(first=Min("year"))["first"]
    if first is None:
        return []
    closed = set(Closing.objects.filter(line__call=call).values_list("year", flat=True))
    return [year for year in range(first, now + 1) if year not in closed]


def outlook(call: Call, year: int, now: datetime) -> list[Outlook]:
    """One entry a line of the call, in the order of their ids; of a closed year, as it was closed. `now`: the instant of who asks."""
    lines, ended = list(Line.objects.filter(call=call).order_by("pk")), last_instant(year)
    whole = Account.objects.filter(line__in=lines)
    then = books.by_line(whole.filter(family__startswith="ae."), ended if ended < now else None)
    stands = books.by_line(whole.filter(Q(family="ae.available") | Q(family__startswith="cp.", year=year)))
    closings = list(Closing.objects.filter(line__in=lines, year__lte=year))
    closed = {of.line_id: of for of in closings if of.year == year}
    late: dict[int, int] = {}  # closed when this year was over: what lapsed then was there at its end
    for of in closings:
        if of.year < year and of.closed_at > ended:
            late[of.line_id] = late.get(of.line_id, 0) + of.ae_lapsed_cents
    in_force = Ceiling.objects.filter(line__in=lines, rule=Ceiling.Rule.KEPT, during__contains=now)
    kept = dict(in_force.values_list("line", "rate_bp"))
    return [
        _of(line, year, then.get(line.pk, {}), stands.get(line.pk, {}), late.get(line.pk, 0), kept.get(line.pk, 0), closed.get(line.pk))
        for line in lines
    ]  # fmt: skip


def _of(
    line: Line, year: int, ae: dict[str, int], now: dict[str, int], late: int, kept: int, closing: Closing | None
) -> Outlook:
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
        kept_bp=closing.kept_bp if closing else kept,
        closing=closing,
    )


def _sum(of: dict[str, int], families: Iterable[str]) -> int:
    return sum(of.get(family, 0) for family in families)
