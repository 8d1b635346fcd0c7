"""What keeps an award alive or ends it: its project declared begun, the delay extended once, the reminders that have left (art. 11)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from edsh_portal.models import Act

from .. import lapsing
from .grant import Grant


class Start(models.Model):
    """The project of an award has begun, as its coordinator or the instruction declares it."""

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="start")
    started_on = models.DateField()
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("commencement d’un projet"), _("commencements de projets")


class Extension(models.Model):
    """The delay to begin, extended once, by an act of two."""

    grant = models.OneToOneField(Grant, models.PROTECT, related_name="extension")
    until = models.DateField()  # the last day to begin
    reason = models.CharField(max_length=2000)
    act = models.OneToOneField(Act, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = (
            _("prolongation du délai de commencement"),
            _("prolongations du délai de commencement"),
        )
        constraints = [models.CheckConstraint(condition=Q(reason__gt=""), name="extension_reasoned")]


class StartReminder(models.Model):
    """One reminder of one delay to begin: the row is what makes it leave once."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="start_reminders")
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")
    grants_worker = grants

    class Meta:
        verbose_name, verbose_name_plural = _("rappel du délai de commencement"), _("rappels du délai de commencement")
        constraints = [models.UniqueConstraint(fields=["grant", "ends_on", "days"], name="start_reminder_once")]


def begins_by(grant: Grant) -> date:
    """The last day on which the project of an award that is notified may begin."""
    assert grant.engaged_at is not None  # it is notified
    extension = getattr(grant, "extension", None)
    return lapsing.begins_by(grant.engaged_at, extension.until if extension else None)
