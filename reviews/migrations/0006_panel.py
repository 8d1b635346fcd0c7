"""What the scores leave unsure of a ranking: a row of the session."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Panel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("seed", models.PositiveIntegerField()),
                ("inputs_sha256", models.CharField(max_length=64)),
                ("envelope_cents", models.BigIntegerField()),
                ("figures", models.JSONField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="panels", to="reviews.session"
                    ),
                ),
            ],
            options={
                "verbose_name": "classement attendu",
                "verbose_name_plural": "classements attendus",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("envelope_cents__gte", 0)), name="panel_envelope"),
                    models.CheckConstraint(
                        condition=models.Q(("inputs_sha256__regex", "^[0-9a-f]{64}$")), name="panel_inputs"
                    ),
                ],
            },
        ),
    ]
