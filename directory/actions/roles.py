"""Verbs of the roles, by acts of two: given, with an end where they do not go with what the person is already; taken back."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import acts, clock
from edsh_portal.access import ROLES
from edsh_portal.events import UPKEEP, record
from edsh_portal.models import Act, Event
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused

from ..models import RoleException, User
from .people import close_sessions, settle_group
from .start import instant, locked_row, mirror

ADMINISTRATORS = {"proposers": ("administrator",), "approvers": ("administrator",)}
SEATED = "administrators.seated"
UPKEEP |= {SEATED}


def role_group(role: str) -> Group:
    if role not in ROLES:
        raise Refused(_("Choisissez le rôle dans la liste."), code="D20", field="role")
    return Group.objects.get_or_create(name=role)[0]


def roles_of(user: User) -> list[str]:
    return list(user.groups.filter(name__in=ROLES).order_by("name").values_list("name", flat=True))


def clash(user: User, role: str) -> str:
    """What this person is that does not go with it, in words; empty when nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT role_clash(%s, %s)", [user.pk, role])
        found = cursor.fetchone()[0]
    return str(ROLES.get(found, _("rédaction ou représentation légale d’un établissement"))) if found else ""


# ── given ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_role(user: User, role: str, *, until: date | None = None, by: Any, at: datetime | None = None) -> Act:
    """An administrator proposes a role for another person; `until`: the end of an exception, where it does not go with another."""
    role_group(role)
    if by.pk == user.pk:
        raise Refused(
            _("Personne ne s’attribue un rôle : demandez-le à un autre administrateur."), code="D23", field="role"
        )
    locked_row(user)
    now = instant(at)
    if role in roles_of(user):
        raise Refused(_("Cette personne a déjà ce rôle."), code="D21", field="role")
    other = clash(user, role)
    if other and until is None:
        raise Refused(
            _(
                "Ce rôle ne se cumule pas avec : %(other)s. Retirez l’autre d’abord, ou donnez une fin à cette exception."
            )
            % {"other": other},
            code="D22",
            field="until",
        )
    if until is not None and until < clock.civil(now):
        raise Refused(_("La fin de l’exception est passée : choisissez un autre jour."), code="D22", field="until")
    payload = {
        "user": user.pk,
        "role": role,
        "until": until and until.isoformat(),
        "despite": other,
        "held": roles_of(user),
    }
    return acts.propose("role.grant", user, payload, by=by, at=at)


def _give(act: Act, user: User) -> User:
    """Effective at the next request."""
    role, until, at = act.payload["role"], act.payload["until"], act.decided_at
    if until:
        RoleException.objects.create(user=user, role=role, until_on=date.fromisoformat(until), act=act)
    settle_group(user, role_group(role).pk, holds=True)
    record("role.granted", user, by=act.decided_by, at=at, role=role, act=act.pk, until=until)
    mirror(user, user)
    return user


def _names(roles: list[str]) -> str:
    return ", ".join(str(ROLES[role]) for role in roles)


def _says_grant(act: Act, user: User) -> str:
    words = {"role": ROLES[act.payload["role"]], "name": user, "until": act.payload["until"]}
    if act.payload["until"]:
        return _("Rôle « %(role)s » pour %(name)s, par exception jusqu’au %(until)s") % words
    return _("Rôle « %(role)s » pour %(name)s") % words


def _facts_grant(act: Act, user: User) -> list[acts.Fact]:
    before = act.payload["held"]
    facts = [
        acts.Fact(_("Rôles %(name)s") % {"name": de(user)}, _names(before), _names([*before, act.payload["role"]]))
    ]
    if act.payload["until"]:
        facts.append(acts.Fact(_("Exception : ne se cumule pas avec"), act.payload["despite"], act.payload["until"]))
    return facts


acts.kind(
    "role.grant",
    label=gettext_lazy("Rôle donné"),
    subject=User,
    concerns="user",
    does=_give,
    says=_says_grant,
    facts=_facts_grant,
    version=roles_of,
    lock=locked_row,
    **ADMINISTRATORS,
)


# ── taken back ───────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_role_end(user: User, role: str, *, by: Any, at: datetime | None = None) -> Act:
    """An administrator proposes to take a role back."""
    role_group(role)
    locked_row(user)
    if role not in roles_of(user):
        raise Refused(_("Cette personne n’a pas ce rôle."), code="D24", field="role")
    return acts.propose("role.revoke", user, {"user": user.pk, "role": role, "held": roles_of(user)}, by=by, at=at)


def _take(act: Act, user: User) -> User:
    """Every open session of the person ends at its next request. Two administrators are always left to approve each other."""
    role, group = act.payload["role"], role_group(act.payload["role"])
    if role == "administrator" and group.user_set.filter(is_active=True).exclude(pk=user.pk).count() < 2:
        raise Refused(_("Il ne resterait qu’un administrateur : nommez-en d’abord un autre."), code="D25", field="role")
    _end(user, group, by=act.decided_by, at=act.decided_at, act=act.pk)
    return user


def _end(user: User, group: Group, *, by: Any, at: datetime | None, **told: Any) -> None:
    settle_group(user, group.pk)
    RoleException.objects.filter(user=user, role=group.name).delete()
    record("role.revoked", user, by=by, at=at, role=group.name, **told)
    close_sessions(user)
    mirror(user, user)


def _says_end(act: Act, user: User) -> str:
    return _("Retrait du rôle « %(role)s » à %(name)s") % {"role": ROLES[act.payload["role"]], "name": user}


def _facts_end(act: Act, user: User) -> list[acts.Fact]:
    before = act.payload["held"]
    after = [role for role in before if role != act.payload["role"]]
    return [acts.Fact(_("Rôles %(name)s") % {"name": de(user)}, _names(before), _names(after))]


acts.kind(
    "role.revoke",
    label=gettext_lazy("Rôle retiré"),
    subject=User,
    does=_take,
    says=_says_end,
    facts=_facts_end,
    version=roles_of,
    lock=locked_row,
    **ADMINISTRATORS,
)


def end_exceptions(at: datetime | None = None) -> int:
    """In the portal's own name, every minute: a role held by exception ends with its last day. How many ended."""
    today = clock.civil(at or clock.now())
    over = RoleException.objects.filter(until_on__lt=today).order_by("user_id", "pk")
    ended = 0
    for exception in over.select_related("user"):
        with transaction.atomic():
            user, now = locked_row(exception.user), instant(at)
            if exception.role in roles_of(user):
                _end(user, role_group(exception.role), by=None, at=now, until=exception.until_on.isoformat())
                ended += 1
    return ended


# ── the first two ────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def seat_administrators(first: User, second: User, *, at: datetime | None = None) -> None:
    """The first two administrators of a new portal, once; afterwards each role is an act of two of them."""
    at = instant(at)
    if (
        Event.objects.filter(kind=SEATED).exists()
        or Group.objects.filter(name="administrator", user__isnull=False).exists()
    ):
        raise Refused(_("Les deux premiers administrateurs sont déjà installés."), code="D29")
    if first.pk == second.pk or not (first.is_active and second.is_active):
        raise PermissionDenied("seat_administrators")
    record(SEATED, first, by=None, at=at, users=[first.pk, second.pk])
    for user in (first, second):
        settle_group(user, role_group("administrator").pk, holds=True)
        record("role.granted", user, by=None, at=at, role="administrator")
        mirror(user, user)
