"""What is somebody else's stays theirs, whoever names it: a sample of `bin/prove idor`, which tries it all."""

from base64 import b64encode
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.access import idor, odd_bytes, routes, stands, swaps, trial
from tests.crossing import crossing


@pytest.fixture(scope="module")
def tried(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), trial.stage("open") as cast:
        here = trial.Trial(cast)
        here.sign_in_everybody()
        yield here


def test_every_parameter_is_somebodys_or_nobodys():
    """A route that takes a new id says whose it is, or the swaps would not try it."""
    named = {
        swaps.noun_of(route, name)
        for route, wanted in routes.parameters().items()
        if not route.startswith("admin:")
        for name in wanted
    }
    assert named - set(swaps.NOUNS) - swaps.PUBLIC == set()
    assert set(swaps.NOUNS) & swaps.PUBLIC == set()


def test_a_sample_of_the_swaps(tried):
    told = idor.at(tried, "deposited", ("zoe", "alice"), sample=20)
    assert (told.through, told.failed) == ([], [])
    assert told.requests >= 70


def test_a_step_that_writes_is_seen(tried):
    """The measure itself: a row changed, a row added, and nothing."""
    with trial.undone():
        things = stands.dossier.deposited(tried.cast)
        page = routes.path("applications:identity", ("reference",), things)
        data = routes.posted("applications:identity", things)
        wrote = swaps.ask(tried, "POST", page, "alice", data)
        refused = swaps.ask(tried, "POST", page, "zoe", data)
        read = swaps.ask(tried, "GET", page, "alice")
    assert set(wrote.touched) == {"applications_answer", "applications_clash", "event", "event_head"}
    assert (wrote.letter, refused.letter, refused.touched, read.letter, read.touched) == ("D", "N", {}, "A", {})


def test_odd_bytes_in_an_address_are_refused_with_a_sentence(tried):
    with trial.undone():
        things = stands.dossier.deposited(tried.cast)
        some = list(odd_bytes.addresses(tried, things))[::60]
        wrong = [path for _route, path in some if swaps.ask(tried, "GET", path, "aude").answer.status_code >= 500]
    assert wrong == []
    said = tried.browser.get("/dossiers/EDSH%00/")
    assert (said.status_code, "pas été comprise" in said.content.decode()) == (400, True)


@crossing
def test_19_any_byte_on_every_route_is_no_fault_of_ours(tried):
    """Pages, registers and API: each route by its path and by its query, as who reads everything and as nobody."""
    with trial.undone():
        things = stands.dossier.deposited(tried.cast)
        some = list(odd_bytes.of_each_route(tried, things))
        wrong = [
            (route, path[:160], status)
            for n, (route, path) in enumerate(some)
            if (status := swaps.ask(tried, "GET", path, ("aude", "driss", "anonymous")[n % 3]).answer.status_code)
            >= 500
            and not path.startswith("/readyz")
        ]
    assert wrong == []
    assert {route for route, _path in some} == set(tried.parameters)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/verifier/%00/" + "f" * 64 + "/", 400),
        ("/decisions/%00/", 400),
        ("/decisions/?releve=%C2%B2", 200),
        ("/programmation/?releve=%C2%B2&pile=%00", 200),
        ("/finances/comptes/?family=%00", 200),
        ("/finances/comptes/?line=%D9%A3", 200),
        ("/finances/comptes/?line=" + "9" * 5000, 200),
        ("/api/v1/decisions/?kind=%00", 400),
        ("/api/v1/decisions/?wave=%C2%B2", 400),
        ("/api/v1/ranking/?wave=%C2%B2", 400),
        ("/api/v1/applications/?cursor=cD0lMDA%3D", 400),
    ],
)
def test_19_a_byte_that_nothing_holds_is_told(tried, path, status):
    assert swaps.ask(tried, "GET", path, "aude").answer.status_code == status


def test_19_a_cursor_is_of_its_list(tried):
    """Made under another ordering, or other filters, it is told; its own next page is read."""
    address = "/api/v1/applications/?page_size=1"
    first = swaps.ask(tried, "GET", f"{address}&ordering=reference", "aude").answer.json()
    own, cursor = urlsplit(first["next"]), parse_qs(urlsplit(first["next"]).query)["cursor"][0]
    assert swaps.ask(tried, "GET", f"{own.path}?{own.query}", "aude").answer.status_code == 200
    for other in ("&ordering=requested_cents", "&ordering=-reference", "", "&ordering=reference&state=draft"):
        answer = swaps.ask(tried, "GET", f"{address}{other}&cursor={quote(cursor)}", "aude").answer
        assert (answer.status_code, answer.json()["errors"]["cursor"][0][:10]) == (400, "Ce curseur")
    mark, _dot, _held = cursor.partition(".")
    forged = b64encode(b"p=%00").decode()
    assert (
        swaps.ask(
            tried, "GET", f"{address}&ordering=reference&cursor={mark}.{quote(forged)}", "aude"
        ).answer.status_code
        == 400
    )
