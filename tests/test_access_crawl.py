"""Nothing hidden leaks through a page, a filter, an order or a search: what some people reach is read whole (tests/access/crawl.py).

Each person once, and each moment of the call; `bin/prove secrets` reads them all.
"""

import pytest

from tests.access import crawl, trial

SOME = {"filled": ("zoe",), "rendered": ("claire", "second"), "paid": ("alice",)}


@pytest.fixture(params=SOME, scope="module")
def tried(request, django_db_setup, django_db_blocker):
    """A clone of the stage of that stand, everybody signed in."""
    with django_db_blocker.unblock(), trial.stage(crawl.STANDS[request.param]) as cast:
        here = trial.Trial(cast)
        here.sign_in_everybody()
        yield request.param, here


def test_no_secret_in_anything_they_reach(tried):
    stand, here = tried
    for subject in SOME[stand]:
        told = crawl.crawl(here, stand, subject)
        assert (told.leaks, told.oracles) == ([], [])
        assert told.answers >= 25


def test_everybody_and_every_moment_is_tried():
    assert {*SOME} == {*crawl.STANDS}
    assert sorted(who for some in SOME.values() for who in some) == sorted(crawl.SUBJECTS)
