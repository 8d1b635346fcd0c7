"""Events and their obligations, documents, mails, the clock, the workflow map, the read log."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("directory", "0001_initial"),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        migrations.CreateModel(
            name="ActKind",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                (
                    "proposers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                (
                    "approvers",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
            ],
            options={
                "verbose_name": "nature d’acte à deux",
                "verbose_name_plural": "natures d’actes à deux",
                "db_table": "act_kind",
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("queue", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "signe de vie",
                "verbose_name_plural": "signes de vie",
                "db_table": "heartbeat",
            },
        ),
        migrations.CreateModel(
            name="StreamHead",
            fields=[
                ("stream", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "tête de fil",
                "verbose_name_plural": "têtes de fil",
                "db_table": "event_head",
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.BigIntegerField()),
                ("media_type", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=40)),
                (
                    "scan",
                    models.CharField(
                        choices=[
                            ("examining", "En cours d’examen"),
                            ("refused", "Refusé"),
                            ("not_scanned", "Non analysé"),
                            ("clean", "Analysé"),
                            ("infected", "Malveillant"),
                            ("issued", "Produit par le portail"),
                        ],
                        default="not_scanned",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "db_table": "document",
                "indexes": [models.Index(fields=["sha256"], name="document_sha256_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="document_sha256"
                    ),
                    models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="document_size"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("seq", models.BigIntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("data", models.JSONField()),
                ("login", models.CharField(default="", max_length=63)),
                ("body", models.TextField()),
                ("seals", models.CharField(blank=True, default="", max_length=64)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "fait",
                "verbose_name_plural": "faits",
                "db_table": "event",
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "id"], name="event_subject"),
                    models.Index(fields=["kind", "id"], name="event_kind"),
                ],
                "constraints": [models.UniqueConstraint(fields=("stream", "seq"), name="event_stream_seq")],
            },
        ),
        migrations.CreateModel(
            name="MailChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("family", models.CharField(max_length=20)),
                (
                    "when",
                    models.CharField(
                        choices=[("at_once", "Aussitôt"), ("digest", "Une fois par jour"), ("none", "Jamais")],
                        max_length=10,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mail_choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "choix de courriels",
                "verbose_name_plural": "choix de courriels",
                "db_table": "mail_choice",
                "constraints": [models.UniqueConstraint(fields=("user", "family"), name="mail_choice_once")],
            },
        ),
        migrations.CreateModel(
            name="PortalClock",
            fields=[
                ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                ("shift", models.DurationField(db_default="0")),
                ("frozen_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "horloge du portail",
                "verbose_name_plural": "horloges du portail",
                "db_table": "portal_clock",
                "constraints": [models.CheckConstraint(condition=models.Q(("one", True)), name="portal_clock_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("command", models.CharField(max_length=200)),
                ("by", models.CharField(max_length=200)),
                ("root", models.CharField(blank=True, default="", max_length=80)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("differences", models.PositiveIntegerField(null=True)),
            ],
            options={
                "verbose_name": "vérification",
                "verbose_name_plural": "vérifications",
                "db_table": "verification",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("differences__isnull", True), ("ended_at__isnull", True)),
                            models.Q(
                                ("differences__isnull", False),
                                ("ended_at__gte", models.F("began_at")),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="verification_ended",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("seconds", models.FloatField()),
                ("findings", models.JSONField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="edsh_portal.verification"
                    ),
                ),
            ],
            options={
                "verbose_name": "contrôle fait",
                "verbose_name_plural": "contrôles faits",
                "db_table": "verification_step",
                "constraints": [models.UniqueConstraint(fields=("run", "name"), name="verification_step_once")],
            },
        ),
        migrations.CreateModel(
            name="SealDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("xact", models.BigIntegerField()),
                ("relation", models.CharField(max_length=63)),
                ("key", models.CharField(max_length=36)),
                ("later", models.BooleanField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "empreinte attendue",
                "verbose_name_plural": "empreintes attendues",
                "db_table": "seal_due",
                "constraints": [models.UniqueConstraint(fields=("xact", "relation", "key"), name="seal_due_once")],
            },
        ),
        migrations.CreateModel(
            name="SealForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("relation", models.CharField(max_length=63)),
                ("key_type", models.CharField(max_length=12)),
                ("query", models.TextField()),
            ],
            options={
                "verbose_name": "forme d’empreinte",
                "verbose_name_plural": "formes d’empreinte",
                "db_table": "seal_form",
                "indexes": [models.Index(fields=["relation", "-id"], name="seal_form_last")],
            },
        ),
        migrations.CreateModel(
            name="Once",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=80)),
                ("key", models.UUIDField()),
                ("path", models.CharField(max_length=300)),
                ("content", models.CharField(max_length=64)),
                ("request_id", models.CharField(max_length=32)),
                ("location", models.CharField(blank=True, default="", max_length=600)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "envoi fait une fois",
                "verbose_name_plural": "envois faits une fois",
                "db_table": "once",
                "indexes": [models.Index(fields=["at"], name="once_at")],
                "constraints": [models.UniqueConstraint(fields=("who", "key", "path"), name="once_done")],
            },
        ),
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("key", models.CharField(max_length=90, primary_key=True, serialize=False)),
                ("level", models.FloatField(default=0)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "attente après des essais",
                "verbose_name_plural": "attentes après des essais",
                "db_table": "throttle",
                "constraints": [models.CheckConstraint(condition=models.Q(("level__gte", 0)), name="throttle_level")],
            },
        ),
        migrations.CreateModel(
            name="WorkflowStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("noun", models.CharField(max_length=40)),
                ("source", models.CharField(blank=True, max_length=40)),
                ("target", models.CharField(max_length=40)),
            ],
            options={
                "verbose_name": "étape permise",
                "verbose_name_plural": "étapes permises",
                "db_table": "workflow_step",
                "constraints": [
                    models.UniqueConstraint(fields=("noun", "source", "target"), name="workflow_step_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("address", models.GenericIPAddressField(null=True)),
                ("method", models.CharField(max_length=8)),
                ("route", models.CharField(max_length=120)),
                ("path", models.CharField(max_length=300)),
                ("status", models.PositiveSmallIntegerField()),
                ("request_id", models.CharField(max_length=32)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "consultation",
                "verbose_name_plural": "consultations",
                "db_table": "access_log",
                "indexes": [models.Index(fields=["user", "at"], name="access_log_user")],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reaction", models.CharField(max_length=120)),
                ("key", models.CharField(blank=True, default="", max_length=80)),
                ("queue", models.CharField(default="default", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("todo", "À faire"), ("done", "Fait"), ("blocked", "Bloqué")],
                        default="todo",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lease_until", models.DateTimeField(null=True)),
                ("token", models.UUIDField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.TextField(blank=True, default="")),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="edsh_portal.event"
                    ),
                ),
            ],
            options={
                "verbose_name": "tâche",
                "verbose_name_plural": "tâches",
                "db_table": "delivery",
                "indexes": [
                    models.Index(condition=models.Q(("state", "todo")), fields=["due_at"], name="delivery_due"),
                    models.Index(
                        condition=models.Q(("state", "done"), _negated=True),
                        fields=["state", "-id"],
                        name="delivery_owed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("event", "reaction", "key"), name="delivery_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", False), ("state", "done")),
                            models.Q(models.Q(("state", "done"), _negated=True), ("done_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="delivery_done_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Act",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("subject_version", models.CharField(max_length=64)),
                ("stream", models.CharField(max_length=80)),
                ("payload", models.JSONField()),
                ("payload_sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "À approuver"),
                            ("approved", "Approuvé"),
                            ("returned", "Renvoyé"),
                            ("taken_back", "Repris"),
                            ("lapsed", "Caduc"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_in", models.BigIntegerField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_event",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.event"
                    ),
                ),
                (
                    "proposed_event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.event"
                    ),
                ),
            ],
            options={
                "verbose_name": "acte à deux",
                "verbose_name_plural": "actes à deux",
                "db_table": "act",
                "indexes": [
                    models.Index(fields=["decided_in"], name="act_decided_in"),
                    models.Index(fields=["subject_type", "subject_id"], name="act_subject"),
                    models.Index(fields=["kind", "state", "proposed_by", "decided_by"], name="act_listed"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("kind", "subject_type", "subject_id"),
                        name="act_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "approved"), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="act_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", None),
                                ("decided_event", None),
                                ("decided_in", None),
                                ("state", "proposed"),
                            ),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_event__isnull", False),
                                ("decided_in__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="act_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("returned", "taken_back")), _negated=True),
                            models.Q(("decided_by__isnull", False), ("reason__gt", "")),
                            _connector="OR",
                        ),
                        name="act_reasoned",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(default="fr", max_length=5)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField(blank=True)),
                ("message_id", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "En attente"),
                            ("sending", "Envoi en cours"),
                            ("sent", "Envoyé"),
                            ("held", "Conservé pour le récapitulatif"),
                            ("gathered", "Inclus dans un récapitulatif"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="mails", to="edsh_portal.event"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "courriel",
                "verbose_name_plural": "courriels",
                "db_table": "mail",
                "indexes": [
                    models.Index(condition=models.Q(("state", "held")), fields=["to", "created_at"], name="mail_held")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScanResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("examining", "En cours d’examen"),
                            ("refused", "Refusé"),
                            ("not_scanned", "Non analysé"),
                            ("clean", "Analysé"),
                            ("infected", "Malveillant"),
                            ("issued", "Produit par le portail"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
                ("refusal", models.JSONField(null=True)),
                ("kept_sha256", models.CharField(blank=True, max_length=64)),
                ("scanned_at", models.DateTimeField()),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scan_result",
                        to="edsh_portal.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "examen de fichier",
                "verbose_name_plural": "examens de fichiers",
                "db_table": "scan_result",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("name", ""), ("refusal__isnull", True), ("verdict__in", ["clean", "not_scanned"])
                            ),
                            models.Q(
                                ("kept_sha256", ""),
                                ("refusal__isnull", True),
                                ("verdict", "infected"),
                                models.Q(("name", ""), _negated=True),
                            ),
                            models.Q(
                                ("kept_sha256", ""), ("name", ""), ("refusal__isnull", False), ("verdict", "refused")
                            ),
                            _connector="OR",
                        ),
                        name="scan_result_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept_sha256__regex", "^([0-9a-f]{64})?$")), name="scan_result_kept_sha256"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.CharField(max_length=80)),
                ("seq", models.BigIntegerField()),
                ("relation", models.CharField(max_length=63)),
                ("key", models.CharField(max_length=36)),
                ("n", models.PositiveIntegerField()),
                ("salt", models.UUIDField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "form",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.sealform",
                    ),
                ),
            ],
            options={
                "verbose_name": "empreinte",
                "verbose_name_plural": "empreintes",
                "db_table": "seal",
                "indexes": [models.Index(fields=["stream", "seq"], name="seal_event")],
                "constraints": [models.UniqueConstraint(fields=("relation", "key", "n"), name="seal_n")],
            },
        ),
        migrations.CreateModel(
            name="OwedKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(max_length=60)),
                ("reaction", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=60)),
            ],
            options={
                "verbose_name": "suite due",
                "verbose_name_plural": "suites dues",
                "db_table": "owed_kind",
                "constraints": [models.UniqueConstraint(fields=("cause", "reaction", "kind"), name="owed_kind_once")],
            },
        ),
        migrations.CreateModel(
            name="WebSession",
            fields=[
                ("key_sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("data", models.TextField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session ouverte",
                "verbose_name_plural": "sessions ouvertes",
                "db_table": "web_session",
            },
        ),
    ]
