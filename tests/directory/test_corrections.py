"""D13: an officer corrects an establishment, by the page: dated, reasoned, shown; only what was changed is written."""

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from directory import actions
from directory.identifiers import fictitious_siret
from directory.models import Correction, Establishment
from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from tests.database import by_hand

from .world import AT, place

REASON = "Arrêté de fusion du 3 janvier 2023."


def as_(user) -> Client:
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def page(establishment: Establishment) -> str:
    return reverse("directory:correct_establishment", args=[establishment.pk])


def typed(client: Client, establishment: Establishment, **changes: str) -> dict[str, str]:
    """What the page would send: each field with what it held when it was read, and what was typed over it."""
    form = client.get(page(establishment)).context["form"]
    shown = {name: str(form[name].value() or "") for name in form.fields}
    held = {f"initial-{name}": value for name, value in shown.items() if form.fields[name].show_hidden_initial}
    return {**shown, **held, "reason": REASON, **changes}


def test_13_13_a_correction_is_dated_reasoned_and_shown(town):
    driss = as_(town.driss)
    answer = driss.post(page(town.here), typed(driss, town.here, name="CHU fictif d’Ici", category="CHU"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("directory:establishment", args=[town.here.pk]))
    town.here.refresh_from_db()
    assert (town.here.name, town.here.sort_key, town.here.category, town.here.kind) == (
        "CHU fictif d’Ici",
        "chu fictif d'ici",
        "CHU",
        "public",
    )
    assert list(Correction.objects.order_by("pk").values_list("field", "before", "after", "reason", "by", "at")) == [
        ("category", "CH", "CHU", REASON, town.driss.pk, AT),
        ("name", "CH fictif d’Ici", "CHU fictif d’Ici", REASON, town.driss.pk, AT),
    ]
    event = Event.objects.get(kind="establishment.corrected")
    assert (event.subject_id, event.by, event.data["fields"]) == (town.here.pk, town.driss, ["category", "name"])
    for who, told in ((town.driss, True), (town.aude, True), (town.alice, True), (town.zoe, False)):
        shown = as_(who).get(answer["Location"]).content.decode()
        assert (REASON in shown, "CH fictif d’Ici" in shown) == (told, told), who
        assert ("Corriger cet établissement" in shown) == (who == town.driss)


def test_13_13_only_what_was_changed_is_written_and_a_clash_is_said(town):
    """Two officers opened the page: each changes one field, then the second touches what the first has changed."""
    driss, adam = as_(town.driss), as_(town.adam)
    first, second = typed(driss, town.here, name="CHU d’Ici"), typed(adam, town.here, category="CHU")
    third = typed(adam, town.here, name="CH d’Ailleurs")
    assert driss.post(page(town.here), first).status_code == 302
    assert adam.post(page(town.here), second).status_code == 302
    town.here.refresh_from_db()
    assert (town.here.name, town.here.category) == ("CHU d’Ici", "CHU")
    clash = adam.post(page(town.here), third)
    assert clash.status_code == 422
    assert clash.context["form"].errors == {
        "name": ["Cette valeur a changé pendant votre saisie : « CHU d’Ici » à présent. Relisez-la, puis corrigez."]
    }
    assert "CH d’Ailleurs" in clash.content.decode()


REFUSED = {
    "nothing": ({}, None, "Rien n’a changé : corrigez au moins une valeur."),
    "a name": ({"name": " "}, "name", "Remplissez ce champ : il est obligatoire."),
    "a siret": ({"siret": "12345678901234"}, "siret", "La clé de contrôle de ce numéro SIRET est fausse"),
    "another's": ({"siret": fictitious_siret(7002)}, "siret", "Un établissement porte déjà ce numéro SIRET"),
    "a reason": ({"name": "CHU", "reason": " "}, "reason", "Remplissez ce champ"),
    "a place": ({"departement": "20"}, "departement", "Choisissez une des valeurs proposées."),
}


@pytest.mark.parametrize("why", REFUSED)
def test_13_13_what_is_wrong_is_said_beside_its_field(town, why):
    changes, field, sentence = REFUSED[why]
    driss = as_(town.driss)
    answer = driss.post(page(town.here), typed(driss, town.here, **changes))
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field or "__all__"]
    assert str(next(iter(errors.values()))[0]).startswith(sentence)
    assert Correction.objects.count() == 0


def test_13_13_a_body_known_by_its_siret_alone_keeps_one(town):
    company = place(7003, "Données SAS", "company", finess=None)
    with pytest.raises(Refused, match="Sans FINESS"):
        actions.correct_establishment(company, {"siret": (company.siret, "")}, reason=REASON, by=town.driss)
    with pytest.raises(Refused, match="La plage fictive"):
        actions.correct_establishment(
            company, {"siret": (company.siret, "13002526500013")}, reason=REASON, by=town.driss
        )
    actions.correct_establishment(town.here, {"siret": (town.here.siret, "")}, reason=REASON, by=town.driss)
    town.here.refresh_from_db()
    assert town.here.siret == ""


def test_13_13_who_corrects(town):
    for who in (town.aude, town.alice, town.sophie, town.zoe):
        assert as_(who).get(page(town.here)).status_code == 403
        with pytest.raises(PermissionDenied):
            actions.correct_establishment(town.here, {"name": ("CH fictif d’Ici", "X")}, reason=REASON, by=who)


def test_13_13_the_walls_of_corrections(town, web):
    actions.correct_establishment(town.here, {"name": (town.here.name, "CHU")}, reason=REASON, by=town.driss)
    for wrong in ({"reason": ""}, {"before": "CHU"}, {"after": ""}, {"field": "finess"}):
        with pytest.raises(IntegrityError), transaction.atomic(), by_hand():
            row = Correction.objects.get()
            row.pk = None
            for name, value in wrong.items():
                setattr(row, name, value)
            row.save(force_insert=True)
    for statement in ("UPDATE directory_correction SET reason = 'x'", "DELETE FROM directory_correction"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(statement)
