"""The jury’s minutes; and the domain from which people write, looked up from its end (reviews/masks.sql)."""

from django.db import migrations

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [("directory", "0001_initial"), ("reviews", "0002_evaluation")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX user_mail_domain ON directory_user (reverse(split_part(email, '@', 2)) text_pattern_ops)",
            "DROP INDEX user_mail_domain",
        ),
    ]
