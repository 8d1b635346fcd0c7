"""Each letter as a picture in docs/tour/letters/: what the acts of the tests say, and the receipts that the demonstration has sent.

Drawn by the pdf.js that the portal ships, in Chromium. The lines of the acts are written again, which tests/decisions/test_checklist.py
compares. `--lines`: those alone; `--acts`: without the demonstration.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from PIL import Image

OUT = Path(__file__).parents[2] / "docs" / "tour" / "letters"
COLOURS = 16


def small(png: bytes) -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def decisions() -> Iterator[tuple[str, bytes]]:
    """(name, PDF) of each act of the tests, its lines written."""
    from tests.decisions import acts

    for name in acts.NAMES:
        content = acts.lay_out(name)
        (acts.HERE / f"{name}.txt").write_text("\n".join(acts.drawn(content)) + "\n")
        yield name, content


def sent() -> Iterator[tuple[str, bytes]]:
    """(name, PDF) of the receipts that the demonstration has sent: they are drawn from their dossier."""
    from applications.models import VersionFile
    from edsh_portal import documents

    receipts = VersionFile.objects.filter(code=VersionFile.RECEIPT).select_related("document").order_by("pk")
    for name, kind in (("receipt", "deposit"), ("receipt-complements", "complement")):
        held = receipts.filter(version__kind=kind).first()
        if held is not None:
            yield name, documents.read(held.document)


def main() -> int:
    django.setup()
    from tests.browser.driver import chromium
    from tests.pages import standing_at
    from tests.pictures import pages

    found = dict(decisions())
    if "--lines" in sys.argv:
        return 0
    if "--acts" not in sys.argv:
        with standing_at("running"):
            found |= dict(sent())
    OUT.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, content in found.items():
            for old in OUT.glob(f"{name}-[0-9].png"):
                old.unlink()
            for number, png in enumerate(pages(browser, content), start=1):
                (OUT / f"{name}-{number}.png").write_bytes(small(png))
    print(
        f"{len(found)} lettres, {sum(file.stat().st_size for file in OUT.glob('*.png')) / 1e3:.0f} ko : {', '.join(found)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
