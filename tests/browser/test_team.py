"""A team deposits where no script runs: from the sign-in to the receipt, its partner and both signatories included.

By the keyboard alone, with scripts: test_newcomer.py; without them, and in other windows: `bin/prove deposits`.
"""

from collections.abc import Callable

import pytest

from calls.questions import QUESTIONS
from demo import texts
from demo.plan import PLANS
from tests.browser.driver import chromium, context
from tests.browser.hands import Keyboard, Mouse
from tests.crossing import crossing
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PLAN = next(plan for plan in PLANS if plan.acronym == "VALMONT")


@pytest.fixture(scope="module")
def town():
    with portal_of_its_own("open", names=("web", "intake")) as portal, chromium() as browser:
        yield portal, browser


Way = Callable[[], Keyboard]  # one person more at work, on a page of their own


def way(town, hand: type[Keyboard], width: int, *, scripts: bool) -> Way:
    portal, browser = town
    return lambda: hand(context(browser, portal.base_url, width=width, scripts=scripts).new_page())


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


def arrives(comes: Way, email: str) -> Keyboard:
    """A person signed in, on the content of their home."""
    person = comes()
    person.sign_in(email)
    person.skip()
    return person


def _state(town, acronym: str) -> str:
    with town[0].database.connect("auditor") as line:
        return line.execute("SELECT state FROM applications_application WHERE acronym = %s", [acronym]).fetchone()[0]


def _joins(comes: Way, acronym: str) -> Keyboard:
    """The partner's writer accepts the invitation."""
    bruno = arrives(comes, "bruno@edsh.example")
    bruno.link(acronym)
    bruno.skip()
    bruno.enter(bruno.page.get_by_role("button", name="Rejoindre le consortium"))
    return bruno


def _mandates(town, comes: Way, acronym: str) -> Keyboard:
    """The partner's legal representative gives the mandate."""
    signatory = arrives(comes, signatory_of(town, "CH fictif de Rivebelle"))
    signatory.link(f"Mandat pour {acronym}")
    signatory.skip()
    signatory.enter(signatory.page.get_by_role("button", name="Donner le mandat"))
    assert "Le mandat est donné" in signatory.page.inner_text("main")
    return signatory


@crossing
def test_a_dossier_is_written_and_deposited_where_no_script_runs(town):
    deposits(town, "SANS-SCRIPT", way(town, Mouse, 1440, scripts=False))


def deposits(town, acronym: str, comes: Way) -> None:
    alice = arrives(comes, "alice@edsh.example")

    def invites() -> None:
        alice.type(q="Rivebelle")
        alice.enter(alice.page.get_by_role("button", name="Chercher"))
        alice.enter(alice.page.get_by_role("button", name="Inviter CH fictif de Rivebelle"))

    root, section = written(alice, town[0].base_url, acronym, "CHU fictif de Valmont", invites)
    section("Soumettre à la signature")
    alice.save()
    others = [_joins(comes, acronym), _mandates(town, comes, acronym)]
    sophie = arrives(comes, "sophie@edsh.example")
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
