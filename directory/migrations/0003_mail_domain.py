"""Who else has an address of a domain: found by an index (reviews/masks.sql asks)."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("directory", "0002_exceptions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Reverse(
                        models.Func(models.F("email"), models.Value("@"), models.Value(2), function="split_part")
                    ),
                    name="text_pattern_ops",
                ),
                name="user_mail_domain",
            ),
        ),
    ]
