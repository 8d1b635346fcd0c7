"""Verbs of the admissibility: proposed by one person, validated or returned by another; or settled by two months of silence."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.actions.locks import lock_dossier
from applications.models import Application
from calls import clocks
from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import STATES, Refused, Step, move, need_reason, portal_only, steps

from .. import permissions
from ..models import Admissibility
from .complements import end_complements


def _proposes(user: Any, admissibility: Admissibility) -> bool:
    return permissions.can_propose_admissibility(user, admissibility.application)


ADMISSIBILITY_STEPS = steps(
    "admissibility",
    Admissibility,
    [
        Step("propose", ("",), "proposed", _proposes, gettext_lazy("Proposer un avis de recevabilité")),
        Step(
            "validate",
            ("proposed",),
            "validated",
            permissions.can_validate_admissibility,
            gettext_lazy("Valider l’avis"),
        ),
        Step(
            "return",
            ("proposed",),
            "returned",
            permissions.can_validate_admissibility,
            gettext_lazy("Renvoyer l’avis"),
            reason=True,
        ),
        Step("deem", ("",), "deemed", portal_only, gettext_lazy("Constater la recevabilité par silence")),
        Step(
            "lapse",
            ("proposed",),
            "lapsed",
            portal_only,
            gettext_lazy("Constater que l’avis est sans objet"),
        ),
    ],
)
STATES["admissibility"] = {
    "proposed": (gettext_lazy("À valider"), "waiting"),
    "validated": (gettext_lazy("Validé"), "ok"),
    "returned": (gettext_lazy("Renvoyé"), "warn"),
    "deemed": (gettext_lazy("Réputée recevable"), "ok"),
    "lapsed": (gettext_lazy("Sans objet"), "closed"),
}
STATES["verdict"] = {
    "admissible": (gettext_lazy("Recevable"), "ok"),
    "inadmissible": (gettext_lazy("Irrecevable"), "danger"),
    "ineligible": (gettext_lazy("Inéligible"), "danger"),
}

Verdict = Admissibility.Verdict
MOVES = {
    Verdict.ADMISSIBLE: "admit",
    Verdict.INADMISSIBLE: "reject_inadmissible",
    Verdict.INELIGIBLE: "reject_ineligible",
}
MOVED = {
    Verdict.ADMISSIBLE: "application.admitted",
    Verdict.INADMISSIBLE: "application.rejected",
    Verdict.INELIGIBLE: "application.rejected",
}
# What a refusal may rest on: the rules that an officer judges (CALL.md §5, R24).
RULES = (
    "R01",
    "R04",
    "R10",
    "R11",
    "R12",
    "R13",
    "R14",
    "R15",
    "R16",
    "R17",
    "R18",
    "R19",
    "R20",
    "R21",
    "R22",
    "R23",
)
SILENCE = "R25"


@transaction.atomic
def propose_admissibility(
    application: Application, *, verdict: str, rule: str = "", evidence: str = "", by: Any, at: datetime | None = None
) -> Admissibility:
    """The officer's opinion on the version examined. A refusal quotes one rule and the fact that breaks it (R24).

    Refused before the cut-off (the dossier may still be replaced), once the two months have passed, and while another
    opinion waits for its validation.
    """
    at = lock_dossier(application, at)
    admissibility = Admissibility(
        application=application,
        version_id=application.version_id,  # type: ignore[misc]  # refused below when there is none
        verdict=verdict,
        rule=rule.strip(),
        evidence=evidence.strip(),
        proposed_by=by,
        proposed_at=at,
        state="",
    )
    move(admissibility, "propose", by)
    _refuse_proposal(application, admissibility, at)
    if verdict == Verdict.ADMISSIBLE:
        admissibility.rule = ""
    admissibility.save()
    record(
        "admissibility.proposed",
        admissibility,
        by=by,
        at=at,
        state=admissibility.state,
        verdict=verdict,
        rule=admissibility.rule,
        application=application.pk,
        version=application.version_id,
    )
    return admissibility


def _refuse_proposal(application: Application, admissibility: Admissibility, at: datetime) -> None:
    if application.state != Application.State.SUBMITTED:
        raise Refused(
            _("Aucun avis de recevabilité n’est attendu pour ce dossier (%(state)s) : rechargez la page.")
            % {"state": application.get_state_display()},
            code="A10",
        )
    if at < application.wave.closes_at:
        raise Refused(
            _("La relève close le %(cutoff)s : jusque-là le dossier peut être remplacé, son examen commence ensuite.")
            % {"cutoff": clock.paris(application.wave.closes_at)},
            code="A11",
        )
    _need_time(application, at)
    if admissibility.verdict not in Verdict.values:
        raise Refused(_("Choisissez un avis : recevable, irrecevable ou inéligible."), code="A12", field="verdict")
    if admissibility.verdict != Verdict.ADMISSIBLE and admissibility.rule not in RULES:
        raise Refused(_("Indiquez la règle qui n’est pas respectée."), code="R24", field="rule")
    if admissibility.verdict != Verdict.ADMISSIBLE and not admissibility.evidence:
        raise Refused(_("Indiquez le fait et sa preuve : l’établissement les lira."), code="R24", field="evidence")
    if application.admissibilities.filter(state=Admissibility.State.PROPOSED).exists():
        raise Refused(_("Un avis attend déjà sa validation pour ce dossier."), code="A13")
    if application.complements.filter(state="asked").exists():
        raise Refused(
            _("Des compléments sont attendus : donnez votre avis après la réponse, ou retirez la demande."), code="C03"
        )


def _need_time(application: Application, at: datetime) -> None:
    """R25: after the silence, the dossier is admissible whether or not the portal has written it yet."""
    periods = clocks.deadlines(application)
    if at >= periods.admissibility_at:
        raise Refused(
            _("Le délai de recevabilité a pris fin le %(day)s : le dossier est réputé recevable.")
            % {"day": f"{periods.admissibility_on:%d/%m/%Y}"},
            code="R25",
        )


@transaction.atomic
def validate_admissibility(admissibility: Admissibility, *, by: Any, at: datetime | None = None) -> Application:
    """A second person makes the opinion the State's: the dossier moves. Never the person who proposed."""
    application, at = _hold_both(admissibility, at)
    move(admissibility, "validate", by)
    _need_time(application, at)
    verdict = Verdict(admissibility.verdict)
    move(application, MOVES[verdict], by)
    _decide(admissibility, by, at)
    application.save(update_fields=["state"])
    record(
        "admissibility.validated",
        admissibility,
        by=by,
        at=at,
        state=admissibility.state,
        verdict=verdict.value,
        rule=admissibility.rule,
        application=application.pk,
    )
    record(
        MOVED[verdict],
        application,
        by=by,
        at=at,
        state=application.state,
        admissibility=admissibility.pk,
        rule=admissibility.rule,
    )
    return application


@transaction.atomic
def return_admissibility(
    admissibility: Admissibility, reason: str, *, by: Any, at: datetime | None = None
) -> Admissibility:
    """The second person sends the opinion back with a reason; the dossier stays where it is and may be examined again."""
    application, at = _hold_both(admissibility, at)
    move(admissibility, "return", by)
    admissibility.reason = need_reason(reason)
    _decide(admissibility, by, at)
    record(
        "admissibility.returned",
        admissibility,
        by=by,
        at=at,
        state=admissibility.state,
        application=application.pk,
        verdict=admissibility.verdict,
    )
    return admissibility


@transaction.atomic
def deem_admissible(application: Application, *, at: datetime | None = None) -> Admissibility:
    """The portal notes, in its own name, that two months of silence made the dossier admissible (R25)."""
    at = lock_dossier(application, at)
    if application.submitted_at is None or at < clocks.deadlines(application).admissibility_at:
        raise Refused(_("Le délai de recevabilité court encore."), code="R25")
    move(application, "admit", None)
    lapse_proposals(application, at=at)
    end_complements(application, at=at)
    admissibility = Admissibility(
        application=application,
        version_id=application.version_id,  # type: ignore[misc]  # what was deposited has one
        verdict=Verdict.ADMISSIBLE,
        rule=SILENCE,
        proposed_at=at,
        decided_at=at,
        state="",
    )
    move(admissibility, "deem", None)
    admissibility.save()
    application.save(update_fields=["state"])
    record(
        "admissibility.deemed",
        admissibility,
        by=None,
        at=at,
        state=admissibility.state,
        verdict=admissibility.verdict,
        rule=SILENCE,
        application=application.pk,
    )
    record(
        "application.admitted",
        application,
        by=None,
        at=at,
        state=application.state,
        admissibility=admissibility.pk,
        rule=SILENCE,
    )
    return admissibility


def deem_overdue(at: datetime | None = None) -> int:
    """Every minute: notes the silence on each dossier whose two months have passed, each in its own transaction."""
    now = at or clock.now()
    waiting = Application.objects.filter(state=Application.State.SUBMITTED, wave__closes_at__lte=now).select_related(
        "wave__settings"
    )
    deemed = 0
    for application in [held for held in waiting.order_by("pk") if now >= clocks.deadlines(held).admissibility_at]:
        try:
            deem_admissible(application, at=at)
            deemed += 1
        except Refused:  # ruled or withdrawn since it was listed
            continue
    return deemed


def lapse_proposals(application: Application, *, at: datetime) -> None:
    """Closes an opinion that no longer has an object (silence, withdrawal). Inside the verb that holds the dossier."""
    for admissibility in application.admissibilities.select_for_update(no_key=True).filter(
        state=Admissibility.State.PROPOSED
    ):
        move(admissibility, "lapse", None)
        admissibility.decided_at = at
        admissibility.save(update_fields=["state", "decided_at"])
        record(
            "admissibility.lapsed", admissibility, by=None, at=at, state=admissibility.state, application=application.pk
        )


@transaction.atomic
def end_all(application: Application, *, at: datetime | None = None) -> None:
    """Closes what waits for an answer of a dossier that was withdrawn; nothing, if it has come back."""
    at = lock_dossier(application, at)
    if application.state == Application.State.WITHDRAWN:
        lapse_proposals(application, at=at)
        end_complements(application, at=at)


def _hold_both(admissibility: Admissibility, at: datetime | None) -> tuple[Application, datetime]:
    """Locks the dossier, then the opinion, and rereads both."""
    application = admissibility.application
    at = lock_dossier(application, at)
    admissibility.refresh_from_db(from_queryset=Admissibility.objects.select_for_update(no_key=True, of=("self",)))
    admissibility.application = application
    return application, at


def _decide(admissibility: Admissibility, by: Any, at: datetime) -> None:
    admissibility.decided_by, admissibility.decided_at = by, at
    admissibility.save(update_fields=["state", "decided_by", "decided_at", "reason"])
