"""Verbs of accounts: opening and shutting them, where people work."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils.translation import gettext as _

from edsh_portal.access import ROLES
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import passwords, permissions
from ..models import Affiliation, Establishment, User
from .start import instant, locked_row, mirror, need


def address_of(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(
            _("Cette adresse électronique est incomplète : elle s’écrit nom@domaine.fr."), code="D10", field="email"
        ) from None
    return email


def strong(password: str, user: User) -> str:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refused(" ".join(weak.messages), code="D11", field="password") from None
    return password


def new_user(
    email: str, full_name: str, password: str | None, language: str, by: User | None, at: datetime | None
) -> User:
    email, full_name = address_of(email), full_name.strip()
    if not full_name:
        raise Refused(_("Indiquez le nom complet de la personne."), code="D10", field="full_name")
    user = User(email=email, full_name=full_name, language=language)
    kept = passwords.hashed(strong(password, user)) if password is not None else ""  # takes time: before the instant
    user.created_at = instant(at)
    if User.objects.filter(email=email).exists():
        raise Refused(_("Un compte existe déjà pour cette adresse."), code="D10", field="email")
    user.save()
    if kept:
        passwords.keep(user, kept)
    record("user.created", user, by=by, at=user.created_at)
    return user


@transaction.atomic
def create_user(
    *,
    email: str,
    full_name: str,
    password: str | None = None,
    language: str = "fr",
    by: User | None,
    at: datetime | None = None,
) -> User:
    """Opens an account; without a password nobody can sign in to it."""
    need(by is None or permissions.can_manage_people(by), "create_user")
    return new_user(email, full_name, password, language, by, at)


def settle_group(user: User, group: int, *, holds: bool = False) -> None:
    """Puts the person in the group, or out of it: an establishment's as their links say, a role's as asked (roles.sql)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT group_settle(%s, %s, %s)", [user.pk, group, holds])


def join(user: User, establishment: Establishment, kind: str, by: User | None, at: datetime) -> Affiliation:
    live = Affiliation.objects.filter(user=user, establishment=establishment, kind=kind, ended_at=None).first()
    if live:
        return live
    if kind != Affiliation.Kind.EMPLOYEE and (role := _role_of_the_state(user)):
        raise Refused(
            _("Cette personne exerce un rôle de l’État (%(role)s) : elle ne peut ni écrire ni signer pour un candidat.")
            % {"role": role},
            code="D22",
            field="kind",
        )
    affiliation = Affiliation.objects.create(user=user, establishment=establishment, kind=kind, since_at=at)
    settle_group(user, establishment.group_id)
    record(
        "affiliation.changed",
        affiliation,
        by=by,
        at=at,
        user=user.pk,
        establishment=establishment.pk,
        kind=kind,
        live=True,
    )
    mirror(user, user)
    return affiliation


def _role_of_the_state(user: User) -> str:
    """The role that forbids it, in words (roles.sql says which, and knows the exceptions)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT role_clash(%s, 'establishment')", [user.pk])
        return str(ROLES.get(cursor.fetchone()[0], ""))


@transaction.atomic
def affiliate(
    user: User, establishment: Establishment, *, kind: str, by: User | None, at: datetime | None = None
) -> Affiliation:
    """Links a person to an establishment; writers and signatories see its dossiers. The same again changes nothing."""
    if kind not in Affiliation.Kind.values:
        raise Refused(_("Choisissez le lien avec l’établissement dans la liste."), code="D12", field="kind")
    need(by is None or permissions.can_invite(by, establishment, kind, ""), "affiliate")
    locked_row(user)
    return join(user, establishment, kind, by, instant(at))


@transaction.atomic
def end_affiliation(affiliation: Affiliation, *, by: User | None, at: datetime | None = None) -> Affiliation:
    """Ends a link; the person leaves the establishment's group unless another link keeps them in. Sessions close."""
    need(by is None or permissions.can_end_affiliation(by, affiliation), "end_affiliation")
    user = locked_row(affiliation.user)
    affiliation.refresh_from_db(fields=["ended_at"])
    if affiliation.ended_at is not None:
        raise Refused(_("Ce lien a déjà pris fin."), code="D13")
    at = instant(at)
    affiliation.ended_at = at
    affiliation.save(update_fields=["ended_at"])
    settle_group(user, affiliation.establishment.group_id)
    record(
        "affiliation.changed",
        affiliation,
        by=by,
        at=at,
        user=user.pk,
        establishment=affiliation.establishment_id,
        kind=affiliation.kind,
        live=False,
    )
    close_sessions(user)
    mirror(affiliation.user, user)
    return affiliation


def close_sessions(locked: User) -> None:
    """The last thing that an act does: who acts may be closing their own."""
    locked.session_epoch += 1
    locked.save(update_fields=["session_epoch"])


@transaction.atomic
def deactivate(user: User, *, by: User, at: datetime | None = None) -> User:
    """Shuts an account: no sign-in, no session, no token; what the person did stays."""
    need(permissions.can_manage_people(by), "deactivate")
    if by.pk == user.pk:
        raise Refused(_("Vous ne pouvez pas fermer votre propre compte."), code="D26")
    locked, at = locked_row(user), instant(at)
    if not locked.is_active:
        raise Refused(_("Ce compte est déjà fermé."), code="D27")
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    record("user.deactivated", locked, by=by, at=at)
    close_sessions(locked)
    mirror(user, locked)
    return user


@transaction.atomic
def reactivate(user: User, *, by: User, at: datetime | None = None) -> User:
    need(permissions.can_manage_people(by), "reactivate")
    locked, at = locked_row(user), instant(at)
    if locked.is_active:
        raise Refused(_("Ce compte est déjà ouvert."), code="D27")
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    record("user.reactivated", locked, by=by, at=at)
    mirror(user, locked)
    return user
