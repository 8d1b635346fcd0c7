"""The pages of a PDF as pictures, drawn by the pdf.js that the portal ships, in a real Chromium."""

import base64
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Route

VENDOR = Path(__file__).parents[1] / "static" / "vendor"
HERE = "http://letters.invalid/"
WIDTH = 794  # px of an A4 page at 96 to the inch
DRAW = """async ([data, number, width]) => {
  const pdf = await import("/pdf.mjs");
  pdf.GlobalWorkerOptions.workerSrc = "/worker.mjs";
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const held = await pdf.getDocument({data: bytes}).promise;
  if (number > held.numPages) return null;
  const page = await held.getPage(number);
  const viewport = page.getViewport({scale: width / page.getViewport({scale: 1}).width});
  const canvas = Object.assign(document.createElement("canvas"), {width: viewport.width, height: viewport.height});
  await page.render({canvasContext: canvas.getContext("2d"), viewport}).promise;
  return canvas.toDataURL("image/png").split(",")[1];
}"""


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(HERE)
    files = {"pdf.mjs": "pdf-*.min.mjs", "worker.mjs": "pdf-*.worker.min.mjs"}
    if name not in files:
        route.fulfill(body="<!doctype html>", content_type="text/html")
        return
    found = [file for file in VENDOR.glob(files[name]) if ("worker" in file.name) == (name == "worker.mjs")]
    route.fulfill(body=found[0].read_bytes(), content_type="text/javascript")


def pages(browser: Browser, content: bytes, width: int = WIDTH) -> Iterator[bytes]:
    """PNG bytes of each page, `width` pixels wide."""
    tab = browser.new_page()
    tab.route(f"{HERE}**", _answer)
    tab.goto(HERE)
    number = 1
    while drawn := tab.evaluate(DRAW, [base64.b64encode(content).decode(), number, width]):
        yield base64.b64decode(drawn)
        number += 1
    tab.close()
