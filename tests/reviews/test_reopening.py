"""A locked report is reopened by the chair alone, with a reason: what it said stays, and what rested on it says that it is out of date."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from directory import actions as directory
from edsh_portal.models import Event
from edsh_portal.seals import verify_seals
from edsh_portal.workflow import Refused
from reviews import actions, ranking
from reviews.models import Assignment, Discussion, JuryNote, Reopening, Review
from tests.database import as_role
from tests.pages import tight

from . import world as made
from .test_discussion import AGREED, work
from .world import build, later, marks, opened, reviewed, reviewed_by_two

WHY = "Le critère 2 a été noté sur l’annexe d’un autre dossier."


@pytest.fixture
def hour(set_clock):
    return lambda n: set_clock(later(hours=n), frozen=True)


def page(at, person, name, *args):
    return tight(at(person, reverse(f"reviews:{name}", args=args)).content.decode())


def again(assignment):
    return Assignment.objects.get(pk=assignment.pk)


def test_by_the_chair_alone_with_a_reason_and_what_it_said_stays(small, at):
    dossier = small.dossiers[0]
    draft = opened(small, dossier, small.claire)
    actions.save_review(draft.review, marks(7), by=small.claire)
    actions.save_review(draft.review, {"notes_jury": "Pour vous seuls."}, by=small.claire)
    actions.lock_review(draft.review, by=small.claire)
    reopen = reverse("reviews:reopen", args=[draft.pk])
    for person in (small.driss, small.victor, small.aude):
        assert at(person, reopen).status_code == 403
    assert at(small.claire, reopen).status_code == 403 and at(small.alice, reopen).status_code == 403
    with pytest.raises(PermissionDenied):
        actions.reopen_review(again(draft).review, WHY, by=small.driss)
    assert "conservées à côté" in page(at, small.jean, "reopen", draft.pk)
    assert at(small.jean, reopen, {"reason": " "}).status_code == 422
    assert at(small.jean, reopen, {"reason": WHY}).status_code == 302
    held = again(draft).review
    assert (held.state, held.locked_at) == ("draft", None) and not JuryNote.objects.exists()
    kept = Reopening.objects.get()
    assert kept.scores["2"][0] == 7 and kept.jury_note == "Pour vous seuls." and kept.by == small.jean
    assert at(small.jean, reopen).status_code == 404  # it is open already
    work()
    told = Event.objects.get(kind="review.reopened").mails.get()
    assert told.to == small.claire and dossier.reference not in told.subject + told.body
    assert WHY in page(at, small.claire, "read", draft.pk)
    assert "pas encore verrouillée" in page(at, small.driss, "assignments", dossier.reference)
    actions.save_review(held, {2: (4, "Un avis repris.")}, by=small.claire)
    actions.lock_review(held, by=small.claire)
    assert JuryNote.objects.get().text == "Pour vous seuls."
    told = page(at, small.driss, "assignments", dossier.reference)
    assert WHY in told and "<del>7</del>devient<ins>4</ins>" in told
    assert told.count("<del>7</del>") == 1  # the criterion that changed, no other
    assert WHY not in page(at, small.claire, "read", draft.pk)


def test_ranking_and_agreement_follow_by_their_own_verbs(world, at, hour):
    reviewed_by_two(world)
    report = reviewed(world, world.dossiers[0], world.paul, 2).review
    session = actions.open_session(world.wave, by=world.jean)
    assert not ranking.is_outdated(session)
    before = page(at, world.jean, "session", 1)
    hour(1)
    actions.reopen_review(report, WHY, by=world.jean)
    assert "n’est plus à jour" not in before and "n’est plus à jour" in page(at, world.jean, "session", 1)
    hour(2)
    with pytest.raises(Refused, match="recalculez-le"):
        actions.close_session(session, "Relevé.", by=world.jean)
    assert len(ranking.reports([world.dossiers[0].pk])[world.dossiers[0].pk]) == 2
    hour(3)
    actions.rank_again(session, by=world.jean)
    assert not ranking.is_outdated(session)
    assert session.lines.get(application=world.dossiers[0]).review_count == 2
    hour(4)
    actions.save_review(report, marks(7), by=world.paul)
    hour(4)
    actions.lock_review(report, by=world.paul)
    assert ranking.is_outdated(session)
    hour(5)
    actions.rank_again(session, by=world.jean)
    assert session.lines.get(application=world.dossiers[0]).review_count == 3
    assert not ranking.is_outdated(session)
    hour(6)
    actions.recuse(report.assignment, "Un lien.", by=world.paul)  # the report stays as it is, and counts no more
    assert ranking.is_outdated(session)


def test_discussion_and_consensus_say_that_they_are_out_of_date(small, at, hour):
    dossier = small.dossiers[0]
    hers, theirs = (reviewed(small, dossier, one, mark) for one, mark in ((small.claire, 2), (small.chloe, 8)))
    work()
    held = Discussion.objects.get()
    actions.designate(held, hers, by=small.driss)
    draft = actions.draft_consensus(held, AGREED, "Un avis commun.", by=small.claire)
    here = dossier.reference
    assert "plus à jour" not in page(at, small.claire, "discussion", here)
    hour(1)
    actions.reopen_review(theirs.review, WHY, by=small.jean)
    assert "plus à jour" in page(at, small.claire, "discussion", here)
    assert at(small.chloe, reverse("reviews:discussion", args=[here])).status_code == 404  # judges alone again
    officer = page(at, small.driss, "discussion", here)
    assert "Chloe Essai : hors du tableau" in officer
    hour(2)
    with pytest.raises(Refused, match="rédiger un nouveau"):
        actions.take_position(draft, True, by=small.claire)
    hour(3)
    actions.save_review(theirs.review, marks(5), by=small.chloe)
    hour(3)
    actions.lock_review(theirs.review, by=small.chloe)
    hour(4)
    fresh = actions.draft_consensus(held, AGREED, "Un avis repris.", by=small.claire)
    hour(5)
    assert actions.take_position(fresh, True, by=small.chloe).agrees
    assert "plus à jour" not in page(at, small.chloe, "discussion", here)
    hour(6)
    for report in (hers, theirs):  # nobody's counts any more: the page holds
        actions.reopen_review(again(report).review, WHY, by=small.jean)
    assert "–" in page(at, small.driss, "discussion", here)


def test_refused_once_the_session_is_closed_or_to_a_chair_with_a_link(world, at):
    reviewed_by_two(world)
    report = Review.objects.filter(assignment__application=world.dossiers[0]).first()
    tied = made.person("autre", role="jury_chair")
    directory.affiliate(tied, world.hospitals[0], kind="employee", by=None)  # of the first candidate
    with pytest.raises(Refused, match="conflit d’intérêts"):
        actions.reopen_review(report, WHY, by=tied)
    other = Review.objects.filter(assignment__application=world.dossiers[1]).first()
    session = actions.open_session(world.wave, by=world.jean)
    with pytest.raises(Refused, match="motif"):
        actions.reopen_review(other, "  ", by=world.jean)
    for line in session.lines.all():
        actions.set_list(line, "main", by=world.jean)
    actions.rank_again(session, by=world.jean)
    actions.close_session(session, "Relevé.", by=world.jean)
    with pytest.raises(Refused, match="close"):
        actions.reopen_review(other, WHY, by=world.jean)


def test_the_database_lets_no_lock_go_without_its_reopening(committed, set_clock, hour):
    small = build(set_clock, 1)
    report = reviewed(small, small.dossiers[0], small.claire, 7).review
    for values in (
        {"state": "draft", "locked_at": None},
        {"state": "draft", "locked_at": None, "reopened_at": later(hours=1)},
    ):
        with pytest.raises(DatabaseError, match="is locked"), transaction.atomic():
            Review.objects.filter(pk=report.pk).update(**values)
    hour(1)
    actions.reopen_review(report, WHY, by=small.jean)
    with as_role("owner"):
        assert list(verify_seals()) == []
    hour(2)
    actions.lock_review(Review.objects.get(pk=report.pk), by=small.claire)
    with as_role("owner"):
        assert list(verify_seals()) == []
    with pytest.raises(DatabaseError, match="is locked"), transaction.atomic():  # that reopening was of another lock
        Review.objects.filter(pk=report.pk).update(state="draft", locked_at=None, reopened_at=later(hours=1))
