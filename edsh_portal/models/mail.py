"""Courtesy messages, and how a person takes them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .event import Event


class Mail(models.Model):
    """A courtesy message: written before it is sent, never sent blindly twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("En attente")
        SENDING = "sending", _("Envoi en cours")
        SENT = "sent", _("Envoyé")
        HELD = "held", _("Conservé pour le récapitulatif")
        GATHERED = "gathered", _("Inclus dans un récapitulatif")

    event = models.ForeignKey(Event, models.PROTECT, related_name="mails")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="mails")
    address = models.EmailField()
    language = models.CharField(max_length=5, default="fr")
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (state, sent_at, body)")
    grants_worker = grants
    frozen_when = {"sent_at": ("*",)}
    sealed, sealed_later = ("event", "to", "address", "subject", "message_id", "created_at"), True

    class Meta:
        verbose_name, verbose_name_plural = _("courriel"), _("courriels")
        db_table = "mail"
        indexes = [models.Index(fields=["to", "created_at"], name="mail_held", condition=Q(state="held"))]


class MailChoice(models.Model):
    """How a person takes one family of mails (edsh_portal.mail.FAMILIES); no row: at once. What is due by law has no family."""

    class When(models.TextChoices):
        AT_ONCE = "at_once", _("Aussitôt")
        DIGEST = "digest", _("Une fois par jour")
        NONE = "none", _("Jamais")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mail_choices")
    family = models.CharField(max_length=20)
    when = models.CharField(max_length=10, choices=When.choices)

    grants = ("SELECT", "INSERT", "UPDATE (when)")

    class Meta:
        verbose_name, verbose_name_plural = _("choix de courriels"), _("choix de courriels")
        db_table = "mail_choice"
        constraints = [models.UniqueConstraint(fields=["user", "family"], name="mail_choice_once")]
