"""How the pages of the messages find their dossier: the service also reads those of a draft about which it was asked something."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from applications.models import Application
from applications.views.found import the_dossier

from ..models.messages import heard_as


def the_exchange(request: HttpRequest, reference: str, gate: Callable[[Any, Any], bool]) -> Application:
    """The dossier of a page of messages, and nothing else of it for who does not see it otherwise."""
    return the_dossier(request, reference, gate, sees=heard_as)
