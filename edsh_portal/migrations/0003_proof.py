"""A document that the portal sealed says at what level; the journal of events and « who saw what » are asked by person, by day and by
address."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models import Q

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
