"""Passwords: their hashes are the database's, which shows one for whoever signs in, counts it, and lets people change their own."""

from django.contrib.auth import hashers

from edsh_portal import database

from .models import User


def matches(user: User | None, password: str) -> bool:
    """Whether this is the person's password. Same work whether they exist, have one, or not (no enumeration by time)."""
    held = database.apart("SELECT password_of(%s)", [user.pk])[0][0] if user else None
    if not held:
        hashers.make_password(password)
        return False
    return hashers.check_password(password, held)


def hashed(password: str) -> str:
    return hashers.make_password(password)


def keep(user: User, kept: str) -> None:
    """The hash of the person's password, in the place of the one before."""
    database.apart("SELECT password_set(%s, %s)", [user.pk, kept])


def replace(user: User, password: str) -> None:
    keep(user, hashed(password))
