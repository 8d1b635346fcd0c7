"""The verification page in a real Chromium, wide and at 320 px, without scripts: its four answers, by the file, by the address printed on
the act, by the fingerprint typed."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from edsh_portal import documents
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.test_pages import AXE, FAULTS, NARROW, OUTSIDE
from tests.decisions import world as made

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture
def world(db, set_clock):
    return made.build(set_clock)


class Visitor:
    """Nobody in particular, in front of two windows: narrow without scripts, and wide."""

    def __init__(self, here, driven):
        self.here, self.pages = here, {}
        for width in (1280, 320):
            self.pages[width] = context(driven, here.base_url, width=width, scripts=width == 1280).new_page()

    def told(self, name, ask):
        """The title of the notice that answers, and what the page says; the same in both windows."""
        read = {}
        for width, page in self.pages.items():
            ask(page)
            assert page.evaluate("document.scrollingElement.scrollWidth") <= width and page.evaluate(OUTSIDE) == []
            if width == 1280:
                page.evaluate(AXE.read_text())
                assert page.evaluate(FAULTS, NARROW if width == 320 else None) == []
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"authenticity-{name}-{width}.png", full_page=True)
            said = " ".join(page.inner_text("main").replace("\u202f", " ").replace("\u00a0", " ").split())
            read[width] = page.inner_text("[role=status] strong"), said
        assert read[1280] == read[320]
        return read[320]

    def by_file(self, name, content):
        def ask(page):
            with self.here.answering():
                page.goto("/verifier/")
                file = {"name": "acte.pdf", "mimeType": "application/pdf", "buffer": content}
                page.locator("input[type=file]").set_input_files(file)
                with page.expect_navigation():
                    page.get_by_role("button", name="Vérifier ce fichier").click()

        return self.told(name, ask)

    def by_address(self, name, *printed):
        def ask(page):
            with self.here.answering():
                page.goto(reverse("decisions:verify_number", args=printed))

        return self.told(name, ask)

    def by_fingerprint(self, name, sha256, number=""):
        def ask(page):
            with self.here.answering():
                page.goto("/verifier/")
                page.locator("[name=sha256]").fill(sha256)
                page.locator("[name=number]").fill(number)
                with page.expect_navigation():
                    page.get_by_role("button", name="Vérifier cette empreinte").click()

        return self.told(name, ask)


def test_the_four_answers_by_each_of_the_three_ways(driven, world):
    decision = made.notified(world)
    content, number, data = documents.read(decision.document), decision.number, decision.snapshot_sha256
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    with served() as here:
        visitor = Visitor(here, driven)
        answers = [
            visitor.by_file("authentic", content),
            visitor.by_address("address", number, data),
            visitor.by_fingerprint("fingerprint", decision.sha256),
            visitor.by_fingerprint("both", data, number),
        ]
        assert {title for title, _said in answers} == {"Document authentique"}
        for _title, said in answers:  # who and how much: a forged paper with a true code shows another amount
            assert "400 000,00 €" in said and "800 000,00 €" in said and f"Numéro {number}" in said
        title, said = visitor.by_file("altered", bytes(changed))
        assert title == "Document modifié" and number in said and "400 000,00" not in said
        assert visitor.by_address("altered-address", "2023-9999", data)[0] == "Document modifié"
        assert visitor.by_file("unknown", b"%PDF-1.7 other")[0] == "Document inconnu"
        assert visitor.by_fingerprint("unknown-fingerprint", "0" * 64)[0] == "Document inconnu"
        made.revoked(world, decision, "Erreur de bénéficiaire.")
        assert {
            visitor.by_file("revoked", content)[0],
            visitor.by_address("revoked-address", number, data)[0],
            visitor.by_fingerprint("revoked-fingerprint", decision.sha256)[0],
        } == {"Acte retiré"}
