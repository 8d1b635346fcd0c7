"""The hospital pages: each opens, in few queries; bad input keeps what was typed; the wall between people holds."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions
from applications.shapes import socle
from directory.models import AccountRequest
from edsh_portal.events import run
from edsh_portal.models import Delivery, Event, Mail
from tests.addresses import named
from tests.pages import tight

from . import world as made

SPENT = [12, 11, 12, 11, 12, 11]


def page(name, application, *more):
    return reverse(named(name), args=[application.reference, *more])


def signed(client, user):
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def count(client, url, status=200):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    assert len(queries) <= 15, "\n".join([url, *(q["sql"][:70] + " … " + q["sql"][-90:] for q in queries)])
    assert len(answer.content) < 100_000
    return answer


def every_page(application):
    member = application.memberships.order_by("pk").first()
    partner = application.memberships.order_by("pk").last()
    yield from (
        page(name, application)
        for name in (
            "dossier",
            "identity",
            "narrative",
            "projects",
            "add_project",
            "add_work_package",
            "perimeters",
            "add_perimeter",
            "consortium",
            "add_associated",
            "budgets",
            "pieces",
            "check",
        )
    )
    yield page("answer", application, "ambition")
    yield page("project", application, application.projects.first().pk)
    yield page("perimeter", application, application.perimeters.first().pk)
    yield from depth_pages(application)
    yield page("work_package", application, application.packages.first().pk)
    yield page("membership", application, partner.pk)
    yield page("remove_member", application, partner.pk)
    yield page("budget", application, member.pk)
    yield page("work", application, member.pk)
    yield page("add_piece", application, "presentation")
    yield page("add_member_piece", application, "annexe-financiere", member.pk)
    yield page("piece", application, application.pieces.first().pk)
    yield page("consortium", application) + "?q=angers"


def depth_pages(application):
    """Mesh, core, governance, indicators, calendar: before anything is said, then with two warehouses and what goes with them."""
    names = ("warehouses", "add_warehouse", "add_matching", "socles", "governance", "schedule", "add_milestone")
    project = application.projects.order_by("pk").first()
    yield from (page(name, application) for name in (*names, "add_deliverable"))
    yield page("add_indicator", application, project.pk)
    alice = application.created_by
    nodes = [actions.save_row(application, "warehouses", name=name, by=alice) for name in ("Rennes", "Brest")]
    actions.save_row(application, "functions", row="collect", **{"local-warehouses": nodes}, by=alice)
    matching = actions.save_row(application, "matchings", kind="snds", name="SNDS", warehouse=nodes[0], by=alice)
    actions.save_row(nodes[0].application, "socle", row=nodes[0], **socle.cells({"2.1": ("raw", "fhir")}), by=alice)
    actions.save_row(application, "governance", cse_exists=True, cse_women=3, cse_men=5, by=alice)
    indicator = actions.save_row(project.application, "indicators", within=project, label="Délai", by=alice)
    due = {"work_package": application.packages.first(), "title": "Ouverture", "month": 3, "by": alice}
    stone, thing = (
        actions.save_row(application, "milestones", **due),
        actions.save_row(application, "deliverables", **due),
    )
    yield from (page(name, application) for name in ("dossier", "check", "projects", *names))
    yield page("warehouse", application, nodes[0].pk)
    yield page("function", application, "collect")
    yield page("matching", application, matching.pk)
    yield page("socle", application, nodes[0].pk)
    yield page("indicator", application, project.pk, indicator.pk)
    yield page("milestone", application, stone.pk)
    yield page("deliverable", application, thing.pk)


def test_pages_open_in_fifteen_queries(client, world, ready):
    signed(client, world.cast.alice)
    count(client, reverse("applications:create"))
    for url in every_page(ready):
        count(client, url)
    signed(client, world.cast.sophie)
    for name in ("submit", "dossier", "check"):
        count(client, page(name, ready))


def plain(html):
    return " ".join(re.sub("<[^>]+>", " ", html).replace("\u202f", " ").replace("\xa0", " ").split())


def test_a_partner_is_told_what_is_asked_of_it(client, world, ready):
    own = ready.memberships.get(role="partner")
    signed(client, world.cast.bruno)
    home = tight(client.get(reverse("dashboards:home")).content.decode())
    assert f'href="{page("budget", ready, own.pk)}">À vous\u00a0: travaux, budget et pièces du CHU de Brest' in home
    assert "Il manque" not in home
    actions.save_row(own.application, "members", row=own, work="", by=world.cast.bruno)
    assert "Il manque : les travaux sur l’entrepôt" in plain(client.get(reverse("dashboards:home")).content.decode())
    assert "Votre établissement remplit ses travaux" in client.get(page("dossier", ready)).content.decode()
    signed(client, world.cast.alice)
    assert "À vous" not in client.get(reverse("dashboards:home")).content.decode()
    assert "Votre établissement remplit" not in client.get(page("dossier", ready)).content.decode()


def test_the_timeline_says_which_version_which_member_and_who(client, world, ready):
    actions.submit(ready, by=world.cast.sophie)
    actions.save_row(ready, "identity", title="Autre", by=world.cast.alice)
    actions.submit(ready, by=world.cast.sophie)
    signed(client, world.cast.bruno)
    html = client.get(reverse("dashboards:timeline", args=[ready.reference])).content.decode()
    told = [
        plain(entry) for entry in re.findall("<li><span.*?</li>", tight(html)[tight(html).index('class="timeline"') :])
    ]
    assert [entry.partition(" mardi")[0] for entry in told][:4] == [
        "Dossier déposé",
        "Dossier déposé",
        "Participation acceptée",
        "Établissement invité",
    ]
    assert [entry.rpartition("· ")[2] for entry in told][:4] == [
        "Sophie Version 2",
        "Sophie Version 1",
        "Bruno CHU de Brest",
        "Alice CHU de Brest",
    ]


def test_a_closed_dossier_is_read_and_offers_nothing_to_change(client, world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    signed(client, world.cast.alice)
    for name in ("projects", "perimeters", "warehouses", "schedule", "consortium", "pieces"):
        assert "ajouter" in client.get(page(name, ready)).content.decode().lower() or name in ("consortium", "pieces")
    set_clock(made.CLOSES, frozen=True)
    home = plain(client.get(page("dossier", ready)).content.decode())
    assert "Lire le dossier" in home and "Vérifier le dossier" not in home
    read = plain(client.get(page("check", ready)).content.decode())
    assert "Contenu du dossier" in read and "bloque" not in read and "Modifier" not in read
    for name in ("projects", "perimeters", "warehouses", "schedule", "consortium", "pieces"):
        html = tight(client.get(page(name, ready)).content.decode())
        assert not re.search(">(Ajouter|Retirer|Inscrire|Remplacer|Joindre|Chercher)", html[html.index("<main") :]), (
            name
        )


def test_a_partner_is_led_to_its_own_terms_alone(client, world, ready):
    own, other = (ready.memberships.get(role=role) for role in ("partner", "coordinator"))
    html = signed(client, world.cast.bruno).get(page("budgets", ready)).content.decode()
    led = re.findall(f'href="(/dossiers/{ready.reference}/budget/[0-9]+/regime/)', html)
    assert set(led) == {page("regime", ready, own.pk)} and client.get(led[0]).status_code == 200
    html = signed(client, world.cast.alice).get(page("budgets", ready)).content.decode()
    led = set(re.findall(f'href="(/dossiers/{ready.reference}/budget/[0-9]+/regime/)', html))
    assert led == {page("regime", ready, one.pk) for one in (own, other)}


def test_the_check_begins_with_what_blocks_and_leads_to_each_part(client, world, ready):
    actions.save_row(ready, "identity", months=None, goal="", by=world.cast.alice)
    html = signed(client, world.cast.alice).get(page("check", ready)).content.decode()
    first = html[html.index('class="error-summary"') : html.index('class="examined"')]
    assert re.findall('<a href="([^"]+)"', first) == [
        f"{page('identity', ready)}#id_months",
        f"{page('identity', ready)}#id_maturity_now",
    ]
    parts = html[html.index("Contenu qui serait déposé") :]
    for name in ("identity", "consortium", "narrative", "projects", "perimeters", "budgets", "pieces"):
        assert f'<a href="{page(name, ready)}">Modifier' in parts, name
    html = signed(client, world.cast.bruno).get(page("check", ready)).content.decode()
    assert ">Modifier<" not in html and f'href="{page("identity", ready)}' not in html


def test_what_was_edited_since_the_deposit_is_said(client, world, ready):
    """Once more deposited, or the version before is examined: the home, its task and the check say so, to each its part."""

    def told(who, name="dossier"):
        html = signed(client, getattr(world.cast, who)).get(page(name, ready)).content.decode()
        return plain(html[html.index("<main") :])

    actions.submit(ready, by=world.cast.sophie)
    apart = "Modifié depuis le dépôt de la version 1"
    for who in ("sophie", "bruno"):
        assert apart not in told(who)
    assert "Vous pouvez le modifier et le déposer de nouveau" in told("sophie")
    assert "de nouveau" not in told("bruno").replace("CHU de Rennes peut le déposer de nouveau", "")
    assert "Déposer le dossier Représentation légale du CHU de Rennes Complet" in told("alice")
    actions.save_field(ready, "answers.ambition", "Relier trois hôpitaux.", read_version=1, by=world.cast.alice)
    for who in ("sophie", "alice", "bruno"):
        assert apart in told(who)
        assert "sinon, la version 1 sera examinée" in told(who)
    listed = (
        "Déposer le dossier Modifié depuis le dépôt : déposez de nouveau pour que la modification compte. "
        "Représentation légale du"
    )
    assert f"{listed} CHU de Rennes À faire" in told("alice")
    changes = told("alice", "check")
    assert "Changements depuis la version 1" in changes and "deux trois" in changes
    actions.submit(ready, by=world.cast.sophie)
    assert "Le brouillon diffère" not in told("alice")
    assert "Ce qui a changé" not in told("alice", "check")


def test_version_pages(client, world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    for who in ("sophie", "alice", "bruno", "driss", "aude"):
        signed(client, getattr(world.cast, who))
        count(client, page("dossier", ready))
        count(client, page("version", ready, 1))
        count(client, page("version_file", ready, 1, version.files.first().pk))
        count(client, page("receipt_state", ready, 1))
        count(client, page("receipt", ready, 1), 404)


def test_create_page_keeps_what_was_typed(client, world):
    signed(client, world.cast.alice)
    url = reverse("applications:create")
    answer = client.post(url, {"coordinator": world.rennes.pk, "wave": world.wave.pk, "acronym": "x" * 41})
    assert answer.status_code == 422 and "x" * 41 in answer.content.decode()
    answer = client.post(url, {"coordinator": world.brest.pk, "wave": world.wave.pk, "acronym": "ODH"})
    assert answer.status_code == 422
    answer = client.post(url, {"coordinator": world.rennes.pk, "wave": world.wave.pk, "acronym": "ODH"})
    assert answer["Location"] == "/dossiers/EDSH-1-0001/"
    signed(client, world.cast.driss)
    assert "Vous n’écrivez pour aucun établissement" in client.get(url).content.decode()


def reads(client, *where) -> str:
    """The versions that a form shows, as it sends them back."""
    return client.get(page(*where)).context["form"].initial["reads"]


def test_identity_form_saves_and_refuses(client, world, draft):
    signed(client, world.cast.alice)
    answer = client.post(
        page("identity", draft), {"acronym": "ODH", "title": "T", "months": "deux", "maturity_now": "11"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422 and 'value="deux"' in text and 'value="11"' in text
    answer = client.post(page("identity", draft), {"acronym": "ODH", "months": "700"})
    assert (
        answer.status_code == 422
        and "nombre de mois" in answer.content.decode()
        and 'value="700"' in answer.content.decode()
    )
    answer = client.post(
        page("identity", draft),
        {
            "acronym": "ODH2",
            "title": "T",
            "goal": "build",
            "starts_on": "2023-01-01",
            "months": "24",
            "maturity_now": "1",
            "maturity_target": "8",
            "reads": reads(client, "identity", draft),
        },
    )
    assert answer["Location"] == page("dossier", draft)
    draft.refresh_from_db()
    assert (draft.acronym, draft.months, draft.starts_on.isoformat()) == ("ODH2", 24, "2023-01-01")


def test_answers_follow_each_other_and_a_refused_one_stays_in_the_page(client, world, draft):
    signed(client, world.cast.alice)
    url = page("answer", draft, "ambition")
    assert client.post(url, {"text": "Un texte"})["Location"] == page("answer", draft, "quality")
    answer = client.post(url, {"text": "y" * 4001, "reads": '{"answers.ambition": 1}'})
    assert answer.status_code == 422 and "y" * 4001 in answer.content.decode()
    assert client.post(page("answer", draft, "economics"), {"text": "Fin"})["Location"] == page("narrative", draft)
    assert client.get(page("answer", draft, "inconnue")).status_code == 404


def test_projects_perimeters_and_partners(client, world, draft):
    signed(client, world.cast.alice)
    assert (
        client.post(page("add_associated", draft), {"name": "Inserm", "kind": "research", "siren": "1"}).status_code
        == 422
    )
    assert (
        client.post(
            page("add_associated", draft), {"name": "Inserm", "kind": "research", "siren": "180036048"}
        ).status_code
        == 302
    )
    partner = draft.associated.get()
    assert client.post(page("add_project", draft), {"title": ""}).status_code == 422
    added = client.post(page("add_project", draft), {"title": "P"})
    project = draft.projects.get()
    assert added["Location"] == page("project", draft, project.pk)
    client.post(added["Location"], {"title": "P", "summary": "s", "partners": [partner.pk]})
    assert list(project.partners.all()) == [partner]
    client.post(
        page("project", draft, project.pk),
        {"title": "P2", "summary": "s", "reads": reads(client, "project", draft, project.pk)},
    )
    project.refresh_from_db()
    assert project.title == "P2" and not project.partners.exists()
    assert client.post(page("add_perimeter", draft), {"scope": ""}).status_code == 422
    whole = {"scope": "a", "depth": "b", "refresh": "c", "duration": "d", "interest": "e"}
    added = client.post(page("add_perimeter", draft), {"scope": "a"})
    perimeter = draft.perimeters.get()
    assert added["Location"] == page("perimeter", draft, perimeter.pk)
    assert "n’est pas compté" in client.get(page("perimeters", draft)).content.decode()
    client.post(
        page("perimeter", draft, perimeter.pk),
        whole | {"scope": "z", "reads": reads(client, "perimeter", draft, perimeter.pk)},
    )
    assert draft.perimeters.get().scope == "z"
    for name, pk in (
        ("remove_project", project.pk),
        ("remove_perimeter", perimeter.pk),
        ("remove_associated", partner.pk),
    ):
        asked = client.get(page(name, draft, pk)).content.decode()
        assert "Conséquences" in asked and "Les versions déjà déposées ne changent pas" in asked
        assert client.post(page(name, draft, pk)).status_code == 302
        assert client.post(page(name, draft, pk)).status_code == 404
    assert not draft.projects.exists() and not draft.perimeters.exists() and not draft.associated.exists()


def test_the_partner_accepts_and_fills_its_part(client, world, draft):
    signed(client, world.cast.alice)
    found = client.get(page("consortium", draft), {"q": "bre"}).content.decode()
    assert "CHU de Brest" in found and "CHU de Nantes" not in found
    client.post(page("invite_partner", draft, world.brest.pk))
    client.post(page("invite_partner", draft, world.company.pk))
    partner = draft.memberships.get(role="partner")
    signed(client, world.cast.bruno)
    assert client.get(page("dossier", draft)).status_code == 404
    assert "Rejoindre le consortium" in client.get(page("membership", draft, partner.pk)).content.decode()
    assert client.post(page("accept_membership", draft, partner.pk))["Location"] == page("dossier", draft)
    home = client.get(page("dossier", draft)).content.decode()
    assert page("budget", draft, partner.pk) in home and page("identity", draft) not in home
    assert client.get(page("identity", draft)).status_code == 403
    answer = client.post(page("budget", draft, partner.pk), {"0-staff-2022": "12,345", "aid_cents": "1"})
    assert answer.status_code == 422 and "12,345" in answer.content.decode()
    answer = client.post(page("budget", draft, partner.pk), {"0-staff-2022": "1 000,50", "aid_cents": "2 000"})
    assert answer.status_code == 302
    text = tight(client.get(answer["Location"]).content.decode())
    assert "1\u202f000,50" in text and "(R32)" in re.sub(
        r"<p[^>]* hidden>.*?</p>", "", text
    )  # kept, and shown to be too much
    assert client.post(page("work", draft, partner.pk), {"work": "Bâtir"}).status_code == 302
    assert client.post(page("work", draft, partner.pk), {"work": "x" * 4001}).status_code == 422
    signed(client, world.cast.alice)
    assert client.post(page("remove_member", draft, partner.pk), {"reason": ""}).status_code == 422
    assert client.post(page("remove_member", draft, partner.pk), {"reason": "Fin"}).status_code == 302
    client.post(page("invite_partner", draft, world.nantes.pk))
    signed(client, world.cast.zoe)
    other = draft.memberships.get(establishment=world.nantes)
    assert client.post(page("decline_membership", draft, other.pk)).status_code == 302
    assert client.post(page("accept_membership", draft, other.pk)).status_code == 404


def test_13_3_an_establishment_where_nobody_has_an_account_says_so_and_asks_for_a_person(client, world, draft):
    signed(client, world.cast.alice)
    found = client.get(page("consortium", draft), {"q": world.angers.finess}).content.decode()
    invite = page("invite_partner", draft, world.angers.pk)
    assert "Personne n’y a encore de compte." in found and f'<a class="button button-2" href="{invite}"' in found
    asked = client.get(invite).content.decode()
    assert "Personne n’a encore de compte pour cet établissement" in asked and 'name="email"' in asked
    person = {"full_name": "Max Membre", "email": "max@hopital.example", "function": "Directeur", "kind": "signatory"}
    assert client.post(invite, person | {"email": ""}).status_code == 422
    assert not draft.memberships.filter(establishment=world.angers).exists()
    told = client.post(invite, person, follow=True).content.decode()
    assert "Un courrier part à max@hopital.example" in told and "Invitation envoyée aux personnes" not in told
    request = AccountRequest.objects.get()
    assert (request.establishment, request.asked_by, request.state) == (world.angers, world.cast.alice, "asked")
    assert draft.memberships.get(establishment=world.angers).state == "invited"
    asking = Event.objects.get(kind="account.asked")
    assert run(Delivery.objects.get(event=asking).pk)
    assert "Alice invite votre établissement (CHU de Angers)" in Mail.objects.get(event=asking).body
    told = client.post(page("invite_partner", draft, world.brest.pk), follow=True).content.decode()
    assert "Invitation envoyée aux personnes" in told and AccountRequest.objects.count() == 1
    assert client.get(page("invite_partner", draft, world.company.pk)).status_code == 404


def test_pieces_are_attachments_behind_a_warning(client, world, ready, settings):
    settings.OPEN_UNSCANNED = True
    signed(client, world.cast.alice)
    url = page("add_piece", ready, "presentation")
    answer = client.post(url, {"file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert answer.status_code == 422 and "ni un PDF, ni un document" in answer.content.decode()
    settings.UPLOAD_MAX_BYTES = 500
    assert (
        "Mo au plus" in client.post(url, {"file": SimpleUploadedFile("a.pdf", b"%PDF-" + b"x" * 600)}).content.decode()
    )
    settings.UPLOAD_MAX_BYTES = 20_000_000
    assert client.post(url).status_code == 422
    assert client.post(url, {"file": SimpleUploadedFile("b.txt", made.pdf(3))}).status_code == 302
    piece = ready.pieces.get(code="presentation", replaced_at=None)
    assert piece.document.name == "b.pdf"
    listed = client.get(page("pieces", ready)).content.decode()
    assert 'hx-trigger="every 2s"' in listed and "que vous pouvez déposer sans attendre" in listed
    shut = client.get(page("piece", ready, piece.pk), {"ouvrir": 1})
    assert (shut.status_code, "en cours d’examen" in shut.content.decode()) == (403, True)
    assert made.examined() == [True]
    assert "hx-trigger" not in client.get(page("pieces", ready)).content.decode().partition('id="pieces"')[2]
    assert "Aucun antivirus" in client.get(page("piece", ready, piece.pk)).content.decode()
    answer = client.get(page("piece", ready, piece.pk), {"ouvrir": 1})
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    settings.OPEN_UNSCANNED = False
    assert client.get(page("piece", ready, piece.pk), {"ouvrir": 1}).status_code == 403
    assert client.post(page("remove_piece", ready, piece.pk)).status_code == 302
    signed(client, world.cast.bruno)
    assert client.get(url).status_code == 403
    assert (
        client.post(page("remove_piece", ready, ready.pieces.get(membership__role="coordinator").pk)).status_code == 403
    )
    signed(client, world.cast.driss)
    assert client.get(page("piece", ready, piece.pk)).status_code == 404


def test_deposit_then_receipt(client, world, ready):
    signed(client, world.cast.alice)
    assert client.get(page("submit", ready)).status_code == 403
    signed(client, world.cast.sophie)
    assert "Déposer le dossier" in client.get(page("submit", ready)).content.decode()
    answer = client.post(page("submit", ready), {"x": 1})
    assert answer["Location"] == page("version", ready, 1)
    shown = client.get(answer["Location"]).content.decode()
    assert "AR-EDSH-1-0001-v1" in shown and "10:30:00" in shown and "se prépare" in shown
    assert client.post(page("withdraw", ready), {"reason": ""}).status_code == 422
    assert client.post(page("withdraw", ready), {"reason": "Fin"}).status_code == 302
    assert client.get(page("version_file", ready, 1, 10**9)).status_code == 404
    assert client.get(page("version", ready, 2)).status_code == 404


def test_a_refused_deposit_says_the_rule(client, world, draft):
    signed(client, world.cast.sophie)
    answer = client.post(page("submit", draft), {"x": 1})
    assert answer.status_code == 422 and "R10" in answer.content.decode()
    shown = client.get(page("submit", draft)).content.decode()  # and says it again to who comes back
    assert "Votre dernier dépôt a été refusé" in shown and "à 10:30:00,000" in shown
    assert "Votre dernier dépôt a été refusé" not in client.get(page("check", draft)).content.decode()


def test_a_deposit_received_and_not_yet_frozen_says_so(client, world, ready):
    actions.receive(ready, by=world.cast.sophie)
    signed(client, world.cast.sophie)
    shown = client.get(page("submit", ready)).content.decode()
    assert "Votre dépôt est reçu" in shown and "10:30:00" in shown
    assert client.post(page("submit", ready), {"x": 1})["Location"] == page("version", ready, 1)
    assert "Votre dépôt est reçu" not in client.get(page("submit", ready)).content.decode()


def test_the_hdh_reads_the_catalogue_part_alone(client, world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    signed(client, world.cast.nadia)
    shown = client.get(page("dossier", ready)).content.decode()
    assert "Séjours" in shown and "Aide demandée" not in shown and "Projet 1" not in shown
    assert client.get(page("version", ready, 1)).status_code == 403
    assert client.get(page("version_file", ready, 1, version.files.first().pk)).status_code == 403


def test_strangers_see_nothing_that_absence_would_not_show(client, world, ready):
    urls = [*every_page(ready), page("submit", ready), page("withdraw", ready), page("version", ready, 1)]
    for who in ("zoe", "adam", "claire", "driss"):
        signed(client, getattr(world.cast, who))
        absent = client.get("/dossiers/EDSH-9-9999/")
        for url in urls:
            answer = client.get(url)
            assert (answer.status_code, answer.content) == (404, absent.content), url


@pytest.mark.parametrize("others", [1, 3, 30])
def test_the_number_of_queries_does_not_grow(client, world, ready, others):
    for number in range(others):
        made.draft(world, acronym=f"A{number}")
        actions.save_row(ready, "projects", title=f"P{number}", by=world.cast.alice)
    signed(client, world.cast.alice)
    spent = []
    for url in (page(name, ready) for name in ("dossier", "consortium", "projects", "budgets", "pieces", "check")):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        spent.append(len(queries))
    assert spent == SPENT


def test_the_signatory_reads_what_is_committed_and_what_changed(client, world, ready):
    signed(client, world.cast.sophie)
    shown = count(client, page("submit", ready)).content.decode()
    assert "donné par Paula le mardi 20\u00a0septembre 2022" in shown and "le vôtre, en déposant" in shown
    assert "Ce qui a changé" not in shown
    actions.submit(ready, by=world.cast.sophie)
    actions.save_row(ready, "identity", months=30, by=world.cast.alice)
    shown = count(client, page("submit", ready)).content.decode()
    assert "Changements depuis le dernier dépôt" in shown
    assert "<del>24</del> devient <ins>30</ins>" in shown
