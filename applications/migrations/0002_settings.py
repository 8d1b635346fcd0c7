"""The walls around published settings (applications/settings.sql is the text to read)."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial"), ("edsh_portal", "0002_ground")]
    operations = [
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "settings.sql").read_text(),
            "DROP FUNCTION wall_settings, wall_settings_part, wall_wave, settings_frozen CASCADE",
        )
    ]
