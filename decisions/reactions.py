"""Echoes of the decisions: the sealed PDF, the notification in the secure space, courtesy mails without content."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications import actions as dossiers
from applications.reactions.letters import letters, officers, people_of
from edsh_portal import clock, mail, paper
from edsh_portal.events import Blocked, Effect, on
from edsh_portal.intake import examination
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from funding.panels import available_cents
from reviews import actions as reviews
from reviews.models import Session

from . import actions, letter, notice, snapshot
from .models import Decision, Kind, Procedure, Remedy


def _decision(event: Event) -> Decision:
    return Decision.objects.select_related("application", "grant", "released_by", "release_planned_by").get(
        pk=event.subject_id
    )


@on("decision.approved", queue="pdf", says=_("Mettre en forme et sceller la décision"), until="recall_until")
def seal_decision(event: Event) -> Effect | None:
    """Lays out and seals the act from its frozen data alone. An act without its mandatory blocks is parked, by name."""
    decision = _decision(event)
    if decision.state != Decision.State.APPROVED:
        return None
    absent = snapshot.missing(decision.snapshot)
    if absent:
        raise Blocked(f"Blocs obligatoires absents de la décision {decision.number} : {', '.join(absent)}.")
    title = letter.title(decision.snapshot)
    name = f"decision-{decision.number}.pdf"
    act = paper.put(lambda: paper.sealed(letter.lay_out(decision.snapshot), title), name=name, kind="decision")
    return lambda: actions.attach_pdf(decision, act.store(by=None))


@on(
    "decision.release_planned",
    owes=("decision.released",),
    says=_("Publier la décision à l’heure fixée"),
    until="release_at",
)
def release_at_its_hour(event: Event) -> Effect | None:
    """In the name of who set the hour; one that was moved or cancelled since is nothing to do. What the verb refuses is parked."""
    decision, due = _decision(event), datetime.fromisoformat(event.data["release_at"])
    if decision.state != Decision.State.RENDERED or decision.release_at != due:
        return None

    def effect() -> None:
        try:
            actions.release_planned(decision, due)
        except Refused as refused:
            raise Blocked(str(refused.message)) from refused
        except PermissionDenied as error:
            raise Blocked(
                f"{decision.release_planned_by} n’a plus le droit de publier : fixez l’heure de nouveau."
            ) from error

    return effect


@on(
    "decision.released",
    owes=("ledger.posted", "grant.engaged", "decision.notified"),
    says=_("Notifier la décision et engager l’aide"),
)
def notify_decision(event: Event) -> Effect | None:
    """The notification row, the engagement of an award and the courtesy mails, in one transaction."""
    decision = _decision(event)
    if decision.state != Decision.State.RELEASED:
        return None

    def effect() -> None:
        if actions.notify(decision) is not None:
            _tell(event, decision, "emails/decision_notified.txt")

    return effect


@on("decision.notified", says=_("Clore le dossier rejeté"))
def close_refused(event: Event) -> Effect | None:
    """A dossier whose refusal is notified is closed: it may be carried over to the next wave (R02)."""
    decision = _decision(event)
    if (decision.kind, decision.state) != (Kind.REFUSAL, Decision.State.NOTIFIED):
        return None
    return lambda: dossiers.close(decision.application)


@on("session.opened", "ranking.computed", "panel.asked", says=_("Calculer le classement attendu"))
def weigh_panel(event: Event) -> Effect | None:
    """What the jury sees beside its ranking, under what the envelope has left."""
    session = Session.objects.select_related("wave__settings").get(pk=event.subject_id)
    weighed = reviews.weigh(session, available_cents(session.wave.call_id))
    return None if weighed is None else lambda: reviews.keep_panel(session, weighed)


@on("decision.revoked", says=_("Rouvrir le dossier dont le rejet est retiré"))
def reopen_refused(event: Event) -> Effect | None:
    decision = _decision(event)
    return (lambda: dossiers.reopen(decision.application)) if decision.kind == Kind.REFUSAL else None


@on("decision.revoked", says=_("Prévenir du retrait de la décision"))
def tell_revoked(event: Event) -> Effect | None:
    """Who was notified is told that the act is no more in force; who was not never knew of it."""
    decision = _decision(event)
    if not event.data["was_notified"]:
        return None
    return lambda: _tell(event, decision, "emails/decision_revoked.txt")


# ── before an act against somebody ───────────────────────────────────────────────────────────────────────────────────
def _procedure(event: Event) -> Procedure:
    rows = Procedure.objects.select_related("application", "establishment", "document__scan_result", "opened_by")
    return rows.get(pk=event.subject_id)


@on("procedure.opened", queue="pdf", says=_("Mettre en forme la lettre d’une procédure contradictoire"))
def lay_out_notice(event: Event) -> Effect | None:
    """Read in the space, or printed and posted to who has not agreed to electronic notification."""
    of = ("application__wave__call", "application__wave__settings", "establishment", "decision", "opened_by")
    rows = Procedure.objects.select_related(*of, "convention__share__grant__application")
    held = rows.get(pk=event.subject_id)
    if held.letter_id is not None:
        return None
    told = notice.compose(held)
    name = f"procedure-{told['number']}.pdf"
    made = paper.put(
        lambda: paper.sealed(notice.lay_out(told), notice.title(told)), name=name, kind="procedure", told=told
    )
    return lambda: actions.attach_letter(held, made.store(by=None))


@on(
    "procedure.opened",
    "procedure.received",
    "procedure.answered",
    "procedure.dropped",
    says=_("Prévenir la personne concernée par une procédure contradictoire"),
)
def tell_concerned(event: Event) -> Effect:
    """Whoever writes or signs for the establishment, always and at once."""
    held = _procedure(event)
    context: dict[str, Any] = {
        "reference": held.application.reference,
        "step": event.kind.partition(".")[2],
        "day": f"{clock.civil(held.closes_at):%d/%m/%Y}" if held.closes_at else "",
        "days": held.days,
    }
    link = reverse("decisions:procedure", args=[held.pk])
    return letters(event, "emails/procedure.txt", people_of([held.establishment_id]), link, **context)


@on("procedure.observed", says=_("Prévenir le service des observations reçues"))
def tell_conducting(event: Event) -> Effect:
    held = _procedure(event)
    context = {"reference": held.application.reference, "name": str(held.establishment)}
    link = reverse("decisions:procedure", args=[held.pk])
    return letters(event, "emails/procedure_observed.txt", [held.opened_by], link, **context)


@on("procedure.observed", queue="intake", says=_("Examiner la pièce jointe à des observations"))
def examine_observations(event: Event) -> Effect | None:
    held = _procedure(event)
    if held.document is None:
        return None
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_observations_examined(held, found)


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@on("remedy.lodged", "remedy.ended", says=_("Accuser réception d’un recours, prévenir de sa suite"))
def tell_author(event: Event) -> Effect | None:
    """Who writes or signs for the member that brings it; a third party is answered by post."""
    held = Remedy.objects.select_related("decision__application").get(pk=event.subject_id)
    if held.establishment_id is None:
        return None
    day = "" if held.implied_on is None else f"{held.implied_on:%d/%m/%Y}"
    context: dict[str, Any] = {"number": str(held.decision), "received": f"{held.received_on:%d/%m/%Y}", "day": day}
    context["ended"] = event.kind == "remedy.ended"
    link = reverse("decisions:remedy", args=[held.pk])
    return letters(event, "emails/remedy.txt", people_of([held.establishment_id]), link, **context)


@on("remedy.lodged", says=_("Prévenir le service d’un recours reçu"))
def tell_of_remedy(event: Event) -> Effect:
    held = Remedy.objects.select_related("decision__application").get(pk=event.subject_id)
    link = reverse("decisions:remedy", args=[held.pk])
    return letters(event, "emails/remedy_received.txt", officers(), link, number=str(held.decision))


@on("remedy.lodged", queue="intake", says=_("Examiner la pièce jointe à un recours"))
def examine_remedy(event: Event) -> Effect | None:
    held = Remedy.objects.select_related("document__scan_result", "decision__application").get(pk=event.subject_id)
    if held.document is None:
        return None
    found = examination.examine(held.document)
    return None if found is None else lambda: actions.note_remedy_examined(held, found)


def _tell(event: Event, decision: Decision, template: str) -> None:
    members = decision.application.memberships.filter(state="accepted").values_list("establishment", flat=True)
    context: dict[str, Any] = {
        "link": reverse("decisions:decision", args=[decision.number]),
        "reference": decision.application.reference,
    }
    for person in people_of(members):
        mail.post(event, template=template, to=person, context=context)
