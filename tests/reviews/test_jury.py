"""The jury: its quorum, the ranking it opens, the lists it makes, the closing that freezes them."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from applications import actions as dossiers
from directory import actions as directory
from edsh_portal.models import Event
from reviews import actions, permissions, ranking, verify
from reviews.models import Assignment, RankingLine, Review

from . import world as made
from .world import REVIEWING, kinds, refused, reviewed, reviewed_by_two


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
