"""Verbs of a forgotten password: a letter with a link that serves once, for an hour; then a new one in its place."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import passwords
from ..models import PasswordReset, User
from .people import close_sessions, strong
from .start import digest, instant, locked_row

LIFE = timedelta(hours=1)
KEPT = timedelta(days=1)  # after its end


@transaction.atomic
def forget_password(email: str, *, at: datetime | None = None) -> PasswordReset:
    """Anyone says it of any address: the same is written whether an account bears it or not, and only its owner hears of it."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    now = instant(at)
    reset = PasswordReset.objects.create(user=user, asked_at=now, expires_at=now + LIFE)
    record("password.forgotten", reset, by=None, at=at, user=user and user.pk)
    return reset


def resettable(token: str) -> PasswordReset:
    """What this letter opens now; Refused says why it opens nothing."""
    return _need_openable(_with(token).first(), clock.now())


def _with(token: str) -> QuerySet[PasswordReset]:
    return PasswordReset.objects.select_related("user").filter(token_sha256=digest(token), user__is_active=True)


def _need_openable(reset: PasswordReset | None, at: datetime) -> PasswordReset:
    if reset is None or reset.used_at is not None:
        raise Refused(_("Ce lien a déjà servi ou n’existe pas : demandez-en un nouveau."), code="D46")
    if at >= reset.expires_at:
        raise Refused(_("Ce lien était valable une heure : demandez-en un nouveau."), code="D47")
    return reset


@transaction.atomic
def reset_password(token: str, *, password: str, at: datetime | None = None) -> User:
    """Replaces the password of whoever received the letter. All their sessions close, all their other letters are dead."""
    found = _need_openable(_with(token).first(), at or clock.now()).user
    assert found is not None  # a letter to nobody opens nothing: `_with`
    user = locked_row(found)
    locked, at = _with(token).select_for_update(no_key=True, of=("self",)).first(), instant(at)
    _need_openable(locked, at)
    passwords.replace(user, strong(password, user))
    record("user.password_changed", user, by=user, at=at)
    end_resets(user, at)
    close_sessions(user)
    return user


def end_resets(user: User, at: datetime | None) -> None:
    """A password that has just been changed is no longer forgotten: the letters that would change it again are dead."""
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=instant(at))


def forget_letters(at: datetime | None = None) -> int:
    """In the portal's own name, every minute: what was asked and is over since a day is kept no longer. How many."""
    return PasswordReset.objects.filter(expires_at__lt=(at or clock.now()) - KEPT).delete()[0]
