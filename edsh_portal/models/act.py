"""What binds the State, by two people."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .event import Event


class ActKind(models.Model):
    """Which roles may propose and approve each kind of act; filled from the code after each migration. « * »: a gate alone says."""

    name = models.CharField(max_length=40, primary_key=True)
    proposers = ArrayField(models.CharField(max_length=20))
    approvers = ArrayField(models.CharField(max_length=20))

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("nature d’acte à deux"), _("natures d’actes à deux")
        db_table = "act_kind"


class Act(models.Model):
    """What binds the State: proposed by one person, approved by another, each half an event of the chain (acts.sql writes it)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("À approuver")
        APPROVED = "approved", _("Approuvé")
        RETURNED = "returned", _("Renvoyé")
        TAKEN_BACK = "taken_back", _("Repris")
        LAPSED = "lapsed", _("Caduc")

    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_version = models.CharField(max_length=64)  # what the subject was when the payload was written
    stream = models.CharField(max_length=80)
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="+")
    decided_in = models.BigIntegerField(null=True)  # the transaction: what the act opens is done in that one alone
    reason = models.TextField(blank=True)

    grants = ("SELECT",)
    grants_owner = (
        "INSERT",
        "UPDATE (state, reason, decided_by_id, decided_at, decided_event_id, decided_in)",
    )  # by acts.sql alone
    frozen_when = {"decided_at": ("*",)}
    sealed, sealed_later = (
        ("*",),
        True,
    )  # each half is in its own event, by the hash of its payload; the row with the next root

    class Meta:
        verbose_name, verbose_name_plural = _("acte à deux"), _("actes à deux")
        db_table = "act"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"], condition=Q(state="proposed"), name="act_one_waiting"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("proposed_by"))),
                name="act_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, decided_event=None, decided_in=None, decided_by=None)
                | (
                    ~Q(state="proposed")
                    & Q(decided_at__isnull=False, decided_event__isnull=False, decided_in__isnull=False)
                ),
                name="act_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("returned", "taken_back")) | Q(reason__gt="", decided_by__isnull=False),
                name="act_reasoned",
            ),
        ]
        indexes = [
            models.Index(fields=["decided_in"], name="act_decided_in"),
            models.Index(fields=["subject_type", "subject_id"], name="act_subject"),
            models.Index(fields=["kind", "state", "proposed_by", "decided_by"], name="act_listed"),
        ]

    @property
    def event_stream(self) -> str:
        return self.stream
