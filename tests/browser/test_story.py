"""The whole life of one dossier in a real Chromium, by the whole cast, from an empty form to a paid advance.

Real web, workers and broker; the portal's clock is moved between acts. The dossier begins on a portal that has the
cast and the published call, nothing else.
"""

import os
import re
import signal
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest

from calls.questions import QUESTIONS
from demo import texts
from demo.plan import PLANS
from tests.browser import line
from tests.browser.driver import chromium, context, press
from tests.funding.stage import signed_by
from tests.processes import portal_of_its_own

pytestmark = pytest.mark.browser
PLAN = next(plan for plan in PLANS if plan.acronym == "VALMONT")


class Stage:
    """One portal, one browser; each person of the cast keeps a session of their own."""

    def __init__(self, portal, browser, stack):
        self.portal, self.browser, self.stack = portal, browser, stack
        self.pages = {}

    def person(self, key: str):
        if key not in self.pages:
            email = key if "@" in key else f"{key}@edsh.example"
            opened = context(self.browser, self.portal.base_url, email)
            self.stack.callback(opened.close)
            opened.set_default_timeout(15_000)
            self.pages[key] = opened.new_page()
        return self.pages[key]

    def clock(self, *when: int) -> None:
        self.portal.set_clock(datetime(*when, tzinfo=UTC))

    def sql(self, statement: str, *values):
        with self.portal.database.connect("auditor") as line:
            return line.execute(statement, values).fetchall()

    def until(self, statement: str, expected, seconds: float = 60) -> None:
        self.portal.wait_until(statement, expected, seconds=seconds)

    @contextmanager
    def frozen_broker(self):
        """The broker holds its connections and answers nothing."""
        broker = self.portal.pid("broker")
        os.kill(broker, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(broker, signal.SIGCONT)

    def answered(self, page, press: str) -> float:
        """Presses a button that posts; the seconds until the answer begins."""
        with page.expect_response(lambda response: response.request.method == "POST") as answer:
            page.locator("main").get_by_role("button", name=press).first.click()
        answer.value.finished()
        return answer.value.request.timing["responseStart"] / 1000

    def act(self, page, path: str, named: str, **typed) -> None:
        """Opens a page, fills its fields by name, presses the button that is named (the main one when silent); no error may come back."""
        page.goto(path)
        for name, value in typed.items():
            field = page.locator(f'main [name="{name}"]')
            kind = field.first.get_attribute("type")
            if kind == "radio":
                page.check(f'main [name="{name}"][value="{value}"]')
            elif kind == "checkbox":
                page.locator(f'main [name="{name}"]').first.check()
            elif kind == "file":
                page.set_input_files(f'main [name="{name}"]', value)
            elif field.first.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        button = (
            page.locator("main").get_by_role("button", name=named)
            if named
            else page.locator("main form button.button-main")
        )
        press(page, button.first)
        errors = page.locator(".error-message:visible, .error-summary[data-focus]:visible")
        assert errors.count() == 0, f"{path}: {errors.first.inner_text()}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with ExitStack() as stack:
        portal = stack.enter_context(portal_of_its_own("published", webs=2))
        browser = stack.enter_context(chromium())
        here = Stage(portal, browser, stack)
        here.files = tmp_path_factory.mktemp("pieces")
        yield here


def piece(stage: Stage, code: str) -> dict:
    content, name = texts.piece(code, PLAN)
    kind = (
        "application/pdf"
        if name.endswith("pdf")
        else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    return {"name": name, "mimeType": kind, "buffer": content}


def test_one_alice_opens_a_dossier_and_invites(stage):
    stage.clock(2022, 9, 5, 8)
    alice = stage.person("alice")
    alice.goto("/dossiers/nouveau/")
    alice.select_option("[name=coordinator]", label="CHU fictif de Valmont")
    alice.fill("[name=acronym]", "VALMONT")
    press(alice, alice.locator("main form button"))
    alice.wait_for_url("**/dossiers/EDSH-1-0001/")
    root = "/dossiers/EDSH-1-0001/"
    stage.act(
        alice,
        f"{root}identite/",
        "",
        title=PLAN.title,
        goal="build",
        starts_on="2022-12-01",
        months="24",
        maturity_now="3",
        maturity_target="7",
    )
    alice.goto(f"{root}consortium/?q=Rivebelle")
    press(alice, alice.get_by_role("button", name=re.compile("Inviter")))
    stage.act(alice, f"{root}partenaires/ajouter/", "", name=texts.ASSOCIATED[0], kind="company")
    for question in QUESTIONS:
        stage.act(alice, f"{root}recit/{question.slug}/", "", text=texts.answer(PLAN, question.slug))
    for title, theme in texts.PROJECTS[:3]:
        stage.act(alice, f"{root}projets/ajouter/", "", title=title)  # on to its own page
        alice.locator("main [name=partners]").first.check()
        for name, value in (("theme", theme), ("summary", texts.PROJECT_SUMMARY)):
            alice.fill(f"main [name={name}]", value)
        press(alice, alice.locator("main form button.button-main"))
    stage.act(alice, f"{root}perimetres/ajouter/", "", scope=texts.PERIMETER["scope"])
    stage.act(alice, alice.url, "", **texts.PERIMETER)
    assert stage.sql("SELECT count(*) FROM applications_researchproject")[0] == (3,)
    assert stage.sql("SELECT count(DISTINCT key) FROM applications_answer WHERE key LIKE 'answers.%%' AND text <> ''")[
        0
    ] == (len(QUESTIONS),)


def fill_member(stage: Stage, page, establishment: str) -> None:
    """Work, budget, funding plan and letter of one member."""
    root = "/dossiers/EDSH-1-0001/"
    ((member,),) = stage.sql(
        "SELECT m.id FROM applications_membership m JOIN directory_establishment e ON e.id = m.establishment_id WHERE e.name = %s",
        establishment,
    )
    stage.act(page, f"{root}budget/{member}/travaux/", "", work=texts.WORK)
    stage.act(
        page,
        f"{root}budget/{member}/",
        "",
        **{"0-staff-2023": "900 000", "0-equipment-2023": "100 000,50", "0-staff-2024": "500 000"},
        aid_cents="1 200 000",
        own_cents="300 000,50",
    )
    for (code,) in stage.sql("SELECT code FROM calls_piecerequirement WHERE required AND per_member"):
        stage.act(page, f"{root}pieces/ajouter/{code}/{member}/", "", file=piece(stage, code))


def test_two_bruno_joins_and_fills_his_part(stage):
    bruno = stage.person("bruno")
    bruno.goto("/accueil/")
    bruno.get_by_role("link", name="VALMONT").first.click()
    press(bruno, "Rejoindre le consortium")
    fill_member(stage, bruno, "CH fictif de Rivebelle")
    bruno.goto("/dossiers/EDSH-1-0001/identite/")
    assert (
        "Cette action" in bruno.inner_text("main") or bruno.locator("main form [name=title]").count() == 0
    )  # not his part


def give_mandate(stage: Stage) -> None:
    """Who represents bruno's establishment finds the dossier on their home and gives its mandate."""
    ((establishment,),) = stage.sql("SELECT id FROM directory_establishment WHERE name = 'CH fictif de Rivebelle'")
    signatory = stage.person(f"signatory.{establishment}@edsh.example")
    signatory.goto("/accueil/")
    signatory.get_by_role("link", name="Mandat pour VALMONT").click()
    press(signatory, "Donner le mandat")
    assert "Le mandat est donné" in signatory.inner_text("main")


def test_three_alice_completes_and_sophie_deposits(stage):
    alice, root = stage.person("alice"), "/dossiers/EDSH-1-0001/"
    fill_member(stage, alice, "CHU fictif de Valmont")
    for (code,) in stage.sql("SELECT code FROM calls_piecerequirement WHERE required AND NOT per_member"):
        stage.act(alice, f"{root}pieces/ajouter/{code}/", "", file=piece(stage, code))
    stage.act(alice, f"{root}signature/demander/", "", note="Prêt à signer.")
    give_mandate(stage)
    alice.goto(f"{root}verification/")
    sophie = stage.person("sophie")
    stage.clock(2022, 10, 11, 9, 59, 30)
    sophie.goto(f"{root}depot/")
    sophie.get_by_label("J’accepte la notification électronique").check()
    with stage.frozen_broker():
        seconds = stage.answered(sophie, "Déposer le dossier")
        sophie.wait_for_url(f"**{root}versions/1/")
    print(f"\ndeposit with a frozen broker: {seconds:.2f} s", flush=True)
    assert seconds - line.SECONDS < 1
    assert "AR-EDSH-1-0001-v1" in sophie.inner_text("main")
    assert "mardi 11\u00a0octobre 2022 à 11:59:" in sophie.inner_text("main")
    stage.until("SELECT count(*) FROM applications_versionfile WHERE code = 'receipt'", 1)
    sophie.reload()
    with sophie.expect_download() as downloading:
        sophie.locator(f'main a[href$="{root}versions/1/accuse/"]').first.click()
    assert downloading.value.suggested_filename.endswith(".pdf")


def test_three_b_at_noon_it_is_too_late(stage):
    stage.portal.set_clock(datetime(2022, 10, 11, 10, 0, tzinfo=UTC), frozen=True)
    alice = stage.person("alice")
    alice.goto("/dossiers/EDSH-1-0001/depot/")
    sophie = stage.person("sophie")
    sophie.goto("/dossiers/EDSH-1-0001/depot/")
    assert "La relève est close" in sophie.inner_text("main")
    assert stage.sql("SELECT count(*) FROM applications_version")[0] == (1,)


def test_four_driss_examines_victor_validates(stage):
    stage.clock(2022, 10, 20, 8)
    stage.act(stage.person("driss"), "/instruction/EDSH-1-0001/", "", verdict="admissible")
    stage.act(stage.person("victor"), "/instruction/EDSH-1-0001/valider/", "")
    assert stage.sql("SELECT state FROM applications_application")[0] == ("admissible",)


def test_five_two_experts_judge(stage):
    stage.clock(2022, 11, 7, 8)
    driss = stage.person("driss")
    for name in ("Claire Aubry", "Inès Kaci"):
        driss.goto("/instruction/EDSH-1-0001/experts/")
        driss.get_by_role("radio", name=re.compile(name)).check()
        press(driss, driss.get_by_role("button", name="Confier le dossier"))
    for key in ("claire", "expert02"):
        expert = stage.person(key)
        expert.goto("/expertise/")
        expert.get_by_role("link", name="Lire et signer").click()
        press(expert, "Je m’engage et je signe")
        expert.locator("main").get_by_role("link", name=re.compile("VALMONT|EDSH-1-0001|Déclarer")).first.click()
        pk = re.search(r"/expertise/(\d+)/", expert.url)[1]
        stage.act(
            expert,
            f"/expertise/{pk}/declaration/",
            "",
            conflict="no",
            statement=texts.NO_CONFLICT,
            confidentiality="on",
        )
        expert.goto(f"/expertise/{pk}/")
        for n in range(1, 15):
            expert.fill(f"[name=value_{n}]", str(6 + n % 3))
            expert.fill(f"[name=comment_{n}]", texts.comment(n, n))
        press(expert, "Enregistrer, relire et verrouiller")
        expert.wait_for_url(f"**/expertise/{pk}/verrouiller/")
        press(expert, expert.locator("main form button.button-main"))
        expert.wait_for_url("**/expertise/")
    assert stage.sql("SELECT state, count(*) FROM reviews_review GROUP BY state") == [("locked", 2)]


def test_six_the_jury_lists(stage):
    stage.act(stage.person("nadia"), "/hdh/EDSH-1-0001/", "", value="8", text=texts.OPINION)
    stage.clock(2023, 1, 17, 8)
    jean = stage.person("jean")
    jean.goto("/jury/1/")
    press(jean, "Ouvrir la session")
    stage.act(jean, "/jury/1/dossiers/EDSH-1-0001/", "", list="main")
    stage.act(jean, "/jury/1/cloture/", "Clore la session", minutes=texts.MINUTES)
    assert stage.sql("SELECT list FROM reviews_rankingline") == [("main",)]


def test_seven_decided_sealed_published_opened_verified(stage):
    stage.clock(2023, 2, 13, 8)
    driss = stage.person("driss")
    driss.goto("/programmation/EDSH-1-0001/")
    driss.fill("[name=motive]", texts.MOTIVE)
    press(driss, "Proposer à l’approbation")
    victor = stage.person("victor")
    victor.goto("/programmation/EDSH-1-0001/approuver/")
    press(victor, victor.get_by_role("button", name=re.compile(r"Valider l’engagement de 2\s400\s000,00")))
    stage.until("SELECT count(*) FROM decisions_decision", 1)
    stage.clock(2023, 2, 13, 8, 11)  # the minutes in which victor may recall it
    stage.until("SELECT state FROM decisions_decision", "rendered")
    stage.clock(2023, 4, 3, 8)
    stage.act(stage.person("dora"), "/decisions/publier/", "Publier et notifier")
    stage.until("SELECT state FROM decisions_decision", "notified")
    sophie = stage.person("sophie")
    sophie.goto("/decisions/2023-0001/")
    press(sophie, "Ouvrir la décision")
    with sophie.expect_download() as downloading:
        sophie.locator('main a[href$="/decisions/2023-0001/document/"]').first.click()
    path = stage.files / "decision.pdf"
    downloading.value.save_as(path)
    public = context(stage.browser, stage.portal.base_url)
    stage.stack.callback(public.close)
    page = public.new_page()
    page.goto("/verifier/")
    page.set_input_files("[name=file]", path)
    press(page, "Vérifier ce fichier")
    assert "Document authentique" in page.inner_text("main")
    path.write_bytes(path.read_bytes().replace(b"EOF", b"EOG", 1))
    page.goto("/verifier/")
    page.set_input_files("[name=file]", path)
    press(page, "Vérifier ce fichier")
    assert "Document modifié" in page.inner_text("main")


def sign(stage, conventions):
    """The coordinator's in the portal, the partner's by the file that was sent, signed elsewhere; each by the State; the agreement."""
    driss, dora = stage.person("driss"), stage.person("dora")
    stage.until("SELECT count(*) FROM funding_convention WHERE state = 'sent'", 2)
    for pk, establishment, name in conventions:
        coordinates = "Valmont" in name
        signing = stage.person("sophie" if coordinates else f"signatory.{establishment}@edsh.example")
        signing.goto("/accueil/")
        with signing.expect_navigation():
            signing.locator(f'main a[href="/finances/conventions/{pk}/"]').first.click()
        with signing.expect_download() as downloading:
            signing.locator(f'main a[href="/finances/conventions/{pk}/document/"]').first.click()
        read = stage.files / f"convention-{pk}.pdf"
        downloading.value.save_as(read)
        if coordinates:
            path, quality = f"/finances/conventions/{pk}/signer/", "Directrice générale"
            stage.act(signing, path, "Signer la convention", quality=quality)
        else:
            signed = stage.files / "signee.pdf"
            signed.write_bytes(signed_by(read.read_bytes(), "Partenaire Fictif"))
            stage.act(
                signing,
                f"/finances/conventions/{pk}/remettre/",
                "Remettre ce fichier",
                quality="Directeur",
                file=signed,
            )
            stage.until("SELECT count(*) FROM funding_convention WHERE state = 'agreed'", 1)
            signing.reload()
            assert "Partenaire Fictif" in signing.inner_text("main")
        stage.act(driss, f"/finances/conventions/{pk}/signature-de-l-etat/", "Proposer la signature")
        stage.act(dora, f"/finances/conventions/{pk}/signer-pour-l-etat/", "Signer au nom de l’État")
    ((grant,),) = stage.sql("SELECT id FROM funding_grant")
    agreement = {"name": "accord.pdf", "mimeType": "application/pdf", "buffer": texts.page("Accord de consortium")}
    alice = stage.person("alice")
    stage.act(alice, f"/finances/aides/{grant}/accord/", "Déposer l’accord", signed_on="2023-05-02", file=agreement)
    stage.portal.wait_until_examined()
    ((filed,),) = stage.sql("SELECT id FROM funding_agreement")
    stage.act(driss, f"/finances/accords/{filed}/valider/", "Valider l’accord")


def test_eight_contracted_and_paid_by_three_people(stage):
    stage.clock(2023, 5, 10, 8)
    driss, victor = stage.person("driss"), stage.person("victor")
    for (share,) in stage.sql("SELECT id FROM funding_grantshare ORDER BY id"):
        driss.goto(f"/finances/parts/{share}/convention/")
        press(driss, driss.locator("main form button.button-main"))
    conventions = stage.sql(
        "SELECT c.id, s.establishment_id, e.name FROM funding_convention c JOIN funding_grantshare s ON s.id = c.share_id"
        " JOIN directory_establishment e ON e.id = s.establishment_id ORDER BY c.id"
    )
    assert len(conventions) == 2
    for pk, _establishment, name in conventions:
        rib = {"name": "rib.pdf", "mimeType": "application/pdf", "buffer": texts.page("RIB")}
        stage.act(driss, f"/finances/conventions/{pk}/iban/", "", iban=texts.iban(pk), holder=name, file=rib)
        ((account,),) = stage.sql("SELECT id FROM funding_bankaccount WHERE convention_id = %s", pk)
        stage.portal.wait_until_examined()
        stage.act(victor, f"/finances/conventions/{pk}/iban/{account}/valider/", "")
    sign(stage, conventions)
    pk = conventions[0][0]
    stage.act(
        driss,
        f"/finances/conventions/{pk}/versement/",
        "",
        kind="advance",
        cents="250 000",
        year="2023",
        evidence=texts.EVIDENCE["advance"],
    )
    for key, verb in (("emma", "certify"), ("olivier", "order"), ("farid", "pay")):
        person = stage.person(key)
        person.goto("/finances/paiements/")
        ((instalment,),) = stage.sql("SELECT id FROM funding_instalment")
        stage.act(person, f"/finances/paiements/{instalment}/{verb}/", "")
    assert stage.sql("SELECT state, cents FROM funding_instalment") == [("paid", 25_000_000)]


def test_nine_what_is_seen(stage):
    dora = stage.person("dora")
    dora.goto("/tableau-de-bord/")
    assert "250\u202f000,00" in dora.inner_text("main")
    aude = stage.person("aude")
    aude.goto("/finances/comptes/")
    assert aude.locator("main table").count() >= 1
    stage.portal.manage("verify")
    stage.until("SELECT count(*) FROM delivery WHERE state <> 'done'", 0)  # the last echoes come after their page
