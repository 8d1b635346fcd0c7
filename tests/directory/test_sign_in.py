"""Wrong passwords: waits that grow, known devices that nothing delays, sprays that stop, nothing that tells who exists; how long a
session lasts, and who is told that what opens their account has changed."""

from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directory import actions, attempts
from directory.models import User
from edsh_portal.events import run
from edsh_portal.models import AccessLog, Delivery, Event, Mail, Throttle, WebSession

from .world import PASSWORD, someone

ELSEWHERE = "203.0.113.9"
HOSPITAL = "192.0.2.1"
SIGN_IN = "/connexion/"
ACCOUNT = "/mon-compte/"
WAITS = "Trop d’essais ont échoué : réessayez dans"


@pytest.fixture
def paul(town):
    return someone("paul", password=PASSWORD)


@pytest.fixture
def quick(settings):
    """Sixty people's passwords: how dear a hash is teaches nothing here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, who: User | str, password: str = PASSWORD, address: str = HOSPITAL) -> int:
    email = who if isinstance(who, str) else who.email
    return client.post(SIGN_IN, {"email": email, "password": password}, REMOTE_ADDR=address).status_code


def device_of(user: User, address: str = HOSPITAL) -> Client:
    """A browser where they have signed in, and gone out."""
    client = Client()
    assert sign_in(client, user, address=address) == 302
    client.post(reverse("directory:sign_out"))
    return client


def wrongly(client: Client, who: User | str, times: int, address: str = ELSEWHERE) -> list[int]:
    return [sign_in(client, who, "faux", address) for _ in range(times)]


def later(**time: float) -> None:
    Throttle.objects.update(at=F("at") - timedelta(**time))


# ── one account ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_sixth_try_waits_and_reads_how_long(paul):
    client = Client()
    assert wrongly(client, paul, 5) == [200] * 5
    later(seconds=-60)  # however slow the machine: no second has gone by since the fifth
    answer = client.post(SIGN_IN, {"email": paul.email.upper(), "password": PASSWORD}, REMOTE_ADDR=ELSEWHERE)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert f"{WAITS} 30 secondes." in answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert f'value="{paul.email.upper()}"' in answer.content.decode()  # what was typed stays
    later(seconds=60 + 31)
    assert sign_in(client, paul, address=ELSEWHERE) == 302
    assert wrongly(client, paul, 5) == [200] * 5  # the success emptied the counter


def test_an_attack_from_elsewhere_delays_neither_a_known_device_nor_another_network(paul):
    device = device_of(paul)
    assert wrongly(Client(), paul, 8) == [200] * 5 + [429] * 3
    assert sign_in(device, paul, address=ELSEWHERE) == 302  # behind the attacker's own address
    assert sign_in(Client(), paul) == 302


def test_an_attack_from_everywhere_delays_whoever_is_unknown_and_no_known_device(paul):
    device = device_of(paul)
    told = [wrongly(Client(), paul, 5, f"203.0.{n}.9") for n in range(7)]
    assert sum(told, []) == [200] * 30 + [429] * 5
    assert sign_in(Client(), paul) == 429
    assert sign_in(device, paul) == 302


def test_a_known_device_is_counted_alone(paul):
    device = device_of(paul)
    assert wrongly(device, paul, 6) == [200] * 5 + [429]
    assert sign_in(device, paul) == 429
    assert sign_in(Client(), paul) == 302


@pytest.mark.parametrize("change", ["password", "shut", "forged", "other"])
def test_a_device_is_known_until_the_credentials_change(paul, town, change):
    device, password = device_of(paul), PASSWORD
    wrongly(Client(), paul, 6)
    match change:
        case "password":
            password = "une autre phrase longue"
            actions.change_password(paul, current=PASSWORD, password=password, by=paul)
        case "shut":
            actions.deactivate(paul, by=town.adam)
            actions.reactivate(paul, by=town.adam)
        case "forged":
            device.cookies["device"] = device.cookies["device"].value[:-1] + "A"
        case "other":
            device = device_of(someone("lea", password=PASSWORD))
    assert sign_in(device, paul, password, ELSEWHERE) == 429


def test_several_people_of_one_browser_are_each_known(quick, paul):
    others = [someone(f"p{n}", password=PASSWORD) for n in range(3)]
    client = device_of(paul)
    for other in others:
        assert sign_in(client, other) == 302
        client.post(reverse("directory:sign_out"))
    for one in (paul, *others):
        wrongly(Client(), one, 5)
        assert sign_in(client, one, address=ELSEWHERE) == 302
        client.post(reverse("directory:sign_out"))


def test_a_new_password_keeps_this_browser_known(paul):
    client, new = Client(), "une autre phrase longue"
    sign_in(client, paul)
    typed = {"current": PASSWORD, "password": new, "again": new}
    assert client.post(reverse("directory:change_password"), typed).status_code == 302
    wrongly(Client(), paul, 6)
    client.post(reverse("directory:sign_out"))
    assert sign_in(client, paul, new, ELSEWHERE) == 302


def test_the_current_password_is_not_found_by_trying(paul):
    client = Client()
    sign_in(client, paul)
    url, new = reverse("directory:change_password"), "une autre phrase longue"
    typed = {"current": "faux", "password": new, "again": new}
    pages = [client.post(url, typed).content.decode() for _ in range(6)]
    assert ["Ce mot de passe n’est pas votre mot de passe actuel" in page for page in pages] == [True] * 5 + [False]
    assert WAITS in pages[-1].replace("\u202f", " ").replace("\xa0", " ")
    assert client.post(url, typed | {"current": PASSWORD}).status_code == 200
    later(seconds=31)
    assert client.post(url, typed | {"current": PASSWORD}).status_code == 302


# ── one address, one network ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def still(monkeypatch):
    """Counters that do not drain while a slow machine tries."""
    for name in ("ADDRESS", "NETWORK"):
        monkeypatch.setattr(attempts, name, getattr(attempts, name)._replace(drain=1e9))


def test_a_spray_stops_by_address_then_by_network(quick, town, still):
    """Forty accounts, one try each: the issue was that they went unlimited."""
    told = [sign_in(Client(), f"p{n}@edsh.example", "faux", ELSEWHERE) for n in range(40)]
    assert told == [200] * attempts.ADDRESS.free + [429] * 10
    told = [sign_in(Client(), f"q{n}@edsh.example", "faux", f"203.0.113.{10 + n}") for n in range(80)]
    assert told == [200] * (attempts.NETWORK.free - attempts.ADDRESS.free) + [429] * 10
    assert sign_in(Client(), "r@edsh.example", "faux", HOSPITAL) == 200
    told = [sign_in(Client(), f"s{n}@edsh.example", "faux", f"2001:db8::{n:x}") for n in range(102)]
    assert told == [200] * 100 + [429] * 2


@pytest.mark.parametrize("attacked", [False, True])
def test_a_hospital_of_sixty_behind_one_address_at_the_last_minute(quick, town, still, attacked):
    """A third on browsers they never used, every other one mistyping: all are in. Under a spray from that very address, and an
    attack on some accounts, all those on known devices still are."""
    people = [someone(f"h{n}", password=PASSWORD) for n in range(60)]
    browsers = {one: device_of(one) if attacked or n % 3 else Client() for n, one in enumerate(people)}
    Throttle.objects.all().update(level=0)
    if attacked:
        assert 429 in [sign_in(Client(), f"z{n}@edsh.example", "faux") for n in range(60)]
    for one in people[::4] if attacked else ():
        wrongly(Client(), one, 6)
    told = []
    for n, one in enumerate(people):
        for _ in range(n % 2 + n % 4 // 3):
            assert sign_in(browsers[one], one, "mot de passe mal tapé") == 200
        told.append(sign_in(browsers[one], one))
    assert told == [302] * 60


# ── nothing tells who exists ─────────────────────────────────────────────────────────────────────────────────────────
def test_known_and_unknown_accounts_get_the_same_answer_for_the_same_work(paul, town, monkeypatch):
    shut = someone("shut", password=PASSWORD)
    actions.deactivate(shut, by=town.adam)
    hashed: list[str] = []
    for name in ("encode", "verify"):
        does = getattr(hashers.Argon2PasswordHasher, name)
        heard = lambda self, *args, _does=does, **more: (hashed.append("once"), _does(self, *args, **more))[1]  # noqa: E731
        monkeypatch.setattr(hashers.Argon2PasswordHasher, name, heard)
    seen = []
    for n, email in enumerate((paul.email, "nobody@edsh.example", shut.email)):
        told = []
        for attempt in range(6):
            hashed.clear()
            if attempt == 5:
                later(seconds=-60)  # however slow the machine: no second has gone by since the fifth
            with CaptureQueriesContext(connection) as asked:
                page = Client().post(SIGN_IN, {"email": email, "password": "faux"}, REMOTE_ADDR=f"203.0.{n}.9")
            main = page.content.decode().replace(email, "@").partition("<main")[2].partition("csrfmiddlewaretoken")
            told.append((page.status_code, main[0], page.get("Retry-After"), len(hashed), len(asked)))
        seen.append(told)
    assert seen[0] == seen[1] == seen[2]
    assert [(status, work) for status, _m, _r, work, _q in seen[0]] == [(200, 1)] * 5 + [(429, 0)]


# ── sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def inside(paul):
    client = Client()
    sign_in(client, paul)
    return client


def ends(**time: float) -> None:
    WebSession.objects.update(expires_at=timezone.now() + timedelta(**time))


def minutes_left() -> int:
    return round((WebSession.objects.exclude(data="").get().expires_at - timezone.now()).total_seconds() / 60)


def test_a_session_ends_when_nobody_is_there(inside):
    assert minutes_left() == 60
    ends(minutes=3)
    assert inside.get(ACCOUNT, headers={"X-Portal-Alone": "1"}).status_code == 200
    assert minutes_left() == 3
    assert inside.get(ACCOUNT).status_code == 200
    assert minutes_left() == 60
    ends(seconds=-1)
    assert inside.get(ACCOUNT).status_code == 302


def test_a_session_ends_twelve_hours_after_it_began(inside):
    session = inside.session
    session["began"] -= 11.5 * 3600
    session.save()
    assert inside.get(ACCOUNT).status_code == 200
    assert minutes_left() == 30
    session["began"] -= 0.6 * 3600
    session.save()
    assert inside.get(ACCOUNT).status_code == 302


def test_the_row_of_a_session_moves_once_a_minute(inside):
    def writes() -> int:
        with CaptureQueriesContext(connection) as asked:
            inside.get(ACCOUNT)
        return sum('UPDATE "web_session"' in one["sql"] for one in asked)

    assert writes() == 0
    ends(minutes=58)
    assert (writes(), writes()) == (1, 0)


def test_every_session_ends_with_the_password_wherever_it_is(paul, inside):
    there, program = Client(), Client()
    sign_in(there, paul)
    sign_in(program, paul)
    actions.change_password(paul, current=PASSWORD, password="une autre phrase longue", by=paul)
    for client in (inside, there):
        assert client.get(ACCOUNT).status_code == 302
    assert program.get("/api/v1/calls/").status_code == 401


# ── who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────
def letters(user: User) -> list[tuple[str, str]]:
    for pk in Delivery.objects.filter(reaction="directory.warn_of_credentials", state="todo").values_list(
        "pk", flat=True
    ):
        assert run(pk)
    return list(Mail.objects.filter(to=user).order_by("pk").values_list("subject", "language"))


def test_a_person_is_told_when_what_opens_their_account_changes(paul):
    client = device_of(paul)
    assert letters(paul) == [("Nouvelle connexion à votre compte", "fr")]
    sign_in(client, paul)
    assert Event.objects.filter(kind="user.device_known").count() == 1  # known: nothing to tell
    actions.change_language(paul, "en", by=paul)
    actions.issue_token(paul, label="essai", scopes=["read"], days=3, by=paul)
    actions.change_password(paul, current=PASSWORD, password="une autre phrase longue", by=paul)
    sign_in(Client(), paul, "une autre phrase longue")
    assert letters(paul)[1:] == [
        ("An access token was created on your account", "en"),
        ("Your password has been changed", "en"),
        ("New sign-in to your account", "en"),
    ]
    body = Mail.objects.filter(to=paul).latest("pk").body
    assert "%(" not in body and "203.0" not in body and "administration" in body


def test_the_log_of_who_came_in_says_from_where(paul):
    sign_in(Client(), paul, "faux", ELSEWHERE)
    client = Client()
    sign_in(client, paul)
    client.post(reverse("directory:sign_out"), REMOTE_ADDR=HOSPITAL)
    assert list(AccessLog.objects.order_by("pk").values_list("user", "address", "status")) == [
        (None, ELSEWHERE, 401),
        (paul.pk, HOSPITAL, 302),
        (paul.pk, HOSPITAL, 204),
    ]


def test_a_try_that_waits_writes_no_row(paul):
    """Whoever does not stop fills no table."""
    client = Client()
    wrongly(client, paul, 5)
    before = AccessLog.objects.count(), Throttle.objects.count()
    assert wrongly(client, paul, 4) == [429] * 4
    assert (AccessLog.objects.count(), Throttle.objects.count()) == before
