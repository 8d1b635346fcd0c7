"""Remedies against a notified decision: lodged here or received by post, answered by an act of two, judged by the court.

Codes: K01 of what was not notified, K02 a day that cannot be, K03 one waits already, K04 ended, K05 the court and its number.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import acts, clock
from edsh_portal.events import instant, record
from edsh_portal.intake import examination
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, Step, move, need_reason, need_step, steps

from .. import permissions
from ..models import Decision, Notification, Remedy
from .enclosure import Enclosure, need_examined

REMEDY_STEPS = steps(
    "remedy",
    Remedy,
    [
        Step("lodge", ("",), "received", permissions.can_bring, gettext_lazy("Enregistrer le recours")),
        Step("accept", ("received",), "accepted", permissions.can_end, gettext_lazy("Accueillir")),
        Step("reject", ("received",), "rejected", permissions.can_end, gettext_lazy("Rejeter")),
        Step("withdraw", ("received",), "withdrawn", permissions.can_register_remedy, gettext_lazy("Désistement")),
    ],
)
ENDS = {"accepted": "accept", "rejected": "reject", "withdrawn": "withdraw"}


def notified_on(decision: Decision) -> date | None:
    """The day that starts the time limits: of the letter's reception, of the opening, else the fifteenth; None before the notification."""
    rows = Notification.objects.select_related("opening", "decision__registered_letter")
    held = rows.filter(decision=decision, kind=Notification.Kind.DECISION).first()
    if held is None:
        return None
    opening = getattr(held, "opening", None)
    if opening is None or held.letter is not None:
        return held.deemed_on
    return min(held.deemed_on, clock.civil(opening.opened_at))


@transaction.atomic
def lodge_remedy(
    decision: Decision,
    *,
    kind: str,
    text: str,
    content: bytes = b"",
    name: str = "",
    by: Any,
    at: datetime | None = None,
) -> Remedy:
    """By a legal representative, on the page of the decision: gracieux or hiérarchique, with one file at most."""
    place = permissions.represents(by, decision)
    if place is None or kind == Remedy.Kind.LITIGATION:
        raise PermissionDenied("lodge_remedy")
    enclosure = Enclosure(content, name)
    at = instant(at, decision)
    made = Remedy(
        decision=decision, kind=kind, establishment=place, author=str(by), received_on=clock.civil(at), text=text
    )
    return _keep(made, enclosure, by, at)


@transaction.atomic
def register_remedy(
    decision: Decision,
    *,
    kind: str,
    received_on: date,
    author: str,
    text: str,
    reference: str = "",
    court: str = "",
    establishment: Any = None,
    content: bytes = b"",
    name: str = "",
    by: Any,
    at: datetime | None = None,
) -> Remedy:
    """What came by post, or that a court sent. `establishment`: its author, when it is a member of the dossier."""
    if not permissions.can_register_remedy(by, decision):
        raise PermissionDenied("register_remedy")
    enclosure = Enclosure(content, name)
    at = instant(at, decision)
    reference, court = " ".join(reference.split()), " ".join(court.split())
    if (kind == Remedy.Kind.LITIGATION) != bool(court) or court and not reference:
        raise Refused(
            _("Indiquez le tribunal et le numéro de l’affaire pour un recours contentieux, et pour lui seul."),
            code="K05",
            field="court",
        )
    made = Remedy(
        decision=decision,
        kind=kind,
        establishment=establishment,
        author=need_reason(author, field="author"),
        received_on=received_on,
        reference=reference,
        court=court,
        text=text,
    )
    return _keep(made, enclosure, by, at)


def _keep(made: Remedy, enclosure: Enclosure, by: Any, at: datetime) -> Remedy:
    decision = made.decision
    began = notified_on(decision)
    if began is None or decision.state != Decision.State.NOTIFIED:
        raise Refused(_("Un recours porte sur une décision notifiée et en vigueur."), code="K01")
    first_on = clock.civil(decision.notified_at)  # type: ignore[arg-type]  # it is notified
    if not first_on <= made.received_on <= clock.civil(at):
        raise Refused(
            _("Indiquez un jour compris entre le %(first)s et aujourd’hui.") % {"first": f"{first_on:%d/%m/%Y}"},
            code="K02",
            field="received_on",
        )
    waiting = Remedy.objects.filter(
        decision=decision, kind=made.kind, establishment=made.establishment, state="received"
    )
    if made.establishment is not None and waiting.exists():
        raise Refused(_("Un recours de même nature est déjà à l’examen."), code="K03", field="kind")
    made.text = need_reason(made.text, field="text")
    made.notified_on = min(began, made.received_on)
    made.recorded_by, made.recorded_at, made.state = by, at, ""
    move(made, "lodge", by)
    made.document = enclosure.store("remedy", by, at)
    made.save()
    told: dict[str, Any] = {
        "decision": decision.pk,
        "kind": made.kind,
        "state": made.state,
        "file": made.document is not None,
    }
    record("remedy.lodged", made, by=by, at=at, **told)
    return made


@transaction.atomic
def note_remedy_examined(remedy: Remedy, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what the examination of the file found, once; the remedy stands without it. In the portal's own name."""
    assert remedy.document is not None
    if examination.note(remedy.document, found, at := instant(at, remedy)):
        record("remedy.examined", remedy, by=None, at=at, kept=found.good)


def lock_remedy(remedy: Remedy) -> Remedy:
    """Locks it and rereads it in place."""
    remedy.refresh_from_db(from_queryset=Remedy.objects.select_for_update(no_key=True, of=("self",)))
    return remedy


# ── answered by two people ───────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_remedy_answer(remedy: Remedy, outcome: str, motives: str, *, by: Any, at: datetime | None = None) -> Act:
    """Accepted or rejected, with motives: the direction approves. An implicit rejection may still be replaced."""
    lock_remedy(remedy)
    if remedy.kind == Remedy.Kind.LITIGATION or outcome not in ("accepted", "rejected"):
        raise Refused(_("Choisissez la suite donnée à ce recours."), code="K04", field="outcome")
    need_step(remedy, ENDS[outcome], None)
    need_examined(remedy.document, _("Le fichier joint est en cours d’examen : répondez dans un instant."), "K04")
    payload = {"remedy": remedy.pk, "outcome": outcome, "motives": need_reason(motives, field="motives")}
    return acts.propose("remedy.answer", remedy, payload, by=by, at=at)


def _answer(act: Act, remedy: Remedy) -> None:
    assert act.decided_at is not None  # it is approved
    told, by = act.payload, act.decided_by
    _end(remedy, told["outcome"], told["motives"], clock.civil(act.decided_at), by, act.decided_at, act)


def _end(remedy: Remedy, outcome: str, motives: str, day: date, by: Any, at: datetime, act: Act | None = None) -> None:
    move(remedy, ENDS[outcome], by)
    remedy.motives, remedy.ended_on, remedy.ended_by, remedy.act = motives, day, by, act
    remedy.save(update_fields=["state", "motives", "ended_on", "ended_by", "act"])
    record("remedy.ended", remedy, by=by, at=at, state=remedy.state, kind=remedy.kind)


def _says(act: Act, remedy: Remedy) -> str:
    words = {"remedy": remedy.get_kind_display(), "number": remedy.decision}
    return _("Réponse au recours sur la décision %(number)s : %(remedy)s") % words


def _facts(act: Act, remedy: Remedy) -> list[acts.Fact]:
    told = act.payload
    late = _("dans le délai") if remedy.in_time else _("hors délai")
    received = f"{remedy.received_on:%d/%m/%Y}"
    return [
        acts.Fact(_("Auteur du recours"), "", remedy.author),
        acts.Fact(_("Reçu le"), "", _("%(day)s, %(late)s") % {"day": received, "late": late}),
        acts.Fact(_("Suite"), _("à examiner"), Remedy.words(told["outcome"])),
        acts.Fact(_("Motif"), "", told["motives"]),
    ]


acts.kind(
    "remedy.answer",
    label=gettext_lazy("Réponse à un recours"),
    subject=Remedy,
    proposers=("instructor", "validator"),
    approvers=("direction",),
    does=_answer,
    says=_says,
    facts=_facts,
    version=lambda remedy: remedy.state,
    lock=lock_remedy,
    related=("decision__application",),
    seen=lambda user: Remedy.objects.visible_to(user),
)


# ── judged, or given up ──────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def record_end(
    remedy: Remedy, outcome: str, motives: str, ended_on: date, *, by: Any, at: datetime | None = None
) -> None:
    """What a court has judged, or that the author gives up: a fact that an officer records."""
    lock_remedy(remedy)
    at = instant(at, remedy)
    if outcome not in ENDS or outcome != "withdrawn" and remedy.kind != Remedy.Kind.LITIGATION:
        raise Refused(
            _("Un recours adressé à l’administration reçoit une réponse : proposez-la."), code="K04", field="outcome"
        )
    if not remedy.received_on <= ended_on <= clock.civil(at):
        raise Refused(
            _("Indiquez un jour compris entre le %(first)s et aujourd’hui.")
            % {"first": f"{remedy.received_on:%d/%m/%Y}"},
            code="K02",
            field="ended_on",
        )
    if acts.waiting("remedy.answer", remedy) is not None:
        raise Refused(_("Une réponse est en attente d’approbation : reprenez-la d’abord."), code="K03")
    if not permissions.can_register_remedy(by, remedy.decision):
        raise PermissionDenied("record_end")
    _end(remedy, outcome, need_reason(motives, field="motives"), ended_on, by, at)
