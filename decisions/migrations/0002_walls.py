"""The walls of a decision (decisions/decision.sql is the text to read)."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]
    operations = [
        migrations.RunSQL(
            (Path(__file__).resolve().parent.parent / "decision.sql").read_text(),
            "DROP FUNCTION wall_decision, wall_proposal, wall_counter CASCADE",
        )
    ]
