"""What every verb of the room begins with: the gate, the row, the instant."""

import hashlib
from datetime import datetime

from django.core.exceptions import PermissionDenied

from edsh_portal import events, memory

from ..models import User


def digest(secret: str) -> str:
    """What we keep of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def need(allowed: bool, name: str) -> None:
    if not allowed:
        raise PermissionDenied(name)


def instant(at: datetime | None) -> datetime:
    """The room writes in one stream, whose head is the lock of all that has no row yet: an address, a number."""
    return events.instant(at, "directory")


def locked_row(user: User) -> User:
    return User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)


def mirror(user: User, locked: User) -> None:
    """The caller's object says what the row says, and forgets the rights it had read."""
    user.session_epoch, user.is_active = locked.session_epoch, locked.is_active
    memory.forget("roles")
    for kept in ("_perm_cache", "_group_perm_cache", "_user_perm_cache"):
        user.__dict__.pop(kept, None)
