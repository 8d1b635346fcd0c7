from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    """What one person read, page by page: by the key that pages go down."""

    dependencies = [("edsh_portal", "0002_proof")]

    operations = [
        migrations.RemoveIndex("accesslog", "access_log_user"),
        migrations.AddIndex("accesslog", models.Index(fields=["user", "-id"], name="access_log_user")),
    ]
