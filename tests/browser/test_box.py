"""Aude's afternoon in a real Chromium, a real worker beside: she asks for the box of a dossier, sees it made, takes it, downloads it, opens
it from her disk, has it checked; then reads who did and who saw what."""

import os
import subprocess
import sys
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.browser.driver import chromium, context, press
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")
WIDTHS = (1280, 320)


def shot(page, name: str) -> None:
    for width in WIDTHS if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(SHOTS) / f"box-{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (name, wide)


def words(page) -> str:
    return " ".join(page.inner_text("main").split())


@pytest.fixture
def aude():
    """Her page, on a portal with its worker of documents; what its console complains of."""
    with ExitStack() as stack:
        portal = stack.enter_context(portal_of_its_own("running", names=("web", "pdf")))
        browser = stack.enter_context(chromium())
        opened = stack.enter_context(context(browser, portal.base_url, "aude@edsh.example", width=1280))
        opened.set_default_timeout(30_000)
        page, heard = opened.new_page(), []
        page.on("console", lambda said: heard.append(said.text) if said.type == "error" else None)
        yield page, portal.base_url
        assert heard == []


def taken(page, tmp_path: Path) -> str:
    """Asked for, seen made, taken, downloaded and opened on the disk; the reference of the dossier."""
    page.goto("/dossiers/?q=valmont")
    reference = page.locator("tbody a").first.get_attribute("href").strip("/").split("/")[-1]
    page.goto(f"/dossiers/{reference}/suivi/")
    shot(page, "follow-up")
    press(page, "Préparer la boîte de l’auditeur")
    page.wait_for_url("**/boites/*/")
    assert "Demandée le" in words(page)
    shot(page, "made")
    page.get_by_role("button", name="Je prends cette boîte et j’en réponds").wait_for()  # the page asks by itself
    shot(page, "ready")
    press(page, "Je prends cette boîte et j’en réponds")
    page.get_by_role("link", name="Télécharger la boîte (ZIP)").wait_for()
    page.get_by_text("Détails", exact=True).click()
    told = words(page)
    shot(page, "taken")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger la boîte (ZIP)").click()
    download.value.save_as(tmp_path / "box.zip")

    with zipfile.ZipFile(tmp_path / "box.zip") as file:
        file.extractall(tmp_path / "box")
    asked = [sys.executable, "-I", str(tmp_path / "box" / "check.py")]
    done = subprocess.run(asked, cwd="/", env={}, capture_output=True, text=True, encoding="utf-8")
    certificate, box, verdict = done.stdout.splitlines()
    assert (done.returncode, verdict) == (0, "Tout concorde.")
    assert [line.rpartition(" ")[2] in told for line in (certificate, box)] == [True, True]
    return reference


def opened_from_the_disk(page, tmp_path: Path, reference: str) -> None:
    page.goto((tmp_path / "box" / "index.html").as_uri())
    assert reference in words(page) and "Vérifier cette boîte sans le portail" in words(page)
    shot(page, "index")
    page.get_by_role("link", name="Suivi", exact=True).click()
    assert "Historique" in words(page)
    shot(page, "page")
    page.get_by_role("link", name="Sommaire de la boîte").click()
    page.get_by_role("link", name="Grand livre").click()
    assert "En centimes" in words(page)
    shot(page, "ledger")


def journals(page, base_url: str, reference: str) -> None:
    page.goto(f"{base_url}/faits/")
    assert "Remise de la boîte confirmée" in words(page) and "Boîte de l’auditeur prête" in words(page)
    page.fill('[name="dossier"]', "VALMONT")
    page.select_option('[name="kind"]', label="Dossier déposé")
    press(page, "Filtrer")
    page.wait_for_url("**dossier=VALMONT**")
    rows = page.locator("tbody tr")
    assert {reference in text and "Dossier déposé" in text for text in rows.all_inner_texts()} == {True}
    shot(page, "events")
    page.goto("/faits/")
    page.get_by_role("link", name="Plus anciens →").click()
    page.get_by_role("link", name="← Les plus récents").wait_for()
    page.goto(f"/consultations/?dossier={reference}&person=aude")
    assert "Suivi du dossier" in words(page)
    shot(page, "reads")
    page.goto("/boites/")
    assert reference in words(page)
    shot(page, "boxes")


def test_8_the_auditor_asks_takes_opens_and_reads(aude, tmp_path):
    page, base_url = aude
    reference = taken(page, tmp_path)
    opened_from_the_disk(page, tmp_path, reference)
    journals(page, base_url, reference)
