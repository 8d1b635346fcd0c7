"""A deposit by the keyboard alone: from the sign-in to the receipt, no mouse, no address typed but the first, focus always seen.

Here with scripts off; with them, in a window of 320 px: test_newcomer.py.

Whatever is reached is reached by Tab; a link and a button obey Enter, a box obeys Space, a list and radio buttons the arrows.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from calls.questions import QUESTIONS
from demo import texts
from demo.cast import PASSWORD
from demo.plan import PLANS
from tests.browser.driver import chromium, context
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PLAN = next(plan for plan in PLANS if plan.acronym == "VALMONT")
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


@pytest.fixture(scope="module")
def town():
    with portal_of_its_own("open") as portal, chromium() as browser:
        yield portal, browser


def keyboard(town, width: int, scripts: bool) -> Keyboard:
    portal, browser = town
    return Keyboard(context(browser, portal.base_url, width=width, scripts=scripts).new_page())


def file_of(code: str) -> dict:
    content, name = texts.piece(code, PLAN)
    kind = (
        "application/pdf"
        if name.endswith("pdf")
        else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    return {"name": name, "mimeType": kind, "buffer": content}


def signatory_of(town, establishment: str) -> str:
    """The address of who represents it: fictitious, and named after its number."""
    with town[0].database.connect("auditor") as line:
        (pk,) = line.execute("SELECT id FROM directory_establishment WHERE name = %s", [establishment]).fetchone()
    return f"signatory.{pk}@edsh.example"


def arrives(town, width, scripts, email):
    """A person at the keyboard, signed in, on the content of their home."""
    person = keyboard(town, width, scripts)
    person.sign_in(email)
    person.skip()
    return person


def _state(town, acronym: str) -> str:
    with town[0].database.connect("auditor") as line:
        return line.execute("SELECT state FROM applications_application WHERE acronym = %s", [acronym]).fetchone()[0]


def _joins(town, acronym, width, scripts):
    """The partner's writer accepts the invitation."""
    bruno = arrives(town, width, scripts, "bruno@edsh.example")
    bruno.link(acronym)
    bruno.skip()
    bruno.enter(bruno.page.get_by_role("button", name="Rejoindre le consortium"))
    return bruno


def _mandates(town, acronym, width, scripts):
    """The partner's legal representative gives the mandate."""
    signatory = arrives(town, width, scripts, signatory_of(town, "CH fictif de Rivebelle"))
    signatory.link(f"Mandat pour {acronym}")
    signatory.skip()
    signatory.enter(signatory.page.get_by_role("button", name="Donner le mandat"))
    assert "Le mandat est donné" in signatory.page.inner_text("main")
    return signatory


def test_a_dossier_is_written_and_deposited_without_a_mouse(town):
    """Where no script runs."""
    deposits(town, "SANS-SCRIPT", 1440, scripts=False)


def deposits(town, acronym: str, width: int, *, scripts: bool) -> None:
    alice = arrives(town, width, scripts, "alice@edsh.example")

    def invites() -> None:
        alice.type(q="Rivebelle")
        alice.enter(alice.page.get_by_role("button", name="Chercher"))
        alice.enter(alice.page.get_by_role("button", name="Inviter CH fictif de Rivebelle"))

    root, section = written(alice, town[0].base_url, acronym, "CHU fictif de Valmont", invites)
    section("Soumettre à la signature")
    alice.save()
    others = [_joins(town, acronym, width, scripts), _mandates(town, acronym, width, scripts)]
    sophie = arrives(town, width, scripts, "sophie@edsh.example")
    sophie.link(f"Relire et déposer {acronym}")
    sophie.skip()
    sophie.enter(sophie.page.locator("main").get_by_role("button", name="Déposer le dossier"))
    assert sophie.page.url.split("#")[0] == f"{root}versions/1/"
    assert "AR-EDSH-1-" in sophie.page.inner_text("main")
    assert _state(town, acronym) == "submitted"
    assert set().union(*(one.unseen for one in (alice, sophie, *others))) == set()


def written(alice: Keyboard, base_url: str, acronym: str, coordinator: str, invites: Callable[[], None]):
    """A whole dossier from one's home page, a partner invited: its address, and how one goes to a section of it."""
    page = alice.page
    alice.link("Ouvrir un nouveau dossier")
    alice.choose("coordinator", coordinator)
    alice.type(acronym=acronym)
    alice.save()
    root = page.url

    def section(name: str) -> None:
        if page.url != root:
            alice.enter(page.locator(f'a[href="{root[len(base_url) :]}"]'))
        alice.skip()
        alice.link(name)

    section("Identité du projet")
    alice.type(title=PLAN.title)
    alice.pick("goal", "build")
    alice.type(starts_on="2022-12-12", months="24", maturity_now="3", maturity_target="7")
    alice.save()

    section("Membres et partenaires associés")
    invites()
    alice.link("Inscrire un partenaire associé")
    alice.type(name=texts.ASSOCIATED[0])
    alice.choose("kind", "Entreprise")
    alice.save()
    told(alice, section)
    section("Budget et travaux")
    alice.link("Modifier les travaux")
    alice.type(work=texts.WORK)
    alice.save()
    alice.type(
        **{"0-staff-2023": "900000", "0-equipment-2023": "100000,50", "aid_cents": "800000", "own_cents": "200000,50"}
    )
    alice.save()
    while True:
        section("Pièces jointes")
        todo = page.locator("main li:has(.state-todo) a, main li:has-text('À faire') a.button")
        if not todo.count():
            break
        alice.enter(todo)
        alice.attach("file", file_of(page.url.split("/ajouter/")[1].split("/")[0]))
        alice.save()
    return root, section


def told(alice: Keyboard, section: Callable[[str], None]) -> None:
    """The answers, the research projects and the perimeter."""
    for question in QUESTIONS:
        section("Présentation")
        alice.link(str(question.title))
        alice.type(text=texts.answer(PLAN, question.slug))
        alice.save()
    for title, theme in texts.PROJECTS[:3]:
        section("Projets de recherche")
        alice.link("Ajouter un projet")
        alice.type(title=title)
        alice.save()
        alice.type(theme=theme, summary=texts.PROJECT_SUMMARY)
        alice.tick(alice.field("partners"))
        alice.save()
    section("Périmètres")
    alice.link("Ajouter un périmètre")
    alice.type(scope=texts.PERIMETER["scope"])
    alice.save()
    alice.type(**texts.PERIMETER)
    alice.save()
