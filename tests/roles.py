"""Roles as the tests' worlds give them: by acts of two administrators, who are seated when first needed."""

from datetime import date, datetime
from typing import Any

from directory import actions
from directory.actions.start import mirror
from directory.models import User
from edsh_portal import acts
from edsh_portal.models import Event

FAR = date(2099, 1, 1)


def administrators(at: datetime | None = None) -> tuple[User, User]:
    """The first two of this database."""
    seated = Event.objects.filter(kind="administrators.seated").first()
    found = [User.objects.get(pk=pk) for pk in seated.data["users"]] if seated else []
    if not found:
        named = (("premiere", "Première administratrice"), ("seconde", "Seconde administratrice"))
        found = [
            actions.create_user(email=f"{key}@sieges.example", full_name=name, by=None, at=at) for key, name in named
        ]
        actions.seat_administrators(*found, at=at)
    return found[0], found[1]


def give(user: Any, role: str, *, until: date | None = None, at: datetime | None = None) -> None:
    """Proposed by one, approved by the other; `until`: beside a role with which it does not go."""
    first, second = administrators(at)
    acts.approve(actions.propose_role(user, role, until=until, by=first, at=at), by=second, at=at)

    mirror(user, User.objects.get(pk=user.pk))


def take(user: Any, role: str) -> None:
    first, second = administrators()
    acts.approve(actions.propose_role_end(user, role, by=first), by=second)
    mirror(user, User.objects.get(pk=user.pk))
