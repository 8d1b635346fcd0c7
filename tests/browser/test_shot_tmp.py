import pytest
from tests import pages
from tests.browser.driver import chromium, context
from tests.pages import Places
from tests.processes import running, staged
pytestmark = pytest.mark.browser
def test_shot():
    name, files = staged("open")
    with chromium() as browser, running(name, files=files, names=("web",)) as portal:
        places = Places(portal.database)
        for width in (1440, 320):
            tab = context(browser, portal.base_url, places.email("alice"), width=width).new_page()
            for key in ("budget", "budgets"):
                path = places.path(next(p for p in pages.BY_STAGE if p.name == key))
                tab.goto(path)
                if key == "budget":
                    tab.locator('[name^="1-staff-"]').first.focus()
                    tab.keyboard.type("12345,6"); tab.keyboard.press("Enter"); tab.keyboard.press("Shift+ArrowDown"); tab.keyboard.press("Shift+ArrowRight")
                tab.screenshot(path=f"/tmp/s3b/{key}-{width}.png", full_page=width==1440)
            tab.goto(path.replace("budget/", "lots/"))
            tab.screenshot(path=f"/tmp/s3b/lots-{width}.png")
