"""What the State does of a dossier deposited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import FirstMigration


class Migration(FirstMigration):
    dependencies = [
        ("applications", "0001_initial"),
        ("directory", "0001_initial"),
        ("edsh_portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ComplementRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Demandé"),
                            ("answered", "Répondu"),
                            ("lapsed", "Échu"),
                            ("withdrawn", "Retiré"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("message", models.TextField(verbose_name="demande")),
                ("due_at", models.DateTimeField()),
                ("asked_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.version",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complements",
                        to="applications.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de compléments",
                "verbose_name_plural": "demandes de compléments",
                "indexes": [
                    models.Index(condition=models.Q(("state", "asked")), fields=["due_at"], name="complement_due_at")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("application",), name="complement_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("asked_at"))), name="complement_due"
                    ),
                    models.CheckConstraint(condition=models.Q(("message__gt", "")), name="complement_said"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer__isnull", True),
                                ("closed_at__isnull", True),
                                ("closed_by__isnull", True),
                                ("state", "asked"),
                            ),
                            models.Q(
                                ("answer__isnull", False),
                                ("closed_at__lt", models.F("due_at")),
                                ("closed_by__isnull", False),
                                ("state", "answered"),
                            ),
                            models.Q(
                                ("answer__isnull", True),
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                                ("state", "withdrawn"),
                            ),
                            models.Q(
                                ("answer__isnull", True),
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", True),
                                ("state", "lapsed"),
                            ),
                            _connector="OR",
                        ),
                        name="complement_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ComplementField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                ("label", models.CharField(max_length=300)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="casework.complementrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "champ demandé",
                "verbose_name_plural": "champs demandés",
                "constraints": [models.UniqueConstraint(fields=("request", "key"), name="complement_field_once")],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("consortium", "Consortium"), ("service", "Service instructeur")], max_length=10
                    ),
                ),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "constraints": [models.CheckConstraint(condition=models.Q(("text__gt", "")), name="message_text")],
            },
        ),
        migrations.CreateModel(
            name="MessageFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.document"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="casework.message"
                    ),
                ),
            ],
            options={
                "verbose_name": "fichier joint à un message",
                "verbose_name_plural": "fichiers joints à des messages",
            },
        ),
        migrations.CreateModel(
            name="Prorogation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_on", models.DateField()),
                ("decision_on", models.DateField()),
                ("reason", models.TextField(verbose_name="motif")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "Proposée"), ("validated", "Validée"), ("returned", "Renvoyée")],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("returned_reason", models.TextField(blank=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prorogations",
                        to="applications.application",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "prolongation",
                "verbose_name_plural": "prolongations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")), fields=("application",), name="prorogation_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision_on__gt", models.F("from_on"))), name="prorogation_later"
                    ),
                    models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="prorogation_reasoned"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="prorogation_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "proposed")),
                            models.Q(
                                ("decided_at__isnull", False), ("decided_by__isnull", False), ("state", "validated")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("returned_reason__gt", ""),
                                ("state", "returned"),
                            ),
                            _connector="OR",
                        ),
                        name="prorogation_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("complement", "Réponse à une demande de compléments"),
                            ("admissibility", "Recevabilité"),
                            ("decision", "Décision"),
                        ],
                        max_length=13,
                    ),
                ),
                ("ends_at", models.DateTimeField()),
                ("days", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="applications.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "rappel",
                "verbose_name_plural": "rappels",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "kind", "ends_at", "days"), name="reminder_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=120, verbose_name="objet")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threads",
                        to="applications.application",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "échange de messages",
                "verbose_name_plural": "échanges de messages",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("subject__gt", "")), name="thread_subject"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_by__isnull", True)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="thread_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "upto",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.message"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="casework.thread"
                    ),
                ),
            ],
            options={
                "verbose_name": "marque de lecture",
                "verbose_name_plural": "marques de lecture",
                "constraints": [models.UniqueConstraint(fields=("thread", "user"), name="reading_once")],
            },
        ),
        migrations.AddField(
            model_name="message",
            name="thread",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="casework.thread"
            ),
        ),
        migrations.CreateModel(
            name="Admissibility",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("admissible", "Recevable"),
                            ("inadmissible", "Irrecevable"),
                            ("ineligible", "Inéligible"),
                        ],
                        max_length=12,
                    ),
                ),
                ("rule", models.CharField(blank=True, max_length=6, verbose_name="règle")),
                ("evidence", models.TextField(blank=True, verbose_name="fait et preuve")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposée"),
                            ("validated", "Validée"),
                            ("returned", "Renvoyée"),
                            ("deemed", "Réputée recevable"),
                            ("lapsed", "Devenue sans objet"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="admissibilities",
                        to="applications.application",
                    ),
                ),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "avis de recevabilité",
                "verbose_name_plural": "avis de recevabilité",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("application",),
                        name="admissibility_one_open",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("validated", "deemed"))),
                        fields=("application",),
                        name="admissibility_one_valid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="admissibility_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "admissible"), models.Q(("rule__gt", ""), ("evidence__gt", "")), _connector="OR"
                        ),
                        name="admissibility_reasoned",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("proposed_by__isnull", False),
                                ("state", "proposed"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("proposed_by__isnull", False),
                                ("state__in", ("validated", "returned")),
                            ),
                            models.Q(
                                ("decided_at__isnull", False), ("proposed_by__isnull", False), ("state", "lapsed")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", True),
                                ("proposed_by__isnull", True),
                                ("state", "deemed"),
                                ("verdict", "admissible"),
                            ),
                            _connector="OR",
                        ),
                        name="admissibility_decided",
                    ),
                ],
            },
        ),
    ]
