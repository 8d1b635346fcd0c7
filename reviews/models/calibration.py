"""The calibration of a wave: one fictitious dossier that its experts score before any real one. Nothing of it is a report."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from calls.models import Criterion
from edsh_portal.access import has_role
from edsh_portal.workflow import STATES

from .assignment import HELD, SEES_ASSIGNMENTS


class CalibrationQuerySet(models.QuerySet):
    def visible_to(self, user) -> "CalibrationQuerySet":
        """Who runs the evaluation sees all; an expert, once it is open, that of a wave for which they signed or judge."""
        if has_role(user, *SEES_ASSIGNMENTS):
            return self
        if not has_role(user, "expert"):
            return self.none()
        mine = Q(wave__undertakings__expert=user.pk)
        mine |= Q(wave__applications__assignments__expert=user.pk, wave__applications__assignments__state__in=HELD)
        return self.exclude(state=Calibration.State.DRAFT).filter(mine).distinct()


class Calibration(models.Model):
    """The fictitious dossier of a wave, its text a criterion at a time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("En préparation")
        OPEN = "open", _("Ouvert")
        CLOSED = "closed", pgettext_lazy("calibration", "Clos")

    wave = models.OneToOneField("calls.Wave", models.PROTECT, related_name="calibration")
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("titre du dossier fictif"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    sealed = ("*",)
    objects = CalibrationQuerySet.as_manager()
    grants = ("SELECT", "INSERT", "UPDATE (state, title, by_id, written_at, opened_at, closed_at)")
    frozen_when = {"opened_at": ("title", "by_id", "written_at"), "closed_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("étalonnage"), _("étalonnages")
        constraints = [
            models.CheckConstraint(condition=Q(title__gt=""), name="calibration_title"),
            models.CheckConstraint(
                condition=Q(state="draft", opened_at__isnull=True, closed_at__isnull=True)
                | Q(state="open", opened_at__isnull=False, closed_at__isnull=True)
                | Q(state="closed", opened_at__isnull=False, closed_at__isnull=False),
                name="calibration_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave} · {self.title}"


class CalibrationText(models.Model):
    """What the fictitious dossier says of one criterion."""

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="texts")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)

    sealed, sealed_with = ("*",), "calibration"
    grants = ("SELECT", "INSERT", "UPDATE (text)")

    class Meta:
        verbose_name, verbose_name_plural = _("texte d’un dossier fictif"), _("textes d’un dossier fictif")
        constraints = [models.UniqueConstraint(fields=["calibration", "criterion"], name="calibration_text_once")]


class CalibrationReport(models.Model):
    """An expert's marks on the fictitious dossier, given once and whole."""

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="reports")
    expert = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    sealed = ("*",)
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("notes d’étalonnage d’un expert"), _("notes d’étalonnage des experts")
        constraints = [models.UniqueConstraint(fields=["calibration", "expert"], name="calibration_report_once")]


class CalibrationMark(models.Model):
    report = models.ForeignKey(CalibrationReport, models.PROTECT, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)

    sealed, sealed_with = ("*",), "report"
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("note d’étalonnage"), _("notes d’étalonnage")
        constraints = [models.UniqueConstraint(fields=["report", "criterion"], name="calibration_mark_once")]


STATES["calibration"] = {
    "draft": (_("En préparation"), "todo"),
    "open": (_("Ouvert"), "doing"),
    "closed": (pgettext_lazy("calibration", "Clos"), "ok"),
}
