"""What a person without a session asks by letter: a new password, an account. The secret is in the letter alone: we keep its SHA-256,
which letter_seal() alone writes (actor.sql)."""

from django.db import models
from django.db.models import Q

from .people import User


class Asked(models.Model):
    """One stream for what comes from public pages: no import of the register makes a visitor wait."""

    token_sha256 = models.CharField(max_length=64, unique=True, null=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def event_stream(self) -> str:
        return "accounts"


class PasswordReset(Asked):
    """A password was said to be forgotten. `user` is empty when no open account bears the address, which is kept nowhere: the same row
    is written, so that nothing in the answer tells who exists."""

    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    used_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (used_at)")
    grants_worker = ("SELECT", "DELETE")  # the clock forgets those that are over
    grants_owner = ("UPDATE (token_sha256)",)  # letter_seal() alone
    frozen_when = {"used_at": ("*",)}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(user__isnull=False), name="password_reset_of_somebody"
            ),
        ]
