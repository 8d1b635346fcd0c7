"""The register and the public page of the call: who opens them, what they say; what the State's pages cost in queries."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions
from applications.models import Application
from edsh_portal.intake import workbook

from . import world as made
from .world import signed_in

# One literal each, whatever the number of dossiers in the database.
REGISTER_QUERIES, QUEUE_QUERIES, SHEET_QUERIES, SETTINGS_QUERIES = 9, 8, 9, 14


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(
        [
            query
            for query in seen.captured_queries
            if query["sql"] not in ("BEGIN", "COMMIT", "SET TRANSACTION READ ONLY")
        ]
    )


def copies(database, application, wanted: int) -> None:
    """As many dossiers as wanted, copied by the superuser with triggers off: only what lists cost is asked of them."""
    columns = ", ".join(f.attname for f in Application._meta.concrete_fields if f.name not in ("id", "reference"))
    with database.connect("superuser") as line:
        line.execute("SET session_replication_role = replica")
        for n in range(Application.objects.count(), wanted):
            line.execute(
                f"INSERT INTO applications_application ({columns}, reference) SELECT {columns}, %s FROM applications_application"
                " WHERE id = %s",
                [f"EDSH-1-{9000 + n}", application.pk],
            )


def rows(response) -> list[str]:
    return [application.reference for application in response.context["page"].object_list]


def test_who_opens_the_register(world, deposited):
    seen = {}
    for name in ("driss", "victor", "aude", "adam", "emma", "dora", "nadia", "claire", "alice", "zoe"):
        response = signed_in(getattr(world.cast, name)).get(reverse("dashboards:register"))
        seen[name] = rows(response) if response.status_code == 200 else response.status_code
    one = [deposited.reference]
    assert seen == {
        "driss": one,
        "victor": one,
        "aude": one,
        "adam": [],
        "emma": one,
        "dora": one,
        "nadia": one,
        "claire": 403,
        "alice": 403,
        "zoe": 403,
    }


def test_amounts_are_not_for_the_health_data_hub(world, deposited):
    url, csv_url = reverse("dashboards:register"), reverse("dashboards:register_file", args=["csv"])
    assert "1\u202f000\u202f000,00" in signed_in(world.cast.driss).get(url).content.decode()
    for sort in ("requested", "-total"):
        page = signed_in(world.cast.nadia).get(url, {"sort": sort})
        assert "1\u202f000\u202f000,00" not in page.content.decode()
    assert "1000000,00" not in signed_in(world.cast.nadia).get(csv_url).content.decode()


def test_filters_sorting_and_search(world, deposited):
    other = made.draft(world, acronym="AUTRE")
    client, url = signed_in(world.cast.aude), reverse("dashboards:register")
    both = {deposited.reference, other.reference}
    assert set(rows(client.get(url))) == both
    asked = {
        "q=rennes": both,
        "q=RENNÉS": both,
        f"q={deposited.reference.lower()}": {deposited.reference},
        "q=lyon": set(),
        "stage=draft": {other.reference},
        "stage=submitted": {deposited.reference},
        "wave=1": both,
        "wave=7": both,
        "region=53": {deposited.reference},
        "region=zz": both,
        "stage=draft&q=rennes": {other.reference},
        f"q={world.rennes.finess}": both,
    }
    assert {query: set(rows(client.get(f"{url}?{query}"))) for query in asked} == asked
    assert rows(client.get(f"{url}?sort=reference")) == sorted(both)
    assert rows(client.get(f"{url}?sort=-reference")) == sorted(both, reverse=True)
    assert rows(client.get(f"{url}?sort=requested")) == [
        deposited.reference,
        other.reference,
    ]  # what has no amount comes last
    assert rows(client.get(f"{url}?sort=-requested")) == [deposited.reference, other.reference]
    assert rows(client.get(f"{url}?sort=password")) == [deposited.reference, other.reference]
    partial = client.get(url, headers={"HX-Request": "true"})
    assert partial.content.decode().strip() in client.get(url).content.decode()


def test_the_register_shows_the_version_deposited(world, deposited):
    actions.save_row(
        deposited,
        "identity",
        acronym="NOUVEAU",
        title="Autre",
        goal="build",
        starts_on=None,
        months=24,
        maturity_now=3,
        maturity_target=8,
        by=world.cast.alice,
    )
    page = signed_in(world.cast.driss).get(reverse("dashboards:register")).content.decode()
    assert "ODH" in page and "NOUVEAU" not in page


def test_csv(world, deposited):
    answer = signed_in(world.cast.driss).get(reverse("dashboards:register_file", args=["csv"]))
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 2
    assert lines[1] == [
        deposited.reference,
        "ODH",
        "Un entrepôt breton",
        "CHU de Rennes",
        world.rennes.finess,
        "Bretagne",
        "1",
        "Déposé",
        "2022-09-20T08:30:00Z",
        "1",
        "2",
        "1600000,00",
        "1000000,00",
    ]


def test_csv_makes_formulas_harmless(world, draft):
    actions.save_row(
        draft,
        "identity",
        acronym="=1+1",
        title="@x",
        goal="",
        starts_on=None,
        months=None,
        maturity_now=None,
        maturity_target=None,
        by=world.cast.alice,
    )
    answer = (
        signed_in(world.cast.aude).get(reverse("dashboards:register_file", args=["csv"])).content.decode("utf-8-sig")
    )
    line = list(csv.reader(io.StringIO(answer), delimiter=";"))[1]
    assert line[1:3] == ["'=1+1", "'@x"] and line[4:9:4] == [world.rennes.finess, ""] and line[-2:] == ["", ""]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_the_register_as_a_workbook_keeps_identifiers_as_texts(world, deposited, ending):
    """D15: what the CSV says, cell by cell, with the FINESS as a text and the amounts as numbers."""
    client = signed_in(world.cast.driss)
    page = client.get(reverse("dashboards:register")).content.decode()
    address = reverse("dashboards:register_file", args=[ending])
    assert f'href="{address}"' in page
    (table,) = workbook.read(client.get(address).content).tables
    assert table.at(1, 4) == world.rennes.finess and isinstance(table.at(1, 4), str)
    assert [table.at(1, column) for column in (6, 10, 11, 12)] == [1, 2, Decimal(1_600_000), Decimal(1_000_000)]


# ── the public page ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_public_page_needs_no_account(world):
    page = Client().get(reverse("dashboards:call"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "mardi 11\u00a0octobre 2022 à 12:00:00, heure de Paris" in text
    assert "Essayer\u00a0: rien d’autre." in text
    assert "Critère 1" in text and "Présentation du projet" in text and world.wave.settings.service_email in text


# ── what pages cost ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db(transaction=True)
def test_query_counts(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    one = made.fill(world, made.draft(world))
    actions.submit(one, by=world.cast.sophie)
    committed.set_clock(made.AFTER, frozen=True)
    driss = signed_in(world.cast.driss)
    urls = {
        reverse("dashboards:register"): REGISTER_QUERIES,
        reverse("casework:admissibilities"): QUEUE_QUERIES,
        reverse("casework:admissibility", args=[one.reference]): SHEET_QUERIES,
        reverse("calls:call_settings"): SETTINGS_QUERIES,
    }
    seen, public = {}, set()
    for wanted in (1, 3, 300):
        copies(committed, one, wanted)
        assert Application.objects.count() == wanted
        seen[wanted] = {url: queries(driss, url) for url in urls}
        public.add(queries(driss, reverse("dashboards:call")))
    assert seen == dict.fromkeys((1, 3, 300), urls)
    assert len(public) == 1 and max(public) <= 15  # another room adds the envelope
