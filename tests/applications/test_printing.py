"""A draft on paper and the blank form: asked, laid out by the worker, fetched by who reads the dossier, or by anyone."""

import io
import re

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape

from applications import actions, printing
from applications.content.fields import SECTIONS, TERMS
from applications.forms.dossier import form_of
from applications.models import Printout
from applications.reactions.receipt import receipt_context
from calls.questions import QUESTIONS
from edsh_portal import events
from edsh_portal.models import Delivery
from tests import printed
from tests.addresses import named
from tests.pages import tight

from . import world as made


def work(kind="printout.asked"):
    owed = Delivery.objects.filter(event__kind=kind, state="todo", reaction__startswith="applications.")
    return [events.run(pk) for pk in owed.order_by("pk").values_list("pk", flat=True)]


def page(name, application, *more):
    return reverse(named(name), args=[application.reference, *more])


def test_a_draft_is_laid_out_once_for_the_same_content(client, world, ready):
    made.deepen(world, ready)
    client.force_login(world.cast.alice)
    assert "Préparer le PDF" in client.get(page("print_draft", ready)).content.decode()
    assert client.post(page("print_draft", ready))["Location"] == page("print_draft", ready)
    assert client.post(page("print_draft", ready)).status_code == 302
    asked = Printout.objects.get(application=ready)
    assert client.get(page("printout", ready, asked.pk)).status_code == 404
    assert "se prépare" in client.get(page("print_draft", ready)).content.decode()
    assert work() == [True]
    answer = client.get(page("printout", ready, asked.pk))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    held = b"".join(answer.streaming_content) if answer.streaming else answer.content
    with pikepdf.open(io.BytesIO(held)) as document:
        assert len(document.pages) >= 2 and "/MarkInfo" in document.Root
    assert "Télécharger" in client.get(page("printout_state", ready, asked.pk)).content.decode()
    actions.save_row(ready, "identity", title="Autre titre", by=world.cast.alice)
    client.post(page("print_draft", ready))
    assert Printout.objects.filter(application=ready).count() == 2


def test_who_has_a_draft_on_paper(client, world, ready):
    asked = actions.print_draft(ready, by=world.cast.alice)
    work()
    for who, status in (("bruno", 200), ("aude", 403), ("driss", 404), ("zoe", 404), ("nadia", 404)):
        client.force_login(getattr(world.cast, who))
        assert client.get(page("printout", ready, asked.pk)).status_code == status, who
    with pytest.raises(PermissionDenied):
        actions.print_draft(ready, by=world.cast.driss)


def test_the_blank_form_of_a_public_call_is_for_anyone(client, world):
    work("call.published")
    form = Printout.objects.get()
    assert (form.application, form.of, form.content) == (None, world.wave.settings, {})
    path = reverse("applications:form_file", args=[world.wave.settings.version])
    assert client.get(path).status_code == 404
    assert "Formulaire vierge" not in client.get(reverse("dashboards:call")).content.decode()
    assert work() == [True]
    assert client.get(path)["Content-Type"] == "application/pdf"
    assert path in client.get(reverse("dashboards:call")).content.decode()
    work("wave.created")
    assert Printout.objects.get() == form


def test_the_blank_form_asks_all_that_the_portal_asks(world):
    work("call.published")
    html = render_to_string("pdf/form.html", printing.context(Printout.objects.get()))
    asked = {
        str(field.label)
        for section in ("projects", "perimeters", "members", "packages", "milestones", "deliverables", "indicators")
        for name, field in form_of(SECTIONS[section]).base_fields.items()
        if name not in ("reads", "order")
    }
    asked |= {
        str(field.label)
        for form in (
            form_of(SECTIONS["warehouses"]),
            form_of(SECTIONS["matchings"]),
            form_of(SECTIONS["budget"], *TERMS),
        )
        for field in form.base_fields.values()
        if field.label
    }
    asked |= {str(question.title) for question in QUESTIONS} | {"Travaux sur l’entrepôt", "Autofinancement", "1.a.1"}
    asked |= {"Un comité scientifique et éthique est en place", "Collecte", "□ Local", "□ Annexe financière"}
    assert {words for words in asked if escape(words) not in html} == set()
    room = re.search(r"Résumé</strong>.*?lines-(\d+)", html, re.S)
    assert room and int(room[1]) == 36  # three thousand characters are not written on one line


def test_the_calendar_of_a_draft_is_drawn_on_paper(world, ready):
    made.deepen(world, ready)
    package = ready.packages.get(number=1)
    actions.save_row(
        ready, "packages", row=package, title="Pilotage", starts_month=1, ends_month=18, by=world.cast.alice
    )
    paper = actions.print_draft(ready, by=world.cast.alice)
    html = tight(render_to_string("pdf/draft.html", printing.context(paper)))
    rows = re.findall("<tr>.*?</tr>", html[html.index('class="table months"') :].partition("</table>")[0], re.S)
    cells = [re.findall('<td( class="on")?>(.*?)</td>', row, re.S) for row in rows]
    on = ' class="on"'
    assert cells[1] == [(on, "■"), (on, "J6"), (on, "■"), (on, "L12"), (on, "■"), (on, "■"), ("", ""), ("", "")]
    assert "1. Pilotage (mois 1 à 18)" in rows[1] and "<svg" not in "".join(rows)


def test_a_receipt_names_the_pieces(world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    html = tight(render_to_string("pdf/receipt.html", receipt_context(version)))
    table = html[html.index("Fichiers de la version") :]
    assert "Annexe financière, CHU de Brest" in table and "annexe-financiere" not in table


def test_both_are_what_pdf_ua_asks(world, ready):
    actions.print_draft(ready, by=world.cast.alice)
    work("call.published")
    assert set(work()) == {True}
    for one in Printout.objects.select_related("document"):
        from edsh_portal import documents

        marks = printed.markers(documents.read(one.document))
        assert marks, one
