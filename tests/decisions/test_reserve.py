"""The reserve is called in its order: by the verb, by the page, by the database; another order is an act of two."""

import pytest

from decisions import actions
from edsh_portal.workflow import Refused
from reviews import actions as reviews
from reviews.models import RankingLine

from .world import MOTIVE, shares


@pytest.fixture
def reserved(world):
    """dossiers[0] on the main list, then dossiers[2], then dossiers[1] in reserve."""
    with_reserve(world)
    return world


def with_reserve(world):
    session = RankingLine.objects.first().session
    reviews.reopen_session(session, "Erreur de liste.", by=world.jean)
    session.refresh_from_db()
    line = session.lines.get(application=world.dossiers[1])
    reviews.set_list(line, "reserve", "Second de la liste complémentaire.", by=world.jean)
    reviews.close_session(session, "Délibération reprise.", by=world.jean)


def test_16_2_the_ninth_is_not_aided_before_the_eighth(reserved):
    first, second = reserved.dossiers[2], reserved.dossiers[1]
    assert (actions.ahead(first), actions.ahead(second)) == ([], [first.pk])
    with pytest.raises(Refused) as refused:
        actions.propose(second, shares(second), MOTIVE, by=reserved.driss)
    assert (refused.value.code, refused.value.facts) == ("P19", {"ahead": [first.pk]})
    assert first.reference in refused.value.message
    actions.propose(first, shares(first), MOTIVE, by=reserved.driss)
    assert actions.propose(second, shares(second), MOTIVE, by=reserved.driss).state == "proposed"
