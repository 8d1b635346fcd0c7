"""The studio of a wave: its ranked dossiers under a cut-off that is moved, what is left of each source and year, and the solver's advice."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications import rules
from calls.models import Wave
from directory.models import Establishment
from edsh_portal import asked
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.numbers import count as counted

from .. import actions, permissions, studio
from ..forms.fields import typed
from ..forms.scenario import KeepForm
from ..models import SEES_DECISIONS, Scenario
from ..programming import Plan, Row, Standing, compare
from ..programming.plan import AWARDED, Region

GET_OR_POST = ["GET", "HEAD", "POST"]
EVERY = "tous"  # « dossier=tous »: the members of each


def wave_of(number: int) -> Wave:
    return ranked(Wave.objects.filter(number=number).select_related("call", "session").order_by("-call").first())


def ranked(wave: Wave | None) -> Wave:
    """It, when its session is closed: there is nothing to programme of another."""
    if wave is None or not hasattr(wave, "session") or wave.session.state != "closed":
        raise Http404
    return wave


@dataclass(frozen=True)
class Amount:
    """A line of the table: a dossier, or one of its members."""

    name: str
    asked: int
    cents: int
    rate: float | None
    years: list[tuple[int, int]]
    sources: list[tuple[str, int]]


@dataclass(frozen=True)
class Shown:
    """A row as the page has it."""

    standing: Standing
    amount: Amount
    members: list[Amount]

    @property
    def row(self) -> Row:
        return self.standing.row


@dataclass(frozen=True)
class Table:
    """What the page and its fragment show of a plan."""

    ground: studio.Ground
    plan: Plan
    opened: str = ""
    may_draw: bool = False

    @cached_property
    def labels(self) -> dict[int, str]:
        return {fund.line: fund.label for fund in self.ground.funds}

    @property
    def rows(self) -> list[Shown]:
        return [self._shown(standing) for standing in self.plan.rows]

    def _shown(self, standing: Standing) -> Shown:
        row = standing.row
        expenses = sum(sum(member.years.values()) for member in row.members)
        amount = self._amount(row.reference, row.asked, expenses, row)
        opened = row.reference == self.opened or self.opened == EVERY
        return Shown(standing, amount, self._members(row) if opened else [])

    def _members(self, row: Row) -> list[Amount]:
        found = []
        for member in row.members:
            parts = tuple(part for part in row.parts if part.establishment == member.establishment)
            own = Row(row.application, row.reference, row.rank, row.list, (member,), parts)
            found.append(self._amount(member.name, member.asked, sum(member.years.values()), own))
        return found

    def _amount(self, name: str, asked_cents: int, expenses: int, row: Row) -> Amount:
        rate = rules.rate_bp(row.cents, expenses)
        sources: dict[int, int] = {}
        for part in row.parts:
            sources[part.line] = sources.get(part.line, 0) + part.cents
        return Amount(
            name=name,
            asked=asked_cents,
            cents=row.cents,
            rate=None if rate is None or not row.cents else rate / 100,
            years=[(year, row.years.get(year, 0)) for year in self.plan.years],
            sources=[(self.labels[line], cents) for line, cents in sorted(sources.items())],
        )

    @property
    def regions(self) -> list[dict[str, Any]]:
        return [
            {
                "name": self.ground.regions.get(region.code, region.code or _("Hors région")),
                "count": region.count,
                "kinds": _kinds(region),
                "cents": region.cents,
            }
            for region in self.plan.regions
        ]

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Each source, and what is left of each year that the table shows."""
        return [
            {
                "of": source,
                "years": [(year, {y: left for y, _t, left in source.years}.get(year, 0)) for year in self.plan.years],
            }
            for source in self.plan.sources
        ]

    @property
    def share(self) -> float:
        return share(self.plan)

    @property
    def columns(self) -> int:
        return 7 + len(self.plan.years)

    @property
    def next(self) -> list[Row]:
        """The next of the reserve, once aids are proposed, when what is left suffices for it beside the rest of the main list."""
        waiting = [standing.row for standing in self.plan.rows if standing.row.callable and not standing.row.lock]
        first = next((row for row in waiting if row.list == "reserve"), None)
        begun = any(standing.state in AWARDED for standing in self.plan.rows)
        if first is None or not (begun and first.parts):
            return []
        left = {fund.line: fund.ae for fund in self.ground.funds}
        for row in (*(row for row in waiting if row.list == "main"), first):
            for part in row.parts:
                left[part.line] -= part.cents
        return [first] if min(left.values()) >= 0 else []

    @property
    def fewer(self) -> int:
        return max(self.plan.cut - 1, 0)

    @property
    def more(self) -> int:
        return min(self.plan.cut + 1, self.plan.most)


def share(plan: Plan) -> float:
    """Of the population, in percents, that the départements of a plan hold."""
    return float(plan.covered.share * 100)


def _kinds(region: Region) -> str:
    labels = dict(Establishment.Kind.choices)
    return ", ".join(f"{labels.get(kind, kind)} {counted(n)}" for kind, n in sorted(region.kinds.items()))


def of_scenario(ground: studio.Ground, scenario: Scenario) -> Plan:
    return of_scenarios(ground, scenario)[0]


def of_scenarios(ground: studio.Ground, *scenarios: Scenario) -> list[Plan]:
    drawn = studio.drawn_each(ground, scenarios)
    return [ground.plan(rows, scenario.cut) for scenario, rows in zip(scenarios, drawn, strict=True)]


def _cut(request: HttpRequest, ground: studio.Ground, scenario: Scenario | None) -> int:
    most = sum(1 for row in ground.rows if row.callable)
    found = asked.numbered(request, "coupe", range(most + 1))
    return (scenario.cut if scenario else ground.main) if found is None else found


def _table(request: HttpRequest, ground: studio.Ground, scenario: Scenario | None) -> Table:
    rows = studio.drawn(ground, scenario)
    opened = asked.choice(request, "dossier", {EVERY, *(row.reference for row in ground.rows)})
    may_draw = (
        scenario is not None and scenario.frozen_at is None and permissions.can_edit_scenario(request.user, scenario)
    )
    return Table(ground, ground.plan(rows, _cut(request, ground, scenario)), opened, may_draw)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_DECISIONS)
def programme_wave(request: HttpRequest, number: int) -> HttpResponse:
    """The page; the table alone for htmx; what a POST keeps is a scenario under the name that is given."""
    wave = wave_of(number)
    scenarios = list(Scenario.objects.visible_to(request.user).for_list().filter(wave=wave))
    chosen = asked.numbered(request, "scenario", [one.pk for one in scenarios])
    scenario = next((one for one in scenarios if one.pk == chosen), None)
    ground = studio.read(wave, request.user)
    table = _table(request, ground, scenario)
    may_keep = permissions.can_keep_scenario(request.user)
    context = {"wave": wave, "table": table, "scenario": scenario, "may_keep": may_keep}
    if request.method == "GET" and request.headers.get("HX-Request"):
        return render(request, "decisions/_studio.html", context)
    form = KeepForm(typed(request), initial={"cut": table.plan.cut}, most=table.plan.most)
    kept = _kept(request, wave, form, [standing.row for standing in table.plan.rows])
    if kept is not None:
        return redirect("decisions:scenario", kept.pk)
    context |= {
        "form": form,
        "scenarios": scenarios,
        "sees_scenarios": permissions.can_see_scenarios(request.user),
        "withheld": ground.withheld,
    }
    return render(request, "decisions/studio.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, wave: Wave, form: KeepForm, rows: list[Row]) -> Scenario | None:
    made: list[Scenario] = []
    if request.method == "POST" and carried(
        form,
        lambda data: made.append(actions.keep_scenario(wave, data["name"], data["cut"], rows, by=request.user)),
    ):
        messages.success(
            request, _("Le scénario est enregistré : vous seul le voyez, tant que vous ne le partagez pas.")
        )
    return made[0] if made else None


@require_safe
@role_required(*SEES_DECISIONS)
def programme_advice(request: HttpRequest, number: int) -> HttpResponse:
    """What the solver would keep, its rule, and each departure from the ranking; it writes nothing."""
    from ..programming.advice import advise  # HiGHS and numpy: 16 MB of a process, where it is asked for

    wave = wave_of(number)
    ground = studio.read(wave, request.user)
    rows = studio.drawn(ground)
    advice = advise(rows, ground.funds)
    by_rule = ground.plan(rows, ground.main)
    chosen = {row.application: row for row in advice.rows}
    others = [
        chosen.get(row.application, row if row.lock else _left_out(row, row in advice.departures)) for row in rows
    ]
    last = max((place for place, row in enumerate(others, 1) if row.application in chosen), default=0)
    advised = ground.plan(others, last)
    context = {
        "wave": wave,
        "advice": advice,
        "table": Table(ground, advised),
        "rule": by_rule,
        "difference": compare(by_rule, advised),
    }
    return render(request, "decisions/advice.html", context)


def _left_out(row: Row, departed: bool) -> Row:
    return replace(row, aside=_("Conseil : ne tient pas avec les autres") if departed else row.aside)
