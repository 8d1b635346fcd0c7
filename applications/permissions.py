"""Gates of the dossier: who may do what, from the link of their establishment and the state of the dossier."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery

from directory.models import Affiliation, Establishment
from directory.permissions import can_see_people_of
from edsh_portal import memory
from edsh_portal.access import has_role
from edsh_portal.models import Document
from edsh_portal.statements import written_once

from .content.fields import Place
from .models import Application, Delegation, Handover, Membership, Piece
from .models.consortium import left
from .models.dossier import SEES_DEPOSITED

WRITES = (Affiliation.Kind.WRITER, Affiliation.Kind.SIGNATORY)
REMEMBERED = ("standing", "handed", "reopened")  # of a dossier, in a request: its lock forgets them
OPEN_STATES = ("draft", "submitted")  # a deposited dossier may be changed and deposited again until the cut-off


class Standing(NamedTuple):
    """One accepted membership through which a person touches a dossier; « delegate »: who writes it signs it too, today. `left`: their
    establishment has left the consortium since."""

    membership: int
    role: str
    kind: str
    delegation: int | None = None
    left: bool = False

    @property
    def signs(self) -> bool:
        return self.kind in ("signatory", "delegate")


def standing(user: Any, application: Application) -> frozenset[Standing]:
    """How this person stands on the dossier today: who has left its consortium carries it no more, and reads of it what was deposited."""
    return frozenset(one for one in stood(user, application) if not one.left)


def stood(user: Any, application: Application) -> frozenset[Standing]:
    """How this person stands on the dossier, or stood until they left it: whom what was decided of it then is addressed to. Link row,
    accepted membership, running affiliation and delegation together.

    Read once a request, and again under the lock of a verb.
    """
    if not user or not user.is_authenticated or not user.is_active or application.state == "abandoned":
        return frozenset()
    person, dossier = user.pk, application.pk
    return memory.remembered("standing", person, dossier, read=lambda: _standing(dossier, person))


def _standing(application: int, user: int) -> frozenset[Standing]:
    held: set[Standing] = set()
    for row in _standings(application, user):
        of, gone = (row["membership"], row["role"]), row["gone"]
        held |= {Standing(*of, kind, left=gone) for kind in row["kinds"]}
        if row["act"] and row["kinds"]:
            held.add(Standing(*of, "delegate", row["act"], gone))
    return frozenset(held)


@written_once
def _standings(application: int, user: int) -> Any:
    # Through no table that says nothing here: PostgreSQL takes longer to plan a long join than to answer it.
    groups = get_user_model().groups.through.objects.filter(user=user).values("group")
    own = Affiliation.objects.filter(
        user=user, establishment=OuterRef("establishment"), ended_at__isnull=True, kind__in=WRITES
    )
    acts = Delegation.objects.running().filter(delegate=user, establishment=OuterRef("establishment"))
    rows = Membership.objects.filter(application=application, state="accepted", links__group__in=groups).order_by()
    kinds, act = ArraySubquery(own.values("kind")), Subquery(acts.values("pk")[:1])
    return rows.values("role", membership=F("pk"), kinds=kinds, act=act, gone=left())


def signing(user: Any, application: Application, membership: int | None = None) -> Standing | None:
    """How this person signs for a member of the dossier, the coordinator when none is named: by law first, else by delegation."""
    held = [
        s
        for s in standing(user, application)
        if s.signs and (s.membership == membership if membership else s.role == "coordinator")
    ]
    return min(held, key=lambda s: (s.kind == "delegate", s.delegation or 0), default=None)


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
    """`identity`, `answers.<question>`, `projects`, `perimeters`, `packages`, `mesh`, `governance`: the coordinator's people,
    and the partner it was handed to."""
    if application.state not in OPEN_STATES:
        return False
    held = standing(user, application)
    if any(s.role == "coordinator" for s in held):
        return True
    return section in _handed(application, frozenset(s.membership for s in held))


def _handed(application: Application, memberships: frozenset[int]) -> frozenset[str]:
    """The sections handed to these members; read once, as `standing` is."""
    if not memberships:
        return frozenset()
    rows = application.section_owners.filter(membership__in=memberships).values_list("section", flat=True)
    return memory.remembered("handed", application.pk, memberships, read=lambda: frozenset(rows))


def in_section(section: str) -> Callable[[Any, Application], bool]:
    """The gate of the pages of one section."""
    return lambda user, application: can_edit_section(user, application, section)


def can_attend(user: Any, application: Application) -> bool:
    """Whoever writes some part of the dossier: seen by the others, told of what they write."""
    return bool(standing(user, application))


def can_edit_field(user: Any, application: Application, place: Place) -> bool:
    """One field: a member's own part by its own people, the rest as its part of the dossier."""
    section, _dot, rest = place.part.partition(".")
    if section in ("budget", "members"):
        own = rest.partition(".")[0]
        held = standing(user, application)
        mine = any(s.role == "coordinator" or str(s.membership) == own for s in held)
        return mine and application.state in OPEN_STATES
    return can_edit_section(user, application, place.part if section == "answers" else section)


def can_edit_member(user: Any, membership: Membership) -> bool:
    """One member's work, budget and pieces: its own people, and the coordinator's."""
    application = membership.application
    if application.state not in OPEN_STATES or membership.state != "accepted":
        return False
    return any(s.role == "coordinator" or s.membership == membership.pk for s in standing(user, application))


def reopened(application: Application, at: datetime) -> frozenset[str]:
    """Keys of the parts (content/reopening.py) that are open after the cut-off; none before it.

    Read once, as `standing` is.
    """
    if application.state != "submitted" or at < application.wave.closes_at:
        return frozenset()
    return frozenset(key for key, due_at in _open_fields(application) if at < due_at)


def _open_fields(application: Application) -> list[tuple[str, datetime]]:
    rows = application.openings.values_list("key", "until")
    return memory.remembered("reopened", application.pk, read=lambda: list(rows))


def reopened_until(application: Application, at: datetime) -> datetime | None:
    """Until when the parts that are open after the cut-off stay so."""
    return (
        max((due_at for _key, due_at in _open_fields(application)), default=None) if reopened(application, at) else None
    )


def covers(keys: Iterable[str], key: str) -> bool:
    """Whether `key` is one of them, or a part of one (« pieces.gantt » covers « pieces.gantt.12 »)."""
    return any(key == held or key.startswith(f"{held}.") for held in keys)


def is_open(application: Application, key: str, at: datetime) -> bool:
    """Whether a part of the dossier may still change: the wave is open, or a request for complements reopens the part."""
    wave = application.wave
    return wave.opens_at <= at < wave.closes_at or covers(reopened(application, at), key)


def is_live(application: Application, at: datetime) -> bool:
    """Whether some part of the dossier may still change."""
    wave = application.wave
    held = wave.opens_at <= at < wave.closes_at or bool(reopened(application, at))
    return held and application.state in OPEN_STATES


def can_write_now(user: Any, application: Application, key: str, at: datetime) -> bool:
    """A part of the dossier by its key, at this instant: the part open; then whose part it is."""
    if not is_open(application, key, at):
        return False
    match key.split("."):
        case ["budget", own] | ["members", own, _] | ["pieces", _, own]:
            held = standing(user, application)
            mine = any(s.role == "coordinator" or str(s.membership) == own for s in held)
            return mine and application.state in OPEN_STATES
        case ["consortium"] | ["pieces", _]:
            return can_edit(user, application)
    section = key.partition(".")[0]
    return can_edit_section(user, application, key if section == "answers" else section)


def can_read_member(user: Any, membership: Membership) -> bool:
    """One member's part, to read: every writer of the dossier and the auditor, once the member has accepted."""
    return membership.state == "accepted" and can_read_draft(user, membership.application)


def can_submit(user: Any, application: Application) -> bool:
    """The legal representative of the coordinator, or their delegate, alone (R04)."""
    return signing(user, application) is not None


def can_withdraw_consent(user: Any, application: Application) -> bool:
    """Who commits the coordinator, as long as what is decided is notified in the space."""
    if not can_submit(user, application):
        return False
    held = application.receptions.last_frozen()
    return held is not None and held.notified_here


def can_withdraw(user: Any, application: Application) -> bool:
    return can_submit(user, application)


def can_abandon(user: Any, application: Application) -> bool:
    """The people of the coordinator, as long as the dossier was never deposited."""
    return application.state == "draft" and coordinates(user, application)


def shared(application: Application, user: Any) -> bool:
    """Whether somebody else has written in the dossier, or joined a file to it."""
    texts, pieces = application.answers.exclude(by=user), application.pieces.exclude(added_by=user)
    return texts.exists() or pieces.exists()


def can_resume(user: Any, application: Application) -> bool:
    """Whoever abandoned the draft, and the people of the coordinator: nobody stands on a dossier that is out of sight."""
    left = application.departures.filter(returned_at=None, left_by=user)
    return writes_for(user, application.coordinator) or (bool(user and user.is_active) and left.exists())


# Dossiers that will not be examined (further); one whose refusal was notified is closed.
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
    return signing(user, handover.application, handover.membership_id) is not None


def can_give_mandate(user: Any, membership: Membership) -> bool:
    """Who represents a partner, or their delegate; the coordinator's own is the deposit (R04)."""
    if membership.application.state not in OPEN_STATES or (membership.role, membership.state) != (
        "partner",
        "accepted",
    ):
        return False
    return signing(user, membership.application, membership.pk) is not None


def can_return(user: Any, application: Application) -> bool:
    """Who would deposit sends the dossier back to those who write it, while it may change."""
    return application.state in OPEN_STATES and can_submit(user, application)


def can_delegate(user: Any, establishment: Establishment) -> bool:
    """Its legal representative, never a delegate: who was delegated to does not delegate."""
    return (
        bool(user and user.is_authenticated and user.is_active)
        and Affiliation.objects.filter(
            user=user, establishment=establishment, ended_at__isnull=True, kind=Affiliation.Kind.SIGNATORY
        ).exists()
    )


def can_read_delegations(user: Any, establishment: Establishment) -> bool:
    """Its people, and those of the State who may see who they are."""
    return can_see_people_of(user, establishment)


def can_revoke_delegation(user: Any, delegation: Delegation) -> bool:
    return can_delegate(user, delegation.establishment)


def signs_for(user: Any) -> Any:
    """The establishments this person signs for today, by law or by delegation, in their order."""
    if not user.is_authenticated or not user.is_active:
        return Establishment.objects.none()
    held = Affiliation.objects.filter(user=user, ended_at=None)
    by_law = held.filter(kind=Affiliation.Kind.SIGNATORY).values("establishment")
    there = held.filter(kind__in=WRITES).values("establishment")
    delegated = Delegation.objects.running().filter(delegate=user, establishment__in=there).values("establishment")
    return Establishment.objects.filter(pk__in=by_law.union(delegated)).order_by("sort_key")


def can_answer_membership(user: Any, membership: Membership) -> bool:
    """The people of the invited establishment."""
    return membership.state == "invited" and writes_for(user, membership.establishment)


def can_remove_member(user: Any, membership: Membership) -> bool:
    return membership.role == "partner" and can_edit(user, membership.application)


def can_open_document(document: Document) -> bool:
    """What was kept, once it has been examined; what no scanner has seen, only where the operator says so."""
    state = document.scan_state
    opens = (Document.Scan.CLEAN, Document.Scan.ISSUED)
    return state in opens or (state == Document.Scan.NOT_SCANNED and settings.OPEN_UNSCANNED)


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


def can_examine(user: Any, application: Application) -> bool:
    """Reads the sheet of admissibility: who proposes, who validates, who audits."""
    return has_role(user, "instructor", "validator", "auditor")


def can_rule_admissibility(user: Any, application: Application) -> bool:
    """The step of the dossier itself, taken inside the validation of its admissibility."""
    return has_role(user, "validator")
