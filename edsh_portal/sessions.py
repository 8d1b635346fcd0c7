"""Open sessions, known by the SHA-256 of their key: whoever reads the table opens none.

The row says whose the session is, and under which version of their credentials it was opened: the database asks
(directory/actor.sql), without reading what Django keeps in it.
"""

import hashlib
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.utils import timezone


def digest(key: str | None) -> str:
    return hashlib.sha256((key or "").encode()).hexdigest()


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> Any:
        from .models import WebSession

        return WebSession

    def _get_session_from_db(self) -> Any:
        held = self.model.objects.filter(key_sha256=digest(self.session_key), expires_at__gt=timezone.now()).first()
        if held is None:
            self._session_key = None
        return held

    def load(self) -> dict[str, Any]:
        held = self._get_session_from_db()
        return self.decode(held.data) if held else {}

    def exists(self, session_key: str) -> bool:
        return self.model.objects.filter(key_sha256=digest(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        return self.model(
            key_sha256=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            user_id=data.get(SESSION_KEY),
            epoch=data.get(HASH_SESSION_KEY, 0),
            data=self.encode(data),
            expires_at=self.get_expiry_date(),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(key_sha256=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        cls.get_model_class().objects.filter(expires_at__lt=timezone.now()).delete()


def _open(request: Any, **_signal: Any) -> None:
    """Whoever has just signed in speaks from then on, in this request already: their session is written at once."""
    if request is not None and hasattr(request, "session"):
        request.session.save()


user_logged_in.connect(_open, dispatch_uid="sessions")
