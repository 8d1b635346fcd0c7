"""The last report and the last leaving of a wave: found by an index, however many there are (reviews/ranking.py asks)."""

import django.db.models.functions.comparison
from django.db import migrations, models

from edsh_portal.database.first import AtOnce


class Migration(AtOnce):
    dependencies = [("reviews", "0002_evaluation")]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Greatest("ended_at", "waiting_at"), descending=True
                ),
                name="assignment_left",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                models.OrderBy(
                    django.db.models.functions.comparison.Greatest("locked_at", "reopened_at"), descending=True
                ),
                name="review_moved",
            ),
        ),
    ]
