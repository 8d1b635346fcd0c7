"""Gates of what the State does of a dossier, and of what is written about it."""

from typing import Any

from applications.models import Application
from applications.models.dossier import SERVICE
from applications.permissions import can_examine, can_read_draft, coordinates, standing
from edsh_portal.access import has_role

from .models import Admissibility, ComplementRequest, Prorogation, Side, Thread


def can_propose_admissibility(user: Any, application: Application) -> bool:
    return has_role(user, "instructor")


def can_validate_admissibility(user: Any, admissibility: Admissibility) -> bool:
    """The second pair of eyes: never the person who proposed."""
    return has_role(user, "validator") and user.pk != admissibility.proposed_by_id


def can_read_complements(user: Any, application: Application) -> bool:
    """Who writes the dossier and who examines it; neither who scores nor who pays."""
    return can_read_draft(user, application) or can_examine(user, application)


def can_ask_complements(user: Any, application: Application) -> bool:
    return has_role(user, "instructor")


def can_withdraw_complements(user: Any, request: ComplementRequest) -> bool:
    return can_ask_complements(user, request.application)


def can_answer_complements(user: Any, request: ComplementRequest) -> bool:
    """The coordinator's people: the legal representative engaged the dossier, and only what was asked of it changes."""
    return coordinates(user, request.application)


def can_propose_prorogation(user: Any, application: Application) -> bool:
    return has_role(user, "instructor")


def can_validate_prorogation(user: Any, prorogation: Prorogation) -> bool:
    """The second pair of eyes: never the person who proposed."""
    return has_role(user, "validator") and user.pk != prorogation.proposed_by_id


def side(user: Any, application: Application) -> Side:
    """For whom a person writes: who stands on the dossier writes for the consortium, the others for the service."""
    return Side.CONSORTIUM if standing(user, application) else Side.SERVICE


def can_read_messages(user: Any, application: Application) -> bool:
    """The consortium and the instructing service, with the auditor: neither who scores, nor who pays, nor the Data Hub."""
    return bool(standing(user, application)) or can_examine(user, application)


def can_see(user: Any, application: Application) -> bool:
    """The dossier itself, for who reads its messages: not the service, of a draft about which it was asked something."""
    return application.submitted_at is not None or can_read_draft(user, application)


def can_write_messages(user: Any, application: Application) -> bool:
    """The consortium at any time; the service once the dossier is deposited, or once a question was put: before, it does not
    know of it."""
    if has_role(user, *SERVICE) and (application.submitted_at is not None or application.threads.exists()):
        return True
    return bool(standing(user, application))


def can_close_thread(user: Any, thread: Thread) -> bool:
    return has_role(user, *SERVICE)
