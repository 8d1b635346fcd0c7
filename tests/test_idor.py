"""What is somebody else's stays theirs, whoever names it: a sample of `bin/prove idor`, which tries it all."""

import pytest

from tests.access import idor, odd_bytes, routes, stands, swaps, trial


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
        things = stands.deposited(tried.cast)
        page = routes.path("applications:identity", ("reference",), things)
        data = routes.posted("applications:identity", things)
        wrote = swaps.ask(tried, "POST", page, "alice", data)
        refused = swaps.ask(tried, "POST", page, "zoe", data)
        read = swaps.ask(tried, "GET", page, "alice")
    assert set(wrote.touched) == {"applications_answer", "applications_clash", "event", "event_head"}
    assert (wrote.letter, refused.letter, refused.touched, read.letter, read.touched) == ("D", "N", {}, "A", {})


def test_odd_bytes_in_an_address_are_refused_with_a_sentence(tried):
    with trial.undone():
        things = stands.deposited(tried.cast)
        some = list(odd_bytes.addresses(tried, things))[::60]
        wrong = [path for _route, path in some if swaps.ask(tried, "GET", path, "aude").answer.status_code >= 500]
    assert wrong == []
    said = tried.browser.get("/dossiers/EDSH%00/")
    assert (said.status_code, "pas été comprise" in said.content.decode()) == (400, True)
