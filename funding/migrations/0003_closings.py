"""The fiscal years that are closed."""

import django.db.models.deletion
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0001_initial"),
        ("funding", "0002_second_award"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ceiling",
            name="rule",
            field=models.CharField(
                choices=[
                    ("advance", "Avance"),
                    ("before_balance", "Avance et acomptes avant solde"),
                    ("before_balance_long", "Avance et acomptes, projet de plus de 48 mois"),
                    ("kept", "Crédits conservés à la clôture sans acte de report (fonds d’un opérateur)"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("kept_bp", models.PositiveIntegerField()),
                ("ae_lapsed_cents", models.BigIntegerField()),
                ("ae_carried_cents", models.BigIntegerField()),
                ("cp_lapsed_cents", models.BigIntegerField()),
                ("cp_carried_cents", models.BigIntegerField()),
                ("report", models.CharField(blank=True, default="", max_length=200)),
                ("reported_on", models.DateField(null=True)),
                ("closed_at", models.DateTimeField()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="edsh_portal.act"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="funding.line"
                    ),
                ),
            ],
            options={
                "verbose_name": "clôture",
                "verbose_name_plural": "clôtures",
                "constraints": [
                    models.UniqueConstraint(fields=("line", "year"), name="closing_once"),
                    models.CheckConstraint(condition=models.Q(("kept_bp__lte", 10000)), name="closing_kept"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ae_carried_cents__gte", 0),
                            ("ae_lapsed_cents__gte", 0),
                            ("cp_carried_cents__gte", 0),
                            ("cp_lapsed_cents__gte", 0),
                        ),
                        name="closing_cents",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("report", ""), ("reported_on__isnull", True)),
                            models.Q(models.Q(("report", ""), _negated=True), ("reported_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="closing_report",
                    ),
                ],
            },
        ),
    ]
