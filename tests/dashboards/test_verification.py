"""The page and the mail of the verification: what was checked, what differs, a night without it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from dashboards.invariants import INVARIANTS
from edsh_portal import clock, events, verification
from edsh_portal.models import Delivery, Event, Mail, Verification, VerificationStep
from tests.database import as_role
from tests.funding import stage as made
from tests.roles import administrators

DIFFERS = {"code": "ledger.balance", "what": "ae.available:1", "expected": "12 (1 entries)", "found": "13"}


@pytest.fixture
def people(committed, set_clock):
    set_clock(made.NOW, frozen=True)
    return {name: made.person(name, role=made.ROLES[name]) for name in ("aude", "emma", "adam", "driss")}


def ran(found=(), *, at=made.NOW, ended=True, root=""):
    """A run, as `manage.py verify` keeps it."""
    with as_role("owner"):
        run = Verification.objects.create(command="verify", by="cron, edsh_owner", root=root, began_at=at)
        for name in (*INVARIANTS, "chain", "documents 1/16", "documents 2/16", "ledger"):
            findings = list(found) if name == "ledger" else []
            VerificationStep.objects.create(run=run, name=name, seconds=0.1, findings=findings)
        if ended:
            verification.close(run, len(found))
        return run


def page(client, person):
    client.force_login(person)
    return client.get(reverse("dashboards:verification"))


def shown(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def work():
    while numbers := list(Delivery.objects.filter(state="todo").order_by("pk").values_list("pk", flat=True)):
        for number in numbers:
            events.run(number)


def test_the_page_says_what_was_checked_and_when(people, client):
    assert "Aucune vérification complète" in shown(page(client, people["aude"]))
    ran()
    for name in ("aude", "emma", "adam"):
        said = shown(page(client, people[name]))
        assert "Sans écart : 22 contrôles" in said and "10 mai 2023" in said
        assert said.count("Conforme") == 22 and "Écarts à examiner" not in said
    assert page(client, people["driss"]).status_code == 403
    for of in INVARIANTS.values():
        assert str(of.says).replace("\xa0", " ").replace("\u202f", " ") in said.replace("&#x27;", "'")


def test_the_page_says_what_differs_in_words_with_its_codes_apart(people, client):
    ran([DIFFERS, DIFFERS | {"what": "ae.available:2"}])
    said = shown(page(client, people["emma"]))
    assert "2 écarts, vérification commencée le" in said and "Écarts à examiner" in said
    words, details = said.index("Les comptes, les opérations et le journal"), said.index("ledger.balance")
    assert said.index("<details>", words) < details and "12 (1 entries)" in said


def test_a_run_of_which_a_root_was_trusted_is_not_the_last_whole_one(people, client):
    ran([DIFFERS], at=made.NOW - timedelta(hours=2))
    ran(at=made.NOW - timedelta(hours=1), root="root-1")
    ran(at=made.NOW, ended=False)
    said = shown(page(client, people["aude"]))
    assert "1 écart, vérification commencée le" in said and "partielle" in said


def told():
    return list(Event.objects.filter(kind__startswith="verification.").order_by("pk").values_list("kind", flat=True))


def mails():
    return sorted(Mail.objects.filter(event__kind__startswith="verification.").values_list("address", "subject"))


def test_what_differs_is_told_once_to_who_follows_it(people):
    with as_role("worker"):
        assert verification.tell() == []  # never verified: the page says so
    ran()
    with as_role("worker"):
        assert verification.tell() == []  # all agrees: silence
    ran([DIFFERS])
    with as_role("worker"):
        assert verification.tell() == ["verification.differed"]
        assert verification.tell() == []
        work()
    assert told() == ["verification.differed"]
    to = [people[name].email for name in ("adam", "aude", "emma")] + [person.email for person in administrators()]
    assert mails() == [(address, "La vérification du portail a trouvé 1 écart") for address in sorted(to)]


def test_a_night_without_a_run_is_told_once_a_day_and_on_the_page(people, set_clock, client):
    ran()
    for hours, expected in ((25, []), (27, ["verification.missed"]), (28, []), (52, ["verification.missed"])):
        set_clock(made.NOW + timedelta(hours=hours), frozen=True)
        with as_role("worker"):
            assert verification.tell() == expected, hours
    assert "n’a pas eu lieu" in shown(page(client, people["aude"]))
    ran(at=clock.now())
    assert "n’a pas eu lieu" not in shown(page(client, people["aude"]))
    with as_role("worker"):
        assert verification.tell() == []
        work()
    assert {subject for _to, subject in mails()} == {"La vérification de la nuit n’a pas eu lieu"}
