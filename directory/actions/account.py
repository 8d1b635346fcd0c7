"""Verbs on one's own account: password, language, mails."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import mail
from edsh_portal.changes import over
from edsh_portal.events import record
from edsh_portal.models import MailChoice
from edsh_portal.workflow import Refused

from .. import passwords, permissions
from ..models import User
from .forgotten import end_resets
from .people import close_sessions, strong
from .start import instant, locked_row, mirror, need


@transaction.atomic
def change_password(user: User, *, current: str, password: str, by: User, at: datetime | None = None) -> User:
    """Replaces the password after the current one; every other session of the person closes, every letter to replace it is dead."""
    need(permissions.can_change_account(by, user), "change_password")
    locked = locked_row(user)
    if not passwords.matches(locked, current):
        raise Refused(
            _("Ce mot de passe n’est pas votre mot de passe actuel : saisissez-le de nouveau."),
            code="D30",
            field="current",
        )
    passwords.replace(locked, strong(password, locked))
    record("user.password_changed", locked, by=by, at=instant(at))
    end_resets(locked, at)
    close_sessions(locked)
    mirror(user, locked)
    return user


@transaction.atomic
def know_device(user: User, *, by: User, at: datetime | None = None) -> None:
    """Somebody signed in as this person from a browser that was not known as theirs: the event tells the person."""
    need(permissions.can_change_account(by, user), "know_device")
    record("user.device_known", user, by=by, at=at, stream=f"account:{user.pk}")


@transaction.atomic
def change_language(user: User, language: str, *, by: User, at: datetime | None = None) -> User:
    """The language of the pages and of the mails; documents of legal value stay in French."""
    need(permissions.can_change_account(by, user), "change_language")
    if language not in dict(User._meta.get_field("language").flatchoices):
        raise Refused(_("Choisissez la langue dans la liste."), code="D31", field="language")
    locked, at = locked_row(user), instant(at)
    locked.language = language
    locked.save(update_fields=["language"])
    record("user.language_changed", locked, by=by, at=at, language=language)
    user.language = language
    return user


def taken(user: User) -> dict[str, str]:
    """How each family of mails is taken: at once, where nothing was chosen."""
    held = dict(user.mail_choices.values_list("family", "when"))
    return {family: held.get(family, MailChoice.When.AT_ONCE) for family in mail.FAMILIES}


@transaction.atomic
def choose_mails(
    user: User,
    choices: Mapping[str, str],
    *,
    read: Mapping[str, str] | None = None,
    by: User,
    at: datetime | None = None,
) -> None:
    """{family: at_once, digest or none}; the families left out stay as they were, and those left as the page had shown them, `read`
    (W04 when another page has changed one)."""
    need(permissions.can_change_account(by, user), "choose_mails")
    for family, when in choices.items():
        if family not in mail.FAMILIES or when not in MailChoice.When.values:
            raise Refused(_("Choisissez une des valeurs proposées."), code="D32", field=family)
    locked, at = locked_row(user), instant(at)
    fresh = over(taken(locked), choices, read)
    for family, when in fresh.items():
        MailChoice.objects.update_or_create(user=locked, family=family, defaults={"when": when})
    record("user.mails_chosen", locked, by=by, at=at, choices=fresh)
