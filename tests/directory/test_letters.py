"""What is done without a session is proved by the key of a letter: an invitation answered as in production, and every forgery of it."""

import hashlib

import psycopg
import pytest
from django.test import Client
from django.urls import reverse

from directory import passwords
from directory.models import Invitation, User
from edsh_portal.events import run
from edsh_portal.models import Delivery, Event, Mail
from tests.database import as_role, leave_alone
from tests.pressed import at_once, browser, opened
from tests.roles import give

from .world import PASSWORD, place, someone

BACKEND = "directory.backends.EmailBackend"


@pytest.fixture
def town(committed):
    """Adam and a hospital, then a web that has the rights it has in production."""
    with as_role("owner"):
        adam, driss, here = someone("adam", "administrator"), someone("driss"), place(7001)
    leave_alone(committed, False)
    return adam, driss, here


def invited(by, **what) -> Invitation:
    """Through the page, by their session."""
    client = Client(raise_request_exception=False)
    client.force_login(by, backend=BACKEND)
    answer = client.post(reverse("directory:invite"), {"email": "new@edsh.example", "full_name": "Nour", **what})
    assert answer.status_code == 302, answer.content.decode()
    return Invitation.objects.latest("pk")


def letter(invitation: Invitation) -> str:
    """Its key, as the worker writes it."""
    event = Event.objects.filter(subject_type="directory.invitation", subject_id=invitation.pk).latest("pk")
    with as_role("worker"):
        assert run(Delivery.objects.get(event=event, reaction="directory.send_invitation").pk)
    return Mail.objects.get(event=event).body.split("/invitation/")[1].split("/")[0]


def answered(token: str, client: Client | None = None):
    client = client or Client(raise_request_exception=False)
    client.get(reverse("directory:open_letter", args=["invitation", token]))
    return client.post(reverse("directory:accept_invitation"), {"password": PASSWORD, "again": PASSWORD})


def written(after: int) -> list[tuple[str, int | None]]:
    return list(Event.objects.filter(pk__gt=after).order_by("pk").values_list("kind", "by"))


def last() -> int:
    return Event.objects.latest("pk").pk


def test_a_newcomer_opens_an_account_with_their_letter_alone(town):
    adam, _driss, _here = town
    token, before = letter(invited(adam, role="expert")), last()
    assert answered(token).status_code == 302
    nour = User.objects.get(email="new@edsh.example")
    assert written(before) == [
        ("user.created", adam.pk),
        ("invitation.accepted", nour.pk),
    ]
    assert answered(token).status_code == 410
    client = Client()
    assert client.post(reverse("directory:sign_in"), {"email": nour.email, "password": PASSWORD}).status_code == 302
    assert client.get(reverse("directory:account")).status_code == 200


def test_who_has_an_account_joins_with_letter_and_session(town):
    adam, driss, _here = town
    token, before = letter(invited(adam, email=driss.email, role="expert")), last()
    client = Client(raise_request_exception=False)
    client.force_login(driss, backend=BACKEND)
    assert answered(token, client).status_code == 302
    assert written(before) == [("invitation.accepted", driss.pk)]


FORGED = {
    "another role": "UPDATE directory_invitation SET role = 'administrator'",
    "another sender": "UPDATE directory_invitation SET invited_by_id = (SELECT id FROM directory_user WHERE email ~ '^driss')",
    "a place beside": "UPDATE directory_invitation SET establishment_id = (SELECT id FROM directory_establishment), kind = 'signatory'",
    "never sent": (
        "INSERT INTO directory_invitation (email, full_name, kind, role, token_sha256, invited_by_id, invited_at, expires_at)"
        " SELECT 'thief@edsh.example', 'x', '', 'administrator', '{hash}', invited_by_id, invited_at, expires_at"
        " FROM directory_invitation"
    ),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_an_invitation_that_its_event_does_not_tell_gives_nothing(town, superuser, forgery):
    adam, driss, _here = town
    with as_role("owner"):
        give(driss, "administrator")  # the page lets pass: it is the database that refuses
    token = letter(invited(adam, role="expert"))
    key = "x" * 43 if forgery == "never sent" else token
    superuser.execute("SET session_replication_role = replica")  # as if no other wall stood
    superuser.execute(FORGED[forgery].format(hash=hashlib.sha256(key.encode()).hexdigest()))
    before, people = last(), User.objects.count()
    answer = answered(key)
    assert answer.status_code == 409 and "Votre session vient de se terminer" in answer.content.decode()
    assert (written(before), User.objects.count()) == ([], people)


def test_the_key_of_a_letter_is_written_with_it_only(town, web, worker):
    adam, _driss, _here = town
    invitation = invited(adam, role="expert")
    for line in (web, worker):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            line.execute("UPDATE directory_invitation SET token_sha256 = repeat('0', 64)")
    token = letter(invitation)
    web.execute(  # one more obligation to write it
        "INSERT INTO delivery (event_id, reaction, key, queue, state, tries, last_error) SELECT event_id, reaction, 'x', queue, 'todo', 0, ''"
        " FROM delivery WHERE reaction = 'directory.send_invitation'"
    )
    assert web.execute(
        "SELECT letter_seal('directory.invitation', %s, repeat('0', 64))", [invitation.pk]
    ).fetchone() == (False,)
    assert answered(token).status_code == 302


def test_a_renewed_letter_kills_the_former_at_once(town):
    adam, _driss, _here = town
    invitation = invited(adam, role="expert")
    token = letter(invitation)
    client = Client()
    client.force_login(adam, backend=BACKEND)
    assert client.post(reverse("directory:renew_invitation", args=[invitation.pk])).status_code == 302
    assert answered(token).status_code == 410
    assert answered(letter(invitation)).status_code == 302


# ── hashes of passwords ──────────────────────────────────────────────────────────────────────────────────────────────
def refused(line, statement: str, values=()) -> str:
    with pytest.raises(psycopg.Error) as error:
        line.execute(statement, values)
    return error.value.sqlstate


def test_no_login_reads_or_writes_a_hash_by_itself(town, web, worker, auditor):
    adam, _driss, _here = town
    for line in (web, worker, auditor):
        for statement in (
            "SELECT hash FROM directory_password",
            "SELECT count(*) FROM directory_password",
            "UPDATE directory_password SET hash = ''",
            "DELETE FROM directory_password",
            "INSERT INTO directory_password VALUES (1, '')",
            "DELETE FROM directory_passwordreading",
        ):
            assert refused(line, statement) == "42501"
    for line, code in ((web, "EP006"), (worker, "42501")):
        assert refused(line, "SELECT password_set(%s, 'x')", [adam.pk]) == code


def test_readings_of_hashes_are_counted_even_when_they_are_undone(town, web, owner):
    adam, driss, _here = town
    with as_role("owner"):
        for person in (adam, driss):
            passwords.replace(person, PASSWORD)
    for n in range(61):
        told = web.execute("SELECT password_of(%s)", [adam.pk]).fetchone()[0]
        assert bool(told) == (n < 60), n
    assert web.execute("SELECT password_of(%s)", [driss.pk]).fetchone()[0]
    for _n in range(600):
        with web.transaction(force_rollback=True):
            web.execute("SELECT password_of(%s)", [driss.pk])
    assert web.execute("SELECT password_of(%s)", [driss.pk]).fetchone() == ("",)
    assert owner.execute("SELECT count(*) FROM directory_passwordreading").fetchone() == (63,)
    owner.execute("ALTER TABLE directory_passwordreading DISABLE TRIGGER USER")
    owner.execute("UPDATE directory_passwordreading SET at = at - interval '2 minutes'")
    assert web.execute("SELECT password_of(%s)", [driss.pk]).fetchone()[0]


def test_13_4_three_answers_at_once_open_one_account(town):
    """Nobody is signed in: the browser is known by the cookie of its forms."""
    adam, _driss, _here = town
    client, path = browser(None), reverse("directory:accept_invitation")
    client.get(reverse("directory:open_letter", args=["invitation", letter(invited(adam, role="expert"))]))
    data = opened(client, path) | {"password": PASSWORD, "again": PASSWORD}
    answers = at_once(client, path, lambda: dict(data))
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, "/accueil/")] * 3
    assert User.objects.filter(email="new@edsh.example").count() == 1
    assert [bool(one.cookies.get("session")) for one in answers].count(True) == 1  # whoever came first is in


def secret(kind: str, reaction: str, under: str) -> str:
    """The key of the letter that the last event of this kind asks for, as the worker writes it."""
    event = Event.objects.filter(kind=kind).latest("pk")
    with as_role("worker"):
        assert run(Delivery.objects.get(event=event, reaction=f"directory.{reaction}").pk)
    return Mail.objects.get(event=event).body.split(f"/{under}/")[1].split("/")[0]


def test_13_4_three_new_passwords_at_once_are_one(town):
    _adam, driss, _here = town
    client, path = browser(None), reverse("directory:new_password")
    Client().post(reverse("directory:forgotten_password"), {"email": driss.email})
    client.get(
        reverse(
            "directory:open_letter",
            args=["nouveau-mot-de-passe", secret("password.forgotten", "send_reset", "nouveau-mot-de-passe")],
        )
    )
    data = opened(client, path) | {"password": PASSWORD, "again": PASSWORD}
    answers = at_once(client, path, lambda: dict(data))
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, reverse("directory:sign_in"))] * 3
    assert Event.objects.filter(kind="user.password_changed").count() == 1


def test_13_4_three_confirmations_at_once_prove_an_address_once(town):
    _adam, _driss, here = town
    client, path = browser(None), reverse("directory:follow_request")
    asked = {
        "place": here.siret,
        "full_name": "Nour",
        "function": "Projet",
        "email": "nour@chu.example",
        "kind": "writer",
    }
    assert Client().post(reverse("directory:ask_account"), asked).status_code == 302
    client.get(
        reverse(
            "directory:open_letter",
            args=["suivi-de-demande", secret("account.asked", "send_request", "suivi-de-demande")],
        )
    )
    data = opened(client, path)
    answers = at_once(client, path, lambda: dict(data))
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, path)] * 3
    assert Event.objects.filter(kind="account.proved").count() == 1
