"""Every route × method × person × state, by tables written by hand from the rules of the house (tests/access/*.txt)."""

import itertools
import time

import pytest

from directory import actions as directory
from reviews import actions as reviews
from reviews.models import Assignment
from tests.access import routes, stands, table, trial
from tests.roles import take

ROWS = table.rows()
TABLES = list(dict.fromkeys((row.stage, row.where.partition(".")[0]) for row in ROWS))
BUSY = ("alice", "driss", "adam")  # who tries the methods that no route of the portal serves
TRY = (
    "anonymous",
    *BUSY,
    "sophie",
    "claire",
    "aude",
)  # who tries those that a route does not: an outsider, and each kind of work


@pytest.fixture(scope="module")
def tried(request, django_db_setup, django_db_blocker):
    """A clone of the stage, everybody signed in."""
    with django_db_blocker.unblock(), trial.stage(request.param) as cast:
        here = trial.Trial(cast)
        here.sign_in_everybody()
        yield here


def at(*stages):
    return pytest.mark.parametrize("tried", stages, indirect=True, scope="module")


@pytest.mark.parametrize(("tried", "name"), TABLES, indirect=["tried"], scope="module")
def test_every_verdict_of_the_tables(tried, name):
    """Each cell as it is written, but for refusals that an earlier stand of the table tried, or a few others alike: those are `bin/prove access`."""
    verdicts(tried, name, table.told_anew(rows_of(tried, name)))


def rows_of(tried, name):
    return [row for row in ROWS if (row.stage, row.where.partition(".")[0]) == (tried.cast.stage, name)]


def verdicts(tried, name, mine):
    """Each row by its people; whatever is hidden (N) answers the same status, body and headers as what is absent."""
    began, before = time.monotonic(), tried.cells
    for _stand, rows in itertools.groupby(mine, key=lambda one: one[0].stand):
        tried.rows(rows)
    count = tried.cells - before
    print(
        f"\naccess: {tried.cast.stage}: {name}: {count} cells, {tried.compared} absences, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    assert not tried.wrong, "\n".join(["", *tried.wrong])


@at("open")
def test_methods_that_a_route_does_not_serve_are_refused(tried):
    """A route without a POST row refuses every POST, one without a GET row every GET; PUT, PATCH, DELETE nowhere. By everybody:
    `bin/prove access`."""
    methods_not_served(tried, TRY)


def methods_not_served(tried, people):
    told = {(row.method, row.route) for row in ROWS}
    first = next(row.stand for row in ROWS if row.stage == tried.cast.stage)
    wrong, before = [], tried.cells
    with trial.undone():
        things = stands.STANDS[first](tried.cast)
        for route in tried.parameters:
            if route.startswith("admin:"):
                continue  # the registers' site answers any method with the same page; its rows try what would write
            others = [m for m in ("PUT", "PATCH", "DELETE") if m not in routes.SERVED.get(route, ())]
            for method in [m for m in table.METHODS if (m, route) not in told] + others:
                for subject in people if method in table.METHODS else BUSY:
                    letter = tried.request(method, route, subject, things)
                    if letter not in ("X", "F", "N", "L"):
                        wrong.append(f"{method} {route} {subject}: {letter}")
    print(f"\naccess: {tried.cast.stage}: {tried.cells - before} cells of methods not served", flush=True)
    assert not wrong, "\n".join(["", *wrong])


def test_every_route_has_its_row_and_every_row_its_route():
    known, told = set(routes.parameters()), {row.route for row in ROWS}
    groups = {table.group(route) for route in known}
    assert groups - told == set(), "a route without a row"
    assert told - groups == set(), "a row without a route"


def test_every_stand_is_used_and_known():
    assert {row.stand for row in ROWS} == set(stands.STANDS)


# ── what is shut is shut at the next request ─────────────────────────────────────────────────────────────────────────
@pytest.fixture
def reviewing(tried):
    held = tried.cast.claire, tried.cast.second, tried.cast.third
    with trial.undone():
        yield tried
    tried.cast.claire, tried.cast.second, tried.cast.third = held


@at("review")
def test_a_recusal_shuts_every_byte_at_the_next_request(reviewing):
    cast = reviewing.cast
    things = stands.evaluation.declared(cast)
    claire = cast.who("claire")
    addresses = [
        routes.path(route, wanted, things) for route, wanted in reviewing.parameters.items()
        if set(wanted) & {"reference", "pk", "file"} and route.startswith(("reviews:", "applications:", "dashboards:", "application-"))
        and not route.startswith(("dashboards:retry",))
    ]  # fmt: skip
    before = {path: reviewing.answer("GET", path, "claire", {})[0].status_code for path in addresses}
    assert sum(status == 200 for status in before.values()) >= 8
    reviews.recuse(Assignment.objects.get(pk=things["assignment"]), routes.REASON, by=claire)
    for path in addresses:
        for method in ("GET", "POST"):
            answer, written = reviewing.answer(method, path, "claire", {})
            assert answer.status_code in (404, 405, 403), (method, path, answer.status_code)
            assert not written
            if before[path] == 200 and method == "GET":
                assert answer.status_code == 404, path
    lists = [
        reviewing.answer("GET", path, "claire", {})[0] for path in ("/expertise/", "/accueil/", "/api/v1/applications/")
    ]
    assert [answer.status_code for answer in lists] == [200, 200, 200]
    assert all(things["dossier"] not in answer.content.decode() for answer in lists)


@at("review")
def test_a_role_taken_away_signs_out(reviewing):
    cast = reviewing.cast
    assert reviewing.answer("GET", "/expertise/", "claire", {})[0].status_code == 200
    take(cast.who("claire"), "expert")
    for path in ("/expertise/", "/accueil/"):
        assert trial.signs_in(reviewing.answer("GET", path, "claire", {})[0]), path
    assert reviewing.answer("GET", "/api/v1/calls/", "claire", {})[0].status_code == 401


@at("review")
def test_the_session_and_the_key_of_a_closed_account_are_dead(reviewing):
    cast = reviewing.cast
    _token, key = directory.issue_token(cast.alice, label="essai", scopes=["read"], days=30, by=cast.alice)
    bearer = {"Authorization": f"Bearer {key}"}
    reviewing.browser.cookies.clear()
    assert reviewing.browser.get("/api/v1/applications/", headers=bearer).status_code == 200
    directory.deactivate(cast.alice, by=cast.adam)
    assert trial.signs_in(reviewing.answer("GET", "/accueil/", "alice", {})[0])
    assert reviewing.answer("GET", "/api/v1/applications/", "alice", {})[0].status_code == 401
    reviewing.browser.cookies.clear()
    assert reviewing.browser.get("/api/v1/applications/", headers=bearer).status_code == 401


@at("review")
def test_who_leaves_an_establishment_leaves_its_dossiers(reviewing):
    cast = reviewing.cast
    things = stands.shared(cast, stands.valmont())
    page = routes.path("applications:dossier", ("reference",), things)
    assert reviewing.answer("GET", page, "bruno", {})[0].status_code == 200
    directory.end_affiliation(cast.bruno.affiliations.get(), by=cast.adam)
    answer = reviewing.answer("GET", page, "bruno", {})[0]
    assert answer.status_code == 404 or trial.signs_in(answer)
