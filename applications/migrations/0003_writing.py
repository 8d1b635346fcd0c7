"""What is written together: every field by version under a key, texts kept aside, presence, sections handed over."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Narrative answers were named by their question alone. The table is append-only for everybody: its wall opens for this
# one statement, inside the transaction of the migration.
NAMED = """
ALTER TABLE applications_answer DISABLE TRIGGER USER;
UPDATE applications_answer SET key = 'answers.' || key, read_version = version - 1;
ALTER TABLE applications_answer ENABLE TRIGGER USER;
"""
PERSON = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}
AUTO = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def dossier(delete, name: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=delete, related_name=name, to="applications.application")


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0002_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveConstraint("answer", "answer_version"),
        migrations.RenameField("answer", "question", "key"),
        migrations.AlterField("answer", "key", models.CharField(max_length=80)),
        migrations.AddField("answer", "aside", models.BooleanField(default=False)),
        migrations.AddField("answer", "read_version", models.PositiveIntegerField(default=0)),
        migrations.AddField("answer", "save_id", models.UUIDField(null=True)),
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "answer",
            models.UniqueConstraint(fields=("application", "key", "version"), name="answer_version"),
        ),
        migrations.AddConstraint(
            "answer", models.UniqueConstraint(fields=("application", "save_id"), name="answer_save_once")
        ),
        migrations.AddConstraint(
            "answer",
            models.CheckConstraint(
                condition=models.Q(("read_version__lt", models.F("version"))), name="answer_read_before"
            ),
        ),
        migrations.CreateModel(
            name="Clash",
            fields=[
                ("id", AUTO),
                ("key", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("application", dossier(django.db.models.deletion.PROTECT, "clashes")),
                ("by", models.ForeignKey(**PERSON)),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.answer"
                    ),
                ),
                (
                    "over",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="applications.answer"
                    ),
                ),
                ("settled_by", models.ForeignKey(null=True, **PERSON)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("application", "key", "by"),
                        name="clash_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_by__isnull", True)),
                            models.Q(("settled_at__isnull", False), ("settled_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="clash_settled",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", AUTO),
                ("place", models.CharField(max_length=80)),
                ("seen_at", models.DateTimeField()),
                ("application", dossier(django.db.models.deletion.CASCADE, "presences")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("application", "user"), name="presence_once")]},
        ),
        migrations.CreateModel(
            name="SectionHold",
            fields=[
                ("id", AUTO),
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
                ("application", dossier(django.db.models.deletion.CASCADE, "holds")),
                ("by", models.ForeignKey(**PERSON)),
                (
                    "membership",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="holds",
                        to="applications.membership",
                    ),
                ),
                ("person", models.ForeignKey(null=True, **PERSON)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("application", "section"), name="section_hold_once"),
                    models.CheckConstraint(
                        condition=models.Q(("person__isnull", True), ("membership__isnull", True), _connector="OR"),
                        name="section_hold_one",
                    ),
                ]
            },
        ),
    ]
