"""Six people, two of them in real browsers, make 2,000 edits of one dossier while lines drop, a session ends and the web restarts."""

import random
import sys
import threading
import time
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from calls.questions import QUESTIONS
from demo.cast import DOMAIN
from tests.browser.driver import chromium, context
from tests.processes import Portal, portal_of_its_own
from tests.writers import Line, Writer, checked, long_keys, reference_of

KEYS = [f"answers.{question.slug}" for question in QUESTIONS[:4]]
SCRIPTED, BROWSERS = 4, 2


def main() -> int:
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    typed = edits // 20  # by each browser; the rest is shared between the scripted writers
    each = -(-(edits - BROWSERS * typed) // SCRIPTED)
    began = time.monotonic()
    with portal_of_its_own("open", webs=2) as portal, chromium() as browser:
        reference = reference_of(portal)
        keys = [*KEYS, *long_keys(portal, reference)]
        writers = [
            Writer(
                Line(portal.port, f"{who}@{DOMAIN}"), reference, keys, f"{who}{n}x", random.Random(n), shared=True
            ).begin()
            for n, who in enumerate(("alice", "sophie") * (SCRIPTED // 2))
        ]
        failures: list[BaseException] = []
        threads = [threading.Thread(target=write, args=(writer, each, failures)) for writer in writers]
        pages = [Typist(browser, portal, who, random.Random(90 + n)) for n, who in enumerate(("alice", "sophie"))]
        for thread in threads:
            thread.start()
        for turn in range(typed):
            for page in pages:
                page.type_a_word(turn)
            if turn == typed // 3:
                pages[1].context.clear_cookies()  # the session ends under their fingers
            if turn == typed // 2:
                restart(portal)
        for thread in threads:
            thread.join()
        for page in pages:
            page.settle()
        failures += [AssertionError(said) for page in pages for said in page.differs_from_a_reload()]
        with portal.database.connect("auditor") as line:
            [(application,)] = line.execute(
                "SELECT id FROM applications_application WHERE reference = %s", [reference]
            ).fetchall()
            wrong = [str(failure) for failure in failures] + checked(line, application, [*writers, *pages])
            rows = line.execute(
                "SELECT count(*), count(*) FILTER (WHERE aside) FROM applications_answer WHERE application_id = %s",
                [application],
            ).fetchone()
    slow = sorted(seconds for writer in writers for seconds in writer.slow)
    made = sum(writer.edits for writer in writers) + sum(page.edits for page in pages)
    print(
        f"cowriting: {made} edits by {SCRIPTED + BROWSERS} editors ({BROWSERS} browsers) in {time.monotonic() - began:.0f} s; "
        f"{sum(w.dropped for w in writers)} answers dropped, {sum(w.unanswered for w in writers)} exchanges said again, "
        f"{sum(w.line.sign_ins - 1 for w in writers) + sum(p.sign_ins for p in pages)} sessions opened again, 1 restart; "
        f"{rows[0]} texts kept, {rows[1]} aside, {sum(w.met for w in writers)} meetings shown to scripted writers; "
        f"autosave p50 {at(slow, 50):.0f} p95 {at(slow, 95):.0f} p99 {at(slow, 99):.0f} ms; "
        f"{'; '.join(wrong[:5]) or 'every acknowledged word is in the text or in the history, no lost update'}"
    )
    return 1 if wrong else 0


def at(sorted_seconds: list[float], percent: int) -> float:
    return 1000 * sorted_seconds[min(len(sorted_seconds) - 1, len(sorted_seconds) * percent // 100)]


def write(writer: Writer, edits: int, failures: list[BaseException]) -> None:
    try:
        for _edit in range(edits):
            writer.edit()
    except BaseException as failure:
        failures.append(failure)


def restart(portal: Portal) -> None:
    """The web dies at once; its supervisor brings it back."""
    import os
    import signal

    os.kill(portal.pid("web"), signal.SIGKILL)  # type: ignore[arg-type]
    portal.wait_until_ready()


class Typist:
    """A person in a real browser, who types at the end of one answer and answers the cards that come."""

    def __init__(self, browser: Any, portal: Portal, who: str, chance: random.Random):
        self.email, self.name, self.chance = f"{who}@{DOMAIN}", f"{who}b", chance
        self.context = context(browser, portal.base_url, self.email)
        self.page: Page = self.context.new_page()
        self.key = KEYS[-1]
        self.address = f"/dossiers/{reference_of(portal)}/recit/{self.key.removeprefix('answers.')}/"
        self.page.goto(self.address)
        self.edits = self.sign_ins = 0
        self.acknowledged: list[tuple[str, str]] = []
        self.cards: list[tuple[str, int, str]] = []  # a browser's are looked at where they are answered

    def type_a_word(self, turn: int) -> None:
        self.answer()
        word = f"{self.name}{turn}"
        if self.chance.random() < 0.05:
            self.context.set_offline(True)
        text = self.page.locator("#id_text")
        words = text.input_value().split()[-40:]
        text.fill(" ".join([*words, word]))
        text.blur()
        self.context.set_offline(False)
        self.settle()
        self.acknowledged.append((self.key, word))
        self.edits += 1

    def answer(self) -> None:
        """Signs in again where asked, keeps both texts where two met."""
        from demo.cast import PASSWORD

        box = self.page.locator("dialog input[name=email]")
        if box.count():
            box.fill(self.email)
            self.page.locator("dialog input[name=password]").fill(PASSWORD)
            self.page.locator("dialog form button").first.click()
            expect(self.page.locator("dialog")).to_have_count(0)
            self.sign_ins += 1
        mine = self.page.locator(
            f"[data-clash][data-by='{self.page.locator('form[data-person]').get_attribute('data-person')}']"
        )
        if mine.count():
            try:
                with self.page.expect_navigation(timeout=5_000):
                    mine.get_by_role("button", name="Enregistrer les deux réunis").first.click(timeout=5_000)
            except PlaywrightTimeout:
                return  # the texts changed again meanwhile, and the page has said so: they are read again
            except PlaywrightError:  # the web was restarting: the person comes back to the page
                self.page.wait_for_timeout(500)
                self.page.goto(self.address)

    def settle(self) -> None:
        """Until nothing waits in this browser any more."""
        until = time.monotonic() + 90
        while self.page.evaluate("() => Object.keys(localStorage).some(name => name.startsWith('edsh/'))"):
            self.answer()
            assert time.monotonic() < until, self.page.inner_text("main")[:500]
            self.page.wait_for_timeout(50)

    def differs_from_a_reload(self) -> list[str]:
        self.answer()
        shown = self.page.locator("#id_text")
        fresh = self.context.new_page()
        fresh.goto(self.page.url)
        expected = fresh.locator("#id_text").input_value()
        try:
            expect(shown).to_have_value(expected, timeout=30_000)
        except AssertionError:
            return [f"{self.name}: the page shows another text than a fresh one"]
        return []


if __name__ == "__main__":
    sys.exit(main())
