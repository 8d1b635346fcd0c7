"""The jury's room: one page for all who are there, whose revision is the number of the session's last event."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import BigIntegerField, CharField, Count, Exists, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models.dossier import shut_to
from directory.models import User
from edsh_portal.access import role_required
from edsh_portal.forms import Form, carried
from edsh_portal.models import StreamHead
from edsh_portal.statements import written_once
from edsh_portal.workflow import Refused

from .. import actions, permissions, rules, scoring
from ..forms.room import MotionForm, SeatForm, VoiceForm, WithdrawForm
from ..models import SEES_OPEN_SESSION, Attendance, Item, Motion, Seat, Session
from .jury import GET_OR_POST


@written_once
def _sessions(number: int, person: int) -> Any:
    """The sessions of a wave, the latest call's first; each with its revision and whether the person sits there."""
    own = Seat.objects.filter(session=OuterRef("pk"), person=person)
    head = StreamHead.objects.filter(stream=Concat(Value("session:"), Cast(OuterRef("pk"), CharField()))).values("seq")
    rows = Session.objects.annotate(number=Cast("wave__number", BigIntegerField())).filter(number=number)
    rows = rows.select_related("wave", "chair").order_by("-wave__call")
    return rows.annotate(revision=Subquery(head), sits=Exists(own))


def _fetch_session(request: HttpRequest, number: int) -> Any:
    """The session, who sits there, and its revision: one query, asked by twelve pages each 2.5 seconds."""
    assert request.user.pk is not None
    held = next(iter(_sessions(number, request.user.pk)), None)
    if held is None or not permissions.can_be_in_room(request.user, held):
        raise Http404
    return held


@require_http_methods(GET_OR_POST)
@role_required(*SEES_OPEN_SESSION, "expert")
def room(request: HttpRequest, number: int) -> HttpResponse:
    held = _fetch_session(request, number)
    tag = f'"{held.revision}-{request.user.pk}-{get_language()}"'
    if request.method == "POST":
        return _done(request, held)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    page = "reviews/_room.html" if request.headers.get("HX-Request") else "reviews/room.html"
    answer = render(request, page, _table(held, request.user))
    answer["ETag"] = tag
    return answer


# ── what is seen ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _table(held: Session, user: Any, forms: dict[str, Form] | None = None) -> dict[str, Any]:
    attendances = Prefetch("attendances", Attendance.objects.order_by("pk"))
    seats = list(held.seats.select_related("person").prefetch_related(attendances).order_by("pk"))
    items = list(held.items.select_related("application__coordinator").prefetch_related("withdrawals").order_by("pk"))
    own = next((seat for seat in seats if seat.person_id == user.pk), None)
    shut = set(held.items.filter(shut_to(user)).values_list("pk", flat=True))
    item = next((one for one in items if one.taken_at is None), None)
    votes = {f"{voice}_count": Count("ballots", Q(ballots__voice=voice)) for voice in ("for", "against", "abstain")}
    motions = list(held.motions.annotate(**votes, given=Count("ballots")).order_by("-pk"))
    return {
        "session": held,
        "wave": held.wave,
        "seats": [_seat(seat, item) for seat in seats],
        "own": own,
        "here": own is not None and _is_here(own),
        "item": None if item and item.pk in shut else item,
        "masked": bool(item and item.pk in shut),
        **_rank_item(held, None if item is None or item.pk in shut else item, user),
        "motions": [motion for motion in motions if motion.item_id not in shut],
        "hidden": sum(motion.item_id in shut for motion in motions),
        "vote": _vote(motions, own, shut),
        "chairs": held.state == "open" and permissions.can_chair(user, held),
        "next": held.lines.exclude(application__in=[one.application_id for one in items]).order_by("rank").first(),
        **_quorum(seats, item),
        **(forms or _forms()),
    }


def _rank_item(held: Session, item: Item | None, user: Any) -> dict[str, Any]:
    """Its score, and its rank among the lines that this person reads."""
    found = item and held.lines.filter(application=item.application_id).first()
    if not found:
        return {}
    above = held.lines.open_to(user).filter(rank__lt=found.rank).count()
    return {"line": found, "rank": above + 1, "shown": scoring.display(found.score)}


def _is_here(seat: Seat) -> bool:
    return any(presence.left_at is None for presence in seat.attendances.all())


def _seat(seat: Seat, item: Item | None) -> dict[str, Any]:
    out = next((one for one in item.withdrawals.all() if one.seat_id == seat.pk), None) if item else None
    return {"person": seat.person, "presences": list(seat.attendances.all()), "here": _is_here(seat), "withdrawn": out}


def _quorum(seats: list[Seat], item: Item | None) -> dict[str, int]:
    out = {one.seat_id for one in item.withdrawals.all()} if item else set()
    return {
        "present": sum(_is_here(seat) and seat.pk not in out for seat in seats),
        "least": rules.quorum(len(seats)),
    }


def _vote(motions: Sequence[Motion], own: Seat | None, shut: set[int]) -> dict[str, Any] | None:
    """The open vote as this person sees it."""
    motion = next((one for one in motions if one.state == "open" and one.item_id not in shut), None)
    if motion is None:
        return None
    given = motion.ballots.filter(seat=own).first() if own else None
    return {"motion": motion, "given": given}


def _forms() -> dict[str, Form]:
    return {"seat_form": SeatForm(), "withdraw_form": WithdrawForm(), "motion_form": MotionForm()}


# ── what is done ─────────────────────────────────────────────────────────────────────────────────────────────────────
Act = Callable[[Session, dict[str, Any], Any], Any]


def _named(held: Session, data: dict[str, Any], by: Any) -> None:
    person = User.objects.filter(email__iexact=data["person"], is_active=True).first()
    if person is None:
        raise Refused(_("Personne n’a cette adresse sur le portail : vérifiez-la."), code="R59", field="person")
    actions.seat(held, person, by=by)


def _laid(held: Session, _data: dict[str, Any], by: Any) -> None:
    rows = held.lines.exclude(application__in=held.items.values("application")).order_by("rank", "application_id")
    following = rows.first()
    if following is None:
        raise Refused(_("Tous les dossiers ont été délibérés."), code="R59")
    following.session = held
    actions.lay(following, by=by)


def _open_vote(held: Session) -> Motion:
    motion = held.motions.filter(state="open").select_related("session", "item__application").first()
    if motion is None:
        raise Refused(_("Le vote est fermé : votre voix n’a pas été comptée."), code="R59")
    return motion


def _came(held: Session, _data: dict[str, Any], by: Any) -> None:
    actions.come(held, by=by)


def _left(held: Session, _data: dict[str, Any], by: Any) -> None:
    actions.leave(held, by=by)


def _taken(held: Session, _data: dict[str, Any], by: Any) -> None:
    actions.take_away(held, by=by)


def _withdrew(held: Session, data: dict[str, Any], by: Any) -> None:
    actions.withdraw(held, data["reason"], by=by)


def _moved(held: Session, data: dict[str, Any], by: Any) -> None:
    actions.put_to_vote(held, data["text"], data["cents"], by=by)


def _voted(held: Session, data: dict[str, Any], by: Any) -> None:
    actions.vote_on(_open_vote(held), data["voice"], by=by)


def _counted(held: Session, _data: dict[str, Any], by: Any) -> None:
    actions.close_vote(_open_vote(held), by=by)


ACTS: dict[str, tuple[str, type[Form], Act]] = {
    "seat": ("seat_form", SeatForm, _named),
    "come": ("", Form, _came),
    "leave": ("", Form, _left),
    "lay": ("", Form, _laid),
    "take": ("", Form, _taken),
    "withdraw": ("withdraw_form", WithdrawForm, _withdrew),
    "move": ("motion_form", MotionForm, _moved),
    "vote": ("", VoiceForm, _voted),
    "close": ("", Form, _counted),
}


def _done(request: HttpRequest, held: Session) -> HttpResponse:
    """One act of whoever is there; refused, the room as it is, with what was typed."""
    if request.POST.get("act") not in ACTS:
        raise Http404
    name, kind, act = ACTS[request.POST["act"]]
    form = kind(request.POST)
    if carried(form, lambda data: act(held, data, request.user)):
        messages.success(request, _("Enregistré."))
        return redirect("reviews:room", number=held.wave.number)
    forms = _forms() | ({name: form} if name else {})
    context = _table(held, request.user, forms) | {"form": form}
    return render(request, "reviews/room.html", context, status=422)
