"""A real Chromium, the system's own, and how a person of the cast comes in.

Its shell without a window (the package « chromium-headless-shell ») lays out, scripts and paints as the other does, and spends half as
much: the whole browser draws its own bars, in processes of theirs, at each window that is opened.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from demo.cast import PASSWORD
from tests.browser import sent

expect.set_options(timeout=20_000)  # a page hears of the others every few seconds, later on a busy machine
WIDTHS = (1440, 320)
NAMES = ("chromium-headless-shell", "chromium")  # whichever the system has; CHROMIUM names another
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
# Nothing of the browser's own goes out, and no bubble of its own (a password to keep, to check) stands over a page.
# A window that leaves for a blank page comes back to the process it had: a page after a blank one takes 0.10 s of processor, and took 0.22.
ARGUMENTS = [
    "--process-per-site",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--lang=fr-FR",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
    "--disable-save-password-bubble",
    "--disable-features=PasswordLeakDetection,PasswordManagerOnboarding,OptimizationHints",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    binary = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=binary, args=ARGUMENTS, env={**os.environ, "LANGUAGE": "fr_FR"}
        )
        try:
            yield browser
        finally:
            browser.close()


def context(
    browser: Browser, base_url: str, email: str = "", *, width: int = 1440, scripts: bool = True, beside: Any = None
) -> BrowserContext:
    """A browser of its own, signed in when `email` is given, or as the context `beside` is."""
    opened = browser.new_context(
        base_url=base_url,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        reduced_motion="reduce",
        viewport={"width": width, "height": 900 if width > 600 else 700},
        java_script_enabled=scripts,
        storage_state=beside and beside.storage_state(),
    )
    opened.set_default_timeout(20_000)
    opened.on("response", sent.note)
    if email:
        _sign_in(opened, email)
    return opened


def _sign_in(opened: BrowserContext, email: str) -> None:
    """By the two requests that the form of the page makes: to draw it, and the page it leads to, is a third of what a visit costs.
    Those who come in by its fields: test_sign_in.py, hands.py."""
    token = TOKEN.search(opened.request.get("/connexion/").text())
    assert token, "the page of the sign-in has no form"
    sent_by_hand = {"csrfmiddlewaretoken": token[1], "email": email, "password": PASSWORD}
    answer = opened.request.post("/connexion/", form=sent_by_hand, max_redirects=0)
    assert answer.status == 302, f"{email} could not sign in: {answer.status} {answer.text()[:300]}"


def press(page: Page, button: str | Locator, *, within: str = "main") -> None:
    """Presses what sends, and waits for the whole page that comes. The one before may already show what is looked for, and a script of it may
    send later than the press: the last words of a text go first (writing.js), a file and a long form ask whether one is still in (session.js)."""
    found = page.locator(within).get_by_role("button", name=button, exact=True) if isinstance(button, str) else button
    with page.expect_navigation():
        found.click()


def follow(page: Page, link: str | Locator) -> None:
    """Follows a link of the page to another page, and waits for it: what is read or measured next is not the page one leaves."""
    found = page.locator("main").get_by_role("link", name=link).first if isinstance(link, str) else link
    with page.expect_navigation():
        found.click()


def sign_out(page: Page) -> None:
    """By the account's menu, with the keyboard alone."""
    menu = page.locator(".account details")
    menu.locator("summary").press("Enter")
    with page.expect_navigation():
        menu.get_by_role("button", name="Se déconnecter").press("Enter")
