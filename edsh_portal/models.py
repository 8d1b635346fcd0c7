"""The ground's tables: events and their obligations, documents, mails, the clock, the workflow map, the read log."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass  # noqa: F401  (btree_gist and friends load with contrib.postgres)
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PortalClock(models.Model):
    """One row: how far portal_now() stands from the machine's clock. Zero in production."""

    one = models.BooleanField(primary_key=True, default=True)
    shift = models.DurationField(db_default="0")
    frozen_at = models.DateTimeField(null=True)

    grants = ("SELECT",)
    grants_owner = ("UPDATE (shift, frozen_at)",)

    class Meta:
        verbose_name, verbose_name_plural = _("horloge du portail"), _("horloges du portail")
        db_table = "portal_clock"
        constraints = [models.CheckConstraint(condition=Q(one=True), name="portal_clock_one_row")]


class WorkflowStep(models.Model):
    """What may become what; filled from the code's maps after each migration, read by the trigger of each noun."""

    noun = models.CharField(max_length=40)
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40)

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("étape permise"), _("étapes permises")
        db_table = "workflow_step"
        constraints = [models.UniqueConstraint(fields=["noun", "source", "target"], name="workflow_step_once")]


class StreamHead(models.Model):
    """The last event of each stream: lock, sequence and hash."""

    stream = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField(null=True)

    grants = ("SELECT",)
    grants_owner = ("UPDATE (seq, hash, at)",)  # event_append() alone

    class Meta:
        verbose_name, verbose_name_plural = _("tête de fil"), _("têtes de fil")
        db_table = "event_head"


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
    login = models.CharField(max_length=63, default="")  # of the database; none in the events of formats 1 and 2
    body = models.TextField()
    seals = models.CharField(max_length=64, blank=True, default="")  # SHA-256 over the seals of the rows it covers
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    grants = ("SELECT",)

    class Meta:
        verbose_name, verbose_name_plural = _("fait"), _("faits")
        db_table = "event"
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
            models.Index(fields=["kind", "id"], name="event_kind"),
            models.Index(fields=["by", "id"], name="event_by"),
            models.Index(fields=["at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.stream}#{self.seq}"


class SealForm(models.Model):
    """What a sealed row is made of, as a query over its table: laid from the models' declarations, a new form when one changes."""

    relation = models.CharField(max_length=63)
    key_type = models.CharField(max_length=12)
    query = models.TextField()  # key, content

    grants = ()

    class Meta:
        verbose_name, verbose_name_plural = _("forme d’empreinte"), _("formes d’empreinte")
        db_table = "seal_form"
        indexes = [models.Index(fields=["relation", "-id"], name="seal_form_last")]


class SealDue(models.Model):
    """A row written and not sealed yet: by an event of its own transaction, or, `later`, by the next signed root."""

    xact = models.BigIntegerField()
    relation = models.CharField(max_length=63)
    key = models.CharField(max_length=36)
    later = models.BooleanField()
    at = models.DateTimeField(db_default=Now())

    grants = ()
    grants_owner = ("SELECT", "INSERT", "UPDATE EXCEPT (id)", "DELETE")  # by chain.sql alone

    class Meta:
        verbose_name, verbose_name_plural = _("empreinte attendue"), _("empreintes attendues")
        db_table = "seal_due"
        constraints = [models.UniqueConstraint(fields=["xact", "relation", "key"], name="seal_due_once")]


class Seal(models.Model):
    """The n-th hash of a row, under a salt of its own, held by the chained event `stream`#`seq`. Empty: the row is no more."""

    stream = models.CharField(max_length=80)
    seq = models.BigIntegerField()
    relation = models.CharField(max_length=63)
    key = models.CharField(max_length=36)
    n = models.PositiveIntegerField()
    # no constraint: it would have every transaction lock the same few forms, which are never removed
    form = models.ForeignKey(SealForm, models.PROTECT, related_name="+", db_constraint=False)
    salt = models.UUIDField()
    hash = models.CharField(max_length=64)

    grants = ()  # who reads both the hash and its salt may guess what was sealed

    class Meta:
        verbose_name, verbose_name_plural = _("empreinte"), _("empreintes")
        db_table = "seal"
        constraints = [models.UniqueConstraint(fields=["relation", "key", "n"], name="seal_n")]
        indexes = [models.Index(fields=["stream", "seq"], name="seal_event")]


class Verification(models.Model):
    """A run of `manage.py verify` (verification.py): by which words, what it read, what it found. Without an end, it was interrupted."""

    command = models.CharField(max_length=200)
    by = models.CharField(max_length=200)  # the account of the system, and the login of the database
    root = models.CharField(
        max_length=80, blank=True, default=""
    )  # what stood under this signed root was not read again
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    differences = models.PositiveIntegerField(null=True)

    grants = ("SELECT",)
    grants_owner = ("INSERT", "UPDATE (ended_at, differences)")
    frozen_when = {"ended_at": ("*",)}

    class Meta:
        verbose_name, verbose_name_plural = _("vérification"), _("vérifications")
        db_table = "verification"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, differences__isnull=True)
                | Q(ended_at__isnull=False, ended_at__gte=F("began_at"), differences__isnull=False),
                name="verification_ended",
            )
        ]


class VerificationStep(models.Model):
    """A step of a run that was made to its end, and what it found."""

    run = models.ForeignKey(Verification, models.PROTECT, related_name="steps")
    name = models.CharField(max_length=60)
    seconds = models.FloatField()
    findings = models.JSONField()

    grants = ("SELECT",)
    grants_worker = ()
    grants_owner = ("INSERT",)

    class Meta:
        verbose_name, verbose_name_plural = _("contrôle fait"), _("contrôles faits")
        db_table = "verification_step"
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="verification_step_once")]


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


class Document(models.Model):
    """A file as it was sent, or issued: its bytes live under their SHA-256, the row never changes.

    What a stranger sent is born « examining » and waits in quarantine, under the row's id, for its ScanResult.
    """

    class Scan(models.TextChoices):
        EXAMINING = "examining", _("En cours d’examen")
        REFUSED = "refused", _("Refusé")
        NOT_SCANNED = "not_scanned", _("Non analysé")
        CLEAN = "clean", _("Analysé")
        INFECTED = "infected", _("Malveillant")
        ISSUED = "issued", _("Produit par le portail")

    class Level(models.TextChoices):
        """PAdES (ETSI EN 319 142-1). Documents sealed before this column are of the first, and say nothing."""

        BASIC = "B-B", _("cachet sans horodatage")
        STAMPED = "B-T", _("cachet horodaté")
        LONG = "B-LT", _("cachet horodaté, avec les preuves de validité de ses certificats")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    scan = models.CharField(max_length=12, choices=Scan.choices, default=Scan.NOT_SCANNED)
    level = models.CharField(max_length=4, choices=Level.choices, blank=True, default="")  # of its seal, if any
    data_sha256 = models.CharField(
        max_length=64, blank=True, default=""
    )  # of the data that it carries, as its address of check says
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("document"), _("documents")
        db_table = "document"
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_sha256"),
            models.CheckConstraint(condition=Q(size__gte=0), name="document_size"),
            models.CheckConstraint(
                condition=Q(level="") | Q(level__in=("B-B", "B-T", "B-LT"), scan="issued"), name="document_level"
            ),
            models.CheckConstraint(
                condition=Q(data_sha256="") | Q(data_sha256__regex=r"^[0-9a-f]{64}$", scan="issued"),
                name="document_data",
            ),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="document_sha256_idx"),
            models.Index(fields=["data_sha256"], name="document_data_idx", condition=Q(data_sha256__gt="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scan_state(self) -> "Document.Scan":
        """What is known today: the verdict of its examination when there is one, else the state the row was born with."""
        held: ScanResult | None = getattr(self, "scan_result", None)
        return Document.Scan(held.verdict if held is not None else self.scan)

    @property
    def kept_sha256(self) -> str:
        """Of the bytes that may be opened: those sent, or a picture drawn from them."""
        held: ScanResult | None = getattr(self, "scan_result", None)
        return (held.kept_sha256 if held is not None else "") or self.sha256


class ScanResult(models.Model):
    """What the examination of a document found, once: its bytes are kept (clean, not_scanned) or not (infected, refused)."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="scan_result")
    verdict = models.CharField(max_length=12, choices=Document.Scan.choices)
    name = models.CharField(max_length=200, blank=True)  # of the malware, as the scanner calls it
    refusal = models.JSONField(null=True)  # why, as intake/words.py packs a sentence
    kept_sha256 = models.CharField(
        max_length=64, blank=True
    )  # of what was drawn again; "": the bytes as they were sent
    scanned_at = models.DateTimeField()

    grants = ("SELECT", "INSERT")
    grants_worker = grants
    sealed, sealed_later = ("*",), True

    class Meta:
        verbose_name, verbose_name_plural = _("examen de fichier"), _("examens de fichiers")
        db_table = "scan_result"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["clean", "not_scanned"], name="", refusal__isnull=True)
                | (Q(verdict="infected", refusal__isnull=True, kept_sha256="") & ~Q(name=""))
                | Q(verdict="refused", name="", refusal__isnull=False, kept_sha256=""),
                name="scan_result_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kept_sha256__regex=r"^([0-9a-f]{64})?$"), name="scan_result_kept_sha256"
            ),
        ]


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
