"""Verbs of the evaluation: what each writes, and every refusal with its code."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from applications import actions as dossiers
from directory import actions as directory
from edsh_portal.models import Event
from reviews import actions, permissions, ranking, reactions, verify
from reviews.models import Assignment, Opinion, Review, ReviewerPermission, Score
from tests.database import by_hand
from tests.roles import FAR, give, take

from . import world as made
from .world import COMMENT, NOTHING, REVIEWING, kinds, marks, opened, refused, reviewed, reviewed_by_two


# ── assignment ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_assign_opens_nothing(small):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    assert (assignment.state, assignment.due_at) == ("assigned", REVIEWING + timedelta(days=21))
    assert kinds(assignment) == [("assignment.created", "assigned")]
    assert not ReviewerPermission.objects.exists()
    assert not small.dossiers[0].__class__.objects.visible_to(small.claire).exists()


def test_who_may_assign(small):
    for name in ("victor", "jean", "claire", "alice", "adam", "nadia", "aude"):
        with pytest.raises(PermissionDenied):
            actions.assign(small.dossiers[0], small.claire, by=getattr(small, name))


def test_who_may_be_asked(small):
    dossier, driss = small.dossiers[0], small.driss
    assert refused("R51", actions.assign, dossier, small.zoe, by=driss).field == "expert"
    give(small.paul, "payer", until=FAR)
    refused("R91", actions.assign, dossier, small.paul, by=driss)
    directory.deactivate(small.chloe, by=small.adam)
    small.chloe.refresh_from_db()
    refused("R51", actions.assign, dossier, small.chloe, by=driss)


def test_assign_once_and_never_after_a_recusal(small):
    dossier = small.dossiers[0]
    assignment = actions.assign(dossier, small.claire, by=small.driss)
    refused("R57", actions.assign, dossier, small.claire, by=small.driss)
    actions.recuse(assignment, "Indisponible.", by=small.claire)
    refused("R50", actions.assign, dossier, small.claire, by=small.driss)


def test_assign_after_a_suspension_is_over(small):
    dossier = small.dossiers[0]
    actions.assign(dossier, small.claire, by=small.driss)
    affiliation = directory.affiliate(small.claire, small.partner, kind="employee", by=None)
    assert actions.suspend_linked() == 1
    directory.end_affiliation(affiliation, by=None)
    assert actions.assign(dossier, small.claire, by=small.driss).state == "waiting"  # a former employer's


def test_due_in_the_future(small):
    caught = refused("R57", actions.assign, small.dossiers[0], small.claire, by=small.driss, due_at=REVIEWING)
    assert caught.field == "due_at"


def test_only_in_review(small, set_clock):
    dossier = small.dossiers[0]
    set_clock(made.NOW, frozen=True)
    refused("R02", actions.assign, dossier, small.claire, by=small.driss)
    set_clock(REVIEWING, frozen=True)
    dossiers.withdraw(dossier, "Abandon.", by=small.sophie)
    refused("R53", actions.assign, dossier, small.claire, by=small.driss)


# ── declaration ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_declaration_opens_the_frozen_version(small):
    dossier = small.dossiers[0]
    assignment = opened(small, dossier, small.claire)
    assert (assignment.state, assignment.declared_at, assignment.confidentiality) == ("declared", REVIEWING, True)
    assert kinds(assignment) == [("assignment.created", "assigned"), ("assignment.declared", "declared")]
    review = Review.objects.get()
    assert (review.version_id, review.state, kinds(review)) == (
        dossier.version_id,
        "draft",
        [("review.opened", "draft")],
    )
    link = ReviewerPermission.objects.get()
    assert (link.user, link.content_object, link.assignment) == (small.claire, dossier, assignment)
    assert list(type(dossier).objects.visible_to(small.claire)) == [dossier]
    assert permissions.can_read(small.claire, Assignment.objects.get())


def test_an_interest_is_a_recusal(small):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    refused("W02", actions.declare, assignment, conflict=True, statement=" ", by=small.claire)
    assignment.refresh_from_db()
    actions.declare(assignment, conflict=True, statement="J’y ai exercé.", by=small.claire)
    assert (assignment.state, assignment.reason, assignment.ended_at) == ("recused", "J’y ai exercé.", REVIEWING)
    assert not Review.objects.exists() and not ReviewerPermission.objects.exists()


def test_declaration_refusals(small):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    with pytest.raises(PermissionDenied):
        actions.declare(assignment, conflict=False, statement=NOTHING, by=small.chloe)
    assert (
        refused("R50", actions.declare, fresh(assignment), conflict=False, statement="", by=small.claire).field
        == "statement"
    )
    silent = refused(
        "R51",
        actions.declare,
        fresh(assignment),
        conflict=False,
        statement=NOTHING,
        confidentiality=False,
        by=small.claire,
    )
    assert silent.field == "confidentiality"
    opened_now = fresh(assignment)
    actions.declare(opened_now, conflict=False, statement=NOTHING, by=small.claire)
    with pytest.raises(PermissionDenied):
        actions.declare(opened_now, conflict=False, statement=NOTHING, by=small.claire)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def test_recusal_needs_its_reason_and_its_person(small):
    assignment = opened(small, small.dossiers[0], small.claire)
    refused("W02", actions.recuse, assignment, " ", by=small.claire)
    with pytest.raises(PermissionDenied):
        actions.recuse(fresh(assignment), "Non.", by=small.driss)
    actions.recuse(fresh(assignment), "Indisponible.", by=small.claire)
    refused("W01", actions.recuse, fresh(assignment), "Encore.", by=small.claire)


def test_an_officer_may_suspend_at_once(small):
    assignment = opened(small, small.dossiers[0], small.claire)
    directory.affiliate(small.claire, small.hospitals[0], kind="employee", by=None)
    with pytest.raises(PermissionDenied):
        actions.suspend(fresh(assignment), by=small.jean)
    actions.suspend(fresh(assignment), by=small.victor)
    assert fresh(assignment).fact_in_words == "même employeur : CHU 0"


# ── report ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_partial_work_is_kept(small):
    review = opened(small, small.dossiers[0], small.claire).review
    actions.save_review(review, {1: (7, ""), 12: (None, "À compléter.")}, by=small.claire)
    actions.save_review(review, {1: (8, COMMENT)}, by=small.claire)
    kept = Score.objects.order_by("criterion__number").values_list("criterion__number", "value", "comment")
    assert list(kept) == [(1, 8, COMMENT), (12, None, "À compléter.")]
    assert kinds(review)[1:] == [("review.saved", None), ("review.saved", None)]
    assert fresh(review).saved_at == REVIEWING


def test_marks_by_criterion_objects(small):
    review = opened(small, small.dossiers[0], small.claire).review
    actions.save_review(review, dict.fromkeys(small.wave.settings.criteria.all(), (5, COMMENT)), by=small.claire)
    actions.lock_review(review, by=small.claire)
    assert (review.state, kinds(review)[-1]) == ("locked", ("review.locked", "locked"))


def test_save_refusals(small):
    review = opened(small, small.dossiers[0], small.claire).review
    with pytest.raises(PermissionDenied):
        actions.save_review(review, marks(5), by=small.chloe)
    assert refused("R54", actions.save_review, review, {12: (11, COMMENT)}, by=small.claire).field == "value_12"
    refused("R54", actions.save_review, review, {12: (-1, COMMENT)}, by=small.claire)
    refused("R54", actions.save_review, review, {99: (5, COMMENT)}, by=small.claire)
    assert not Score.objects.exists()


def test_lock_needs_every_mark_and_comment(small):
    review = opened(small, small.dossiers[0], small.claire).review
    assert refused("R54", actions.lock_review, review, by=small.claire).field == "value_1"
    actions.save_review(review, marks(5) | {2: (None, COMMENT)}, by=small.claire)
    assert refused("R54", actions.lock_review, review, by=small.claire).field == "value_2"
    actions.save_review(review, {2: (5, "Court.")}, by=small.claire)
    assert refused("R54", actions.lock_review, review, by=small.claire).field == "comment_2"
    actions.save_review(review, {2: (5, COMMENT)}, by=small.claire)
    actions.lock_review(review, by=small.claire)
    refused("R55", actions.lock_review, review, by=small.claire)
    refused("R55", actions.save_review, review, marks(9), by=small.claire)


def test_no_report_on_a_withdrawn_dossier(small):
    review = opened(small, small.dossiers[0], small.claire).review
    dossiers.withdraw(small.dossiers[0], "Abandon.", by=small.sophie)
    refused("R53", actions.save_review, review, marks(5), by=small.claire)


def test_opinion(small):
    dossier = small.dossiers[0]
    with pytest.raises(PermissionDenied):
        actions.give_opinion(dossier, 7, "Avis.", by=small.claire)
    assert refused("R54", actions.give_opinion, dossier, 7, " ", by=small.nadia).field == "text"
    assert refused("R54", actions.give_opinion, dossier, 11, "Avis.", by=small.nadia).field == "value"
    first = actions.give_opinion(dossier, None, "Avis.", by=small.nadia)
    second = actions.give_opinion(dossier, 8, "Avis revu.", by=small.nadia)
    assert [(o.version, o.value, o.criterion.number) for o in (first, second)] == [(1, None, 12), (2, 8, 12)]
    assert kinds(second) == [("opinion.given", None)]
    assert set(Opinion.objects.visible_to(small.jean)) == {first, second}
    assert not Opinion.objects.visible_to(small.claire).exists()


def test_no_opinion_without_criterion_12(db, set_clock, monkeypatch):
    monkeypatch.setattr(
        made, "CRITERIA", ({"number": 1, "title": "Seul", "guidance": "", "weight": 100, "floor": None},)
    )
    small = made.build(set_clock, 1)
    refused("R54", actions.give_opinion, small.dossiers[0], 7, "Avis.", by=small.nadia)


# ── gates, echoes, checks ────────────────────────────────────────────────────────────────────────────────────────────
def test_who_sees_assignments(world):
    mine = opened(world, world.dossiers[0], world.claire)
    opened(world, world.dossiers[0], world.chloe)
    assert list(Assignment.objects.visible_to(world.claire)) == [mine]
    assert list(Review.objects.visible_to(world.claire)) == [mine.review]
    for name in ("alice", "sophie", "zoe", "nadia", "adam", "dora", "emma"):
        assert not Assignment.objects.visible_to(getattr(world, name)).exists()
    assert Assignment.objects.visible_to(world.driss).count() == 2


def test_pages_of_a_recused_person_are_nowhere(small):
    assignment = opened(small, small.dossiers[0], small.claire)
    actions.recuse(assignment, "Indisponible.", by=small.claire)
    assert not Assignment.objects.visible_to(small.claire).exists()
    assert not permissions.can_read(small.claire, fresh(assignment))
    assert not permissions.can_recuse(small.chloe, assignment)


def test_a_file_of_another_version_or_not_scanned_stays_shut(small, settings):
    assignment = Assignment.objects.select_related("link").get(pk=opened(small, small.dossiers[0], small.claire).pk)
    file = small.dossiers[0].version.files.get(code="presentation")
    with pytest.raises(Http404):
        permissions.need_file(small.claire, assignment, None)
    settings.OPEN_UNSCANNED = False
    with pytest.raises(PermissionDenied):
        permissions.need_file(small.claire, assignment, file)
    settings.OPEN_UNSCANNED = True
    assert permissions.need_file(small.claire, assignment, file) == file


def event_of(kind):
    return Event.objects.filter(kind=kind).latest("id")


def test_echoes(small):
    assignment = actions.assign(small.dossiers[0], small.claire, by=small.driss)
    created = event_of("assignment.created")
    assert set(created.deliveries.values_list("reaction", flat=True)) == {"reviews.tell_expert"}
    reactions.tell_expert(created)()
    mail = created.mails.get()
    assert mail.to == small.claire and small.dossiers[0].reference not in mail.body + mail.subject
    directory.affiliate(small.claire, small.partner, kind="employee", by=None)
    changed = event_of("affiliation.changed")
    assert "reviews.suspend_linked" in changed.deliveries.values_list("reaction", flat=True)
    reactions.suspend_linked(changed)()
    assert fresh(assignment).state == "suspended"
    assert reactions.suspend_linked(changed) is None
    suspended = event_of("assignment.suspended")
    assert suspended.by is None
    reactions.tell_both(suspended)()
    assert {m.to for m in suspended.mails.all()} == {small.claire, small.driss}
    other = actions.assign(small.dossiers[0], small.chloe, by=small.driss)
    actions.recuse(other, "Indisponible.", by=small.chloe)
    recused = event_of("assignment.recused")
    reactions.tell_officer(recused)()
    assert recused.mails.get().to == small.driss
    assert small.chloe.full_name not in recused.mails.get().body


def test_18_a_role_taken_back_ends_what_it_had_to_judge(world):
    """With that fact, which the officer reads; a report locked while they were an expert stands."""
    done = reviewed(world, world.dossiers[0], world.claire, 7)
    left = opened(world, world.dossiers[1], world.claire)
    asked = actions.assign(world.dossiers[2], world.claire, by=world.driss)
    other = actions.assign(world.dossiers[2], world.chloe, by=world.driss)
    take(world.claire, "expert")
    revoked = event_of("role.revoked")
    assert "reviews.suspend_linked" in revoked.deliveries.values_list("reaction", flat=True)
    reactions.suspend_linked(revoked)()
    assert [(fresh(a).state, fresh(a).fact) for a in (left, asked)] == [("suspended", "role||")] * 2
    assert [fresh(a).state for a in (done, other)] == ["declared", "assigned"]
    assert not ReviewerPermission.objects.filter(assignment=left).exists()
    assert reactions.suspend_linked(revoked) is None
    suspended = event_of("assignment.suspended")
    reactions.tell_both(suspended)()
    assert "Le rôle d’expertise vous a été retiré" in suspended.mails.get(to=world.claire).body
    assert suspended.mails.get(to=world.driss)
    assert fresh(left).fact_in_words == "le rôle d’expertise lui a été retiré"


def test_no_event_names_a_person(small):
    reviewed(small, small.dossiers[0], small.claire, 7)
    for event in Event.objects.filter(kind__regex="^(assignment|review)\\."):
        assert "claire" not in str(event.data).lower()


def test_verify_names_what_parts(small, owner):
    assignment = opened(small, small.dossiers[0], small.claire)
    directory.affiliate(small.claire, small.partner, kind="employee", by=None)
    assert [f.code for f in verify.verify_conflicts()] == ["conflicts.live"]
    assert list(verify.verify_links()) == []
    ReviewerPermission.objects.filter(assignment=assignment).delete()
    assert [(f.code, f.found) for f in verify.verify_links()] == [("links.reviewer", "none")]
    actions.suspend(assignment, by=None)


def test_gates_by_role(world):
    """Written by hand: who assigns, sees assignments, advises, sees advice, chairs, lists."""
    reviewed_by_two(world)
    line = actions.open_session(world.wave, by=world.jean).lines.for_list()[0]
    table = {
        permissions.can_assign: {"driss"},
        permissions.can_see_assignments: {"driss", "victor", "jean", "aude"},
        permissions.can_give_opinion: {"nadia"},
        permissions.can_see_opinions: {"driss", "victor", "jean", "aude", "nadia"},
        permissions.can_chair: {"jean"},
    }
    people = (*made.ROLES, "alice", "sophie", "bruno", "zoe")
    for gate, allowed in table.items():
        assert {name for name in people if gate(getattr(world, name), world.dossiers[0])} == allowed, gate.__name__
    assert {name for name in people if permissions.can_list(getattr(world, name), line)} == {"jean"}


def test_a_gcs_brings_the_places_of_its_members(world):
    gcs = made.place(700, "GCS Ouest", "gcs", departement="35")
    directory.add_gcs_member(gcs, world.hospitals[1], by=None)
    dossier = world.dossiers[0]
    before = ranking.sites([dossier.pk])[dossier.pk]
    dossier.version.content["members"].append({"establishment": gcs.pk, "departement": "35"})
    model = type(dossier.version)
    with by_hand():
        copy = model.objects.create(
            application=dossier,
            number=2,
            kind=model.Kind.COMPLEMENT,
            receipt_number="AR-2",
            content=dossier.version.content,
            sha256="0" * 64,
            submitted_at=REVIEWING,
            submitted_by=world.sophie,
        )
        dossier.version = copy
        dossier.save(update_fields=["version"])
    assert (before, ranking.sites([dossier.pk])[dossier.pk]) == ({"35"}, {"35", "44"})
