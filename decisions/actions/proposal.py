"""Proposing and approving: the number and the money in one transaction, or nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.money import display
from edsh_portal.workflow import Refused, Step, move, need_reason, steps
from funding import actions as funding
from funding.models import Line
from reviews.models import RankingLine

from .. import permissions, snapshot
from ..models import Decision, DecisionCounter, Kind, Proposal, ProposalShare

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
    ],
)

REJECTED = (Application.State.INADMISSIBLE, Application.State.INELIGIBLE)
Share = tuple[Any, Line, int]  # establishment, line, cents


def _hold(application: Application) -> Application:
    return (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("version", "wave__settings")
        .get(pk=application.pk)
    )


def _need_free(application: Application) -> None:
    if application.proposals.filter(state="proposed").exists() or application.decisions.in_force().exists():
        raise Refused(
            _("Une proposition est déjà en cours ou approuvée pour ce dossier : rechargez la page."), code="P01"
        )


def _need_standing(application: Application, kind: str) -> None:
    """A dossier withdrawn since is neither granted nor refused."""
    expected = REJECTED if kind == Kind.INELIGIBLE else (Application.State.ADMISSIBLE,)
    if application.state not in expected:
        raise Refused(
            _("Ce dossier est maintenant « %(state)s » : il n’appelle plus cette décision.")
            % {"state": application.get_state_display()},
            code="P07",
        )


def _place(application: Application) -> RankingLine | None:
    """Its line in the closed session, or None."""
    return RankingLine.objects.filter(application=application, session__state="closed").first()


@transaction.atomic
def propose(
    application: Application, shares: Iterable[Share], motive: str, *, by: Any, at: datetime | None = None
) -> Proposal:
    """An award for a dossier of the main list (or of the reserve, the motive saying why): (establishment, line, cents) per part.

    Each member's total ≤ what it asked in the deposited version, to the cent (R60).
    """
    application = _hold(application)
    _need_free(application)
    place = _place(application)
    if place is None or place.list not in ("main", "reserve"):
        raise Refused(
            _("Ce dossier n’est ni sur la liste principale ni sur la liste complémentaire d’une session close."),
            code="P02",
        )
    parts = [part for part in shares if part[2]]
    _check_parts(application, parts)
    return _write(application, Kind.AWARD, parts, motive, by, at)


def _check_parts(application: Application, parts: list[Share]) -> None:
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
                _("%(name)s a demandé %(most)s : le montant proposé la dépasse de %(more)s.")
                % {"name": name, "most": display(most), "more": display(cents - most)},
                code="P05",
                field=f"amount-{pk}",
                excess_cents=cents - most,
            )


@transaction.atomic
def propose_refusal(application: Application, motive: str, *, by: Any, at: datetime | None = None) -> Proposal:
    """A refusal: of a dossier not selected by a closed session, or found inadmissible or ineligible (its rule is quoted)."""
    application = _hold(application)
    _need_free(application)
    if application.state in REJECTED:
        return _write(application, Kind.INELIGIBLE, [], motive, by, at)
    place = _place(application)
    if place is None or place.list == "main":
        raise Refused(_("Seul un dossier écarté, ou non retenu par une session close, peut être rejeté."), code="P06")
    return _write(application, Kind.REFUSAL, [], motive, by, at)


def _write(
    application: Application, kind: str, parts: list[Share], motive: str, by: Any, at: datetime | None
) -> Proposal:
    _need_standing(application, kind)
    at = at or clock.now()
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
    record(
        "proposal.made",
        proposal,
        by=by,
        at=at,
        state=proposal.state,
        kind=kind,
        cents=proposal.cents,
        application=application.pk,
    )
    return proposal


def _hold_proposal(proposal: Proposal) -> Proposal:
    application = _hold(proposal.application)
    proposal.refresh_from_db(from_queryset=Proposal.objects.select_for_update(no_key=True, of=("self",)))
    proposal.application = application
    return proposal


@transaction.atomic
def return_proposal(proposal: Proposal, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Back to the instructor, with the reason."""
    _hold_proposal(proposal)
    reason = need_reason(reason)
    move(proposal, "return", by)
    at = at or clock.now()
    proposal.decided_by, proposal.decided_at, proposal.reason = by, at, reason
    proposal.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    record("proposal.returned", proposal, by=by, at=at, state=proposal.state)


@transaction.atomic
def approve(proposal: Proposal, *, by: Any, at: datetime | None = None) -> Decision:
    """Allots the number, reserves the money and freezes the act, or does nothing at all.

    R61: refused with `missing_cents` when the envelope lacks it; no number is consumed.
    """
    _hold_proposal(proposal)
    if not permissions.can_approve(by, proposal):
        raise PermissionDenied("approve")
    move(proposal, "approve", by)
    _need_standing(proposal.application, proposal.kind)
    at = at or clock.now()
    proposal.decided_by, proposal.decided_at = by, at
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    grant = None
    if proposal.kind == Kind.AWARD:
        shares = [(s.establishment, s.line, s.cents) for s in proposal.shares.select_related("establishment", "line")]
        grant = funding.reserve(proposal.application, shares=shares, by=by, proposer=proposal.proposed_by, at=at)
    year, rank = _next_number(at)
    number = f"{year}-{rank:04d}"
    told = snapshot.compose(proposal, number=number, approved_by=by, at=at)
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
    )
    move(decision, "approve", None)
    decision.save()
    record("proposal.approved", proposal, by=by, at=at, state=proposal.state, decision=decision.pk)
    record(
        "decision.approved",
        decision,
        by=by,
        at=at,
        state=decision.state,
        number=number,
        kind=decision.kind,
        cents=decision.cents,
        application=decision.application_id,
        snapshot=decision.snapshot_sha256,
    )
    return decision


def _next_number(at: datetime) -> tuple[int, int]:
    """(year, rank) without gap: the counter's row is locked until this transaction ends."""
    year = at.astimezone(clock.PARIS).year
    DecisionCounter.objects.get_or_create(year=year)
    counter = DecisionCounter.objects.select_for_update(no_key=True).get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return year, counter.last
