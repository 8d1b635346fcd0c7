"""Another award may follow one that was voided."""

import django.db.models.deletion
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("applications", "0003_section_owner"),
        ("funding", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="grant",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="awards", to="applications.application"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "voided"), _negated=True),
                fields=("application",),
                name="grant_one_in_force",
            ),
        ),
    ]
