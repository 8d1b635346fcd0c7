"""Verbs that load files into the register: the national file of sites, the GHT, the declared activity.

Each may be run again with the same file (nothing changes) or a newer one (what changed is corrected); nothing is ever
removed. What is not loaded, or is to be looked at, is told line by line to `tell`. The national file has some 100,000
lines: it is read twice as a stream, and written by batches, one transaction each; a run that was stopped is begun again.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import UPKEEP, record
from edsh_portal.workflow import Refused

from .. import finess, identifiers, permissions
from ..finess import Aside, Line
from ..models import Departement, Establishment, RegisterImport, Site, User
from .establishments import create_establishment, fold
from .start import instant, need

BATCH_BODIES, BATCH_SITES = 200, 1000
Tell = Callable[[Aside], None]
UPKEEP |= {"establishment.created", "establishment.updated", "register.imported"}


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    held = iter(rows)
    while chunk := list(islice(held, size)):
        yield chunk


def import_register(path: Path, *, tell: Tell, by: User | None, at: datetime | None = None) -> Counter[str]:
    """Loads the sites of the national file and their legal entities.

    Counts: lines, rejected, skipped, doubtful · bodies_created, bodies_changed, bodies_absent · sites_created,
    sites_changed, sites_absent. Refused D07 when the file is of no layout known or no territory is loaded yet.
    """
    need(by is None or permissions.can_manage_people(by), "import_register")
    at = instant(at)
    places = set(Departement.objects.values_list("code", flat=True))
    if not places:
        raise Refused(_("Chargez d’abord les départements : « manage.py load_reference »."), code="D07")
    counts: Counter[str] = Counter()
    heads, where = _survey(path, tell, counts)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    run = RegisterImport.objects.create(sha256=sha256, lines=counts["lines"], at=at, by=by)
    bodies: dict[str, int] = {}
    for chunk in batches(heads.values(), BATCH_BODIES):
        bodies |= _bodies(chunk, places, tell, counts, by, at)
    loaded = (line for line in finess.read(finess.lines(path)) if isinstance(line, Line) and line.finess_ej in bodies)
    for chunk in batches(loaded, BATCH_SITES):
        _sites(chunk, bodies, places, run, counts)
    _absent(run, where & places, tell, counts)
    record("register.imported", run, by=by, at=at, sha256=sha256, **counts)
    return counts


def _survey(path: Path, tell: Tell, counts: Counter[str]) -> tuple[dict[str, Line], set[str]]:
    """The site that names each legal entity, and the départements met; tells what stays out. Writes nothing."""
    heads: dict[str, Line] = {}
    where: set[str] = set()
    try:
        for found in finess.read(finess.lines(path)):
            counts["lines"] += 1
            if isinstance(found, Aside):
                counts[found.nature] += 1
                tell(found)
                continue
            if found.doubt:
                _doubt(found.number, found.finess_et, found.doubt, tell, counts)
            where.add(found.departement)
            if found.finess_ej not in heads or found.order < heads[found.finess_ej].order:
                heads[found.finess_ej] = found
    except finess.Unreadable as error:
        raise Refused(str(error), code="D07") from error
    return heads, where


def _doubt(number: int, about: str, reason: str, tell: Tell, counts: Counter[str]) -> None:
    counts["doubtful"] += 1
    tell(Aside(number, "doubtful", about, reason))


@transaction.atomic
def _bodies(
    heads: list[Line], places: set[str], tell: Tell, counts: Counter[str], by: User | None, at: datetime
) -> dict[str, int]:
    """{FINESS EJ: id} of these legal entities, entered or corrected."""
    numbers = [line.finess_ej for line in heads]
    known = {
        body.finess: body
        for body in Establishment.objects.select_for_update(no_key=True).filter(finess__in=numbers).order_by("pk")
    }
    sirets = [line.siret for line in heads if line.siret]
    owners = dict(Establishment.objects.filter(siret__in=sirets).values_list("siret", "finess"))
    found = {}
    for line in heads:
        siret = line.siret
        if siret and owners.setdefault(siret, line.finess_ej) != line.finess_ej:
            reason = _("SIRET %(siret)s écarté : un autre établissement le porte déjà.") % {"siret": siret}
            _doubt(line.number, line.finess_ej, reason, tell, counts)
            siret = ""
        departement = line.departement if line.departement in places else None
        body = known.get(line.finess_ej)
        if body is None:
            body = _enter(line, siret, departement, by, at)
            counts["bodies_created"] += 1
        elif change(body, _corrections(body, line, siret, departement, tell, counts), by=by, at=at):
            counts["bodies_changed"] += 1
        found[line.finess_ej] = body.pk
    return found


def _enter(line: Line, siret: str, departement: str | None, by: User | None, at: datetime) -> Establishment:
    return create_establishment(
        finess=line.finess_ej,
        siret=siret,
        name=line.name,
        kind=line.kind,
        category=line.category,
        departement=departement,
        fictitious=identifiers.finess_fictitious(line.finess_ej),
        from_finess=True,
        by=by,
        at=at,
    )


def _corrections(
    body: Establishment, line: Line, siret: str, departement: str | None, tell: Tell, counts: Counter[str]
) -> dict[str, Any]:
    """What the file may correct: everything it gave; of a body that a person entered, only a SIRET that was missing or
    made up — and then the activity made up with it goes.
    """
    if body.from_finess:
        given = {"name": line.name, "sort_key": fold(line.name), "kind": line.kind, "category": line.category}
        return given | {"departement_id": departement} | ({"siret": siret} if siret else {})
    if not siret or body.fictitious or body.siret and not body.siret_fictitious:
        return {}
    if not body.activity_fictitious or not body.activity:
        return {"siret": siret}
    _doubt(line.number, line.finess_ej, _("L’activité fictive est remise à zéro : chargez l’activité."), tell, counts)
    return {"siret": siret, "activity": 0}


def change(body: Establishment, values: dict[str, Any], *, by: User | None, at: datetime) -> bool:
    """Writes what differs, with its event naming the fields; False when nothing does."""
    differing = {name: value for name, value in values.items() if getattr(body, name) != value}
    if not differing:
        return False
    for name, value in differing.items():
        setattr(body, name, value)
    body.save(update_fields=sorted(differing))
    record("establishment.updated", body, by=by, at=at, fields=sorted(differing))
    return True


SITE = ("establishment_id", "name", "category", "postcode", "town", "departement_id")


@transaction.atomic
def _sites(
    chunk: list[Line], bodies: dict[str, int], places: set[str], run: RegisterImport, counts: Counter[str]
) -> None:
    """Adds or corrects these sites in one statement, and marks them as read in this file."""
    rows = [
        Site(
            finess_et=line.finess_et,
            establishment_id=bodies[line.finess_ej],
            name=line.name,
            category=line.category,
            postcode=line.postcode,
            town=line.town,
            departement_id=line.departement if line.departement in places else None,
            read_in=run,
        )
        for line in chunk
    ]
    held = Site.objects.filter(finess_et__in=[row.finess_et for row in rows]).values_list("finess_et", *SITE)
    known = {finess_et: values for finess_et, *values in held}
    for row in rows:
        if row.finess_et not in known:
            counts["sites_created"] += 1
        elif known[row.finess_et] != [getattr(row, name) for name in SITE]:
            counts["sites_changed"] += 1
    changing = [name.removesuffix("_id") for name in SITE] + ["read_in"]
    Site.objects.bulk_create(rows, update_conflicts=True, unique_fields=["finess_et"], update_fields=changing)


def _absent(run: RegisterImport, where: set[str], tell: Tell, counts: Counter[str]) -> None:
    """Tells what earlier files held in the same départements and this one does not: perhaps closed. Nothing is removed."""
    gone = Site.objects.filter(departement__in=where, read_in__isnull=False).exclude(read_in=run).order_by("finess_et")
    for number in gone.values_list("finess_et", flat=True).iterator():
        counts["sites_absent"] += 1
        tell(Aside(0, "absent", number, _("Ce site n’est plus dans le fichier : il est gardé. Est-il fermé ?")))
    bodies = Establishment.objects.filter(departement__in=where, sites__isnull=False).exclude(sites__read_in=run)
    for number in bodies.distinct().order_by("finess").values_list("finess", flat=True).iterator():
        counts["bodies_absent"] += 1
        reason = _("Cette entité juridique n’a plus de site dans le fichier : elle est gardée. Est-elle fermée ?")
        tell(Aside(0, "absent", number, reason))
