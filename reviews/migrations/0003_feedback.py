"""What comes back to the applicant: its texts in versions, what was flagged in them and confirmed harmless."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("edsh_portal", "0001_initial"),
        ("reviews", "0002_evaluation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "En rédaction"), ("proposed", "À approuver"), ("approved", "Approuvé")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("content", models.JSONField(null=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feedback",
                        to="applications.application",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="edsh_portal.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "retour au candidat",
                "verbose_name_plural": "retours aux candidats",
            },
        ),
        migrations.CreateModel(
            name="FeedbackText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                (
                    "flags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("save_id", models.UUIDField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="reviews.feedback"
                    ),
                ),
            ],
            options={
                "verbose_name": "version d’un retour",
                "verbose_name_plural": "versions des retours",
            },
        ),
        migrations.CreateModel(
            name="Harmless",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("flag", models.CharField(max_length=200)),
                ("reason", models.CharField(max_length=400, verbose_name="raison")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "feedback",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="harmless", to="reviews.feedback"
                    ),
                ),
            ],
            options={
                "verbose_name": "mention sans risque",
                "verbose_name_plural": "mentions sans risque",
            },
        ),
        migrations.AddConstraint(
            model_name="feedback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("content__isnull", False),
                        ("state", "approved"),
                    ),
                    models.Q(
                        models.Q(("state", "approved"), _negated=True),
                        ("approved_at__isnull", True),
                        ("approved_by__isnull", True),
                        ("content__isnull", True),
                        ("document__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="feedback_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="feedbacktext",
            constraint=models.UniqueConstraint(fields=("feedback", "number", "version"), name="feedback_text_version"),
        ),
        migrations.AddConstraint(
            model_name="feedbacktext",
            constraint=models.UniqueConstraint(fields=("feedback", "save_id"), name="feedback_text_save_once"),
        ),
        migrations.AddConstraint(
            model_name="feedbacktext",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="feedback_text_version_least"
            ),
        ),
        migrations.AddConstraint(
            model_name="harmless",
            constraint=models.UniqueConstraint(fields=("feedback", "number", "flag"), name="harmless_once"),
        ),
        migrations.AddConstraint(
            model_name="harmless",
            constraint=models.CheckConstraint(condition=models.Q(("reason__gt", "")), name="harmless_reason"),
        ),
    ]
