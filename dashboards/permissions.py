"""Who sees the composed pages."""

from django.http import Http404

from applications.models import Application
from applications.permissions import standing
from calls.models import Call
from edsh_portal.access import FINANCE, OFFICERS, STAFF, has_role

from . import figures

SEES_DASHBOARD = (*OFFICERS, "direction", "jury_chair", "auditor", *FINANCE)
SEES_JOBS = (*OFFICERS, "administrator", "auditor")
SEES_VERIFICATION = (*FINANCE, "administrator", "auditor")
AUDITS = ("auditor",)


def can_see_dashboard(user) -> bool:
    return has_role(user, *SEES_DASHBOARD)


def can_follow(user, application: Application) -> bool:
    """Where a dossier stands, money included: its members and the State's side; neither who scores it nor the Data Hub."""
    return has_role(user, *STAFF) or bool(standing(user, application))


def can_retry(user) -> bool:
    """An obligation is put back by who administers or instructs; the auditor only reads."""
    return has_role(user, "administrator", "instructor")


def call_or_404() -> Call:
    call = figures.current_call()
    if call is None:
        raise Http404
    return call


def can_ask_box(user) -> bool:
    """The whole of a dossier leaves the portal with who audits, and with nobody else."""
    return has_role(user, *AUDITS)
