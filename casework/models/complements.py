"""What the instructing service asks after the deposit: named fields that reopen until a deadline, and nothing else."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applications.models.deposit import Version
from applications.models.dossier import Application


class ComplementRequest(models.Model):
    """A request for complements (CRPA art. L114-5) on a deposited version; `answer` is the version frozen in reply."""

    class State(models.TextChoices):
        ASKED = "asked", _("Demandé")
        ANSWERED = "answered", _("Répondu")
        LAPSED = "lapsed", _("Échu")  # its deadline, or the end of the examination, came first
        WITHDRAWN = "withdrawn", _("Retiré")

    application = models.ForeignKey(Application, models.PROTECT, related_name="complements")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    answer = models.OneToOneField(Version, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    message = models.TextField(_("demande"))
    due_at = models.DateTimeField()  # exclusive: at that instant it is too late
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (state, answer_id, closed_by_id, closed_at)")
    grants_worker = ("SELECT", "UPDATE (state, answer_id, closed_by_id, closed_at)")
    frozen_when = {"closed_at": ("*",)}
    sealed = ("*",)

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    class Meta:
        verbose_name, verbose_name_plural = _("demande de compléments"), _("demandes de compléments")
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(state="asked"), name="complement_one_open"),
            models.CheckConstraint(condition=Q(due_at__gt=F("asked_at")), name="complement_due"),
            models.CheckConstraint(condition=Q(message__gt=""), name="complement_said"),
            models.CheckConstraint(
                condition=Q(state="asked", closed_at__isnull=True, closed_by__isnull=True, answer__isnull=True)
                | Q(
                    state="answered",
                    closed_at__isnull=False,  # a comparison with nothing says neither yes nor no, and a CHECK lets it through
                    closed_at__lt=F("due_at"),
                    closed_by__isnull=False,
                    answer__isnull=False,
                )
                | Q(state="withdrawn", closed_at__isnull=False, closed_by__isnull=False, answer__isnull=True)
                | Q(state="lapsed", closed_at__isnull=False, closed_by__isnull=True, answer__isnull=True),
                name="complement_closed",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="complement_due_at", condition=Q(state="asked"))]


class ComplementField(models.Model):
    """One field or section that a request reopens, by its key (applications/content/reopening.py), named as the officer read it."""

    request = models.ForeignKey(ComplementRequest, models.PROTECT, related_name="fields")
    key = models.CharField(max_length=80)
    label = models.CharField(max_length=300)

    grants = ("SELECT", "INSERT")
    sealed, sealed_with = ("*",), "request"

    class Meta:
        verbose_name, verbose_name_plural = _("champ demandé"), _("champs demandés")
        constraints = [models.UniqueConstraint(fields=["request", "key"], name="complement_field_once")]
