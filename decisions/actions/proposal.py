"""Proposing and approving: the number and the money in one transaction, or nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal import acts, clock
from edsh_portal.events import instant, record
from edsh_portal.models import Act
from edsh_portal.money import display
from edsh_portal.workflow import Refused, Step, move, need_reason, need_step, steps
from funding import actions as funding
from funding.models import Grant, Line
from reviews.models import Feedback, RankingLine

from .. import permissions, snapshot
from ..models import Decision, DecisionCounter, Kind, Proposal, ProposalShare
from .motive import need_clean
from .reserve import need_order
from .signature import need_signature

PROPOSAL_STEPS = steps(
    "proposal",
    Proposal,
    [
        Step(
            "propose",
            ("",),
            "proposed",
            lambda user, proposal: permissions.can_propose(user, proposal.application),
            gettext_lazy("Proposer"),
        ),
        Step("approve", ("proposed",), "approved", permissions.can_approve, gettext_lazy("Approuver")),
        Step(
            "return",
            ("proposed",),
            "returned",
            permissions.can_return,
            gettext_lazy("Renvoyer au service instructeur"),
            reason=True,
        ),
        Step(
            "take_back", ("proposed",), "taken_back", permissions.can_take_back, gettext_lazy("Reprendre"), reason=True
        ),
    ],
)

REJECTED = (Application.State.INADMISSIBLE, Application.State.INELIGIBLE)
APPROVAL = "decision.approve"  # the act of two that carries a proposal
Share = tuple[Any, Line, int]  # establishment, line, cents


def _lock_dossier(application: Application) -> Application:
    return (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version", "wave__settings")
        .get(pk=application.pk)
    )


def before(application: Application) -> str:
    """The last proposal of a dossier and where it stands: what the page of the next one was written after."""
    last = application.proposals.order_by("-pk").values_list("pk", "state").first()
    return f"{last[0]}-{last[1]}" if last else ""


def _need_free(application: Application, read: str | None) -> None:
    if application.proposals.filter(state="proposed").exists() or application.decisions.in_force().exists():
        raise Refused(
            _("Une proposition est déjà en cours ou approuvée pour ce dossier : rechargez la page."), code="P01"
        )
    if read is not None and read != before(application):
        last = application.proposals.select_related("proposed_by").latest("pk")
        words = {"cents": display(last.cents), "name": last.proposed_by, "state": last.get_state_display()}
        words["reason"] = last.reason or last.motive
        raise Refused(
            _(
                "Entre-temps, %(name)s a proposé %(cents)s (%(state)s : « %(reason)s »). "
                "Relisez votre proposition, puis enregistrez-la de nouveau si elle vaut toujours."
            )
            % words,
            code="P15",
            before=before(application),
        )


def _need_standing(application: Application, kind: str) -> None:
    """A dossier withdrawn since is neither granted nor refused."""
    expected = REJECTED if kind == Kind.INELIGIBLE else (Application.State.ADMISSIBLE,)
    if application.state not in expected:
        raise Refused(
            _("Ce dossier est maintenant « %(state)s » : cette décision ne peut plus être proposée. Rechargez la page.")
            % {"state": application.get_state_display()},
            code="P07",
        )


def _find_line(application: Application) -> RankingLine | None:
    """Its line in the closed session, or None."""
    return RankingLine.objects.filter(application=application, session__state="closed").first()


@transaction.atomic
def propose(
    application: Application,
    shares: Iterable[Share],
    motive: str,
    *,
    read: str | None = None,
    by: Any,
    at: datetime | None = None,
) -> Proposal:
    """An award for a dossier of the main list (or of the reserve, in its order, the motive saying why): (establishment, line, cents) per
    part.

    Each member's total ≤ what it asked in the deposited version, to the cent (R60). `read`: the proposal before this one as the page
    had it, as before() says it; P15 when another was made or returned meanwhile.
    """
    return propose_held(_lock_dossier(application), shares, motive, read=read, by=by, at=at)


def propose_held(
    application: Application,
    shares: Iterable[Share],
    motive: str,
    *,
    read: str | None = None,
    by: Any,
    at: datetime | None = None,
) -> Proposal:
    """propose() of a dossier whose row the caller has locked."""
    _need_free(application, read)
    place = _find_line(application)
    if place is None or place.list not in ("main", "reserve"):
        raise Refused(
            _(
                "Attendez la clôture de la session du jury : une aide se propose pour un dossier de "
                "la liste principale ou complémentaire."
            ),
            code="P02",
        )
    if place.list == "reserve":
        need_order(application, by)
    parts = [part for part in shares if part[2]]
    need_parts(application, parts)
    return _write(application, Kind.AWARD, parts, motive, by, at)


def need_parts(application: Application, parts: list[Share]) -> None:
    """Somebody is given something, each member at most what it asks."""
    if not parts:
        raise Refused(_("Indiquez le montant d’au moins un membre."), code="P03", field="amount")
    asked = {
        m["establishment"]: (m["name"], m["plan"]["aid_cents"])
        for m in snapshot.deposited(application).content["members"]
    }
    totals: dict[int, int] = {}
    for establishment, _line, cents in parts:
        if cents < 0:
            raise Refused(_("Un montant ne peut pas être négatif."), code="P03", field=f"amount-{establishment.pk}")
        totals[establishment.pk] = totals.get(establishment.pk, 0) + cents
    for pk, cents in totals.items():
        if pk not in asked:
            raise Refused(
                _("Un des bénéficiaires n’est pas membre du dossier déposé : retirez sa part."),
                code="P04",
                field="amount",
            )
        name, most = asked[pk]
        if cents > most:
            raise Refused(
                _("%(name)s a demandé %(most)s : le montant proposé dépasse cette demande de %(more)s. Réduisez-le.")
                % {"name": name, "most": display(most), "more": display(cents - most)},
                code="P05",
                field=f"amount-{pk}",
                excess_cents=cents - most,
            )


@transaction.atomic
def propose_refusal(
    application: Application, motive: str, *, read: str | None = None, by: Any, at: datetime | None = None
) -> Proposal:
    """A refusal: of a dossier not selected by a closed session, or found inadmissible or ineligible (its rule is quoted). `read`: as
    propose() says."""
    application = _lock_dossier(application)
    _need_free(application, read)
    if application.state in REJECTED:
        need_clean(application, motive, least=1)
        return _write(application, Kind.INELIGIBLE, [], motive, by, at)
    place = _find_line(application)
    if place is None or place.list == "main":
        raise Refused(
            _("Ce dossier ne peut pas encore être rejeté : il doit être écarté, ou non retenu par une session close."),
            code="P06",
        )
    _need_feedback(application)
    need_clean(application, motive)
    return _write(application, Kind.REFUSAL, [], motive, by, at)


def _need_feedback(application: Application) -> None:
    """The letter annexes it, where the call says so."""
    annexed = application.wave.settings.annex_feedback
    if annexed and not Feedback.objects.filter(application=application, state="approved").exists():
        raise Refused(
            _("Le texte de l’appel annexe le retour de l’évaluation à cette lettre : faites-le d’abord approuver."),
            code="P23",
        )


def _write(
    application: Application, kind: str, parts: list[Share], motive: str, by: Any, at: datetime | None
) -> Proposal:
    _need_standing(application, kind)
    at = instant(at, application)
    proposal = Proposal(
        application=application,
        kind=kind,
        cents=sum(cents for _e, _l, cents in parts),
        motive=need_reason(motive, field="motive"),
        state="",
        proposed_by=by,
        proposed_at=at,
    )
    move(proposal, "propose", by)
    proposal.save()
    ProposalShare.objects.bulk_create(
        ProposalShare(proposal=proposal, establishment=establishment, line=line, cents=cents)
        for establishment, line, cents in parts
    )
    told: dict[str, Any] = {"kind": kind, "cents": proposal.cents, "application": application.pk}
    record("proposal.made", proposal, by=by, at=at, state=proposal.state, **told)
    payload = told | {
        "proposal": proposal.pk,
        "motive": proposal.motive,
        "shares": [{"establishment": e.pk, "line": line.pk, "cents": cents} for e, line, cents in parts],
        "postings": [*funding.reservations(parts).values()],
    }
    acts.propose(APPROVAL, proposal, payload, by=by, at=at)
    return proposal


def _lock_proposal(proposal: Proposal) -> Proposal:
    application = _lock_dossier(proposal.application)
    proposal.refresh_from_db(from_queryset=Proposal.objects.select_for_update(no_key=True, of=("self",)))
    proposal.application = application
    return proposal


def return_proposal(proposal: Proposal, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Back to the instructor, with the reason."""
    acts.give_back(_act_of(proposal, "return", by), reason, by=by, at=at)
    proposal.refresh_from_db()


def approve(proposal: Proposal, *, by: Any, at: datetime | None = None) -> Decision:
    """Allots the number, reserves the money and freezes the act, or does nothing at all.

    P08: refused to who may not sign for the State. R61: refused with `missing_cents` when the envelope lacks it; no number is consumed.
    """
    decision = acts.approve(_act_of(proposal, "approve", by), by=by, at=at)
    proposal.refresh_from_db()
    return decision


def _act_of(proposal: Proposal, name: str, by: Any) -> Act:
    """The act of two that carries the proposal, when this step of it may be taken now."""
    proposal.refresh_from_db()
    need_step(proposal, name, by)
    return Act.objects.get(kind=APPROVAL, subject_type=proposal._meta.label_lower, subject_id=proposal.pk)


def _undo(act: Act, proposal: Proposal) -> None:
    """It will not be approved: returned by who read it, taken back by who made it, or lapsed."""
    taken_back = act.state == Act.State.TAKEN_BACK
    move(proposal, "take_back" if taken_back else "return", None)
    proposal.decided_by, proposal.decided_at = act.decided_by, act.decided_at
    proposal.reason = act.reason or _("Le dossier a changé depuis la proposition.")
    proposal.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    kind = "proposal.taken_back" if taken_back else "proposal.returned"
    record(kind, proposal, by=act.decided_by, at=act.decided_at, state=proposal.state)


def _decide(act: Act, proposal: Proposal) -> Decision:
    """What the approval does: the signature, the money, the number, the frozen act."""
    by, at = act.decided_by, act.decided_at
    assert at is not None
    _need_standing(proposal.application, proposal.kind)
    if proposal.kind != Kind.INELIGIBLE and _find_line(proposal.application) is None:
        raise Refused(
            _("La session du jury est rouverte : aucune décision n’est approuvée sur sa liste avant sa clôture."),
            code="P07",
        )
    if proposal.kind == Kind.AWARD:
        need_order(proposal.application, by)
    delegation = need_signature(by, at)
    move(proposal, "approve", by)
    proposal.decided_by, proposal.decided_at = by, at
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    grant = _reserve(proposal, act) if proposal.kind == Kind.AWARD else None
    year, rank = _next_number(at)
    number = f"{year}-{rank:04d}"
    told = snapshot.compose(proposal, number=number, approved_by=by, delegation=delegation, at=at)
    decision = Decision(
        number=number,
        year=year,
        rank=rank,
        kind=proposal.kind,
        application=proposal.application,
        proposal=proposal,
        grant=grant,
        cents=proposal.cents,
        snapshot=told,
        snapshot_sha256=snapshot.sha256(told),
        state="",
        approved_by=by,
        approved_at=at,
        recall_until=at + timedelta(minutes=proposal.application.wave.settings.recall_minutes),
    )
    move(decision, "approve", None)
    decision.save()
    record("proposal.approved", proposal, by=by, at=at, state=proposal.state, decision=decision.pk)
    _record_decision(decision)
    return decision


def _reserve(proposal: Proposal, act: Act) -> Grant:
    shares = [(s.establishment, s.line, s.cents) for s in proposal.shares.select_related("establishment", "line")]
    return funding.reserve(proposal.application, shares=shares, act=act, by=act.decided_by, at=act.decided_at)


def _record_decision(decision: Decision) -> None:
    record(
        "decision.approved",
        decision,
        by=decision.approved_by,
        at=decision.approved_at,
        state=decision.state,
        number=decision.number,
        kind=decision.kind,
        cents=decision.cents,
        application=decision.application_id,
        snapshot=decision.snapshot_sha256,
        recall_until=decision.recall_until.isoformat(),  # type: ignore[union-attr]  # every new one has its own
    )


def _next_number(at: datetime) -> tuple[int, int]:
    """(year, rank) without gap: the counter's row is locked until this transaction ends."""
    year = at.astimezone(clock.PARIS).year
    DecisionCounter.objects.get_or_create(year=year)
    counter = DecisionCounter.objects.select_for_update(no_key=True).get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return year, counter.last


def _says(act: Act, proposal: Proposal) -> str:
    words = {"dossier": proposal.application, "kind": proposal.get_kind_display(), "cents": display(proposal.cents)}
    return _("%(kind)s de %(cents)s : %(dossier)s") % words if proposal.cents else _("%(kind)s : %(dossier)s") % words


def _facts(act: Act, proposal: Proposal) -> list[acts.Fact]:
    shares = proposal.shares.select_related("establishment", "line").order_by("pk")
    given = [acts.Fact(f"{s.establishment}, {s.line.label}", display(0), display(s.cents)) for s in shares]
    return [*given, acts.Fact(_("Motif proposé"), "", proposal.motive)]


acts.kind(
    APPROVAL,
    label=gettext_lazy("Décision"),
    subject=Proposal,
    proposers=("instructor",),
    approvers=("validator", "direction"),
    does=_decide,
    says=_says,
    facts=_facts,
    version=lambda proposal: [proposal.cents, proposal.application.version_id],
    lock=_lock_proposal,
    undone=_undo,
    page=lambda act, proposal: reverse("decisions:approve", args=[proposal.application.reference]),
    related=("application",),
    seen=lambda user: Proposal.objects.filter(open_to(user)),
)
