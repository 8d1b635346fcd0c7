"""What is read of a session to schedule its hearings: who comes for each dossier, who may sit; and what a draft breaks, in words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application
from applications.permissions import WRITES
from directory.models import Affiliation
from edsh_portal import clock

from .hearings import Dossier, Instance
from .hearings import Slot as Time
from .hearings.calendar import Appointment, Person
from .models import Absence, Assignment, Hearing, Schedule, Seat, Sitting, Slot, Summons, Venue, in_words


def dossiers(schedule: Schedule) -> list[Application]:
    """Those of the ranking, in the order of their references."""
    rows = Application.objects.filter(rankings__session=schedule.session_id, state="admissible")
    return list(rows.select_related("coordinator__departement").order_by("reference"))


def teams(rows: Iterable[Application]) -> dict[int, set[int]]:
    """{dossier: its people}: those who write or sign today for its coordinator. One query."""
    by_place: dict[int, set[int]] = defaultdict(set)
    at = {row.pk: row.coordinator_id for row in rows}
    held = Affiliation.objects.filter(establishment__in=set(at.values()), ended_at=None, kind__in=WRITES)
    for establishment, person in held.filter(user__is_active=True).values_list("establishment", "user"):
        by_place[establishment].add(person)
    return {pk: set(by_place[place]) if place else set() for pk, place in at.items()}


def tied(rows: Sequence[int], people: Sequence[int]) -> dict[tuple[int, int], str]:
    """(person, dossier) → what keeps them from its hearing, in words: a link (strong, or not ruled yet), or that they withdrew from
    judging it. Two queries."""
    found: dict[tuple[int, int], str] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.user_id, d.id, s.fact FROM unnest(%s::bigint[]) AS d(id), review_shut(d.id, %s::bigint[]) s"
            " ORDER BY s.strong DESC, s.weight, s.fact",
            [[*rows], [*people]],
        )
        for person, dossier, fact in cursor.fetchall():
            found.setdefault((person, dossier), in_words(fact))
    left = Assignment.objects.filter(application__in=rows, expert__in=people, state__in=("recused", "suspended"))
    for person, dossier in left.values_list("expert", "application"):
        found.setdefault((person, dossier), _("déport déclaré"))
    return found


@dataclass
class Planned:
    """An instance, with the rows that it speaks of in the same order."""

    instance: Instance
    dossiers: list[Application]
    slots: list[Slot]
    venues: list[Venue]
    seats: list[Seat]
    links: dict[tuple[int, int], str]
    teams: dict[int, set[int]]


def begun(schedule: Schedule) -> set[int]:
    """Dossiers whose hearing was told, and has begun: nothing of it changes any more."""
    rows = Summons.objects.live().filter(schedule=schedule, starts_at__lte=clock.now())
    return set(rows.values_list("application", flat=True))


def of(schedule: Schedule) -> Planned:
    """What is still to be placed, at the slots that are to come."""
    past, everyone = begun(schedule), dossiers(schedule)
    rows = [row for row in everyone if row.pk not in past]
    slots = list(schedule.slots.filter(starts_at__gt=clock.now()).order_by("starts_at"))
    venues = list(schedule.venues.order_by("order", "pk"))
    seats = list(Seat.objects.filter(session=schedule.session_id).select_related("person").order_by("pk"))
    links = tied([row.pk for row in rows], [seat.person_id for seat in seats])
    people = teams(everyone)
    at_slot, at_seat, at_venue = _places(slots), _places(seats), _places(venues)
    at_row, by_person = _places(rows), {seat.person_id: place for place, seat in enumerate(seats)}
    hands = schedule.hearings.filter(locked=True, application__in=at_row, slot__in=at_slot)
    instance = Instance(
        schedule.seats,
        [Dossier(row.reference, frozenset(people[row.pk]), _region(row)) for row in rows],
        [Time(slot.pk, clock.civil(slot.starts_at).isoformat()) for slot in slots],
        [venue.name for venue in venues],
        [seat.pk for seat in seats],
        frozenset((by_person[person], at_row[dossier]) for person, dossier in links),
        frozenset((at_seat[seat], at_slot[slot]) for slot, seat in _away(schedule) if slot in at_slot),
        {at_row[h.application_id]: (at_slot[h.slot_id], at_venue[h.venue_id]) for h in hands},
    )
    return Planned(instance, rows, slots, venues, seats, links, people)


def _places(rows: Sequence[Any]) -> dict[int, int]:
    return {row.pk: place for place, row in enumerate(rows)}


def _region(row: Application) -> str:
    place = row.coordinator and row.coordinator.departement
    return str(place.region_id) if place else ""


def _away(schedule: Schedule) -> set[tuple[int, int]]:
    """(slot, seat) of those who are absent, or summoned to the jury of another wave meanwhile."""
    found = set(Absence.objects.filter(slot__schedule=schedule).values_list("slot", "seat"))
    seats = {seat.person_id: seat.pk for seat in Seat.objects.filter(session=schedule.session_id)}
    elsewhere = Summons.objects.live().exclude(schedule=schedule).filter(summoned__person__in=seats)
    for person, starts, ends in elsewhere.values_list("summoned__person", "starts_at", "ends_at"):
        met = schedule.slots.filter(starts_at__lt=ends, ends_at__gt=starts)
        found |= {(slot, seats[person]) for slot in met.values_list("pk", flat=True)}
    return found


# ── what a draft breaks ──────────────────────────────────────────────────────────────────────────────────────────────
def placed(schedule: Schedule) -> list[Hearing]:
    rows = schedule.hearings.select_related("application", "slot", "venue").prefetch_related("sittings__seat__person")
    return list(rows.order_by("slot__starts_at", "venue__order", "venue_id"))


def broken(schedule: Schedule, hearings: Sequence[Hearing], planned: Planned | None = None) -> dict[int, list[str]]:
    """{dossier: what its hearing breaks, in sentences}; a dossier that breaks nothing is not there."""
    planned = planned or of(schedule)
    names = {user.pk: str(user) for user in _users(planned)}
    found: dict[int, list[str]] = defaultdict(list)
    away, past = _away(schedule), begun(schedule)
    for hearing in hearings:
        if hearing.application_id in past:
            continue
        sits = list(hearing.sittings.all())
        if hearing.application_id not in planned.teams:
            found[hearing.application_id].append(_("Ce dossier n’est plus au classement : retirez son audition."))
        if hearing.slot_id not in {slot.pk for slot in planned.slots}:
            found[hearing.application_id].append(_("Son créneau est déjà passé."))
        lack = schedule.seats - len(sits)
        if lack > 0:
            said = ngettext("Il manque %(n)s membre du jury.", "Il manque %(n)s membres du jury.", lack)
            found[hearing.application_id].append(said % {"n": lack})
        for sitting in sits:
            words = {
                "name": sitting.seat.person,
                "why": planned.links.get((sitting.seat.person_id, hearing.application_id)),
            }
            if words["why"]:
                found[hearing.application_id].append(_("%(name)s ne peut pas siéger : %(why)s.") % words)
            if (hearing.slot_id, sitting.seat_id) in away:
                found[hearing.application_id].append(_("%(name)s n’est pas là à cette heure.") % words)
        for other in hearings:
            both = planned.teams.get(hearing.application_id, set()) & planned.teams.get(other.application_id, set())
            if other.pk != hearing.pk and other.slot_id == hearing.slot_id and both:
                words = {"reference": other.application.reference, "names": ", ".join(sorted(names[p] for p in both))}
                said = _("%(names)s : au même moment pour %(reference)s.") % words
                found[hearing.application_id].append(said)
    return dict(found)


def _users(planned: Planned) -> list[Any]:
    people = set().union(*planned.teams.values())
    return list(get_user_model().objects.filter(pk__in=people).order_by("pk"))


# ── what the solver found, in words ──────────────────────────────────────────────────────────────────────────────────
def told(planned: Planned, cause: Any) -> dict[str, Any]:
    """Why no schedule can be, and each change that would do alone."""
    references = [planned.dossiers[d].reference for d in cause.dossiers]
    words = {"n": len(references), "listed": ", ".join(references)}
    why = (
        ngettext(
            "Le dossier %(listed)s ne peut être entendu à aucun créneau.",
            "Les %(n)s dossiers %(listed)s ne peuvent pas être tous entendus ; sans l’un d’eux, quel qu’il soit, les autres le pourraient.",
            len(references),
        )
        % words
    )
    return {"impossible": [why], "changes": [_change(kind, count) for kind, count in cause.more.items()]}


def _change(kind: str, n: int) -> str:
    if kind == "slot":
        said = ngettext(
            "ajouter %(n)s créneau où tous les membres sont présents",
            "ajouter %(n)s créneaux où tous les membres sont présents",
            n,
        )
    elif kind == "room":
        said = ngettext("ajouter %(n)s salle", "ajouter %(n)s salles", n)
    elif kind == "member":
        said = ngettext(
            "nommer %(n)s membre du jury de plus, présent et sans lien",
            "nommer %(n)s membres du jury de plus, présents et sans lien",
            n,
        )
    else:
        said = ngettext(
            "laisser au calcul %(n)s audition placée à la main",
            "laisser au calcul les %(n)s auditions placées à la main",
            n,
        )
    return said % {"n": n}


# ── what was sent ────────────────────────────────────────────────────────────────────────────────────────────────────
def last_of(schedule: Schedule) -> dict[int, Summons]:
    """{dossier: what was told last of its hearing}."""
    rows = schedule.summonses.last().prefetch_related("summoned")
    return {row.application_id: row for row in rows}


def is_same(hearing: Hearing, told: Summons, schedule: Schedule, team: set[int]) -> bool:
    """Whether what was told last is what the draft says."""
    said = (told.starts_at, told.ends_at, told.venue, told.link, told.people, told.note)
    now = (
        hearing.slot.starts_at,
        hearing.slot.ends_at,
        hearing.venue.name,
        hearing.venue.link,
        schedule.people,
        schedule.note,
    )
    sits = {sitting.seat.person_id for sitting in hearing.sittings.all()}
    return not told.cancelled and said == now and {row.person_id for row in told.summoned.all()} == sits | team


def heard(application: Application) -> Summons | None:
    """The hearing that holds of a dossier."""
    return Summons.objects.live().filter(application=application).first()


def sitting_members(slot: int) -> Any:
    return Sitting.objects.filter(slot=slot).values_list("seat", flat=True)


def is_over(summons: Summons, now: Any) -> bool:
    return not summons.cancelled and summons.ends_at <= now


def rows(planned: Planned, found: Any) -> list[tuple[int, int, int, list[int]]]:
    """What the solver found, as (dossier, slot, venue, seats) of the database."""
    return [
        (
            planned.dossiers[d].pk,
            planned.slots[slot].pk,
            planned.venues[room].pk,
            [planned.seats[member].pk for member in members],
        )
        for d, ((slot, room), members) in enumerate(zip(found.cells, found.sits, strict=True))
    ]


def appointment(summons: Summons) -> Appointment:
    """As a calendar is told of it, in French: it is an act of the service."""
    reference, service = summons.application.reference, summons.application.wave.settings
    with translation.override("fr"):
        lines = [_("Dossier %(reference)s") % {"reference": reference}, summons.note, summons.link]
        summary = _("Audition du dossier %(reference)s") % {"reference": reference}
    return Appointment(
        uid=f"audition-{summons.application_id}@{urlsplit(settings.BASE_URL).hostname}",
        sequence=summons.sequence,
        stamped_at=summons.at,
        starts_at=summons.starts_at,
        ends_at=summons.ends_at,
        summary=summary,
        description="\n".join(line for line in lines if line),
        place=summons.venue,
        link=summons.link,
        organizer=Person(service.service_name, service.service_email),
    )
