"""Whether the jury sees the expected ranks is a setting of the call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0003_report"),
    ]

    operations = [
        migrations.AddField(
            model_name="callsettings",
            name="score_panel",
            field=models.BooleanField(
                default=False, verbose_name="classement attendu, avec son incertitude, montré au jury"
            ),
        ),
    ]
