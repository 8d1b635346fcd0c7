"""Echoes of the evaluation: a link that appears suspends, and the people concerned are told by courtesy mails."""

from collections.abc import Callable
from email.mime.base import MIMEBase
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.models import Application, AssociatedPartner, Membership
from calls.models import Wave
from directory.models import Affiliation, User
from edsh_portal import clock, mail, paper, tasks
from edsh_portal.events import Effect, on, stream_of
from edsh_portal.models import Event, Mail

from . import actions, minutes, panels, printing, schedules, staffing
from .hearings import calendar
from .models import (
    Allocation,
    Assignment,
    Calibration,
    Feedback,
    Minutes,
    Schedule,
    Session,
    Summons,
    of_people_around,
)

mail.FAMILIES["evaluation"] = (
    _("Évaluation"),
    _("Un dossier vous est confié, une expertise est suspendue ou à remplacer, un lien est à arbitrer."),
)

mail.FAMILIES["hearings"] = (
    _("Auditions"),
    _("Une audition où votre présence est attendue est fixée, déplacée ou annulée ; l’agenda est joint."),
)


NUMBERS = {"siret", "ght_code"}  # of an establishment, by which two are tied


def _around(event: Event) -> Q:
    return of_people_around(event.subject_id) if NUMBERS.intersection(event.data["fields"]) else Q(pk__in=[])


def _of_the_person(event: Event) -> Q:
    """Whose employer changes; and the dossiers for which they write or sign, whose people may know an expert."""
    changed = Affiliation.objects.get(pk=event.subject_id)
    touched = Q(expert=changed.user_id)
    if changed.kind == Affiliation.Kind.EMPLOYEE:
        return touched
    here = {"establishment": changed.establishment_id}
    members = Membership.objects.filter(**here).values("application")
    dossiers = members.union(AssociatedPartner.objects.filter(**here).values("application"))
    return touched | Q(application__in=[row["application"] for row in dossiers])


# What may tie an expert to a dossier, or take the role away, and which live assignments it may touch: those of the dossier, of the
# person, or of the people of an establishment and of its neighbours.
TIES: dict[str, Callable[[Event], Q]] = {
    "affiliation.changed": _of_the_person,
    "tie.declared": lambda event: Q(expert=event.data["expert"]),
    "role.revoked": lambda event: Q(expert=event.subject_id),
    "membership.invited": lambda event: Q(application__memberships=event.subject_id),
    "membership.accepted": lambda event: Q(application__memberships=event.subject_id),
    "associated.added": lambda event: Q(application=event.subject_id),
    "application.submitted": lambda event: Q(application=event.subject_id),
    "establishment.joined_gcs": lambda event: of_people_around(event.data["establishment"]),
    "establishment.corrected": _around,
    "establishment.updated": _around,
}


@on(*TIES, says=_("Suspendre les experts désormais liés au dossier"))
def suspend_linked(event: Event) -> Effect | None:
    """The live assignments that this event may touch are looked at again."""
    touched = TIES[event.kind](event)
    held = Assignment.objects.filter(touched)
    if not (held.linked().exists() or held.without_role().exists() or held.unruled().exists()):
        return None

    def effect() -> None:
        actions.suspend_linked(touched)

    return effect


def _assignment(event: Event) -> Assignment:
    return Assignment.objects.select_related("expert", "assigned_by").get(pk=event.subject_id)


@on("assignment.created", "assignment.allowed", says=_("Prévenir l’expert qu’un dossier lui est confié"))
def tell_expert(event: Event) -> Effect:
    assignment = _assignment(event)
    return lambda: _post(event, assignment.expert, "emails/review_asked.txt", assignment)


@on("assignment.recused", "assignment.declined", says=_("Prévenir l’instruction du déport ou du refus d’un expert"))
def tell_officer(event: Event) -> Effect:
    """A replacement is to be found."""
    assignment = _assignment(event)
    return lambda: _post(event, assignment.assigned_by, "emails/review_recused.txt", assignment)


@on("assignment.suspended", says=_("Prévenir de la suspension d’un expert"))
def tell_both(event: Event) -> Effect:
    assignment = _assignment(event)

    def effect() -> None:
        if _was_told(assignment):
            _post(event, assignment.expert, "emails/review_suspended.txt", assignment)
        _post(event, assignment.assigned_by, "emails/review_recused.txt", assignment)

    return effect


@on("assignment.waiting", says=_("Prévenir la présidence d’un lien à arbitrer"))
def tell_chair(event: Event) -> Effect:
    """And the expert, when a dossier that was theirs is shut meanwhile."""
    assignment = _assignment(event)
    chairs = list(User.objects.filter(groups__name="jury_chair", is_active=True).order_by("pk"))

    def effect() -> None:
        for chair in chairs:
            _post(event, chair, "emails/review_to_rule.txt", assignment)
        if _was_told(assignment):
            _post(event, assignment.expert, "emails/review_waiting.txt", assignment)

    return effect


@on("review.reopened", says=_("Prévenir l’expert que son évaluation est rouverte"))
def tell_reopened(event: Event) -> Effect:
    assignment = Assignment.objects.select_related("expert").get(review=event.subject_id)
    return lambda: _post(event, assignment.expert, "emails/review_reopened.txt", assignment)


@on("complement.answered", says=_("Prévenir les experts d’une nouvelle version du dossier qu’ils évaluent"))
def tell_later(event: Event) -> Effect:
    """Those whose report is open, on the version before."""
    rows = Assignment.objects.filter(application=event.data["application"], state="declared", review__state="draft")
    behind = rows.exclude(review__version=F("application__version")).select_related("expert").order_by("pk")

    def effect() -> None:
        for assignment in behind:
            _post(event, assignment.expert, "emails/review_later.txt", assignment)

    return effect


@on("calibration.opened", says=_("Prévenir les experts de la relève que l’étalonnage est ouvert"))
def tell_calibration(event: Event) -> Effect:
    """Those who signed for the wave, or hold one of its dossiers."""
    people = panels.experts_of(Wave.objects.get(pk=event.data["wave"]))

    def effect() -> None:
        for person in people:
            mail.post(event, to=person, template="emails/calibration_opened.txt", context={}, family="evaluation")

    return effect


@on("calibration.closed", says=_("Prévenir les experts que les notes de l’étalonnage se lisent"))
def tell_calibrated(event: Event) -> Effect:
    given = Calibration.objects.get(pk=event.subject_id).reports.values("expert")
    people = list(User.objects.filter(pk__in=given, is_active=True).order_by("pk"))

    def effect() -> None:
        for person in people:
            mail.post(event, to=person, template="emails/calibration_closed.txt", context={}, family="evaluation")

    return effect


@on("review.awaited", says=_("Rappeler à l’expert une évaluation attendue"))
def tell_awaited(event: Event) -> Effect:
    """Before or after its due date; each takes reminders as they chose."""
    assignment = _assignment(event)
    context = {"due_at": assignment.due_at, "late": event.data["days"] < 0}

    def effect() -> None:
        template = "emails/review_awaited.txt"
        mail.post(event, to=assignment.expert, template=template, context=context, family="reminders")

    return effect


@on("session.closed", says=_("Effacer les notes privées des experts, sauf si l’appel les conserve"))
def purge_private_notes(event: Event) -> Effect:
    session = Session.objects.select_related("wave__settings").get(pk=event.subject_id)

    def effect() -> None:
        actions.purge_private_notes(session)

    return effect


@on("review.locked", "review.revised", says=_("Ouvrir une discussion entre experts qui divergent"))
def open_discussion(event: Event) -> Effect | None:
    """Whether they diverge is looked at again under the lock of the dossier."""
    application = Application.objects.select_related("wave__settings").get(pk=event.data["application"])
    return lambda: actions.open_discussion(application)


@on("discussion.opened", says=_("Prévenir les experts dont les évaluations divergent"))
def tell_experts(event: Event) -> Effect:
    live = Assignment.objects.filter(application=event.data["application"], state="declared", review__state="locked")
    people = [assignment.expert for assignment in live.select_related("expert").order_by("pk")]

    def effect() -> None:
        for person in people:
            mail.post(event, to=person, template="emails/discussion_opened.txt", context={}, family="evaluation")

    return effect


@on("feedback.approved", queue="pdf", says=_("Mettre en forme le retour au candidat"))
def print_feedback(event: Event) -> Effect | None:
    """From what was approved, and from nothing else; it waits for the decision."""
    of = ("wave__call", "wave__settings", "version", "coordinator")
    held = Feedback.objects.select_related(*(f"application__{name}" for name in of)).get(pk=event.subject_id)
    if held.content is None or held.document_id is not None:
        return None
    name = f"retour-{held.application.reference}.pdf"
    told = printing.compose(held)
    made = paper.put(
        lambda: paper.sealed(printing.lay_out(told), printing.title(told)), name=name, kind="feedback", told=told
    )
    return lambda: actions.attach_feedback(held, made.store(by=None))


@on("discussion.opened", says=_("Prévenir l’instruction que des évaluations divergent"))
def tell_officers(event: Event) -> Effect:
    """Who confided the dossier: the portal proposes one more expert, and they answer."""
    asked = Assignment.objects.filter(application=event.data["application"]).select_related(
        "assigned_by", "application"
    )
    rows = {row.assigned_by_id: row for row in asked.order_by("pk")}

    def effect() -> None:
        for row in rows.values():
            _post(event, row.assigned_by, "emails/discussion_to_answer.txt", row)

    return effect


@on("minutes.signed", queue="pdf", says=_("Mettre en forme et sceller le procès-verbal du jury"))
def seal_minutes(event: Event) -> Effect | None:
    row = Minutes.objects.get(pk=event.subject_id)
    if row.document_id is not None:
        return None
    name = f"proces-verbal-{row.session_id}-v{row.version}.pdf"
    kept = paper.put(
        lambda: paper.sealed(minutes.lay_out(row.told), minutes.title(row.told)), name=name, kind="minutes"
    )
    return lambda: actions.keep_minutes(row, kept.store(by=None))


def _was_told(assignment: Assignment) -> bool:
    """Whether the dossier was ever theirs: one that waited from the first was not."""
    told = {"kind__in": ("assignment.created", "assignment.allowed"), "subject_id": assignment.pk}
    return Event.objects.filter(stream=stream_of(assignment), **told).exists()


def _post(event: Event, to: object, template: str, assignment: Assignment) -> None:
    """Nothing of the dossier but, for officers, its reference: the mail only says where to look."""
    reference = assignment.application.reference
    context = {"due_at": assignment.due_at, "reference": reference, "no_role": assignment.fact.startswith("role|")}
    mail.post(event, to=to, template=template, context=context, family="evaluation")


class Stopped(Exception):
    """The answer of this round is awaited no more."""


# ── hearings ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@on("hearings.asked", says=_("Proposer le programme des auditions"))
def place_hearings(event: Event) -> Effect | None:
    """Solves the draft outside any transaction, telling how far it is; what it finds replaces what is not placed by hand."""
    from .hearings.causes import causes
    from .hearings.solver import Undecided, solve  # HiGHS and numpy: the worker's, never the web's

    schedule = Schedule.objects.get(pk=event.subject_id)
    turn = event.data["round"]

    def tell(_what: str, far: float) -> None:
        if not Schedule.objects.filter(pk=schedule.pk, round=turn, solving=True).update(progress=int(100 * far)):
            raise Stopped

    try:
        tell("read", 0.01)
        planned = schedules.of(schedule)
        found = solve(planned.instance, tell)
        if found is None:
            answer = schedules.told(planned, causes(planned.instance))
            return lambda: actions.keep_hearings(schedule, turn, None, answer)
    except Stopped:
        return None
    except Undecided:
        return lambda: actions.keep_hearings(schedule, turn, None, {"undecided": True})
    rows = schedules.rows(planned, found)
    days, waits, regions, _places = found.worth
    told: dict[str, Any] = {
        "days": days,
        "waits": waits,
        "regions": regions,
        "changes": found.changes,
        "proved": found.proved,
    }
    told |= {"parties": len(planned.instance.parties), "seconds": round(found.seconds, 2)}
    return lambda: actions.keep_hearings(schedule, turn, rows, told)


@on("hearing.summoned", "hearing.cancelled", says=_("Convoquer à une audition, ou dire qu’elle change"))
def tell_hearing(event: Event) -> Effect:
    """Those who come and those who sit; those who no longer do are told that it is cancelled for them."""
    summons = Summons.objects.select_related("application").get(pk=event.subject_id)
    called = [(row.person, row.side) for row in summons.summoned.select_related("person").order_by("pk")]
    dropped = list(User.objects.filter(pk__in=event.data["dropped"], is_active=True).order_by("pk"))

    def effect() -> None:
        for person, side in called:
            _tell_hearing(event, person, summons, "emails/hearing.txt", side)
        for person in dropped:
            _tell_hearing(event, person, summons, "emails/hearing_cancelled.txt", "")

    return effect


def _tell_hearing(event: Event, to: User, summons: Summons, template: str, side: str) -> None:
    reference = summons.application.reference
    page = reverse("applications:dossier", args=[reference]) if side == "team" else reverse("reviews:my_hearings")
    context = {"summons": summons, "reference": reference, "link": page if side else "", "moved": summons.sequence > 0}
    mail.post(event, to=to, template=template, context=context, family="hearings")


def enclose_hearing(letter: Mail) -> MIMEBase:
    """Asked again of whoever comes or sits; cancelled for whoever no longer does."""
    rows = Summons.objects.select_related("application__wave__settings")
    summons = rows.get(pk=letter.event.subject_id)
    stays = summons.summoned.filter(person=letter.to).exists()
    method = calendar.REQUEST if stays else calendar.CANCEL
    whom = calendar.Person(str(letter.to), letter.address)
    return calendar.part(calendar.sheet([schedules.appointment(summons)], method, whom), method)


mail.ENCLOSED |= {"hearing.summoned": enclose_hearing, "hearing.cancelled": enclose_hearing}


@on("allocation.asked", says=_("Proposer une répartition des dossiers entre les experts"))
def allocate(event: Event) -> Effect | None:
    """Solves the draft outside any transaction, telling how far it is; what it finds replaces what is not locked."""
    from .allocation import causes, said
    from .allocation.solver import solve  # HiGHS and numpy: the worker's, never the web's

    allocation = Allocation.objects.select_related("wave__settings").get(pk=event.subject_id)
    turn = event.data["round"]

    def tell(_what: str, far: float) -> None:
        mine = Allocation.objects.filter(pk=allocation.pk, round=turn, solving=True)
        if not mine.update(progress=int(100 * far)):
            raise Stopped

    try:
        tell("read", 0.01)
        wave = staffing.of(allocation, clock.today())
        places, why = causes(wave.instance)
        if why:
            answer = wave.told(why)
            return lambda: actions.keep_answer(allocation, turn, None, answer)
        found = solve(wave.instance, places, tell)
    except Stopped:
        return None
    pairs = [(wave.experts[e].pk, wave.dossiers[d].pk) for e, d in found.pairs if (e, d) not in wave.held]
    told = said.allocation(wave.instance, found)
    kept = {key: told[key] for key in ("least", "total", "seconds", "bound", "gap")}
    return lambda: actions.keep_answer(allocation, turn, pairs, kept)


tasks.clock(actions.remind_reports)
