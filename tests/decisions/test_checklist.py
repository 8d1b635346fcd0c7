"""What a jurist looks for in each letter, on the text that comes out of the PDF; and how the lines of each stand."""

import io
import re
from collections import Counter
from copy import deepcopy

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as some

from applications.models import VersionFile
from calls.seed import seed_letters
from decisions import actions, award, letter, notice, snapshot
from edsh_portal import documents, money, paper, pdf
from funding import ledger
from tests import printed
from tests.decisions.acts import DECISIONS, HERE, LAID, NAMES, act, drawn, lay_out

from . import world as made

TOLERANCE = 2  # points: a line stands where it stood
COMMON = (
    r"^Données fictives : document de démonstration, sans valeur juridique\. Ministère chargé de la santé Direction générale",
    r"Direction générale de l’offre de soins Bureau des entrepôts de données \(service fictif\) 14 avenue Duquesne, 75007 Paris",
    r"CHU \d À l’attention de Sophie\d? Essai, en qualité de représentant légal 00000 Valmont FINESS \d{3} \d{3} \d{3} SIRET \d{3} \d{3} \d{3} \d{5}",
    r"Vu le code des relations entre le public et l’administration, notamment ses articles L\. 212-1 et L\. 212-2 ;",
    r"Vu le décret n° 2005-850 du 27 juillet 2005 .*, notamment son article 3 ;",
    r"Vu le décret n° 2018-514 du 25 juin 2018",
    r"Vu l’arrêté du 22 juillet 2022 approuvant le cahier des charges",
    r"Vu la délégation de signature donnée par : arrêté fictif du 2 mai 2022, JORF n° 0103 du 4 mai 2022",
    r"Vu l’appel à projets « Appel d’essai », relève 1 ;",
    r"Vu le dossier EDSH-1-0001 « LAGRIVE-A »",
    r"Vu l’acte du jeudi 20 octobre 2022 qui déclare ce dossier recevable ;",
    r"Considérant les motifs suivants : .* DÉCIDE : Article 1er – ",
    r"Article \d+ – Exécution Le directeur général de l’offre de soins est chargé de l’exécution",
    r"Fait à Paris, le mercredi 2 novembre 2022\. Pour le directeur général de l’offre de soins et par délégation, sous-directeur d’essai Victor Essai Direction générale",
    r"dispensée à ce titre de la signature de son auteur .* article L\. 212-2\)\. L’exemplaire adressé par lettre recommandée porte sa signature manuscrite",
    r"recours gracieux .* adressé à : Bureau des entrepôts de données \(service fictif\), 14 avenue Duquesne, 75007 Paris",
    r"tribunal administratif de Paris, 7 rue de Jouy, 75181 Paris Cedex 04, dans un délai de deux mois .* article R\. 421-1\)",
    r"Télérecours, www\.telerecours\.fr",
    r"Le cachet électronique du serveur garantit l’intégrité de ce fichier et son origine ; il n’est pas une signature",
)
STATE = (  # of what is not a decision: who sends it, and how it is checked
    r"^Données fictives : document de démonstration, sans valeur juridique\. Ministère chargé de la santé Direction générale de l’offre de soins",
    r"Vérifier ce document https://portail\.example/verifier/",
    r"Le cachet électronique du serveur garantit l’intégrité de ce fichier et son origine ; il n’est pas une signature",
)
CHECKLIST = {
    "award_2": (
        *COMMON,
        r"Vu la délibération du jury, close le",
        r"Article 1er – Objet et bénéficiaires .* CHU 0 800 000,00 € 50,01 % 400 000,01 €",
        r"CH partenaire 800 000,00 € 50 % 400 000,00 €",
        r"Total des bénéficiaires 1 600 000,00 € 800 000,01 €",
        r"Article 3 – Montant maximal et modalités de calcul",
        r"programme 424, action 00 \(fictive\),",
        r"comptable (?:de|ministériel)",
        r"Article 5 – Calendrier .* au plus tard le mardi 31 décembre 2024",
        r"Article 6 – Versements et justificatifs .* accord de consortium",
        r"Article 7 – Comptes rendus et contrôle .* chaque semestre",
        r"Article 8 – Publicité .* « Financé par l’État dans le cadre de France 2030 »",
        r"Article 9 – Régime d’aide",
        r"Article 10 – Reversement .* article L\. 121-1\)",
        r"Article 11 – Publication des données essentielles .* décret n° 2017-779",
        r"Annexe 1 : budget par membre, catégorie et année, en euros CHU 0 Catégorie 2023 Total",
        r"Annexe 2 : échéancier et justificatifs",
        r"CHU 0, France 2030 62 500,00 137 500,00 50 000,00 250 000,00",
        r"CHU 0, ONDAM 45 000,00 75 000,00 30 000,01 150 000,01",
    ),
    "convention_2": (
        *STATE,
        *(pattern for pattern in COMMON[2:3]),
        r"Vu le décret n° 2018-514 du 25 juin 2018 modifié .* Vu l’appel à projets « Appel d’essai », relève 1 ; Vu le dossier",
        r"Vu la décision attributive de subvention notifiée le vendredi 4 novembre 2022 ;",
        r"et CHU 0, SIRET \d{3} \d{3} \d{3} \d{5}, FINESS \d{3} \d{3} \d{3}, représenté par Sophie Essai, en qualité de représentant",
        r"IL EST CONVENU : Article 1er – Objet",
        r"La dépense subventionnable du bénéficiaire s’élève à 800 000,00 €",
        r"montant maximal de 250 000,00 €, soit 31,25 % de cette dépense, imputée sur la source « France 2030 »",
        r"Article 4 – Versements .*accord de consortium",
        r"Avance : 25 % du montant maximal au plus",
        r"Article 5 – Justification et suivi",
        r"Article 7 – Publicité .* « financé par l’État dans le cadre de France 2030 »",
        r"Article 9 – Reversement et fin anticipée .* présenter ses observations",
        r"relèvent du tribunal administratif de Paris, 7 rue de Jouy, 75181 Paris Cedex 04",
        r"Signatures .{0,2}Pour le bénéficiaire, CHU 0 : Sophie Essai, représentant légal ; .{0,2}Pour l’État, Ministère chargé de la santé",
        r"Annexe : dépense subventionnable du bénéficiaire .* Total 800 000,00 €",
    ),
    "amendment_2": (
        *STATE,
        r"Vu les conventions n° EDSH-1-0001-C12, n° EDSH-1-0001-C13, n° EDSH-1-0001-C14 ;",
        r"CH partenaire, SIRET 000 002 006 00013, convention n° EDSH-1-0001-C14\.",
        r"IL EST CONVENU : Article 1er – Objet",
        r"Avant Après Écart CHU 0 · France 2030 250 000,00 € 240 000,00 € −10 000,00 €",
        r"Article 3 – Autres stipulations .* n’augmente pas le montant maximal de l’aide.* prend effet à la signature de l’État",
        r"Signatures .{0,2}Pour chaque bénéficiaire : son représentant légal ;",
    ),
    "minutes_2": (
        *STATE[1:],
        r"Relève 1\. Session ouverte le jeudi 20 octobre 2022 à 09:30:00, heure de Paris, close le jeudi 20 octobre 2022 à 14:00:00",
        r"remplace la version 1",
        r"5 membres nommés ; quorum : 3 présents, déports exclus",
        r"Déport de Claire Essai à 10:01:00, à sa demande",
        r"Déport de Marc Essai à 12:01:00, relevé par le portail",
        r"3 pour, 1 contre, 0 abstention ; 4 présents sans déport sur 5, quorum 3 : adoptée",
        r"voix prépondérante de la présidence",
        r"Liste principale .* 800 000,01 Liste complémentaire, dans son ordre .* Non retenus",
        r"Le président du jury|La présidence du jury Jean Essai",
    ),
    "feedback_1": (
        *STATE,
        r"CHU 0 À l’attention de Sophie Essai, en qualité de représentant légal 00000 Valmont",
        r"dont il ne change ni les motifs, ni les voies et délais de recours",
        r"Critère 1 : gouvernance .* Critère 2 : socle commun .* Avis d’ensemble",
    ),
    "notice_1": (
        *STATE,
        r"Lettre recommandée avec demande d’avis de réception Mesure envisagée",
        r"retirer la décision attributive de subvention n° 2022-0001, notifiée à CHU 0\.",
        r"Motif juridique : Conditions de l’aide non respectées \(CRPA, art\. L242-2, 2°\)",
        r"dans un délai de 15 jours à compter de la réception de la présente lettre",
        r"assister par un conseil ou représenter par un mandataire .* observations orales .* L\. 121-1, L\. 122-1 et L\. 122-2\)",
        r"Signature : Driss Essai",
    ),
    "refusal_2": (
        *COMMON,
        r"Vu la délibération du jury, close le",
        r"Article 1er – Rejet de la demande .* est rejetée : ce dossier n’est pas retenu",
        r"Annexe : retour de l’évaluation Critère 1 Le calendrier est à préciser\.",
    ),
    "ineligible_2": (
        *COMMON,
        r"Règle non respectée : Nombre de membres \(Cahier des charges, critères d’éligibilité\)\. Fait constaté : Sept membres\.",
        r"est irrecevable ; elle est rejetée sans examen au fond",
        r"Article 2 – Nouvelle demande .* article 4\)",
    ),
}


def read(content):
    return " ".join(
        line.text
        for line in printed.lines(content)
        if not re.fullmatch(
            r"N° \S+ \d+ / \d+|\d+ / \d+|(?:Décision .*|Convention attributive de subvention|Avenant|Procès-verbal du jury) n° .*"
            r"|Retour sur l’évaluation du dossier \S+|\w+ envisagé.* : procédure contradictoire n° \S+",
            line.text,
        )
    )


@pytest.fixture(scope="module")
def laid():
    return {name: lay_out(name) for name in NAMES}


@pytest.mark.parametrize("name", CHECKLIST)
def test_07_each_letter_holds_what_a_jurist_looks_for(laid, name):
    said = read(laid[name])
    assert [wanted for wanted in CHECKLIST[name] if not re.search(wanted, said)] == [], said
    assert name not in DECISIONS or snapshot.missing(act(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_07_the_lines_stand_where_they_stood(laid, name):
    """`bin/prove letters --lines` writes them again; read the pictures before it does."""
    kept, now = (HERE / f"{name}.txt").read_text().splitlines(), drawn(laid[name])
    assert [line.split(" ", 3)[::3] for line in now] == [line.split(" ", 3)[::3] for line in kept]  # page and text
    moved = [
        (was, is_)
        for was, is_ in zip(kept, now, strict=True)
        if any(abs(int(a) - int(b)) > TOLERANCE for a, b in zip(was.split()[1:3], is_.split()[1:3], strict=True))
    ]
    assert moved == []


@pytest.mark.parametrize("name", NAMES)
def test_07_what_is_drawn_first_is_seen_first(laid, name):
    """No invisible text: the first that comes out of the file is the first that the eye reads, and nothing is smaller than a note."""
    first = next(run for run in printed.runs(laid[name]) if run.text.strip())
    assert first.text.startswith("Données fictives")
    assert printed.markers(laid[name]).pdfa == "3A" and printed.markers(laid[name]).pdfua == "1"
    assert "".join(read(laid[name]).split()).count(paper.digest(act(name))) == 1


@pytest.mark.parametrize("name", NAMES)
def test_07_what_can_be_asserted_of_pdf_a_and_pdf_ua(laid, name):
    """Without a validator: marks, intent, fonts that give their text back, pictures with words, headers with their scope."""
    marks = printed.markers(laid[name])
    assert (marks.pdfa, marks.pdfua, marks.lang) == ("3A", "1", "fr") and marks.title == LAID[name][1](act(name))
    assert marks.output_intent and marks.identifier and marks.tagged
    assert all(font.embedded for font in printed.fonts(laid[name]))
    with pikepdf.open(io.BytesIO(laid[name])) as held:
        found = [one for one in held.objects if isinstance(one, pikepdf.Dictionary)]
        assert all("/ToUnicode" in one for one in found if one.get("/Type") == "/Font" and "/DescendantFonts" in one)
        figures = [one for one in found if one.get("/S") == "/Figure"]
        assert len(figures) == 1 and all(str(one.Alt).startswith("Code à deux dimensions") for one in figures)
        heads = [one for one in found if one.get("/S") == "/TH"]
        assert [one for one in heads if one.A.get("/Scope") not in ("/Column", "/Row")] == []


FEWEST = 8  # lines of a page, with what stands in its margins


@pytest.mark.parametrize("name", NAMES)
def test_07_no_page_is_left_to_a_few_lines(laid, name):
    lines = printed.lines(laid[name])
    counted, annexes = (
        Counter(line.page for line in lines),
        {line.page for line in lines if line.text.startswith("Annexe : ")},
    )
    assert {page: count for page, count in counted.items() if count < FEWEST and page not in annexes} == {}
    margin = printed.width(laid[name]) - 22 * 72 / 25.4
    assert [line.text for line in printed.lines(laid[name]) if line.right > margin + 1] == []


@pytest.mark.parametrize("lines", range(6, 30, 4))
def test_07_the_letter_of_a_procedure_keeps_its_signature_with_its_text(lines):
    told = act("notice_1") | {"motives": "Le rapport n’a pas été remis.\n" * lines}
    drawn_lines = printed.lines(notice.lay_out(told))
    (signed,) = [line for line in drawn_lines if line.text == "Driss Essai"]
    said = [
        line
        for line in drawn_lines
        if "elle ne peut faire l’objet d’un recours" in line.text or "ne peut faire" in line.text
    ]
    assert [line.page for line in said[-1:]] == [signed.page]


@pytest.mark.parametrize("count", [0, 3, 6, 9, 12, 15, 18, 21])
def test_07_the_signature_is_never_alone_on_a_page(count):
    told = act("refusal_2") | {"motive": "Le dossier ne précise pas son calendrier.\n" * (count + 1)}
    lines = printed.lines(letter.lay_out(told))
    (signed,) = [line for line in lines if line.text == "Victor Essai"]
    (last,) = [line for line in lines if "– Exécution" in line.text]
    decides = [line.page for line in lines if line.text == "DÉCIDE :" or line.text.startswith("Article 1er")]
    assert signed.page == last.page and len(set(decides)) == 1


@pytest.mark.parametrize("lead", ["", "Or ", "Ainsi, ", "En effet, le ", "Considérant que ", "Il apparaît que le "])
def test_07_no_line_ends_inside_a_number_or_a_name(lead):
    words = "LAGRIVE-A, EDSH-1-0001, n° 2018-514, AP-HP, art. 10, 5 mai 2017, France 2030, "
    lines = [line.text for line in printed.lines(letter.lay_out(act("refusal_2") | {"motive": lead + words * 12}))]
    ends = r"(?:LAGRIVE|EDSH|EDSH-1|2018|AP|L|R)-$|\bn°$|\bart\.$|\b5$|\bmai$|\bFrance$|\b[LR]\.$"
    assert [line for line in lines if re.search(ends, line)] == []


# ── every amount equals the proposal and the ledger ──────────────────────────────────────────────────────────────────
AMOUNT = re.compile(r"(?<!\d)\d{1,3}(?: \d{3})*,\d{2}(?! %)")


def test_07_every_amount_equals_the_proposal_and_the_ledger(world):
    seed_letters(world.call, proposer=world.driss, by=world.dora)
    dossier = world.dossiers[0]
    first, second = made.shares(dossier)
    parts = [(first[0], made.line(), 25_000_001), (first[0], made.line("ONDAM"), 15_000_001), second]
    decision = actions.approve(actions.propose(dossier, parts, made.MOTIVE, by=world.driss), by=world.victor)
    told, content = decision.snapshot, dossier.version.content
    reserved = {code: ledger.summary(made.line(code))["reserved"] for code in ("FR2030", "ONDAM")}
    assert {one["line"]: one["cents"] for one in told["imputations"]} == reserved
    assert (
        sum(reserved.values())
        == decision.cents
        == told["amount"]["max_cents"]
        == sum(one["cents"] for one in told["parts"])
    )
    assert [
        sum(one[f"{part}_cents"] for part in ("advance", "interim", "balance")) for one in told["payment"]["schedule"]
    ] == [one["cents"] for one in told["payment"]["schedule"]]
    known = {decision.cents, content["totals"]["expenses_cents"], content["totals"]["aid_cents"], *reserved.values()}
    known |= {cents for _establishment, _line, cents in parts} | {25_000_001 + 15_000_001}
    for member in content["members"]:
        cells: dict[object, int] = {}
        for line in member["lines"]:
            for key in ((line["category"], line["year"]), line["category"], line["year"], ""):
                cells[key] = cells.get(key, 0) + line["cents"]
        known |= {*cells.values()}
    for one in told["payment"]["schedule"]:
        known |= {one["advance_cents"], one["interim_cents"], one["balance_cents"]}
    said = {money.parse(text.replace(" ", "")) for text in AMOUNT.findall(read(letter.lay_out(told)))}
    assert said - known == set() and {decision.cents, 25_000_001, 15_000_001, *reserved.values()} <= said | {40_000_002}


@given(expense=some.integers(1, 10**12), rate=some.integers(0, 10_000))
def test_07_the_rate_reaches_the_part_and_never_passes_the_rate_of_the_call(expense, rate):
    part = expense * rate // 10_000
    given = award.rate_bp(part, expense)
    assert given <= rate and expense * given // 10_000 >= part
    assert award.rate_bp(part, 0) == 0


# ── formats ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def shape(told):
    """The names of what an act says, whatever their values and however many there are."""
    if isinstance(told, dict):
        return {name: shape(value) for name, value in told.items()}
    return [shape(told[0])] if isinstance(told, list) and told else type(told).__name__ if told is not None else "None"


def test_07_an_act_of_another_shape_is_another_format(world):
    """One name more or less: FORMAT goes up, and the templates of the one before go to their folder."""
    seed_letters(world.call, proposer=world.driss, by=world.dora)
    told, kept = shape(made.approved(world).snapshot), shape(act("award_2"))
    told["before"] = kept["before"]
    told["applicant"]["address"] = kept["applicant"]["address"]
    told["fictitious"] = kept["fictitious"]
    assert told == kept


def test_07_an_act_of_the_first_format_is_laid_out_in_its_own(laid):
    told = act("award_1")
    assert snapshot.missing(told) == [] and letter.template(told) == "pdf/format_1/decision_award.html"
    said = read(laid["award_1"])
    assert "1. Bénéficiaires" in said and "décide :" in said and "Article 1er" not in said
    assert pdf.attached_json(laid["award_1"]) == told
    assert "Pour le directeur général de l’offre de soins et par délégation Victor Essai" in said


def test_07_a_signature_by_hand_has_its_room():
    told = deepcopy(act("refusal_2"))
    told["terms"]["signing"] = "by_hand"
    said = read(letter.lay_out(told))
    assert "Signature : Victor Essai" in said and "dispensée" not in said


# ── the receipt ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_07_the_receipt_says_who_sends_it_and_where_to_check_it(world):
    held = VersionFile.objects.filter(code=VersionFile.RECEIPT).select_related("document").order_by("pk").first()
    if held is None:
        from applications.reactions.receipt import receipt_context

        content = pdf.render(
            "pdf/receipt.html", receipt_context(world.dossiers[0].version), title="Accusé de réception"
        )
    else:
        content = documents.read(held.document)
    said = read(content)
    for wanted in (
        r"Données fictives : document de démonstration, sans valeur juridique\. Ministère chargé de la santé Direction générale",
        r"en qualité de représentant légal",
        r"FINESS \d{3} \d{3} \d{3} SIRET \d{3} \d{3} \d{3} \d{5}",
        r"tribunal administratif de Paris, 7 rue de Jouy",
        r"Télérecours",
        r"/verifier/ ",
        r"il n’est pas une signature",
    ):
        assert re.search(wanted, said), (wanted, said)


def test_07_what_nobody_has_set_of_the_budget_is_left_to_the_convention():
    told = act("award_2")
    for one in told["imputations"]:
        one.update(dict.fromkeys(("programme", "action", "centre", "activity", "accountant"), ""))
    said = read(letter.lay_out(told))
    assert re.search(r"France 2030 précisée par la convention précisé par la (convention )?650 000,00 €", said), said
