"""One function per dashboard figure: the page, the CSV and the API read the same dictionaries."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, Sum

from applications.models import Application, Membership
from calls.models import Call, Wave
from decisions.models import Decision
from directory import coverage
from directory.identifiers import finess_fictitious
from directory.models import Departement, Establishment
from funding import forecasts, ledger
from funding.forecasting import YEAR, Lack, year_of
from funding.models import Grant, Line

from .stage import Stage, with_stage


def current_call(request: Any = None) -> Call | None:
    """The call the portal runs: the last published, else the last drafted; asked for once a request."""
    if request is not None and hasattr(request, "current_call"):
        return request.current_call
    call = Call.objects.order_by(F("published_at").desc(nulls_last=True), "-id").first()
    if request is not None:
        request.current_call = call
    return call


def stages_by_wave(call: Call, user: Any) -> list[dict[str, Any]]:
    """Dossiers per wave and stage, as far as this person may know: [{wave, closes_at, total, stages: {code: count}}]."""
    staged: Any = with_stage(Application.objects.filter(wave__call=call), user)
    by_wave: dict[int, dict[str, int]] = {}
    for wave_id, stage, count in staged.values_list("wave_id", "stage").annotate(n=Count("id")):
        by_wave.setdefault(wave_id, {})[stage] = count
    rows = []
    for wave in call.waves.order_by("number"):
        stages = {stage: by_wave.get(wave.pk, {}).get(stage, 0) for stage in Stage.values}
        rows.append({"wave": wave.number, "closes_at": wave.closes_at, "total": sum(stages.values()), "stages": stages})
    return rows


def demand(call: Call) -> dict[str, int]:
    """What deposited dossiers ask, withdrawn ones apart: {count, requested_cents, total_cents}, and of them
    {rejected_count, rejected_cents}: those set aside before their evaluation, as inadmissible or ineligible."""
    asked = Application.objects.filter(wave__call=call, submitted_at__isnull=False).exclude(state="withdrawn")
    aside = Q(state__in=(Application.State.INADMISSIBLE, Application.State.INELIGIBLE))
    sums = asked.aggregate(
        rejected_count=Count("id", filter=aside),
        rejected_cents=Sum("requested_cents", filter=aside),  # named before what follows takes the name of its column
        count=Count("id"),
        requested_cents=Sum("requested_cents"),
        total_cents=Sum("total_cents"),
    )
    return {key: value or 0 for key, value in sums.items()}


def funding_by_source(call: Call) -> list[dict[str, Any]]:
    """Per source, from the ledger: opened, reserved, engaged (decided), contracted, certified, ordered, paid, available, cp."""
    signed = Sum("grant_shares__cents", filter=Q(grant_shares__convention__state__in=("signed", "closed")))
    lines = list(Line.objects.filter(call=call).annotate(contracted_cents=signed).order_by("code"))
    held = ledger.summaries([line.pk for line in lines])
    rows = []
    for line in lines:
        stands = held[line.pk]
        years = stands.pop("cp")
        rows.append(
            {
                "code": line.code,
                "label": line.label,
                "opened_cents": stands["opened"],
                "decided_cents": stands["reserved"] + stands["engaged"],
                "engaged_cents": stands["engaged"],
                "contracted_cents": line.contracted_cents or 0,
                "paid_cents": stands["paid"],
                "available_cents": stands["available"],
                "years": [
                    {
                        "year": year,
                        "opened_cents": of["opened"],
                        "ordered_cents": of["ordered"] + of["paid"],  # a flow, as what is paid of it
                        "paid_cents": of["paid"],
                        "available_cents": of["available"],
                    }
                    for year, of in sorted(years.items())
                ],
            }
        )
    return rows


def credits_to_come(call: Call, now: datetime) -> list[dict[str, Any]]:
    """Per source, the CP of each year that is not over, what is to come of them month by month, and the first lack or None."""
    found = forecasts.read(call, now)
    first, lacks = year_of(found.now), {lack.line: lack for lack in found.lacks}
    return [
        {
            "code": line.code,
            "label": line.label,
            "years": [
                {
                    "year": of.year,
                    "usable_cents": of.usable,
                    "paid_cents": of.paid,
                    "to_come_cents": of.to_come,
                    "left_cents": of.left,
                    "months": of.months,
                }
                for of in found.years
                if of.line == line.pk and of.year >= first
            ],
            "shortage": _lack(lacks[line.pk]) if line.pk in lacks else None,
        }
        for line in found.lines
    ]


def _lack(lack: Lack) -> dict[str, Any]:
    month = f"{lack.year}-{lack.month % YEAR + 1:02d}"
    return {"month": month, "cents": lack.cents, "year_end_cents": lack.by_year_end}


def totals(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Column sums of funding_by_source."""
    rows = list(rows)
    keys = ("opened_cents", "decided_cents", "engaged_cents", "contracted_cents", "paid_cents", "available_cents")
    return {key: sum(row[key] for row in rows) for key in keys}


def laureate_sites(call: Call) -> dict[str, list[str]]:
    """Département code → names of the establishments of notified laureates: members, and the members of member GCS.

    A body whose FINESS is of nobody has no place on a map of France: a GCS counts through its real members.
    """
    engaged = Grant.objects.filter(application__wave__call=call, engaged_at__isnull=False).exclude(state="voided")
    members = Membership.objects.filter(application__awards__in=engaged, state="accepted").values("establishment")
    carried = Q(pk__in=members) | Q(gcs_memberships__gcs__in=members)
    real = Establishment.objects.filter(carried, departement__isnull=False).exclude(finess=None)
    read = real.values_list("departement", "name", "finess").distinct()
    places = {(departement, name) for departement, name, finess in read if not finess_fictitious(finess)}
    sites: dict[str, list[str]] = {}
    for departement, name in sorted(places):
        sites.setdefault(departement, []).append(name)
    return sites


def coverages(call: Call) -> dict[str, dict[str, Any]]:
    """coverage_of() at both grains, from one reading of the territory."""
    read = territory(call)
    return {grain: coverage_of(call, grain, read=read) for grain in ("region", "departement")}


def territory(call: Call) -> tuple[list[Departement], dict[str, list[str]]]:
    """The départements with their regions, and where the laureates stand."""
    return list(Departement.objects.select_related("region").order_by("code")), laureate_sites(call)


def coverage_of(call: Call, grain: coverage.Grain = "region", *, read: Any = None) -> dict[str, Any]:
    """Population-weighted coverage by the notified laureates at a named grain, with one row per unit.

    {grain, covered_count, unit_count, covered_population, population, percent_tenths, units: [{code, name, population,
    covered, sites}]}. `percent_tenths` = 897 for 89.7 %, rounded half up for display only.
    """
    departements, sites = read or territory(call)
    populations = {d.code: (d.region_id, d.population) for d in departements}
    found = coverage.covered(sites, grain=grain, populations=populations)
    units: dict[str, dict[str, Any]] = {}
    for d in departements:
        code, name = (d.code, d.name) if grain == "departement" else (d.region_id, d.region.name)
        unit = units.setdefault(code, {"code": code, "name": name, "population": 0, "covered": False, "sites": []})
        unit["population"] += d.population
        unit["sites"] += sites.get(d.code, [])
        unit["covered"] = code in found.units
    return {
        "grain": grain,
        "covered_count": len(found.units),
        "unit_count": found.among,
        "covered_population": found.population,
        "population": found.total,
        "percent_tenths": int(found.share * 1000 + Fraction(1, 2)),
        "units": sorted(units.values(), key=lambda unit: unit["code"]),
    }


def decisions_by_kind(call: Call) -> dict[str, int]:
    """Notified decisions: {award, refusal, ineligible}."""
    counted = (
        Decision.objects.filter(application__wave__call=call, notified_at__isnull=False)
        .values_list("kind")
        .annotate(n=Count("id"))
    )
    return {"award": 0, "refusal": 0, "ineligible": 0} | dict(counted)


def summary(call: Call, user: Any) -> dict[str, Any]:
    """The five figures of the direction and what they come from."""
    funding = funding_by_source(call)
    region, departement = coverages(call).values()
    return {
        "waves": stages_by_wave(call, user),
        "demand": demand(call),
        "decisions": decisions_by_kind(call),
        "funding": totals(funding),
        "coverage": {
            grain["grain"]: {k: v for k, v in grain.items() if k not in ("units", "grain")}
            for grain in (region, departement)
        },
    }


def next_wave(call: Call, now) -> Wave | None:
    """The wave open now, else the next to open, else the last."""
    if (waves := getattr(call, "in_order", None)) is None:
        waves = call.in_order = list(call.waves.order_by("number"))  # type: ignore[attr-defined]  # asked twice by a home
    return next((w for w in waves if now < w.closes_at), waves[-1] if waves else None)
