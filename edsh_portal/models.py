"""The ground's tables: events and their obligations, documents, mails, the clock, the workflow map, the read log."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex  # noqa: F401  (btree_gist and friends load with contrib.postgres)
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PortalClock(models.Model):
    """One row: how far portal_now() stands from the machine's clock. Zero in production."""

    one = models.BooleanField(primary_key=True, default=True)
    shift = models.DurationField(db_default="0")
    frozen_at = models.DateTimeField(null=True)

    grants = ("SELECT",)

    class Meta:
        db_table = "portal_clock"
        constraints = [models.CheckConstraint(condition=Q(one=True), name="portal_clock_one_row")]


class WorkflowStep(models.Model):
    """What may become what; filled from the code's maps after each migration, read by the trigger of each noun."""

    noun = models.CharField(max_length=40)
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40)

    grants = ("SELECT",)

    class Meta:
        db_table = "workflow_step"
        constraints = [models.UniqueConstraint(fields=["noun", "source", "target"], name="workflow_step_once")]


class StreamHead(models.Model):
    """The last event of each stream: lock, sequence and hash."""

    stream = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField(null=True)

    grants = ("SELECT",)

    class Meta:
        db_table = "event_head"


class OwedKind(models.Model):
    """What an obligation writes in the name of whoever wrote its event; filled from the reactions after each migration."""

    reaction = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)

    grants = ("SELECT",)

    class Meta:
        db_table = "owed_kind"
        constraints = [models.UniqueConstraint(fields=["reaction", "kind"], name="owed_kind_once")]


class Event(models.Model):
    """Audit trail, timeline and outbox at once; written only by event_append(), never changed."""

    stream = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    data = models.JSONField()
    login = models.CharField(max_length=63, default="")  # of the database; none in the events of format 1
    body = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    grants = ("SELECT",)
    append_only = True

    class Meta:
        db_table = "event"
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["kind", "id"], name="event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.stream}#{self.seq}"


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
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)

    grants = ("SELECT", "INSERT", "UPDATE")

    class Meta:
        db_table = "delivery"
        constraints = [
            models.UniqueConstraint(fields=["event", "reaction", "key"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | (~Q(state="done") & Q(done_at__isnull=True)),
                name="delivery_done_at",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="delivery_due", condition=Q(state="todo"))]


class Document(models.Model):
    """A stored file: its bytes live under their SHA-256, the row never changes."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Non analysé")
        CLEAN = "clean", _("Analysé")
        INFECTED = "infected", _("Malveillant")
        ISSUED = "issued", _("Produit par le portail")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    scan = models.CharField(max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    grants = ("SELECT", "INSERT")
    append_only = True

    class Meta:
        db_table = "document"
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256"),
            models.CheckConstraint(condition=Q(size__gte=0), name="document_size"),
        ]
        indexes = [models.Index(fields=["sha256"], name="document_sha256_idx")]

    def __str__(self) -> str:
        return self.name

    @property
    def scan_state(self) -> "Document.Scan":
        """What is known today: the scanner's verdict when there is one, else the state the row was born with."""
        held: ScanResult | None = getattr(self, "scan_result", None)
        return Document.Scan(held.verdict if held is not None else self.scan)


class ScanResult(models.Model):
    """What the scanner said of a document, once; a document nobody scanned has none."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="scan_result")
    verdict = models.CharField(max_length=12, choices=Document.Scan.choices)
    name = models.CharField(max_length=200, blank=True)  # of the malware, as the scanner calls it
    scanned_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    append_only = True

    class Meta:
        db_table = "scan_result"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="clean", name="") | (Q(verdict="infected") & ~Q(name="")), name="scan_result_name"
            )
        ]


class Mail(models.Model):
    """A courtesy message: written before it is sent, never sent blindly twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("En attente")
        SENDING = "sending", _("Envoi en cours")
        SENT = "sent", _("Envoyé")
        HELD = "held", _("Gardé pour le récapitulatif")
        GATHERED = "gathered", _("Réuni dans un récapitulatif")

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

    grants = ("SELECT", "INSERT", "UPDATE")

    class Meta:
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

    grants = ("SELECT", "INSERT", "UPDATE")

    class Meta:
        db_table = "mail_choice"
        constraints = [models.UniqueConstraint(fields=["user", "family"], name="mail_choice_once")]


class Heartbeat(models.Model):
    """Last sign of life of each worker queue, on the machine's clock."""

    queue = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    grants = ("SELECT", "INSERT", "UPDATE")

    class Meta:
        db_table = "heartbeat"


class WebSession(models.Model):
    """An open session (sessions.py): the hash of its key, whose it is once somebody has signed in, what Django keeps in it."""

    key_sha256 = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    epoch = models.PositiveIntegerField(default=0)  # the version of the credentials it was opened with
    data = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    grants_web = ("SELECT", "INSERT", "UPDATE", "DELETE")
    grants_worker = ()

    class Meta:
        db_table = "web_session"


class AccessLog(models.Model):
    """Sign-ins and reads of confidential pages (CNIL 2021-122: apart from the business trail, kept 6 to 12 months)."""

    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=120)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    request_id = models.CharField(max_length=32)

    grants = ("SELECT", "INSERT")
    append_only = True

    class Meta:
        db_table = "access_log"
        indexes = [models.Index(fields=["user", "at"], name="access_log_user")]
