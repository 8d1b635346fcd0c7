"""Pages: coming in, being locked out, roles lost at the next request, forms that keep what was typed."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from directory import actions
from directory.models import ApiToken, Establishment, Invitation, User
from edsh_portal import acts
from edsh_portal.events import run
from edsh_portal.models import AccessLog, Delivery, Event, Mail
from tests.roles import administrators, take

from .world import AT, PASSWORD, place, someone


@pytest.fixture
def paul(town):
    return someone("paul", password=PASSWORD)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def sign_in(client: Client, email: str, password: str, **more):
    return client.post(reverse("directory:sign_in"), {"email": email, "password": password}, **more)


NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"


def text(response) -> str:
    return response.content.decode()


# ── coming in ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_coming_in_and_going_out_is_logged(paul):
    client = Client()
    page = client.get(reverse("directory:account"))
    assert page.status_code == 302 and page["Location"].startswith("/connexion/?next=")
    answer = client.post(page["Location"], {"email": " Paul@EDSH.example", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/mon-compte/")
    assert answer.cookies["language"].value == "fr"
    for elsewhere in (
        "//evil.example/",
        "https://evil.example/",
        "EDSH-1-0001",
        "javascript:alert(1)",
        "./x",
        "/\\evil",
    ):
        assert client.get("/connexion/", {"next": elsewhere}).headers["Location"] == reverse("dashboards:home"), (
            elsewhere
        )
    assert client.get("/connexion/?next=/mon-compte/").headers["Location"] == "/mon-compte/"
    assert client.get(reverse("directory:sign_out")).status_code == 405
    assert client.post(reverse("directory:sign_out")).status_code == 302
    assert client.get(reverse("directory:account")).status_code == 302
    assert list(AccessLog.objects.order_by("pk").values_list("user", "route", "status")) == [
        (paul.pk, "directory:sign_in", 302),
        (paul.pk, "directory:sign_out", 204),
    ]


def test_a_page_asks_who_is_in_and_with_which_key(paul):
    client, path = Client(enforce_csrf_checks=True), reverse("directory:session")
    assert client.get(path).json()["person"] is None
    client.force_login(paul, backend="directory.backends.EmailBackend")
    told = client.get(path)
    assert (told.json()["person"], told.headers["Cache-Control"]) == (paul.pk, NEVER)
    form = {"language": "en", "csrfmiddlewaretoken": told.json()["key"]}
    assert client.post(reverse("directory:change_language"), form).status_code == 302
    assert client.post(reverse("directory:change_language"), {"language": "en"}).status_code == 403


def test_an_unknown_address_and_a_wrong_password_get_the_same_page(paul):
    actions.deactivate(someone("shut", password=PASSWORD), by=User.objects.get(email="adam@edsh.example"))
    pages = [
        text(sign_in(Client(), email, "faux faux faux faux")).replace(email, "@")
        for email in ("paul@edsh.example", "nobody@edsh.example")
    ]
    pages.append(text(sign_in(Client(), "shut@edsh.example", PASSWORD)).replace("shut@edsh.example", "@"))
    masked = {page[page.index("<main") : page.index("</main")].split("csrfmiddlewaretoken")[0] for page in pages}
    assert len(masked) == 1 and "Adresse électronique ou mot de passe inconnus" in masked.pop()
    assert list(AccessLog.objects.values_list("user", "status").distinct()) == [(None, 401)]
    assert "Enter a valid" not in text(sign_in(Client(), "x", "y")) and 'value="x"' in text(sign_in(Client(), "x", "y"))


def test_a_role_taken_or_an_account_shut_closes_sessions_at_the_next_request(town):
    client = as_(town.aude)
    people = reverse("directory:people")
    assert client.get(people).status_code == 200
    take(town.aude, "auditor")
    assert client.get(people).headers["Location"].startswith("/connexion/")
    other = as_(town.zoe)
    assert other.get(reverse("directory:account")).status_code == 200
    actions.deactivate(town.zoe, by=town.adam)
    assert other.get(reverse("directory:account")).status_code == 302


def test_a_new_password_keeps_this_session_and_closes_the_others(paul):
    here, there = as_(paul), as_(paul)
    url = reverse("directory:change_password")
    wrong = here.post(
        url, {"current": "faux", "password": "une autre phrase longue", "again": "une autre phrase longue"}
    )
    assert "Ce mot de passe n’est pas votre mot de passe actuel" in text(wrong)
    differs = here.post(url, {"current": PASSWORD, "password": "une autre phrase longue", "again": "x"})
    assert "Les deux mots de passe diffèrent" in text(differs)
    done = here.post(
        url, {"current": PASSWORD, "password": "une autre phrase longue", "again": "une autre phrase longue"}
    )
    assert done.status_code == 302
    assert here.get(reverse("directory:account")).status_code == 200
    assert there.get(reverse("directory:account")).status_code == 302
    assert sign_in(Client(), paul.email, "une autre phrase longue").status_code == 302


def test_the_language_is_kept(paul):
    client = as_(paul)
    assert client.post(reverse("directory:change_language"), {"language": "en"}).cookies["language"].value == "en"
    assert User.objects.get(pk=paul.pk).language == "en"
    assert client.post(reverse("directory:change_language"), {"language": "xx"}).status_code == 200


# ── invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────
def link_of(invitation: Invitation) -> str:
    event = Event.objects.filter(subject_type="directory.invitation", subject_id=invitation.pk).latest("pk")
    assert run(Delivery.objects.get(event=event, reaction="directory.send_invitation").pk)
    letter = Mail.objects.get(event=event)
    assert letter.address == invitation.email
    return "/invitation/" + letter.body.split("/invitation/")[1].split()[0]


ANSWER = "/invitation/"


def opened(client: Client, link: str):
    """The page behind the link of a letter, which has left the address."""
    answer = client.get(link)
    assert (answer.status_code, answer["Location"]) == (302, ANSWER)
    cookie = answer.cookies["letter"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        link.split("/")[2],
        True,
        "Lax",
        "",
    )
    return client.get(ANSWER)


def test_a_colleague_is_invited_and_comes_in(town):
    url = reverse("directory:invite_colleague", args=[town.here.pk])
    assert as_(town.zoe).get(url).status_code == 403
    wrong = as_(town.alice).post(url, {"full_name": "Nour", "email": "nour", "kind": ""})
    assert 'value="nour"' in text(wrong) and not Invitation.objects.exists()
    form = {"full_name": "Nour", "email": "nour@edsh.example", "kind": "writer"}
    assert as_(town.alice).post(url, form).status_code == 302
    above = as_(town.alice).post(url, form | {"kind": "signatory"})  # not hers to give
    assert above.status_code == 200 and "Choisissez une des valeurs proposées" in text(above)
    link, client = link_of(Invitation.objects.get()), Client()
    assert "CH fictif d’Ici" in text(opened(client, link))
    weak = client.post(ANSWER, {"password": "court", "again": "court"})
    assert weak.status_code == 200 and "error-summary" in text(weak)
    assert client.post(ANSWER, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert client.cookies["letter"].value == ""
    assert client.get(reverse("directory:account")).status_code == 200
    assert opened(Client(), link).status_code == 410
    assert Client().get(ANSWER).status_code == 410
    secret = link.split("/")[2]
    assert not AccessLog.objects.filter(path__contains=secret).exists()


def test_who_has_an_account_signs_in_to_accept(town):
    form = {"full_name": "Zoe", "email": town.zoe.email, "establishment": "", "kind": "", "role": "expert"}
    assert as_(town.adam).post(reverse("directory:invite"), form).status_code == 302
    assert as_(town.driss).post(reverse("directory:invite"), form).status_code == 403
    link = link_of(Invitation.objects.get())
    anyone, zoe = Client(), as_(town.zoe)
    assert "/connexion/?next=/invitation/" in text(opened(anyone, link))
    assert anyone.post(ANSWER, {"password": PASSWORD, "again": PASSWORD}).status_code == 200
    assert "Déconnectez-vous" in text(opened(as_(town.alice), link))
    opened(zoe, link)
    assert zoe.post(ANSWER).status_code == 302
    assert not town.zoe.groups.filter(name="expert").exists()  # two administrators give it
    event = Event.objects.get(kind="invitation.accepted")
    assert all(run(pk) for pk in Delivery.objects.filter(event=event).values_list("pk", flat=True))
    assert "expert" in Mail.objects.get(event=event, to=town.adam).body.lower()
    assert opened(Client(), "/invitation/nonsense/").status_code == 410


def test_an_invitation_is_sent_again(town):
    invitation = actions.invite(email="n@edsh.example", full_name="N", role="expert", by=town.adam)
    old = link_of(invitation)
    url = reverse("directory:renew_invitation", args=[invitation.pk])
    assert as_(town.zoe).post(url).status_code == 404
    assert as_(town.adam).post(url).status_code == 302
    assert [opened(Client(), link).status_code for link in (old, link_of(invitation))] == [410, 200]


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_people_are_listed_by_who_may(town):
    url = reverse("directory:people")
    assert {as_(u).get(url).status_code for u in (town.driss, town.alice, town.zoe)} == {403}
    shown = text(as_(town.aude).get(url))
    assert "alice<wbr>@edsh.example" in shown and "Inviter une personne" not in shown
    page = as_(town.adam).get(url, {"q": "ali", "role": "", "account": "open"})
    assert [p.full_name for p in page.context["page"]] == ["Alice"]
    assert [p.full_name for p in as_(town.adam).get(url, {"role": "instructor"}).context["page"]] == ["Driss"]
    assert as_(town.adam).get(url, {"role": "king", "page": "x", "q": "\x00"}).status_code == 200


def test_a_person_is_shown_to_who_may(town):
    url = reverse("directory:person", args=[town.driss.pk])
    assert [as_(u).get(url).status_code for u in (town.adam, town.aude, town.driss, town.alice)] == [200, 200, 200, 404]


def test_roles_and_links_by_pages(town):
    adam, pk = as_(town.adam), town.zoe.pk
    grant, link = reverse("directory:grant_role", args=[pk]), reverse("directory:affiliate", args=[pk])
    assert (
        "Choisissez" in text(adam.post(grant, {"role": "king"}))
        or adam.post(grant, {"role": "king"}).status_code == 200
    )
    assert "ne se cumule pas" in text(adam.post(grant, {"role": "payer"}))
    assert adam.post(grant, {"role": "expert"}).status_code == 302
    assert "est déjà en attente" in text(adam.post(grant, {"role": "expert"}))
    assert "attend d’être approuvé" in text(adam.get(reverse("directory:person", args=[pk])))
    second, act = as_(administrators()[0]), acts.waiting("role.grant", town.zoe)
    assert adam.post(reverse("dashboards:approve_act", args=[act.pk])).status_code == 403
    assert "Expertise" in text(second.get(reverse("dashboards:home")))
    assert second.post(reverse("dashboards:approve_act", args=[act.pk])).status_code == 302
    assert "Choisissez une des valeurs proposées" in text(adam.post(grant, {"role": "expert"}))  # held already
    end = reverse("directory:revoke_role", args=[pk, "expert"])
    assert "toutes les sessions" in text(adam.get(end))
    assert adam.post(end).status_code == 302 and adam.post(end).status_code == 409
    assert adam.get(reverse("directory:revoke_role", args=[pk, "king"])).status_code == 404
    assert "Aucun établissement" in text(adam.post(link, {"a-establishment": "750712184", "a-kind": "writer"}))
    assert adam.post(link, {"a-establishment": town.here.finess, "a-kind": "employee"}).status_code == 302
    kept = town.zoe.affiliations.get(kind="employee")
    end = reverse("directory:end_affiliation", args=[kept.pk])
    assert adam.get(end).status_code == 200 and adam.post(end).status_code == 302
    zoe = User.objects.get(pk=pk)  # her sessions were closed
    assert as_(zoe).get(end).status_code == 403 and as_(town.alice).get(end).status_code == 404
    for name in ("deactivate", "reactivate"):
        url = reverse(f"directory:{name}", args=[pk])
        assert (
            adam.get(url).status_code == 200 and adam.post(url).status_code == 302 and adam.post(url).status_code == 409
        )
    assert as_(town.aude).post(grant, {"role": "expert"}).status_code == 403


# ── establishments ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_register_is_searched(town):
    client, url = as_(town.zoe), reverse("directory:establishments")
    place(7010, "Hôpital de l’Est", ght_code="GHT-9", kind="private")

    def found(**asked):
        return [e.name for e in client.get(url, asked).context["page"]]

    assert found() == ["CH fictif d’Ici", "CH fictif de Là", "Hôpital de l’Est"]
    assert found(q="hopital") == found(ght="ght-9") == found(kind="private") == ["Hôpital de l’Est"]
    assert found(q=f"{town.here.finess[:3]} {town.here.finess[3:]}") == found(q=town.here.siret) == ["CH fictif d’Ici"]
    assert found(region="53") == found(region="nowhere") == found()
    assert "fictif" in text(client.get(url))


def test_an_establishment_shows_its_numbers_its_gcs_and_its_people_to_who_may(town):
    gcs = place(7011, "GCS fictif", kind="gcs")
    actions.add_gcs_member(gcs, town.here, by=None, at=AT)
    url = reverse("directory:establishment", args=[town.here.pk])
    for user, sees in ((town.alice, True), (town.adam, True), (town.aude, True), (town.driss, True), (town.zoe, False)):
        page = text(as_(user).get(url))
        assert "identifiant fictif" in page and "GCS fictif" in page and (town.sophie.email in page) is sees
    assert "CH fictif d’Ici" in text(as_(town.zoe).get(reverse("directory:establishment", args=[gcs.pk])))
    assert as_(town.zoe).get(reverse("directory:establishment", args=[10**18])).status_code == 404


def test_an_establishment_is_entered_by_the_administrator(town):
    url, adam = reverse("directory:create_establishment"), as_(town.adam)
    form = {"name": "CHU", "kind": "public", "finess": "750 712 185", "departement": "35", "activity": "5"}
    wrong = text(adam.post(url, form))
    assert "La clé de contrôle de ce numéro FINESS est fausse" in wrong and 'value="750 712 185"' in wrong
    assert adam.post(url, form | {"finess": "750712184"}).status_code == 302
    assert Establishment.objects.get(finess="750712184").departement_id == "35"
    assert as_(town.driss).get(url).status_code == 403
    gcs = place(7012, "GCS fictif", kind="gcs")
    member = reverse("directory:add_gcs_member", args=[gcs.pk])
    assert adam.post(member, {"member": town.here.siret}).status_code == 302
    assert "propre membre" in text(adam.post(member, {"member": gcs.finess}))
    assert "Aucun établissement" in text(adam.post(member, {"member": "1"}))
    assert as_(town.zoe).post(member, {"member": "1"}).status_code == 403


def test_the_lists_cost_the_same_at_1_3_and_300(town):
    client, names = as_(town.adam), ("people", "establishments", "tokens")
    counts: dict[str, set[int]] = {name: set() for name in names}
    for total in (1, 3, 300):
        for number in range(ApiToken.objects.count(), total):
            actions.affiliate(someone(f"p{number}"), place(8000 + number), kind="writer", by=None, at=AT)
            actions.issue_token(town.adam, label="x", scopes=["read"], days=1, by=town.adam)
        for name in names:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(f"directory:{name}")).status_code == 200
            counts[name].add(len(queries))
    assert {len(found) for found in counts.values()} == {1} and max(map(max, counts.values())) <= 15, counts


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_token_is_shown_once(town):
    client, url = as_(town.driss), reverse("directory:issue_token")
    wrong = text(client.post(url, {"label": "Tableau", "days": "0"}))
    assert 'value="Tableau"' in wrong and "error-summary" in wrong
    made = client.post(url, {"label": "Tableau", "scopes": ["read"], "days": "30"})
    token = ApiToken.objects.get()
    secret = made.cookies["token"].value
    shown, again = client.get(made["Location"]), client.get(made["Location"])
    assert secret in text(shown) and shown["Cache-Control"] == "no-store"
    assert secret not in text(again) and "ne le sera plus" in text(again)
    assert as_(town.adam).get(made["Location"]).status_code == 404
    listed = text(client.get(reverse("directory:tokens")))
    assert "Tableau" in listed and "Jamais" in listed
    revoke = reverse("directory:revoke_token", args=[token.pk])
    assert as_(town.adam).get(revoke).status_code == 404
    assert client.get(revoke).status_code == 200 and client.post(revoke).status_code == 302
    assert client.post(revoke).status_code == 409


# ── registers ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_registers_are_read_by_two_roles_and_written_by_nobody(town):
    for user, status in ((town.aude, 200), (town.adam, 200), (town.driss, 403), (town.alice, 403)):
        client = as_(user)
        for noun in (
            "user",
            "establishment",
            "affiliation",
            "gcsmembership",
            "invitation",
            "apitoken",
            "region",
            "departement",
        ):
            assert client.get(reverse(f"admin:directory_{noun}_changelist")).status_code == status
    client = as_(town.adam)
    row = reverse("admin:directory_establishment_change", args=[town.here.pk])
    assert client.get(row).status_code == 200
    assert client.post(row, {"name": "x"}).status_code == 403
    assert client.get(reverse("admin:directory_establishment_add")).status_code == 403
    assert (
        client.post(reverse("admin:directory_establishment_delete", args=[town.here.pk]), {"post": "yes"}).status_code
        == 403
    )
    index = as_(town.aude).get("/registres/").content.decode()
    assert "Établissements" in index and "Rattachements" in index
    assert "Admissib" not in index and "Affiliation" not in index
    assert client.get("/registres/auth/group/").status_code == 404
    assert Client().get("/registres/login/").headers["Location"] == "/connexion/?next=%2Fregistres%2F"
    assert client.get("/registres/password_change/").headers["Location"] == reverse("directory:change_password")
