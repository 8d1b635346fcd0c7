"""Hearings: laid out, solved, moved by hand, sent with their calendars, revised after; what each person sees of them."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core import mail as outbox
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction
from django.urls import reverse

from directory import actions as directory
from directory.models import User
from edsh_portal import events, mail
from edsh_portal.models import Delivery, Event, MailChoice
from edsh_portal.refusal import Refused
from reviews import actions, agreement, ranking, schedules
from reviews.actions.hearing import Frame
from reviews.models import Hearing, Revision, Session, Sitting, Summoned, Summons
from reviews.verify import verify_hearings
from tests.database import by_hand, rolled_back
from tests.pages import tight

from . import world as made
from .test_report import says
from .world import reviewed_by_two

DAY = datetime(2022, 12, 13, 8, tzinfo=UTC)  # nine in Paris
HALF = timedelta(minutes=30)
ROOMS = (("Salle 1", ""), ("Visioconférence", "https://visio.invalid/jury"))


def frame(slots=4, rooms=ROOMS, seats=2, **more):
    return Frame([(DAY + n * HALF, DAY + (n + 1) * HALF) for n in range(slots)], rooms, seats, 3, **more)


@pytest.fixture(scope="module")
def seated(filled, django_db_blocker):
    """(session, members) of the three dossiers, ranked: a jury of five with the chair."""
    with rolled_back(django_db_blocker) as here:
        here.set_clock(made.REVIEWING, frozen=True)
        world = made.again(filled)
        reviewed_by_two(world)
        session = actions.open_session(world.wave, by=world.jean)
        members = [made.person(f"membre{n}", role="expert") for n in range(4)]
        for person in members:
            actions.seat(session, person, by=world.jean)
        yield session, members


@pytest.fixture
def jury(seated, world):
    """(world, session, members), read again."""
    session, members = seated
    members = [User.objects.get(pk=person.pk) for person in members]
    return world, Session.objects.get(pk=session.pk), members


@pytest.fixture
def planned(jury):
    world, session, members = jury
    return world, actions.frame_hearings(session, frame(), by=world.driss), members


def work():
    """Every obligation that is due, mails included, in their order."""
    while owed := Delivery.objects.filter(state="todo", queue="default").order_by("pk").first():
        assert events.run(owed.pk), owed.last_error


def solved(world, schedule):
    actions.ask_hearings(schedule, by=world.driss)
    work()
    schedule.refresh_from_db()
    return schedule


def cells(schedule):
    return {
        h.application.acronym: (int((h.slot.starts_at - DAY) / HALF), h.venue.name) for h in schedules.placed(schedule)
    }


def sits(schedule, dossier):
    rows = Sitting.objects.filter(hearing__schedule=schedule, hearing__application=dossier)
    return set(rows.values_list("seat__person", flat=True))


def at_cell(schedule, slot, venue="Salle 1"):
    return schedule.slots.get(starts_at=DAY + slot * HALF), schedule.venues.get(name=venue)


def refused(verb, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    return caught.value


# ── laid out and solved ──────────────────────────────────────────────────────────────────────────────────────────────
def test_15_7_the_worker_places_every_dossier_with_members_who_have_no_link(planned):
    world, schedule, members = planned
    directory.affiliate(members[0], world.hospitals[0], kind="employee", by=None)
    solved(world, schedule)
    assert sorted(cells(schedule)) == ["EDS0", "EDS1", "EDS2"] and schedule.answer["proved"]
    assert all(len(sits(schedule, dossier)) == 2 for dossier in world.dossiers)
    assert members[0].pk not in sits(schedule, world.dossiers[0])
    assert schedules.broken(schedule, schedules.placed(schedule)) == {}
    before = cells(schedule)
    actions.move_hearing(schedule, world.dossiers[2], *at_cell(schedule, 3), by=world.driss)
    solved(world, schedule)
    assert cells(schedule)["EDS2"] == (3, "Salle 1") != before["EDS2"]
    assert Hearing.objects.get(application=world.dossiers[2]).locked


def test_15_7_what_nothing_can_place_is_told_with_what_would_do(planned):
    world, schedule, _members = planned
    actions.frame_hearings(schedule.session, frame(slots=1), by=world.driss)
    solved(world, schedule)
    assert "3 dossiers" in schedule.answer["impossible"][0]
    assert any("créneau" in change for change in schedule.answer["changes"])
    assert not schedule.hearings.exists()


def test_15_7_a_stopped_round_is_kept_by_nobody(planned):
    world, schedule, _members = planned
    actions.ask_hearings(schedule, by=world.driss)
    assert "calcul est en cours" in refused(actions.drop_hearing, schedule, world.dossiers[0], by=world.driss).message
    actions.stop_hearings(schedule, by=world.driss)
    work()
    assert not schedule.hearings.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slots": 0}, "blocks"),
        ({"rooms": (("A", ""), ("A", ""))}, "venues"),
        ({"seats": 6}, "seats"),
        ({"rooms": ()}, "venues"),
    ],
)
def test_15_7_a_frame_that_holds_nothing_is_refused_beside_its_field(jury, wrong, field):
    world, session, _members = jury
    assert refused(actions.frame_hearings, session, frame(**wrong), by=world.driss).field == field
    overlapping = frame()._replace(slots=[(DAY, DAY + 2 * HALF), (DAY + HALF, DAY + 3 * HALF)])
    assert "recouvrent" in refused(actions.frame_hearings, session, overlapping, by=world.driss).message
    with pytest.raises(PermissionDenied):
        actions.frame_hearings(session, frame(), by=world.jean)


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_15_7_a_move_exchanges_places_and_tells_what_it_breaks(planned):
    world, schedule, members = planned
    solved(world, schedule)
    first, second, third = world.dossiers
    actions.move_hearing(schedule, first, *at_cell(schedule, 0), by=world.driss)
    actions.move_hearing(schedule, second, *at_cell(schedule, 0, "Visioconférence"), by=world.driss)
    assert cells(schedule)["EDS0"] == (0, "Salle 1") and cells(schedule)["EDS1"] == (0, "Visioconférence")
    actions.move_hearing(schedule, first, *at_cell(schedule, 0, "Visioconférence"), by=world.driss)
    assert cells(schedule)["EDS1"] == (0, "Salle 1") and cells(schedule)["EDS0"] == (0, "Visioconférence")
    seats = {seat.person_id: seat.pk for seat in schedule.session.seats.all()}
    slot, _venue = at_cell(schedule, 0)
    away = [(slot.pk, seats[person.pk]) for person in (*members[:2], world.jean)]
    actions.set_absences(schedule, away, by=world.driss)
    wrong = schedules.broken(schedule, schedules.placed(schedule))
    assert set(wrong) >= {
        dossier.pk
        for dossier in (first, second)
        if sits(schedule, dossier) & {p.pk for p in (*members[:2], world.jean)}
    }
    assert "n’est pas là" in str(wrong)
    assert "avant l’envoi" in refused(actions.send_hearings, schedule, by=world.driss).message
    actions.drop_hearing(schedule, second, by=world.driss)
    actions.move_hearing(schedule, first, *at_cell(schedule, 1), by=world.driss)
    actions.free_hearing(schedule, first, by=world.driss)
    assert "EDS1" not in cells(schedule) and not Hearing.objects.get(application=first).locked
    assert sits(schedule, third)


def test_15_7_people_expected_twice_at_once_are_named_and_nothing_is_sent(planned):
    world, schedule, _members = planned
    both = made.person("commune", world.hospitals[0])
    directory.affiliate(both, world.hospitals[1], kind="writer", by=None)
    solved(world, schedule)
    one, other = cells(schedule)["EDS0"][0], cells(schedule)["EDS1"][0]
    assert abs(one - other) == 1  # one after the other, without a wait
    for dossier, venue in zip(world.dossiers, ("Salle 1", "Visioconférence"), strict=False):
        actions.move_hearing(schedule, dossier, *at_cell(schedule, 2, venue), by=world.driss)
    assert both.full_name in str(schedules.broken(schedule, schedules.placed(schedule)))
    assert both.full_name in refused(actions.send_hearings, schedule, by=world.driss).message


def test_15_7_the_database_refuses_a_link_and_two_seats_at_once(planned):
    world, schedule, members = planned
    directory.affiliate(members[0], world.hospitals[0], kind="employee", by=None)
    actions.move_hearing(schedule, world.dossiers[0], *at_cell(schedule, 0), by=world.driss)
    actions.move_hearing(schedule, world.dossiers[1], *at_cell(schedule, 0, "Visioconférence"), by=world.driss)
    hearing = Hearing.objects.get(application=world.dossiers[0])
    tied, sitting = schedule.session.seats.get(person=members[0]), Sitting.objects.exclude(hearing=hearing).first()
    for seat, code in ((tied.pk, "EP050"), (sitting.seat_id, "23505")):
        with by_hand() as cursor, pytest.raises(Error) as wall, transaction.atomic():
            sql = "INSERT INTO reviews_sitting (hearing_id, seat_id, slot_id) VALUES (%s, %s, %s)"
            cursor.execute(sql, [hearing.pk, seat, hearing.slot_id])
        assert wall.value.__cause__.sqlstate == code


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def sheets():
    """{(address, subject): its calendar} of the mails that left since the last look."""
    found = {}
    for message in outbox.outbox:
        raw = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        parts = [part for part in raw.walk() if part.get_content_type() == "text/calendar"]
        if parts:
            found[message.to[0]] = [(part.get_param("method"), part.get_payload(decode=True)) for part in parts]
    outbox.outbox.clear()
    return found


def need_valid(raw, method):
    """RFC 5545 and 5546, as the readers of mails need them."""
    assert b"\n" not in raw.replace(b"\r\n", b"") and raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(raw)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", method) and calendar["PRODID"]
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Paris"
    assert {str(part["TZNAME"]) for part in (*zone.walk("STANDARD"), *zone.walk("DAYLIGHT"))} == {"CET", "CEST"}
    events = calendar.walk("VEVENT")
    for event in events:
        assert {"UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "DTSTART", "DTEND", "SUMMARY"} <= set(event)
        assert event["DTSTART"].params["TZID"] == "Europe/Paris" and event["DTSTAMP"].to_ical().endswith(b"Z")
        assert event["ORGANIZER"].startswith("mailto:")
        if method != "PUBLISH":
            assert event["ATTENDEE"].startswith("mailto:")
        assert event["STATUS"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")
    return events


def sent(world, schedule):
    made_now = actions.send_hearings(schedule, by=world.driss)
    work()
    return made_now


def test_15_7_invitations_updates_and_cancellations_share_a_uid_and_count_up(planned, settings):
    world, schedule, members = planned
    first = world.dossiers[0]
    actions.move_hearing(schedule, first, *at_cell(schedule, 0, "Visioconférence"), by=world.driss)
    assert len(sent(world, schedule)) == 1
    got, team = sheets(), {"alice@test.invalid", "sophie@test.invalid"}
    before = {person.email for person in [world.jean, *members] if person.pk in sits(schedule, first)}
    assert set(got) == team | before
    ((method, raw),) = got["alice@test.invalid"]
    (invited,) = need_valid(raw, method)
    assert method == "REQUEST" and invited["SEQUENCE"] == 0 and invited["ATTENDEE"] == "mailto:alice@test.invalid"
    assert invited["DTSTART"].dt == DAY.astimezone(ZoneInfo("Europe/Paris")) and invited["URL"] == ROOMS[1][1]
    assert not any(person.email.encode() in raw for person in members)  # the jury is not told to those who are heard
    assert "Rien n’a changé" in refused(actions.send_hearings, schedule, by=world.driss).message

    slot, _venue = at_cell(schedule, 1)
    seats = {seat.person_id: seat.pk for seat in schedule.session.seats.all()}
    gone = next(person for person in members if person.email in before)
    actions.set_absences(schedule, [(slot.pk, seats[gone.pk])], by=world.driss)
    actions.move_hearing(schedule, first, *at_cell(schedule, 1), by=world.driss)
    (moved,) = sent(world, schedule)
    got = sheets()
    ((method, raw),) = got["alice@test.invalid"]
    (again,) = need_valid(raw, "REQUEST")
    assert (again["UID"], again["SEQUENCE"], moved.sequence) == (invited["UID"], 1, 1)
    assert again["DTSTART"].dt - invited["DTSTART"].dt == HALF
    ((method, raw),) = got[gone.email]
    (dropped,) = need_valid(raw, "CANCEL")
    assert (method, dropped["UID"], dropped["SEQUENCE"]) == ("CANCEL", invited["UID"], 1)

    actions.drop_hearing(schedule, first, by=world.driss)
    sent(world, schedule)
    got = sheets()
    after = {
        person.email
        for person in [world.jean, *members]
        if person.pk in set(Summoned.objects.filter(summons=moved).values_list("person", flat=True))
    }
    assert set(got) == team | after
    assert {(method, str(need_valid(raw, method)[0]["SEQUENCE"])) for ((method, raw),) in got.values()} == {
        ("CANCEL", "2")
    }
    assert Summons.objects.live().count() == 0


def test_15_7_each_person_is_told_as_they_chose_and_once(planned, set_clock):
    world, schedule, _members = planned
    MailChoice.objects.create(user=world.sophie, family="hearings", when="none")
    MailChoice.objects.create(user=world.alice, family="hearings", when="digest")
    actions.move_hearing(schedule, world.dossiers[0], *at_cell(schedule, 0), by=world.driss)
    sent(world, schedule)
    got = sheets()
    assert not {"sophie@test.invalid", "alice@test.invalid"} & set(got) and len(got) == 2
    event = Event.objects.get(kind="hearing.summoned")
    assert events.run(event.deliveries.get(reaction="reviews.tell_hearing").pk) is False  # done: once
    set_clock(made.REVIEWING + timedelta(days=1), frozen=True)
    assert mail.gather() == 1
    work()
    assert [method for method, _raw in sheets()["alice@test.invalid"]] == ["REQUEST"]


def test_15_7_nobody_is_summoned_twice_at_once_nor_tied(planned):
    world, schedule, members = planned
    for dossier, venue in zip(world.dossiers, ("Salle 1", "Visioconférence"), strict=False):
        actions.move_hearing(schedule, dossier, *at_cell(schedule, 0, venue), by=world.driss)
    one, other = actions.send_hearings(schedule, by=world.driss)
    whose = one.summoned.filter(side="jury").first()
    sql = "INSERT INTO reviews_summoned (summons_id, person_id, side) VALUES (%s, %s, 'jury')"
    with by_hand() as cursor, pytest.raises(Error) as wall, transaction.atomic():
        cursor.execute("SET CONSTRAINTS wall_at_once IMMEDIATE")
        cursor.execute(sql, [other.pk, whose.person_id])
    assert wall.value.__cause__.sqlstate == "EP058"
    free = next(p for p in members if not Summoned.objects.filter(person=p).exists())
    directory.affiliate(free, world.hospitals[1], kind="employee", by=None)
    with by_hand() as cursor, pytest.raises(Error) as wall, transaction.atomic():
        cursor.execute(sql, [other.pk, free.pk])
    assert wall.value.__cause__.sqlstate == "EP050"


# ── after ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def heard(planned, set_clock):
    """The first dossier was heard; claire's report is locked."""
    world, schedule, members = planned
    actions.move_hearing(schedule, world.dossiers[0], *at_cell(schedule, 0), by=world.driss)
    actions.send_hearings(schedule, by=world.driss)
    review = world.claire.assignments.get(application=world.dossiers[0]).review
    too_early = refused(actions.revise_marks, review, {1: (9, "Réponses convaincantes.")}, by=world.claire)
    assert "n’a pas encore eu lieu" in too_early.message
    set_clock(DAY + timedelta(hours=2), frozen=True)
    return world, schedule, review


def test_15_7_marks_are_revised_after_the_hearing_with_a_reason_and_both_kept(heard):
    world, schedule, review = heard
    assert refused(actions.revise_marks, review, {1: (9, " ")}, by=world.claire).field == "reason_1"
    assert (
        refused(actions.revise_marks, review, {1: (8, "Pareil.")}, by=world.claire).message == "Aucune note n’a changé."
    )
    with pytest.raises(Refused):
        actions.revise_marks(review, {1: (11, "Trop.")}, by=world.claire)
    with pytest.raises(PermissionDenied):
        actions.revise_marks(review, {1: (9, "Non.")}, by=world.chloe)
    session = schedule.session
    before = session.lines.get(application=world.dossiers[0]).score
    actions.revise_marks(review, {1: (3, "L’équipe n’est pas recrutée."), 2: (8, "")}, by=world.claire)
    row = Revision.objects.get()
    assert (row.before, row.after, row.score.value, row.score.criterion.number) == (8, 3, 3, 1)
    assert "changé depuis le classement" in refused(actions.close_session, session, "Relevé.", by=world.jean).message
    actions.rank_again(session, by=world.jean)
    assert session.lines.get(application=world.dossiers[0]).score < before
    reports = ranking.reports([world.dossiers[0].pk])[world.dossiers[0].pk]
    assert sorted(report[1] for report in reports) == [3, 8] and agreement is not None
    work()
    assert world.dossiers[0].discussion.found  # they diverge now


def test_15_7_a_locked_mark_changes_only_by_its_revision(heard):
    world, _schedule, review = heard
    score = review.scores.get(criterion__number=1)
    for sql, code in (
        ("UPDATE reviews_score SET value = 2 WHERE id = %s", "EP003"),
        (
            "INSERT INTO reviews_revision (score_id, before, after, reason, summons_id, at) SELECT %s, 7, 2, 'x', max(id), now() FROM reviews_summons",
            "EP054",
        ),
        (
            "INSERT INTO reviews_revision (score_id, before, after, reason, summons_id, at) SELECT %s, 8, 11, 'x', max(id), now() FROM reviews_summons",
            "EP054",
        ),
    ):
        with by_hand() as cursor, pytest.raises(Error) as wall, transaction.atomic():
            cursor.execute(sql, [score.pk])
        assert wall.value.__cause__.sqlstate == code


def test_15_7_a_hearing_that_has_begun_stays_and_the_rest_is_placed_after_it(heard):
    world, schedule, _review = heard
    first, second, _third = world.dossiers
    assert (
        "déjà commencé" in refused(actions.move_hearing, schedule, first, *at_cell(schedule, 3), by=world.driss).message
    )
    assert "déjà commencé" in refused(actions.drop_hearing, schedule, first, by=world.driss).message
    assert (
        "déjà passé" in refused(actions.move_hearing, schedule, second, *at_cell(schedule, 1), by=world.driss).message
    )
    later = frame()._replace(slots=[*frame().slots, *((DAY + n * HALF, DAY + (n + 1) * HALF) for n in range(10, 12))])
    actions.frame_hearings(schedule.session, later, by=world.driss)
    solved(world, schedule)
    assert cells(schedule)["EDS0"] == (0, "Salle 1") and {cells(schedule)[name][0] for name in ("EDS1", "EDS2")} <= {
        10,
        11,
    }
    assert {summons.application for summons in actions.send_hearings(schedule, by=world.driss)} == {*world.dossiers[1:]}


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
PAGE = reverse("reviews:hearings", args=[1])


def read(answer):
    return tight(answer.content.decode()).replace("\u202f", " ").replace("\xa0", " ")


def test_15_7_the_officer_lays_out_solves_moves_and_sends_by_pages_alone(jury, at):
    world, session, members = jury
    assert "Aucun programme" in read(at(world.driss, PAGE))
    typed = {
        "blocks": "13/12/2022 9:00-11:00",
        "minutes": "30",
        "venues": "Salle 1\nVisio https://visio.invalid/jury",
        "seats": "2",
        "people": "3",
    }
    where = reverse("reviews:hearing_frame", args=[1])
    for wrong, said in (
        ({"blocks": "demain matin"}, "écrivez un jour et deux heures"),
        ({"blocks": "31/02/2022 9:00-10:00"}, "écrivez un jour et deux heures"),
        ({"venues": "Visio https://"}, "n’est pas un lien"),
        ({"seats": "9"}, "Le jury compte 5 membres"),
    ):
        answer = at(world.driss, where, typed | wrong)
        assert answer.status_code == 422 and said in read(answer)
    assert at(world.driss, where, typed).status_code == 302
    schedule = session.schedule
    assert (schedule.slots.count(), list(schedule.venues.values_list("name", "link"))) == (
        4,
        [("Salle 1", ""), ("Visio", "https://visio.invalid/jury")],
    )
    assert "13/12/2022 09:00-11:00" in read(at(world.driss, where))
    at(world.driss, reverse("reviews:ask_hearings", args=[1]), {})
    assert "Le calcul est en cours" in read(at(world.driss, PAGE))
    assert "Avancement" in read(at(world.driss, reverse("reviews:hearings_progress", args=[1])))
    work()
    assert at(world.driss, reverse("reviews:hearings_progress", args=[1])).headers["HX-Redirect"] == PAGE
    page = read(at(world.driss, PAGE))
    assert page.count("à annoncer") == 4 and "3 changements à annoncer" in page  # a tag a dossier, and the count

    first = world.dossiers[0]
    assert "Placer ici" in read(at(world.driss, f"{PAGE}?dossier={first.reference}"))
    slot, venue = schedule.slots.last(), schedule.venues.get(name="Visio")
    seats = {seat.person_id: seat.pk for seat in session.seats.all()}
    away = {f"away_{seat}": ["0"] for person, seat in seats.items() if person != world.jean.pk}
    at(world.driss, reverse("reviews:hearing_absences", args=[1]), away)
    move = reverse("reviews:move_hearing", args=[1, first.reference])
    answer = at(world.driss, move, {"cell": f"{slot.pk}:{venue.pk}"})
    assert answer.status_code == 302 and answer.url.endswith(f"#d{first.pk}")
    assert "Il manque 1 membre du jury." in read(at(world.driss, PAGE))
    assert "avant l’envoi" in read(at(world.driss, reverse("reviews:send_hearings", args=[1]), {}))
    at(world.driss, reverse("reviews:hearing_absences", args=[1]), {})
    at(world.driss, reverse("reviews:ask_hearings", args=[1]), {})
    work()
    assert at(world.driss, reverse("reviews:send_hearings", args=[1]), {}).status_code == 302
    page = read(at(world.driss, PAGE))
    assert page.count("annoncée") == 4 and "Envoyer…" not in page  # a tag a dossier, and what was done
    need_valid(at(world.driss, reverse("reviews:hearings_sheet", args=[1])).content, "PUBLISH")


def test_15_7_each_person_reads_their_hearing_and_nobody_else_s(planned, at):
    world, schedule, members = planned
    first = world.dossiers[0]
    actions.move_hearing(schedule, first, *at_cell(schedule, 0), by=world.driss)
    assert "Audition devant" not in read(at(world.alice, reverse("applications:dossier", args=[first.reference])))
    actions.send_hearings(schedule, by=world.driss)
    mine = read(at(world.alice, reverse("applications:dossier", args=[first.reference])))
    assert "Audition devant le jury" in mine and "3 personnes au plus" in mine
    assert not any(person.full_name in mine for person in members)
    summons = Summons.objects.get(application=first)
    (event,) = need_valid(at(world.alice, reverse("reviews:hearing_sheet", args=[summons.pk])).content, "PUBLISH")
    assert "ATTENDEE" not in event
    assert at(world.zoe, reverse("reviews:hearing_sheet", args=[summons.pk])).status_code == 404
    sitting = Summoned.objects.filter(summons=summons, side="jury").exclude(person=world.jean).first().person
    assert first.reference in read(at(sitting, reverse("reviews:my_hearings")))
    assert first.reference in read(at(sitting, reverse("dashboards:home")))
    directory.affiliate(sitting, world.hospitals[0], kind="employee", by=None)
    assert first.reference not in read(at(sitting, reverse("reviews:my_hearings")))
    assert at(sitting, reverse("reviews:hearing_sheet", args=[summons.pk])).status_code == 404


def test_15_7_a_revised_mark_is_read_before_and_after_wherever_reports_are(heard, at):
    world, schedule, review = heard
    where, dossier = reverse("reviews:revise", args=[review.assignment_id]), world.dossiers[0]
    assert "Dites pourquoi" in read(
        at(world.claire, where, {f"value_{n}": "8" for n in (2, 11, 12)} | {"value_1": "4"})
    )
    typed = {f"value_{n}": "8" for n in (2, 11, 12)} | {"value_1": "4", "reason_1": "Calendrier irréaliste."}
    assert at(world.claire, where, typed).status_code == 302
    pages = (
        (world.claire, reverse("reviews:read", args=[review.assignment_id])),
        (world.driss, reverse("reviews:assignments", args=[dossier.reference])),
        (world.jean, reverse("reviews:line", args=[1, dossier.reference])),
    )
    for person, page in pages:
        assert "8 → 4" in read(at(person, page)) and "Calendrier irréaliste." in read(at(person, page))
    assert at(world.chloe, where).status_code == 404


def test_15_7_a_call_without_hearings_has_no_page_of_them(planned, at, monkeypatch):
    world, schedule, _members = planned
    for name in ("hearings", "revise_after_hearing"):
        says(monkeypatch, name, False)
    assert at(world.driss, PAGE).status_code == 404
    assert "Auditions" not in read(at(world.driss, reverse("reviews:session", args=[1])))
    assert (
        "ne prévoit pas d’audition"
        in refused(actions.drop_hearing, schedule, world.dossiers[0], by=world.driss).message
    )


def test_15_7_verify_names_who_sits_with_a_link_or_is_awaited_twice_at_once(planned):
    world, schedule, _members = planned
    for dossier, venue in zip(world.dossiers, ("Salle 1", "Visioconférence"), strict=False):
        actions.move_hearing(schedule, dossier, *at_cell(schedule, 0, venue), by=world.driss)
    one, other = actions.send_hearings(schedule, by=world.driss)
    assert list(verify_hearings()) == []
    person = one.summoned.filter(side="jury").first().person
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reviews_summoned (summons_id, person_id, side) VALUES (%s, %s, 'jury')", [other.pk, person.pk]
        )
        directory.affiliate(person, world.hospitals[0], kind="employee", by=None)
        found = {finding.code for finding in verify_hearings()}
        transaction.set_rollback(True)
    assert found == {"hearings.linked", "hearings.at_once"}
