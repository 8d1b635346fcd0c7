"""Each kind of act driven by two people in a real Chromium: proposed on one screen, found on the home of the other, approved."""

import re
from contextlib import ExitStack

import pytest

from demo import texts
from tests.browser.driver import chromium, context, press
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stage():
    with ExitStack() as stack:
        portal = stack.enter_context(portal_of_its_own("running", names=("web", "intake")))
        browser = stack.enter_context(chromium())
        pages = {}

        def person(key: str):
            if key not in pages:
                opened = context(browser, portal.base_url, f"{key}@edsh.example")
                stack.callback(opened.close)
                opened.set_default_timeout(15_000)
                pages[key] = opened.new_page()
            return pages[key]

        def sql(statement: str, *values):
            with portal.database.connect("auditor") as line:
                return line.execute(statement, values).fetchall()

        yield person, sql, portal.wait_until_examined


def propose(page, path: str, **typed) -> None:
    page.goto(path)
    for name, value in typed.items():
        field = page.locator(f'main [name="{name}"]')
        kind, tag = field.first.get_attribute("type"), field.first.evaluate("e => e.tagName")
        if kind == "radio":
            page.check(f'main [name="{name}"][value="{value}"]')
        elif kind == "file":
            field.set_input_files(value)
        elif tag == "SELECT":
            field.select_option(**(value if isinstance(value, dict) else {"value": value}))
        else:
            field.fill(value)
    press(page, page.locator("main form button.button-main").last)
    assert page.locator(".error-message:visible, .error-summary[data-focus]:visible").count() == 0, page.inner_text(
        "main"
    )


def approve(page, words: str) -> None:
    """The act stands on the home of whoever may approve; its page says what changes; its button does it."""
    page.goto("/accueil/")
    named = page.get_by_role("link", name=re.compile(words))
    if not named.count():  # it stands there in the list of its own work: the page of the acts has them all
        page.goto("/actes/")
    named.first.click()
    page.wait_for_load_state()
    assert "Changements prévus" in page.inner_text("main")
    own = page.get_by_role("link", name="Lire et approuver")
    if own.count():
        own.click()
        page.wait_for_load_state()
    press(page, page.locator("main form button.button-main").first)
    assert page.locator(".error-message:visible, .error-summary[data-focus]:visible").count() == 0, page.inner_text(
        "main"
    )


def approved(sql, kind: str) -> int:
    return sql("SELECT count(*) FROM act WHERE kind = %s AND state = 'approved'", kind)[0][0]


def carried(sql) -> dict[str, str]:
    """A dated act carries what the envelope of 2022 holds: nothing was engaged in that year."""
    opened = sql(
        "SELECT a.line_id, -sum(CASE WHEN e.source_id = a.id THEN -e.cents ELSE e.cents END)::bigint FROM funding_account a"
        " JOIN funding_entry e ON a.id IN (e.source_id, e.target_id) JOIN funding_posting p ON p.id = e.posting_id"
        " WHERE a.family = 'ae.budget' AND p.year = 2022 GROUP BY a.line_id"
    )
    return {f"ae_{line}": f"{cents // 100},00" for line, cents in opened} | {
        "report": "Arrêté de report fictif", "reported_on": "2023-03-01",
    }  # fmt: skip


def test_each_kind_by_two_people(stage):
    person, sql, wait_until_examined = stage
    ((convention, share),) = sql(
        "SELECT i.convention_id, c.share_id FROM funding_instalment i JOIN funding_convention c ON c.id = i.convention_id"
        " WHERE i.state = 'paid' AND c.state = 'signed' AND NOT EXISTS (SELECT FROM act WHERE kind = 'recovery.issue'"
        " AND state = 'proposed' AND subject_type = 'funding.convention' AND subject_id = c.id) ORDER BY i.id LIMIT 1"
    )
    ((holder,),) = sql(
        "SELECT e.name FROM funding_grantshare s JOIN directory_establishment e ON e.id = s.establishment_id WHERE s.id = %s",
        share,
    )
    ((agreed,),) = sql("SELECT id FROM funding_convention WHERE state = 'agreed' ORDER BY id LIMIT 1")
    ((number,),) = sql(
        "SELECT d.number FROM decisions_decision d WHERE d.kind = 'refusal' AND d.state = 'notified' ORDER BY d.id LIMIT 1"
    )
    ((victor, signature),) = sql("SELECT holder_id, id FROM decisions_signaturedelegation")
    following = {
        "holder": str(victor),
        "quality": "sous-directeur d’essai",
        "source": "arrêté fictif suivant",
        "first_on": "2025-01-01",
        "last_on": "2025-12-31",
    }
    rib = {"name": "rib.pdf", "mimeType": "application/pdf", "buffer": texts.page("RIB")}
    driven = (
        ("recovery.issue", "emma", f"/finances/conventions/{convention}/reversement/", {"cents": "10,00", "ground": "term"}, "olivier", "Titre de reversement"),
        ("ceiling.set", "olivier", "/finances/enveloppe/plafond/", {"line": {"index": 1}, "rule": "advance", "rate": "20", "source": "Avenant"}, "dora", "Plafond de versement"),
        ("envelope.open", "farid", "/finances/enveloppe/nouvelle-version/", {"act": "Avenant sans changement"}, "dora", "Version"),
        ("year.close", "olivier", "/finances/exercices/2022/cloturer/", carried(sql), "dora", "Clôture de l’exercice 2022"),
        ("iban.validate", "driss", f"/finances/conventions/{convention}/iban/", {"iban": texts.iban(77), "holder": holder, "file": rib}, "victor", "Compte bancaire"),
        ("convention.sign", "driss", f"/finances/conventions/{agreed}/signature-de-l-etat/", {}, "dora", "Convention de"),
        ("decision.revoke", "victor", f"/decisions/{number}/retirer/", {"reason": "Erreur de plume."}, "dora", "Retrait de la décision"),
        ("letters.set", "driss", "/appel/mentions-des-lettres/", {"place": "Lyon"}, "dora", "Mentions des lettres"),
        ("delegation.give", "driss", "/decisions/delegations/proposer/", following, "dora", "Délégation de la signature"),
        ("delegation.end", "adam", f"/decisions/delegations/{signature}/fin/", {"reason": "Autre affectation."}, "dora", "Fin de la délégation"),
    )  # fmt: skip
    for kind, proposer, path, typed, second, words in driven:
        before = approved(sql, kind)
        propose(person(proposer), path, **typed)
        assert approved(sql, kind) == before, kind  # nothing is done before the second person
        wait_until_examined()  # the bank's file
        approve(person(second), words)
        assert approved(sql, kind) == before + 1, kind
    ((posting,),) = sql("SELECT id FROM funding_posting WHERE kind = 'recover' ORDER BY id DESC LIMIT 1")
    propose(person("farid"), f"/finances/reversements/{posting}/contre-passer/", reason="Erreur de bénéficiaire.")
    approve(person("olivier"), "Contre-passation")
    assert approved(sql, "ledger.reverse") == 1


def test_roles_by_two_administrators(stage):
    person, sql, _wait_until_examined = stage
    adam, agnes = person("adam"), person("agnes")
    adam.goto("/annuaire/personnes/?q=Dora")
    adam.get_by_role("link", name=re.compile("Dora")).first.click()
    adam.wait_for_load_state()
    path = adam.url
    before = approved(sql, "role.grant")
    adam.select_option("main [name=role]", "hdh")
    press(adam, "Proposer ce rôle")
    assert approved(sql, "role.grant") == before
    approve(agnes, "Health Data Hub")
    assert approved(sql, "role.grant") == before + 1
    agnes.goto(f"{path}roles/hdh/retirer/")
    press(agnes, agnes.locator("main form button.button-main"))
    approve(adam, "Retrait du rôle")
    assert approved(sql, "role.revoke") == 1
