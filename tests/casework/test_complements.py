"""Complements: only the fields asked reopen, until the deadline; the answer is the deposit with those fields and no other."""

import re
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions, permissions
from applications.content import freeze, reopening
from applications.models import Application, VersionFile
from calls import clocks
from casework import actions as casework
from casework import permissions as casework_permissions
from casework.models import ComplementRequest
from casework.verify import verify_openings
from edsh_portal import clock, events
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.templatetags.portal import until
from edsh_portal.workflow import Refused
from tests.addresses import named
from tests.applications import world as made
from tests.database import by_hand
from tests.pages import tight

AFTER = made.CLOSES + timedelta(days=9)
DUE = AFTER + timedelta(days=15)
INSTANT = timedelta(microseconds=1)
FRAME = ("SAVEPOINT", "RELEASE", "SET ")  # what holds the questions together


@pytest.fixture
def deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    return fresh(ready)


def fresh(application):
    return Application.objects.select_related("wave__settings", "version").get(pk=application.pk)


def ask(world, application, *keys, message="Précisez la durée.", due_at=DUE, **more):
    return casework.ask_complements(application, keys, message=message, due_at=due_at, by=world.cast.driss, **more)


def refusal(verb, *args, **details):
    with pytest.raises(Refused) as refused:
        verb(*args, **details)
    return refused.value.code, refused.value.field


def identity(application, **changed):
    values = {name: getattr(application, name) for name in reopening.IDENTITY}
    return values | changed


def told(application):
    rows = Event.objects.filter(stream=f"application:{application.pk}", at__gte=AFTER).order_by("seq")
    return [(row.kind, row.data.get("state")) for row in rows]


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_asked_with_its_fields_in_the_words_of_the_dossier(world, deposited):
    member = deposited.memberships.get(role="partner")
    keys = [f"pieces.annexe-financiere.{member.pk}", "identity.months", f"budget.{member.pk}"]
    request = ask(world, deposited, *keys, message="  Précisez.  ")
    assert (request.state, request.version, request.message, request.due_at) == (
        "asked",
        deposited.version,
        "Précisez.",
        DUE,
    )
    assert list(request.fields.order_by("pk").values_list("key", "label")) == [
        ("identity.months", "Durée, en mois"),
        (f"budget.{member.pk}", "Budget : CHU de Brest"),
        (f"pieces.annexe-financiere.{member.pk}", "Annexe financière · CHU de Brest"),
    ]
    event = Event.objects.get(kind="complement.asked")
    assert (event.data["due_at"], event.data["version"], event.by) == (
        DUE.isoformat(),
        deposited.version_id,
        world.cast.driss,
    )


def test_what_may_be_asked_again_is_the_whole_dossier(world, deposited):
    asked = deposited.wave.settings.pieces.order_by("order").values()
    one, two = deposited.memberships.order_by("role").values_list("pk", flat=True)
    keys = list(reopening.labels(deposited.version.content, asked))
    assert [key for key in keys if not key.startswith(("identity.", "answers."))] == [
        "projects",
        "perimeters",
        "packages",
        "mesh",
        "governance",
        "consortium",
        f"members.{one}.work",
        f"budget.{one}",
        f"members.{two}.work",
        f"budget.{two}",
        "pieces.presentation",
        f"pieces.annexe-financiere.{one}",
        f"pieces.annexe-financiere.{two}",
        "pieces.gantt",
    ]
    assert len([key for key in keys if key.startswith(("identity.", "answers."))]) == 17


def test_refusals_of_a_request(world, deposited):
    end = clocks.deadlines(deposited).admissibility_at
    assert refusal(ask, world, deposited) == ("C02", "keys")
    assert refusal(ask, world, deposited, "identity.months", "identity.secret") == ("C02", "keys")
    assert refusal(ask, world, deposited, "identity.months", message=" ") == ("C04", "message")
    assert refusal(ask, world, deposited, "identity.months", message="x" * 4001) == ("C04", "message")
    assert refusal(ask, world, deposited, "identity.months", due_at=AFTER) == ("C05", "due_on")
    assert refusal(ask, world, deposited, "identity.months", due_at=end + INSTANT) == ("C05", "due_on")
    assert refusal(ask, world, deposited, "identity.months", at=made.CLOSES - INSTANT) == ("A11", None)
    assert ComplementRequest.objects.count() == 0
    ask(world, deposited, "identity.months", message="x" * 4000, due_at=end)
    assert refusal(ask, world, deposited, "identity.title") == ("C03", None)


def test_an_opinion_and_a_request_exclude_each_other(world, deposited):
    opinion = casework.propose_admissibility(deposited, verdict="admissible", by=world.cast.driss)
    assert refusal(ask, world, deposited, "identity.months") == ("A13", None)
    casework.return_admissibility(opinion, "Non", by=world.cast.victor)
    request = ask(world, deposited, "identity.months")
    assert refusal(casework.propose_admissibility, deposited, verdict="admissible", by=world.cast.driss) == (
        "C03",
        None,
    )
    casework.withdraw_complements(request, by=world.cast.driss)
    opinion = casework.propose_admissibility(deposited, verdict="admissible", by=world.cast.driss)
    casework.validate_admissibility(opinion, by=world.cast.victor)
    assert refusal(ask, world, fresh(deposited), "identity.months") == ("A10", None)


def test_who_may(world, deposited):
    cast = world.cast
    for person in (cast.victor, cast.alice, cast.sophie, cast.aude, cast.adam, cast.nadia):
        with pytest.raises(PermissionDenied):
            casework.ask_complements(deposited, ["identity.months"], message="x", due_at=DUE, by=person)
    request = ask(world, deposited, "identity.months")
    for person in (cast.victor, cast.alice, cast.aude):
        with pytest.raises(PermissionDenied):
            casework.withdraw_complements(request, by=person)
    for person in (cast.bruno, cast.zoe, cast.driss, cast.aude):
        with pytest.raises(PermissionDenied):
            casework.answer_complements(request, by=person)
    reads = {name for name, user in vars(cast).items() if casework_permissions.can_read_complements(user, deposited)}
    assert reads == {"alice", "sophie", "bruno", "paula", "driss", "victor", "aude"}


# ── what reopens ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_covers():
    asked = {"identity.months", "pieces.gantt", "projects"}
    told = {
        key: permissions.covers(asked, key)
        for key in (
            "identity.months",
            "identity",
            "identity.monthly",
            "pieces.gantt.12",
            "pieces.gantt2",
            "projects",
            "",
        )
    }
    assert [key for key, held in told.items() if held] == ["identity.months", "pieces.gantt.12", "projects"]


def test_only_the_fields_asked_reopen_until_the_deadline(world, deposited, set_clock):
    alice = world.cast.alice
    saved = lambda **changed: actions.save_row(deposited, "identity", **identity(deposited, **changed), by=alice)  # noqa: E731
    assert refusal(saved, months=30) == ("R01", None)
    ask(world, deposited, "identity.months", "answers.quality")
    assert permissions.reopened(fresh(deposited), AFTER) == {"identity.months", "answers.quality"}
    saved(months=30)
    assert refusal(saved, months=30, title="Autre") == ("C01", None)
    saved()  # nothing changes: nothing is refused
    assert fresh(deposited).title == "Un entrepôt breton"
    actions.save_field(deposited, "answers.quality", "Des tests.", read_version=0, by=alice)
    assert refusal(actions.save_field, deposited, "answers.ambition", "Autre", read_version=1, by=alice) == (
        "C01",
        None,
    )
    assert refusal(actions.save_row, deposited, "projects", title="Quatre", by=alice) == ("C01", None)
    assert refusal(actions.submit, deposited, by=world.cast.sophie) == ("R01", None)
    set_clock(DUE - INSTANT, frozen=True)
    saved(months=31)
    set_clock(DUE, frozen=True)
    assert refusal(saved, months=32) == ("R01", None)
    assert permissions.reopened(fresh(deposited), DUE) == frozenset()


def test_each_verb_names_what_it_changes(world, deposited):
    """With every section asked but one, that one's verbs alone are refused."""
    alice, bruno = world.cast.alice, world.cast.bruno
    partner = deposited.memberships.get(role="partner")
    perimeter, project = deposited.perimeters.get(), deposited.projects.first()
    piece = deposited.pieces.get(code="presentation", replaced_at=None)
    mine = deposited.pieces.get(code="annexe-financiere", membership=partner, replaced_at=None)
    five = dict.fromkeys(("scope", "depth", "refresh", "duration", "interest"), "x")
    verbs = {
        "projects": lambda: actions.remove_row(project.application, "projects", project, by=alice),
        "perimeters": lambda: (
            actions.save_row(deposited, "perimeters", **five, by=alice),
            actions.remove_row(perimeter.application, "perimeters", perimeter, by=alice),
        ),
        "consortium": lambda: (
            actions.add_associated(deposited, name="A", kind="company", by=alice),
            actions.invite_partner(deposited, world.angers, by=alice),
        ),
        f"members.{partner.pk}.work": lambda: actions.save_row(
            partner.application, "members", row=partner, work="Autre", by=bruno
        ),
        f"budget.{partner.pk}": lambda: actions.save_budget(partner, {}, {}, by=bruno),
        "pieces.presentation": lambda: actions.remove_piece(piece, by=alice),
        f"pieces.annexe-financiere.{partner.pk}": lambda: actions.remove_piece(mine, by=bruno),
    }
    for left_out, verb in verbs.items():
        request = ask(world, deposited, *(key for key in verbs if key != left_out))
        assert refusal(verb) == ("C01", None), left_out
        casework.withdraw_complements(request, by=world.cast.driss)
    ask(world, deposited, *verbs)
    for verb in verbs.values():
        verb()
    invited = deposited.memberships.get(state="invited")
    actions.remove_member(invited, reason="Non", by=alice)
    assert deposited.pieces.filter(replaced_at=None).count() == 1


def test_can_write_now_by_person_and_instant(world, deposited, set_clock):
    cast, partner = world.cast, deposited.memberships.get(role="partner")
    own, its = f"pieces.annexe-financiere.{partner.pk}", f"budget.{partner.pk}"
    ask(world, deposited, "identity.months", own)

    def who(key, at=AFTER):
        application = fresh(deposited)
        return {name for name, user in vars(cast).items() if permissions.can_write_now(user, application, key, at)}

    assert who("identity.months") == {"alice", "sophie"}
    assert who(own) == {"alice", "sophie", "bruno", "paula"}
    assert who(its) == who("identity.title") == who("identity.months", DUE) == set()
    before = made.CLOSES - INSTANT
    assert who(its, before) == {"alice", "sophie", "bruno", "paula"}
    assert who("identity.title", before) == {"alice", "sophie"}
    actions.withdraw(deposited, "Fin", by=cast.sophie)
    assert who("identity.months") == set() and who("identity.title", before) == set()


# ── answering ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_answer_takes_the_fields_asked_and_leaves_the_rest_of_the_draft(world, ready, set_clock):
    first = actions.submit(ready, by=world.cast.sophie)
    actions.save_row(ready, "identity", **identity(ready, title="Titre jamais déposé"), by=world.cast.alice)
    actions.save_field(ready, "answers.quality", "Jamais déposée.", read_version=0, by=world.cast.alice)
    actions.remove_row(ready, "projects", ready.projects.first(), by=world.cast.alice)
    set_clock(AFTER, frozen=True)
    application = fresh(ready)
    request = ask(world, application, "identity.months", "answers.schedule")
    actions.save_row(application, "identity", **identity(application, months=36), by=world.cast.alice)
    actions.save_field(application, "answers.schedule", "Trois jalons.", read_version=0, by=world.cast.alice)
    version = casework.answer_complements(request, by=world.cast.alice)
    expected = first.content | {
        "identity": first.content["identity"] | {"months": 36},
        "answers": first.content["answers"] | {"schedule": "Trois jalons."},
    }
    assert version.content == expected and version.sha256 == freeze.digest(expected)
    assert (version.number, version.kind, version.submitted_at) == (2, "complement", AFTER)
    application = fresh(application)
    assert (application.version, application.submitted_at, application.state) == (version, made.NOW, "submitted")
    request.refresh_from_db()
    assert (request.state, request.answer, request.closed_by, request.closed_at) == (
        "answered",
        version,
        world.cast.alice,
        AFTER,
    )
    assert files(version) == files(first)
    assert clocks.deadlines(application) == clocks.deadlines(fresh(ready))
    assert told(application)[-1] == ("complement.answered", "answered")
    opinion = casework.propose_admissibility(application, verdict="admissible", by=world.cast.driss)
    assert opinion.version == version


def files(version):
    return set(
        VersionFile.objects.filter(version=version).exclude(code="receipt").values_list("code", "piece", "document")
    )


def test_budgets_pieces_and_members_of_an_answer(world, deposited):
    alice, bruno, partner = world.cast.alice, world.cast.bruno, deposited.memberships.get(role="partner")
    first = deposited.version
    request = ask(
        world, deposited, f"budget.{partner.pk}", f"members.{partner.pk}.work", "pieces.gantt", "consortium", "projects"
    )
    cells = {(0, "staff", 2023): 70_000_000}
    actions.save_budget(partner, cells, {"aid_cents": 60_000_000, "own_cents": 10_000_000}, by=bruno)
    actions.save_row(partner.application, "members", row=partner, work="Autres travaux.", by=bruno)
    actions.add_piece(deposited, "gantt", made.pdf(text="Gantt"), name="gantt.pdf", by=alice)
    associated = actions.add_associated(deposited, name="Données SAS", kind="company", by=alice)
    actions.save_row(
        deposited, "projects", title="Projet 9", theme="", summary="Neuf.", partners=[associated], by=alice
    )
    invited = actions.invite_partner(deposited, world.angers, by=alice)
    assert refusal(casework.answer_complements, request, by=alice) == ("R04", None)
    actions.remove_member(invited, reason="Trop tard", by=alice)
    version = casework.answer_complements(request, by=alice)
    mine = next(member for member in version.content["members"] if member["membership"] == partner.pk)
    assert (mine["work"], mine["plan"]["aid_cents"]) == ("Autres travaux.", 60_000_000)
    assert version.content["totals"]["expenses_cents"] == 150_000_000
    application = fresh(deposited)
    assert (application.total_cents, application.requested_cents, application.member_count) == (
        150_000_000,
        110_000_000,
        2,
    )
    assert {code for code, _piece, _document in files(version) - files(first)} == {"gantt"}
    assert files(first) - files(version) == set()
    assert [project["title"] for project in version.content["projects"]][-1] == "Projet 9"


def test_a_member_that_leaves_takes_its_part_with_it(world, deposited):
    request = ask(world, deposited, "consortium")
    actions.remove_member(deposited.memberships.get(role="partner"), reason="Départ", by=world.cast.alice)
    version = casework.answer_complements(request, by=world.cast.alice)
    assert [member["name"] for member in version.content["members"]] == ["CHU de Rennes"]
    assert {piece["member"] for piece in version.content["pieces"]} == {"", "CHU de Rennes"}
    assert version.content["totals"]["aid_cents"] == 50_000_000
    assert len(files(version)) == 2


def test_a_member_that_joins_comes_with_its_part(world, deposited):
    partner = deposited.memberships.get(role="partner")
    request = ask(world, deposited, "consortium")
    joined = actions.invite_partner(deposited, world.angers, by=world.cast.alice)
    carole = made.person("carole", world.angers)
    actions.accept_membership(joined, by=carole)
    assert refusal(actions.save_row, joined.application, "members", row=joined, work="x", by=carole) == ("C01", None)
    actions.remove_associated(deposited.associated.get(), by=world.cast.alice)
    version = casework.answer_complements(request, by=world.cast.alice)
    assert [member["membership"] for member in version.content["members"]][1:] == [partner.pk, joined.pk]
    assert [project["partners"] for project in version.content["projects"]] == [[], [], []]


def test_refusals_of_an_answer(world, deposited, set_clock):
    request = ask(world, deposited, "identity.months")
    assert refusal(casework.answer_complements, request, by=world.cast.alice) == ("C07", None)
    actions.save_row(deposited, "identity", **identity(deposited, months=30), by=world.cast.alice)
    set_clock(DUE, frozen=True)
    assert refusal(casework.answer_complements, request, by=world.cast.alice) == ("C06", None)
    set_clock(DUE - INSTANT, frozen=True)
    casework.answer_complements(request, by=world.cast.alice)
    assert refusal(casework.answer_complements, request, by=world.cast.alice) == ("W01", None)
    assert refusal(casework.withdraw_complements, request, by=world.cast.driss) == ("W01", None)
    set_clock(DUE, frozen=True)
    assert casework.lapse_complements() == 0


def test_the_deadline_closes_and_the_dossier_is_judged_as_deposited(world, deposited, set_clock):
    first, request = deposited.version, ask(world, deposited, "identity.months")
    actions.save_row(deposited, "identity", **identity(deposited, months=30), by=world.cast.alice)
    set_clock(DUE - INSTANT, frozen=True)
    assert casework.lapse_complements() == 0
    set_clock(DUE, frozen=True)
    assert (casework.lapse_complements(), casework.lapse_complements()) == (1, 0)
    request.refresh_from_db()
    assert (request.state, request.closed_by, request.closed_at, request.answer) == ("lapsed", None, DUE, None)
    assert fresh(deposited).version == first
    opinion = casework.propose_admissibility(fresh(deposited), verdict="admissible", by=world.cast.driss)
    assert opinion.version == first


@pytest.mark.parametrize("how", ["withdraw", "silence"])
def test_what_ends_the_examination_ends_the_request(world, deposited, set_clock, how):
    end = clocks.deadlines(deposited).admissibility_at
    request = ask(world, deposited, "identity.months", due_at=end)
    if how == "withdraw":
        actions.withdraw(deposited, "Fin", by=world.cast.sophie)
        work("application.withdrawn")
    else:
        set_clock(end, frozen=True)
        assert casework.deem_overdue() == 1
    request.refresh_from_db()
    assert request.state == "lapsed"
    assert ("complement.lapsed", "lapsed") in told(deposited)


def test_the_database_refuses_what_the_verbs_would_not_do(world, deposited, web):
    request = ask(world, deposited, "identity.months")
    assert request.fields.count() == 1
    with pytest.raises(Exception, match="complement_closed"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE casework_complementrequest SET state = 'answered', closed_at = due_at WHERE id = %s",
            [request.pk],
        )


def test_the_field_asked_is_never_changed(committed, web):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("UPDATE casework_complementfield SET key = 'x'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("DELETE FROM casework_complementrequest")


def test_verify_names_what_is_open_without_a_request_and_what_is_not_with_one(world, deposited):
    found = lambda: [(f.code, f.what, f.expected, f.found) for f in verify_openings()]
    ask(world, deposited, "identity.months")
    assert found() == []
    with by_hand():
        deposited.openings.all().delete()
        deposited.openings.create(key="budget", label="Budget", until=DUE)
    reference = deposited.reference
    assert found() == [
        ("complement.opening", f"{reference} budget", "closed", "open"),
        ("complement.opening", f"{reference} identity.months", "open", "closed"),
    ]


# ── echoes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def work(kind):
    for delivery in Delivery.objects.filter(event__kind=kind, state="todo", reaction__regex="^(applications|casework)"):
        assert events.run(delivery.pk), Delivery.objects.get(pk=delivery.pk).last_error


def test_mails_say_nothing_of_what_is_asked(world, deposited):
    request = ask(world, deposited, "identity.months", message="La durée de quarante mois surprend.")
    work("complement.asked")
    held = Mail.objects.filter(event__kind="complement.asked")
    assert set(held.values_list("address", flat=True)) == {
        f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")
    }
    assert not held.filter(body__contains="mois").exists()
    assert all(f"/dossiers/{deposited.reference}/complements/" in body for body in held.values_list("body", flat=True))
    actions.save_row(deposited, "identity", **identity(deposited, months=30), by=world.cast.alice)
    version = casework.answer_complements(request, by=world.cast.alice)
    work("complement.answered")
    assert list(Mail.objects.filter(event__kind="complement.answered").values_list("address", flat=True)) == [
        "driss@test.invalid"
    ]
    annexes = VersionFile.objects.filter(version=version, code="annex").select_related("document")
    assert [held.document.name for held in annexes] == [f"annexe-financiere-AR-{deposited.reference}-v2.xlsx"]
    receipt = VersionFile.objects.get(version=version, code="receipt")
    assert receipt.document.name == f"AR-{deposited.reference}-v2.pdf"


def test_reminders_leave_once_each(world, deposited, set_clock):
    ask(world, deposited, "identity.months")
    for at, sent in (
        (clock.days_from(DUE, -7) - INSTANT, 0),
        (clock.days_from(DUE, -7), 1),  # civil days: the hour changes on 30 October
        (DUE - timedelta(days=2), 0),
        (DUE - timedelta(days=1), 1),
        (DUE - INSTANT, 0),
    ):
        set_clock(at, frozen=True)
        assert (casework.remind(), casework.remind()) == (sent, 0), at
    work("deadline.near")
    assert sorted(Mail.objects.filter(event__kind="deadline.near").values_list("address", flat=True)) == sorted(
        [f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")] * 2
    )


def test_the_service_is_reminded_of_both_legal_periods(world, deposited, set_clock):
    held = clocks.deadlines(deposited)
    for ends_at, what in ((held.admissibility_at, "admissibility"), (held.decision_at, "decision")):
        for days in (15, 3):
            set_clock(ends_at - timedelta(days=days), frozen=True)
            assert (casework.remind(), casework.remind()) == (1, 0)
            event = Event.objects.filter(kind="deadline.near").order_by("pk").last()
            assert (event.data["what"], event.data["days"], event.data["ends_at"]) == (what, days, ends_at.isoformat())
        set_clock(ends_at, frozen=True)
        assert casework.remind() == 0
        if what == "admissibility":
            casework.deem_overdue()
    work("deadline.near")
    assert (
        list(Mail.objects.filter(event__kind="deadline.near").values_list("address", flat=True))
        == ["driss@test.invalid"] * 4
    )


def test_a_reminder_of_what_is_over_meanwhile_does_not_leave(world, deposited, set_clock, monkeypatch):
    from casework.actions import reminders

    request = ask(world, deposited, "identity.months")
    set_clock(DUE - timedelta(days=1), frozen=True)
    stale = list(reminders._near(DUE - timedelta(days=1)))
    casework.withdraw_complements(request, by=world.cast.driss)
    assert [reminders._remind(*near, None) for near in stale] == [False]


@pytest.mark.parametrize(
    ("began", "now", "days"),
    [(0, 0, None), (0, 4, 3), (0, 6, 1), (0, 7, None), (5, 5, None), (5, 6, 1), (3.9, 4, 3), (4, 4, None)],
)
def test_reminder(began, now, days):
    """Marks at 3 and 1 days before the seventh day."""
    day = lambda n: made.NOW + timedelta(days=n)  # noqa: E731
    assert clocks.reminder(day(began), day(7), day(now), (3, 1)) == days


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def signed(client, user):
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def page(name, application, *more):
    return reverse(named(name), args=[application.reference, *more])


def cost(client, url, most=15):
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, url
    asked = [query["sql"] for query in seen if not query["sql"].startswith(FRAME)]
    assert len(asked) <= most, "\n".join(statement[:150] for statement in asked)
    return answer.content.decode()


def test_asked_answered_and_compared_through_the_pages(client, world, deposited):
    signed(client, world.cast.driss)
    cost(client, page("ask_complements", deposited))
    typed = {"keys": ["identity.months"], "message": "Pourquoi 24 mois ?", "due_on": "2022-12-31"}
    answer = client.post(page("ask_complements", deposited), typed)
    assert answer.status_code == 422 and "Pourquoi 24 mois" in answer.content.decode()
    answer = client.post(page("ask_complements", deposited), typed | {"due_on": "2022-11-04"})
    assert answer.status_code == 302
    request = ComplementRequest.objects.get()
    assert request.due_at.isoformat() == "2022-11-04T23:00:00+00:00"  # the end of that day in Paris
    assert "Pourquoi 24 mois" in cost(client, page("complements", deposited))
    assert "En attente de la réponse" in cost(client, page("complements", deposited))
    assert "Retirer la demande" in cost(client, page("withdraw_complements", deposited))
    assert "Demander des compléments" not in cost(client, page("admissibility", deposited))
    signed(client, world.cast.alice)
    home = cost(client, page("dossier", deposited))
    assert "Des compléments vous sont demandés" in home
    assert "Répondez jusqu’à la fin du vendredi 4\u00a0novembre 2022 (encore 15\u00a0jours" in home
    shown = cost(client, page("complements", deposited))
    assert "En attente de votre réponse" in shown
    assert page("identity", deposited) in shown and page("answer_complements", deposited) in shown
    nothing = cost(client, page("answer_complements", deposited))
    assert "Aucun champ demandé n’a changé" in nothing and "Retour en arrière" not in nothing
    assert client.post(page("answer_complements", deposited)).status_code == 422
    seen = client.get(page("identity", deposited)).context["form"].initial["reads"]
    form = identity(deposited, months=36, starts_on=date(2023, 1, 1).isoformat()) | {"reads": seen}
    assert client.post(page("identity", deposited), form).status_code == 302
    shown = cost(client, page("answer_complements", deposited))
    assert "<del>24</del> devient <ins>36</ins>" in shown
    answer = client.post(page("answer_complements", deposited))
    assert answer["Location"] == page("version", deposited, 2)
    assert "Compléments reçus" in cost(client, page("version", deposited, 2))
    assert "remplacée par une plus récente" in cost(client, page("version", deposited, 1))
    for who in ("driss", "bruno", "aude", "emma"):
        signed(client, getattr(world.cast, who))
        assert "<del>24</del> devient <ins>36</ins>" in cost(client, page("differences", deposited, 1, 2))
    signed(client, world.cast.driss)
    assert page("differences", deposited, 1, 2) in cost(client, page("admissibility", deposited))
    assert client.get(page("answer_complements", deposited)).status_code == 403
    assert client.get(page("withdraw_complements", deposited)).status_code == 404


def test_16_the_register_dates_a_completed_version_on_its_own_day(client, world, deposited):
    asked = ask(world, deposited, "identity.months")
    actions.save_row(deposited, "identity", **identity(deposited, months=36), by=world.cast.alice)
    casework.answer_complements(asked, by=world.cast.alice)
    signed(client, world.cast.driss)
    page = tight(client.get(reverse("dashboards:register")).content.decode())
    shown = " ".join(re.sub("<[^>]+>", " ", page).replace("\xa0", " ").split())
    assert f"v2, complété le {AFTER.astimezone(clock.PARIS):%d/%m/%Y %H:%M}" in shown


def test_a_page_shows_what_is_asked_and_nothing_to_change_beside_it(client, world, ready, set_clock):
    """The field asked is open, the others say that they are not asked; a page of none of them has nothing to save."""
    node = actions.save_row(ready, "warehouses", name="Entrepôt", by=world.cast.alice)
    actions.submit(ready, by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    deposited = fresh(ready)
    member = deposited.memberships.get(role="partner")
    ask(world, deposited, "identity.months", "answers.ambition", f"budget.{member.pk}")
    signed(client, world.cast.alice)
    shown = tight(cost(client, page("identity", deposited)))
    assert shown.count("Non demandé") == len(reopening.IDENTITY) - 1 and "Enregistrer</button>" in shown
    typed = [tag for tag in re.findall("<(?:input|textarea|select)[^>]+>", shown) if 'data-key="identity.' in tag]
    assert [tag for tag in typed if "disabled" not in tag] == [tag for tag in typed if 'name="months"' in tag] != []
    seen = client.get(page("identity", deposited)).context["form"].initial["reads"]
    assert client.post(page("identity", deposited), {"months": "36", "reads": seen}).status_code == 302
    assert (fresh(deposited).months, fresh(deposited).title) == (36, "Un entrepôt breton")
    late = client.post(page("identity", deposited), {"months": "36", "title": "Autre", "reads": seen})
    assert (late.status_code, fresh(deposited).title) == (
        422,
        "Un entrepôt breton",
    ) and "Autre" in late.content.decode()
    shut = [
        page("answer", deposited, "sharing"),
        page("governance", deposited),
        page("warehouse", deposited, node.pk),
        page("socle", deposited, node.pk),
        page("function", deposited, "collect"),
        page("budget", deposited, deposited.memberships.get(role="coordinator").pk),
        page("add_milestone", deposited),
    ]
    for url in shut:
        shown = cost(client, url)
        main = shown[shown.index("<main") : shown.index("</main")]
        assert "Non demandé" in main and "button-main" not in main, url
    assert "button-main" in cost(client, page("budget", deposited, member.pk))
    home, listed = cost(client, page("dossier", deposited)), cost(client, page("narrative", deposited))
    assert (home.count("Demandé en complément"), listed.count("Demandé en complément")) == (3, 1)
    assert f"{page('identity', deposited)}#id_months" in cost(client, page("complements", deposited))


def test_a_deadline_at_midnight_is_the_end_of_the_day_before():
    assert until(datetime(2022, 10, 28, 22, 0, tzinfo=UTC)) == "jusqu’à la fin du vendredi 28\u00a0octobre 2022"
    assert until(datetime(2022, 10, 28, 22, 0, 1, tzinfo=UTC)).startswith(
        "avant le samedi 29\u00a0octobre 2022 à 00:00:01"
    )


def test_once_the_wave_is_closed_nothing_looks_open(client, world, deposited):
    signed(client, world.cast.alice)
    shown = cost(client, page("identity", deposited))
    assert "La relève est close" in shown and "button-main" not in shown[shown.index("<main") :]


def test_withdrawn_through_the_page(client, world, deposited):
    ask(world, deposited, "projects")
    signed(client, world.cast.driss)
    assert client.post(page("withdraw_complements", deposited)).status_code == 302
    assert ComplementRequest.objects.get().state == "withdrawn"
    assert "Demande retirée" in cost(client, page("complements", deposited))


def test_no_request_for_a_dossier_never_deposited(client, world, draft):
    actor = signed(client, world.cast.aude)
    assert actor.get(page("ask_complements", draft)).status_code == 403
    assert "Aucun complément demandé" in cost(client, page("complements", draft))
