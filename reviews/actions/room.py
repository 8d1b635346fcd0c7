"""Verbs of the jury's room: name, come in, leave, lay a dossier on the table, withdraw, move, vote, close. Each is an event of the
session's stream, whose number is the revision of everybody's page."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, Step, move, need_reason, steps

from .. import permissions, ranking, rules, scoring
from ..models import Attendance, Ballot, Item, Motion, RankingLine, Seat, Session, Withdrawal, in_words
from .lists import hold_open

MOTION_STEPS = steps(
    "motion",
    Motion,
    [
        Step("move", ("",), "open", permissions.can_chair, gettext_lazy("Mettre au vote")),
        Step("carry", ("open",), "carried", permissions.can_chair, gettext_lazy("Adopter")),
        Step("reject", ("open",), "rejected", permissions.can_chair, gettext_lazy("Rejeter")),
    ],
)


def _lock(session: Session, by: Any, at: datetime | None) -> tuple[datetime, Seat]:
    """Locks the session; only who sits, only while it does."""
    session.refresh_from_db(from_queryset=Session.objects.select_for_update(no_key=True, of=("self",)))
    seat = session.seats.filter(person=by).first()
    if seat is None:
        raise PermissionDenied
    if session.state != "open":
        raise Refused(_("La session est close : plus rien ne s’y vote."), code="R59")
    return instant(at, session), seat


def _tell(session: Session, kind: str, thing: Any, by: Any, at: datetime, **data: Any) -> None:
    record(kind, thing, by=by, at=at, stream=f"session:{session.pk}", **data)


# ── who is there ─────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def seat(session: Session, person: Any, *, by: Any, at: datetime | None = None) -> Seat:
    """The chair names a member: an expert, or a chair."""
    at = hold_open(session, by, at)
    if not permissions.can_be_seated(person):
        raise Refused(_("Choisissez une personne qui est experte ou préside le jury."), code="R59", field="person")
    if session.seats.filter(person=person).exists():
        raise Refused(_("Cette personne est déjà membre du jury."), code="R59", field="person")
    named = Seat.objects.create(session=session, person=person, named_by=by, named_at=at)
    _tell(session, "jury.seated", named, by, at, person=person.pk)
    return named


@transaction.atomic
def come(session: Session, *, by: Any, at: datetime | None = None) -> None:
    """A member comes in, or returns."""
    at, own = _lock(session, by, at)
    if own.attendances.filter(left_at=None).exists():
        return
    presence = Attendance.objects.create(seat=own, came_at=at)
    _tell(session, "jury.came", presence, by, at, seat=own.pk)


@transaction.atomic
def leave(session: Session, *, by: Any, at: datetime | None = None) -> None:
    at, own = _lock(session, by, at)
    presence = own.attendances.filter(left_at=None).first()
    if presence is None:
        return
    presence.left_at = at
    presence.save(update_fields=["left_at"])
    _tell(session, "jury.left", presence, by, at, seat=own.pk)


def rise(session: Session, by: Any, at: datetime) -> None:
    """Of the closing: no vote is open, nothing is on the table any more, and whoever is there leaves."""
    _need_no_vote(session)
    _take(session, by, at)
    for presence in Attendance.objects.filter(seat__session=session, left_at=None).order_by("pk"):
        presence.left_at = at
        presence.save(update_fields=["left_at"])
        _tell(session, "jury.left", presence, by, at, seat=presence.seat_id)


# ── the dossier on the table ─────────────────────────────────────────────────────────────────────────────────────────
def _need_no_vote(session: Session) -> None:
    if session.motions.filter(state="open").exists():
        raise Refused(_("Un vote est ouvert : fermez-le d’abord."), code="R59")


@transaction.atomic
def lay(line: RankingLine, *, by: Any, at: datetime | None = None) -> Item:
    """A dossier of the ranking comes on the table, in place of the one that is there; who is tied to it withdraws (R50)."""
    session = line.session
    at = hold_open(session, by, at)
    _need_no_vote(session)
    _take(session, by, at)
    grid, held = ranking.grid(session.wave), ranking.reports([line.application_id])
    totals = [scoring.weighted(report, grid.weights, grid.scale_max) for report in held.get(line.application_id, [])]
    shown = [scoring.display(total) for total in sorted(totals, reverse=True)]
    item = Item.objects.create(session=session, application=line.application, totals=shown, laid_at=at)
    facts = permissions.leaving(line.application, session.seats.values_list("person", flat=True))
    tied = [one for one in session.seats.order_by("pk") if one.person_id in facts]
    Withdrawal.objects.bulk_create(Withdrawal(item=item, seat=one, fact=facts[one.person_id], at=at) for one in tied)
    seats = [one.pk for one in tied]
    _tell(session, "jury.laid", item, by, at, application=line.application_id, withdrawn=seats)
    return item


@transaction.atomic
def take_away(session: Session, *, by: Any, at: datetime | None = None) -> None:
    at = hold_open(session, by, at)
    _need_no_vote(session)
    _take(session, by, at)


def _take(session: Session, by: Any, at: datetime) -> None:
    item = session.items.filter(taken_at=None).first()
    if item is not None:
        item.taken_at = at
        item.save(update_fields=["taken_at"])
        _tell(session, "jury.taken", item, by, at, application=item.application_id)


@transaction.atomic
def withdraw(session: Session, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """A member leaves the deliberation on the dossier on the table, of their own accord."""
    at, own = _lock(session, by, at)
    reason = need_reason(reason)
    item = session.items.filter(taken_at=None).first()
    if item is None:
        raise Refused(_("Aucun dossier n’est en délibération."), code="R59")
    if item.withdrawals.filter(seat=own).exists():
        return
    if Ballot.objects.filter(motion__item=item, seat=own).exists():
        raise Refused(_("Vous avez déjà voté sur ce dossier : signalez votre lien à la présidence."), code="R50")
    withdrawal = Withdrawal.objects.create(item=item, seat=own, reason=reason, at=at)
    _tell(session, "jury.withdrew", withdrawal, by, at, application=item.application_id, seat=own.pk)


# ── motions ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _need_followed(item: Item | None, by: Any) -> None:
    """R50: who presides over a dossier is free of it."""
    if item is not None and permissions.tied(by, [item.application_id]):
        raise Refused(
            _("Vous êtes en déport sur ce dossier : une autre présidence mène cette délibération."), code="R50"
        )


@transaction.atomic
def put_to_vote(
    session: Session, text: str, cents: int | None = None, *, by: Any, at: datetime | None = None
) -> Motion:
    """The chair puts a motion to the vote, on the dossier on the table if there is one; an amount is at most what is asked (R60)."""
    at = hold_open(session, by, at)
    _need_no_vote(session)
    item = session.items.filter(taken_at=None).select_related("application").first()
    text = need_reason(text, field="text")
    _need_followed(item, by)
    if cents is not None and item is None:
        raise Refused(_("Mettez d’abord un dossier en délibération."), code="R60", field="cents")
    if cents is not None and item is not None and cents > (item.application.requested_cents or 0):
        raise Refused(_("Le montant proposé dépasse l’aide demandée : réduisez-le."), code="R60", field="cents")
    motion = Motion(session=session, item=item, text=text, cents=cents, state="", moved_by=by, moved_at=at)
    move(motion, "move", by)
    motion.save(force_insert=True)
    _tell(session, "motion.moved", motion, by, at, item=item and item.pk, cents=cents)
    return motion


@transaction.atomic
def vote_on(motion: Motion, voice: str, *, by: Any, at: datetime | None = None) -> Ballot:
    """One voice a person, while the vote is open, by who is there and has not withdrawn."""
    session = motion.session
    at, own = _lock(session, by, at)
    motion.refresh_from_db(from_queryset=Motion.objects.select_for_update(no_key=True, of=("self",)))
    if voice not in Ballot.Voice.values:
        raise Refused(_("Votez pour, contre, ou abstenez-vous."), code="R59", field="voice")
    if motion.state != "open":
        raise Refused(_("Le vote est fermé : votre voix n’a pas été comptée."), code="R59", field="voice")
    if not own.attendances.filter(left_at=None).exists():
        raise Refused(_("Signalez d’abord votre arrivée : seules les personnes présentes votent."), code="R59")
    _need_free(motion, own)
    if motion.ballots.filter(seat=own).exists():
        raise Refused(_("Vous avez déjà voté : une voix ne change pas."), code="R59", field="voice")
    ballot = Ballot.objects.create(motion=motion, seat=own, voice=voice, at=at)
    _tell(session, "motion.voted", ballot, by, at, motion=motion.pk)
    return ballot


def _need_free(motion: Motion, own: Seat) -> None:
    """R50: on the table or not when the link was found."""
    if motion.item is not None:
        for fact in permissions.tied(own.person, [motion.item.application_id]).values():
            raise Refused(_("Vous ne votez pas sur ce dossier (%(why)s).") % {"why": in_words(fact)}, code="R50")


@transaction.atomic
def close_vote(motion: Motion, *, by: Any, at: datetime | None = None) -> None:
    """Counts the voices (R59): nothing is voted without half of the jury, the withdrawn aside; equal voices follow the chair's."""
    session = motion.session
    at = hold_open(session, by, at)
    motion.refresh_from_db(from_queryset=Motion.objects.select_for_update(no_key=True, of=("self",)))
    if motion.state != "open":
        raise Refused(_("Ce vote est déjà fermé."), code="R59")
    _need_followed(motion.item, by)
    seated = session.seats.count()
    present = session.seats.there(motion.item).count()
    if present < rules.quorum(seated):
        raise Refused(
            _("Le quorum n’est pas atteint : %(present)s présents sans déport, il en faut %(least)s.")
            % {"present": present, "least": rules.quorum(seated)},
            code="R59",
        )
    voices = dict(motion.ballots.values_list("seat__person", "voice"))
    carried, motion.by_casting = rules.result(voices.values(), voices.get(session.chair_id))
    move(motion, "carry" if carried else "reject", by)
    motion.closed_at, motion.seated, motion.present = at, seated, present
    motion.save(update_fields=["state", "closed_at", "seated", "present", "by_casting"])
    told = {voice: list(voices.values()).count(voice) for voice in Ballot.Voice.values}
    _tell(
        session,
        "motion.closed",
        motion,
        by,
        at,
        state=motion.state,
        casting=motion.by_casting,
        **told,
        seated=seated,
        present=present,
    )
