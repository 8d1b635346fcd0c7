"""What every page shows around its content; the domain part is asked of settings.CHROME (the frame knows no domain)."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from . import asked, clock
from .access import ROLES, roles

_chrome = lru_cache(import_string)


def portal(request: Any) -> dict[str, Any]:
    """`portal` for the templates: demo, now, clock_offset, wave, call, nav, roles_label, request_id, misread."""
    user = getattr(request, "user", None)
    held = roles(user)
    frame: dict[str, Any] = {
        "demo": settings.DEMO,
        "now": clock.of(request),  # the domain's part reads the same instant
        "simulated": settings.DEMO,
        "roles_label": ", ".join(str(label) for name, label in ROLES.items() if name in held),
        "roles": held,
        "request_id": getattr(request, "id", ""),
        "misread": asked.misread(request),
        "wave": None,
        "call": None,
        "nav": [],
    }
    return {"portal": frame | _chrome(settings.CHROME)(request)}
