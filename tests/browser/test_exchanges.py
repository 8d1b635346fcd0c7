"""Files exchanged with the State's tools, in a real Chromium: a batch is downloaded, its return is looked at with a wrong line,
corrected, applied, handed over twice; a line left over is closed. With PORTAL_SHOTS, pictures of the pages at 1280 and 320."""

import csv
import io
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funding.models import Batch, Import, ImportLine, Posting
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.test_claims import Hands
from tests.browser.window import Window
from tests.funding import stage as made
from tests.funding.test_exchanges import BANK, HAPI, RETURN, World, written

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")


@pytest.fixture(scope="module")
def driven():
    with chromium() as started:
        yield started


@pytest.fixture
def us(driven, db, set_clock):
    set_clock(made.NOW, frozen=True)
    money = made.build()
    with served() as here, context(driven, here.base_url) as opened:
        window = Window(opened)
        yield Hands(here, window, money.cast), World(money)
        window.leave()


def file(name, content):
    return {"file": SimpleUploadedFile(name, content, content_type="text/csv")}


def pictured(hands, name):
    """The page that stands fits both widths, and is drawn where somebody asked for pictures."""
    for width in (320, 1280):
        hands.window.page.set_viewport_size({"width": width, "height": 900})
        assert hands.window.page.evaluate("document.documentElement.scrollWidth") <= width
        if SHOTS:
            hands.window.page.screenshot(path=Path(SHOTS, f"{name}-{width}.png"), full_page=True)


def test_10_a_batch_leaves_and_its_return_is_applied_once(us):
    hands, world = us
    of, page = hands.of, reverse("funding:exchanges")
    before = Posting.objects.count()
    assert "À exporter" in hands.reads("olivier", page) or "à exporter" in hands.reads("olivier", page)
    for kind in ("engagements", "payments"):
        hands.sends("olivier", of("send_batch", kind))
    batch = Batch.objects.get(kind="payments")
    assert "P-" in hands.reads("olivier", of("batch", batch.pk))
    pictured(hands, "batch")
    with hands.here.answering():
        answer = hands.window.page.request.get(hands.here.base_url + of("batch_file", batch.pk, "csv"))
    rows = [*csv.reader(io.StringIO(answer.body().decode("utf-8-sig")), delimiter=";")]
    assert [row[0] for row in rows] == ["Référence portail", f"P-{world.advance.pk}", "FIN"]

    read = of("read_import", "return")
    bad, good = world.paid(day="31/02/2023"), world.paid()
    strange = world.paid(reference="P-0", dp="DP7", cents=7)
    hands.sends(
        "olivier",
        read,
        **file("retour.csv", written([*RETURN, "Note"], [[*row, ""] for row in (world.engaged(), bad, strange)])),
    )
    wrong = Import.objects.get()
    said = hands.reads("olivier", of("imported", wrong.pk))
    assert "Une ligne est en erreur" in said and "Ligne 3 : Date : « 31/02/2023 »" in said.replace("\xa0", " ").replace(
        "\u202f", " "
    )
    assert "Colonnes inconnues, non lues Note" in said and "Appliquer ce fichier" not in said
    pictured(hands, "import-wrong")

    right = written(RETURN, [world.engaged(), good, strange])
    hands.sends("olivier", read, **file("retour-corrige.csv", right))
    corrected = Import.objects.latest("pk")
    assert "Appliquer ce fichier" in hands.reads("farid", of("imported", corrected.pk))
    pictured(hands, "import-read")
    assert ImportLine.objects.count() == 0
    hands.sends("farid", of("apply_import", corrected.pk), page=of("imported", corrected.pk))
    said = hands.reads("farid", of("imported", corrected.pk))
    assert "Enregistrées 2 Écarts 1 Déjà enregistrées 0" in said
    pictured(hands, "import-applied")
    hands.sends("olivier", read, **file("retour-corrige.csv", right))
    assert Import.objects.count() == 2 and ImportLine.objects.count() == 3
    assert "Le déposer de nouveau ne change rien" in hands.reads("olivier", of("imported", corrected.pk))

    settles(hands, world)
    assert Posting.objects.count() == before


def settles(hands, world):
    """The line left over is closed; the bank has paid what the portal has not."""
    of = hands.of
    assert "Référence inconnue du portail" in hands.reads("aude", of("leftovers"))
    left = ImportLine.objects.leftover().get()
    hands.reads("olivier", of("settle_line", left.pk))
    pictured(hands, "settle-line")
    hands.sends("olivier", of("settle_line", left.pk), explanation="Versement d’un autre appel")
    assert "Aucun écart à traiter" in hands.reads("olivier", of("leftovers"))
    hands.sends(
        "olivier",
        of("read_import", "bank"),
        **file("banque.csv", written(BANK, [["DP1", "100000,00", "exécuté", "2023-05-13", ""]])),
    )
    bank = Import.objects.latest("pk")
    hands.sends("olivier", of("apply_import", bank.pk), page=of("imported", bank.pk))
    said = hands.reads("emma", of("instalment", world.advance.pk))
    assert "EJ 210 · DP DP1 · payée le 12/05/2023" in said and "L’État indique ce versement comme payé" in said
    pictured(hands, "instalment")


def test_10_a_cut_file_is_refused_beside_its_field_and_hapi_is_compared(us):
    hands, world = us
    read = hands.of("read_import", "return")
    said = hands.sends("olivier", read, status=422, **file("coupe.csv", written(RETURN, [world.engaged()])[:-6]))
    assert "il est peut-être coupé" in said or "est coupé ou modifié" in said
    assert Import.objects.count() == 0
    row = [["26972074400011", "N1", "1500.00", "ARS"]]
    hands.sends(
        "olivier", hands.of("read_import", "hapi"), announced="1", **file("hapi.csv", written(HAPI, row, end=False))
    )
    hapi = Import.objects.get()
    hands.sends("olivier", hands.of("apply_import", hapi.pk), page=hands.of("imported", hapi.pk))
    said = hands.reads("dora", hands.of("hapi"))
    assert "Inconnu du portail" in said and "de plus" in said
    pictured(hands, "hapi")
    hands.reads("olivier", reverse("funding:exchanges") + "?by=imports")
    pictured(hands, "exchanges")
