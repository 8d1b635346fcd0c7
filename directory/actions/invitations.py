"""Verbs of invitations: to an establishment, to a role; the token is only in the letter."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Affiliation, Establishment, Invitation, User
from .people import address_of, join, new_user
from .roles import role_group
from .start import digest, instant, need

INVITATION_DAYS = 7


@transaction.atomic
def invite(
    *,
    email: str,
    full_name: str,
    establishment: Establishment | None = None,
    kind: str = "",
    role: str = "",
    by: User,
    at: datetime | None = None,
) -> Invitation:
    """Invites a person to an establishment, a role, or both; the letter is written by a reaction to the event.

    Whether the address already has an account changes nothing in what the inviter sees.
    """
    if bool(establishment) != bool(kind) or (kind and kind not in Affiliation.Kind.values):
        raise Refused(_("Choisissez le lien de la personne avec l’établissement."), code="D12", field="kind")
    if not establishment and not role:
        raise Refused(
            _("Choisissez un établissement ou un rôle pour cette personne."),
            code="D40",
            field="role",
        )
    need(permissions.can_invite(by, establishment, kind, role), "invite")
    email, full_name = address_of(email), full_name.strip()
    if not full_name:
        raise Refused(_("Indiquez le nom complet de la personne."), code="D10", field="full_name")
    if role:
        role_group(role)
        if email == by.email:
            raise Refused(
                _("Personne ne s’attribue un rôle : demandez-le à un autre administrateur."), code="D23", field="email"
            )
    return write_invitation(email, full_name, establishment, kind, role, by, at)


def write_invitation(
    email: str,
    full_name: str,
    establishment: Establishment | None,
    kind: str,
    role: str,
    by: User,
    at: datetime | None,
) -> Invitation:
    at = instant(at)
    invitation = Invitation.objects.create(
        email=email,
        full_name=full_name,
        establishment=establishment,
        kind=kind,
        role=role,
        invited_by=by,
        invited_at=at,
        expires_at=clock.days_from(at, INVITATION_DAYS),
    )
    record(
        "invitation.created",
        invitation,
        by=by,
        at=at,
        establishment=establishment and establishment.pk,
        kind=kind,
        role=role,
    )
    return invitation


@transaction.atomic
def renew_invitation(invitation: Invitation, *, by: User, at: datetime | None = None) -> Invitation:
    """A new letter with a new token and seven more days; the former token is dead."""
    need(permissions.can_renew(by, invitation), "renew_invitation")
    locked = Invitation.objects.select_for_update(no_key=True, of=("self",)).get(pk=invitation.pk)
    if locked.accepted_at is not None:
        raise Refused(_("Cette invitation a déjà été acceptée."), code="D41")
    at = instant(at)
    locked.invited_by, locked.expires_at = by, clock.days_from(at, INVITATION_DAYS)
    locked.save(update_fields=["invited_by", "expires_at"])  # the former token goes with its end (actor.sql)
    record("invitation.renewed", locked, by=by, at=at)
    return locked


def openable(token: str) -> Invitation:
    """The invitation that this token opens now; Refused says why it opens none."""
    return _need_openable(_with(token).first(), clock.now())


def _with(token: str) -> QuerySet[Invitation]:
    return Invitation.objects.select_related("establishment", "invited_by").filter(token_sha256=digest(token))


def _need_openable(invitation: Invitation | None, at: datetime) -> Invitation:
    if invitation is None or invitation.accepted_at is not None:
        raise Refused(_("Ce lien d’invitation a déjà servi ou n’existe pas : demandez-en un nouveau."), code="D42")
    if at >= invitation.expires_at:
        raise Refused(
            _("Cette invitation a expiré : demandez-en une nouvelle à la personne qui vous a invité."), code="D43"
        )
    if not permissions.can_renew(invitation.invited_by, invitation):  # who invited has lost the right to
        raise Refused(_("Cette invitation n’est plus valable : demandez-en une nouvelle."), code="D44")
    return invitation


@transaction.atomic
def accept_invitation(token: str, *, password: str = "", by: User | None = None, at: datetime | None = None) -> User:
    """Opens the account with its first password, or, when the address already has one, joins it to its owner `by`.

    A role that the invitation names is then an act of two, which its author is told to propose.
    """
    found = _with(token).select_for_update(no_key=True, of=("self",)).first()
    email = found.email if found else ""
    user = User.objects.select_for_update(no_key=True, of=("self",)).filter(email=email).first()
    invitation = _need_openable(found, at or clock.now())
    if user is None:
        user = new_user(invitation.email, invitation.full_name, password, "fr", invitation.invited_by, at)
    elif by is None or by.pk != user.pk or not user.is_active:
        raise Refused(
            _("Un compte existe pour cette adresse : connectez-vous, puis ouvrez de nouveau ce lien."), code="D45"
        )
    at = instant(at)
    if invitation.establishment:
        join(user, invitation.establishment, invitation.kind, invitation.invited_by, at)
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record("invitation.accepted", invitation, by=user, at=at, user=user.pk, role=invitation.role)
    return user
