"""Roles as the tests' worlds give them: by acts of two administrators, who are seated when first needed. A validator may sign."""

from datetime import date, datetime
from typing import Any

from decisions import actions as decisions
from directory import actions
from directory.actions.start import mirror
from directory.models import User
from edsh_portal import acts
from edsh_portal.models import Event

LONG_AGO, FAR = date(2020, 1, 1), date(2099, 1, 1)
QUALITY = "sous-directeur d’essai"
TEXT = "arrêté fictif du 2 mai 2022, JORF n° 0103 du 4 mai 2022 (essai)"


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
    if role == "validator":
        delegate(user, at=at)


def director(at: datetime | None = None) -> User:
    """Who approves delegations: the direction of this world, or one made for it."""
    found = User.objects.filter(groups__name="direction", is_active=True).order_by("pk").first()
    if found is None:
        found = actions.create_user(email="direction@sieges.example", full_name="Directrice", by=None, at=at)
        give(found, "direction", at=at)
    return found


def delegate(user: Any, *, first_on: date = LONG_AGO, last_on: date = FAR, at: datetime | None = None) -> Any:
    """The State's signature, proposed by an administrator and approved by the direction."""
    first, _second = administrators(at)
    days = {"first_on": first_on, "last_on": last_on}
    asked = decisions.propose_delegation(user, quality=QUALITY, source=TEXT, **days, by=first, at=at)
    return acts.approve(asked, by=director(at), at=at)


def take(user: Any, role: str) -> None:
    first, second = administrators()
    acts.approve(actions.propose_role_end(user, role, by=first), by=second)
    mirror(user, User.objects.get(pk=user.pk))
