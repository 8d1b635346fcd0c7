"""Gates of the directory: who may manage people, invite a colleague, see who works where."""

from typing import Any

from edsh_portal.access import has_role

from .models import AccountRequest, Affiliation, ApiToken, Establishment, Invitation, User


def can_manage_people(user: Any, thing: Any = None) -> bool:
    """Roles, accounts and establishments: administrators."""
    return has_role(user, "administrator")


def can_list_people(user: Any, thing: Any = None) -> bool:
    return has_role(user, "administrator", "auditor")


def can_see_person(user: Any, person: User) -> bool:
    """One's own page, or everyone's for who may list people: a role (an expert's above all) is nobody else's business."""
    return can_list_people(user) or can_change_account(user, person)


def can_read_registers(user: Any, thing: Any = None) -> bool:
    """The read-only registers: who audits, who administers."""
    return has_role(user, "administrator", "auditor")


def _works_at(user: Any, establishment: Establishment, *kinds: str) -> bool:
    if not user.is_authenticated or not user.is_active:
        return False
    return user.affiliations.filter(establishment=establishment, kind__in=kinds, ended_at=None).exists()


def can_invite_colleague(user: Any, establishment: Establishment) -> bool:
    """Its signatory, its writers, or an administrator."""
    return can_manage_people(user) or _works_at(
        user, establishment, Affiliation.Kind.WRITER, Affiliation.Kind.SIGNATORY
    )


def can_invite_signatory(user: Any, establishment: Establishment) -> bool:
    """Who commits the establishment is named by whoever already does, or by an administrator; never by a writer."""
    return can_manage_people(user) or _works_at(user, establishment, Affiliation.Kind.SIGNATORY)


def can_invite(user: Any, establishment: Establishment | None, kind: str, role: str) -> bool:
    """The whole invitation: a role is for administrators to give, a place in an establishment for its people too."""
    if role or establishment is None:
        return can_manage_people(user)
    if kind == Affiliation.Kind.SIGNATORY:
        return can_invite_signatory(user, establishment)
    return can_invite_colleague(user, establishment)


def kinds_to_give(user: Any, establishment: Establishment) -> list[tuple[str, Any]]:
    """What this person may invite somebody to be there: the choices of a form."""
    return [(kind, label) for kind, label in Affiliation.Kind.choices if can_invite(user, establishment, str(kind), "")]


def can_decide_request(user: Any, request: AccountRequest) -> bool:
    """Who represents the establishment, or the service that instructs: alone, where nobody represents it here yet."""
    return has_role(user, "instructor") or _works_at(user, request.establishment, Affiliation.Kind.SIGNATORY)


def can_renew(user: Any, invitation: Invitation) -> bool:
    """Whoever could send it: an invitation that answers a request, by whoever could accept this one."""
    request = (
        AccountRequest.objects.select_related("establishment")
        .filter(invitation_id=invitation.pk, invitation__isnull=False)
        .first()
    )
    if request is not None:
        return can_decide_request(user, request)
    return can_invite(user, invitation.establishment, invitation.kind, invitation.role)


def can_end_affiliation(user: Any, affiliation: Affiliation) -> bool:
    return can_manage_people(user)


def can_see_people_of(user: Any, establishment: Establishment) -> bool:
    """Who works for an establishment: its own people, administrators, the auditor and the officers who write to it."""
    return has_role(user, "administrator", "auditor", "instructor", "validator") or can_invite_colleague(
        user, establishment
    )


def can_change_account(user: Any, person: User) -> bool:
    return user.is_authenticated and user.pk == person.pk


def can_revoke_token(user: Any, token: ApiToken) -> bool:
    return user.is_authenticated and user.pk == token.user_id
