"""Whether experts read each other once done, and what becomes of their private notes, are settings of the call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_experts")]

    operations = [
        migrations.AddField(
            model_name="callsettings",
            name="read_others",
            field=models.BooleanField(
                default=False,
                verbose_name="un expert lit les évaluations des autres, sans leur nom, une fois la sienne verrouillée",
            ),
        ),
        migrations.AddField(
            model_name="callsettings",
            name="keep_private_notes",
            field=models.BooleanField(
                default=False,
                verbose_name="les notes privées des experts sont conservées après la séance du jury",
            ),
        ),
    ]
