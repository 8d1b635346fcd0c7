"""Mails: each person's choice by family, the digest once a day, what is due always at once, and no content in any."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail as outbox
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications import actions
from applications.models import Application
from casework import actions as casework
from directory import actions as directory
from edsh_portal import events, mail
from edsh_portal.models import Delivery, Event, Mail, MailChoice
from edsh_portal.workflow import Refused

from . import world as made

AFTER = made.CLOSES + timedelta(days=9)  # 20 October 2022, 12:00 in Paris
SEVEN = datetime(2022, 10, 21, 5, 0, tzinfo=UTC)  # 7:00 in Paris, the next day
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "emails"


@pytest.fixture
def deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    return Application.objects.select_related("wave__settings").get(pk=ready.pk)


def work():
    """Until nothing is due: an obligation may make others."""
    while numbers := list(Delivery.objects.filter(state="todo").order_by("pk").values_list("pk", flat=True)):
        for number in numbers:
            events.run(number)


def choose(user, **choices):
    directory.choose_mails(user, choices, by=user)


def written(world, application, times=1):
    for number in range(times):
        casework.open_thread(application, subject=f"Objet {number}", text="Texte", by=world.cast.driss)
    work()


def states(who):
    rows = Mail.objects.filter(address=f"{who}@test.invalid", event__kind__in=("thread.opened", "mail.gathered"))
    return [(row.event.kind, row.state) for row in rows.order_by("pk")]


def test_at_once_unless_chosen_otherwise(world, deposited):
    choose(world.cast.alice, messages="digest")
    choose(world.cast.bruno, messages="none", reminders="digest")
    written(world, deposited)
    assert states("sophie") == [("thread.opened", "sent")]
    assert states("alice") == [("thread.opened", "held")]
    assert states("bruno") == []
    assert sorted(message.to for message in outbox.outbox if "un message vous attend" in message.subject) == [
        ["paula@test.invalid"],
        ["sophie@test.invalid"],
    ]
    choose(world.cast.bruno, messages="at_once")
    written(world, deposited)
    assert states("bruno") == [("thread.opened", "sent")]


def test_one_digest_a_day_at_its_hour(world, deposited, set_clock):
    choose(world.cast.alice, messages="digest")
    written(world, deposited, times=2)
    for at, gathered in (
        (AFTER + timedelta(hours=1), 0),  # written after the hour of that day
        (SEVEN - timedelta(microseconds=1), 0),
        (SEVEN, 1),
        (SEVEN, 0),
        (SEVEN + timedelta(hours=3), 0),
    ):
        set_clock(at, frozen=True)
        assert mail.gather() == gathered, at
    written(world, deposited)
    assert mail.gather() == 0  # tomorrow's
    work()
    assert states("alice") == [
        ("thread.opened", "gathered"),
        ("thread.opened", "gathered"),
        ("mail.gathered", "sent"),
        ("thread.opened", "held"),
    ]
    (sent,) = (message for message in outbox.outbox if "dans votre espace" in message.subject)
    assert (sent.subject, sent.to) == ("2 nouvelles dans votre espace", ["alice@test.invalid"])
    assert sent.body.count(f"- Dossier {deposited.reference} : un message vous attend") == 2
    set_clock(SEVEN + timedelta(days=1), frozen=True)
    assert mail.gather() == 1
    assert Event.objects.filter(kind="mail.gathered").count() == 2
    assert mail._gather(world.cast.alice.pk, SEVEN + timedelta(days=1), None) is False  # another worker came first


def test_who_left_is_sent_nothing(world, deposited, set_clock):
    choose(world.cast.alice, messages="digest")
    written(world, deposited)
    directory.deactivate(world.cast.alice, by=world.cast.adam)
    set_clock(SEVEN, frozen=True)
    assert mail.gather() == 0


def test_what_is_due_leaves_at_once_whatever_was_chosen(world, deposited):
    for person in (world.cast.alice, world.cast.sophie, world.cast.bruno, world.cast.paula):
        choose(person, **dict.fromkeys(mail.FAMILIES, "none"))
    due_at = AFTER + timedelta(days=9)
    request = casework.ask_complements(deposited, ["projects"], message="x", due_at=due_at, by=world.cast.driss)
    casework.withdraw_complements(request, by=world.cast.driss)
    rule = {"rule": "R22", "evidence": "Marché notifié en juin."}
    opinion = casework.propose_admissibility(deposited, verdict="inadmissible", **rule, by=world.cast.driss)
    casework.validate_admissibility(opinion, by=world.cast.victor)
    work()
    kinds = {"complement.asked", "complement.withdrawn", "application.rejected"}
    told = Mail.objects.filter(event__kind__in=kinds).values_list("event__kind", "address")
    assert set(told) == {
        (kind, f"{who}@test.invalid")
        for kind in ("complement.asked", "application.rejected")
        for who in ("alice", "sophie", "bruno", "paula")
    }


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_choices_are_one_s_own_and_among_those_proposed(world):
    alice = world.cast.alice
    assert list(mail.FAMILIES) == [
        "consortium",
        "progress",
        "messages",
        "signature",
        "reminders",
        "evaluation",
        "hearings",
        "acts",
    ]
    for choices, field in (({"receipt": "none"}, "receipt"), ({"messages": "weekly"}, "messages")):
        with pytest.raises(Refused) as refused:
            choose(alice, **choices)
        assert (refused.value.code, refused.value.field) == ("D32", field)
    with pytest.raises(PermissionDenied):
        directory.choose_mails(alice, {"messages": "none"}, by=world.cast.adam)
    assert MailChoice.objects.count() == 0
    choose(alice, messages="none", reminders="digest")
    choose(alice, messages="digest")
    assert dict(alice.mail_choices.values_list("family", "when")) == {"messages": "digest", "reminders": "digest"}
    assert Event.objects.filter(kind="user.mails_chosen").last().data == {"choices": {"messages": "digest"}}


def test_the_page(client, world):
    alice = world.cast.alice
    client.force_login(alice, backend="directory.backends.EmailBackend")
    url = reverse("directory:choose_mails")
    assert url in client.get(reverse("directory:account")).content.decode()
    shown = client.get(url).content.decode()
    assert shown.count("checked") == len(mail.FAMILIES) and "demande de compléments" in shown
    assert client.post(url, {"messages": "weekly"}).status_code == 422
    typed = dict.fromkeys(mail.FAMILIES, "digest") | {"messages": "none"}
    assert client.post(url, typed).status_code == 302
    assert dict(alice.mail_choices.values_list("family", "when")) == typed


# ── no content ───────────────────────────────────────────────────────────────────────────────────────────────────────
SAYS = {  # what each mail may read: where to look and, where it is due, the number and instant of a receipt
    "account_asked": {  # opens nothing yet: whoever receives it has no space
        "request.asked_by.full_name",
        "request.establishment.name",
        "request.expires_at",
        "who",
        "place",
        "base_url",
        "path",
        "end",
    },
    "account_refused": {"request.establishment.name", "request.reason", "place", "base_url"},
    "account_to_decide": {"request.establishment.name", "place"},
    "act_decided": {"kind"},
    "act_proposed": {"who", "kind"},
    "verification": {"n"},
    "shortage": {"month", "source"},
    "application_abandoned": {"reference", "until", "coordinator"},
    "application_state": {"reference"},
    "application_submitted": {
        "version.receipt_number",
        "application.reference",
        "version.submitted_at",
        "version.number",
    },
    "base": {"to.full_name", "base_url", "link", "name"},
    "complement_answered": {"reference"},
    "complement_asked": {"reference"},
    "complement_closed": {"reference"},
    "deadline_near": {"reference"},
    "decision_notified": {"reference"},
    "decision_revoked": {"reference"},
    "procedure": {"reference", "day", "days"},
    "procedure_observed": {"reference", "name"},
    "remedy": {"number", "received", "day"},
    "remedy_received": {"number"},
    "digest": {"n", "subjects", "subject"},
    "membership_answered": {"reference"},
    "membership_invited": {"reference"},
    "message_waiting": {"reference"},
    "forgotten_password": {"to.full_name", "name", "base_url", "path", "reset.expires_at", "end"},
    "password_changed": {"at", "when"},
    "token_issued": {"at", "when"},
    "device_known": {"at", "when"},
    "agreement": {"reference"},
    "amendment": {"reference"},
    "convention": {"name"},
    "convention_copy_refused": {"name"},
    "delegation": set(),
    "claim": {"name", "number"},
    "grant_start": {"reference"},
    "iban": {"name", "last"},
    "role_to_propose": {"who", "role"},
    "mandate_due": {"reference"},
    "mandate_given": {"reference"},
    "mandate_withdrawn": {"reference"},
    "signature_asked": {"reference"},
    "signature_returned": {"reference"},
    "handover": {"reference"},
    "file_refused": {"reference"},
    "piece_infected": {"reference"},
    "wave_postponed": {  # public, on the page of the call
        "postponement.wave.label",
        "postponement.from_at",
        "postponement.to_at",
        "postponement.reason",
        "wave",
        "before",
        "after",
        "reason",
    },
    "piece_refused": {"reference"},
    "prorogation": {"reference"},
    "review_asked": {"due_at", "day"},
    "review_recused": {"reference"},
    "review_suspended": set(),
    "review_to_rule": {"reference"},
    "review_waiting": set(),
    "discussion_opened": set(),
    "discussion_to_answer": {"reference"},
    "review_awaited": {"due_at", "day"},
    "review_later": set(),
    "review_reopened": set(),
    "calibration_opened": set(),
    "calibration_closed": set(),
    "hearing": {  # when and where to be: it is asked for, and joined for an agenda
        *("reference", "day", "hour", "venue", "visio"),
        *("summons.starts_at", "summons.venue", "summons.link"),
    },
    "hearing_cancelled": {"reference", "day", "hour", "summons.starts_at"},
    "invitation": {  # opens an account: the person has no space yet to read it in
        "invitation.invited_by.full_name",
        "invitation.establishment.name",
        "invitation.get_kind_display",
        "invitation.expires_at",
        "who",
        "place",
        "does",
        "role",
        "base_url",
        "path",
        "end",
    },
}
NAMES = {"number", "reference", "at", "n"}  # what blocktranslate calls those above


def test_no_mail_reads_more_than_it_may():
    found = {}
    for path in TEMPLATES.glob("*.txt"):
        text = path.read_text()
        read = set(re.findall(r"{{ ([\w.]+)[^}]*}}", text))
        for given in re.findall(r"{% blocktranslate(?: asvar \w+)?(?: (?:with|count))((?: \w+=[\w.|:\"]+)+)", text):
            read |= set(re.findall(r"=([\w.]+)", given))
        read |= set(re.findall(r"{% for \w+ in ([\w.]+)", text))
        found[path.stem] = read - (NAMES - SAYS[path.stem])
    assert found == SAYS
