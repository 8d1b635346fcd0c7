"""Verbs of the hearings: when, where and before whom they may be; ask the solver, stop it; move one by hand; send them, which alone
tells anybody."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from edsh_portal import clock
from edsh_portal.events import instant, record
from edsh_portal.refusal import Refused

from .. import permissions, schedules
from ..hearings.seats import seated
from ..models import Absence, Hearing, Schedule, Session, Sitting, Slot, Summoned, Summons, Venue

STREAM = "hearings"  # one for all juries: nobody is summoned twice at once by two who send at the same instant
MOST_SLOTS = 200


class Frame(NamedTuple):
    """When and where: (start, end) of each slot, (name, link) of each venue; members at each hearing, people of a dossier at most."""

    slots: Sequence[tuple[datetime, datetime]]
    venues: Sequence[tuple[str, str]]
    seats: int
    people: int
    note: str = ""


def _lock(session: Session, by: Any) -> None:
    session.refresh_from_db(from_queryset=Session.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_schedule(by, session):
        raise PermissionDenied
    if session.state != "open":
        raise Refused(_("La session est close : ses auditions ne changent plus."), code="R59")
    if not session.wave.settings.hearings:
        raise Refused(_("L’appel ne prévoit pas d’audition : ses réglages le disent."), code="R59")


def _lock_draft(schedule: Schedule, by: Any) -> None:
    _lock(schedule.session, by)
    schedule.refresh_from_db(from_queryset=Schedule.objects.select_for_update(no_key=True, of=("self",)))
    if schedule.solving:
        raise Refused(_("Le calcul est en cours : arrêtez-le, ou attendez sa fin."), code="R57")


# ── the frame ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def frame_hearings(session: Session, frame: Frame, *, by: Any, at: datetime | None = None) -> Schedule:
    """Slots and venues as they are now; a hearing whose slot or venue goes is no longer placed."""
    _lock(session, by)
    _need_frame(frame, session)
    at = instant(at, STREAM)
    schedule = Schedule.objects.filter(session=session).first() or Schedule(session=session)
    if schedule.solving:
        raise Refused(_("Le calcul est en cours : arrêtez-le, ou attendez sa fin."), code="R57")
    said = {"seats": frame.seats, "people": frame.people, "note": frame.note, "answer": {}, "by": by, "at": at}
    for name, value in said.items():
        setattr(schedule, name, value)
    schedule.save(update_fields=[*said] if schedule.pk else None)
    kept = {(slot.starts_at, slot.ends_at): slot for slot in schedule.slots.all()}
    schedule.slots.filter(pk__in=[slot.pk for times, slot in kept.items() if times not in frame.slots]).delete()
    Slot.objects.bulk_create(
        Slot(schedule=schedule, starts_at=start, ends_at=end) for start, end in frame.slots if (start, end) not in kept
    )
    schedule.venues.exclude(name__in=[name for name, _link in frame.venues]).delete()
    known = {venue.name: venue for venue in schedule.venues.all()}
    for order, (name, link) in enumerate(frame.venues):
        venue = known.get(name) or Venue(schedule=schedule, name=name)
        venue.link, venue.order = link, order
        venue.save(update_fields=["link", "order"] if venue.pk else None)
    record("hearings.framed", schedule, by=by, at=at, stream=STREAM, session=session.pk, slots=len(frame.slots))
    return schedule


def _need_frame(frame: Frame, session: Session) -> None:
    if not frame.slots or len(frame.slots) > MOST_SLOTS:
        words: dict[str, Any] = {"n": len(frame.slots), "most": MOST_SLOTS}
        raise Refused(_("Ces plages donnent %(n)s créneaux : il en faut de 1 à %(most)s.") % words, field="blocks")
    ordered = sorted(frame.slots)
    for (_start, end), (then, _end) in zip(ordered, ordered[1:], strict=False):
        if then < end:
            words = {"at": clock.paris(then)}
            raise Refused(_("Deux plages se recouvrent (%(at)s) : séparez-les.") % words, field="blocks")
    names = [name for name, _link in frame.venues]
    if not names or len(set(names)) != len(names):
        raise Refused(_("Donnez au moins une salle, et un nom différent à chacune."), field="venues")
    if not 1 <= frame.seats <= session.seats.count():
        words = {"n": session.seats.count()}
        raise Refused(_("Le jury compte %(n)s membres : demandez-en de 1 à ce nombre.") % words, field="seats")


@transaction.atomic
def set_absences(schedule: Schedule, away: Iterable[tuple[int, int]], *, by: Any) -> None:
    """(slot, seat) of every member who is not there, in place of what was said before."""
    _lock_draft(schedule, by)
    slots = set(schedule.slots.values_list("pk", flat=True))
    seats = set(schedule.session.seats.values_list("pk", flat=True))
    wanted = {(slot, seat) for slot, seat in away if slot in slots and seat in seats}
    held = {(row.slot_id, row.seat_id): row.pk for row in Absence.objects.filter(slot__schedule=schedule)}
    Absence.objects.filter(pk__in=[pk for pair, pk in held.items() if pair not in wanted]).delete()
    Absence.objects.bulk_create(Absence(slot_id=slot, seat_id=seat) for slot, seat in sorted(wanted - held.keys()))


# ── the solver ───────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask_hearings(schedule: Schedule, *, by: Any, at: datetime | None = None) -> None:
    """Asks the solver to place every dossier around those placed by hand."""
    _lock_draft(schedule, by)
    if not schedules.dossiers(schedule):
        raise Refused(_("Aucun dossier recevable n’est au classement de cette session."), code="R53")
    at = instant(at, STREAM)
    schedule.round, schedule.solving, schedule.progress, schedule.by, schedule.at = schedule.round + 1, True, 0, by, at
    schedule.save(update_fields=["round", "solving", "progress", "by", "at"])
    record("hearings.asked", schedule, by=by, at=at, stream=STREAM, session=schedule.session_id, round=schedule.round)


@transaction.atomic
def stop_hearings(schedule: Schedule, *, by: Any) -> None:
    """The solver's answer is awaited no more; what was placed stays."""
    _lock(schedule.session, by)
    schedule.refresh_from_db(from_queryset=Schedule.objects.select_for_update(no_key=True, of=("self",)))
    schedule.round, schedule.solving = schedule.round + 1, False
    schedule.save(update_fields=["round", "solving"])


def keep_hearings(
    schedule: Schedule, round: int, found: Sequence[tuple[int, int, int, list[int]]] | None, answer: dict[str, Any]
) -> None:
    """What the solver found for this round, (dossier, slot, venue, seats), in place of all that stood; None where nothing can do."""
    if not Schedule.objects.filter(pk=schedule.pk, round=round, solving=True).update(
        solving=False, progress=100, answer=answer
    ):
        return
    if found is None:
        return
    locked = set(schedule.hearings.filter(locked=True).values_list("application", flat=True))
    schedule.hearings.exclude(application__in=schedules.begun(schedule)).delete()
    for application, slot, venue, seats in found:
        hearing = Hearing.objects.create(
            schedule=schedule, application_id=application, slot_id=slot, venue_id=venue, locked=application in locked
        )
        Sitting.objects.bulk_create(Sitting(hearing=hearing, seat_id=seat, slot_id=slot) for seat in seats)


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def move_hearing(schedule: Schedule, application: Application, slot: Slot, venue: Venue, *, by: Any) -> None:
    """Puts a dossier there by hand, locked; the one that was there takes its place, or is no longer placed. Members are kept where they can
    be; what is broken stays so until it is mended, and nothing broken is sent."""
    _lock_draft(schedule, by)
    past = schedules.begun(schedule)
    mine = schedule.hearings.filter(application=application).first()
    other = schedule.hearings.filter(slot=slot, venue=venue).first()
    if application.pk in past or (other is not None and other.application_id in past):
        raise Refused(_("Cette audition a déjà commencé : elle ne se déplace plus."), code="R57")
    if slot.starts_at <= clock.now():
        raise Refused(_("Ce créneau est déjà passé : choisissez-en un autre."), code="R57")
    if mine is not None and other is not None and mine.pk == other.pk:
        schedule.hearings.filter(pk=mine.pk).update(locked=True)
        return
    sat = {h.application_id: list(h.sittings.values_list("seat", flat=True)) for h in (mine, other) if h is not None}
    for hearing in (mine, other):
        if hearing is not None:
            hearing.delete()
    _put(schedule, application.pk, slot.pk, venue.pk, sat.get(application.pk, []))
    if mine is not None and other is not None:
        _put(schedule, other.application_id, mine.slot_id, mine.venue_id, sat[other.application_id])


def _put(schedule: Schedule, application: int, slot: int, venue: int, before: list[int]) -> None:
    hearing = Hearing.objects.create(
        schedule=schedule, application_id=application, slot_id=slot, venue_id=venue, locked=True
    )
    planned = schedules.of(schedule)
    place = next((n for n, row in enumerate(planned.slots) if row.pk == slot), None)
    mine = next((n for n, row in enumerate(planned.dossiers) if row.pk == application), None)
    may = [] if mine is None or place is None else planned.instance.may_sit(mine, place)
    free = [planned.seats[m].pk for m in may]
    busy = set(schedules.sitting_members(slot))
    chosen = [seat for seat in sorted(free, key=lambda seat: seat not in before) if seat not in busy][: schedule.seats]
    if len(chosen) < schedule.seats and place is not None and _seat_again(schedule, planned, place, slot):
        return
    Sitting.objects.bulk_create(Sitting(hearing=hearing, seat_id=seat, slot_id=slot) for seat in chosen)


def _seat_again(schedule: Schedule, planned: schedules.Planned, place: int, slot: int) -> bool:
    """Members of all the hearings of a slot change places, when that gives each enough."""
    at = {row.pk: n for n, row in enumerate(planned.dossiers)}
    rows = {at[h.application_id]: h for h in schedule.hearings.filter(slot=slot, application__in=at)}
    sits, short = seated(planned.instance, place, sorted(rows))
    if short:
        return False
    Sitting.objects.filter(slot=slot).delete()
    Sitting.objects.bulk_create(
        Sitting(hearing=rows[dossier], seat=planned.seats[member], slot_id=slot) for member, dossier in sits.items()
    )
    return True


@transaction.atomic
def free_hearing(schedule: Schedule, application: Application, *, by: Any) -> None:
    """Leaves this hearing to the solver again; it stays where it is until then."""
    _lock_draft(schedule, by)
    schedule.hearings.filter(application=application).update(locked=False)


@transaction.atomic
def drop_hearing(schedule: Schedule, application: Application, *, by: Any) -> None:
    """Takes a hearing out of the schedule; what was sent of it holds until the next sending."""
    _lock_draft(schedule, by)
    if application.pk in schedules.begun(schedule):
        raise Refused(_("Cette audition a déjà commencé : elle ne se déplace plus."), code="R57")
    schedule.hearings.filter(application=application).delete()


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def send_hearings(schedule: Schedule, *, by: Any, at: datetime | None = None) -> list[Summons]:
    """Tells whoever comes and whoever sits what has changed since the last time, and nothing else; all or none."""
    _lock_draft(schedule, by)
    at = instant(at, STREAM)
    hearings, planned = schedules.placed(schedule), schedules.of(schedule)
    _need_whole(schedule, hearings, planned)
    last = schedules.last_of(schedule)
    made = [
        _summon(schedule, hearing, last.get(hearing.application_id), planned.teams[hearing.application_id], by, at)
        for hearing in hearings
        if _is_due(schedule, hearing, last.get(hearing.application_id), planned, at)
    ]
    gone = last.keys() - {hearing.application_id for hearing in hearings}
    made += [
        _cancel(schedule, last[pk], by, at) for pk in sorted(gone) if not last[pk].cancelled and last[pk].starts_at > at
    ]
    if not made:
        raise Refused(_("Rien n’a changé depuis le dernier envoi."), code="R57")
    for summons in made:
        told: dict[str, Any] = {"by": by, "at": at, "stream": STREAM, "application": summons.application_id}
        dropped = _dropped(last.get(summons.application_id), summons)
        if summons.cancelled:
            record("hearing.cancelled", summons, dropped=dropped, **told)
        else:
            record("hearing.summoned", summons, dropped=dropped, **told)
    return made


def _dropped(before: Summons | None, now: Summons) -> list[int]:
    """Who was awaited by what was told before, and no longer is."""
    if before is None or before.cancelled:
        return []
    return sorted({row.person_id for row in before.summoned.all()} - {row.person_id for row in now.summoned.all()})


def _need_whole(schedule: Schedule, hearings: Sequence[Hearing], planned: schedules.Planned) -> None:
    wrong = schedules.broken(schedule, hearings, planned)
    for hearing in hearings:
        if hearing.application_id in wrong:
            words = {"reference": hearing.application.reference, "why": " ".join(wrong[hearing.application_id])}
            raise Refused(_("%(reference)s : %(why)s Déplacez cette audition avant l’envoi.") % words, code="R50")


def _is_due(
    schedule: Schedule, hearing: Hearing, told: Summons | None, planned: schedules.Planned, at: datetime
) -> bool:
    if told is None:
        return True
    begun = not told.cancelled and told.starts_at <= at
    return not begun and not schedules.is_same(hearing, told, schedule, planned.teams[hearing.application_id])


def _summon(
    schedule: Schedule, hearing: Hearing, last: Summons | None, team: set[int], by: Any, at: datetime
) -> Summons:
    summons = Summons.objects.create(
        schedule=schedule,
        application=hearing.application,
        sequence=last.sequence + 1 if last else 0,
        starts_at=hearing.slot.starts_at,
        ends_at=hearing.slot.ends_at,
        venue=hearing.venue.name,
        link=hearing.venue.link,
        people=schedule.people,
        note=schedule.note,
        by=by,
        at=at,
    )
    sits = {sitting.seat.person_id for sitting in hearing.sittings.all()}
    called = [(person, "jury") for person in sorted(sits)] + [(person, "team") for person in sorted(team - sits)]
    Summoned.objects.bulk_create(Summoned(summons=summons, person_id=person, side=side) for person, side in called)
    return summons


def _cancel(schedule: Schedule, last: Summons, by: Any, at: datetime) -> Summons:
    said = ("application", "starts_at", "ends_at", "venue", "link", "people", "note")
    copied = {name: getattr(last, name) for name in said}
    return Summons.objects.create(schedule=schedule, sequence=last.sequence + 1, cancelled=True, by=by, at=at, **copied)
