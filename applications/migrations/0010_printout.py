"""A dossier, or the blank form, on paper."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0009_waves"),
        ("edsh_portal", "0004_mail_choices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Printout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField(verbose_name="contenu")),
                ("sha256", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="printouts",
                        to="applications.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="printouts",
                        to="applications.callsettings",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="printout",
            constraint=models.UniqueConstraint(
                fields=("of", "application", "sha256"), name="printout_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="printout",
            constraint=models.CheckConstraint(
                condition=models.Q(("application__isnull", True), ("asked_by__isnull", False), _connector="OR"),
                name="printout_asked_by",
            ),
        ),
    ]
