"""A large file in a real Chromium: the connection is lost on the way, the page says so, and it takes up where it stopped."""

import hashlib

import pytest

from demo.cast import PASSWORD
from tests.browser.driver import chromium, context, press
from tests.office_files import pdf, picture
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
FREE_OF_WORDS = bytes(range(256)) * 60_000  # 15 MB that mean nothing


def large() -> bytes:
    return pdf(
        "Présentation",
        change=lambda made: setattr(made.pages[0], "PieceInfo", made.make_stream(FREE_OF_WORDS)),
        compress_streams=False,
    )


def held(portal, statement: str) -> list:
    with portal.database.connect("auditor") as line:
        return line.execute(statement).fetchall()


def faltering(opened, patches: list[int]):
    """What meets each part, whose size it notes: the session is over before the second; the fourth and fifth are lost, the
    answer of the seventh as well."""
    over: list[None] = []

    def falter(route):
        if route.request.method != "PATCH":
            route.continue_()
            return
        if len(patches) == 1 and not over:
            over.append(opened.clear_cookies(name="session"))
            route.continue_()
            return
        patches.append(len(route.request.post_data_buffer))
        if len(patches) in (4, 5):
            route.abort("connectionreset")
        elif len(patches) == 7:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    return falter


def test_it_takes_up_where_it_stopped(tmp_path):
    content = large()
    assert 15_000_000 < len(content) < 20_000_000
    file = tmp_path / "présentation.pdf"
    file.write_bytes(content)
    with portal_of_its_own("open", names=("web", "intake")) as portal, chromium() as browser:
        opened = context(browser, portal.base_url, "alice@edsh.example")
        page = opened.new_page()
        reference = held(portal, "SELECT reference FROM applications_application WHERE acronym = 'VALMONT'")[0][0]
        page.goto(f"/dossiers/{reference}/pieces/")
        page.locator("a[href*='/pieces/ajouter/']").first.click()
        patches: list[int] = []
        page.route("**/pieces/envois/*/", faltering(opened, patches))
        page.set_input_files("input[type=file]", file)
        page.click("button.button-main")
        box = page.locator("dialog")  # in again in place: the file goes on from where it was
        box.locator("input[name=email]").fill("alice@edsh.example")
        box.locator("input[name=password]").fill(PASSWORD)
        box.get_by_role("button", name="Se connecter").click()
        page.get_by_text("Connexion perdue").first.wait_for()
        page.wait_for_url(f"**/dossiers/{reference}/pieces/", timeout=60_000)
        page.get_by_text("est jointe").first.wait_for()
        kept = held(
            portal,
            "SELECT d.sha256 FROM document d JOIN applications_piece p ON p.document_id = d.id ORDER BY p.id DESC LIMIT 1",
        )
        assert kept == [(hashlib.sha256(content).hexdigest(),)]
        assert (
            sum(patches) == len(content) + patches[3] + patches[4]
        )  # three were lost on the way, of which one had arrived
        assert (patches[0], max(patches) <= 2_000_000) == (1_000_000, True)
        assert held(portal, "SELECT count(*) FROM applications_upload") == [(0,)]

        small = tmp_path / "petite.png"
        small.write_bytes(picture())
        page.locator("a[href*='/pieces/ajouter/']").first.click()
        page.set_input_files("input[type=file]", small)
        press(page, page.locator("button.button-main"))  # whole, by the form
        page.wait_for_url(f"**/dossiers/{reference}/pieces/")
        assert "PNG" in page.inner_text("main")

        refused = tmp_path / "suivi.pdf"
        refused.write_bytes(content + b"MZ")
        page.locator("a[href*='/pieces/ajouter/']").first.click()
        page.set_input_files("input[type=file]", refused)
        page.click("button.button-main")
        page.wait_for_url(f"**/dossiers/{reference}/pieces/", timeout=60_000)
        page.get_by_text("suivi d’autres données").first.wait_for(timeout=60_000)  # once examined, without a reload
        assert "PNG" in page.inner_text("#pieces")  # the one it had replaced is back

        theirs = tmp_path / "attestation.pdf"  # a piece that is asked of each member
        theirs.write_bytes(pdf("Attestation sur l’honneur"))
        page.locator("a[href*='/pieces/ajouter/attestation-honneur/']").first.click()
        page.set_input_files("input[type=file]", theirs)
        page.click("button.button-main")
        page.wait_for_url(f"**/dossiers/{reference}/pieces/")
        page.get_by_text("est jointe").first.wait_for()
        opened.close()
