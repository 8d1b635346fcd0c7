"""Who writes a section is its owner: « hold » was a lock as well. A table of its own name, keys and constraints included."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from edsh_portal.database.first import AtOnce

COLUMNS = "id, section, progress, at, application_id, by_id, membership_id, person_id"
MOVE = f"""
  INSERT INTO applications_sectionowner ({COLUMNS}) OVERRIDING SYSTEM VALUE SELECT {COLUMNS} FROM applications_sectionhold;
  SELECT setval(pg_get_serial_sequence('applications_sectionowner', 'id'), max(id)) FROM applications_sectionowner HAVING count(*) > 0;
"""


class Migration(AtOnce):
    dependencies = [
        ("applications", "0002_socle"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SectionOwner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section", models.CharField(max_length=60)),
                (
                    "progress",
                    models.CharField(
                        choices=[
                            ("todo", "À faire"),
                            ("doing", "En cours"),
                            ("check", "À relire"),
                            ("done", "Complet"),
                        ],
                        default="todo",
                        max_length=5,
                        verbose_name="état",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="section_owners",
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
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="section_owners",
                        to="applications.membership",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "rubrique confiée",
                "verbose_name_plural": "rubriques confiées",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "section"), name="section_owner_once"),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", True), ("membership__isnull", True), _connector="OR"),
                        name="section_owner_one",
                    ),
                ],
            },
        ),
        migrations.RunSQL(MOVE),
        migrations.DeleteModel("SectionHold"),
    ]
