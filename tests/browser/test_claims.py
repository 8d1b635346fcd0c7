"""The end of two grants in a real Chromium: an advance, a claim with a refused expense, a balance before its statement (blocked), the
final statement, the balance to the last cent; and another grant, whose final amount is below what was paid, down to its recovery."""

import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from directory.models import Establishment
from edsh_portal import documents
from edsh_portal.events import run
from edsh_portal.models import Act, Delivery
from funding import actions, ledger
from funding.models import Amendment, Claim, Instalment
from funding.models.consortium import coordinator_of
from funding.permissions import ON_EXPENSES
from funding.verify import verify_awards, verify_ledger
from tests.applications.world import examined
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.window import Window
from tests.funding import stage as made
from tests.funding.stage import agreed, countersigned
from tests.pressed import browser

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")


class Hands:
    """Whoever sends: a person, the address of their form, what they type."""

    def __init__(self, here, window, cast) -> None:
        self.here, self.window, self.cast = here, window, cast

    def reads(self, who: str, path: str) -> str:
        self.window.held_by(browser(getattr(self.cast, who)), self.here.base_url)
        with self.here.answering():
            answer = self.window.page.goto(self.here.base_url + path)
            assert answer.status == 200, (who, path, answer.status)
            return " ".join(self.window.page.inner_text("main").split())

    def sends(self, who: str, path: str, *, page: str = "", status: int = 302, **typed) -> str:
        """What the page says once the form of `page` (that of `path`, when none is named) is sent to `path`."""
        self.window.held_by(browser(getattr(self.cast, who)), self.here.base_url)
        with self.here.answering():
            answer = self.window.send(self.here.base_url + (page or path), path, typed)
            said = " ".join(self.window.page.inner_text("main").split())
        assert answer.status == status, (who, path, answer.status, said)
        assert status != 302 or self.window.heard == []
        return said

    def shows(self, who: str, path: str, name: str) -> str:
        """Read as on a desk and on a telephone; pictures of both when they are wanted."""
        for width in (1280, 320):
            self.window.page.set_viewport_size({"width": width, "height": 900})
            said = self.reads(who, path)
            page = self.window.page
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        return said.replace("\u202f", " ").replace("\xa0", " ")

    def amends(self, grant, kind: str, signatories, *, who: str = "alice", asked=(), heard=None, **typed) -> Amendment:
        """Asked for, drafted by the officer, laid out, signed by each party, then by the State. `asked`: what the request names;
        `signatories`: (who, the share whose convention they sign, or the establishment that has none)."""
        page = self.of("ask_amendment", grant.pk)
        self.shows(who, page, f"amendment-{kind}-ask")
        self.sends(who, page, kind=kind, reason="Un recrutement de Brest se fait à Rennes.", **dict(asked))
        made = grant.amendments.get(state="asked")
        self.shows("driss", self.of("draft_amendment", made.pk), f"amendment-{kind}-draft")
        self.sends("driss", self.of("draft_amendment", made.pk), **typed)
        [laid] = Delivery.objects.filter(reaction="funding.lay_out_amendment", state="todo")
        assert run(laid.pk)
        for signatory, of in signatories:
            if isinstance(of, Establishment):
                assert "Avenant à signer" in self.shows(signatory, reverse("dashboards:home"), f"amendment-{kind}-home")
                with self.here.answering(), self.window.page.expect_navigation():
                    self.window.page.click(f'main a[href="{self.of("amendment", made.pk)}"]')
                sign = self.of("sign_amendment_member", made.pk, of.pk)
            else:
                sign = self.of("sign_amendment", made.pk, of.convention.pk)
            self.shows(signatory, sign, f"amendment-{kind}-sign")
            self.sends(signatory, sign, quality="Directrice générale")
        if heard is not None:
            heard(made)
        self.sends("driss", self.of("propose_amendment", made.pk))
        proposed = Act.objects.get(kind="amendment", state="proposed")
        page, path = (reverse(f"dashboards:{name}", args=[proposed.pk]) for name in ("act", "approve_act"))
        self.shows("dora", page, f"amendment-{kind}-act")
        self.sends("dora", path, page=page)
        made.refresh_from_db()
        self.prints(made)
        return made

    def prints(self, amendment: Amendment) -> None:
        """The sealed PDF, beside the pictures when they are wanted."""
        if SHOTS:
            (Path(SHOTS) / f"amendment-{amendment.kind}.pdf").write_bytes(documents.read(amendment.document))

    def hears(self, amendment: Amendment) -> None:
        """The member that it puts out is told why, answers, and is answered."""
        opening = reverse("decisions:open_exclusion_procedure", args=[amendment.pk])
        self.shows("driss", opening, "exclusion-open")
        self.sends("driss", opening, ground="unable", motives="Les travaux de Brest sont arrêtés depuis un an.")
        procedure = amendment.procedures.get()
        page = reverse("decisions:procedure", args=[procedure.pk])
        assert "Exclusion du consortium envisagée" in self.shows("bruno", page, "exclusion-procedure")
        self.sends("bruno", reverse("decisions:observe", args=[procedure.pk]), observations="Nous manquons de bras.")
        answer = reverse("decisions:answer_procedure", args=[procedure.pk])
        self.sends("driss", answer, answer="Les travaux cessent donc.")
        assert "Procédure contradictoire" in self.shows(
            "driss", self.of("amendment", amendment.pk), "exclusion-amendment"
        )

    def of(self, name: str, *args) -> str:
        return reverse(f"funding:{name}", args=args)

    def pays(self, convention, claim: Claim | None = None, **typed) -> Instalment:
        """Planned by the officer, its conditions met (on a statement, that of its expenses), then certified, ordered and paid by three."""
        self.sends("driss", self.of("plan_instalment", convention.pk), year="2023", evidence="Pièce", **typed)
        planned = convention.instalments.latest("pk")
        self.meets(planned, claim)
        self.steps(planned)
        return planned

    def meets(self, instalment: Instalment, claim: Claim | None = None) -> None:
        for one in instalment.conditions.order_by("pk"):
            who, path = "emma" if one.kind in ON_EXPENSES else "driss", self.of("meet_condition", one.pk)
            if claim is not None and one.kind in ON_EXPENSES:
                said = self.sends(who, path, status=422, evidence="Pièce du 2 mai 2023", claim="")
                assert "État des dépenses accepté" in said
                self.shows(who, path, "expenses")
                self.sends(who, path, evidence="Pièce du 2 mai 2023", claim=claim.pk)
            else:
                self.sends(who, path, evidence="Pièce du 2 mai 2023")

    def plans_too_much(self, convention, claim: Claim, euros: str, excess: str) -> None:
        """An interim payment beyond what the expenses accepted give: the certifier reads it, is refused, and it is cancelled."""
        typed = {"kind": "interim", "cents": euros, "year": "2023", "evidence": "Pièce"}
        self.sends("driss", self.of("plan_instalment", convention.pk), **typed)
        planned = convention.instalments.latest("pk")
        self.meets(planned, claim)
        assert f"{excess} de trop" in self.shows("emma", self.of("instalment", planned.pk), "interim-over")
        self.shows("emma", self.of("certify", planned.pk), "interim-over-certify")
        said = self.sends("emma", self.of("certify", planned.pk), status=422)
        assert f"Les acomptes dépasseraient de {excess}" in said.replace("\xa0", " ")
        self.sends("driss", self.of("cancel", planned.pk), reason="Au-delà des dépenses acceptées")

    def steps(self, instalment: Instalment) -> None:
        for who, step in (("emma", "certify"), ("olivier", "order"), ("farid", "pay")):
            self.sends(who, self.of(step, instalment.pk))

    def declares(self, convention, who: str, signer: str, month: int, lines, *, final: bool = False) -> Claim:
        """Written, with a file for the first expense that proves the others too, and certified by the other person."""
        period = {"starts_on": f"2023-0{month}-01", "ends_on": f"2023-0{month}-28"} | ({"final": "on"} if final else {})
        self.sends(who, self.of("open_claim", convention.pk), forecast_cents="0,00", **period)
        claim = convention.claims.latest("pk")
        proof = {"upload": SimpleUploadedFile("factures.pdf", made.rib()["content"], content_type="application/pdf")}
        for category, label, euros in lines:
            typed = {"category": category, "label": label, "paid_on": f"2023-0{month}-10", "cents": euros}
            self.sends(who, self.of("add_line", claim.pk), **typed, **proof)
            proof = {"file": claim.files.get().pk}
        assert all(examined())
        self.sends(who, self.of("ask_certificate", claim.pk), accountant=getattr(self.cast, signer).pk)
        self.sends(signer, self.of("certify_claim", claim.pk), quality="Agent comptable")
        return claim

    def checks(self, claim: Claim, refused: dict[str, str]) -> None:
        for line in claim.lines.order_by("pk"):
            kept = {"eligible_cents": "0,00", "refusal": refused[line.label]} if line.label in refused else {}
            self.sends("driss", self.of("check_line", claim.pk, line.pk), evidence_seen="on", **kept)
        self.sends("driss", self.of("accept_claim", claim.pk))


@pytest.fixture(scope="module")
def driven():
    with chromium() as started:
        yield started


@pytest.fixture
def hands(driven, db, set_clock):
    set_clock(made.NOW, frozen=True)
    money = made.build()
    with served() as here, context(driven, here.base_url) as opened:
        window = Window(opened)
        yield Hands(here, window, money.cast), money
        window.leave()


def test_9_a_grant_is_lived_to_its_last_euro(hands):
    us, money = hands
    first, second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    advance = us.pays(first, kind="advance", cents="150 000,00")
    said = us.sends(
        "driss",
        us.of("plan_instalment", first.pk),
        status=422,
        kind="balance",
        cents="1,00",
        year="2023",
        evidence="Rien",
    )
    assert "Le solde suit l’état final des dépenses" in said

    claim = us.declares(
        first, "alice", "sophie", 1, [("staff", "Salaires", "300 000,00"), ("hosting", "Cadeau", "1 000,00")]
    )
    us.checks(claim, {"Cadeau": "Dépense sans lien avec le projet"})
    said = us.reads("alice", us.of("claim", claim.pk)).replace("\u202f", " ").replace("\xa0", " ")
    assert "Dépense sans lien avec le projet" in said and "Retenu 300 000,00 €" in said
    us.plans_too_much(first, claim, "180 000,01", "0,01 €")
    interim = us.pays(first, claim, kind="interim", cents="30 000,00")

    here, there = (one.share for one in (first, second))
    grant = here.grant
    made = us.amends(
        grant,
        "budget",
        (("sophie", here), ("paula", there)),
        **{
            f"share_{here.pk}": "650 000,00",
            f"share_{there.pk}": "300 000,00",
            f"expense_{there.establishment_id}_staff": "500 000,00",
        },
    )
    assert (made.state, made.released_cents) == ("in_force", 50_000_00)
    said = us.shows("alice", us.of("amendment", made.pk), "amendment")
    assert "CHU de Rennes · " in said and "600 000,00 € 650 000,00 € +50 000,00 €" in said
    assert "Avenant n° 1" in us.shows("bruno", us.of("grant", grant.pk), "amendment-grant")
    assert ledger.summary(money.lines["FR2030"])["available"] == 29_050_000_00
    first.refresh_from_db()
    first.share.refresh_from_db()

    final = us.declares(first, "alice", "sophie", 2, [("staff", "Salaires", "200 000,01")], final=True)
    us.checks(final, {})
    final.refresh_from_db()
    assert final.final_cents == 325_000_00  # ⌊65 % × 500 000,01 €⌋
    us.sends("driss", us.of("plan_instalment", first.pk), kind="balance", year="2023")  # the page proposes what is left
    balance = first.instalments.latest("pk")
    assert balance.cents == 145_000_00
    us.meets(balance)
    seen = us.reads("emma", us.of("certify", balance.pk))
    assert "État des dépenses accepté" in seen and "factures.pdf" in seen and "Agent comptable" in seen
    us.steps(balance)
    first.refresh_from_db()
    assert first.state == "closed"
    assert advance.cents + interim.cents + balance.cents == actions.net_paid(first.share) == final.final_cents
    assert [*verify_ledger(), *verify_awards()] == []


def test_9_another_is_lived_to_its_recovery(hands):
    us, money = hands
    second = money.convention(money.granted(brest=400_000_00).shares.get(establishment=money.brest))
    first = money.convention(second.share.grant.shares.get(establishment=money.rennes))
    us.pays(second, kind="advance", cents="100 000,00")
    short = us.declares(second, "bruno", "paula", 1, [("staff", "Salaires", "120 000,00")], final=True)
    us.checks(short, {})
    assert "doit reverser" in us.reads("driss", us.of("claim", short.pk))
    us.sends("driss", reverse("decisions:open_recovery_procedure", args=[second.pk]), motives="Dépenses inférieures.")
    held = second.procedures.get()
    us.sends("bruno", reverse("decisions:observe", args=[held.pk]), observations="Le projet a coûté moins.")
    us.sends(
        "driss", reverse("decisions:answer_procedure", args=[held.pk]), answer="Le trop-perçu est donc à reverser."
    )
    us.sends("driss", us.of("recover", second.pk))  # what is to be claimed back, on the ground of the term
    asked = Act.objects.get(kind="recovery.issue", state="proposed")
    page, path = (reverse(f"dashboards:{name}", args=[asked.pk]) for name in ("act", "approve_act"))
    us.sends("olivier", path, page=page)
    second.refresh_from_db()
    assert (first.state, second.state) == ("signed", "closed")
    assert actions.net_paid(second.share) == 60_000_00
    stands = ledger.summary(money.lines["FR2030"])
    assert (stands["kept"], stands["recovered"]) == (60_000_00, 40_000_00)
    assert [*verify_ledger(), *verify_awards()] == []


def test_82_a_consortium_changes_while_its_award_runs(hands):
    """A hospital joins with its convention; the other partner is put out once it was heard; then the newcomer coordinates."""
    us, money = hands
    first, second = (money.convention(share) for share in money.granted().shares.order_by("pk"))
    us.pays(second, kind="advance", cents="60 000,00")
    here, there, grant = first.share, second.share, first.share.grant
    nantes = money.cast.zoe.affiliations.get().establishment

    line = here.line_id
    joined = us.amends(
        grant,
        "join",
        (("sophie", here), ("paula", there), ("zoe", nantes)),
        asked={"finess": nantes.finess},
        **{
            f"join_{line}": "100 000,00",
            f"share_{there.pk}": "300 000,00",
            f"expense_{nantes.pk}_staff": "200 000,00",
            "work": "Intégrer la biologie de Nantes.",
            "vat": "including",
        },
    )
    assert (joined.state, joined.released_cents) == ("in_force", 0)
    own = grant.shares.get(establishment=nantes)
    assert "CHU de Nantes" in us.shows("zoe", us.of("grant", grant.pk), "amendment-join-grant")
    us.sends("driss", us.of("prepare_convention", own.pk), siret=nantes.siret, months="36")
    agreed(own.convention, money.cast.zoe)
    countersigned(own.convention, money.cast.driss, money.cast.dora)

    out = us.amends(
        grant,
        "exclude",
        (("sophie", here), ("zoe", own)),
        who="driss",
        asked={"member": money.brest.pk},
        heard=us.hears,
        **{f"share_{here.pk}": "700 000,00"},
    )
    assert (out.state, out.released_cents) == (
        "in_force",
        140_000_00,
    )  # of 300 000, 60 000 were paid and 100 000 go to Rennes
    said = us.shows("bruno", us.of("convention", second.pk), "exclusion-convention")
    assert "A quitté le consortium" in said
    assert "Votre établissement a quitté ce consortium" in us.shows(
        "bruno", reverse("dashboards:home"), "exclusion-home"
    )
    assert "A quitté le consortium" in us.shows("sophie", us.of("grant", grant.pk), "exclusion-grant")

    led = us.amends(grant, "lead", (("sophie", here), ("zoe", own)), asked={"member": nantes.pk})
    assert (led.state, coordinator_of(grant)) == ("in_force", nantes.pk)
    assert "Demander un avenant" in us.shows("zoe", us.of("grant", grant.pk), "amendment-lead-grant")
    assert "Demander un avenant" not in us.reads("alice", us.of("grant", grant.pk))
    assert [*verify_ledger(), *verify_awards()] == []
