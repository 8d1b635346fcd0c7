"""The main pages, one list for the tour, the browser, the budgets and the bench: who looks, at which stage of the call, where.

Paths name facts of the demonstration (`{valmont}`: the reference of the dossier VALMONT); each fact is one query on the
database of the stage, read by the auditor.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.test import Client, override_settings

from demo.cast import DOMAIN
from tests.database import Database, standing_in
from tests.processes import staged

_REFERENCE = "SELECT reference FROM applications_application WHERE acronym = '{}'"
_OF_CLAIRE = (
    "SELECT a.id FROM reviews_assignment a JOIN directory_user u ON u.id = a.expert_id"
    " LEFT JOIN reviews_review r ON r.assignment_id = a.id WHERE u.email LIKE 'claire@%' AND {} ORDER BY a.id LIMIT 1"
)
_DECISION = "SELECT {} FROM decisions_decision d WHERE d.kind = '{}' AND d.state = 'notified' ORDER BY d.id LIMIT 1"

FACTS = {
    "valmont": _REFERENCE.format("VALMONT"),
    "valmont_wave": "SELECT w.number FROM calls_wave w ORDER BY w.number LIMIT 1",
    "reserve": _REFERENCE.format("HAUTEROCHE-2"),
    "ternay": _REFERENCE.format("TERNAY"),
    "sablons": _REFERENCE.format("SABLONS"),
    "monteclair": _REFERENCE.format("MONTECLAIR"),
    "question": "SELECT substr(key, 9) FROM applications_answer WHERE key LIKE 'answers.%' ORDER BY id LIMIT 1",
    "valmont_coordinator": "SELECT coordinator_id FROM applications_application WHERE acronym = 'VALMONT'",
    "budget": "SELECT m.id FROM applications_membership m JOIN applications_application a ON a.id = m.application_id"
    " WHERE a.acronym = 'VALMONT' AND m.role = 'coordinator'",
    "budget_of_partner": "SELECT m.id FROM applications_membership m JOIN applications_application a ON a.id = m.application_id"
    " WHERE a.acronym = 'VALMONT' AND m.role <> 'coordinator'",
    "project": "SELECT p.id FROM applications_researchproject p JOIN applications_application a ON a.id = p.application_id"
    " WHERE a.acronym = 'VALMONT' ORDER BY p.id LIMIT 1",
    "warehouse": "SELECT w.id FROM applications_warehouse w JOIN applications_application a ON a.id = w.application_id"
    " WHERE a.acronym = 'VALMONT' ORDER BY w.id LIMIT 1",
    "file_to_judge": _OF_CLAIRE.format("a.state = 'declared' AND r.state = 'draft'"),
    "file_locked": _OF_CLAIRE.format("a.state = 'declared' AND r.state = 'locked'"),
    "ruled": "SELECT s.id FROM reviews_assignment s JOIN reviews_ruling r USING (expert_id, application_id) ORDER BY 1 LIMIT 1",
    "ranked": "SELECT a.reference FROM reviews_rankingline l JOIN applications_application a ON a.id = l.application_id"
    " ORDER BY l.session_id, l.rank OFFSET 7 LIMIT 1",
    "award": _DECISION.format("d.number", "award"),
    "refusal": _DECISION.format("d.number", "refusal"),
    "award_hash": _DECISION.format("d.snapshot_sha256", "award"),
    "valmont_decision": "SELECT d.number FROM decisions_decision d JOIN applications_application a ON a.id = d.application_id"
    " WHERE a.acronym = 'VALMONT'",
    "scenario": "SELECT id FROM decisions_scenario ORDER BY id LIMIT 1",
    "scenario_2": "SELECT id FROM decisions_scenario ORDER BY id OFFSET 1 LIMIT 1",
    "planned": "SELECT id FROM funding_instalment WHERE state = 'planned' ORDER BY id LIMIT 1",
    "certified": "SELECT id FROM funding_instalment WHERE state = 'certified' ORDER BY id LIMIT 1",
    "ordered": "SELECT id FROM funding_instalment WHERE state = 'ordered' ORDER BY id LIMIT 1",
    "convention": "SELECT id FROM funding_convention WHERE state = 'signed' ORDER BY id LIMIT 1",
    "to_sign": "SELECT id FROM funding_convention WHERE state = 'sent' ORDER BY id LIMIT 1",
    "to_countersign": "SELECT id FROM funding_convention WHERE state = 'agreed' ORDER BY id LIMIT 1",
    "filed": "SELECT id FROM funding_agreement WHERE state = 'filed' ORDER BY id LIMIT 1",
    "filed_grant": "SELECT grant_id FROM funding_agreement WHERE state = 'filed' ORDER BY id LIMIT 1",
    "amendment": "SELECT id FROM funding_amendment WHERE state = 'in_force' ORDER BY id LIMIT 1",
    "amendment_sent": "SELECT id FROM funding_amendment WHERE state = 'sent' ORDER BY id LIMIT 1",
    "claim_sent": "SELECT id FROM funding_claim WHERE state = 'sent' ORDER BY id LIMIT 1",
    "claim_accepted": "SELECT id FROM funding_claim WHERE state = 'accepted' ORDER BY id LIMIT 1",
    "claim_line": "SELECT l.id FROM funding_claimline l JOIN funding_claim c ON c.id = l.claim_id WHERE c.state = 'sent' ORDER BY l.id LIMIT 1",
    "batch": "SELECT id FROM funding_batch WHERE cancelled_at IS NULL ORDER BY id DESC LIMIT 1",
    "read": "SELECT id FROM funding_import WHERE applied_at IS NULL ORDER BY id LIMIT 1",
    "applied": "SELECT id FROM funding_import WHERE applied_at IS NOT NULL ORDER BY id LIMIT 1",
    "leftover": "SELECT id FROM funding_importline WHERE outcome = 'left' ORDER BY id LIMIT 1",
    "iban": "SELECT id FROM funding_bankaccount WHERE validated_at IS NULL AND replaced_at IS NULL ORDER BY id LIMIT 1",
    "iban_convention": "SELECT convention_id FROM funding_bankaccount WHERE validated_at IS NULL AND replaced_at IS NULL"
    " ORDER BY id LIMIT 1",
    "feedback": "SELECT a.reference FROM reviews_feedback f JOIN applications_application a ON a.id = f.application_id"
    " WHERE f.state = 'draft' ORDER BY f.id LIMIT 1",
    "feedback_act": "SELECT id FROM act WHERE kind = 'feedback.approve' AND state = 'proposed' ORDER BY id LIMIT 1",
    "act": "SELECT id FROM act WHERE kind = 'recovery.issue' AND state = 'proposed' ORDER BY id LIMIT 1",
    "procedure": "SELECT id FROM decisions_procedure WHERE state = 'answered' ORDER BY id LIMIT 1",
    "remedy": "SELECT id FROM decisions_remedy ORDER BY id LIMIT 1",
    "grant": "SELECT id FROM funding_grant ORDER BY id LIMIT 1",
    "posting": "SELECT id FROM funding_posting WHERE kind = 'engage' ORDER BY id LIMIT 1",
    "account": "SELECT code FROM funding_account ORDER BY id LIMIT 1",
    "person": "SELECT id FROM directory_user WHERE email LIKE 'claire@%'",
    "establishment": "SELECT id FROM directory_establishment WHERE finess = '750712184'",
    "mail": "SELECT id FROM mail ORDER BY id DESC LIMIT 1",
}


@dataclass(frozen=True)
class Page:
    """`who`: a key of the cast, « writer:ACRONYM » for someone who writes that dossier, or "" for anyone passing by."""

    name: str
    stage: str
    who: str
    path: str
    status: int = 200


PAGES = (
    # anyone
    Page("call", "open", "", "/"),
    Page("sign-in", "open", "", "/connexion/"),
    Page("forgotten-password", "open", "", "/mot-de-passe-oublie/"),
    Page("ask-account", "open", "", "/demande-de-compte/"),
    Page("accessibility", "open", "", "/accessibilite/"),
    Page("legal", "open", "", "/mentions-legales/"),
    Page("interface", "open", "", "/interface-de-programmation/"),
    Page("privacy", "open", "", "/donnees-personnelles/"),
    Page("sitemap", "open", "", "/plan-du-site/"),
    Page("eligibility", "open", "", "/eligibilite/"),
    Page("eligibility-answered", "open", "", "/eligibilite/?coordinator=public&months=41&maturity_now=3&projects=3"),
    Page("cast", "open", "", "/demo/"),
    Page("mailbox", "open", "", "/demo/courrier/"),
    Page("letter", "open", "", "/demo/courrier/{mail}/"),
    Page("gallery", "open", "", "/demo/composants/"),
    Page("error-404", "open", "", "/nulle-part/", 404),
    Page("error-403", "open", "alice", "/annuaire/personnes/", 403),
    Page("verify-form", "running", "", "/verifier/"),
    Page("verify", "running", "", "/verifier/{award}/{award_hash}/"),
    Page("verify-unknown", "running", "", "/verifier/{award}/" + "0" * 64 + "/", 404),
    # hospitals
    Page("home-coordinator", "open", "alice", "/accueil/"),
    Page("home-partner", "open", "bruno", "/accueil/"),
    Page("home-signatory", "open", "sophie", "/accueil/"),
    Page("home-signatory-awarded", "running", "sophie", "/accueil/"),
    Page("create", "open", "alice", "/dossiers/nouveau/"),
    Page("dossier", "open", "alice", "/dossiers/{valmont}/"),
    Page("dossier-begun", "open", "writer:TERNAY", "/dossiers/{ternay}/"),
    Page("identity", "open", "alice", "/dossiers/{valmont}/identite/"),
    Page("consortium", "open", "alice", "/dossiers/{valmont}/consortium/"),
    Page("narrative", "open", "alice", "/dossiers/{valmont}/recit/"),
    Page("answer", "open", "alice", "/dossiers/{valmont}/recit/{question}/"),
    Page("history", "open", "alice", "/dossiers/{valmont}/historique/answers.{question}/"),
    Page("sections", "open", "alice", "/dossiers/{valmont}/rubriques/"),
    Page("projects", "open", "alice", "/dossiers/{valmont}/projets/"),
    Page("project", "open", "alice", "/dossiers/{valmont}/projets/{project}/"),
    Page("indicator", "open", "alice", "/dossiers/{valmont}/projets/{project}/indicateurs/ajouter/"),
    Page("warehouses", "open", "alice", "/dossiers/{valmont}/maillage/"),
    Page("warehouse", "open", "alice", "/dossiers/{valmont}/entrepots/{warehouse}/"),
    Page("function", "open", "alice", "/dossiers/{valmont}/fonctions/access/"),
    Page("matching", "open", "alice", "/dossiers/{valmont}/appariements/ajouter/"),
    Page("socles", "open", "alice", "/dossiers/{valmont}/socle/"),
    Page("socle", "open", "alice", "/dossiers/{valmont}/socle/{warehouse}/"),
    Page("governance", "open", "alice", "/dossiers/{valmont}/gouvernance/"),
    Page("schedule", "open", "alice", "/dossiers/{valmont}/calendrier/"),
    Page("milestone", "open", "alice", "/dossiers/{valmont}/jalons/ajouter/"),
    Page("perimeters", "open", "alice", "/dossiers/{valmont}/perimetres/"),
    Page("print-draft", "open", "alice", "/dossiers/{valmont}/papier/"),
    Page("budgets", "open", "alice", "/dossiers/{valmont}/budget/"),
    Page("budget", "open", "alice", "/dossiers/{valmont}/budget/{budget}/"),
    Page("budget-partner", "open", "bruno", "/dossiers/{valmont}/budget/{budget_of_partner}/"),
    Page("work", "open", "bruno", "/dossiers/{valmont}/budget/{budget_of_partner}/travaux/"),
    Page("regime", "open", "bruno", "/dossiers/{valmont}/budget/{budget_of_partner}/regime/"),
    Page("pieces", "open", "alice", "/dossiers/{valmont}/pieces/"),
    Page("check", "open", "alice", "/dossiers/{valmont}/verification/"),
    Page("check-blocked", "open", "writer:TERNAY", "/dossiers/{ternay}/verification/"),
    Page("mandate", "open", "bruno", "/dossiers/{valmont}/consortium/{budget_of_partner}/mandat/"),
    Page("ask-signature", "open", "alice", "/dossiers/{valmont}/signature/demander/"),
    Page("delegations", "open", "sophie", "/delegations/{valmont_coordinator}/"),
    Page("delegate-signature", "open", "sophie", "/delegations/{valmont_coordinator}/donner/"),
    Page("submit", "open", "sophie", "/dossiers/{valmont}/depot/"),
    Page("withdraw", "open", "sophie", "/dossiers/{valmont}/retrait/"),
    Page("version", "open", "sophie", "/dossiers/{valmont}/versions/1/"),
    Page("receipt", "open", "sophie", "/dossiers/{valmont}/versions/2/"),
    Page("timeline", "running", "sophie", "/dossiers/{valmont}/suivi/"),
    Page("dossier-awarded", "running", "sophie", "/dossiers/{valmont}/"),
    Page("decision-signatory", "running", "sophie", "/decisions/{valmont_decision}/"),
    Page("complements", "review", "writer:MONTECLAIR", "/dossiers/{monteclair}/complements/"),
    Page("answer-complements", "review", "writer:MONTECLAIR", "/dossiers/{monteclair}/complements/repondre/"),
    Page("identity-reopened", "review", "writer:MONTECLAIR", "/dossiers/{monteclair}/identite/"),
    Page("dossier-reopened", "review", "writer:MONTECLAIR", "/dossiers/{monteclair}/"),
    Page("differences", "open", "sophie", "/dossiers/{valmont}/versions/1/differences/2/"),
    Page("prorogations", "review", "driss", "/dossiers/{valmont}/prolongations/"),
    Page("propose-prorogation", "review", "driss", "/instruction/{valmont}/prolongation/"),
    Page("ask-complements", "review", "driss", "/instruction/{valmont}/complements/"),
    Page("threads", "open", "alice", "/dossiers/{valmont}/messages/"),
    Page("open-thread", "open", "alice", "/dossiers/{valmont}/messages/nouveau/"),
    Page("account", "open", "alice", "/mon-compte/"),
    Page("choose-mails", "open", "alice", "/mon-compte/courriels/"),
    Page("tokens", "open", "alice", "/mon-compte/jetons/"),
    Page("issue-token", "open", "alice", "/mon-compte/jetons/nouveau/"),
    # officers
    Page("home-officer", "review", "driss", "/accueil/"),
    Page("account-requests", "review", "driss", "/annuaire/demandes/"),
    Page("home-validator", "review", "victor", "/accueil/"),
    Page("register", "review", "driss", "/dossiers/"),
    Page("admissibility-queue", "review", "driss", "/instruction/"),
    Page("admissibility", "review", "driss", "/instruction/{valmont}/"),
    Page("settings", "review", "adam", "/appel/reglages/"),
    Page("matrix", "review", "driss", "/experts/"),
    Page("assignments", "review", "driss", "/instruction/{valmont}/experts/"),
    Page("experts", "review", "driss", "/experts/annuaire/"),
    Page("search", "review", "driss", "/recherche/?q=valmont"),
    Page("proposals", "running", "driss", "/programmation/"),
    Page("propose", "running", "driss", "/programmation/{reserve}/"),
    Page("studio", "running", "driss", "/programmation/releve/1/"),
    Page("advice", "running", "driss", "/programmation/releve/1/conseil/"),
    Page("scenario", "running", "driss", "/programmation/scenarios/{scenario}/"),
    Page("compare-scenarios", "running", "driss", "/programmation/scenarios/{scenario}/comparer/{scenario_2}/"),
    Page("batch", "running", "dora", "/decisions/"),
    Page("decision", "running", "victor", "/decisions/{award}/"),
    Page("approve-many", "running", "victor", "/programmation/approuver/"),
    Page("planned", "running", "dora", "/decisions/publier/heure/"),
    Page("signatures", "running", "driss", "/decisions/delegations/"),
    Page("letter-terms", "running", "driss", "/appel/mentions-des-lettres/"),
    # evaluation
    Page("home-expert", "review", "claire", "/accueil/"),
    Page("my-files", "review", "claire", "/expertise/"),
    Page("read", "review", "claire", "/expertise/{file_to_judge}/"),
    Page("read-locked", "deliberation", "claire", "/expertise/{file_locked}/"),
    Page("sheets", "review", "claire", "/expertise/hors-ligne/"),
    Page("sheet-of", "review", "claire", "/expertise/{file_to_judge}/hors-ligne/"),
    Page("recuse", "review", "claire", "/expertise/{file_to_judge}/deport/"),
    Page("profile", "review", "expert01", "/expertise/profil/"),
    Page("declare-tie", "review", "claire", "/expertise/profil/liens/"),
    Page("undertaking", "review", "claire", "/expertise/engagement/2/"),
    Page("rulings", "review", "jean", "/jury/liens/"),
    Page("rule", "review", "jean", "/jury/liens/{ruled}/"),
    Page("home-chair", "deliberation", "jean", "/accueil/"),
    Page("sessions", "deliberation", "jean", "/jury/"),
    Page("session", "deliberation", "jean", "/jury/{valmont_wave}/"),
    Page("room", "deliberation", "jean", "/jury/{valmont_wave}/salle/"),
    Page("ranking-line", "deliberation", "jean", "/jury/{valmont_wave}/dossiers/{ranked}/"),
    Page("ranking-print", "deliberation", "jean", "/jury/{valmont_wave}/classement/"),
    Page("panel", "deliberation", "jean", "/jury/{valmont_wave}/classement-attendu/"),
    Page("hearings", "deliberation", "jean", "/jury/{valmont_wave}/auditions/"),
    Page("hearings-frame", "deliberation", "driss", "/jury/{valmont_wave}/auditions/cadre/"),
    Page("minutes", "running", "jean", "/jury/{valmont_wave}/proces-verbal/"),
    Page("follow", "review", "jean", "/experts/suivi/?pile=quorum"),
    Page("workload", "review", "driss", "/experts/charge/"),
    Page("feedbacks", "running", "driss", "/retours/"),
    Page("feedback", "running", "driss", "/retours/{feedback}/"),
    Page("feedback-to-approve", "running", "jean", "/actes/{feedback_act}/"),
    Page("feedback-read", "running", "sophie", "/decisions/{valmont_decision}/retour/"),
    Page("agreement", "deliberation", "jean", "/jury/{valmont_wave}/accord/"),
    Page("session-close", "deliberation", "jean", "/jury/{valmont_wave}/cloture/"),
    Page("opinions", "review", "nadia", "/hdh/"),
    Page("opinion", "review", "nadia", "/hdh/{valmont}/"),
    Page("home-hdh", "review", "nadia", "/accueil/"),
    # money
    Page("home-certifier", "running", "emma", "/accueil/"),
    Page("home-orderer", "running", "olivier", "/accueil/"),
    Page("home-payer", "running", "farid", "/accueil/"),
    Page("envelope", "running", "driss", "/finances/enveloppe/"),
    Page("closing", "running", "olivier", "/finances/exercices/2022/"),
    Page("close-year", "running", "olivier", "/finances/exercices/2022/cloturer/"),
    Page("forecast", "running", "emma", "/finances/previsions/"),
    Page(
        "forecast-supposed", "running", "dora", "/finances/previsions/?shift=3&late_percent=50&late_months=6&step=mois"
    ),
    Page("forecast-as-of", "running", "emma", "/finances/previsions/?as_of=2023-12-31T23:59"),
    Page("forecast-rows", "running", "emma", "/finances/previsions/versements/"),
    Page("payments", "running", "emma", "/finances/paiements/"),
    Page("instalment-to-certify", "running", "emma", "/finances/paiements/{planned}/"),
    Page("instalment-to-order", "running", "olivier", "/finances/paiements/{certified}/"),
    Page("instalment-to-pay", "running", "farid", "/finances/paiements/{ordered}/"),
    Page("conventions", "running", "driss", "/finances/conventions/"),
    Page("convention", "running", "driss", "/finances/conventions/{convention}/"),
    Page("convention-to-sign", "running", "driss", "/finances/conventions/{to_sign}/"),
    Page("rework-convention", "running", "driss", "/finances/conventions/{to_sign}/reprendre/"),
    Page("propose-signature", "running", "driss", "/finances/conventions/{to_countersign}/signature-de-l-etat/"),
    Page("countersign", "running", "dora", "/finances/conventions/{to_countersign}/signer-pour-l-etat/"),
    Page("consortium-agreement", "running", "driss", "/finances/aides/{filed_grant}/"),
    Page("validate-agreement", "running", "driss", "/finances/accords/{filed}/valider/"),
    Page("amendment", "running", "driss", "/finances/avenants/{amendment}/"),
    Page("refuse-amendment", "running", "driss", "/finances/avenants/{amendment_sent}/refuser/"),
    Page("ask-amendment", "running", "driss", "/finances/aides/{grant}/avenant/"),
    Page("declare-start", "running", "driss", "/finances/aides/{grant}/commencement/"),
    Page("propose-lapse", "running", "driss", "/finances/aides/{grant}/caducite/"),
    Page("lapses", "running", "driss", "/finances/caducites/"),
    Page("lapses-by-post", "running", "driss", "/finances/caducites/?pile=courrier"),
    Page("pay-many", "running", "farid", "/finances/paiements/payer-en-lot/"),
    Page("claims", "running", "driss", "/finances/etats/"),
    Page("claim-to-check", "running", "driss", "/finances/etats/{claim_sent}/"),
    Page("claim-accepted", "running", "emma", "/finances/etats/{claim_accepted}/"),
    Page("check-line", "running", "driss", "/finances/etats/{claim_sent}/depenses/{claim_line}/controler/"),
    Page("exchanges", "running", "olivier", "/finances/echanges/"),
    Page("exchanges-imports", "running", "olivier", "/finances/echanges/?by=imports"),
    Page("exchange-batch", "running", "olivier", "/finances/echanges/lots/{batch}/"),
    Page("read-import", "running", "olivier", "/finances/echanges/importer/hapi/"),
    Page("import-read", "running", "olivier", "/finances/echanges/imports/{read}/"),
    Page("import-applied", "running", "aude", "/finances/echanges/imports/{applied}/"),
    Page("leftovers", "running", "olivier", "/finances/echanges/ecarts/"),
    Page("settle-line", "running", "olivier", "/finances/echanges/ecarts/{leftover}/"),
    Page("hapi", "running", "emma", "/finances/echanges/hapi/"),
    Page("validate-iban", "running", "victor", "/finances/conventions/{iban_convention}/iban/{iban}/valider/"),
    Page("propose-iban", "running", "driss", "/finances/conventions/{convention}/iban/"),
    Page("recover", "running", "emma", "/finances/conventions/{convention}/reversement/"),
    Page("procedures", "running", "driss", "/contradictoire/"),
    Page("procedure", "running", "emma", "/contradictoire/{procedure}/"),
    Page("remedies", "running", "driss", "/recours/"),
    Page("remedy", "running", "driss", "/recours/{remedy}/"),
    Page("open-envelope", "running", "farid", "/finances/enveloppe/nouvelle-version/"),
    Page("ceiling", "running", "olivier", "/finances/enveloppe/plafond/"),
    Page("acts", "running", "olivier", "/actes/"),
    Page("act", "running", "olivier", "/actes/{act}/"),
    Page("act-own", "running", "emma", "/actes/{act}/"),
    Page("grant", "running", "driss", "/finances/aides/{grant}/"),
    Page("accounts", "running", "emma", "/finances/comptes/"),
    Page("accounts-beneficiary", "running", "emma", "/finances/comptes/?by=beneficiary"),
    Page("accounts-as-of", "running", "emma", "/finances/comptes/?by=convention&as_of=2022-12-31T23:59"),
    Page("statement", "running", "emma", "/finances/comptes/{account}/"),
    Page("journal", "running", "emma", "/finances/journal/"),
    Page("posting", "running", "emma", "/finances/journal/{posting}/"),
    # direction, auditor, administrator
    Page("home-direction", "running", "dora", "/accueil/"),
    Page("dashboard", "running", "dora", "/tableau-de-bord/"),
    Page("dashboard-departements", "running", "dora", "/tableau-de-bord/?grain=departement"),
    Page("home-auditor", "running", "aude", "/accueil/"),
    Page("jobs", "running", "aude", "/taches/"),
    Page("verification", "running", "aude", "/verification-du-portail/"),
    Page("events", "running", "aude", "/faits/"),
    Page("events-dossier", "running", "aude", "/faits/?dossier={valmont}"),
    Page("reads", "running", "aude", "/consultations/?person=driss"),
    Page("reads-dossier", "running", "aude", "/consultations/?dossier={valmont}"),
    Page("boxes", "running", "aude", "/boites/"),
    Page("home-administrator", "running", "adam", "/accueil/"),
    Page("people", "running", "adam", "/annuaire/personnes/"),
    Page("person", "running", "adam", "/annuaire/personnes/{person}/"),
    Page("invite", "running", "adam", "/annuaire/invitations/nouvelle/"),
    Page("establishments", "running", "adam", "/annuaire/etablissements/"),
    Page("establishment", "running", "adam", "/annuaire/etablissements/{establishment}/"),
    Page("correct-establishment", "running", "driss", "/annuaire/etablissements/{establishment}/corriger/"),
)
STAGES = tuple(dict.fromkeys(page.stage for page in PAGES))
BY_NAME = {page.name: page for page in PAGES}
assert len(BY_NAME) == len(PAGES)


def at(stage: str) -> list[Page]:
    return [page for page in PAGES if page.stage == stage]


BY_STAGE = [page for stage in STAGES for page in at(stage)]


def tight(html: str) -> str:
    """A page without the whitespace of its layout: around its tags, in them, and where there is more than one."""

    def tag(found: re.Match[str]) -> str:
        return " ".join(found[1].split()).replace(" >", ">")

    return re.sub(r"\s*(<[^>]*>)\s*", tag, re.sub(r"[ \t\r\n]+", " ", html))


class Places:
    """Where the pages stand in one database, and who looks at them: each fact is asked once."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: dict[str, str] = {}

    def _ask(self, statement: str, *values: Any) -> str:
        with self.database.connect("auditor") as line:
            row = line.execute(statement, values or None).fetchone()  # type: ignore[arg-type]
        if row is None or row[0] is None:
            raise LookupError(f"nothing here answers: {statement} {values or ''}")
        return str(row[0])

    def fact(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._ask(FACTS[name])
        return self._known[name]

    def path(self, page: Page) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self.fact(found[1]), page.path)

    def email(self, who: str) -> str:
        """The address with which this person signs in."""
        if not who.startswith("writer:"):
            return f"{who}@{DOMAIN}"
        return self._ask(
            "SELECT u.email FROM directory_user u JOIN directory_affiliation f ON f.user_id = u.id AND f.kind = 'writer'"
            " JOIN applications_application a ON a.coordinator_id = f.establishment_id WHERE a.acronym = %s ORDER BY u.id LIMIT 1",
            who.removeprefix("writer:"),
        )


@contextmanager
def standing_at(stage: str) -> Iterator[Places]:
    """Django's own connection (role *web*) on a clone of the demonstration at that stage, with its documents."""
    name, files = staged(stage)
    kept = {"MEDIA_ROOT": files / "media", "ROOTS_DIR": files / "roots"}
    with standing_in(name) as database, override_settings(**kept):
        yield Places(database)


class OneStage:
    """Keeps one stage open at a time: `here(stage)` gives it, closing the one before. Pages come stage by stage."""

    def __init__(self, opening: Callable[[str], AbstractContextManager[Any]]) -> None:
        self.opening, self.stage, self.opened = opening, "", ExitStack()

    def __call__(self, stage: str) -> Any:
        if stage != self.stage:
            self.close()
            self.place, self.stage = self.opened.enter_context(self.opening(stage)), stage
        return self.place

    def close(self) -> None:
        self.stage = ""
        self.opened.close()


def client_of(places: Places, who: str, **more: Any) -> Client:
    """A browser without a browser, signed in as this person; what fails answers its error page instead of raising."""
    from directory.models import User

    client = Client(raise_request_exception=False, **more)
    if who:
        client.force_login(User.objects.get(email=places.email(who)), backend="directory.backends.EmailBackend")
    return client
