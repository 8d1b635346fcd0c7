"""Deliveries that wait for an hour; the level of a seal and the fingerprint of what a document carries; events and reads asked by day, by
person and by address."""

import django.contrib.postgres.indexes
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [
        ("edsh_portal", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="not_before",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="data_sha256",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
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
        migrations.AddIndex(
            model_name="accesslog",
            index=models.Index(fields=["at"], name="access_log_at"),
        ),
        migrations.AddIndex(
            model_name="accesslog",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass("path", name="text_pattern_ops"), name="access_log_path"
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("data_sha256__gt", "")), fields=["data_sha256"], name="document_data_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["by", "id"], name="event_by"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at"], name="event_at"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("level", ""), models.Q(("level__in", ("B-B", "B-T", "B-LT")), ("scan", "issued")), _connector="OR"
                ),
                name="document_level",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("data_sha256", ""),
                    models.Q(("data_sha256__regex", "^[0-9a-f]{64}$"), ("scan", "issued")),
                    _connector="OR",
                ),
                name="document_data",
            ),
        ),
    ]
