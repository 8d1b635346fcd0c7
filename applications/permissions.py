"""Gates of the dossier: who may do what, from the link of their establishment and the state of the dossier."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings

from directory.models import Affiliation, Establishment
from edsh_portal.access import has_role
from edsh_portal.models import Document

from .models import Admissibility, Application, Handover, Membership, Piece
from .models.dossier import SEES_DEPOSITED

WRITES = (Affiliation.Kind.WRITER, Affiliation.Kind.SIGNATORY)
OPEN_STATES = ("draft", "submitted")  # a deposited dossier may be changed and deposited again until the cut-off


class Standing(NamedTuple):
    """One accepted membership through which a person touches a dossier."""

    membership: int
    role: str
    kind: str


def standing(user: Any, application: Application) -> frozenset[Standing]:
    """How this person stands on the dossier: link row, accepted membership and running affiliation together.

    Kept on the object, which views and verbs read anew each time.
    """
    if not user or not user.is_authenticated or not user.is_active:
        return frozenset()
    known = application.__dict__.setdefault("_standing", {})
    if user.pk not in known:
        rows = Membership.objects.filter(
            application=application,
            state="accepted",
            links__group__user=user,
            establishment__affiliations__user=user,
            establishment__affiliations__ended_at__isnull=True,
            establishment__affiliations__kind__in=WRITES,
        )
        known[user.pk] = frozenset(
            Standing(*row) for row in rows.values_list("pk", "role", "establishment__affiliations__kind")
        )
    return known[user.pk]


def writes_for(user: Any, establishment: Establishment) -> bool:
    """Writer or legal representative of the establishment today."""
    return (
        bool(user and user.is_authenticated and user.is_active)
        and Affiliation.objects.filter(
            user=user, establishment=establishment, ended_at__isnull=True, kind__in=WRITES
        ).exists()
    )


def coordinates(user: Any, application: Application) -> bool:
    return any(s.role == "coordinator" for s in standing(user, application))


def can_create(user: Any, establishment: Establishment) -> bool:
    return writes_for(user, establishment)


def can_read_draft(user: Any, application: Application) -> bool:
    """The live dossier: those who write it, and the auditor, who reads everything; the others read what was deposited."""
    return bool(standing(user, application)) or has_role(user, "auditor")


def can_read_checks(user: Any, application: Application) -> bool:
    """What the rules say: of the draft to those who read it, of the version deposited to those who examine it."""
    return can_read_draft(user, application) or (application.version_id is not None and can_examine(user, application))


def can_edit(user: Any, application: Application) -> bool:
    """The whole dossier: people of the coordinator, until the dossier is examined."""
    return application.state in OPEN_STATES and coordinates(user, application)


def can_edit_section(user: Any, application: Application, section: str) -> bool:
    """`identity`, `answers.<question>`, `projects`, `perimeters`: the coordinator's people, and the partner it was handed to."""
    if application.state not in OPEN_STATES:
        return False
    held = standing(user, application)
    if any(s.role == "coordinator" for s in held):
        return True
    return section in _handed(application, frozenset(s.membership for s in held))


def _handed(application: Application, memberships: frozenset[int]) -> frozenset[str]:
    """The sections handed to these members; kept on the object, as `standing` is."""
    known = application.__dict__.setdefault("_handed", {})
    if memberships not in known:
        rows = application.holds.filter(membership__in=memberships) if memberships else application.holds.none()
        known[memberships] = frozenset(rows.values_list("section", flat=True))
    return known[memberships]


def in_section(section: str) -> Callable[[Any, Application], bool]:
    """The gate of the pages of one section."""
    return lambda user, application: can_edit_section(user, application, section)


def can_attend(user: Any, application: Application) -> bool:
    """Whoever writes some part of the dossier: seen by the others, told of what they write."""
    return bool(standing(user, application))


def can_edit_field(user: Any, application: Application, section: str, row: int | None, name: str) -> bool:
    """One field by its key: a member's own part by its own people, the rest as its section."""
    if section == "members":
        held = standing(user, application)
        mine = any(s.role == "coordinator" or s.membership == row for s in held)
        return mine and application.state in OPEN_STATES
    return can_edit_section(user, application, f"answers.{name}" if section == "answers" else section)


def can_edit_member(user: Any, membership: Membership) -> bool:
    """One member's work, budget and pieces: its own people, and the coordinator's."""
    application = membership.application
    if application.state not in OPEN_STATES or membership.state != "accepted":
        return False
    return any(s.role == "coordinator" or s.membership == membership.pk for s in standing(user, application))


def can_submit(user: Any, application: Application) -> bool:
    """The legal representative of the coordinator alone (R04)."""
    return any(s.role == "coordinator" and s.kind == "signatory" for s in standing(user, application))


def can_withdraw(user: Any, application: Application) -> bool:
    return can_submit(user, application)


# Dossiers that will not be examined (further): a refused one is closed.
CARRIED_STATES = ("not_deposited", "withdrawn", "inadmissible", "ineligible", "closed")


def can_carry(user: Any, application: Application) -> bool:
    """The people of the coordinator take up in the next wave what did not succeed in this one (R02)."""
    return application.state in CARRIED_STATES and coordinates(user, application)


def can_hand_over(user: Any, application: Application) -> bool:
    """The coordinator's legal representative, while the dossier may still change."""
    return application.state in OPEN_STATES and can_submit(user, application)


def can_propose_handover(user: Any, handover: Handover) -> bool:
    return can_hand_over(user, handover.application)


def can_answer_handover(user: Any, handover: Handover) -> bool:
    """The legal representative of the establishment that would coordinate."""
    if handover.application.state not in OPEN_STATES:
        return False
    mine = standing(user, handover.application)
    return any(s.membership == handover.membership_id and s.kind == "signatory" for s in mine)


def can_answer_membership(user: Any, membership: Membership) -> bool:
    """The people of the invited establishment."""
    return membership.state == "invited" and writes_for(user, membership.establishment)


def can_remove_member(user: Any, membership: Membership) -> bool:
    return membership.role == "partner" and can_edit(user, membership.application)


def can_open_document(document: Document) -> bool:
    """Never what the scanner recognised; what nobody has scanned, only where the operator says so."""
    state = document.scan_state
    return state != Document.Scan.INFECTED and (state != Document.Scan.NOT_SCANNED or settings.OPEN_UNSCANNED)


def can_open_piece(user: Any, piece: Piece) -> bool:
    """Whoever sees the dossier, when the file's scan allows it."""
    return (
        can_open_document(piece.document)
        and Application.objects.visible_to(user).filter(pk=piece.application_id).exists()
    )


def can_edit_piece(user: Any, piece: Piece) -> bool:
    if piece.membership is not None and can_edit_member(user, piece.membership):
        return True
    return can_edit(user, piece.application)


def reads_perimeters_only(user: Any, application: Application) -> bool:
    """The Health Data Hub reads what is offered to its catalogue, not budgets nor files."""
    others = [name for name in SEES_DEPOSITED if name != "hdh"]
    return has_role(user, "hdh") and not has_role(user, "auditor", *others) and not standing(user, application)


def can_read_whole(user: Any, application: Application) -> bool:
    return not reads_perimeters_only(user, application)


# ── the State's side ─────────────────────────────────────────────────────────────────────────────────────────────────
def can_manage_call(user: Any, thing: Any = None) -> bool:
    return has_role(user, "administrator", "instructor")


def can_examine(user: Any, application: Application) -> bool:
    """Reads the sheet of admissibility: who proposes, who validates, who audits."""
    return has_role(user, "instructor", "validator", "auditor")


def can_propose_admissibility(user: Any, application: Application) -> bool:
    return has_role(user, "instructor")


def can_validate_admissibility(user: Any, admissibility: Admissibility) -> bool:
    """The second pair of eyes: never the person who proposed."""
    return has_role(user, "validator") and user.pk != admissibility.proposed_by_id


def can_rule_admissibility(user: Any, application: Application) -> bool:
    """The step of the dossier itself, taken inside the validation of its admissibility."""
    return has_role(user, "validator")


def portal_only(user: Any, thing: Any) -> bool:
    """Steps that time or another room takes in the portal's own name: no person may."""
    return False
