"""A version deposited while a report is open: announced with its differences, marks that it touches confirmed or changed with a reason."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from applications.content.feeding import fed
from applications.content.fields import SECTIONS
from applications.models import Application
from calls.questions import QUESTIONS
from edsh_portal.models import Event
from reviews import actions, versions
from reviews.models import Assignment, Confirmation
from tests.pages import tight

from .test_actions import refused
from .test_discussion import work
from .world import completed, later, marks, opened

NEW = "Relier des hôpitaux, et leurs laboratoires."


@pytest.fixture
def hour(set_clock):
    def move(n):
        set_clock(later(hours=n), frozen=True)
        return later(hours=n)

    return move


@pytest.fixture
def held(small, hour):
    """claire's report, whole, on the first version; the second changes an answer that feeds the criterion 1."""
    dossier = Application.objects.get(pk=small.dossiers[0].pk)
    small.draft = opened(small, dossier, small.claire).review
    actions.save_review(small.draft, marks(7), by=small.claire)
    small.second = completed(dossier, small.sophie, hour(1), answers={"ambition": NEW})
    return reread(small)


def reread(small):
    rows = Assignment.objects.select_related("application__version", "application__wave", "review__version")
    small.draft = rows.get(expert=small.claire, application=small.dossiers[0]).review
    return small


def page(at, small, name="read", *more):
    return tight(at(small.claire, reverse(f"reviews:{name}", args=[small.draft.assignment_id, *more])).content.decode())


def test_every_part_that_changes_feeds_what_its_section_says():
    assert {name: fed(name) for name in ("indicators", "milestones", "pieces", "nothing")} == {
        "indicators": SECTIONS["projects"].feeds,
        "milestones": SECTIONS["packages"].feeds,
        "pieces": (),
        "nothing": (),
    }
    assert all(fed(f"answers-{one.slug}") == (one.criterion,) for one in QUESTIONS)
    assert fed("answers-unknown") == () and set(SECTIONS["warehouses"].feeds) < set(fed("matchings"))


def test_announced_with_its_differences_and_the_report_stays_where_it_began(held, at):
    here = page(at, held)
    assert "Version 2 du dossier" in here and "Votre évaluation reste sur la version 1" in here
    assert "<ins>" in here and "laboratoires" in here
    assert here.count("à confirmer</span>") == 1 and "1. Critère 1</a>" in here
    assert held.draft.version.number == 1 and versions.later(held.draft).waiting == [1]
    assert "nouvelle version" in tight(at(held.claire, reverse("reviews:my_files")).content.decode())
    work()
    told = Event.objects.get(kind="complement.answered").mails.get()
    assert told.to == held.claire and held.dossiers[0].reference not in told.subject + told.body
    assert "laboratoires" in page(at, held, "confirm", 1)
    assert at(held.claire, reverse("reviews:confirm", args=[held.draft.assignment_id, 2])).status_code == 404
    theirs = reverse("reviews:confirm", args=[held.draft.assignment_id, 1])
    assert at(held.chloe, theirs).status_code == 404 and at(held.driss, theirs).status_code == 403


def test_a_mark_is_kept_or_changed_with_a_reason_before_the_lock(held, at):
    here = reverse("reviews:confirm", args=[held.draft.assignment_id, 1])
    lock = reverse("reviews:lock", args=[held.draft.assignment_id])
    said = tight(at(held.claire, lock, {}).content.decode())
    assert "confirmez ou changez d’abord vos notes" in said and "#id_later" in said
    typed = {"choice": "change", "value": "5", "reason": "", "shown": "7"}
    for wrong in (
        typed,
        typed | {"value": "", "reason": "x"},
        typed | {"value": "11", "reason": "x"},
        typed | {"shown": "6"},
    ):
        assert at(held.claire, here, wrong).status_code == 422
    assert at(held.claire, here, typed | {"reason": "Les laboratoires ne sont pas décrits."}).status_code == 302
    row = Confirmation.objects.get()
    assert (row.before, row.value, row.version) == (7, 5, held.second)
    assert held.draft.scores.get(criterion__number=1).value == 5
    assert set(held.draft.scores.exclude(criterion__number=1).values_list("value", flat=True)) == {7}
    assert at(held.claire, here).status_code == 404  # nothing waits on it any more
    assert "confirmée</span>" in page(at, held)
    assert at(held.claire, lock, {}).status_code == 302
    assert reread(held).draft.state == "locked" and "Version 2 du dossier" not in page(at, held)
    told = tight(at(held.jean, reverse("reviews:assignments", args=[held.dossiers[0].reference])).content.decode())
    assert "Les laboratoires ne sont pas décrits." in told


def test_a_third_version_asks_again_only_what_it_touches(held, hour):
    dossier = Application.objects.get(pk=held.dossiers[0].pk)
    criterion = held.draft.assignment.application.wave.settings.criteria.get(number=1)
    actions.confirm_mark(held.draft, criterion, 7, shown=7, by=held.claire)
    completed(dossier, held.sophie, hour(2), perimeters={"scope": "Séjours et consultations"})
    assert versions.later(reread(held).draft).waiting == [12]
    completed(Application.objects.get(pk=dossier.pk), held.sophie, hour(3), answers={"ambition": "Autre chose."})
    assert versions.later(reread(held).draft).waiting == [1, 12]


def test_who_may_not_and_what_is_refused(held):
    draft = held.draft
    criterion = draft.assignment.application.wave.settings.criteria.get(number=1)
    other = draft.assignment.application.wave.settings.criteria.get(number=2)
    with pytest.raises(PermissionDenied):
        actions.confirm_mark(draft, criterion, 7, shown=7, by=held.chloe)
    refused("R55", actions.confirm_mark, draft, other, 7, shown=7, by=held.claire)
    actions.save_review(draft, {"value_1": None}, by=held.claire)
    refused("W04", actions.confirm_mark, draft, criterion, 7, shown=7, by=held.claire)
    with pytest.raises(DatabaseError, match="confirmation"), transaction.atomic():  # not over the version it began with
        Confirmation.objects.create(
            review=draft, criterion=criterion, version=draft.version, before=7, value=7, at=later(hours=1)
        )


def test_the_pieces_of_the_later_version_are_read_while_the_report_is_open(held, at):
    file = held.second.files.exclude(code="receipt").first()
    piece = reverse("reviews:piece", args=[held.draft.assignment_id, file.pk])
    assert at(held.claire, piece).status_code == 200 and at(held.chloe, piece).status_code == 404
    criterion = held.draft.assignment.application.wave.settings.criteria.get(number=1)
    actions.confirm_mark(held.draft, criterion, 7, shown=7, by=held.claire)
    actions.lock_review(held.draft, by=held.claire)
    assert at(held.claire, piece).status_code == 404
