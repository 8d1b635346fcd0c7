"""CP that the forecast foresees to lack, and the day's look at it."""

import django.db.models.deletion
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("calls", "0003_award"),
        ("funding", "0004_life"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="forecast_runs", to="calls.call"
                    ),
                ),
            ],
            options={
                "verbose_name": "contrôle des crédits à venir",
                "verbose_name_plural": "contrôles des crédits à venir",
                "constraints": [models.UniqueConstraint(fields=("call", "day"), name="forecast_run_once")],
            },
        ),
        migrations.CreateModel(
            name="Shortage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("month", models.DateField()),
                ("cents", models.BigIntegerField()),
                ("found_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shortages", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "manque de crédits prévu",
                "verbose_name_plural": "manques de crédits prévus",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("line", "year"),
                        name="shortage_one_at_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("cents__gt", 0)), name="shortage_cents"),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1), ("month__year", models.F("year"))), name="shortage_month"
                    ),
                ],
            },
        ),
    ]
