"""Conflicts of interest and walls of the evaluation (reviews/conflicts.sql and reviews/walls.sql are the texts to read)."""

from pathlib import Path

from django.db import migrations

ROOM = Path(__file__).resolve().parent.parent
UNDO = """
DROP FUNCTION wall_reviewer_link, wall_ranking, wall_session, wall_score, wall_review CASCADE;
DROP FUNCTION wall_conflict CASCADE;
DROP FUNCTION review_conflict, review_links, review_parties;
"""


class Migration(migrations.Migration):
    dependencies = [("edsh_portal", "0002_ground"), ("reviews", "0001_initial")]
    operations = [migrations.RunSQL((ROOM / "conflicts.sql").read_text() + (ROOM / "walls.sql").read_text(), UNDO)]
