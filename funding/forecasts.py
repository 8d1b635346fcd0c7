"""What the forecast of payment credits reads: the credits of each source and year, the shares that are still to be paid, what is known
of their calendar. Four statements, whatever their number; `at` is the instant of who asks, and nothing after it counts.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from calls.models import Call
from edsh_portal import clock

from . import books
from .forecasting import (
    WHOLE,
    Credit,
    Lack,
    Planned,
    Row,
    Share,
    Statement,
    Supposed,
    Year,
    expected,
    lacks,
    month_of,
    supposed,
    supposed_credits,
    years,
)
from .models import Account, Ceiling, Closing, Line

DUE = ("ae.engaged", "ae.certified", "ae.ordered")
READ = (*DUE, "ae.reserved", "ae.paid", "cp.budget", "cp.brought", "cp.paid", "cp.carried", "cp.lapsed")

# Shares that are still to be paid, with what was planned, stated and amended by that instant.
SHARES = """
  SELECT s.id, s.grant_id, s.line_id, s.cents, s.establishment_id, e.name, a.reference, a.version_id, g.engaged_at, t.started_on,
         c.id, c.months,
         (SELECT jsonb_agg(jsonb_build_array(i.id, i.kind, i.cents, i.year, i.paid_at <= %(at)s, i.claim_id, ARRAY(
                   SELECT k.kind FROM funding_condition k
                    WHERE k.instalment_id = i.id AND (k.met_at IS NULL OR k.met_at > %(at)s))) ORDER BY i.number)
            FROM funding_instalment i WHERE i.convention_id = c.id AND i.planned_at <= %(at)s
             AND (i.state <> 'cancelled' OR %(then)s AND NOT EXISTS (
                   SELECT FROM event v WHERE v.subject_type = 'funding.instalment' AND v.subject_id = i.id
                      AND v.kind = 'instalment.cancelled' AND v.at <= %(at)s))),
         (SELECT jsonb_agg(jsonb_build_array(q.id, q.final, q.accepted_at <= %(at)s, q.base_cents, q.forecast_cents, q.final_cents, (
                   SELECT sum(CASE WHEN q.accepted_at <= %(at)s THEN l.eligible_cents ELSE l.cents END)
                     FROM funding_claimline l WHERE l.claim_id = q.id)) ORDER BY q.number)
            FROM funding_claim q WHERE q.convention_id = c.id AND q.certified_at <= %(at)s),
         (SELECT m.before FROM funding_amendment m WHERE m.grant_id = g.id AND m.state = 'in_force' AND m.decided_at > %(at)s
           ORDER BY m.number LIMIT 1),
         EXISTS (SELECT FROM funding_amendment m WHERE m.grant_id = g.id AND m.state = 'in_force' AND m.kind = 'stop'
                    AND m.decided_at <= %(at)s)
    FROM funding_grantshare s
    JOIN funding_grant g ON g.id = s.grant_id
    JOIN directory_establishment e ON e.id = s.establishment_id
    JOIN applications_application a ON a.id = g.application_id
    LEFT JOIN funding_start t ON t.grant_id = g.id AND t.declared_at <= %(at)s
    LEFT JOIN funding_convention c ON c.share_id = s.id AND c.prepared_at <= %(at)s
   WHERE s.id = ANY(%(shares)s) OR g.id = ANY(%(grants)s)
   ORDER BY s.id
"""
# What the deposited version tells of the calendar: first day, months, milestones, expenses of each member by year.
VERSIONS = """
  SELECT v.id, v.content->'identity'->>'starts_on', (v.content->'identity'->>'months')::integer,
         ARRAY(SELECT DISTINCT (n->>'month')::integer FROM jsonb_array_elements(v.content->'calendar') p,
                 jsonb_array_elements(p->'milestones') n WHERE n->>'month' IS NOT NULL ORDER BY 1),
         (SELECT jsonb_object_agg(place, years) FROM (
            SELECT m->>'establishment' AS place, (SELECT jsonb_object_agg(year, cents) FROM (
                     SELECT l->>'year' AS year, sum((l->>'cents')::bigint) AS cents
                       FROM jsonb_array_elements(m->'lines') l GROUP BY 1) by_year) AS years
              FROM jsonb_array_elements(v.content->'members') m WHERE m->>'establishment' IS NOT NULL) by_place)
    FROM applications_version v WHERE v.id = ANY(%s)
"""


@dataclass(frozen=True)
class Place:
    """Whose a share is: what a row of the forecast is called by."""

    share: int
    grant: int
    name: str
    reference: str
    convention: int | None

    @property
    def number(self) -> str:
        """« EDSH-1-2022-0007-C12 » once it has a convention, the dossier's before."""
        return f"{self.reference}-C{self.convention}" if self.convention else self.reference


@dataclass(frozen=True)
class Forecast:
    """The forecast of a call at an instant. `spared`: what will not be paid of the shares, their final aid being known."""

    call: Call
    at: datetime
    lines: tuple[Line, ...]
    kept_bp: dict[int, int]
    credits: tuple[Credit, ...]
    rows: tuple[Row, ...]
    places: dict[int, Place]
    spared: int

    @property
    def now(self) -> int:
        return present(self.at)

    @cached_property
    def years(self) -> list[Year]:
        return years(self.rows, self.credits, self.kept_bp)

    @cached_property
    def lacks(self) -> list[Lack]:
        return lacks(self.years, self.now)

    def shares_of(self, text: str) -> frozenset[int]:
        """The shares of the dossier, or of the one convention, that this reference names."""
        named = text.strip().upper()
        return frozenset(of.share for of in self.places.values() if named and named in (of.reference, of.number))

    def supposing(self, what: Supposed) -> "Forecast":
        rows = tuple(supposed(self.rows, what, self.now))
        credits = tuple(supposed_credits(self.credits, what))
        return replace(self, rows=rows, credits=credits)


def present(at: datetime) -> int:
    """The month of an instant, in Paris."""
    day = clock.civil(at)
    return month_of(day.year, day.month)


def read(call: Call, now: datetime, at: datetime | None = None) -> Forecast:
    """The forecast as it stands now, or as it stood at `at`: what the portal knew then, and no more."""
    instant = at or now
    lines = _lines(call, instant)
    rates = {line.pk: {of["rule"]: of["rate_bp"] for of in line.rates} for line in lines}
    held = _read_balances(lines, at)
    shares, places = _shares(held, rates, instant, then=at is not None)
    rows: list[Row] = []
    spared = 0
    for share in shares:
        found, rest = expected(share, present(instant))
        rows += found
        spared += rest
    closed = {(line.pk, year) for line in lines for year in line.closed}
    kept = {pk: of.get(Ceiling.Rule.KEPT, 0) for pk, of in rates.items()}
    rows.sort(key=lambda row: (row.month, row.line, row.share, row.due))
    return Forecast(call, instant, tuple(lines), kept, tuple(_credits(held, closed)), tuple(rows), places, spared)


def _lines(call: Call, instant: datetime) -> list[Any]:
    """The sources of the call: `rates`, their settings in force, `closed`, their years that are."""
    own = {"line": OuterRef("pk")}
    ceilings = Ceiling.objects.filter(**own, during__contains=instant)
    closings = Closing.objects.filter(**own, closed_at__lte=instant).order_by("year").values("year")
    rates = ceilings.order_by("rule").values(of=JSONObject(rule="rule", rate_bp="rate_bp"))
    rows = Line.objects.filter(call=call).annotate(rates=ArraySubquery(rates), closed=ArraySubquery(closings))
    return list(rows.order_by("pk"))


Held = list[tuple[str, int, int | None, int | None, int | None, int | None, int]]


def _read_balances(lines: Iterable[Line], at: datetime | None) -> Held:
    """(family, line, year, grant, share, instalment, cents) of the accounts that hold something."""
    accounts = Account.objects.filter(line__in=list(lines), family__in=READ)
    accounts = accounts if at else accounts.exclude(balance__cents=0)
    found = books.summed(accounts, ("family", "line", "year", "grant", "share", "instalment"), at)
    return [(*of, cents) for of, cents in found.items() if cents]


def _credits(held: Held, closed: set[tuple[int, int]]) -> Iterable[Credit]:
    sums: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for family, line, year, _grant, _share, _instalment, cents in held:
        if family.startswith("cp.") and year is not None:
            sums[line, year][family] += cents
    for (line, year), of in sorted(sums.items()):
        gone, brought = of["cp.carried"] + of["cp.lapsed"], -of["cp.brought"]
        yield Credit(line, year, -of["cp.budget"], brought, gone, of["cp.paid"], (line, year) in closed)


def _shares(held: Held, rates: Any, at: datetime, *, then: bool) -> tuple[list[Share], dict[int, Place]]:
    left: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    reserved: set[tuple[int, int]] = set()
    states: dict[int, str] = {}
    for family, line, _year, grant, share, instalment, _cents in held:
        if family in DUE and share is not None:
            left[share] += _cents
        elif family == "ae.paid" and share is not None:
            paid[share] += _cents
        elif family == "ae.reserved" and grant is not None:
            reserved.add((grant, line))
        if instalment is not None and family in ("ae.certified", "ae.ordered"):
            states[instalment] = family.removeprefix("ae.")
    asked: dict[str, Any] = {
        "at": at,
        "then": then,
        "shares": list(left),
        "grants": [grant for grant, _line in reserved],
    }
    with connection.cursor() as cursor:
        cursor.execute(SHARES, asked)
        told = [row for row in cursor.fetchall() if row[0] in left or (row[1], row[2]) in reserved]
    versions = _versions({row[7] for row in told if row[7]})
    shares, places = [], {}
    for row in told:
        places[row[0]] = Place(row[0], row[1], row[5], row[6], row[10])
        shares.append(_share(row, left, paid, states, versions.get(row[7]), rates[row[2]], at))
    return shares, places


def _share(row: Sequence[Any], left: Any, paid: Any, states: Any, version: Any, rates: Any, at: datetime) -> Share:
    pk, _grant, line, cents, place, _name, _reference, _version, engaged_at, started_on, convention, months = row[:12]
    instalments, statements, before, stopped = (_json(row[12]), _json(row[13]), _json(row[14]), row[15])
    first, planned, milestones, expenses = version or (None, None, (), {})
    if before:  # an amendment came after that instant
        months, cents = before["months"], before["shares"].get(str(pk), cents)
    months = months or planned or 0
    begins = started_on or first or clock.civil(engaged_at or at)
    return Share(
        pk=pk,
        line=line,
        cents=cents,
        left=left.get(pk, cents),
        paid=paid.get(pk, 0),
        starts=month_of(begins.year, begins.month),
        months=months,
        conventioned=convention is not None,
        milestones=tuple(milestones),
        expenses=expenses.get(place, {}),
        instalments=tuple(_planned(one, states) for one in instalments or ()),
        statements=tuple(_statement(one) for one in statements or ()),
        advance_bp=rates.get(Ceiling.Rule.ADVANCE, 0),
        before_bp=rates.get(Ceiling.before_balance(months), WHOLE),
        stopped=stopped,
    )


def _planned(one: Any, states: dict[int, str]) -> Planned:
    pk, kind, cents, year, is_paid, claim, waits = one
    return Planned(pk, kind, cents, year, "paid" if is_paid else states.get(pk, "planned"), frozenset(waits), claim)


def _statement(one: Any) -> Statement:
    pk, final, accepted, base, forecast, final_cents, cents = one
    return Statement(pk, cents or 0, base, forecast, bool(accepted), final_cents if accepted else None, final)


def _json(held: Any) -> Any:
    return json.loads(held) if isinstance(held, str) else held


def _versions(keys: set[int]) -> dict[int, Any]:
    """{version: (first day or None, months, milestones, {establishment: {year: expenses}})}."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [sorted(keys)])
        return {
            pk: (
                date.fromisoformat(first) if first else None,
                months,
                milestones or (),
                {int(place): {int(y): c for y, c in (of or {}).items()} for place, of in (_json(places) or {}).items()},
            )
            for pk, first, months, milestones, places in cursor.fetchall()
        }
