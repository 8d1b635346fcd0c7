"""The minutes: they equal the events, are signed as they were read, sealed once, masked for who is tied; a session taken up again."""

import hashlib
import random
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, transaction
from django.urls import reverse

from decisions import actions as decisions
from directory import actions as directory
from edsh_portal import documents, events
from edsh_portal.clock import PARIS
from edsh_portal.models import Delivery, Event
from edsh_portal.workflow import Refused
from reviews import actions, minutes
from reviews.models import Minutes, Session
from tests import printed
from tests.database import by_hand
from tests.decisions.world import deliberated, proposed

from . import world as made
from .world import person, place, reviewed_by_two

PAGE, REOPEN = reverse("reviews:minutes", args=[1]), reverse("reviews:reopen_session", args=[1])


def refused(code, verb, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def sign(session, by):
    session.refresh_from_db()
    read = minutes.sha256(minutes.told(session, session.signed_minutes.count() + 1))
    return actions.sign_minutes(session, read, by=by)


def sealed(row):
    """As the worker would."""
    for delivery in Delivery.objects.filter(reaction="reviews.seal_minutes", state="todo"):
        events.run(delivery.pk)
    row.refresh_from_db()
    return text_of(documents.read(row.document))


def close(session, by):
    session.refresh_from_db()
    for line in session.lines.filter(list="").order_by("rank"):
        line.session = session
        actions.set_list(line, "not_selected" if line.below_floor else "main", by=by)
    actions.close_session(session, "Le jury a débattu.", by=by)


def text_of(content):
    """Without what stands in the margins of its pages."""
    return "".join(run.text for run in printed.runs(content) if 74 < run.base < 775)


# ── the minutes equal the events ─────────────────────────────────────────────────────────────────────────────────────
def sat(world, set_clock, seed):
    """A session drawn at random: people come and go, dossiers are laid, some withdraw, motions are voted, equals or not."""
    rng, clock = random.Random(seed), [0]

    def later():
        clock[0] += rng.randrange(30, 400)
        set_clock(made.later(seconds=clock[0]), frozen=True)

    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    members = [world.jean, *(person(f"membre{n}", role="expert") for n in range(4))]
    for member in members[1:]:
        actions.seat(session, member, by=world.jean)
    sister = place(201, "CH voisin", ght="GHT-P")  # of the partner of the first dossier
    directory.affiliate(members[1], sister, kind="employee", by=None)
    for member in members:
        later()
        actions.come(session, by=member)
    for line in session.lines.order_by("rank"):
        later()
        line.session = session
        item = actions.lay(line, by=world.jean)
        if rng.random() < 0.5:
            later()
            actions.withdraw(session, "Un proche.", by=members[2])
        for n in range(rng.randrange(3)):
            later()
            motion = actions.put_to_vote(
                session, f"Proposition {line.rank}.{n}", rng.choice([None, 1_000_00]), by=world.jean
            )
            free = session.seats.there(item).values_list("person", flat=True)
            for member in [one for one in members if one.pk in set(free)]:
                actions.vote_on(motion, rng.choice(["for", "against", "abstain"]), by=member)
            later()
            actions.close_vote(motion, by=world.jean)
        gone = rng.choice(members[2:])
        later()
        actions.leave(session, by=gone)
        later()
        actions.come(session, by=gone)
    later()
    close(session, world.jean)
    return session


def expected(session):
    """Lines of the minutes, folded from the events by other means than the portal's."""
    rows = list(Event.objects.filter(stream=f"session:{session.pk}").order_by("seq"))
    hour = lambda at: f"{at.astimezone(PARIS):%H:%M:%S}"  # noqa: E731
    seats = {row.subject_id: row.data["person"] for row in rows if row.kind == "jury.seated"}
    seats |= {row.data["seat"]: row.by_id for row in rows if row.kind == "session.opened"}
    names = {user.pk: str(user) for user in made.User.objects.all()}
    references = dict(session.lines.values_list("application", "application__reference"))
    for seat, person_pk in seats.items():
        spans = [
            (hour(row.at), row.kind)
            for row in rows
            if row.kind in ("jury.came", "jury.left") and row.data["seat"] == seat
        ]
        told = ", puis ".join(
            f"présent de {a} à {b}" for (a, _in), (b, _out) in zip(spans[::2], spans[1::2], strict=True)
        )
        yield f"{names[person_pk]} : {told or 'absent'}"
    for laid, taken in zip(
        [r for r in rows if r.kind == "jury.laid"], [r for r in rows if r.kind == "jury.taken"], strict=True
    ):
        yield references[laid.data["application"]]
        yield f"Examiné de {hour(laid.at)} à {hour(taken.at)}."
        for seat in laid.data["withdrawn"]:
            yield f"Déport de {names[seats[seat]]} à {hour(laid.at)}, relevé par le portail."
    for row in rows:
        if row.kind == "jury.withdrew":
            yield f"Déport de {names[seats[row.data['seat']]]} à {hour(row.at)}, à sa demande."
        if row.kind == "motion.closed":
            moved = next(r for r in rows if r.kind == "motion.moved" and r.subject_id == row.subject_id)
            data, few = row.data, "" if row.data["abstain"] < 2 else "s"
            yield f"Vote de {hour(moved.at)} à {hour(row.at)}"
            result = {"carried": "adoptée", "rejected": "rejetée"}[data["state"]] + (
                ", par la voix prépondérante de la présidence" if data["casting"] else ""
            )
            yield (
                f"{data['for']} pour, {data['against']} contre, {data['abstain']} abstention{few} ; {data['present']} présents sans déport "
                f"sur {len(seats)}, quorum {max(1, -(-len(seats) // 2))} : {result}."
            )
    listed = {row.data["application"]: row.data["list"] for row in rows if row.kind == "ranking.listed"}
    for application, name in listed.items():
        yield f"{'Liste principale' if name == 'main' else 'Non retenus'}"
        yield references[application]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_15_4_the_minutes_equal_the_events(world, set_clock, seed):
    session = sat(world, set_clock, seed)
    text = flat(sealed(sign(session, world.jean)))
    lines = [*expected(session)]
    assert len(lines) > 15
    assert [line for line in lines if flat(line) not in text] == []
    closed = Event.objects.filter(stream=f"session:{session.pk}", kind="motion.closed").count()
    assert text.count(flat("présents sans déport sur")) == closed  # and nothing more
    assert text.count(flat("Déport de")) == sum(line.startswith("Déport de") for line in lines)
    assert flat("Le classement attendu n’était pas sur la table.") in text and flat("Le jury a débattu.") in text


def flat(text):
    """Without what a line break or a cell may have put between two words."""
    return re.sub(r"[\s\u00a0\u202f\u00ad\u2010-]+", "", text).replace("«", "").replace("»", "")


# ── signed as it was read ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def closed(world):
    deliberated(world)
    return world, Session.objects.get()


def test_15_8_the_chair_signs_what_was_read_once(closed, at):
    world, session = closed
    with pytest.raises(PermissionDenied):
        actions.sign_minutes(session, "", by=world.driss)
    refused("W04", actions.sign_minutes, session, "0" * 64, by=world.jean)
    page = at(world.jean, PAGE).content.decode()
    read = re.search(r'name="read" value="([0-9a-f]{64})"', page)[1]
    assert at(world.jean, PAGE, {"read": read}).status_code == 302
    row = Minutes.objects.get()
    assert (row.version, row.told_sha256, row.signed_by) == (1, read, world.jean)
    refused("R59", actions.sign_minutes, session, read, by=world.jean)
    assert at(world.jean, reverse("reviews:minutes_file", args=[1, 1])).status_code == 403  # not sealed yet
    assert "mise en forme en cours" in at(world.jean, PAGE).content.decode()
    sealed(row)
    answer = at(world.jean, reverse("reviews:minutes_file", args=[1, 1]))
    assert hashlib.sha256(answer.content).hexdigest() == row.sha256
    kept = row.document_id
    actions.keep_minutes(row, row.document)
    assert Minutes.objects.get().document_id == kept
    with pytest.raises(Error), transaction.atomic():
        Minutes.objects.filter(pk=row.pk).update(told={})


def test_15_8_who_reads_them(closed, at):
    world, session = closed
    codes = {
        "jean": 200,
        "driss": 200,
        "victor": 200,
        "aude": 200,
        "dora": 200,
        "claire": 404,
        "alice": 403,
        "emma": 403,
        "nadia": 403,
    }
    assert {name: at(getattr(world, name), PAGE).status_code for name in codes} == codes
    assert {name: at(getattr(world, name), PAGE, {"read": "0" * 64}).status_code for name in ("driss", "aude")} == {
        "driss": 403,
        "aude": 403,
    }


def test_15_8_who_is_tied_reads_the_rest(world, set_clock, at):
    session = sat(world, set_clock, 1)
    sealed(sign(session, world.jean))
    tied = session.seats.get(person__email__startswith="membre0").person
    page, whole = at(tied, PAGE).content.decode(), at(world.jean, PAGE).content.decode()
    assert "EDSH-1-0001" in whole and "EDSH-1-0001" not in page and "EDSH-1-0003" in page
    assert "retenu" in page and "Le jury a débattu" not in page
    assert at(tied, reverse("reviews:minutes_file", args=[1, 1])).status_code == 403
    assert at(world.jean, reverse("reviews:minutes_file", args=[1, 1])).status_code == 200


# ── taken up again ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_15_8_a_session_closed_before_minutes_were_written_shows_what_was_kept(closed, at, monkeypatch):
    """Its events do not hold the lists: the page says so, and shows the record to whom nothing is withheld."""
    told = "SELECT event_append('earlier', 'session.closed', 'reviews.session', 1, NULL, NULL, '{}')"
    with by_hand() as cursor:
        cursor.execute(told)
    monkeypatch.setattr(minutes, "stream_of", lambda session: "earlier")
    page = at(closed[0].jean, PAGE)
    assert page.status_code == 200 and "seul le relevé de délibération" in page.content.decode()
    assert Session.objects.get().minutes in page.content.decode()


def test_15_8_a_reopening_leaves_its_trace_and_voids_nothing(closed, at, set_clock):
    world, session = closed
    first = sign(session, world.jean)
    before = sealed(first)
    proposal = proposed(world)
    page = at(world.jean, REOPEN).content.decode()
    assert "EDSH-1-0001" in page  # what rests on the list, before the act
    with pytest.raises(PermissionDenied):
        actions.reopen_session(session, "Erreur.", by=world.driss)
    refused("W02", actions.reopen_session, session, " ", by=world.jean)
    assert at(world.jean, REOPEN, {"reason": "Une voix avait été mal comptée."}).status_code == 302
    session.refresh_from_db()
    assert (session.state, session.closed_at) == ("open", None)
    proposal.refresh_from_db()
    assert proposal.state == "proposed"
    refused("P07", decisions.approve, proposal, by=world.dora)  # not while the list may change
    refused("R59", sign, session, world.jean)
    set_clock(made.later(hours=2), frozen=True)
    close(session, world.jean)
    second = sign(session, world.jean)
    text = flat(sealed(second))
    assert flat("version 2, remplace la version 1") in text and flat("Une voix avait été mal comptée.") in text
    first.refresh_from_db()
    assert text_of(documents.read(first.document)) == before
    assert (first.is_last, second.is_last) == (False, True)
    assert "remplacée" in at(world.jean, PAGE).content.decode()
    assert decisions.approve(proposal, by=world.dora).number


def test_15_8_no_reopening_once_a_decision_rests_on_the_list(closed, at):
    world, session = closed
    decision = decisions.approve(proposed(world), by=world.dora)
    assert decision.number in refused("R59", actions.reopen_session, session, "Erreur.", by=world.jean).message
    page = at(world.jean, REOPEN).content.decode()
    assert decision.number in page and 'name="reason"' not in page
    with pytest.raises(Error), transaction.atomic():
        Session.objects.update(state="open", closed_at=None)  # nor by hand, without its reason
