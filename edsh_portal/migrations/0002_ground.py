"""The ground's SQL: clock, event_append, walls, audit schema (edsh_portal/ground.sql is the text to read)."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("edsh_portal", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "ground.sql").read_text(),
            "DROP SCHEMA audit CASCADE; DROP FUNCTION wall_workflow, wall_append_only, event_append, portal_now CASCADE",
        )
    ]
