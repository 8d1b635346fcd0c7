"""Obligations born with an event, and the workers that meet them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .event import Event


class OwedKind(models.Model):
    """What an obligation writes in the name of whoever wrote its event; filled from the reactions after each migration."""

    cause = models.CharField(max_length=60)
    reaction = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("suite due"), _("suites dues")
        db_table = "owed_kind"
        constraints = [models.UniqueConstraint(fields=["cause", "reaction", "kind"], name="owed_kind_once")]


class Delivery(models.Model):
    """An obligation born with its event: one reaction to run once, by lease and fencing token."""

    class State(models.TextChoices):
        TODO = "todo", _("À faire")
        DONE = "done", _("Fait")
        BLOCKED = "blocked", _("Bloqué")

    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries")
    reaction = models.CharField(max_length=120)
    key = models.CharField(max_length=80, blank=True, default="")
    queue = models.CharField(max_length=20, default="default")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TODO)
    due_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(null=True)  # on the portal's clock, unlike the others
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE (state, due_at, lease_until, token, tries, last_error, done_at)")
    grants_worker = grants
    frozen_when = {"done_at": ("*",)}
    sealed, sealed_later = ("event", "reaction", "key", "queue"), True

    class Meta:
        verbose_name, verbose_name_plural = _("tâche"), _("tâches")
        db_table = "delivery"
        constraints = [
            models.UniqueConstraint(fields=["event", "reaction", "key"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                name="delivery_done_at",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(state="todo")),
            models.Index(
                fields=["state", "-id"], name="delivery_owed", condition=~Q(state="done")
            ),  # nearly all are done
        ]


class Heartbeat(models.Model):
    """Last sign of life of each worker queue, on the machine's clock."""

    queue = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    grants = ("SELECT",)
    grants_worker = ("SELECT", "INSERT", "UPDATE (at)")
    grants_owner = ("DELETE",)  # at a start: what the last one left

    class Meta:
        verbose_name, verbose_name_plural = _("signe de vie"), _("signes de vie")
        db_table = "heartbeat"
