"""What the scanner said of each document."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("edsh_portal", "0002_ground"),
    ]

    operations = [
        migrations.AlterField(
            model_name="document",
            name="scan",
            field=models.CharField(
                choices=[
                    ("not_scanned", "Non analysé"),
                    ("clean", "Analysé"),
                    ("infected", "Malveillant"),
                    ("issued", "Produit par le portail"),
                ],
                default="not_scanned",
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="ScanResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("not_scanned", "Non analysé"),
                            ("clean", "Analysé"),
                            ("infected", "Malveillant"),
                            ("issued", "Produit par le portail"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
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
                "db_table": "scan_result",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), ("verdict", "clean")),
                            models.Q(("verdict", "infected"), models.Q(("name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="scan_result_name",
                    )
                ],
            },
        ),
    ]
