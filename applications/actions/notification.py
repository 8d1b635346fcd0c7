"""The agreement to electronic notification, withdrawn at any time: what is notified afterwards goes by registered letter (CRPA R112-17 to R112-20)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import permissions
from ..models import Application, ConsentWithdrawal
from .locks import lock_dossier


@transaction.atomic
def withdraw_consent(application: Application, *, by: Any, at: datetime | None = None) -> ConsentWithdrawal:
    """By who commits the coordinator, as the agreement was given: dated, and of what is not notified yet. R71: nothing to withdraw."""
    at = lock_dossier(application, at)
    if not permissions.can_submit(by, application):
        raise PermissionDenied("withdraw_consent")
    held = application.receptions.last_frozen()
    if held is None or not held.notified_here:
        raise Refused(_("Les décisions vous parviennent déjà par lettre recommandée."), code="R71")
    made = ConsentWithdrawal.objects.create(reception=held, by=by, at=at)
    record("consent.withdrawn", made, by=by, at=at, application=application.pk, reception=held.pk)
    return made
