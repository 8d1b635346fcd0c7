"""Verbs of the evaluation: what each writes, and every refusal with its code."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from applications import actions as dossiers
from directory import actions as directory
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions, permissions, ranking, reactions, verify
from reviews.models import Assignment, Opinion, RankingLine, Review, ReviewerPermission, Score
from tests.database import by_hand
from tests.roles import FAR, give, take

from . import world as made
from .world import COMMENT, NOTHING, REVIEWING, marks, opened, reviewed, reviewed_by_two


def refused(code, call, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def kinds(thing):
    rows = Event.objects.filter(subject_type=thing._meta.label_lower, subject_id=thing.pk).order_by("id")
    return [(event.kind, event.data.get("state")) for event in rows]


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


# ── jury ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def lines(session):
    return list(session.lines.for_list())


def test_quorum_before_any_ranking(world):
    refused("R53", actions.open_session, world.wave, by=world.jean)
    reviewed_by_two(world)
    leaving = Assignment.objects.get(application=world.dossiers[2], expert=world.chloe)
    actions.recuse(leaving, "Indisponible.", by=world.chloe)
    caught = refused("R53", actions.open_session, world.wave, by=world.jean)
    assert caught.facts["short"] == {world.dossiers[2].reference: 1}
    assert f"{world.dossiers[2].reference} (1/2)" in caught.message


def test_open_ranks(world):
    reviewed_by_two(world)
    for name in ("driss", "claire", "adam"):
        with pytest.raises(PermissionDenied):
            actions.open_session(world.wave, by=getattr(world, name))
    session = actions.open_session(world.wave, by=world.jean)
    assert kinds(session) == [("session.opened", "open")]
    assert [(line.application_id, line.rank, line.score, line.review_count) for line in lines(session)] == [
        (world.dossiers[0].pk, 1, 80, 2),
        (world.dossiers[2].pk, 2, 70, 2),
        (world.dossiers[1].pk, 3, 60, 2),
    ]
    assert [line.coverage_gain for line in lines(session)] == [1_100_000, 900_000, 1_400_000]
    refused("R59", actions.open_session, world.wave, by=world.jean)


def test_open_refusals(db, set_clock):
    empty = made.build(set_clock, 1)
    dossiers.withdraw(empty.dossiers[0], "Abandon.", by=empty.sophie)
    refused("R53", actions.open_session, empty.wave, by=empty.jean)
    set_clock(made.NOW, frozen=True)
    refused("R02", actions.open_session, empty.wave, by=empty.jean)


def held(world, values=(8, 6, 7)):
    reviewed_by_two(world, values)
    return actions.open_session(world.wave, by=world.jean)


def test_lists_go_down_and_skips_have_reasons(world):
    session = held(world)
    first, second, third = lines(session)
    with pytest.raises(PermissionDenied):
        actions.set_list(first, "main", by=world.driss)
    assert refused("R60", actions.set_list, first, "winner", by=world.jean).field == "list"
    actions.set_list(first, "main", by=world.jean)
    actions.set_list(second, "not_selected", by=world.jean)
    over = refused("R61", actions.set_list, third, "reserve", by=world.jean)
    assert (over.field, over.facts["application"]) == ("list", second.application_id)
    third.refresh_from_db()
    assert third.list == ""
    actions.set_list(second, "not_selected", "Hors du champ.", by=world.jean)
    actions.set_list(third, "reserve", by=world.jean)
    own = refused("R61", actions.set_list, second, "not_selected", by=world.jean)
    assert own.field == "reason"
    event = Event.objects.filter(kind="ranking.listed").latest("id")
    assert (event.stream, event.data["list"], event.data["application"]) == (
        f"session:{session.pk}",
        "reserve",
        third.application_id,
    )


def test_floor_eliminates(world):
    for dossier in world.dossiers:
        for expert in (world.claire, world.chloe):
            reviewed(world, dossier, expert, 8, c2=2 if dossier == world.dossiers[0] else 8)
    session = actions.open_session(world.wave, by=world.jean)
    fallen = session.lines.get(application=world.dossiers[0])
    assert fallen.below_floor == "2"
    refused("R54", actions.set_list, fallen, "reserve", by=world.jean)
    actions.set_list(fallen, "not_selected", by=world.jean)
    assert ranking.unreasoned([fallen]) == []


def test_a_chair_with_a_link_lists_nothing(world):
    session = held(world)
    directory.affiliate(world.jean, world.hospitals[0], kind="employee", by=None)
    line = session.lines.get(application=world.dossiers[0])
    caught = refused("R50", actions.set_list, line, "main", by=world.jean)
    assert "CHU 0" in caught.message


def settle(world, session):
    for line in lines(session):
        actions.set_list(line, "main", by=world.jean)


def test_close_freezes(world):
    session = held(world)
    refused("W02", actions.close_session, session, " ", by=world.jean)
    caught = refused("R60", actions.close_session, session, "Relevé.", by=world.jean)
    assert caught.facts["unlisted"] == sorted(d.reference for d in world.dossiers)
    settle(world, session)
    with pytest.raises(PermissionDenied):
        actions.close_session(session, "Relevé.", by=world.victor)
    actions.close_session(session, "Relevé.", by=world.jean)
    assert (session.state, session.closed_at, kinds(session)[-1]) == ("closed", REVIEWING, ("session.closed", "closed"))
    for verb in (
        lambda: actions.set_list(lines(session)[0], "reserve", by=world.jean),
        lambda: actions.close_session(session, "Encore.", by=world.jean),
        lambda: actions.rank_again(session, by=world.jean),
        lambda: actions.assign(world.dossiers[0], world.paul, by=world.driss),
        lambda: actions.give_opinion(world.dossiers[0], 5, "Tard.", by=world.nadia),
    ):
        refused("R59", verb)
    assert list(verify.verify_ranking()) == list(verify.verify_links()) == list(verify.verify_conflicts()) == []


def test_a_recusal_after_the_closing_changes_no_history(world, set_clock):
    session = held(world)
    settle(world, session)
    actions.close_session(session, "Relevé.", by=world.jean)
    set_clock(made.later(days=3), frozen=True)
    actions.recuse(Assignment.objects.filter(expert=world.claire).first(), "Départ.", by=world.claire)
    assert list(verify.verify_ranking()) == []


def test_what_changed_since_is_taken_in_or_refused(world):
    session = held(world)
    settle(world, session)
    reviewed(world, world.dossiers[1], world.paul, 10)
    refused("R58", actions.close_session, session, "Relevé.", by=world.jean)
    actions.rank_again(session, by=world.jean)
    assert [line.application_id for line in lines(session)] == [world.dossiers[n].pk for n in (0, 1, 2)]
    assert session.lines.get(application=world.dossiers[1]).divergence == "1, 2, 11, 12, total"
    assert {line.list for line in lines(session)} == {"main"}
    dossiers.withdraw(world.dossiers[0], "Abandon.", by=world.sophie)
    actions.rank_again(session, by=world.jean)
    assert [line.application_id for line in lines(session)] == [world.dossiers[n].pk for n in (1, 2)]
    actions.close_session(session, "Relevé.", by=world.jean)


def test_a_dossier_waiting_for_admissibility_holds_the_closing(db, set_clock):
    world = made.build(set_clock, 2, admitted=1)
    for expert in (world.claire, world.chloe):
        reviewed(world, world.dossiers[0], expert, 7)
    session = actions.open_session(world.wave, by=world.jean)
    settle(world, session)
    assert refused("R53", actions.close_session, session, "Relevé.", by=world.jean).facts == {"waiting": 1}


def test_perfect_equals_wait_for_a_vote(world, monkeypatch):
    monkeypatch.setattr(ranking, "gains", lambda wave, keys: dict.fromkeys(keys, 0))
    monkeypatch.setattr(ranking, "entries", same_aid(ranking.entries))
    session = held(world, (7, 7, 9))
    first, a, b = lines(session)
    assert [line.rank for line in (first, a, b)] == [1, 2, 2]
    settle(world, session)
    refused("R58", actions.close_session, session, "Relevé.", by=world.jean)
    for wrong in ([a], [first], [first, a], [a, a, b], []):
        refused("R58", actions.break_tie, session, wrong, "Territoire.", by=world.jean)
    refused("W02", actions.break_tie, session, [b, a], " ", by=world.jean)
    actions.break_tie(session, [b, a], "Territoire.", by=world.jean)
    assert [(line.pk, line.rank, line.decided_by) for line in lines(session)] == [
        (first.pk, 1, ""),
        (b.pk, 2, ""),
        (a.pk, 3, "vote"),
    ]
    actions.rank_again(session, by=world.jean)
    assert [line.vote for line in lines(session)] == [None, 1, 2]
    reviewed(world, a.application, world.paul, 8)
    actions.rank_again(session, by=world.jean)
    assert [(line.vote, line.vote_reason) for line in lines(session)] == [(None, "")] * 3
    actions.close_session(session, "Relevé.", by=world.jean)


def same_aid(entries):
    return lambda wave: [(dossier, replace(entry, requested_cents=1)) for dossier, entry in entries(wave)]


def test_a_floor_found_later_takes_the_dossier_off_its_list(world):
    session = held(world)
    settle(world, session)
    reviewed(world, world.dossiers[1], world.paul, 6, c2=0)
    review = Review.objects.filter(assignment__application=world.dossiers[1])
    assert review.count() == 3
    for expert in (world.claire, world.chloe):
        actions.recuse(Assignment.objects.get(application=world.dossiers[1], expert=expert), "Départ.", by=expert)
    newcomer = made.person("lea", role="expert")
    reviewed(world, world.dossiers[1], newcomer, 6, c2=1)
    actions.rank_again(session, by=world.jean)
    line = session.lines.get(application=world.dossiers[1])
    assert (line.below_floor, line.list) == ("2", "not_selected")
    actions.close_session(session, "Relevé.", by=world.jean)


# ── gates, echoes, checks ────────────────────────────────────────────────────────────────────────────────────────────
def test_who_sees_a_ranking(world):
    session = held(world)
    seen = {n for n in made.ROLES if permissions.can_see_ranking(getattr(world, n), session)}
    assert seen == {"driss", "victor", "jean", "aude"}
    settle(world, session)
    actions.close_session(session, "Relevé.", by=world.jean)
    seen = {n for n in made.ROLES if permissions.can_see_ranking(getattr(world, n), session)}
    assert seen == {"driss", "victor", "jean", "aude", "dora"}
    for name in ("claire", "nadia", "adam", "emma", "alice", "zoe"):
        assert not RankingLine.objects.visible_to(getattr(world, name)).exists()
    assert RankingLine.objects.visible_to(world.dora).count() == 3


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
    session = held(world)
    line = lines(session)[0]
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


def test_verify_recomputes_a_closed_ranking(committed, set_clock, superuser):
    world = made.build(set_clock)
    session = held(world)
    settle(world, session)
    actions.close_session(session, "Relevé.", by=world.jean)
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        "UPDATE reviews_score SET value = 10 WHERE criterion_id = (SELECT max(criterion_id) FROM reviews_score)"
    )
    assert {f.code for f in verify.verify_ranking()} == {"ranking.score"}
    superuser.execute("DELETE FROM reviews_score")
    assert {f.code for f in verify.verify_ranking()} == {"ranking.reports"}
    superuser.execute(
        "UPDATE reviews_assignment SET state = 'recused', ended_at = now(), reason = 'x' WHERE id = (SELECT min(id) FROM reviews_assignment)"
    )
    superuser.execute(
        "DELETE FROM applications_applicationgrouppermission WHERE membership_id = (SELECT min(membership_id) FROM applications_applicationgrouppermission)"
    )
    superuser.execute(
        "UPDATE applications_membership SET state = 'removed' WHERE id = (SELECT max(id) FROM applications_membership)"
    )
    codes = [(f.code, f.found) for f in verify.verify_links()]
    assert codes == [("links.reviewer", "parted"), ("links.member", "parted"), ("links.member", "none")]
