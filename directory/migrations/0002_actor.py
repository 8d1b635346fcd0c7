"""Hashes of passwords leave the row that everyone reads."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Password",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hash", models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name="PasswordReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "at"], name="password_reading_user"),
                    models.Index(fields=["at"], name="password_reading_at"),
                ],
            },
        ),
        migrations.RunSQL(  # « ! »: Django's mark of an account without a password
            "INSERT INTO directory_password (user_id, hash) SELECT id, password FROM directory_user WHERE password !~ '^!'",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveField("user", "password"),
    ]
