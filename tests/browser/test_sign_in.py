"""What a person sees at the door: how long to wait, a known device that nothing delays, a session that ended while nobody was there."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from demo.cast import DOMAIN, PASSWORD
from tests.browser.driver import chromium, context, press, sign_out
from tests.browser.test_writing import Writer, came_back
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
NEW = "une autre phrase longue"
WAITS = re.compile(r"Trop d’essais ont échoué\s: réessayez dans \d+ secondes\.")
ENDS = "UPDATE web_session SET expires_at = now() + %s::interval"
LEFT = "SELECT round(extract(epoch FROM max(expires_at) - now()) / 60)::int FROM web_session"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple]:
    with portal_of_its_own("open", names=("web",)) as portal, chromium() as browser:
        yield browser, portal


def try_(page: Page, password: str) -> None:
    page.goto("/connexion/")
    page.fill("input[name=email]", f"sophie@{DOMAIN}")
    page.fill("input[name=password]", password)
    press(page, "Se connecter")


def test_the_right_password_passes_from_a_known_device_while_others_wait(running):
    browser, portal = running
    known = context(browser, portal.base_url, f"sophie@{DOMAIN}").new_page()
    known.goto("/accueil/")
    sign_out(known)
    unknown = context(browser, portal.base_url).new_page()
    for _ in range(5):
        try_(unknown, "faux")
        expect(unknown.locator(".error-summary")).to_contain_text("inconnus")
    for password in ("faux", PASSWORD):
        try_(unknown, password)
        expect(unknown.locator(".error-summary")).to_have_text(WAITS)
        assert unknown.locator("input[name=email]").input_value() == f"sophie@{DOMAIN}"
    try_(known, PASSWORD)
    known.wait_for_url("**/accueil/")


def test_a_session_that_ended_while_nobody_was_there_loses_nothing(running):
    browser, portal = running
    alice = Writer(browser, portal, "alice").open("ambition")
    alice.types("Un entrepôt pour tout le territoire.").saved()
    with portal.database.connect("superuser") as superuser:
        superuser.execute(ENDS, ["-1 second"])
    alice.types("Un entrepôt pour tout le territoire, à une heure près.")
    box = alice.page.locator("dialog")
    expect(box).to_be_visible()
    box.locator("input[name=email]").fill(alice.email)
    box.locator("input[name=password]").fill("faux")
    box.get_by_role("button", name="Se connecter").click()
    expect(box).to_contain_text("inconnus")
    came_back(box, alice.email)
    alice.saved()
    alice.page.reload()
    assert alice.text.input_value() == "Un entrepôt pour tout le territoire, à une heure près."
    assert alice.broken == []


def test_the_dialog_says_how_long_to_wait(running):
    """In the middle of a text, on a browser that forgot everything."""
    browser, portal = running
    bruno = Writer(browser, portal, "bruno")
    bruno.page.goto("/mon-compte/mot-de-passe/")
    bruno.context.clear_cookies()
    bruno.page.evaluate("() => { window.portal.signIn(); }")
    box = bruno.page.locator("dialog")
    for turn in range(6):
        box.locator("input[name=email]").fill(bruno.email)
        box.locator("input[name=password]").fill("faux")
        with bruno.page.expect_response("**/connexion/") as answer:
            box.get_by_role("button", name="Se connecter").click()
        assert answer.value.status == (200 if turn < 5 else 429)
        expect(box.locator("input[name=password]")).to_have_value("")  # the form of the answer is in place
    expect(box).to_contain_text(WAITS)
    assert bruno.broken == []


def test_who_types_stays_in_and_a_page_left_open_does_not(running):
    browser, portal = running
    alice = Writer(browser, portal, "alice").open("quality")
    direct = re.compile("/direct/$")
    with alice.page.expect_response(direct):
        pass  # the page's own first exchange
    with portal.database.connect("superuser") as superuser:
        superuser.execute(ENDS, ["10 minutes"])
        with alice.page.expect_response(direct, timeout=40_000):
            pass
        assert superuser.execute(LEFT).fetchone() == (10,)
        alice.types("Quelqu’un est là.").saved()
        assert superuser.execute(LEFT).fetchone() == (60,)
    assert alice.broken == []


@pytest.mark.parametrize("width", [1440, 320])
def test_13_26_the_clock_and_the_account_open_and_close(running, width):
    browser, portal = running
    page = context(browser, portal.base_url, f"alice@{DOMAIN}", width=width).new_page()
    page.goto("/accueil/")
    clock, account = page.locator("details.clock"), page.locator("details.menu")
    clock.locator("summary").click()
    expect(clock.locator(".menu-panel")).to_contain_text("Clôture le mardi 11 octobre 2022 à 12:00:00, heure de Paris.")
    account.locator("summary").press("Enter")
    expect(account.get_by_role("link", name="Mon compte")).to_be_visible()
    assert clock.evaluate("menu => menu.open") is False
    assert account.locator(".menu-panel").evaluate(
        "box => box.getBoundingClientRect().left >= 0 && box.getBoundingClientRect().right <= innerWidth"
    )
    page.keyboard.press("Escape")
    expect(account.locator("summary")).to_be_focused()
    assert account.evaluate("menu => menu.open") is False
    assert page.get_by_role("navigation", name="Navigation principale").count() == 0  # one entry is no menu


def test_a_password_changed_by_its_form_is_the_one_asked_for(running):
    browser, portal = running
    page = context(browser, portal.base_url, f"zoe@{DOMAIN}").new_page()
    page.goto("/mon-compte/")
    page.get_by_role("link", name="Changer le mot de passe").click()
    for name, typed in {"current": PASSWORD, "password": NEW, "again": NEW}.items():
        page.fill(f"input[name={name}]", typed)
    page.get_by_role("button", name="Changer le mot de passe").dblclick()
    page.wait_for_url("**/mon-compte/")
    sign_out(page)
    page.goto("/connexion/")
    page.fill("input[name=email]", f"zoe@{DOMAIN}")
    page.fill("input[name=password]", NEW)
    press(page, "Se connecter")
    page.wait_for_url("**/accueil/")
