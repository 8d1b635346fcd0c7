"""Before an act against somebody: told of it, they answer, and are answered (CRPA L121-1, L122-1). Withdrawal of a notified award
(L242-1, L242-2, L241-2), recovery of what was paid (décret n° 2018-514, art. 14), exclusion of a member from a consortium that runs.

Codes: H01 its addressee was not heard, H02 under fifteen days, H03 the ground does not allow it, H04 one goes on already,
H05 its time is over, H06 not of what may be withdrawn or claimed back.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calls.clocks import last_day, midnight_after
from directory.models import Establishment
from edsh_portal import acts, clock
from edsh_portal.events import instant, record
from edsh_portal.intake import examination
from edsh_portal.models import Act, Document
from edsh_portal.money import display
from edsh_portal.workflow import Refused, Step, move, need_reason, steps
from funding import actions as funding
from funding.actions.correction import GROUNDS as RECOVERY_GROUNDS
from funding.models import Amendment, Convention
from funding.models.amendment import OPEN
from funding.models.consortium import coordinator_of

from .. import permissions
from ..models import LEAST_DAYS, Decision, Kind, Procedure
from .enclosure import Enclosure, need_examined

UNLAWFUL_MONTHS = 4  # CRPA L242-1
REVOCATION_GROUNDS = {
    "conditions": gettext_lazy("Conditions de l’aide non respectées (CRPA, art. L242-2, 2°)"),
    "unlawful": gettext_lazy("Décision illégale, dans les quatre mois qui la suivent (CRPA, art. L242-1)"),
    "fraud": gettext_lazy("Décision obtenue par fraude (CRPA, art. L241-2)"),
}
EXCLUSION_GROUNDS = {
    "breach": gettext_lazy("Obligations de la convention non respectées (CRPA, art. L242-2, 2°)"),
    "unable": gettext_lazy("Part du projet que le membre ne réalise plus (CRPA, art. L242-2, 2°)"),
}
GROUNDS = {
    Procedure.Kind.REVOCATION: REVOCATION_GROUNDS,
    Procedure.Kind.RECOVERY: RECOVERY_GROUNDS,
    Procedure.Kind.EXCLUSION: EXCLUSION_GROUNDS,
}

PROCEDURE_STEPS = steps(
    "procedure",
    Procedure,
    [
        Step("open", ("",), "open", permissions.can_conduct, gettext_lazy("Engager la procédure contradictoire")),
        Step("observe", ("open",), "observed", permissions.can_observe, gettext_lazy("Présenter des observations")),
        Step("answer", ("observed",), "answered", permissions.can_conduct, gettext_lazy("Répondre aux observations")),
        Step(
            "drop",
            ("open", "observed"),
            "dropped",
            permissions.can_conduct,
            gettext_lazy("Classer sans suite"),
            reason=True,
        ),
    ],
)


# ── opened ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def open_revocation_procedure(
    decision: Decision, *, ground: str, motives: str, days: int = LEAST_DAYS, by: Any, at: datetime | None = None
) -> Procedure:
    """The withdrawal of a notified award is envisaged: its coordinator is told why, and until when they may answer."""
    at = instant(at, decision)
    if decision.kind != Kind.AWARD or decision.state != Decision.State.NOTIFIED:
        raise Refused(
            _("Seule une aide notifiée et en vigueur se retire après une procédure contradictoire."), code="H06"
        )
    made = Procedure(
        kind=Procedure.Kind.REVOCATION,
        application=decision.application,
        establishment_id=concerned_by(decision).pk,
        decision=decision,
    )
    return _open(made, ground, motives, days, by, at)


def concerned_by(decision: Decision) -> Establishment:
    """Who is told of what happens to a decision: the coordinator of its award today, else of its dossier."""
    if decision.grant is None:
        return decision.application.coordinator
    return Establishment.objects.get(pk=coordinator_of(decision.grant))


@transaction.atomic
def open_exclusion_procedure(
    amendment: Amendment, *, ground: str, motives: str, days: int = LEAST_DAYS, by: Any, at: datetime | None = None
) -> Procedure:
    """A member of a consortium that runs would be put out of it, by an amendment that the instruction has asked for: it is told why."""
    at = instant(at, amendment.grant.application)
    if amendment.kind != Amendment.Kind.EXCLUDE or amendment.state not in OPEN:
        raise Refused(_("Demandez d’abord l’avenant qui exclut ce membre."), code="H06")
    made = Procedure(
        kind=Procedure.Kind.EXCLUSION,
        application=amendment.grant.application,
        establishment=amendment.establishment,
        amendment=amendment,
    )
    return _open(made, ground, motives, days, by, at)


@transaction.atomic
def open_recovery_procedure(
    convention: Convention,
    *,
    cents: int,
    ground: str,
    motives: str,
    days: int = LEAST_DAYS,
    by: Any,
    at: datetime | None = None,
) -> Procedure:
    """`cents`: the most that would be claimed back of this beneficiary."""
    at = instant(at, convention)
    paid = funding.net_paid(convention.share)
    if not 1 <= cents <= paid:
        raise Refused(
            _("Indiquez un montant entre 0,01 € et la somme payée à ce bénéficiaire : %(paid)s.")
            % {"paid": display(paid)},
            code="H06",
            field="cents",
        )
    made = Procedure(
        kind=Procedure.Kind.RECOVERY,
        application=convention.share.grant.application,
        establishment=convention.share.establishment,
        convention=convention,
        cents=cents,
    )
    return _open(made, ground, motives, days, by, at)


def _open(made: Procedure, ground: str, motives: str, days: int, by: Any, at: datetime) -> Procedure:
    made.ground, made.motives, made.days = ground, need_reason(motives, field="motives"), days
    made.opened_by, made.opened_at, made.state = by, at, ""
    if days < LEAST_DAYS:
        words = ngettext("Laissez au moins %(n)s jour.", "Laissez au moins %(n)s jours.", LEAST_DAYS)
        raise Refused(words % {"n": LEAST_DAYS}, code="H02", field="days")
    last_on = clock.civil(at) + timedelta(days=days)
    made.closes_at = None if made.by_post else midnight_after(last_on)
    if ground not in GROUNDS[Procedure.Kind(made.kind)]:
        raise Refused(_("Choisissez le motif juridique."), code="H03", field="ground")
    need_time(made, last_on)
    of = {"decision": made.decision, "convention": made.convention, "amendment": made.amendment}
    if Procedure.objects.going_on().filter(**of).exists():
        raise Refused(_("Une procédure est déjà en cours : suivez-la jusqu’à son terme."), code="H04")
    move(made, "open", by)
    made.save()
    told: dict[str, Any] = {
        "kind": made.kind,
        "state": made.state,
        "application": made.application_id,
        "cents": made.cents,
    }
    record("procedure.opened", made, by=by, at=at, **told)
    return made


def need_time(procedure: Procedure, day: date) -> None:
    """An unlawful decision is withdrawn within four months of it (CRPA L242-1): this day is not later."""
    if procedure.decision is None or procedure.ground != "unlawful":
        return
    last_on = last_day(procedure.decision.approved_at, UNLAWFUL_MONTHS)
    if day > last_on:
        raise Refused(
            _(
                "Une décision illégale se retire dans les quatre mois, ici le %(day)s au plus tard : choisissez un autre motif."
            )
            % {"day": f"{last_on:%d/%m/%Y}"},
            code="H03",
            field="ground",
        )


@transaction.atomic
def attach_letter(procedure: Procedure, document: Document, *, at: datetime | None = None) -> None:
    """Its letter, made by the portal."""
    lock_procedure(procedure)
    if procedure.letter_id is None:
        procedure.letter = document
        procedure.save(update_fields=["letter"])
        record("procedure.printed", procedure, by=None, at=instant(at, procedure), sha256=document.sha256)


def received(procedure: Procedure, day: date, *, by: Any, at: datetime) -> None:
    """Its registered letter was: the days to answer are counted from there. In the verb that says so, under its lock."""
    procedure.closes_at = midnight_after(day + timedelta(days=procedure.days))
    procedure.save(update_fields=["closes_at"])
    record("procedure.received", procedure, by=by, at=at, state=procedure.state, received_on=day.isoformat())


# ── observed ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def observe(
    procedure: Procedure,
    observations: str,
    *,
    asks_hearing: bool = False,
    content: bytes = b"",
    name: str = "",
    by: Any,
    at: datetime | None = None,
) -> None:
    """What the person concerned answers, once, with one file at most; they may ask to be heard."""
    if not permissions.can_observe(by, procedure):
        raise PermissionDenied("observe")
    enclosure = Enclosure(content, name)
    lock_procedure(procedure)
    at = instant(at, procedure)
    if procedure.over(at):
        raise Refused(_("Le délai pour présenter des observations est passé."), code="H05")
    move(procedure, "observe", by)
    procedure.observations = need_reason(observations, field="observations")
    procedure.asks_hearing, procedure.observed_by, procedure.observed_at = asks_hearing, by, at
    procedure.document = enclosure.store("observations", by, at)
    procedure.save(update_fields=["state", "observations", "asks_hearing", "observed_by", "observed_at", "document"])
    record("procedure.observed", procedure, by=by, at=at, state=procedure.state, file=procedure.document is not None)


@transaction.atomic
def note_observations_examined(procedure: Procedure, found: examination.Found, *, at: datetime | None = None) -> None:
    """Keeps what the examination of the file found, once; the observations stand without it. In the portal's own name."""
    assert procedure.document is not None
    if examination.note(procedure.document, found, at := instant(at, procedure)):
        record("procedure.examined", procedure, by=None, at=at, kept=found.good)


# ── answered ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def answer_procedure(
    procedure: Procedure, answer: str, *, heard_on: date | None = None, by: Any, at: datetime | None = None
) -> None:
    """The officer answers what was observed; `heard_on`: the day of the hearing that was asked."""
    lock_procedure(procedure)
    at = instant(at, procedure)
    if heard_on is not None and not clock.civil(procedure.opened_at) <= heard_on <= clock.civil(at):
        raise Refused(_("Indiquez le jour où la personne a été entendue : il est passé."), code="H05", field="heard_on")
    need_examined(procedure.document, _("Le fichier joint est en cours d’examen : répondez dans un instant."), "H05")
    _end(procedure, "answer", need_reason(answer, field="answer"), heard_on, by, at)


@transaction.atomic
def drop_procedure(procedure: Procedure, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Nothing will follow: the person concerned is told why."""
    lock_procedure(procedure)
    _end(procedure, "drop", need_reason(reason), None, by, instant(at, procedure))


def _end(procedure: Procedure, step: str, answer: str, heard_on: date | None, by: Any, at: datetime) -> None:
    move(procedure, step, by)
    procedure.answer, procedure.heard_on, procedure.answered_by, procedure.answered_at = answer, heard_on, by, at
    procedure.save(update_fields=["state", "answer", "heard_on", "answered_by", "answered_at"])
    record(f"procedure.{procedure.state}", procedure, by=by, at=at, state=procedure.state)


def lock_procedure(procedure: Procedure) -> None:
    """Locks it and rereads it in place."""
    procedure.refresh_from_db(from_queryset=Procedure.objects.select_for_update(no_key=True, of=("self",)))


# ── what must have come before an act ────────────────────────────────────────────────────────────────────────────────
def ended_on(subject: Decision | Convention, at: datetime) -> Procedure | None:
    """The last procedure of what would be withdrawn or claimed back, ended, and that no act has followed."""
    return _free(subject.procedures.all(), at)


def exclusion_ended(amendment: Amendment, at: datetime) -> Procedure | None:
    """The same, of the member that an amendment puts out: it was heard on that, be it on one that was refused since."""
    of = {"establishment": amendment.establishment_id, "amendment__grant": amendment.grant_id}
    return _free(Procedure.objects.filter(**of), at)


def _free(procedures: QuerySet[Procedure], at: datetime) -> Procedure | None:
    last = procedures.exclude(state=Procedure.State.DROPPED).order_by("-pk").first()
    if last is None or not last.ended(at):
        return None
    spent = Act.objects.filter(kind__in=acts.PRELIMINARIES, state=Act.State.APPROVED, payload__procedure=last.pk)
    return None if spent.exists() else last


def _need(found: Procedure | None) -> Procedure:
    if found is None:
        raise Refused(
            _(
                "La personne concernée doit d’abord pouvoir présenter ses observations : engagez la procédure "
                "contradictoire, ou attendez sa fin."
            ),
            code="H01",
        )
    return found


def _before_revocation(decision: Decision, payload: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Nothing before the notification, nor of a refusal: nobody's right is taken."""
    if decision.notified_at is None or decision.kind != Kind.AWARD:
        return {}
    procedure = _need(ended_on(decision, at))
    need_time(procedure, clock.civil(at))
    return {"procedure": procedure.pk, "ground": procedure.ground}


def _before_recovery(convention: Convention, payload: dict[str, Any], at: datetime) -> dict[str, Any]:
    procedure = _need(ended_on(convention, at))
    assert procedure.cents is not None
    if payload["ground"] != procedure.ground or payload["cents"] > procedure.cents:
        words = {"most": display(procedure.cents), "ground": GROUNDS[Procedure.Kind.RECOVERY][procedure.ground]}
        raise Refused(
            _("Le bénéficiaire a été entendu sur %(most)s, pour ce motif : « %(ground)s ». Tenez-vous-y.") % words,
            code="H01",
            field="cents",
        )
    return {"procedure": procedure.pk}


def _before_exclusion(amendment: Amendment, payload: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Of the other amendments each member signs what concerns it."""
    if amendment.kind != Amendment.Kind.EXCLUDE:
        return {}
    procedure = _need(exclusion_ended(amendment, at))
    return {"procedure": procedure.pk, "ground": procedure.ground}


def _facts(act: Act) -> list[acts.Fact]:
    if "procedure" not in act.payload:
        return []
    held = Procedure.objects.get(pk=act.payload["procedure"])
    opened = _("engagée le %(day)s") % {"day": f"{clock.civil(held.opened_at):%d/%m/%Y}"}
    said = _("observations examinées") if held.observed_at else _("aucune observation reçue")
    ground = str(GROUNDS[Procedure.Kind(held.kind)][held.ground])
    return [acts.Fact(_("Procédure contradictoire"), opened, said), acts.Fact(_("Motif juridique"), "", ground)]


acts.PRELIMINARIES["decision.revoke"] = acts.Preliminary(_before_revocation, _facts)
acts.PRELIMINARIES["recovery.issue"] = acts.Preliminary(_before_recovery, _facts)
acts.PRELIMINARIES[funding.AMENDMENT] = acts.Preliminary(_before_exclusion, _facts)
