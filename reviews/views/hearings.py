"""The hearings of a jury: their schedule for who lays it out, what each person reads of theirs, marks revised after."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models.dossier import shut_to
from edsh_portal import asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.once import repeatable
from edsh_portal.refusal import Refused

from .. import actions, permissions, schedules
from ..hearings import calendar
from ..models import SEES_CLOSED_SESSION, Absence, Schedule, Session, Summons
from .hearing_forms import AbsencesForm, FrameForm, RevisionForm, blocks, frame_of
from .jury import GET_OR_POST, session_of
from .report import mine


def _session(request: HttpRequest, number: int, gate: Any = permissions.can_see_schedule) -> Session:
    """Of a call that holds hearings: elsewhere they have no page."""
    held = session_of(request, number, gate)
    if not held.wave.settings.hearings:
        raise Http404
    return held


def _draft(request: HttpRequest, number: int) -> Schedule:
    found = Schedule.objects.filter(session=_session(request, number, permissions.can_schedule)).first()
    if found is None:
        raise Http404
    return found


# ── the schedule ─────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
@role_required(*SEES_CLOSED_SESSION)
def hearings(request: HttpRequest, number: int) -> HttpResponse:
    held = _session(request, number)
    schedule = Schedule.objects.filter(session=held).first()
    may = held.state == "open" and permissions.can_schedule(request.user, held)
    context = {"session": held, "wave": held.wave, "schedule": schedule, "may": may}
    if schedule is not None:
        moved = request.GET.get("dossier", "") if may and not schedule.solving else ""
        context |= _table(schedule, _shut(schedule, request.user), moved)
        schedule.answer = _masked(schedule, request.user)
    return render(request, "reviews/hearings.html", context)


def _shut(schedule: Schedule, user: Any) -> dict[int, str]:
    """{dossier: its reference} of those that a link shuts to this person."""
    rows = schedule.session.wave.applications.filter(shut_to(user, "pk"))
    return dict(rows.values_list("pk", "reference"))


def _masked(schedule: Schedule, user: Any) -> dict[str, Any]:
    """What the solver found, without the names of dossiers that are shut to this person."""
    shut = _shut(schedule, user).values()
    said = schedule.answer.get("impossible")
    if not said or not any(reference in one for reference in shut for one in said):
        return schedule.answer
    return schedule.answer | {
        "impossible": [_("Des dossiers, dont un où vous êtes en déport, ne peuvent pas être entendus.")]
    }


def _table(schedule: Schedule, shut: dict[int, str], moved: str) -> dict[str, Any]:
    planned, rows = schedules.of(schedule), list[Any](schedules.placed(schedule))
    wrong, last, now = schedules.broken(schedule, rows, planned), schedules.last_of(schedule), clock.now()
    at = {(row.slot_id, row.venue_id): row for row in rows}
    placed = {row.application_id for row in rows}
    for row in rows:
        told = last.get(row.application_id)
        row.shut = row.application_id in shut
        row.wrong, row.state = wrong.get(row.application_id, []), _state(row, told, schedule, planned, now)
    days: dict[str, list[dict[str, Any]]] = {}
    for slot in schedule.slots.order_by("starts_at"):
        cells = [{"venue": venue, "hearing": at.get((slot.pk, venue.pk))} for venue in planned.venues]
        days.setdefault(clock.civil(slot.starts_at).isoformat(), []).append({"slot": slot, "cells": cells})
    gone = [told for pk, told in last.items() if pk not in placed and not told.cancelled and told.starts_at > now]
    movable = [row for row in (*planned.dossiers, *(row.application for row in rows)) if row.pk not in shut]
    return {
        "venues": planned.venues,
        "days": list(days.values()),
        "unplaced": [row for row in planned.dossiers if row.pk not in placed and row.pk not in shut],
        "moved": next((row for row in movable if row.reference == moved), None),
        "now": now,
        "moved_hearing": next((row for row in rows if row.application.reference == moved), None),
        "broken": len(wrong),
        "due": sum(row.state in ("new", "changed") for row in rows) + len(gone),
        "placed": len(placed),
    }


def _state(row: Any, told: Summons | None, schedule: Schedule, planned: Any, now: Any) -> str:
    if told is None or told.cancelled:
        return "new"
    if told.starts_at <= now:
        return "over"
    same = schedules.is_same(row, told, schedule, planned.teams.get(row.application_id, set()))
    return "sent" if same else "changed"


@require_http_methods(GET_OR_POST)
@role_required("instructor")
def hearing_frame(request: HttpRequest, number: int) -> HttpResponse:
    held = _session(request, number, permissions.can_schedule)
    schedule = Schedule.objects.filter(session=held).first()
    form = FrameForm(request.POST or None, initial=frame_of(schedule, held.seats.count()))
    if carried(form, lambda _data: actions.frame_hearings(held, form.frame(), by=request.user)):
        messages.success(request, _("Les créneaux et les salles sont enregistrés."))
        return redirect("reviews:hearings", number=number)
    context = {"session": held, "wave": held.wave, "form": form, "placed": schedule and schedule.hearings.count()}
    return render(request, "reviews/hearing_frame.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
@role_required("instructor")
@repeatable  # says who is away in place of what was said before
def hearing_absences(request: HttpRequest, number: int) -> HttpResponse:
    schedule = _draft(request, number)
    seats = list(schedule.session.seats.select_related("person").order_by("person__full_name", "pk"))
    away = set(Absence.objects.filter(slot__schedule=schedule).values_list("slot", "seat"))
    halves = blocks(list(schedule.slots.order_by("starts_at")))
    form = AbsencesForm(request.POST if request.method == "POST" else None, seats=seats, blocks=halves, away=away)
    if carried(form, lambda _data: actions.set_absences(schedule, form.away(), by=request.user)):
        messages.success(request, _("Les absences sont enregistrées."))
        return redirect("reviews:hearings", number=number)
    context = {"session": schedule.session, "wave": schedule.session.wave, "form": form}
    return render(request, "reviews/hearing_absences.html", context, status=422 if form.errors else 200)


# ── the solver ───────────────────────────────────────────────────────────────────────────────────────────────────────
@require_POST
@role_required("instructor")
def ask_hearings(request: HttpRequest, number: int) -> HttpResponse:
    schedule, form = _draft(request, number), Form(request.POST)
    if carried(form, lambda _data: actions.ask_hearings(schedule, by=request.user)):
        messages.success(request, _("Le programme est demandé : il s’affiche ici dès qu’il est prêt."))
    return _tell_refusals(request, form, number)


def _tell_refusals(request: HttpRequest, form: Form, number: int, at: str = "") -> HttpResponse:
    for said in form.errors.values():
        messages.error(request, str(said[0]))
    return redirect(redirect("reviews:hearings", number=number).url + at)


@require_safe
@role_required(*SEES_CLOSED_SESSION)
def hearings_progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far the solver is, for the page that asks again; the page itself once it has ended."""
    held = _session(request, number)
    schedule = get_object_or_404(Schedule, session=held)
    if not schedule.solving:
        return HttpResponse(headers={"HX-Redirect": redirect("reviews:hearings", number=number).url})
    context = {"schedule": schedule, "wave": held.wave, "may": permissions.can_schedule(request.user, held)}
    return render(request, "reviews/_hearings_solving.html", context)


@require_POST
@role_required("instructor")
@repeatable  # it only says that an answer is awaited no more
def stop_hearings(request: HttpRequest, number: int) -> HttpResponse:
    actions.stop_hearings(_draft(request, number), by=request.user)
    messages.success(request, _("Le calcul est arrêté ; les auditions déjà placées le restent."))
    return redirect("reviews:hearings", number=number)


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_POST
@role_required("instructor")
@repeatable  # puts a hearing where the button says, over what the page shows
def move_hearing(request: HttpRequest, number: int, reference: str) -> HttpResponse:
    """`cell`: « slot:venue », « drop » or « free »."""
    schedule, form = _draft(request, number), Form(request.POST)
    rows = [*schedules.dossiers(schedule), *(row.application for row in schedules.placed(schedule))]
    dossier = next((row for row in rows if row.reference == reference), None)
    if dossier is None or dossier.pk in _shut(schedule, request.user):
        raise Http404
    if carried(form, lambda _data: _moved(request, schedule, dossier)):
        _tell_move(request, schedule, dossier)
    return _tell_refusals(request, form, number, f"#d{dossier.pk}")


def _moved(request: HttpRequest, schedule: Schedule, dossier: Any) -> None:
    cell = request.POST.get("cell", "")
    if cell in ("drop", "free"):
        act = actions.drop_hearing if cell == "drop" else actions.free_hearing
        return act(schedule, dossier, by=request.user)
    slot, _colon, venue = cell.partition(":")
    to = schedule.slots.filter(pk=asked.number(slot) or 0).first()
    where = schedule.venues.filter(pk=asked.number(venue) or 0).first()
    if to is None or where is None:
        raise Refused(_("Cette case n’est plus dans le programme : rechargez la page."))
    return actions.move_hearing(schedule, dossier, to, where, by=request.user)


def _tell_move(request: HttpRequest, schedule: Schedule, dossier: Any) -> None:
    """Where it is now, and what is broken there and where its place was taken."""
    rows = schedules.placed(schedule)
    hearing = next((row for row in rows if row.application_id == dossier.pk), None)
    if hearing is None:
        messages.success(request, _("%(reference)s n’est plus au programme.") % {"reference": dossier.reference})
        return
    words = {"reference": dossier.reference, "at": clock.paris(hearing.slot.starts_at), "venue": hearing.venue}
    wrong, shut = schedules.broken(schedule, rows), _shut(schedule, request.user)
    messages.success(request, _("%(reference)s : %(at)s, %(venue)s.") % words)
    for row in rows:
        for said in wrong.get(row.application_id, []) if row.application_id not in shut else ():
            messages.warning(request, f"{row.application.reference} : {said}")


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(GET_OR_POST)
@role_required("instructor")
def send_hearings(request: HttpRequest, number: int) -> HttpResponse:
    schedule = _draft(request, number)
    form = Form(request.POST if request.method == "POST" else None)
    made: list[Summons] = []
    if carried(form, lambda _data: made.extend(actions.send_hearings(schedule, by=request.user))):
        said = ngettext("%(n)s audition annoncée.", "%(n)s auditions annoncées.", len(made)) % {"n": len(made)}
        messages.success(request, said)
        return redirect("reviews:hearings", number=number)
    context = {"session": schedule.session, "wave": schedule.session.wave, "form": form}
    context |= _table(schedule, _shut(schedule, request.user), "")
    return render(request, "reviews/send_hearings.html", context, status=422 if form.errors else 200)


def _attached(name: str, content: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


@require_safe
@role_required(*SEES_CLOSED_SESSION)
def hearings_sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The whole schedule that was sent, for an agenda."""
    held = _session(request, number)
    rows = Summons.objects.live().visible_to(request.user).filter(schedule__session=held)
    rows = rows.select_related("application__wave__settings")
    told = [schedules.appointment(summons) for summons in rows.order_by("starts_at", "venue")]
    return _attached(f"auditions-{number}", calendar.sheet(told, calendar.PUBLISH))


@require_safe
def hearing_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Summons.objects.live().select_related("application__wave__settings")
    summons = fetch(rows, request.user, None, pk=pk)
    content = calendar.sheet([schedules.appointment(summons)], calendar.PUBLISH)
    return _attached(f"audition-{summons.application.reference}", content)


@require_safe
def my_hearings(request: HttpRequest) -> HttpResponse:
    rows = Summons.objects.live().summoning(request.user).visible_to(request.user).select_related("application")
    context = {"rows": rows.order_by("starts_at"), "now": clock.now()}
    return render(request, "reviews/my_hearings.html", context)


# ── after ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(GET_OR_POST)
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = mine(request, pk, permissions.can_read)
    if not permissions.can_revise(request.user, assignment.review):
        raise PermissionDenied
    settings = assignment.application.wave.settings
    scores = {score.criterion_id: score.value for score in assignment.review.scores.all()}
    criteria = list(settings.criteria.order_by("number"))
    marks = {criterion.number: scores.get(criterion.pk) for criterion in criteria}
    data = request.POST if request.method == "POST" else None
    form = RevisionForm(data, criteria=criteria, marks=marks, scale_max=settings.scale_max)
    made: list[Any] = []
    if carried(form, lambda _data: made.extend(actions.revise_marks(assignment.review, form.marks(), by=request.user))):
        said = ngettext("%(n)s note revue.", "%(n)s notes revues.", len(made)) % {"n": len(made)}
        messages.success(request, said)
        return redirect("reviews:read", pk=pk)
    heard = schedules.heard(assignment.application)
    context = {
        "assignment": assignment,
        "form": form,
        "heard": heard,
        "over": heard and schedules.is_over(heard, clock.now()),
    }
    return render(request, "reviews/revise.html", context, status=422 if form.errors else 200)
