"""Every step of every room that the access tables know how to take, by eight processes at one instant: no answer 5xx."""

import pytest

from tests import at_once
from tests.access import table

STAGES = list(dict.fromkeys(row.stage for row in table.rows()))


@pytest.mark.parametrize("stage", STAGES)
def test_every_step_at_one_instant(stage, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        wrong = at_once.tried(list(at_once.steps(stage)))
    assert not wrong, "\n".join(["", *wrong])
