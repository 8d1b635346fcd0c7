"""Open sessions, known by the SHA-256 of their key: whoever reads the table opens none. They end when nobody has done anything for
settings.SESSION_IDLE_SECONDS, and settings.SESSION_COOKIE_AGE after they began whatever happens.

The row says whose the session is, under which version of their credentials it was opened, and when it ends: the database asks
(directory/actor.sql), without reading what Django keeps in it.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.utils import timezone

from .statements import written_once

BEGAN = "began"  # seconds, in the session's own data
STEP = timedelta(minutes=1)  # the row of a session moves no more often


def digest(key: str | None) -> str:
    return hashlib.sha256((key or "").encode()).hexdigest()


@written_once
def _opened(key: str) -> Any:
    return SessionStore.get_model_class().objects.filter(key_sha256=key)


class SessionStore(db.SessionStore):
    ends_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        from .models import WebSession

        return WebSession

    def _get_session_from_db(self) -> Any:
        row = next((one for one in _opened(digest(self.session_key)) if one.expires_at > timezone.now()), None)
        if row is None:
            self._session_key = None
        self.ends_at = row.expires_at if row else None
        return row

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()
        return self.decode(row.data) if row else {}

    def exists(self, session_key: str) -> bool:
        return self.model.objects.filter(key_sha256=digest(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        data.setdefault(BEGAN, timezone.now().timestamp())
        self.ends_at = _end(data)
        return self.model(
            key_sha256=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]  # the stubs leave out what is private
            user_id=data.get(SESSION_KEY),
            epoch=data.get(HASH_SESSION_KEY, 0),
            data=self.encode(data),
            expires_at=self.ends_at,
        )

    def cycle_key(self) -> None:
        """Somebody has just signed in, or proved who they are again: the session begins here."""
        super().cycle_key()
        self[BEGAN] = timezone.now().timestamp()

    def attend(self) -> None:
        """Somebody is at work in it: its end moves away."""
        end = _end(self._session)  # type: ignore[attr-defined]  # the stubs leave out what is private
        if self.ends_at and end - self.ends_at > STEP:
            self.model.objects.filter(key_sha256=digest(self.session_key)).update(expires_at=end)

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(key_sha256=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        cls.get_model_class().objects.filter(expires_at__lt=timezone.now()).delete()


def _end(data: dict[str, Any]) -> datetime:
    now = timezone.now()
    began = datetime.fromtimestamp(data.get(BEGAN, now.timestamp()), UTC)
    idle, whole = (timedelta(seconds=n) for n in (settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE))
    return min(now + idle, began + whole)


def _open(request: Any, **_signal: Any) -> None:
    """Whoever has just signed in speaks from then on, in this request already: their session is written at once."""
    if request is not None and hasattr(request, "session"):
        request.session.save()


user_logged_in.connect(_open, dispatch_uid="sessions")
