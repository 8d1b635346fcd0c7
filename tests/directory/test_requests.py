"""An account asked for from the public page: found in the register, proved by a letter, accepted or refused, followed by its link."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory import actions
from directory.actions.forgotten import KEPT
from directory.models import AccountRequest, Affiliation, Invitation, User
from edsh_portal.events import run
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.workflow import Refused
from tests.database import as_role, leave_alone

from .test_forgotten import later
from .world import AT, PASSWORD, place, someone

ASK, FOLLOW = "/demande-de-compte/", "/suivi-de-demande/"
NADIA = {"full_name": "Nadia Neuve", "function": "DSI", "email": "Nadia@hopital.example", "kind": "signatory"}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def ask(place: str, client: Client | None = None, **more: str):
    return (client or Client()).post(ASK, NADIA | {"place": place} | more)


def mails(kind: str, reaction: str) -> list[Mail]:
    event = Event.objects.filter(kind=kind).latest("pk")
    assert run(Delivery.objects.get(event=event, reaction=f"directory.{reaction}").pk)
    return list(Mail.objects.filter(event=event).order_by("pk"))


def letter() -> str:
    (mail,) = mails("account.asked", "send_request")
    return mail.body.split(FOLLOW)[1].split("/")[0]


def follows(token: str) -> Client:
    client = Client()
    opened = client.get(f"{FOLLOW}{token}/")
    assert (opened.status_code, opened["Location"]) == (302, FOLLOW)
    return client


def asked(town, **more) -> AccountRequest:
    actions.ask_account(**{**NADIA, "establishment": town.here} | more)
    return actions.prove_address(letter())


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def code_of(verb, *args, **more) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        verb(*args, **more)
    return refused.value.code, refused.value.field


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_establishment_is_found_by_its_finess_its_siret_or_its_name(town):
    siret = town.here.siret
    for n, typed in enumerate((town.here.finess, f"{siret[:3]} {siret[3:]}", "ch fictif D’ICI", siret[:9])):
        assert ask(typed, email=f"n{n}@hopital.example")["Location"] == f"{ASK}?envoye=1", typed
        found = AccountRequest.objects.latest("pk")
        assert (found.establishment, found.email, found.state) == (town.here, f"n{n}@hopital.example", "asked")
    unknown = ask("CH de nulle part")
    assert unknown.status_code == 200 and "vérifiez le nom" in text(unknown) and 'value="Nadia Neuve"' in text(unknown)
    assert "Consultez votre messagerie" in text(Client().get(f"{ASK}?envoye=1"))


def test_homonyms_are_told_apart_and_one_is_chosen(town):
    twins = [place(number, "CH fictif du Bourg") for number in (7010, 7011)]
    several = ask("fictif du bourg")
    assert several.status_code == 200 and "Lequel est-ce ?" in text(several)
    for twin in twins:
        assert f"CH fictif du Bourg · FINESS {twin.finess} · Ille-et-Vilaine" in text(several)
    assert ask("fictif du bourg", establishment=str(town.here.pk)).status_code == 200  # not one of them
    assert ask("fictif\0du bourg").status_code == 200
    assert ask("fictif du bourg", establishment=str(twins[1].pk)).status_code == 302
    assert AccountRequest.objects.get().establishment == twins[1]
    company = place(7012, "Entreprise fictive", "company")
    assert ask("Entreprise fictive").status_code == 200
    assert code_of(actions.ask_account, **NADIA, establishment=company) == ("D51", "place")
    for number in range(7020, 7033):
        place(number, f"CH fictif d’Amont {number}")
    assert "précisez le nom" in text(ask("fictif d’amont"))


@pytest.mark.parametrize("field", ["full_name", "function", "email", "kind", "place"])
def test_what_is_missing_is_asked_beside_its_field(town, field):
    answer = ask(**{"place": town.here.finess, field: ""}) if field != "place" else ask("")
    assert answer.status_code == 200 and f'id="id_{field}_field"' in text(answer)
    assert not AccountRequest.objects.exists()


def test_requests_are_few_from_one_place_and_for_one_address(town):
    assert [ask(town.here.finess).status_code for _n in range(4)] == [302, 302, 302, 429]
    assert AccountRequest.objects.count() == 1  # asked again, it stays one
    assert Event.objects.filter(kind="account.asked").count() == 3
    others = [ask(town.here.finess, email=f"n{n}@hopital.example").status_code for n in range(9)]
    assert others == [302] * 7 + [429] * 2


# ── from the public page to the account ──────────────────────────────────────────────────────────────────────────────
def test_13_2_a_person_without_account_gets_in(town):
    """Asked, proved, accepted by who represents the establishment, followed by its link, a password, in."""
    assert reverse("directory:ask_account") in text(Client().get(reverse("directory:sign_in")))
    ask(town.here.finess)
    request = AccountRequest.objects.get()
    token = letter()
    nadia = follows(token)
    assert "Confirmez votre demande" in text(nadia.get(FOLLOW)) and token not in text(nadia.get(FOLLOW))
    assert not AccountRequest.objects.visible_to(town.driss).exists()  # nobody reads what nobody proved
    assert nadia.post(FOLLOW)["Location"] == FOLLOW
    assert "En attente de la réponse de la personne qui représente" in text(nadia.get(FOLLOW))
    assert nadia.post(FOLLOW).status_code == 302  # an impatient hand: nothing more is written
    (told,) = mails("account.proved", "tell_who_decides")
    assert told.to == town.sophie and "nadia" not in told.body.lower()
    sophie, page = as_(town.sophie), reverse("directory:account_request", args=[request.pk])
    assert page in text(sophie.get(reverse("dashboards:home"))) and page in told.body
    assert "Nadia Neuve" in text(sophie.get(reverse("directory:account_requests")))
    assert "Nadia Neuve" not in text(as_(town.zoe).get(reverse("directory:account_requests")))
    assert as_(town.alice).get(page).status_code == 404
    done = sophie.post(reverse("directory:accept_request", args=[request.pk]), {"kind": "signatory"})
    assert done.status_code == 302 and "ouvrez le lien de l’invitation" in text(nadia.get(FOLLOW))
    (invitation,) = mails("invitation.created", "send_invitation")
    window = Client()
    window.get(f"/invitation/{invitation.body.split('/invitation/')[1].split('/')[0]}/")
    assert window.post("/invitation/", {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    link = Affiliation.objects.get(user__email="nadia@hopital.example")
    assert (link.establishment, link.kind, link.user.full_name) == (town.here, "signatory", "Nadia Neuve")
    assert "Votre compte est ouvert" in text(nadia.get(FOLLOW))
    stream = Event.objects.filter(subject_type="directory.accountrequest").order_by("pk")
    assert [(one.kind, one.by_id) for one in stream] == [
        ("account.asked", None), ("account.proved", None), ("account.accepted", town.sophie.pk),
    ]  # fmt: skip
    assert not any(word in str([one.body for one in stream]).lower() for word in ("nadia", "hopital.example", "dsi"))


def test_13_2_the_service_accepts_where_nobody_represents_the_establishment(town):
    request = asked(town, establishment=town.there)
    assert not mails("account.proved", "tell_who_decides")
    home = text(as_(town.driss).get(reverse("dashboards:home")))
    assert "Nadia Neuve, DSI" in home and reverse("directory:account_request", args=[request.pk]) in home
    actions.accept_request(request, kind="signatory", by=town.driss)
    assert reverse("directory:account_request", args=[request.pk]) not in text(
        as_(town.driss).get(reverse("dashboards:home"))
    )
    invitation = Invitation.objects.get()
    token = actions.seal_letter(invitation)
    assert actions.openable(token) == invitation
    with pytest.raises(PermissionDenied):  # it answers a request: an officer invites nobody by themselves
        actions.invite(**{k: NADIA[k] for k in ("email", "full_name", "kind")}, establishment=town.there, by=town.driss)
    assert actions.accept_invitation(token, password=PASSWORD).email == request.email


def test_13_2_a_refusal_is_told_with_its_reason(town):
    actions.ask_account(**NADIA, establishment=town.here)
    token = letter()
    request = actions.prove_address(token)
    refuse = reverse("directory:refuse_request", args=[request.pk])
    empty = as_(town.driss).post(refuse, {"reason": " "})
    assert empty.status_code == 422 and "Indiquez le motif" in text(empty)
    assert as_(town.driss).post(refuse, {"reason": "Inconnue au registre."}).status_code == 302
    (told,) = mails("account.refused", "tell_refused")
    assert told.address == request.email and "Inconnue au registre." in told.body
    assert "Inconnue au registre." in text(follows(token).get(FOLLOW))
    assert code_of(actions.accept_request, request, kind="writer", by=town.driss) == ("W01", None)
    assert asked(town).pk != request.pk  # another may be made


def test_the_answer_is_the_same_for_who_has_an_account_and_only_the_letter_tells(town):
    def work(email: str) -> tuple[list[str], str]:
        later(days=2)
        with CaptureQueriesContext(connection) as statements:
            there = ask(town.here.finess, email=email)
        return [re.sub(r"VALUES.*|s[0-9]+_x[0-9]+", "", one["sql"])[:60] for one in statements], there["Location"]

    work("first@hopital.example")  # whatever is read once in a process
    assert work("nobody@hopital.example") == work(town.zoe.email)
    (told,) = mails("account.asked", "send_request")
    assert told.to == town.zoe and "Vous avez déjà un compte" in told.body
    token = told.body.split(FOLLOW)[1].split("/")[0]
    request = actions.accept_request(actions.prove_address(token), kind="writer", by=town.sophie)
    actions.accept_invitation(actions.seal_letter(request.invitation), by=town.zoe)
    assert town.zoe.affiliations.filter(establishment=town.here, kind="writer").exists()


def test_a_letter_lasts_a_week_and_what_nobody_proved_is_forgotten(town, set_clock):
    ask(town.here.finess)
    token, request = letter(), AccountRequest.objects.get()
    assert request.expires_at == AT + timedelta(days=7)
    set_clock(request.expires_at, frozen=True)
    over = follows(token).get(FOLLOW)
    assert over.status_code == 410 and ASK in text(over)


def test_who_may_not_decide_does_not(town):
    request = asked(town)
    for person in (town.alice, town.zoe, town.adam, town.aude):
        with pytest.raises(PermissionDenied):
            actions.accept_request(request, kind="writer", by=person)
        with pytest.raises(PermissionDenied):
            actions.refuse_request(request, reason="Non", by=person)
    assert code_of(actions.accept_request, request, kind="employee", by=town.sophie) == ("D12", "kind")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'accepted'",
        "full_name = 'Autre'",
        "kind = 'writer'",
        "decided_by_id = 1",
        "reason = 'x'",
        "state = 'asked'",
    ],
)
def test_the_database_keeps_what_was_proved(town, change):
    request = asked(town)
    with (
        pytest.raises((IntegrityError, psycopg.Error, Exception)) as refused,
        transaction.atomic(),
        connection.cursor() as line,
    ):
        line.execute(f"UPDATE directory_accountrequest SET {change} WHERE id = {request.pk}")
        line.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert isinstance(refused.value.__cause__, psycopg.Error)


# ── with the rights of production ────────────────────────────────────────────────────────────────────────────────────
def test_a_visitor_asks_and_proves_with_the_letter_alone(committed, web):
    with as_role("owner"):
        place(7001)
    leave_alone(committed, False)
    assert ask("CH fictif").status_code == 302
    with as_role("worker"):
        token = letter()
    for kind, passes in (("account.asked", True), ("account.proved", False), ("account.accepted", False)):
        statement = "SELECT event_append('accounts', %s, 'directory.accountrequest', 1, NULL, NULL, '{}')"
        try:
            with web.transaction(force_rollback=True):
                web.execute(statement, [kind])
        except psycopg.Error as error:
            assert (error.sqlstate, passes) == ("EP006", False)
        else:
            assert passes
    assert follows(token).post(FOLLOW).status_code == 302
    assert AccountRequest.objects.get().state == "proved"


def test_what_nobody_proved_is_forgotten(committed):
    with as_role("owner"):
        here, driss = place(7001), someone("driss", "instructor")
    leave_alone(committed, False)
    ask("CH fictif")
    ended = AccountRequest.objects.get().expires_at + KEPT
    with as_role("worker"):
        assert actions.forget_requests(ended) == 0 and actions.forget_requests(ended + timedelta(seconds=1)) == 1
    ask("CH fictif")
    with as_role("worker"):
        token = letter()
    follows(token).post(FOLLOW)
    with as_role("worker"):
        assert actions.forget_requests(ended + timedelta(days=400)) == 0
    assert (here, driss) and AccountRequest.objects.count() == 1


# ── roles that one cannot give ───────────────────────────────────────────────────────────────────────────────────────
def test_13_3_roles_that_the_inviter_cannot_give_are_not_offered(town):
    page = reverse("directory:invite_colleague", args=[town.here.pk])
    assert 'value="signatory"' not in text(as_(town.alice).get(page))
    assert 'value="signatory"' in text(as_(town.sophie).get(page))
    person = text(as_(town.adam).get(reverse("directory:person", args=[town.driss.pk])))
    assert '<option value="instructor"' not in person and '<option value="validator"' in person
