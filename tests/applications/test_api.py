"""The API shows each person the objects of the pages, no more; it documents itself without a warning."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications import actions
from applications.models import Application
from calls import actions as calls
from directory import actions as directory

from . import world as made
from .test_register import copies
from .world import signed_in

LIST_QUERIES, DETAIL_QUERIES, CALLS_QUERIES = 3, 3, 9
PEOPLE = ("driss", "victor", "aude", "adam", "emma", "dora", "nadia", "claire", "alice", "sophie", "bruno", "zoe")


def references(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/api/v1/applications/{query}")
    assert answer.status_code == 200, answer.content
    return [row["reference"] for row in answer.json()["results"]]


@pytest.fixture
def two(world, ready, set_clock):
    """A dossier deposited, with Brest; a draft of Rennes alone, a minute later."""
    actions.submit(ready, by=world.cast.sophie)
    set_clock(made.NOW + timedelta(minutes=1), frozen=True)
    draft = made.draft(world, acronym="AUTRE")
    return ready.reference, draft.reference


def test_objects_are_those_of_the_pages_for_each_role(world, two):
    deposited, draft = two
    expected = {
        "driss": [deposited],
        "victor": [deposited],
        "aude": [deposited, draft],
        "adam": [],
        "emma": [deposited],
        "dora": [deposited],
        "nadia": [deposited],
        "claire": [],
        "alice": [deposited, draft],
        "sophie": [deposited, draft],
        "bruno": [deposited],
        "zoe": [],
    }
    clients = {name: signed_in(getattr(world.cast, name)) for name in PEOPLE}
    assert {name: references(client) for name, client in clients.items()} == expected
    for name, client in clients.items():
        for reference in two:
            page = client.get(reverse("applications:dossier", args=[reference])).status_code
            answer = client.get(f"/api/v1/applications/{reference}/").status_code
            assert (answer, page) == ((200, 200) if reference in expected[name] else (404, 404)), (name, reference)
        register = client.get(reverse("dashboards:register"), {"sort": "reference"})
        if register.status_code == 200:
            assert [row.reference for row in register.context["page"]] == expected[name]


def test_a_dossier(world, two):
    row = signed_in(world.cast.driss).get(f"/api/v1/applications/{two[0]}/").json()
    version = Application.objects.get(reference=two[0]).version
    assert row == {
        "reference": two[0],
        "acronym": "ODH",
        "title": "Un entrepôt breton",
        "call": "essai",
        "wave": 1,
        "state": "submitted",
        "stage": "submitted",
        "coordinator": {
            "finess": world.rennes.finess,
            "siret": world.rennes.siret,
            "name": "CHU de Rennes",
            "kind": "public",
            "category": "CHU",
            "fictitious": True,
        },
        "region_code": "53",
        "member_count": 2,
        "total_cents": 160_000_000,
        "requested_cents": 100_000_000,
        "submitted_at": "2022-09-20T10:30:00+02:00",
        "completed_at": None,
        "withdrawn_at": None,
        "version": 1,
        "version_sha256": version.sha256,
        "periods": {"admissibility_on": "2022-12-11", "decision_on": "2023-06-11"},
    }
    draft = signed_in(world.cast.alice).get(f"/api/v1/applications/{two[1]}/").json()
    assert (draft["acronym"], draft["version"], draft["periods"], draft["total_cents"]) == ("AUTRE", None, None, None)
    hidden = signed_in(world.cast.nadia).get(f"/api/v1/applications/{two[0]}/").json()
    assert (hidden["acronym"], hidden["total_cents"], hidden["requested_cents"]) == ("ODH", None, None)


def test_filters_ordering_and_search(world, two):
    deposited, draft = two
    aude = signed_in(world.cast.aude)
    asked = {
        "?state=draft": [draft],
        "?state=submitted": [deposited],
        "?wave=1": [deposited, draft],
        "?wave=2": [],
        "?region_code=53": [deposited],
        "?search=RENNÉS": [deposited, draft],
        f"?search={draft}": [draft],
        "?search=lyon": [],
        "?state=draft&search=rennes": [draft],
        "?ordering=reference": sorted(two),
        "?ordering=-reference": sorted(two, reverse=True),
        "?ordering=requested_cents": [draft, deposited],
        "?ordering=-requested_cents": [deposited, draft],
        "?ordering=submitted_at": [deposited, draft],
        "?ordering=-submitted_at": [draft, deposited],
        "?page_size=1": [deposited],
    }
    assert {query: references(aude, query) for query in asked} == asked
    for query in (
        "?state=nothing",
        "?wave=x",
        f"?search={'x' * 81}",
        "?region_code=toolong",
        "?ordering=created_by__password",
    ):
        answer = aude.get(f"/api/v1/applications/{query}")
        assert (answer.status_code, answer["Content-Type"], answer.json()["status"]) == (
            400,
            "application/problem+json",
            400,
        )


def test_cursor(world, two):
    aude = signed_in(world.cast.aude)
    first = aude.get("/api/v1/applications/?page_size=1&ordering=-reference").json()
    second = aude.get(first["next"]).json()
    assert [row["reference"] for page in (first, second) for row in page["results"]] == sorted(two, reverse=True)
    assert second["next"] is None


def test_calls_and_waves(world):
    adam, alice = signed_in(world.cast.adam), signed_in(world.cast.alice)
    calls.create_call(slug="prochain", title="Prochain appel", purpose="", by=world.cast.adam)
    slugs = [[row["slug"] for row in client.get("/api/v1/calls/").json()["results"]] for client in (adam, alice)]
    assert slugs == [["essai", "prochain"], ["essai"]]
    call = alice.get("/api/v1/calls/essai/").json()
    assert [criterion["weight"] for criterion in call["settings"][0]["criteria"]] == [50, 50]
    assert (call["settings"][0]["min_base_cents"], call["settings"][0]["settings_version"]) == (100_000_000, 1)
    assert call["waves"] == alice.get("/api/v1/waves/").json()["results"]
    assert call["waves"][0] | {"id": 0} == {
        "id": 0,
        "call": "essai",
        "number": 1,
        "opens_at": "2022-07-22T09:00:00+02:00",
        "closes_at": "2022-10-11T12:00:00+02:00",
        "settings_version": 1,
    }
    assert alice.get(f"/api/v1/waves/{call['waves'][0]['id']}/").status_code == 200
    assert alice.get("/api/v1/calls/prochain/").status_code == 404
    assert adam.get("/api/v1/calls/prochain/").status_code == 200


def test_nothing_is_written_and_nobody_enters_without_a_name(world, two):
    driss = signed_in(world.cast.driss)
    for method in ("post", "put", "patch", "delete"):
        for url in ("/api/v1/applications/", f"/api/v1/applications/{two[0]}/", "/api/v1/calls/", "/api/v1/waves/"):
            assert getattr(driss, method)(url, content_type="application/json").status_code == 405, (method, url)
    for url in ("/api/v1/applications/", f"/api/v1/applications/{two[0]}/", "/api/v1/calls/", "/api/v1/waves/"):
        assert Client().get(url).status_code in (401, 403)


def test_a_token_sees_what_its_person_sees_within_its_scope(world, two):
    _token, key = directory.issue_token(world.cast.bruno, label="essai", scopes=["read"], days=30, by=world.cast.bruno)
    _other, short = directory.issue_token(
        world.cast.bruno, label="tableau", scopes=["dashboard"], days=30, by=world.cast.bruno
    )
    answer = Client().get("/api/v1/applications/", headers={"Authorization": f"Bearer {key}"})
    assert [row["reference"] for row in answer.json()["results"]] == [two[0]]
    assert Client().get("/api/v1/applications/", headers={"Authorization": f"Bearer {short}"}).status_code == 403


def test_the_schema_has_no_warning(db):
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert "/api/v1/applications/{reference}/" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_query_counts(committed):
    committed.set_clock(made.NOW, frozen=True)
    world = made.build()
    one = made.fill(world, made.draft(world))
    actions.submit(one, by=world.cast.sophie)
    urls = {
        "/api/v1/applications/": LIST_QUERIES,
        f"/api/v1/applications/{one.reference}/": DETAIL_QUERIES,
        "/api/v1/calls/": CALLS_QUERIES,
    }
    driss, seen = signed_in(world.cast.driss), {}
    for wanted in (1, 3, 300):
        copies(committed, one, wanted)
        seen[wanted] = {}
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert driss.get(url).status_code == 200
            frame = ("BEGIN", "COMMIT", "SET TRANSACTION READ ONLY")
            kept = [
                query["sql"]
                for query in asked.captured_queries
                if query["sql"] not in frame and "access_log" not in query["sql"]
            ]
            seen[wanted][url] = len(kept)
    assert seen == dict.fromkeys((1, 3, 300), urls)
