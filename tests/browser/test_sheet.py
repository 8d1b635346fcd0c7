"""All the dossiers of an expert taken away as one workbook, a few cells changed, and brought back, in Chromium without scripts."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from edsh_portal.intake import workbook
from tests.browser.driver import chromium, context, press
from tests.browser.served import served
from tests.reviews import test_sheet as offline
from tests.reviews import world as made

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def driven():
    """Before any connection: they are told apart by the loop that a driver starts."""
    with chromium() as browser:
        yield browser


def test_the_grids_of_a_wave_go_out_and_come_back(driven, db, set_clock):
    world = made.build(set_clock, 2)
    for dossier in world.dossiers:
        made.opened(world, dossier, world.claire)
    client = Client()
    client.force_login(world.claire, backend="directory.backends.EmailBackend")
    with served() as here, context(driven, here.base_url, width=320, scripts=False) as opened:
        cookies = [{"name": name, "value": held.value, "url": here.base_url} for name, held in client.cookies.items()]
        opened.add_cookies(cookies)
        page = opened.new_page()
        with here.answering():
            page.goto(reverse("reviews:my_files"))
            page.get_by_role("link", name="Hors ligne, dans un tableur").click()
            page.wait_for_url("**" + reverse("reviews:sheets"))
            with page.expect_download() as given:
                page.get_by_role("link", name="Excel (XLSX)").click()
        book = workbook.read(Path(given.value.path()).read_bytes())
        assert book.names == [dossier.reference for dossier in world.dossiers]
        file = offline.saved(offline.changed(book, {(6, 4): Decimal(8), (6, 5): made.COMMENT}))
        sent = {"name": "grilles.xlsx", "mimeType": "application/octet-stream", "buffer": file}
        with here.answering():
            page.get_by_label("Tableur rempli").set_input_files(sent)
            press(page, "Relire le tableur")
            expect(page.get_by_role("status")).to_contain_text("2 cases du tableur changent votre grille")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        review = world.dossiers[0].assignments.get().review
        with here.answering():
            press(page, "Enregistrer dans ma grille")
            page.wait_for_url("**" + reverse("reviews:read", args=[review.assignment_id]))
        kept = review.scores.get()
        assert (kept.criterion.number, kept.value, kept.comment) == (1, 8, made.COMMENT)
