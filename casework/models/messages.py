"""What the consortium and the instructing service write to each other about a dossier: threads, messages, files, marks."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from applications.models.dossier import SERVICE, Application, ApplicationQuerySet
from edsh_portal.models import Document


class Side(models.TextChoices):
    CONSORTIUM = "consortium", _("Consortium")
    SERVICE = "service", _("Service instructeur")


class Thread(models.Model):
    """One subject of a dossier; closed, it stays readable and takes no more message."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="threads")
    subject = models.CharField(_("objet"), max_length=120)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (closed_by_id, closed_at)")
    frozen_when = {"closed_at": ("closed_by_id",)}
    sealed = ("*",)

    @property
    def event_stream(self) -> str:
        return f"application:{self.application_id}"

    class Meta:
        verbose_name, verbose_name_plural = _("échange de messages"), _("échanges de messages")
        constraints = [
            models.CheckConstraint(condition=Q(subject__gt=""), name="thread_subject"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="thread_closed",
            ),
        ]


class MessageQuerySet(models.QuerySet):
    def unread_by(self, user: Any, side: str) -> "MessageQuerySet":
        """Those of the other side that this person, of `side`, has not marked as read."""
        marks = Reading.objects.filter(user=user, thread=OuterRef("thread"), upto__gte=OuterRef("pk"))
        return self.exclude(side=side).filter(~Exists(marks))


class Message(models.Model):
    """Never changed: who wrote, when, for which side."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages")
    side = models.CharField(max_length=10, choices=Side.choices)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    sealed = ("*",)
    objects = MessageQuerySet.as_manager()
    grants = ("SELECT", "INSERT")

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        constraints = [models.CheckConstraint(condition=Q(text__gt=""), name="message_text")]


class MessageFile(models.Model):
    message = models.ForeignKey(Message, models.PROTECT, related_name="files")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    grants = ("SELECT", "INSERT")
    sealed, sealed_with = ("*",), "message"

    class Meta:
        verbose_name, verbose_name_plural = _("fichier joint à un message"), _("fichiers joints à des messages")


class Reading(models.Model):
    """How far a person has read a thread: up to this message."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    upto = models.ForeignKey(Message, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    grants = ("SELECT", "INSERT", "UPDATE (upto_id, at)")

    class Meta:
        verbose_name, verbose_name_plural = _("marque de lecture"), _("marques de lecture")
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="reading_once")]


def unread_count(user: Any, side: str, **within: Any) -> Coalesce:
    """How many messages wait for this person, to annotate dossiers (`thread__application`) or threads (`thread`) with."""
    (path, outer), *_none = within.items()
    waiting = Message.objects.unread_by(user, side).filter(**{path: outer}).order_by().values(path)
    return Coalesce(Subquery(waiting.annotate(n=Count("pk")).values("n")), 0)


def heard_as(dossiers: ApplicationQuerySet, person: int, held: frozenset[str]) -> ApplicationQuerySet:
    """Those of which an active person who holds these roles reads the messages, as `seen_by` of those they see: the service also
    answers the questions put before the deposit."""
    if held.isdisjoint(SERVICE):
        return dossiers.seen_by(person, held)
    asked = Q(Exists(Thread.objects.filter(application=OuterRef("pk")))) & ~Q(state="abandoned")
    return dossiers.filter(Q(pk__in=Application.objects.seen_by(person, held).values("pk")) | asked)
