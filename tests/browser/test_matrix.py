"""Twelve dossiers given to three experts each, in a real Chromium: clicks are counted and printed; with and without scripts."""

import pytest
from django.test import Client
from django.urls import reverse

from edsh_portal import events
from edsh_portal.models import Delivery
from reviews import actions
from reviews.models import Assignment
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.reviews import world as made

pytestmark = pytest.mark.browser
PEOPLE = 14


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture
def wave(db, set_clock):
    world = made.build(set_clock, 12)
    for number in range(PEOPLE):
        expert = made.person(f"expert{number}", role="expert")
        skills = [made.SKILLS[number % 3]["code"], made.SKILLS[(number + 1) % 3]["code"]]
        actions.write_profile(expert, skills=skills, capacity=3, languages=["fr"], by=expert)
    return world


def work():
    """What the worker does."""
    for delivery in Delivery.objects.filter(event__kind="allocation.asked", state="todo"):
        assert events.run(delivery.pk)


class Hand:
    """An officer at their screen; every press of the mouse counts."""

    def __init__(self, here, page):
        self.here, self.page, self.clicks = here, page, 0

    def open(self, path):
        with self.here.answering():
            self.page.goto(path)

    def click(self, *named, away=True):
        self.clicks += 1
        target = self.page.get_by_role(*named[:1], name=named[1]) if len(named) > 1 else self.page.locator(named[0])
        with self.here.answering():
            if away:
                with self.page.expect_navigation():
                    target.first.click()
            else:
                target.first.click()


@pytest.fixture(params=(True, False), ids=("scripts", "none"))
def hand(request, driven, wave):
    client = Client()
    client.force_login(wave.driss, backend="directory.backends.EmailBackend")
    with served() as here, context(driven, here.base_url, width=1280, scripts=request.param) as opened:
        cookies = [{"name": name, "value": held.value, "url": here.base_url} for name, held in client.cookies.items()]
        opened.add_cookies(cookies)
        yield Hand(here, opened.new_page())


def test_twelve_dossiers_three_experts_each_in_six_clicks_at_most(hand, wave):
    hand.open(f"{reverse('reviews:matrix')}?releve=1")
    hand.click("input[name=k]", away=False)
    hand.page.keyboard.press("Control+A")
    hand.page.keyboard.type("3")
    hand.click("button", "Proposer une répartition")
    work()
    hand.open(f"{reverse('reviews:matrix')}?releve=1")
    assert hand.page.locator("table.matrix .placed").count() == 36
    hand.click("link", "Envoyer…")
    hand.click("button", "Envoyer")
    print(f"\n12 dossiers × 3 experts : {hand.clicks} clics")
    assert hand.clicks <= 6
    assert Assignment.objects.count() == 36
    assert Assignment.objects.order_by().values("application").distinct().count() == 12
