"""The texts of a report by version; notes to the jury, and to oneself."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_allocation")]

    operations = [
        migrations.CreateModel(
            name="ScoreVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("aside", models.BooleanField(default=False)),
                ("read_version", models.PositiveIntegerField(default=0)),
                ("save_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "version d’une note",
                "verbose_name_plural": "versions des notes",
                "constraints": [
                    models.UniqueConstraint(fields=("review", "key", "version"), name="score_version"),
                    models.UniqueConstraint(fields=("review", "save_id"), name="score_save_once"),
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="score_version_least"),
                    models.CheckConstraint(
                        condition=models.Q(("read_version__lt", models.F("version"))), name="score_read_before"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JuryNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jury_note", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "note au jury",
                "verbose_name_plural": "notes au jury",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text__gt", "")), name="jury_note_text"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivateNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "review",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="private_note", to="reviews.review"
                    ),
                ),
            ],
            options={
                "verbose_name": "note privée d’un expert",
                "verbose_name_plural": "notes privées des experts",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("version__gte", 1)), name="private_note_version"),
                ],
            },
        ),
    ]
