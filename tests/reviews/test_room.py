"""The jury's room: who is there, what each person sees, votes, quorum, and the same result on every page whatever happens to a line."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from directory import actions as directory
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions, rules
from reviews.models import Ballot, Motion, Withdrawal
from tests.database import by_hand

from . import world as made
from .world import reviewed_by_two

PAGE = reverse("reviews:room", args=[1])


# ── arithmetic ───────────────────────────────────────────────────────────────────────────────────────────────────────
@given(st.integers(0, 60))
def test_15_8_the_quorum_is_half_and_never_nobody(seated):
    least = rules.quorum(seated)
    assert least >= 1 and 2 * least >= seated and (seated == 0 or 2 * (least - 1) < seated)


@given(st.lists(st.sampled_from(["for", "against", "abstain"])), st.sampled_from(["for", "against", "abstain", None]))
def test_15_8_voices_are_counted_and_equal_ones_follow_the_chair(voices, casting):
    carried, by_casting = rules.result(voices, casting)
    pro, con = voices.count("for"), voices.count("against")
    assert carried == (pro > con or (pro == con and casting == "for"))
    assert by_casting == (pro == con and casting in ("for", "against"))
    assert rules.result(list(reversed(voices)), casting) == (carried, by_casting)
    assert rules.result([*voices, "abstain"], casting) == (carried, by_casting)
    assert pro == con or rules.result(voices, None)[0] == carried  # the chair weighs only on equals
    assert not carried or rules.result([*voices, "for"], casting)[0]  # one more never loses it


# ── the room ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sitting(world):
    """(world, session, members): twelve named, the chair among them; two are tied to the first dossier."""
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    members = [world.jean, *(made.person(f"membre{n:02}", role="expert") for n in range(11))]
    for person in members[1:]:
        actions.seat(session, person, by=world.jean)
    for person in members[1:3]:
        directory.affiliate(person, world.hospitals[0], kind="employee", by=None)
    return world, session, members


def first(session):
    line = session.lines.order_by("rank").first()
    line.session = session
    return line


def refused(code, verb, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def test_15_8_who_sits_votes_once_while_it_is_open(sitting):
    world, session, members = sitting
    jean, tied, _other, *rest = members
    with pytest.raises(PermissionDenied):
        actions.come(session, by=world.driss)
    refused("R59", actions.seat, session, rest[0], by=jean)
    refused("R59", actions.seat, session, world.alice, by=jean)
    refused("R59", actions.withdraw, session, "Lien.", by=rest[0])
    item = actions.lay(first(session), by=jean)
    assert {one.seat.person for one in Withdrawal.objects.all()} == set(members[1:3])
    assert item.totals == ["80,00", "80,00"]
    refused("R60", actions.put_to_vote, session, "Retenir.", 10**12, by=jean)
    motion = actions.put_to_vote(session, "Retenir.", 90_000_000, by=jean)
    refused("R59", actions.vote_on, motion, "for", by=rest[0])  # not there yet
    for person in members[:5]:
        actions.come(session, by=person)
    refused("R50", actions.vote_on, motion, "for", by=tied)
    refused("R59", actions.vote_on, motion, "maybe", by=rest[0])
    actions.vote_on(motion, "for", by=rest[0])
    refused("R59", actions.vote_on, motion, "against", by=rest[0])
    assert refused("R59", actions.close_vote, motion, by=jean).message.startswith("Le quorum")
    for person in rest[2:5]:
        actions.come(session, by=person)
    actions.vote_on(motion, "against", by=jean)
    refused("R59", actions.lay, first(session), by=jean)
    actions.close_vote(motion, by=jean)
    motion.refresh_from_db()
    assert (motion.state, motion.by_casting, motion.seated, motion.present) == ("rejected", True, 12, 6)
    refused("R59", actions.vote_on, motion, "for", by=rest[1])
    refused("R59", actions.close_vote, motion, by=jean)
    actions.leave(session, by=rest[0])
    actions.come(session, by=rest[0])
    assert session.seats.get(person=rest[0]).attendances.count() == 2


def test_15_8_the_database_counts_a_voice_once_and_none_of_who_withdrew(sitting):
    world, session, members = sitting
    jean, tied, _other, member, *_rest = members
    for person in (jean, tied, member):
        actions.come(session, by=person)
    item = actions.lay(first(session), by=jean)
    motion = actions.put_to_vote(session, "Retenir.", by=jean)
    actions.vote_on(motion, "for", by=member)
    seat = {one.person_id: one for one in session.seats.all()}

    def ballot(person, of=motion):
        with pytest.raises(Error), transaction.atomic():
            Ballot.objects.create(motion=of, seat=seat[person.pk], voice="for", at=item.laid_at)

    ballot(member)  # twice
    ballot(tied)  # withdrawn
    ballot(members[5])  # not there
    with by_hand() as cursor:
        cursor.execute("UPDATE reviews_motion SET state = 'carried', closed_at = moved_at, seated = 12, present = 6")
    ballot(jean, Motion.objects.get())  # closed
    assert Ballot.objects.count() == 1


def test_15_8_a_closed_session_takes_no_withdrawal(sitting):
    _world, session, members = sitting
    actions.come(session, by=members[0])
    item = actions.lay(first(session), by=members[0])
    with by_hand() as cursor:
        cursor.execute("UPDATE reviews_rankingline SET list = 'not_selected', reason = 'Essai.'")
        cursor.execute("UPDATE reviews_session SET state = 'closed', closed_at = opened_at, minutes = 'Fin.'")
    seat = session.seats.get(person=members[5])
    with pytest.raises(Error, match="the session is closed"), transaction.atomic():
        Withdrawal.objects.create(item=item, seat=seat, reason="Un proche.", at=item.laid_at)


# ── twelve pages ─────────────────────────────────────────────────────────────────────────────────────────────────────
class Screen:
    """A page of the room: it polls with what it has."""

    def __init__(self, person):
        self.client, self.tag, self.shown, self.whole = Client(), "", "", 0
        self.client.force_login(person, backend="directory.backends.EmailBackend")

    def poll(self):
        headers = {"HX-Request": "true", "X-Portal-Alone": "1"} | ({"If-None-Match": self.tag} if self.tag else {})
        answer = self.client.get(PAGE, headers=headers)
        assert answer.status_code in (200, 304)
        if answer.status_code == 200:
            self.tag, self.shown, self.whole = answer.headers["ETag"], answer.content.decode(), self.whole + 1
        return answer.status_code

    def act(self, **data):
        return self.client.post(PAGE, data).status_code


def test_15_8_twelve_pages_say_the_same_and_two_are_masked(sitting):
    world, session, members = sitting
    screens = [Screen(person) for person in members]
    chair, tied, free, lost = screens[0], screens[1:3], screens[3:], screens[11]
    dossier = first(session).application
    for screen in screens:
        assert screen.act(act="come") == 302
    assert [screen.poll() for screen in screens] == [200] * 12
    assert [screen.poll() for screen in screens] == [304] * 12
    assert chair.act(act="lay") == 302
    assert chair.act(act="move", text="Retenir ce dossier.", cents="500 000,00") == 302
    for screen in (chair, *free[:-1]):
        assert screen.poll() == 200 and dossier.reference in screen.shown and "Retenir ce dossier." in screen.shown
    for screen in tied:
        assert screen.poll() == 200 and "en déport" in screen.shown
        assert dossier.reference not in screen.shown and "Retenir" not in screen.shown
        assert screen.act(act="vote", voice="for") == 422
    for screen in free[:-1]:
        assert screen.act(act="vote", voice="for") == 302
    assert free[0].act(act="vote", voice="against") == 422
    assert chair.act(act="close") == 302
    assert chair.act(act="close") == 422 and lost.act(act="vote", voice="for") == 422  # after the close
    for screen in screens:  # the last one was away all the while: it has the end at its first answer
        assert screen.poll() == 200
    told = [screen for screen in (chair, *free) if "8 pour, 0 contre, 0 abstention" in " ".join(screen.shown.split())]
    assert len(told) == 10 and all("Retenir" not in screen.shown for screen in tied)
    assert lost.whole == 2 and [screen.poll() for screen in screens] == [304] * 12
    kinds = list(Event.objects.filter(stream=f"session:{session.pk}").order_by("seq").values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("jury.came", "jury.laid", "motion.moved", "motion.voted", "motion.closed")] == [
        12, 1, 1, 8, 1,
    ]  # fmt: skip


def test_15_8_who_is_not_of_the_jury_finds_nothing(sitting, client):
    world, session, _members = sitting
    for person, code in ((world.claire, 404), (world.driss, 200), (world.dora, 403), (world.alice, 403)):
        client.force_login(person, backend="directory.backends.EmailBackend")
        assert client.get(PAGE).status_code == code
    client.force_login(world.driss, backend="directory.backends.EmailBackend")
    assert client.post(PAGE, {"act": "come"}).status_code == 403
    assert client.post(PAGE, {"act": "nothing"}).status_code == 404


def test_15_8_an_unchanged_page_asks_little(sitting):
    """Who asks (session, person, roles), and one statement for the room."""
    screen = Screen(sitting[2][4])
    screen.poll()
    with CaptureQueriesContext(connection) as seen:
        assert screen.poll() == 304
    control = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")
    asked = [query["sql"] for query in seen if not query["sql"].startswith(control)]
    assert len(asked) <= 5 and sum("reviews_" in one for one in asked) == 1, asked
