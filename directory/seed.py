"""Public facts at the start: 18 regions, 101 départements, 32 CHU and CHR; and what the map and the laureates need."""

import csv
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from . import identifiers
from .actions import add_gcs_member, create_establishment
from .models import Departement, Establishment, Region, User

DATA = Path(__file__).resolve().parent / "data"
# Combined activity is not public in one number: fictitious, of the order of a CHU's, and shown as such.
FICTITIOUS_ACTIVITY = {"CHU": 120_000, "CHR": 90_000}
FIRST_NUMBERS = 100  # the fictitious SIRET of the real hospitals; fictitious bodies are numbered after them


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def shapes() -> Mapping[str, Any]:
    """Outlines for the map: `departements` and `regions` {code: [path…]}, `viewBox_metropole`, `viewBox_drom_ordre`."""
    return json.loads((DATA / "france_svg_paths.json").read_text(encoding="utf-8"))


@cache
def populations() -> Mapping[str, tuple[str, int]]:
    """{département: (region, inhabitants)} straight from the file: the table holds the same."""
    return {row["code"]: (row["region"], int(row["population_insee"])) for row in rows("departements")}


@cache
def laureates() -> Mapping[str, tuple[str, ...]]:
    """{project: FINESS of its known hospitals} for the laureates that public sources confirm."""
    found: dict[str, list[str]] = {}
    for row in rows("chu_chr"):
        if row["projet"]:
            found.setdefault(row["projet"], []).append(row["finess_ej"])
    return {project: tuple(members) for project, members in found.items()}


@transaction.atomic
def load(*, at: datetime | None = None) -> dict[str, int]:
    """Brings the tables to what the files say; a hospital already there is left as it is. Idempotent."""
    for row in rows("regions_ars"):
        names = {"name": row["region"].replace("'", "’"), "ars": row["ars"].replace("'", "’")}
        Region.objects.update_or_create(
            code=row["code_insee"], defaults=names | {"svg_code": row["code_svg"], "overseas": row["drom"] == "oui"}
        )
    for row in rows("departements"):
        Departement.objects.update_or_create(
            code=row["code"],
            defaults={
                "name": row["departement"].replace("'", "’"),
                "region_id": row["region"],
                "population": int(row["population_insee"]),
            },
        )
    return {"regions": Region.objects.count(), "departements": Departement.objects.count(), "hospitals": _hospitals(at)}


def _hospitals(at: datetime | None) -> int:
    groups = {row["finess_ej"]: row["ght_code"] for row in rows("ght")}
    here = set(Establishment.objects.exclude(finess=None).values_list("finess", flat=True))
    known = rows("chu_chr")
    for number, row in enumerate(known, start=FIRST_NUMBERS):
        if row["finess_ej"] not in here:
            create_establishment(
                finess=row["finess_ej"],
                siret=identifiers.fictitious_siret(number),
                name=row["nom"].replace("'", "’"),
                kind=Establishment.Kind.PUBLIC,
                category=row["categorie"],
                ght_code=groups.get(row["finess_ej"], ""),
                departement=row["departement"],
                activity=FICTITIOUS_ACTIVITY[row["categorie"]],
                fictitious=False,
                by=None,
                at=at,
            )
    return len(known)


def fictitious_body(
    number: int,
    *,
    name: str,
    kind: str,
    category: str,
    departement: str,
    activity: int = 0,
    ght_code: str = "",
    gcs_of: Iterable[str] = (),
    with_finess: bool = True,
    by: User | None = None,
    at: datetime | None = None,
) -> Establishment:
    """The `number`-th (1,000 and more) body with identifiers of nobody; `gcs_of`: FINESS of a GCS's members."""
    if number < 1000:
        raise ValueError("numbers under 1,000 belong to the hospitals of the public file")
    body = create_establishment(
        finess=identifiers.fictitious_finess(number) if with_finess else None,
        siret=identifiers.fictitious_siret(number),
        name=name,
        kind=kind,
        category=category,
        ght_code=ght_code,
        departement=departement,
        activity=activity,
        fictitious=True,
        by=by,
        at=at,
    )
    for member in Establishment.objects.filter(finess__in=list(gcs_of)).order_by("finess"):
        add_gcs_member(body, member, by=by, at=at)
    return body
