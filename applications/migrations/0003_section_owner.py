"""Who writes a section is its owner: « hold » was a lock as well."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_socle")]

    operations = [
        migrations.RenameModel("SectionHold", "SectionOwner"),
        migrations.RemoveConstraint("sectionowner", "section_hold_once"),
        migrations.RemoveConstraint("sectionowner", "section_hold_one"),
        migrations.AlterField(
            "sectionowner",
            "application",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="section_owners",
                to="applications.application",
            ),
        ),
        migrations.AlterField(
            "sectionowner",
            "membership",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="section_owners",
                to="applications.membership",
            ),
        ),
        migrations.AddConstraint(
            "sectionowner",
            models.UniqueConstraint(fields=("application", "section"), name="section_owner_once"),
        ),
        migrations.AddConstraint(
            "sectionowner",
            models.CheckConstraint(
                condition=models.Q(person__isnull=True) | models.Q(membership__isnull=True),
                name="section_owner_one",
            ),
        ),
    ]
