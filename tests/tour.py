"""The tour: each main page at 1440 and 320 px, as its person sees it, from a real web server in a real Chromium.

`bin/tour` writes all of them into docs/tour/; `bin/tour NAME…` only those; `bin/tour -` reads names line by line and shoots again
(the pages are served anew each time), for the eye at work on a template.
"""

import io
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import servers
from PIL import Image
from playwright.sync_api import Browser, BrowserContext

from tests import pages
from tests.browser.driver import WIDTHS, chromium, context
from tests.pages import Page, Places
from tests.processes import Portal, running, staged

OUT = servers.ROOT / "docs" / "tour"
TALLEST = {1440: 1400, 320: 1600}  # px: what is below repeats itself
WIDEST = """[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth
    && !e.closest(".table-region, .sr")).slice(0, 4).map(e => e.outerHTML.slice(0, 90))"""
COLOURS = 16  # the palette of the portal is small: this keeps a picture around 30 kB


def small(png: bytes, tallest: int) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, tallest)))
    out = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


class Eye:
    """One browser over one portal; each person signs in once a width."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser, self.portal, self.places = browser, portal, Places(portal.database)
        self._contexts: dict[tuple[str, int], BrowserContext] = {}

    def _context(self, who: str, width: int) -> BrowserContext:
        if (who, width) not in self._contexts:
            email = self.places.email(who) if who else ""
            self._contexts[who, width] = context(self.browser, self.portal.base_url, email, width=width)
        return self._contexts[who, width]

    def shoot(self, page: Page, folder: Path) -> str:
        said = []
        for width in WIDTHS:
            tab = self._context(page.who, width).new_page()
            problems: list[str] = []
            tab.on("console", lambda m, seen=problems: seen.append(m.text) if m.type in ("error", "warning") else None)
            tab.on("pageerror", lambda error, seen=problems: seen.append(str(error)))
            answer = tab.goto(self.places.path(page))
            tab.wait_for_load_state("networkidle")
            wide = tab.evaluate("document.scrollingElement.scrollWidth")
            (folder / f"{page.name}-{width}.png").write_bytes(small(tab.screenshot(full_page=True), TALLEST[width]))
            status = answer.status if answer else 0
            if status != page.status:
                said.append(f"{status} at {width} px")
            elif page.status == 200 and problems:
                said.append(f"{width} px: {problems[:3]}")
            if wide > width:
                said.append(f"{wide} px wide at {width}: {tab.evaluate(WIDEST)}")
            tab.close()
        return "; ".join(said)


def walk(browser: Browser, stage: str, chosen: Iterable[Page], folder: Path) -> list[str]:
    name, files = staged(stage)
    faults = []
    with running(name, files=files, names=("web",)) as portal:
        eye = Eye(browser, portal)
        for page in chosen:
            try:
                fault = eye.shoot(page, folder)
            except Exception as error:  # one page that cannot be reached must not hide the others
                fault = f"{type(error).__name__}: {str(error)[:300]}"
            if fault:
                faults.append(f"{page.name}: {fault}")
                print("✗", faults[-1], flush=True)
    return faults


def tour(names: list[str], folder: Path) -> list[str]:
    unknown = [name for name in names if name not in pages.BY_NAME and name not in pages.STAGES]
    if unknown:
        raise SystemExit(f"Pages inconnues : {', '.join(unknown)}")
    began, faults = time.monotonic(), []
    chosen = [page for page in pages.PAGES if not names or page.name in names or page.stage in names]
    with chromium() as browser:
        for stage in dict.fromkeys(page.stage for page in chosen):
            faults += walk(browser, stage, [page for page in chosen if page.stage == stage], folder)
    total = sum(file.stat().st_size for file in folder.glob("*.png"))
    print(
        f"{len(chosen)} pages, {len(WIDTHS)} largeurs, {len(faults)} défauts, {time.monotonic() - began:.0f} s ; "
        f"{total / 1e6:.1f} Mo dans {folder.name}",
        flush=True,
    )
    return faults


def main() -> int:
    OUT.mkdir(exist_ok=True)
    if sys.argv[1:] != ["-"]:
        return 1 if tour(sys.argv[1:], OUT) else 0
    for line in sys.stdin:  # a process each: templates, styles and views are read again
        subprocess.call([sys.executable, "-m", "tests.tour", *line.split()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
