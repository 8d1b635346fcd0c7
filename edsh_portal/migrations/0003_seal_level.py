"""A document that the portal sealed says at what level."""

from django.db import migrations, models
from django.db.models import Q

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0002_not_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="level",
            field=models.CharField(
                blank=True,
                choices=[
                    ("B-B", "cachet sans horodatage"),
                    ("B-T", "cachet horodaté"),
                    ("B-LT", "cachet horodaté, avec les preuves de validité de ses certificats"),
                ],
                default="",
                max_length=4,
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("level", ""), Q(("level__in", ("B-B", "B-T", "B-LT")), ("scan", "issued")), _connector="OR"
                ),
                name="document_level",
            ),
        ),
    ]
