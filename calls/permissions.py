"""Gates of the call."""

from typing import Any

from edsh_portal.access import has_role


def can_manage_call(user: Any, thing: Any = None) -> bool:
    return has_role(user, "administrator", "instructor")
