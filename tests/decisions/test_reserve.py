"""The reserve is called in its order: by the verb, by the page, by the database; another order is an act of two."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.urls import reverse

from decisions import actions
from decisions.models import Proposal, ReserveCall
from edsh_portal import acts
from edsh_portal.workflow import Refused
from reviews import actions as reviews
from reviews.models import RankingLine
from tests.reviews import world as evaluated

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


def test_a_dossier_that_is_shut_is_not_named_among_those_before(reserved, monkeypatch, client):
    """To who has a link with it: the order is told, not whose it is."""
    first, second = reserved.dossiers[2], reserved.dossiers[1]
    monkeypatch.setattr("applications.models.dossier.SHUT", [lambda _person, dossier: Q(**{dossier: first.pk})])
    with pytest.raises(Refused) as refused:
        actions.propose(second, shares(second), MOTIVE, by=reserved.driss)
    client.force_login(reserved.driss)
    page = client.get(reverse("decisions:call_reserve", args=[second.reference])).content.decode()
    for said in (refused.value.message, page):
        assert "1 dossier que vous ne lisez pas" in said.replace("\xa0", " ") and first.reference not in said


def called(world):
    """dossiers[1] may go before dossiers[2]: driss says why, victor approves."""
    act = actions.propose_call(world.dossiers[1], "Le premier n’a plus ses agréments.", by=world.driss)
    acts.approve(act, by=world.victor)
    return act


def test_16_2_another_order_is_an_act_of_two(reserved):
    second = reserved.dossiers[1]
    act = called(reserved)
    call = ReserveCall.objects.get()
    assert (call.application_id, call.over, call.act_id) == (second.pk, [reserved.dossiers[2].pk], act.pk)
    made_one = actions.propose(second, shares(second), MOTIVE, by=reserved.driss)
    assert actions.approve(made_one, by=reserved.victor).kind == "award"
    with pytest.raises(Refused) as refused:
        actions.propose_call(reserved.dossiers[2], "Motif.", by=reserved.driss)
    assert refused.value.code == "P20"  # nobody stands before it


@pytest.mark.parametrize("name", ["victor", "jean", "aude", "dora", "emma"])
def test_only_who_proposes_asks_for_another_order(reserved, name):
    with pytest.raises(PermissionDenied):
        actions.propose_call(reserved.dossiers[1], "Motif.", by=getattr(reserved, name))


def test_nobody_approves_their_own_call(reserved):
    act = actions.propose_call(reserved.dossiers[1], "Motif.", by=reserved.driss)
    with pytest.raises((PermissionDenied, Refused)):
        acts.approve(act, by=reserved.driss)
    with pytest.raises(PermissionDenied):
        acts.approve(act, by=reserved.jean)
    assert not ReserveCall.objects.exists()


def test_a_call_written_before_the_order_changed_lapses(reserved):
    act = actions.propose_call(reserved.dossiers[1], "Motif.", by=reserved.driss)
    actions.propose(reserved.dossiers[2], shares(reserved.dossiers[2]), MOTIVE, by=reserved.driss)
    with pytest.raises(Refused) as refused:
        acts.approve(act, by=reserved.victor)
    act.refresh_from_db()
    assert (refused.value.code, act.state) == ("A03", "lapsed")


def test_16_2_the_first_returned_is_before_the_second_again(reserved):
    """Both are proposed in order; the first comes back: the second is not approved before it."""
    first, second = reserved.dossiers[2], reserved.dossiers[1]
    one = actions.propose(first, shares(first), MOTIVE, by=reserved.driss)
    two = actions.propose(second, shares(second), MOTIVE, by=reserved.driss)
    actions.return_proposal(one, "Montant à revoir.", by=reserved.victor)
    with pytest.raises(Refused) as refused:
        actions.approve(two, by=reserved.victor)
    assert refused.value.code == "P19"


def test_the_database_keeps_the_order(reserved):
    """As web, in SQL: no proposal out of order, no call without its act."""
    second = reserved.dossiers[1]
    ordinary = {"kind": "award", "cents": 5, "motive": "x", "state": "proposed", "proposed_by": reserved.driss}
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        Proposal.objects.create(application=second, proposed_at=evaluated.REVIEWING, **ordinary)
    assert caught.value.__cause__.sqlstate == "EP017"
    act = actions.propose_call(second, "Motif.", by=reserved.driss)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        ReserveCall.objects.create(application=second, over=[reserved.dossiers[2].pk], reason="Motif.", act=act)
    assert caught.value.__cause__.sqlstate == "EP010"


def test_a_refusal_of_the_first_lets_the_second_come(reserved):
    first, second = reserved.dossiers[2], reserved.dossiers[1]
    actions.propose_refusal(first, "Non retenu par le jury.", by=reserved.driss)
    assert actions.propose(second, shares(second), MOTIVE, by=reserved.driss).state == "proposed"
