"""Sessions in the database, which end when nobody has done anything for settings.SESSION_IDLE_SECONDS, and
settings.SESSION_COOKIE_AGE after they began whatever happens. Their row says when: Django finds none that has ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

BEGAN = "began"  # seconds, in the session's own data
STEP = timedelta(minutes=1)  # the row of a session moves no more often


class SessionStore(db.SessionStore):
    ends_at: datetime | None = None

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        self.ends_at = row.expire_date if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        data.setdefault(BEGAN, timezone.now().timestamp())
        row = super().create_model_instance(data)
        row.expire_date = self.ends_at = _end(data)
        return row

    def cycle_key(self) -> None:
        """Somebody has just signed in, or proved who they are again: the session begins here."""
        super().cycle_key()
        self[BEGAN] = timezone.now().timestamp()

    def attend(self) -> None:
        """Somebody is at work in it: its end moves away."""
        end = _end(self._session)  # type: ignore[attr-defined]
        if self.ends_at and end - self.ends_at > STEP:
            self.model.objects.filter(pk=self.session_key).update(expire_date=end)


def _end(data: dict[str, Any]) -> datetime:
    now = timezone.now()
    began = datetime.fromtimestamp(data.get(BEGAN, now.timestamp()), UTC)
    idle, whole = (timedelta(seconds=n) for n in (settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE))
    return min(now + idle, began + whole)
