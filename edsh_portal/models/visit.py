"""Who comes: open sessions, forms sent once, waits after failures, confidential reads."""

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class WebSession(models.Model):
    """An open session (sessions.py): the hash of its key, whose it is once somebody has signed in, what Django keeps in it."""

    key_sha256 = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    epoch = models.PositiveIntegerField(default=0)  # the version of the credentials it was opened with
    data = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    grants = ("SELECT", "INSERT", "UPDATE (user_id, epoch, data, expires_at)", "DELETE")
    grants_worker = ()

    class Meta:
        verbose_name, verbose_name_plural = _("session ouverte"), _("sessions ouvertes")
        db_table = "web_session"


class Once(models.Model):
    """A form that was sent and done (edsh_portal/once.py): who sent it, the key of its page, where to; a digest of what it said, and
    where its first result is."""

    who = models.CharField(max_length=80)
    key = models.UUIDField()
    path = models.CharField(max_length=300)
    content = models.CharField(max_length=64)
    request_id = models.CharField(max_length=32)
    location = models.CharField(max_length=600, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    grants = ("SELECT", "INSERT", "UPDATE (location)")
    grants_worker = ("SELECT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("envoi fait une fois"), _("envois faits une fois")
        db_table = "once"
        constraints = [models.UniqueConstraint(fields=["who", "key", "path"], name="once_done")]
        indexes = [models.Index(fields=["at"], name="once_at")]


class Throttle(models.Model):
    """How much one subject has failed lately (edsh_portal/throttle.py): its level just after its last failure, on the machine's clock."""

    key = models.CharField(max_length=90, primary_key=True)
    level = models.FloatField(default=0)
    at = models.DateTimeField(db_default=Now())

    grants = ("SELECT", "INSERT", "UPDATE (level, at)")
    grants_worker = ("SELECT", "DELETE")

    class Meta:
        verbose_name, verbose_name_plural = _("attente après des essais"), _("attentes après des essais")
        db_table = "throttle"
        constraints = [models.CheckConstraint(condition=Q(level__gte=0), name="throttle_level")]


class AccessLog(models.Model):
    """Sign-ins and reads of confidential pages (CNIL 2021-122: apart from the business trail, kept 6 to 12 months)."""

    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    address = models.GenericIPAddressField(null=True)  # of the client
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=120)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=32)

    grants = ("SELECT", "INSERT")
    grants_worker = ("SELECT",)  # for the auditor's box
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("consultation"), _("consultations")
        db_table = "access_log"
        indexes = [
            models.Index(fields=["user", "at"], name="access_log_user"),
            models.Index(fields=["at"], name="access_log_at"),
            models.Index(OpClass("path", name="text_pattern_ops"), name="access_log_path"),  # under an address
        ]
