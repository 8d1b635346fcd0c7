"""Verbs of the prorogation (décret 2018-514 art. 7): a reasoned decision with its end date, by two people."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.locks import lock_dossier
from applications.models import Application
from calls import clocks
from edsh_portal.events import record
from edsh_portal.workflow import STATES, Refused, Step, move, need_reason, steps

from .. import permissions
from ..models import Prorogation


def _proposes(user: Any, prorogation: Prorogation) -> bool:
    return permissions.can_propose_prorogation(user, prorogation.application)


PROROGATION_STEPS = steps(
    "prorogation",
    Prorogation,
    [
        Step("propose", ("",), "proposed", _proposes, gettext_lazy("Proposer une prolongation")),
        Step(
            "validate",
            ("proposed",),
            "validated",
            permissions.can_validate_prorogation,
            gettext_lazy("Valider la prolongation"),
        ),
        Step(
            "return",
            ("proposed",),
            "returned",
            permissions.can_validate_prorogation,
            gettext_lazy("Renvoyer la prolongation"),
            reason=True,
        ),
    ],
)
STATES["prorogation"] = {
    "proposed": (gettext_lazy("À valider"), "waiting"),
    "validated": (gettext_lazy("Validée"), "ok"),
    "returned": (gettext_lazy("Renvoyée"), "warn"),
}
PENDING = (Application.State.SUBMITTED, Application.State.ADMISSIBLE)


@transaction.atomic
def propose_prorogation(
    application: Application, *, decision_on: date, reason: str, by: Any, at: datetime | None = None
) -> Prorogation:
    """Proposes a later last day for the decision, with the reason the consortium will read. Refused once the time is over."""
    at = lock_dossier(application, at)
    prorogation = Prorogation(
        application=application, decision_on=decision_on, proposed_by=by, proposed_at=at, state=""
    )
    move(prorogation, "propose", by)
    prorogation.reason = need_reason(reason)
    if application.prorogations.filter(state="proposed").exists():
        raise Refused(_("Une prolongation attend déjà sa validation pour ce dossier."), code="P01")
    _need_time(prorogation, at)
    prorogation.save()
    _record("prorogation.proposed", prorogation, by, at)
    return prorogation


def _need_time(prorogation: Prorogation, at: datetime) -> None:
    """Art. 7: what is over cannot be extended, and an extension extends."""
    application = prorogation.application
    if application.state not in PENDING or at < application.wave.closes_at:
        raise Refused(
            _("Aucun délai de décision ne court pour ce dossier (%(state)s).")
            % {"state": application.get_state_display()},
            code="P02",
        )
    now = clocks.deadlines(application)
    if at >= now.decision_at:
        raise Refused(
            _("Le délai de décision a pris fin le %(day)s : la demande est implicitement rejetée.")
            % {"day": f"{now.decision_on:%d/%m/%Y}"},
            code="P03",
        )
    if prorogation.decision_on <= now.decision_on:
        raise Refused(
            _("Choisissez un jour après le %(day)s, terme actuel du délai de décision.")
            % {"day": f"{now.decision_on:%d/%m/%Y}"},
            code="P04",
            field="decision_on",
        )
    prorogation.from_on = now.decision_on


@transaction.atomic
def validate_prorogation(prorogation: Prorogation, *, by: Any, at: datetime | None = None) -> Prorogation:
    """A second person makes it the State's: from now on every clock of the dossier reads the new day."""
    application, at = _hold_both(prorogation, at)
    move(prorogation, "validate", by)
    _need_time(prorogation, at)
    application.prorogued_to = prorogation.decision_on
    application.save(update_fields=["prorogued_to"])
    prorogation.decided_by, prorogation.decided_at = by, at
    prorogation.save(update_fields=["state", "decided_by", "decided_at", "from_on"])
    _record("prorogation.validated", prorogation, by, at)
    return prorogation


@transaction.atomic
def return_prorogation(prorogation: Prorogation, reason: str, *, by: Any, at: datetime | None = None) -> Prorogation:
    _application, at = _hold_both(prorogation, at)
    move(prorogation, "return", by)
    prorogation.returned_reason = need_reason(reason)
    prorogation.decided_by, prorogation.decided_at = by, at
    prorogation.save(update_fields=["state", "decided_by", "decided_at", "returned_reason"])
    _record("prorogation.returned", prorogation, by, at)
    return prorogation


def _hold_both(prorogation: Prorogation, at: datetime | None) -> tuple[Application, datetime]:
    """Locks the dossier, then rereads the act, which changes only under that lock."""
    application = prorogation.application
    at = lock_dossier(application, at)
    prorogation.refresh_from_db()
    prorogation.application = application
    return application, at


def _record(kind: str, prorogation: Prorogation, by: Any, at: datetime) -> None:
    record(
        kind,
        prorogation,
        by=by,
        at=at,
        state=prorogation.state,
        application=prorogation.application_id,
        from_on=prorogation.from_on.isoformat(),
        decision_on=prorogation.decision_on.isoformat(),
    )
