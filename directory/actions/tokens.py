"""Verbs of the tokens that programs present."""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import ApiToken, User
from .start import digest, instant, need

LONGEST_TOKEN_DAYS = 366


@transaction.atomic
def issue_token(
    user: User, *, label: str, scopes: Sequence[str], days: int, by: User, at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A program's key with this person's rights, narrowed to scopes, for `days`; the clear key is told once."""
    need(permissions.can_change_account(by, user), "issue_token")
    label = re.sub(r"\s+", " ", label).strip()
    if not label:
        raise Refused(
            _("Indiquez l’usage de ce jeton : vous le reconnaîtrez dans la liste."), code="D50", field="label"
        )
    if not scopes or not set(scopes) <= set(ApiToken.SCOPES):
        raise Refused(_("Choisissez au moins une portée dans la liste."), code="D51", field="scopes")
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise Refused(_("La durée va de 1 à %(days)s jours.") % {"days": LONGEST_TOKEN_DAYS}, code="D52", field="days")
    key, at = ApiToken.PREFIX + secrets.token_urlsafe(32), instant(at)
    token = ApiToken.objects.create(
        user=user,
        label=label[:80],
        key_sha256=digest(key),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=clock.days_from(at, days),
    )
    record("token.issued", token, by=by, at=at, user=user.pk, scopes=token.scopes)
    return token, key


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User, at: datetime | None = None) -> ApiToken:
    """Ends a key at once."""
    need(permissions.can_revoke_token(by, token), "revoke_token")
    locked = ApiToken.objects.select_for_update(no_key=True, of=("self",)).get(pk=token.pk)
    at = instant(at)
    if locked.revoked_at is not None:
        raise Refused(_("Ce jeton est déjà révoqué."), code="D53")
    locked.revoked_at = at
    locked.save(update_fields=["revoked_at"])
    record("token.revoked", locked, by=by, at=at, user=token.user_id)
    return locked
