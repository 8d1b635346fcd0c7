"""Each letter as a picture in docs/tour/letters/, from the documents of the demonstration, and the lines of the acts of the tests.

The pictures are drawn by the pdf.js that the portal ships, in Chromium; `tests/decisions/test_checklist.py` compares the lines.
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


def letters() -> Iterator[tuple[str, bytes]]:
    """(name, PDF) of each letter that the demonstration has sent."""
    from applications.models import VersionFile
    from decisions.models import Decision
    from edsh_portal import documents
    from edsh_portal.models import Document

    for kind in ("award", "refusal", "ineligible"):
        made = (
            Decision.objects.filter(kind=kind, document__isnull=False).select_related("document").order_by("pk").first()
        )
        if made is not None:
            yield kind, documents.read(made.document)
    receipts = VersionFile.objects.filter(code=VersionFile.RECEIPT).select_related("document").order_by("pk")
    for name, kind in (("receipt", "deposit"), ("receipt-complements", "complement")):
        held = receipts.filter(version__kind=kind).first()
        if held is not None:
            yield name, documents.read(held.document)
    for kind in ("feedback", "minutes"):
        document = Document.objects.filter(kind=kind, media_type="application/pdf").order_by("pk").first()
        if document is not None:
            yield kind, documents.read(document)


def lines() -> None:
    from decisions import letter
    from tests.decisions import acts

    for name in acts.NAMES:
        told = acts.drawn(letter.lay_out(acts.act(name)))
        (acts.HERE / f"{name}.txt").write_text("\n".join(told) + "\n")


def main() -> int:
    django.setup()
    from tests.browser.driver import chromium
    from tests.pages import standing_at
    from tests.pictures import pages

    lines()
    if "--lines" in sys.argv:
        return 0
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    with standing_at("running"):
        found = dict(letters())
    with chromium() as browser:
        for name, content in found.items():
            for number, png in enumerate(pages(browser, content), start=1):
                (OUT / f"{name}-{number}.png").write_bytes(small(png))
    print(
        f"{len(found)} lettres, {sum(file.stat().st_size for file in OUT.glob('*.png')) / 1e3:.0f} ko : {', '.join(found)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
