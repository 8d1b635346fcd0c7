"""What was received, before it is frozen (applications/reception.sql is the text to read); one for each deposit made so far."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORMER = """
    INSERT INTO applications_reception (application_id, number, received_at, by_id, settled_at, version_id, rules, message)
    SELECT application_id, number, submitted_at, submitted_by_id, submitted_at, id, '{}', ''
    FROM applications_version WHERE kind = 'deposit' ORDER BY id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0011_signatory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reception",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("received_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "delegation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applications.delegation",
                    ),
                ),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receptions",
                        to="applications.application",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receptions",
                        to="applications.version",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="reception",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at__isnull", True)), fields=("application",), name="reception_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="reception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("message", ""), ("rules", []), ("settled_at__isnull", True), ("version__isnull", True)),
                    models.Q(("message", ""), ("rules", []), ("settled_at__isnull", False), ("version__isnull", False)),
                    models.Q(
                        ("message__gt", ""),
                        ("rules__len__gt", 0),
                        ("settled_at__isnull", False),
                        ("version__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="reception_answered",
            ),
        ),
        migrations.RunSQL([FORMER], migrations.RunSQL.noop),
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "reception.sql").read_text(),
            "DROP FUNCTION wall_reception CASCADE; DROP FUNCTION wall_version CASCADE;",
        ),
    ]
