"""A form is done once: the key of its page, kept with its effect (edsh_portal/once.py). Every form of the portal: tests/test_pressed.py."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponse

from directory.identifiers import fictitious_siret
from directory.models import ApiToken, Establishment, User
from edsh_portal import once
from edsh_portal.models import Once
from tests.access import routes, table
from tests.database import as_role
from tests.directory import world
from tests.pressed import at_once, browser, form_to, opened

NEW = "/annuaire/etablissements/nouveau/"
TOKEN = "/mon-compte/jetons/nouveau/"
ASKED = {"name": "Clinique fictive des Tilleuls", "kind": "private", "departement": "35", "activity": "0"}

# Why a POST may be done as often as it is sent, and the routes of which it is so. What is not here carries a key.
REPEATABLE = {
    "what the page shows is written over what was there, against the versions read; the same text again is nothing": """
        applications:identity applications:answer applications:project applications:work_package applications:perimeter
        applications:indicator applications:warehouse applications:function applications:matching applications:milestone
        applications:deliverable applications:governance applications:budget applications:work applications:regime
        applications:socle applications:restore applications:settle_clash reviews:profile reviews:save reviews:save_feedback reviews:settle reviews:lists reviews:take_sheets""",
    "settings and choices written over those that stand": """calls:settings_bounds calls:settings_part
        applications:mark_section applications:hand_section directory:choose_mails directory:change_language set_language""",
    "a file is read into the page, nothing is written": """applications:fill_budget applications:fill_socle decisions:verify
        reviews:sheets reviews:sheet_of""",
    "a draft only: puts or takes away what the button says": """reviews:place reviews:stop_allocation
        reviews:move_hearing reviews:stop_hearings reviews:hearing_absences""",
    "marked as read, up to what was shown": "casework:mark_read applications:mark_dossier_read",
    "the same dossier is on paper already": "applications:print_draft",
    "an exchange of the page with a body and ids of its own": "applications:sync reviews:sync reviews:sync_feedback",
    "opens or closes the session of whoever sends it": "directory:sign_in directory:sign_out",
}
# Sent by a script of the page, in a body of its own, under its own ids.
PROGRAMS = {"applications:begin_upload", "applications:begin_member_upload"}


@pytest.fixture
def adam(committed) -> User:
    committed.set_clock(world.AT)
    world.place(7001)
    return world.someone("adam", "administrator")


def sent(adam: User, page: str = NEW, **typed):
    client = browser(adam)
    return client, opened(client, page) | ASKED | typed


# ── which forms ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_13_4_every_post_is_done_once_or_says_why_it_may_be_done_again():
    posted = {row.route for row in table.rows() if row.method == "POST" and not row.route.startswith("admin:")}
    marked = {name for name, pattern in routes.patterns() if getattr(pattern.callback, "repeatable", False)}
    said = [name for names in REPEATABLE.values() for name in names.split()]
    assert sorted(said) == sorted(marked)
    assert posted >= PROGRAMS


def test_13_4_every_form_that_is_posted_carries_the_key():
    """Beside each csrf token; the two forms of the account menu are of no page."""
    from django.conf import settings

    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        html = path.read_text()
        bare = re.findall(r"{% csrf_token %}(?!{% once %})", html)
        assert len(bare) == (
            1 if path.name in ("account.html", "language.html") and path.parent.name == "components" else 0
        ), path


# ── done once ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_three_presses_at_once_make_one_and_lead_to_it(adam):
    client, data = sent(adam)
    answers = at_once(client, NEW, lambda: dict(data))
    made = Establishment.objects.get(name=ASKED["name"])
    assert [(one.status_code, one["Location"]) for one in answers] == [
        (302, f"/annuaire/etablissements/{made.pk}/")
    ] * 3
    assert Once.objects.count() == 1


def test_the_same_content_later_is_answered_with_the_first_result(adam):
    client, data = sent(adam)
    first, again = client.post(NEW, data), client.post(NEW, data, follow=True)
    assert again.redirect_chain == [(first["Location"], 302)]
    assert "n’a été fait qu’une fois" in again.content.decode()
    assert Establishment.objects.filter(name=ASKED["name"]).count() == 1


def test_another_content_is_kept_on_the_form_with_a_new_key(adam):
    client, data = sent(adam)
    client.post(NEW, data)
    other = client.post(NEW, data | {"name": "Clinique fictive des Ormes"})
    html = other.content.decode()
    assert "déjà été envoyé" in html and "Clinique fictive des Ormes" in html
    assert not Establishment.objects.filter(name="Clinique fictive des Ormes").exists()
    fresh = form_to(NEW, NEW, html)
    assert fresh["once"] != data["once"]
    done = client.post(NEW, data | fresh | {"name": "Clinique fictive des Ormes"})
    assert done.status_code == 302 and Establishment.objects.filter(name="Clinique fictive des Ormes").count() == 1


def test_a_refusal_spends_nothing(adam):
    """Refused by the form, then by a rule: the form comes back with its key, and is done once mended."""
    client, data = sent(adam, name="")
    for wrong in ({"name": ""}, {"finess": "123"}):
        refused = client.post(NEW, data | wrong)
        assert form_to(NEW, NEW, refused.content.decode())["once"] == data["once"]
        assert Once.objects.count() == 0
    assert client.post(NEW, data | {"name": ASKED["name"]}).status_code == 302


def test_a_key_is_its_bearers_and_its_pages(adam):
    """Somebody else's key, and the same key at another address, are other keys."""
    agnes = world.someone("agnes", "administrator")
    _client, data = sent(adam)
    _client.post(NEW, data)
    hers, own = sent(agnes)
    answer = hers.post(NEW, own | {"once": data["once"], "name": "Clinique fictive des Ifs"})
    assert answer.status_code == 302 and Establishment.objects.filter(name="Clinique fictive des Ifs").exists()
    typed = {"label": "Tableur", "scopes": "read", "days": "30"}
    token = opened(_client, TOKEN) | typed | {"once": data["once"]}
    assert _client.post(TOKEN, token).status_code == 302


def test_a_form_without_a_key_is_done_as_it_comes(adam):
    client, data = sent(adam)
    for n, key in enumerate(("", "not-a-key", "%00")):
        assert client.post(NEW, data | {"once": key, "name": f"Clinique fictive {n}"}).status_code == 302
    assert (Establishment.objects.filter(name__startswith="Clinique").count(), Once.objects.count()) == (3, 0)


def test_13_4_an_establishment_without_a_number_is_known_by_its_name(adam):
    """Another key, another day: the same name in the same place says that it is there already; a number tells them apart."""
    client, data = sent(adam)
    client.post(NEW, data)
    other, again = sent(adam, name="CLINIQUE  fictive des Tilleuls".replace("  ", " "))
    said = other.post(NEW, again).content.decode()
    assert "déjà inscrit dans ce département" in said
    number = {"siret": fictitious_siret(7900), "fictitious": "on"}
    assert other.post(NEW, again | number).status_code == 302


def test_what_was_done_and_never_answered_leads_home(adam):
    """The process stopped between the commit and the answer: what it gave is for the person to look at, and no success is claimed."""
    client, data = sent(adam)
    client.post(NEW, data)
    Once.objects.update(location="")
    again = client.post(NEW, data, follow=True)
    assert again.redirect_chain == [("/accueil/", 302)]
    assert "la réponse s’est perdue" in again.content.decode()


def test_what_was_kept_and_refused_may_be_sent_again(adam, rf):
    """A deposit that was received and that a rule refuses: its form comes back with a new key, and the old one opens its page anew."""

    def received(_request):
        with transaction.atomic():
            once.keep()
        return HttpResponse(once.field(), status=422)

    def arrive(name: str):
        request = rf.post(NEW, {"once": str(key)})
        request.user, request.id = adam, name
        return once.middleware(received)(request)

    key = uuid.uuid4()
    assert str(key) not in arrive("first").content.decode()
    assert (arrive("second").status_code, arrive("third")["Location"]) == (302, NEW)


def test_whoever_waits_too_long_is_told_to_come_back(adam, monkeypatch, web):
    """The first is still at it: the form again, with its key; nothing is done."""
    monkeypatch.setattr(once, "WAIT", "50ms")
    client, data = sent(adam)
    name = f"person:{adam.pk} {uuid.UUID(data['once'])} {NEW}"
    web.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    answer = client.post(NEW, data)
    html = answer.content.decode()
    assert "pas encore terminé" in html and form_to(NEW, NEW, html)["once"] == data["once"]
    assert not Establishment.objects.filter(name=ASKED["name"]).exists()
    web.execute("SELECT pg_advisory_unlock_all()")
    assert client.post(NEW, data).status_code == 302
    with connection.cursor() as cursor:  # nothing stays locked behind an answer
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        cursor.execute(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {here}")
        assert cursor.fetchone() == (0,)


def test_keys_are_forgotten_by_the_worker_after_a_month(adam):
    client, data = sent(adam)
    client.post(NEW, data)
    with as_role("worker"):
        once.forget()
        assert Once.objects.count() == 1
    with as_role("superuser"):
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        Once.objects.update(at=F("at") - timedelta(days=31))
    with as_role("worker"):
        once.forget()
        assert Once.objects.count() == 0


# ── a secret is shown once ───────────────────────────────────────────────────────────────────────────────────────────
def test_13_4_a_token_is_shown_once_and_made_once(adam):
    client = browser(adam)
    data = opened(client, TOKEN) | {"label": "Tableur", "scopes": "read", "days": "30"}
    answers = at_once(client, TOKEN, lambda: dict(data))
    token = ApiToken.objects.get()
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, f"/mon-compte/jetons/{token.pk}/")}
    [told] = [one for one in answers if one.cookies.get("token") and one.cookies["token"].value]
    client.cookies["token"] = told.cookies["token"].value
    shown = client.get(told["Location"])
    secret = re.search(r"edsh_[\w-]{20,}", shown.content.decode())
    assert secret is not None and shown["Cache-Control"] == "no-store"
    again = client.get(told["Location"])
    assert secret[0] not in again.content.decode() and "ne le sera plus" in again.content.decode()
    client.post(TOKEN, data)
    assert ApiToken.objects.count() == 1
