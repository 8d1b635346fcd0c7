"""The journal of events and « who saw what » are asked by person, by day and by address."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0002_not_before"),
    ]

    operations = [
        migrations.AddIndex(model_name="accesslog", index=models.Index(fields=["at"], name="access_log_at")),
        migrations.AddIndex(
            model_name="accesslog", index=models.Index(OpClass("path", name="text_pattern_ops"), name="access_log_path")
        ),
        migrations.AddIndex(model_name="event", index=models.Index(fields=["by", "id"], name="event_by")),
        migrations.AddIndex(model_name="event", index=models.Index(fields=["at"], name="event_at")),
    ]
