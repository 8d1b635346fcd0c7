"""Sign-in by e-mail and password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from edsh_portal import access
from edsh_portal.statements import written_once

from . import passwords
from .models import User


class EmailBackend(BaseBackend):
    """Same work whether the address exists or not (no enumeration by time)."""

    def authenticate(self, request, email: str | None = None, password: str | None = None, **credentials):
        address = (email or credentials.get("username") or "").strip().lower()
        if not address or password is None:
            return None
        user = User.objects.filter(email=address).first()
        return user if passwords.matches(user, password) and user.is_active else None

    def get_user(self, user_id: int):
        user = next(iter(_active(user_id)), None)
        if user is not None:
            access.know_roles(user, user.holds)
        return user


@written_once
def _active(user: int) -> Any:
    """Asked at each request of everybody: the person, and the roles that `holds` names."""
    return User.objects.filter(pk=user, is_active=True).annotate(holds=ArraySubquery(access.roles_of(OuterRef("pk"))))
