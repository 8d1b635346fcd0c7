"""The agreement to electronic notification, and its withdrawal."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("calls", "0003_award"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reception",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="applications.reception",
                    ),
                ),
            ],
            options={
                "verbose_name": "retrait d’un accord de notification",
                "verbose_name_plural": "retraits d’accords de notification",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("electronic", models.BooleanField()),
                ("text", models.TextField()),
                (
                    "reception",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consent", to="applications.reception"
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse sur la notification",
                "verbose_name_plural": "réponses sur la notification",
                "constraints": [models.CheckConstraint(condition=models.Q(("text__gt", "")), name="consent_text")],
            },
        ),
    ]
