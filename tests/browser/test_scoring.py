"""The scoring screen in Chromium: a dossier scored by the keyboard alone, its keys and loads counted; tabs killed, a line and a
session lost; the same form where no script runs, in the narrowest window."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.cast import PASSWORD
from tests.browser.driver import chromium, context, press
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")
# A file of each of three experts that they have not locked yet.
FILES = """SELECT DISTINCT ON (u.email) u.email, a.id FROM reviews_assignment a JOIN directory_user u ON u.id = a.expert_id
             LEFT JOIN reviews_review r ON r.assignment_id = a.id
            WHERE a.state = 'assigned' OR a.state = 'declared' AND r.state = 'draft'
              AND NOT EXISTS (SELECT FROM reviews_score s WHERE s.review_id = r.id) ORDER BY u.email, a.id LIMIT 3"""
KEPT = """SELECT c.number, s.value, s.comment FROM reviews_score s JOIN calls_criterion c ON c.id = s.criterion_id
            JOIN reviews_review r ON r.id = s.review_id WHERE r.assignment_id = %s ORDER BY c.number"""
HERE = "() => Object.keys(localStorage).filter(name => name.startsWith('edsh/')).length"


def comment(number: int) -> str:
    return f"Avis motivé et assez long pour le critère {number}."


def mark(number: int) -> int:
    return 10 if number == 8 else 1 + number % 9


class Expert:
    """An expert at their keyboard: what is pressed and what loads is counted, the letters of a comment apart."""

    def __init__(self, portal, browser, email: str, file: int, **manner) -> None:
        self.portal, self.email, self.file = portal, email, file
        self.context = context(browser, portal.base_url, email, **manner)
        self.digits = self.keys = self.comments = self.loads = 0

    def declare(self) -> None:
        page, file = self.context.new_page(), self.file
        page.goto(f"/expertise/{file}/declaration/")
        if page.url.endswith("declaration/"):
            page.check("input[name=conflict][value=no]")
            page.fill("[name=statement]", "Aucun lien.")
            page.check("[name=confidentiality]")
            press(page, page.locator("main form button.button-main"))
            page.wait_for_url(f"**/expertise/{file}/")
        page.close()

    def open(self) -> Page:
        self.page = self.context.new_page()
        self.page.on("load", lambda _page: self._loaded())
        self.page.goto(f"/expertise/{self.file}/")
        self.criteria = [
            int(one.get_attribute("data-criterion")) for one in self.page.locator("[data-criterion]").all()
        ]
        return self.page

    def _loaded(self) -> None:
        self.loads += 1

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        if key.isdigit():
            self.digits += 1
        else:
            self.keys += 1

    def score(self, number: int) -> None:
        """The criterion in hand: its mark, its comment, then on to the next that is missing."""
        for digit in str(mark(number)):
            self.press(digit)
        self.press("c")
        self.page.keyboard.insert_text(comment(number))
        self.comments += 1

    def kept(self) -> dict[int, tuple[int, str]]:
        with self.portal.database.connect("auditor") as line:
            return {number: (value, text) for number, value, text in line.execute(KEPT, [self.file]).fetchall()}

    def saved(self) -> None:
        expect(self.page.locator("form[data-writing]")).not_to_have_attribute("data-changed", "yes")
        expect(self.page.locator("[data-saved]")).to_have_text(re.compile(r"^Enregistré à"))

    def shot(self, name: str, full: bool = False) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=full)


@pytest.fixture(scope="module")
def town():
    with portal_of_its_own("review", names=("web",)) as portal, chromium() as browser:
        with portal.database.connect("auditor") as line:
            files = line.execute(FILES).fetchall()

        def expert(number: int, **manner) -> Expert:
            came = Expert(portal, browser, *files[number], **manner)
            came.declare()
            return came

        yield expert


def test_one_dossier_by_keyboard_alone(town):
    claire = town(0)
    claire.open()
    claire.shot("before-1440")
    claire.loads = 1
    for number in claire.criteria:
        expect(claire.page.locator(".at")).to_have_attribute("data-criterion", str(number))
        claire.score(number)
        if number == 12:
            claire.shot("at-12-1440")
        claire.press("Control+Enter")
    claire.saved()
    wanted = {number: (mark(number), comment(number)) for number in claire.criteria}
    assert claire.kept() == wanted and len(wanted) == 14
    assert claire.page.evaluate("() => document.activeElement.name") == "then"  # nothing is missing: on to the lock
    expect(claire.page.locator("#rail")).to_contain_text("14 notes sur 14")
    expect(claire.page.locator("#rail")).to_contain_text("Complète")
    told = f"{claire.loads} load, {claire.digits} digits, {claire.comments} comments, {claire.keys} other keys"
    print(told)
    assert claire.loads == 1 and claire.digits <= 15 and claire.comments == 14 and claire.keys <= 40, told
    # a digit that one types in a text is a digit of that text
    claire.page.locator("[data-criterion='2'] textarea").focus()
    claire.page.keyboard.type("3c")
    assert claire.page.locator("[name=value_2]").input_value() == str(mark(2))
    claire.saved()
    _a_piece_is_read_and_words_are_found(claire.page)
    claire.shot("piece-1440")
    claire.context.close()


def _a_piece_is_read_and_words_are_found(page: Page) -> None:
    """pdf.js comes with the piece, and nothing that the policy of the page forbids."""
    said: list[str] = []
    page.on("console", lambda told: said.append(told.text) if told.type == "error" else None)
    assert not page.evaluate(
        "() => performance.getEntriesByType('resource').some(one => one.name.includes('vendor/pdf-'))"
    )
    page.get_by_role("button", name="Lire dans la page").first.click()
    expect(page.locator(".reading figure .sr").first).to_be_attached()
    drawn = """() => { const one = document.querySelector(".reading canvas"); return one.width > 300 &&
        one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some((value, at, all) => at % 4 === 0 && value < 128 && all[at + 3] === 255); }"""
    page.wait_for_function(drawn)
    page.get_by_role("button", name="Fermer la pièce").click()
    expect(page.locator(".reading")).to_have_count(0)
    page.fill("#find", "hebergees")  # accents are not asked for
    expect(page.locator("[data-find] output")).to_have_text(re.compile(r"^1 sur \d+$"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-find] output")).to_have_text(re.compile(r"^2 sur \d+$"))
    assert said == []


def test_a_tab_killed_after_each_criterion_loses_nothing(town):
    claire = town(1)
    for number in claire.open() and claire.criteria:
        if number != claire.criteria[0]:
            claire.open()
        for before in claire.criteria[: claire.criteria.index(number)]:
            assert claire.page.locator(f"[name=value_{before}]").input_value() == str(mark(before))
            assert claire.page.locator(f"[name=comment_{before}]").input_value() == comment(before)
        if number == 5:
            claire.context.set_offline(True)
        claire.score(number)
        if number == 5:
            expect(claire.page.locator("[data-saved]")).to_contain_text("Non enregistré depuis")
        claire.page.close()
        claire.context.set_offline(False)
    claire.open()
    claire.saved()
    assert claire.kept() == {number: (mark(number), comment(number)) for number in claire.criteria}
    assert claire.page.evaluate(HERE) == 0
    _the_session_ends(claire)


def _the_session_ends(claire: Expert) -> None:
    claire.context.clear_cookies()
    claire.page.fill("[name=comment_3]", comment(3) + " Suite.")
    box = claire.page.locator("dialog")
    expect(box).to_be_visible()
    box.locator("input[name=email]").fill(claire.email)
    box.locator("input[name=password]").fill(PASSWORD)
    box.get_by_role("button", name="Se connecter").click()
    expect(box).to_have_count(0)
    claire.saved()
    assert claire.kept()[3][1] == comment(3) + " Suite."
    claire.page.set_viewport_size({"width": 320, "height": 700})
    assert claire.page.evaluate("() => document.documentElement.scrollWidth") <= 320
    claire.shot("narrow-320", full=True)
    claire.context.close()


def test_without_scripts_the_button_saves(town):
    claire = town(2, scripts=False, width=320)
    page = claire.open()
    page.click("#rail a[href='#criterion-12']")
    page.fill("[name=value_12]", "9")
    page.fill("[name=comment_12]", comment(12))
    press(page, "Enregistrer")
    assert claire.kept() == {12: (9, comment(12))}
    assert "1 note sur 14" in " ".join(page.locator("#rail").inner_text().split())
    claire.context.close()
