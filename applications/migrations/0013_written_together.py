"""The last text written in a dossier is asked by every page of it, now that every field has its history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0012_reception")]

    operations = [
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(fields=["application", "-id"], name="answer_last"),
        ),
    ]
