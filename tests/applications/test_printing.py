"""A draft on paper and the blank form: asked, laid out by the worker, fetched by who reads the dossier, or by anyone."""

import io

import pikepdf
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from applications import actions
from applications.models import Printout
from edsh_portal import events, pdf
from edsh_portal.models import Delivery

from . import world as made


def work(kind="printout.asked"):
    owed = Delivery.objects.filter(event__kind=kind, state="todo", reaction__startswith="applications.")
    return [events.run(pk) for pk in owed.order_by("pk").values_list("pk", flat=True)]


def page(name, application, *more):
    return reverse(f"applications:{name}", args=[application.reference, *more])


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
    actions.save_identity(ready, title="Autre titre", by=world.cast.alice)
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


def test_both_are_what_pdf_ua_asks(world, ready):
    actions.print_draft(ready, by=world.cast.alice)
    work("call.published")
    assert set(work()) == {True}
    for one in Printout.objects.select_related("document"):
        from edsh_portal import documents

        marks = pdf.markers(documents.read(one.document))
        assert marks, one
