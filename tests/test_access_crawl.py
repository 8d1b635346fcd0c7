"""Nothing hidden leaks through a page, a filter, an order or a search: what some people reach is read whole (tests/access/crawl.py)."""

import pytest

from tests.access import crawl, stands, trial


@pytest.fixture(params=crawl.STANDS, scope="module")
def tried(request, django_db_setup, django_db_blocker):
    """A clone of the stage of that stand, everybody signed in."""
    with django_db_blocker.unblock(), trial.stage(crawl.STANDS[request.param]) as cast:
        here = trial.Trial(cast)
        here.sign_in_everybody()
        yield request.param, here


@pytest.mark.parametrize("subject", crawl.SUBJECTS)
def test_no_secret_in_anything_they_reach(tried, subject):
    stand, here = tried
    held = here.cast.claire, here.cast.second, here.cast.third
    with trial.undone():
        things = stands.STANDS[stand](here.cast)
        secrets = crawl.secrets(here.cast, subject, stand)
        visited, leaks = crawl.visit(here, subject, secrets, things)
        oracles = crawl.oracles(here, subject, secrets)
    here.cast.claire, here.cast.second, here.cast.third = held
    print(f"\naccess: {stand}: {subject}: {visited} answers, {len(secrets)} secrets", flush=True)
    assert leaks == [] and oracles == []
    assert visited >= 25
