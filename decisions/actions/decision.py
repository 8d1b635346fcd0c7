"""The life of a numbered act: recalled, sealed, notified, opened, revoked; release.py publishes it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal import acts
from edsh_portal.events import instant, record
from edsh_portal.models import Act, Document
from edsh_portal.money import display
from edsh_portal.workflow import Refused, Step, move, need_reason, need_step, steps
from funding import actions as funding
from funding import ledger

from .. import permissions
from ..models import Decision, Notification, NotificationOpening

DECISION_STEPS = steps(
    "decision",
    Decision,
    [
        Step("approve", ("",), "approved", permissions.can_see_programme, gettext_lazy("Approuver")),
        Step("render", ("approved",), "rendered", permissions.can_render, gettext_lazy("Sceller")),
        Step("release", ("rendered",), "released", permissions.can_release, gettext_lazy("Publier")),
        Step("notify", ("released",), "notified", permissions.can_notify, gettext_lazy("Notifier")),
        Step(
            "recall",
            ("approved",),
            "revoked",
            permissions.can_recall,
            gettext_lazy("Rappeler la décision"),
            reason=True,
        ),
        Step(
            "revoke",
            ("approved", "rendered", "released", "notified"),
            "revoked",
            permissions.can_revoke,
            gettext_lazy("Retirer la décision"),
            reason=True,
        ),
    ],
)


def lock_decision(decision: Decision) -> Application:
    """Locks the dossier, then the decision, and rereads it in place."""
    application = Application.objects.select_for_update(no_key=True, of=("self",)).get(pk=decision.application_id)
    decision.refresh_from_db(from_queryset=Decision.objects.select_for_update(no_key=True, of=("self",)))
    decision.application = application
    return application


@transaction.atomic
def attach_pdf(decision: Decision, document: Document, *, at: datetime | None = None) -> None:
    """The portal keeps the sealed PDF of the act. Repeatable: a decision already sealed keeps its first file."""
    lock_decision(decision)
    if decision.document_id is not None or decision.state == Decision.State.REVOKED:
        return
    at = instant(at, decision)
    move(decision, "render", None)
    decision.document, decision.sha256, decision.rendered_at = document, document.sha256, at
    decision.save(update_fields=["state", "document", "sha256", "rendered_at"])
    record("decision.rendered", decision, by=None, at=at, state=decision.state, sha256=document.sha256)


@transaction.atomic
def recall(decision: Decision, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Who approved it takes it back before it is laid out: its money is available again, its number is not used again.

    P16: its time is over.
    """
    lock_decision(decision)
    reason = need_reason(reason)
    at = instant(at, decision)
    if by.pk == decision.approved_by_id and not decision.recallable(at):
        raise Refused(
            _("Le délai de rappel de cette décision est passé : proposez son retrait, avec un motif."), code="P16"
        )
    move(decision, "recall", by)
    decision.recalled = True
    decision.revoked_by, decision.revoked_at, decision.revoked_reason = by, at, reason
    decision.save(update_fields=["state", "recalled", "revoked_by", "revoked_at", "revoked_reason"])
    if decision.grant is not None:
        act = Act.objects.get(pk=ledger.act_of(decision.grant) or 0)
        funding.void(decision.grant, reason=reason, act=act, by=by, at=at)
    record("decision.recalled", decision, by=by, at=at, state=decision.state, cents=decision.cents)


@transaction.atomic
def notify(decision: Decision, *, at: datetime | None = None) -> Notification | None:
    """The binding act: the unique row in the secure space, and the engagement of an award in the same transaction.

    Nothing is done here of what goes by post: its letter notifies it, once it is received (postal.py).
    """
    lock_decision(decision)
    if decision.state != Decision.State.RELEASED or decision.by_post:
        return None
    return notified(decision, by=decision.released_by, at=at)


def notified(decision: Decision, *, by: Any, at: datetime | None = None) -> Notification:
    """The decision, locked, is notified in the name of who published it, or of who recorded the reception of its letter."""
    at = instant(at, decision)
    move(decision, "notify", None)
    decision.notified_at = at
    decision.save(update_fields=["state", "notified_at"])
    notification = Notification.objects.create(decision=decision, sha256=decision.sha256, deposited_at=at)
    if decision.grant is not None:
        funding.engage(decision.grant, by=by, at=at)
    record(
        "decision.notified",
        decision,
        by=by,
        at=at,
        state=decision.state,
        notification=notification.pk,
        sha256=decision.sha256,
        cents=decision.cents,
    )
    return notification


@transaction.atomic
def open_notification(decision: Decision, *, by: Any, at: datetime | None = None) -> NotificationOpening:
    """The first opening by a legal representative, dated once (CRPA L112-15); the next ones change nothing."""
    lock_decision(decision)
    if not permissions.can_open(by, decision):
        raise PermissionDenied("open_notification")
    notification = decision.notifications.get(kind=Notification.Kind.DECISION)
    opening = NotificationOpening.objects.filter(notification=notification).first()
    if opening is None:
        at = instant(at, decision)
        opening = NotificationOpening.objects.create(notification=notification, opened_by=by, opened_at=at)
        record("decision.opened", decision, by=by, at=at, notification=notification.pk)
    return opening


# ── its withdrawal ───────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_revocation(decision: Decision, reason: str, *, by: Any, at: datetime | None = None) -> Act:
    """To take an act out of force: the validating officer proposes it with its reason, the direction approves."""
    lock_decision(decision)
    reason = need_reason(reason)
    need_step(decision, "revoke", None)
    payload = {
        "decision": decision.pk,
        "cents": decision.cents,
        "withdraws": decision.grant_id,
        "notified": decision.notified_at is not None,
        "reason": reason,
    }
    return acts.propose("decision.revoke", decision, payload, by=by, at=at)


def _revoke(act: Act, decision: Decision) -> None:
    """Its number and PDF stay, and an award's money goes back by the ledger."""
    by, at, reason = act.decided_by, act.decided_at, act.payload["reason"]
    assert at is not None
    move(decision, "revoke", by)
    decision.revoked_by, decision.revoked_at, decision.revoked_reason = by, at, reason
    decision.save(update_fields=["state", "revoked_by", "revoked_at", "revoked_reason"])
    if decision.grant is not None:
        funding.void(decision.grant, reason=reason, act=act, by=by, at=at)
    if decision.notified_at is not None:
        Notification.objects.create(
            decision=decision, kind=Notification.Kind.REVOCATION, sha256=decision.sha256, deposited_at=at
        )
    told: dict[str, Any] = {"act": act.pk, "was_notified": decision.notified_at is not None}
    record("decision.revoked", decision, by=by, at=at, state=decision.state, **told)


def _locked_decision(decision: Decision) -> Decision:
    lock_decision(decision)
    return decision


def _says(act: Act, decision: Decision) -> str:
    return _("Retrait de la décision %(number)s : %(dossier)s") % {"number": decision, "dossier": decision.application}


def _facts(act: Act, decision: Decision) -> list[acts.Fact]:
    told = act.payload
    return [
        acts.Fact(_("Décision %(number)s") % {"number": decision}, _("en vigueur"), _("retirée")),
        acts.Fact(_("Aide"), display(told["cents"]), display(0)),
        *_money(act, decision),
        acts.Fact(_("Bénéficiaire"), _("notifié") if told["notified"] else _("non notifié"), ""),
        acts.Fact(_("Motif"), "", told["reason"]),
    ]


def _money(act: Act, decision: Decision) -> list[acts.Fact]:
    """What becomes of the commitment authorisations: an earlier year's are lost."""
    if decision.grant is None:
        return []
    lost = funding.lapses(decision.grant, at=act.decided_at)
    after = _("caduques : engagées lors d’un exercice antérieur") if lost else _("de nouveau disponibles")
    return [acts.Fact(_("Autorisations d’engagement"), display(act.payload["cents"]), after)]


acts.kind(
    "decision.revoke",
    label=gettext_lazy("Retrait d’une décision"),
    subject=Decision,
    proposers=("validator",),
    approvers=("direction",),
    does=_revoke,
    says=_says,
    facts=_facts,
    version=lambda decision: [decision.notified_at is not None, decision.state == Decision.State.REVOKED],
    lock=_locked_decision,
    related=("application",),
    seen=lambda user: Decision.objects.filter(open_to(user)),
)
