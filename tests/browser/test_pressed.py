"""Impatient hands in a real Chromium, on a slow line: what is pressed three times is done once; Back, another text; a token reloaded."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.browser.driver import chromium, context
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
SLOW = {"offline": False, "latency": 1200, "downloadThroughput": 60_000, "uploadThroughput": 60_000}


@pytest.fixture(scope="module")
def stage():
    with ExitStack() as stack:
        portal = stack.enter_context(portal_of_its_own("running", names=("web",)))
        browser = stack.enter_context(chromium())

        def person(key: str, **how):
            opened = context(browser, portal.base_url, f"{key}@edsh.example", **how)
            stack.callback(opened.close)
            return opened.new_page()

        def sql(statement: str, *values):
            with portal.database.connect("auditor") as line:
                return line.execute(statement, values).fetchall()

        yield person, sql


def convention(sql) -> int:
    """Signed and paid; without the recovery order that waits in the demonstration, since there is one at a time."""
    return sql(
        "SELECT c.id FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id"
        " WHERE i.state = 'paid' AND c.state = 'signed' AND NOT EXISTS (SELECT 1 FROM act WHERE kind = 'recovery.issue'"
        " AND state = 'proposed' AND subject_type = 'funding.convention' AND subject_id = c.id) ORDER BY i.id LIMIT 1"
    )[0][0]


def slowly(page) -> None:
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)


def press(page, times: int = 3) -> None:
    """The mouse, where the button is, however little it answers."""
    button = page.locator("main form button.button-main").last
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    for _time in range(times):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def planned(page, cents: str) -> None:
    page.check("main [name=kind][value=interim]")
    page.fill("main [name=cents]", cents)
    page.fill("main [name=evidence]", "Rapport d’avancement fictif.")


def test_13_4_three_presses_then_back_and_another_text(stage, tmp_path):
    person, sql = stage
    page, of = person("driss", width=1280), convention(sql)
    count = lambda: sql("SELECT count(*) FROM funding_instalment WHERE convention_id = %s", of)[0][0]  # noqa: E731
    before, path = count(), f"/finances/conventions/{of}/versement/"
    page.goto(path)
    kept = page.content()  # as a browser keeps a page to go back to
    planned(page, "10,00")
    slowly(page)
    press(page)
    page.wait_for_selector("form[data-taken] button[aria-disabled=true] + .sending:text('Envoi en cours')")
    page.screenshot(path=tmp_path / "taken.png")
    page.wait_for_url(f"**/conventions/{of}/")
    assert count() == before + 1
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW | {"latency": 0})
    page.route(f"**{path}", lambda route: route.fulfill(body=kept, content_type="text/html; charset=utf-8"), times=1)
    page.go_back()
    assert page.locator("form[data-taken]").count() == 0
    planned(page, "12,00")
    press(page, 1)
    page.wait_for_selector(".error-summary")
    page.screenshot(path=tmp_path / "changed.png", full_page=True)
    assert "déjà été envoyé et enregistré avec un autre contenu" in page.inner_text("main")
    assert page.input_value("main [name=cents]") == "12,00" and count() == before + 1
    press(page, 1)
    page.wait_for_url(f"**/conventions/{of}/")
    assert count() == before + 2
    print(tmp_path)


def test_13_4_three_presses_without_scripts_make_one_recovery(stage):
    person, sql = stage
    page, of = person("emma", scripts=False), convention(sql)
    count = lambda: sql("SELECT count(*) FROM act WHERE kind = 'recovery.issue'")[0][0]  # noqa: E731
    before = count()
    page.goto(f"/finances/conventions/{of}/reversement/")
    page.fill("main [name=cents]", "20,00")
    page.check("main [name=ground][value=term]")
    slowly(page)
    press(page)
    expect(page).to_have_url(
        re.compile(rf"/conventions/{of}/$"), timeout=20_000
    )  # each press undoes the way of the one before
    assert count() == before + 1


@pytest.mark.parametrize("width", [1280, 320])
def test_13_4_a_token_reloaded_is_shown_no_more(stage, width, tmp_path):
    person, sql = stage
    page = person("alice", width=width)
    count = lambda: sql("SELECT count(*) FROM directory_apitoken")[0][0]  # noqa: E731
    before = count()
    page.goto("/mon-compte/jetons/nouveau/")
    page.fill("main [name=label]", f"Tableur {width}")
    page.check("main [name=scopes] >> nth=0")
    press(page)
    page.wait_for_url(re.compile(r"/mon-compte/jetons/\d+/$"))
    secret = page.inner_text(".receipt code")
    assert secret.startswith("edsh_")
    page.screenshot(path=tmp_path / f"token-{width}.png", full_page=True)
    page.reload()
    assert secret not in page.content() and "ne le sera plus" in page.inner_text("main")
    page.screenshot(path=tmp_path / f"reloaded-{width}.png", full_page=True)
    assert count() == before + 1
    print(tmp_path)
