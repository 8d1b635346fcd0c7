"""Who writes and deposits in a browser: by the keyboard alone, or by pointing at things.

By the keyboard, whatever is reached is reached by Tab; a link and a button obey Enter, a box obeys Space, a list and radio buttons the
arrows; no address is typed but the first, and focus is always seen.
"""

from playwright.sync_api import TimeoutError as PlaywrightTimeout

from demo.cast import PASSWORD

MOST_TABS = 250
FOCUS = """wanted => {
    const e = document.activeElement, style = getComputedStyle(e);
    if (!wanted.isConnected) return [null, true];  // drawn again
    if (e === document.body) return [false, true];  // nowhere yet: a busy browser has taken the key for no one's
    if (e.type === 'date' && !e.matches(':focus-visible')) return [e === wanted, true];  // the browser's calendar button, inside, has its own ring
    return [e === wanted, style.outlineStyle !== 'none' && style.outlineWidth !== '0px' || style.boxShadow !== 'none'];
}"""


class Keyboard:
    """A page in the hands of someone who has no mouse."""

    def __init__(self, page):
        self.page, self.unseen = page, set()
        self.acts, self.loads = 0, 0  # links and buttons, pages that came
        page.on("load", lambda _page: self._came())

    def _came(self) -> None:
        self.loads += 1

    def reach(self, wanted) -> None:
        """Tab until the focus is on it. Every stop on the way shows where the focus is."""
        held = (
            wanted.first.element_handle()
        )  # found once: to look for it again at each stop is half the work of a browser
        for tab in range(MOST_TABS):
            there, seen = held.evaluate(FOCUS)
            if there is None:
                held = wanted.first.element_handle()
                there, seen = held.evaluate(FOCUS)
            if tab and not seen:
                self.unseen.add(
                    self.page.evaluate("() => location.pathname + ' ' + document.activeElement.outerHTML.slice(0, 80)")
                )
            if there:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{self.page.url}: {wanted} cannot be reached by Tab")

    def skip(self) -> None:
        """The first stop of a page leads past its header."""
        self.reach(self.page.locator("a.skip"))
        self.page.keyboard.press("Enter")

    def enter(self, wanted) -> None:
        """Follows a link or presses a button, and waits for the page that comes."""
        self.acts += 1
        self.reach(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        refused = self.page.locator(".error-summary[data-focus]")
        assert refused.count() == 0, refused.inner_text()

    def link(self, name: str) -> None:
        self.enter(self.page.get_by_role("link", name=name))

    def save(self) -> None:
        self.enter(self.page.locator("main form button.button-main"))

    def field(self, name: str):
        return self.page.locator(f'main [name="{name}"]')

    def type(self, **values: str) -> None:
        for name, value in values.items():
            field = self.field(name)
            self.reach(field)
            if field.get_attribute("type") == "date":
                self.page.keyboard.type("".join(reversed(value.split("-"))))  # the browser may ask for the month first
            else:
                self.page.keyboard.press("Control+a")
                self.page.keyboard.insert_text(value)
            assert field.input_value().replace("\r", "") == value

    def choose(self, name: str, label: str) -> None:
        """An option of a list, by its first letters."""
        self.reach(self.field(name))
        self.page.keyboard.type(label)
        assert self.field(name).evaluate("e => e.selectedOptions[0].label") == label

    def tick(self, wanted) -> None:
        self.reach(wanted)
        self.page.keyboard.press("Space")
        assert wanted.first.is_checked()

    def pick(self, name: str, value: str) -> None:
        """A radio button: Tab comes to the group, Space or the arrows choose."""
        buttons, chosen = self.field(name), self.page.locator(f'main [name="{name}"][value="{value}"]')
        for _tab in range(MOST_TABS):
            if self.page.evaluate("() => document.activeElement.name") == name:
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _arrow in range(buttons.count()):
            if chosen.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: {name} = {value} cannot be chosen with the arrows")

    def attach(self, name: str, file: dict) -> None:
        self.reach(self.field(name))
        for last in (
            False,
            False,
            True,
        ):  # a busy browser may take a key press for no one's: whoever sees nothing presses again
            try:
                with self.page.expect_file_chooser(timeout=5_000) as choosing:
                    self.page.keyboard.press("Space")
                break
            except PlaywrightTimeout:
                if last:
                    raise
        choosing.value.set_files(file)

    def sign_in(self, email: str) -> None:
        self.page.goto("/connexion/")
        self.type(email=email, password=PASSWORD)
        self.enter(self.page.locator("main form button"))


class Mouse(Keyboard):
    """The same steps, by who points at things."""

    def reach(self, wanted) -> None:
        pass

    def skip(self) -> None:
        pass

    def enter(self, wanted) -> None:
        self.acts += 1
        with self.page.expect_navigation():
            wanted.first.click()
        refused = self.page.locator(".error-summary[data-focus]")
        assert refused.count() == 0, refused.inner_text()

    def type(self, **values: str) -> None:
        for name, value in values.items():
            self.field(name).fill(value)

    def choose(self, name: str, label: str) -> None:
        self.field(name).select_option(label=label)

    def tick(self, wanted) -> None:
        wanted.first.check()

    def pick(self, name: str, value: str) -> None:
        self.page.check(f'main [name="{name}"][value="{value}"]')

    def attach(self, name: str, file: dict) -> None:
        self.field(name).set_input_files(file)
