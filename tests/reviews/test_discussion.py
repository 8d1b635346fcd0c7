"""Experts who diverge talk, names masked; one drafts, each takes a position; the official means never move."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from edsh_portal import events
from edsh_portal.models import Delivery, Event
from edsh_portal.workflow import Refused
from reviews import actions, ranking
from reviews.models import Assignment, Discussion
from tests.pages import tight

from .world import NUMBERS, marks, opened, reviewed

AGREED = dict.fromkeys(NUMBERS, 5)


def work() -> None:
    """What the workers owe of the evaluation, and what follows from it."""
    ours = Delivery.objects.filter(reaction__startswith="reviews.", state="todo")
    while waiting := list(ours.order_by("pk").values_list("pk", flat=True)):
        for pk in waiting:
            events.run(pk)


@pytest.fixture
def held(small):
    """Two reports that diverge on everything, a third expert who has not finished."""
    dossier = small.dossiers[0]
    reviewed(small, dossier, small.claire, 2)
    reviewed(small, dossier, small.chloe, 8)
    small.late = opened(small, dossier, small.paul)
    work()
    return Discussion.objects.get()


@pytest.fixture
def at(client, held):
    def ask(person, name="discussion", *more, data=None):
        client.force_login(person, backend="directory.backends.EmailBackend")
        address = reverse(f"reviews:{name}", args=[held.application.reference, *more])
        return client.get(address) if data is None else client.post(address, data)

    return ask


def of(held, expert):
    return Assignment.objects.get(application=held.application, expert=expert)


def test_opened_by_the_portal_when_reports_diverge_and_once(small, held):
    assert (held.found, held.rapporteur) == ("1, 2, 11, 12, total", None)
    assert actions.open_discussion(held.application) is None
    told = Event.objects.get(kind="discussion.opened").mails.exclude(to=small.driss)
    assert {sent.to for sent in told} == {small.claire, small.chloe}
    assert held.application.reference not in told[0].body + told[0].subject


def test_no_discussion_among_those_who_agree(small):
    for expert, value in ((small.claire, 7), (small.chloe, 8)):
        reviewed(small, small.dossiers[0], expert, value)
    work()
    assert not Discussion.objects.exists()


def test_reports_side_by_side_with_names_masked_between_experts(small, held, at):
    page = tight(at(small.claire).content.decode())
    assert "Vous (Expert A)" in page and "Expert B" in page and "Chloe" not in page
    assert "<strong>8</strong>" in page and "<strong>2</strong>" in page
    officer = tight(at(small.driss).content.decode())
    assert "Chloe Essai" in officer and "Claire Essai" in officer
    assert at(small.paul).status_code == 404  # judges alone until their own report is locked
    for person in (small.alice, small.dora, small.nadia):
        assert at(person).status_code == 403


def test_messages_the_rapporteur_the_draft_and_the_positions(small, held, at):
    before = ranking.reports([held.application_id])
    assert at(small.claire, data={"text": "Le socle me paraît faible."}).status_code == 302
    assert at(small.driss, data={"text": "Merci d’échanger."}).status_code == 302
    page = tight(at(small.chloe).content.decode())
    assert "Le socle me paraît faible." in page and "Claire" not in page
    assert at(small.claire, data={"text": "  "}).status_code == 422
    assert at(small.aude, data={"text": "Non."}).status_code == 403
    assert at(small.chloe, "consensus").status_code == 403
    at(small.jean, "designate", data={"rapporteur": str(of(held, small.chloe).pk)})
    assert "Le consensus" not in page and at(small.chloe, "consensus").status_code == 200
    assert at(small.claire, "consensus").status_code == 403
    typed = {f"value_{n}": "5" for n in NUMBERS} | {"text": "Un socle correct, à compléter."}
    assert at(small.chloe, "consensus", data=typed | {"value_12": "11"}).status_code == 422
    assert at(small.chloe, "consensus", data=typed).status_code == 302
    refused = at(small.claire, "position", 1, data={"agrees": "no", "reason": ""})
    assert refused.status_code == 422 and "motif" in refused.content.decode()
    assert at(small.claire, "position", 1, data={"agrees": "no", "reason": "Le budget ?"}).status_code == 302
    assert at(small.chloe, "position", 1, data={"agrees": "yes", "reason": ""}).status_code == 302
    again = at(small.chloe, "position", 1, data={"agrees": "no", "reason": "Finalement."})
    assert "déjà donnée" in again.content.decode()
    page = tight(at(small.jean).content.decode())
    assert "Le budget ?" in page and "d’accord" in page and 'data-label="Consensus">5</td>' in page
    assert ranking.reports([held.application_id]) == before


def test_a_newer_draft_asks_everybody_again(small, held):
    actions.designate(held, of(held, small.claire), by=small.driss)
    first = actions.draft_consensus(held, AGREED, "Première version.", by=small.claire)
    second = actions.draft_consensus(held, AGREED, "Seconde version.", by=small.claire)
    with pytest.raises(Refused, match="plus récent"):
        actions.take_position(first, True, by=small.chloe)
    assert actions.take_position(second, True, by=small.chloe).agrees


def test_who_may_not(small, held):
    with pytest.raises(PermissionDenied):
        actions.say(held, "Bonjour.", by=small.paul)
    with pytest.raises(PermissionDenied):
        actions.designate(held, of(held, small.claire), by=small.claire)
    with pytest.raises(Refused, match="verrouillée"):
        actions.designate(held, small.late, by=small.driss)
    with pytest.raises(PermissionDenied):
        actions.draft_consensus(held, AGREED, "Un avis.", by=small.claire)
    actions.designate(held, of(held, small.claire), by=small.driss)
    with pytest.raises(Refused, match="de 0 à 10"):
        actions.draft_consensus(held, AGREED | {12: None}, "Un avis.", by=small.claire)
    draft = actions.draft_consensus(held, AGREED, "Un avis.", by=small.claire)
    with pytest.raises(PermissionDenied):
        actions.take_position(draft, True, by=small.paul)


def test_a_recusal_shuts_the_discussion(small, held, at):
    actions.recuse(of(held, small.chloe), "Lien découvert.", by=small.chloe)
    assert at(small.chloe).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.say(held, "Encore.", by=small.chloe)
    actions.save_review(small.late.review, marks(7), by=small.paul)
    actions.lock_review(small.late.review, by=small.paul)
    assert at(small.paul).status_code == 200
