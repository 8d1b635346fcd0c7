"""One more expert where reports diverge: the best fit is proposed with its reason; an officer asks them by one press, or says why not."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from directory import actions as directory
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions
from reviews.models import Assignment, Discussion, FurtherExpert
from tests.pages import tight

from .test_discussion import work
from .world import person, reviewed

ASKED = ["cancer", "imagerie"]


@pytest.fixture
def held(small):
    """Who knows the most is of a member, or away; then comes `fit`, who knows one thing, before who knows none."""
    actions.set_need(small.dossiers[0], ASKED, by=small.driss)
    for name, skills, until in (
        ("linked", ASKED, None),
        ("away", ASKED, date(2022, 10, 31)),
        ("other", ["droit"], None),
        ("fit", ["cancer"], None),
    ):
        home = small.partner if name == "linked" else None
        expert = small.people[name] = person(name, home, "employee", role="expert")
        actions.write_profile(expert, skills=skills, capacity=4, available_until=until, languages=["fr"], by=expert)
    return small


def diverge(small):
    for expert, value in ((small.claire, 2), (small.chloe, 8)):
        reviewed(small, small.dossiers[0], expert, value)
    work()
    return Discussion.objects.get()


def address(discussion, name="further"):
    return reverse(f"reviews:{name}", args=[discussion.application.reference])


def page(at, who, discussion):
    return tight(at(who, address(discussion, "discussion")).content.decode())


def test_proposed_with_its_reason_and_accepted_by_one_press(held, at):
    discussion = diverge(held)
    proposed = FurtherExpert.objects.get()
    assert (proposed.expert, proposed.met, proposed.load, proposed.capacity) == (held.fit, ["Cancer"], 0, 4)
    told = Event.objects.get(kind="discussion.opened").mails.get(to=held.driss)
    assert held.dossiers[0].reference in told.subject and "Fit" not in told.body
    officer = page(at, held.driss, discussion)
    assert "Fit Essai" in officer and "Cancer" in officer and "Charge 0 sur 4, aucun lien constaté" in officer
    assert "Fit Essai" not in page(at, held.claire, discussion)
    assert "Fit Essai" in page(at, held.jean, discussion) and "Lui confier" not in page(at, held.jean, discussion)
    assert at(held.jean, address(discussion), {"answer": "accept"}).status_code == 403
    assert at(held.driss, address(discussion), {"answer": "accept"}).status_code == 302
    assert Assignment.objects.get(expert=held.fit).state == "assigned"
    proposed.refresh_from_db()
    assert (proposed.state, proposed.answered_by) == ("accepted", held.driss)
    with pytest.raises(Refused, match="rechargez"):
        actions.dismiss_further(proposed, "Trop tard.", by=held.driss)


def test_set_aside_with_a_reason(held, at):
    discussion = diverge(held)
    assert at(held.driss, address(discussion), {"reason": " "}).status_code == 422
    assert at(held.driss, address(discussion), {"reason": "Deux avis suffisent."}).status_code == 302
    told = page(at, held.driss, discussion)
    assert "Deux avis suffisent." in told and "Lui confier" not in told
    assert not Assignment.objects.filter(expert=held.fit).exists()
    with pytest.raises(PermissionDenied):
        actions.accept_further(FurtherExpert.objects.get(), by=held.claire)


def test_a_link_found_since_refuses_and_the_proposal_stays(held, at):
    discussion = diverge(held)
    directory.affiliate(held.fit, held.partner, kind="employee", by=None)
    with pytest.raises(Refused, match="Conflit"):
        actions.accept_further(FurtherExpert.objects.get(), by=held.driss)
    assert at(held.driss, address(discussion), {"answer": "accept"}).status_code == 302
    assert FurtherExpert.objects.get().state == "proposed"
    assert "Conflit d’intérêts" in page(at, held.driss, discussion)


def test_none_when_nobody_is_free(small, at):
    discussion = diverge(small)
    assert not FurtherExpert.objects.exists()
    assert "Personne n’avait de place" in page(at, small.driss, discussion)
