"""Verbs that load files into the register: the national files of sites and of legal entities, the GHT, the declared activity.

Each may be run again with the same file (nothing changes) or a newer one (what changed is corrected); nothing is ever
removed. What is not loaded, or is to be looked at, is told line by line to `tell`. The national file of sites has some
100,000 lines: it is read twice as a stream, all of it before anything is written, then written by batches, one transaction and one
event « register.advanced » each. Others act between two batches; the same files again go on after the last one that was written.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import UPKEEP, record
from edsh_portal.models import Event
from edsh_portal.workflow import Refused

from .. import extracts, finess, identifiers, permissions
from ..finess import Aside, Body, Line
from ..models import Departement, Establishment, RegisterImport, Site, User
from .corrections import Corrected, corrected, spared
from .establishments import create_establishment, fold
from .start import instant, need

BATCH_BODIES, BATCH_SITES = 100, 1000
Tell = Callable[[Aside], None]
Advance = Callable[[int, int], None]  # how many legal entities are written, of how many
UPKEEP |= {"establishment.created", "establishment.updated", "register.begun", "register.advanced", "register.imported"}


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    held = iter(rows)
    while chunk := list(islice(held, size)):
        yield chunk


class Entry(NamedTuple):
    """What the two files say of one legal entity: the site that gives its category, its own line, the SIRET of its sites."""

    head: Line
    body: Body
    sirets: set[str]

    @property
    def departement(self) -> str:
        return self.body.departement or self.head.departement


class Run(NamedTuple):
    """A reading of the files that is being written: its row, what it counts so far (« bodies » and « sites » are those it has done)."""

    row: RegisterImport
    done: Counter[str]
    by: User | None
    at: datetime | None


def import_register(
    path: Path,
    bodies_path: Path,
    *,
    tell: Tell,
    advance: Advance = lambda done, of: None,
    by: User | None,
    at: datetime | None = None,
) -> Counter[str]:
    """Loads the sites of the national file, and their legal entities as the file of legal entities names them.

    A site lends its legal entity its category, never its name; its SIRET only when it is of the entity's own SIREN.
    Counts: lines, rejected, skipped, doubtful · bodies_created, bodies_changed, bodies_absent · sites_created,
    sites_changed, sites_absent. Refused D07 when a file is of no layout known or no territory is loaded yet. `advance` hears of each
    batch, and of those that an interrupted run of the same files had written.
    """
    need(by is None or permissions.can_manage_people(by), "import_register")
    places = set(Departement.objects.values_list("code", flat=True))
    if not places:
        raise Refused(_("Chargez d’abord les départements : « manage.py load_reference »."), code="D07")
    counts: Counter[str] = Counter()

    def tell_of_bodies(aside: Aside) -> None:
        tell(aside._replace(file=bodies_path.name))

    try:
        heads, sirets, where = _survey(path, tell, counts)
        entries = _entries(bodies_path, heads, sirets, tell_of_bodies, counts)
    except finess.Unreadable as error:
        raise Refused(str(error), code="D07") from error
    _unnamed(heads, entries, tell, counts)
    digests = {"sha256": _digest(path), "bodies_sha256": _digest(bodies_path)}
    run = _begun(digests, counts["lines"], by, at)
    _write(run, path, entries, places, tell_of_bodies, advance)
    counts.update({name: n for name, n in run.done.items() if name not in PLACES})
    _absent(run.row, where & places, tell, counts)
    record("register.imported", run.row, by=by, at=at, **digests, **dict[str, Any](counts))
    return counts


PLACES = ("bodies", "sites")  # in the count of a run: how far it is


@transaction.atomic
def _begun(digests: dict[str, str], lines: int, by: User | None, at: datetime | None) -> Run:
    """The last reading, when it was of these bytes and did not come to its end; a new one otherwise."""
    now = instant(at)
    last = RegisterImport.objects.order_by("pk").last()
    told = Event.objects.filter(subject_type=RegisterImport._meta.label_lower, subject_id=last.pk if last else 0)
    said = dict(told.order_by("pk").values_list("kind", "data"))
    if last and said.get("register.begun") == digests and "register.imported" not in said:
        return Run(last, Counter(said.get("register.advanced", {})), by, at)
    row = RegisterImport.objects.create(sha256=digests["sha256"], lines=lines, at=now, by=by)
    record("register.begun", row, by=by, at=now, **digests)
    return Run(row, Counter(), by, at)


def _write(
    run: Run, path: Path, entries: list[Entry], places: set[str], tell_of_bodies: Tell, advance: Advance
) -> None:
    """What the run has not written yet: the legal entities, then the sites."""
    advance(run.done["bodies"], len(entries))
    for chunk in batches(entries[run.done["bodies"] :], BATCH_BODIES):
        _bodies(chunk, places, tell_of_bodies, run)
        advance(run.done["bodies"], len(entries))
    numbers = {entry.body.finess for entry in entries}
    known = Establishment.objects.exclude(finess=None).values_list("finess", "pk")
    bodies = {number: pk for number, pk in known if number in numbers}
    found = (line for line in finess.read(extracts.lines(path)) if isinstance(line, Line) and line.finess_ej in bodies)
    for lines in batches(islice(found, run.done["sites"], None), BATCH_SITES):
        _sites(lines, bodies, places, run)


def _advanced(run: Run, at: datetime, place: str, by: int) -> None:
    """Ends the batch: its event says how far the run is, which is where the same files would go on."""
    run.done[place] += by
    record("register.advanced", run.row, by=run.by, at=at, **dict[str, Any](run.done))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _survey(path: Path, tell: Tell, counts: Counter[str]) -> tuple[dict[str, Line], dict[str, set[str]], set[str]]:
    """By legal entity, the site that gives its category and the SIRET of its sites; the départements met. Tells what stays
    out, writes nothing."""
    heads: dict[str, Line] = {}
    sirets: dict[str, set[str]] = {}
    where: set[str] = set()
    for found in finess.read(extracts.lines(path)):
        counts["lines"] += 1
        if isinstance(found, Aside):
            counts[found.nature] += 1
            tell(found)
            continue
        if found.doubt:
            doubt(found.number, found.finess_et, found.doubt, tell, counts)
        where.add(found.departement)
        sirets.setdefault(found.finess_ej, set()).add(found.siret)
        if found.finess_ej not in heads or found.order < heads[found.finess_ej].order:
            heads[found.finess_ej] = found
    return heads, sirets, where


def _entries(
    path: Path, heads: dict[str, Line], sirets: dict[str, set[str]], tell: Tell, counts: Counter[str]
) -> list[Entry]:
    """Those of these legal entities that their own file names, in the order of the sites."""
    named: dict[str, Body] = {}
    for found in finess.read_bodies(extracts.lines(path)):
        if isinstance(found, Aside):
            counts[found.nature] += 1
            tell(found)
        elif found.finess in heads:
            named[found.finess] = found
            if found.doubt:
                doubt(found.number, found.finess, found.doubt, tell, counts)
    return [Entry(head, named[number], sirets[number]) for number, head in heads.items() if number in named]


def _unnamed(heads: dict[str, Line], entries: list[Entry], tell: Tell, counts: Counter[str]) -> None:
    """A legal entity that its own file does not name stays out, and its sites: no site speaks for it."""
    named = {entry.body.finess for entry in entries}
    for number, head in heads.items():
        if number not in named:
            counts["rejected"] += 1
            reason = _("Son entité juridique %(finess)s n’est pas dans le fichier des entités juridiques.")
            tell(Aside(head.number, "rejected", head.finess_et, reason % {"finess": number}))


def doubt(number: int, about: str, reason: str, tell: Tell, counts: Counter[str]) -> None:
    counts["doubtful"] += 1
    tell(Aside(number, "doubtful", about, reason))


@transaction.atomic
def _bodies(entries: list[Entry], places: set[str], tell: Tell, run: Run) -> None:
    """Enters or corrects these legal entities."""
    numbers = [entry.body.finess for entry in entries]
    known = {
        body.finess: body
        for body in Establishment.objects.select_for_update(no_key=True).filter(finess__in=numbers).order_by("pk")
    }
    corrections = corrected(list(known.values()))
    at, counts = instant(run.at), run.done
    sirets = [siret for entry in entries if (siret := entry.body.seat(entry.sirets))]
    owners = dict(Establishment.objects.filter(siret__in=sirets).values_list("siret", "finess"))
    for entry in entries:
        number, siret = entry.body.finess, _seat(entry, owners, tell, counts)
        departement = entry.departement if entry.departement in places else None
        body = known.get(number)
        if body is None:
            _enter(entry, siret, departement, run.by, at)
            counts["bodies_created"] += 1
        else:
            values = _corrections(body, entry, siret, departement, tell, counts)
            if change(body, _spared(body, values, corrections, entry, tell, counts), by=run.by, at=at):
                counts["bodies_changed"] += 1
    _advanced(run, at, "bodies", len(entries))


def _spared(
    body: Establishment, values: dict[str, Any], corrections: Corrected, entry: Entry, tell: Tell, counts: Counter[str]
) -> dict[str, Any]:
    """What the file may write of this body, what people corrected left as it is and told."""

    def told(reason: str) -> None:
        doubt(entry.body.number, entry.body.finess, reason, tell, counts)

    return spared(body, values, corrections.get(body.pk, {}), told)


def _seat(entry: Entry, owners: dict[str, str | None], tell: Tell, counts: Counter[str]) -> str:
    """The SIRET of the seat, "" when the files give none or another establishment bears it; `owners` {SIRET: FINESS}."""
    body, siret = entry.body, entry.body.seat(entry.sirets)
    reason = ""
    if siret and owners.setdefault(siret, body.finess) != body.finess:
        reason = _("SIRET %(siret)s écarté : un autre établissement le porte déjà.") % {"siret": siret}
    elif not siret and any(entry.sirets):
        reason = _("Aucun SIRET de ses sites n’est du SIREN de l’entité juridique (%(siren)s) : celui du siège manque.")
        reason %= {"siren": body.siren or _("non donné")}
    if reason:
        doubt(body.number, body.finess, reason, tell, counts)
    return "" if reason else siret


def _enter(entry: Entry, siret: str, departement: str | None, by: User | None, at: datetime) -> Establishment:
    return create_establishment(
        finess=entry.body.finess,
        siret=siret,
        name=entry.body.name,
        kind=entry.head.kind,
        category=entry.head.category,
        departement=departement,
        fictitious=identifiers.finess_fictitious(entry.body.finess),
        from_finess=True,
        by=by,
        at=at,
    )


def _corrections(
    body: Establishment, entry: Entry, siret: str, departement: str | None, tell: Tell, counts: Counter[str]
) -> dict[str, Any]:
    """What the file may correct: everything it gave; of a body that a person entered, only a SIRET that was missing or
    made up — and then the activity made up with it goes.
    """
    if body.from_finess:
        name, head = entry.body.name, entry.head
        given = {"name": name, "sort_key": fold(name), "kind": head.kind, "category": head.category}
        return given | {"departement_id": departement} | ({"siret": siret} if siret else {})
    if not siret or body.fictitious or body.siret and not body.siret_fictitious:
        return {}
    if not body.activity_fictitious or not body.activity:
        return {"siret": siret}
    reason = _("L’activité fictive est remise à zéro : chargez l’activité.")
    doubt(entry.body.number, entry.body.finess, reason, tell, counts)
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
def _sites(chunk: list[Line], bodies: dict[str, int], places: set[str], run: Run) -> None:
    """Adds or corrects these sites in one statement, and marks them as read in this file."""
    at, counts = instant(run.at), run.done
    rows = [
        Site(
            finess_et=line.finess_et,
            establishment_id=bodies[line.finess_ej],
            name=line.name,
            category=line.category,
            postcode=line.postcode,
            town=line.town,
            departement_id=line.departement if line.departement in places else None,
            read_in=run.row,
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
    _advanced(run, at, "sites", len(chunk))


def _absent(run: RegisterImport, where: set[str], tell: Tell, counts: Counter[str]) -> None:
    """Tells what earlier files held in the same départements and this one does not: perhaps closed. Nothing is removed."""
    gone = Site.objects.filter(departement__in=where, read_in__isnull=False).exclude(read_in=run).order_by("finess_et")
    for number in gone.values_list("finess_et", flat=True).iterator():
        counts["sites_absent"] += 1
        tell(Aside(0, "absent", number, _("Ce site n’est plus dans le fichier : il est conservé. Est-il fermé ?")))
    bodies = Establishment.objects.filter(departement__in=where, sites__isnull=False).exclude(sites__read_in=run)
    for finess_number in bodies.distinct().order_by("finess").values_list("finess", flat=True).iterator():
        counts["bodies_absent"] += 1
        reason = _("Cette entité juridique n’a plus de site dans le fichier : elle est conservée. Est-elle fermée ?")
        tell(Aside(0, "absent", finess_number or "", reason))
