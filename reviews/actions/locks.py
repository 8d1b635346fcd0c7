"""Row locks of the evaluation, dossier first, and what every act on a dossier under evaluation needs."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Application
from edsh_portal import clock
from edsh_portal.events import instant
from edsh_portal.workflow import Refused

from ..models import Session


def lock_rows(application: Application, at: datetime | None, *then: Any) -> datetime:
    """Locks and rereads the dossier, then the other rows in order; answers the instant read after the last lock."""
    for thing in (application, *then):
        thing.refresh_from_db(from_queryset=type(thing)._default_manager.select_for_update(no_key=True, of=("self",)))
    return instant(at, application, *then)


def need_in_review(application: Application, at: datetime) -> None:
    """Admissible, its wave closed to deposits and its session not yet closed."""
    if application.state != "admissible":
        raise Refused(
            _("Le dossier %(reference)s n’est pas en évaluation : il est « %(state)s ».")
            % {"reference": application.reference, "state": application.get_state_display()},
            code="R53",
        )
    if at < application.wave.closes_at:
        raise Refused(
            _(
                "La relève est ouverte jusqu’au %(cutoff)s : évaluez le dossier après cette date, "
                "sur sa dernière version déposée."
            )
            % {"cutoff": clock.paris(application.wave.closes_at)},
            code="R02",
        )
    if Session.objects.filter(wave=application.wave_id, state="closed").exists():
        raise Refused(_("La session du jury est close : l’évaluation de cette relève ne change plus."), code="R59")
