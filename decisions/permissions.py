"""Gates of the decisions: who proposes, who approves and signs, who publishes, who opens."""

from datetime import datetime
from typing import Any

from applications.models import Application
from applications.permissions import stood
from directory.models import Affiliation, Establishment
from edsh_portal.access import OFFICERS, has_role
from funding.models import Amendment, Convention
from funding.models.amendment import OPEN
from reviews.permissions import can_see_feedback

from .models import SEES_DECISIONS, SEES_SCENARIOS, Decision, Procedure, Proposal, Remedy, Scenario, SignatureDelegation


def can_see_programme(user: Any, thing: Any = None) -> bool:
    return has_role(user, *SEES_DECISIONS)


def can_propose(user: Any, application: Application | None = None) -> bool:
    return has_role(user, "instructor")


def can_see_scenarios(user: Any, thing: Any = None) -> bool:
    return has_role(user, *SEES_SCENARIOS)


def can_keep_scenario(user: Any, thing: Any = None) -> bool:
    return has_role(user, *OFFICERS, "direction")


def can_edit_scenario(user: Any, scenario: Scenario) -> bool:
    """Its author, while they still programme."""
    return can_keep_scenario(user) and user.pk == scenario.author_id


def can_comment_scenario(user: Any, scenario: Scenario) -> bool:
    """Those who programme and see it."""
    shown = scenario.shared or scenario.frozen_at is not None or user.pk == scenario.author_id
    return can_keep_scenario(user) and shown


def can_freeze(user: Any, scenario: Scenario) -> bool:
    """Who proposes, of a scenario that they see."""
    return can_propose(user) and can_comment_scenario(user, scenario)


def can_call_reserve(user: Any, application: Application | None = None) -> bool:
    return can_propose(user, application)


def can_approve(user: Any, proposal: Proposal) -> bool:
    """A second person, never who proposed; `can_sign` is asked besides."""
    return can_approve_some(user) and user.pk != proposal.proposed_by_id


def can_approve_some(user: Any, thing: Any = None) -> bool:
    return has_role(user, "validator", "direction")


def can_sign(user: Any, held: SignatureDelegation | None) -> bool:
    """The direction by law, the others by the delegation that they hold (signs_under; décret n° 2005-850 art. 1 and 3), if it says their
    quality (CRPA L212-1)."""
    return has_role(user, "direction") or (held is not None and held.quality != "")


def signs_under(user: Any, at: datetime) -> SignatureDelegation | None:
    """The delegation that lets this person sign at this instant; none for the direction, which signs by law."""
    if has_role(user, "direction"):
        return None
    return SignatureDelegation.objects.filter(holder=user).in_force(at).first()


def can_propose_delegation(user: Any, thing: Any = None) -> bool:
    return has_role(user, "instructor", "administrator")


def can_delegate_to(user: Any, holder: Any) -> bool:
    """Never to oneself."""
    return can_propose_delegation(user) and user.pk != holder.pk


def can_end_delegation(user: Any, delegation: SignatureDelegation) -> bool:
    """Never one's own."""
    return can_propose_delegation(user) and user.pk != delegation.holder_id and delegation.ended_at is None


def can_return(user: Any, proposal: Proposal) -> bool:
    return can_approve(user, proposal)


def can_take_back(user: Any, proposal: Proposal) -> bool:
    return bool(user.is_authenticated and user.pk == proposal.proposed_by_id)


def can_render(user: Any, decision: Decision) -> bool:
    """Only the portal itself makes the PDF (`by=None`)."""
    return False


def can_release(user: Any, decision: Decision | None = None) -> bool:
    return has_role(user, "direction")


def can_notify(user: Any, decision: Decision) -> bool:
    """Only the portal itself, because it was released."""
    return False


def can_recall(user: Any, decision: Decision) -> bool:
    """Who approved it, alone; how long is the verb's to say."""
    return user.is_authenticated and user.is_active and user.pk == decision.approved_by_id


def can_post(user: Any, of: Decision | Procedure) -> bool:
    """The registered letter of what is released, or of a procedure that is laid out, to who has not agreed to electronic notification."""
    if isinstance(of, Procedure):
        waits = of.state in (Procedure.State.OPEN, Procedure.State.OBSERVED) and of.closes_at is None
        return waits and of.letter_id is not None and can_conduct(user, of)
    return has_role(user, "instructor") and of.state == Decision.State.RELEASED and of.by_post


def can_propose_revocation(user: Any, decision: Decision) -> bool:
    return decision.state != Decision.State.REVOKED and has_role(user, "validator")


def can_revoke(user: Any, decision: Decision) -> bool:
    """The second half of its act of two."""
    return has_role(user, "direction")


# ── before an act against somebody ───────────────────────────────────────────────────────────────────────────────────
def can_open_revocation_procedure(user: Any, decision: Decision) -> bool:
    return has_role(user, *OFFICERS) and decision.kind == "award" and decision.state == Decision.State.NOTIFIED


def can_open_exclusion_procedure(user: Any, amendment: Amendment) -> bool:
    """Until the act that puts the member out is done."""
    return has_role(user, *OFFICERS) and amendment.kind == "exclude" and amendment.state in OPEN


def can_open_recovery_procedure(user: Any, convention: Convention) -> bool:
    """Who may propose the recovery."""
    return has_role(user, "instructor", "certifier")


def can_conduct(user: Any, procedure: Procedure) -> bool:
    """Who may have opened it answers it."""
    return has_role(user, *(("instructor", "certifier") if procedure.kind == Procedure.Kind.RECOVERY else OFFICERS))


def can_observe(user: Any, procedure: Procedure) -> bool:
    """Who writes or signs for the establishment concerned today."""
    if not user or not user.is_authenticated or not user.is_active:
        return False
    return Affiliation.objects.reached().filter(user=user, establishment=procedure.establishment_id).exists()


# ── remedies ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def represents(user: Any, decision: Decision) -> Establishment | None:
    """The member of the dossier that this person represents by law, of a decision that they may have opened."""
    if decision.notified_at is None:
        return None
    own = [s.membership for s in stood(user, decision.application) if s.kind == "signatory"]
    members = decision.application.memberships.filter(pk__in=own).select_related("establishment").order_by("pk")
    return next((member.establishment for member in members), None)


def can_lodge_remedy(user: Any, decision: Decision) -> bool:
    return decision.state == Decision.State.NOTIFIED and any(
        one.kind == "signatory" for one in stood(user, decision.application)
    )


def can_register_remedy(user: Any, decision: Decision) -> bool:
    """What came by post, or from a court."""
    return has_role(user, *OFFICERS)


def can_bring(user: Any, remedy: Remedy) -> bool:
    return can_lodge_remedy(user, remedy.decision) or can_register_remedy(user, remedy.decision)


def can_end(user: Any, remedy: Remedy) -> bool:
    """The second half of its act of two; of a judgment, who records it."""
    return has_role(user, *(OFFICERS if remedy.kind == Remedy.Kind.LITIGATION else ("direction",)))


def can_answer_remedy(user: Any, remedy: Remedy) -> bool:
    """Proposes the answer; the direction approves."""
    return has_role(user, *OFFICERS)


def can_open(user: Any, decision: Decision) -> bool:
    """The legal representatives of the members, once notified in their space."""
    return (
        decision.notified_at is not None
        and not decision.by_post
        and any(s.kind == "signatory" for s in stood(user, decision.application))
    )


def can_read_document(user: Any, decision: Decision) -> bool:
    """State's side once sealed; the members once their notification was opened."""
    if decision.document_id is None:
        return False
    if has_role(user, *SEES_DECISIONS):
        return True
    received = decision.notified_at is not None and decision.by_post
    opened = received or decision.notifications.filter(kind="decision", opening__isnull=False).exists()
    return opened and bool(stood(user, decision.application))


def can_read_feedback(user: Any, decision: Decision) -> bool:
    """The members, once they have opened the decision that it comes with; of the State's side, who writes or approves it."""
    if has_role(user, *SEES_DECISIONS):
        return can_see_feedback(user, decision.application)
    return can_read_document(user, decision)
