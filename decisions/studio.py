"""Reads what a plan of a wave is made of: the ranked dossiers, the money left, the territories; five queries, whatever the number of dossiers."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q

from applications.models import Application
from applications.models.dossier import open_to
from calls.models import Wave
from directory.models import Departement
from funding.models import Account
from reviews.models import RankingLine

from .models import Scenario
from .programming import Fund, Member, Part, Plan, Row, drafted, plan, spread

ORDER = {"main": 0, "reserve": 1}  # then the others

# Proposals that wait and decisions in force, of the call: one row a share.
PROMISED = """
  SELECT p.application_id, a.version_id, p.kind, p.state, coalesce(d.number, ''), s.establishment_id, s.line_id, s.cents
    FROM decisions_proposal p
    JOIN applications_application a ON a.id = p.application_id
    JOIN calls_wave w ON w.id = a.wave_id AND w.call_id = %s
    LEFT JOIN decisions_decision d ON d.proposal_id = p.id
    LEFT JOIN decisions_proposalshare s ON s.proposal_id = p.id
   WHERE p.state = 'proposed' OR (p.state = 'approved' AND d.state <> 'revoked')
   ORDER BY p.id, s.id
"""
# Members of deposited versions, the coordinator first, each with its expenses by year.
MEMBERS = """
  SELECT v.id, (m->>'establishment')::bigint, m->>'name', (m->'plan'->>'aid_cents')::bigint, m->>'kind', m->>'region', m->>'ght',
         (SELECT jsonb_object_agg(year, cents) FROM (
            SELECT l->>'year' AS year, sum((l->>'cents')::bigint) AS cents FROM jsonb_array_elements(m->'lines') l GROUP BY 1) by_year)
    FROM applications_version v, jsonb_array_elements(v.content->'members') WITH ORDINALITY AS one(m, place)
   WHERE v.id = ANY(%s)
   ORDER BY v.id, place
"""
# What scenarios give, part by part, then the dossiers that they set aside.
DRAWN = """
  SELECT scenario_id, application_id, establishment_id, line_id, cents, '' AS reason, id
    FROM decisions_scenariopart WHERE scenario_id = ANY(%(scenarios)s)
  UNION ALL
  SELECT scenario_id, application_id, NULL, NULL, 0, reason, id
    FROM decisions_scenarioaside WHERE scenario_id = ANY(%(scenarios)s)
   ORDER BY id
"""


@dataclass(frozen=True)
class Ground:
    """A wave as this person reads it. `rows`: in the order in which they may be called, unlocked ones without an aid yet; `already`:
    départements of the main lists of earlier waves; `regions`: {code: name}; `withheld`: dossiers that a link shuts to them."""

    wave: Wave
    rows: tuple[Row, ...]
    funds: tuple[Fund, ...]
    populations: Mapping[str, tuple[str, int]]
    already: frozenset[str]
    regions: Mapping[str, str]
    withheld: int = 0

    @property
    def main(self) -> int:
        """How many of the main list: where the cut-off is first."""
        return sum(1 for row in self.rows if row.list == "main")

    def plan(self, rows: Iterable[Row], cut: int) -> Plan:
        return plan(list(rows), cut, self.funds, self.populations, self.already)


def read(wave: Wave, user: Any) -> Ground:
    lines = list(_lines(wave, user))
    own = [line for line in lines if line.wave == wave.pk and line.shown]
    promised = _promised(wave)
    versions = {line.version for line in own} | {version for version, *_rest in promised.values()}
    members = _members([version for version in versions if version])
    territories = Departement.objects.select_related("region").order_by("code")
    places = list(territories.values_list("code", "region_id", "population", "region__name"))
    return Ground(
        wave=wave,
        rows=tuple(_row(line, members.get(line.version, ()), promised.get(line.application_id)) for line in own),
        funds=tuple(_funds(wave, promised, members)),
        populations={code: (region, people) for code, region, people, _name in places},
        already=frozenset(code for line in lines if line.wave != wave.pk for code in line.sites or ()),
        withheld=sum(1 for line in lines if line.wave == wave.pk and not line.shown),
        regions={region: name for _code, region, _people, name in places},
    )


def _lines(wave: Wave, user: Any) -> list[Any]:
    """The closed ranking of the wave as it may be called, and the main lists of the waves before it."""
    mine = Q(session__wave=wave, session__state="closed")
    before = Q(session__wave__call=wave.call_id, session__wave__number__lt=wave.number, list="main")
    rows = RankingLine.objects.filter(mine | before & Q(session__state="closed")).annotate(
        wave=F("session__wave"),
        shown=ExpressionWrapper(Q(open_to(user)), BooleanField()),
        version=F("application__version"),
        state=F("application__state"),
        reference=F("application__reference"),
        acronym=F("application__acronym"),
        coordinator=F("application__coordinator__name"),
    )
    read = rows.values_list(*READ, named=True)
    return sorted(
        read, key=lambda line: (ORDER.get(line.list, 2), line.reserve_order or 0, line.rank, line.application_id)
    )


READ = (
    *("application_id", "rank", "list", "score_num", "score_den", "reason", "sites", "reserve_order"),
    *("shown", "wave", "version", "state", "reference", "acronym", "coordinator"),
)
Promised = dict[
    int, tuple[int, str, str, list[Part]]
]  # dossier: its version, its lock, its decision's number, its shares


def _promised(wave: Wave) -> Promised:
    found: Promised = {}
    with connection.cursor() as cursor:
        cursor.execute(PROMISED, [wave.call_id])
        for dossier, version, kind, state, number, establishment, line, cents in cursor.fetchall():
            lock = "refused" if kind != "award" else "proposed" if state == "proposed" else "decided"
            held = found.setdefault(dossier, (version, lock, number, []))
            if line is not None:
                held[3].append(Part(establishment, line, cents))
    return found


def _members(versions: list[int]) -> dict[int, tuple[Member, ...]]:
    found: dict[int, list[Member]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, [versions])
        for version, establishment, name, asked, kind, region, ght, years in cursor.fetchall():
            dated = _parse_years(years)
            found[version].append(Member(establishment, name, asked, dated, kind or "", region or "", ght or ""))
    return {version: tuple(members) for version, members in found.items()}


def _parse_years(years: Any) -> dict[int, int]:
    held = json.loads(years) if isinstance(years, str) else years or {}
    return {int(year): int(cents) for year, cents in held.items()}


def _row(line: Any, members: tuple[Member, ...], promised: tuple[int, str, str, list[Part]] | None) -> Row:
    gone = line.state != Application.State.ADMISSIBLE
    return Row(
        application=line.application_id,
        reference=line.reference,
        rank=line.rank,
        list=line.list,
        members=members,
        parts=tuple(promised[3]) if promised else (),
        lock=promised[1] if promised else "gone" if gone else "",
        score=(200 * line.score_num + line.score_den) // (2 * line.score_den),
        sites=frozenset(line.sites or ()),
        acronym=line.acronym,
        coordinator=line.coordinator,
        reason=line.reason,
        number=promised[2] if promised else "",
    )


def _funds(wave: Wave, promised: Promised, members: Mapping[int, tuple[Member, ...]]) -> list[Fund]:
    """AE available less what waits; CP opened, less the calendars of what waits or is decided."""
    labels, available, budget = {}, {}, {}
    rows: Any = Account.objects.filter(line__call=wave.call_id, family__in=("ae.available", "cp.budget"))
    read = rows.order_by("line__code", "year").values_list("line", "line__label", "family", "year", "balance__cents")
    for pk, label, family, year, cents in read:
        labels[pk] = label
        if family == "ae.available":
            available[pk] = cents
        elif year is not None:
            budget[pk, year] = -cents
    waiting: Counter[int] = Counter()
    dated: Counter[tuple[int, int]] = Counter()
    for version, lock, _number, parts in promised.values():
        consortium = members.get(version, ())
        by_id = {member.establishment: member for member in consortium}
        for part in parts:
            waiting[part.line] += part.cents if lock == "proposed" else 0
            for year, cents in spread(part.cents, by_id.get(part.establishment), consortium).items():
                dated[part.line, year] += cents
    found = []
    for pk, label in labels.items():
        years = {year for line, year in (*budget, *dated) if line == pk}
        opened = {year: budget.get((pk, year), 0) for year in sorted(years)}
        left = {year: cents - dated[pk, year] for year, cents in opened.items()}
        found.append(Fund(pk, label, available.get(pk, 0) - waiting[pk], left))
    return found


def drawn(ground: Ground, scenario: Scenario | None = None) -> list[Row]:
    """The rows with their aids: those of a scenario, else what each member asks, source by source."""
    return drafted(ground.rows, ground.funds) if scenario is None else drawn_each(ground, [scenario])[0]


def drawn_each(ground: Ground, scenarios: Sequence[Scenario]) -> list[list[Row]]:
    """For each scenario, the rows with their aids. One query."""
    parts: dict[tuple[int, int], list[Part]] = defaultdict(list)
    asides: dict[tuple[int, int], str] = {}
    with connection.cursor() as cursor:
        cursor.execute(DRAWN, {"scenarios": [scenario.pk for scenario in scenarios]})
        for scenario, dossier, establishment, line, cents, reason, _pk in cursor.fetchall():
            if line is None:
                asides[scenario, dossier] = reason
            else:
                parts[scenario, dossier].append(Part(establishment, line, cents))
    keys = [[(scenario.pk, row.application) for row in ground.rows] for scenario in scenarios]
    return [
        [
            row if row.lock else replace(row, parts=tuple(parts.get(key, ())), aside=asides.get(key, ""))
            for row, key in zip(ground.rows, keyed, strict=True)
        ]
        for keyed in keys
    ]
