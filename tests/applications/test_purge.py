"""What was written in a dossier that was not deposited may be forgotten, by an event; the rest of the history stays."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from applications import actions
from applications.models import Answer
from edsh_portal import chain
from edsh_portal.models import Event
from edsh_portal.verify import findings
from tests.database import as_role

from . import world as made


@pytest.mark.django_db(transaction=True)
def test_texts_of_dossiers_that_were_not_deposited_go_by_a_named_purge(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    draft = made.draft(world)
    actions.save_field(draft, "answers.quality", "Des tests.", read_version=0, by=world.cast.alice)
    committed.set_clock(made.CLOSES, frozen=True)
    actions.lapse(draft)
    chain.sign_roots()

    def purge(months: int) -> str:
        said = StringIO()
        call_command("purge_drafts", by=world.cast.driss.email, months=months, stdout=said)
        return said.getvalue().splitlines()[0]

    with as_role("owner"):
        assert purge(12) == "0 texts of dossiers that were not deposited"
        committed.set_clock(made.CLOSES + timedelta(days=400), frozen=True)
        held = Answer.objects.count()
        assert purge(12) == f"{held} texts of dossiers that were not deposited"
        assert (held > 0, Answer.objects.count()) == (True, 0)
        assert Event.objects.filter(kind="rows.purged", by=world.cast.driss).count() == 1
        assert findings() == []
