"""Sessions known by the hash of their key, events that say which login wrote them, what reactions owe in a person's name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("edsh_portal", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="OwedKind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reaction", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=60)),
            ],
            options={
                "db_table": "owed_kind",
                "constraints": [models.UniqueConstraint(fields=("reaction", "kind"), name="owed_kind_once")],
            },
        ),
        migrations.CreateModel(
            name="WebSession",
            fields=[
                ("key_sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("epoch", models.PositiveIntegerField(default=0)),
                ("data", models.TextField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"db_table": "web_session"},
        ),
        migrations.AddField("event", "login", models.CharField(default="", max_length=63)),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]
