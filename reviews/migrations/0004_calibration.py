"""Reminders of reports, their reopening, what a later version changes in them, one more expert, the calibration of a wave."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("calls", "0004_calibration"),
        ("reviews", "0003_feedback"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="discussion",
            name="reopened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="reopened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Calibration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "En préparation"), ("open", "Ouvert"), ("closed", "Clos")],
                        default="draft",
                        max_length=6,
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="titre du dossier fictif")),
                ("written_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "wave",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calibration", to="calls.wave"
                    ),
                ),
            ],
            options={
                "verbose_name": "étalonnage",
                "verbose_name_plural": "étalonnages",
            },
        ),
        migrations.CreateModel(
            name="CalibrationReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField()),
                (
                    "calibration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="reviews.calibration"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "notes d’étalonnage d’un expert",
                "verbose_name_plural": "notes d’étalonnage des experts",
            },
        ),
        migrations.CreateModel(
            name="CalibrationMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.PositiveSmallIntegerField()),
                ("comment", models.TextField(blank=True)),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="reviews.calibrationreport",
                    ),
                ),
            ],
            options={
                "verbose_name": "note d’étalonnage",
                "verbose_name_plural": "notes d’étalonnage",
            },
        ),
        migrations.CreateModel(
            name="CalibrationText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                (
                    "calibration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="reviews.calibration"
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
            ],
            options={
                "verbose_name": "texte d’un dossier fictif",
                "verbose_name_plural": "textes d’un dossier fictif",
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.PositiveSmallIntegerField()),
                ("value", models.PositiveSmallIntegerField()),
                ("reason", models.TextField(blank=True, verbose_name="motif du changement")),
                ("at", models.DateTimeField()),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.criterion"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="reviews.review"
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
                "verbose_name": "confirmation d’une note",
                "verbose_name_plural": "confirmations de notes",
            },
        ),
        migrations.CreateModel(
            name="FurtherExpert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "met",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=160), blank=True, size=None
                    ),
                ),
                ("load", models.PositiveSmallIntegerField()),
                ("capacity", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposition en attente"),
                            ("accepted", "Dossier confié"),
                            ("dismissed", "Écartée"),
                        ],
                        default="proposed",
                        max_length=9,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True, verbose_name="motif du refus")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "discussion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="further", to="reviews.discussion"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "expert supplémentaire",
                "verbose_name_plural": "experts supplémentaires",
            },
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("locked_at", models.DateTimeField()),
                ("scores", models.JSONField()),
                ("jury_note", models.TextField(blank=True)),
                ("reason", models.TextField(verbose_name="motif de la réouverture")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reopenings", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "réouverture d’une évaluation",
                "verbose_name_plural": "réouvertures d’évaluations",
            },
        ),
        migrations.CreateModel(
            name="ReportReminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("days", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="reviews.assignment"
                    ),
                ),
            ],
            options={
                "verbose_name": "rappel d’une évaluation",
                "verbose_name_plural": "rappels d’évaluations",
            },
        ),
        migrations.AddConstraint(
            model_name="calibration",
            constraint=models.CheckConstraint(condition=models.Q(("title__gt", "")), name="calibration_title"),
        ),
        migrations.AddConstraint(
            model_name="calibration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("opened_at__isnull", True), ("state", "draft")),
                    models.Q(("closed_at__isnull", True), ("opened_at__isnull", False), ("state", "open")),
                    models.Q(("closed_at__isnull", False), ("opened_at__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="calibration_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="calibrationreport",
            constraint=models.UniqueConstraint(fields=("calibration", "expert"), name="calibration_report_once"),
        ),
        migrations.AddConstraint(
            model_name="calibrationmark",
            constraint=models.UniqueConstraint(fields=("report", "criterion"), name="calibration_mark_once"),
        ),
        migrations.AddConstraint(
            model_name="calibrationtext",
            constraint=models.UniqueConstraint(fields=("calibration", "criterion"), name="calibration_text_once"),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.UniqueConstraint(fields=("review", "criterion", "version"), name="confirmation_once"),
        ),
        migrations.AddConstraint(
            model_name="confirmation",
            constraint=models.CheckConstraint(
                condition=models.Q(("value", models.F("before")), ("reason__gt", ""), _connector="OR"),
                name="confirmation_reasoned",
            ),
        ),
        migrations.AddConstraint(
            model_name="furtherexpert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True), ("state", "proposed")),
                    models.Q(
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("state__in", ("accepted", "dismissed")),
                    ),
                    _connector="OR",
                ),
                name="further_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="furtherexpert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), _negated=True), ("reason__gt", ""), _connector="OR"
                ),
                name="further_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.UniqueConstraint(fields=("review", "locked_at"), name="reopening_once"),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="reopening_reason"),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__gte", models.F("locked_at"))), name="reopening_after"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportreminder",
            constraint=models.UniqueConstraint(fields=("assignment", "due_at", "days"), name="report_reminder_once"),
        ),
        migrations.AddConstraint(
            model_name="reportreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("days", 0), _negated=True), name="report_reminder_days"
            ),
        ),
    ]
