"""Who gives roles in a test's world."""

from typing import Any

from directory.models import User


def administrator() -> Any:
    """Somebody who administers the portal; None, the portal itself, as long as nobody does."""
    return User.objects.filter(groups__name="administrator", is_active=True).order_by("pk").first()
