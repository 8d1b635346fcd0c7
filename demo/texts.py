"""The demo's words: plainly fictitious, long enough to fill a page as a real dossier would."""

import io
import zipfile
from typing import Any

from stdnum import iban as iban_numbers

from .plan import Plan

COMPLEMENT = (
    "\n\nComplément fictif apporté avant la clôture : le calendrier d’intégration des données de biologie est précisé."
)
ASKED = (
    "Précisez la durée et le calendrier du projet, et joignez une lettre d’engagement lisible : celle du dossier ne l’est pas"
    " (demande fictive)."
)
WITHDRAWAL = "Le consortium fictif réorganise son projet et se retire avant l’examen."
WORK = "Reprise des données de séjour, mise en qualité, alignement sur le socle commun, ouverture d’un espace de travail sécurisé."
PROJECT_SUMMARY = "Projet fictif : constituer une cohorte à partir des données de l’entrepôt, mesurer un indicateur avant et après, publier la méthode."
NO_CONFLICT = "Je déclare n’avoir aucun lien avec les établissements de ce dossier et m’engage à la confidentialité."
CONFLICT = "J’ai collaboré avec une équipe du consortium au cours des trois dernières années (fait fictif)."
TIED = "J’ai conseillé cet établissement en 2019 et 2020 ; la présidence du jury en est informée et l’a admis."
RULING = "Mission de conseil ponctuelle, terminée depuis près de deux ans et sans rapport avec l’entrepôt de données."
OPINION = (
    "Avis fictif : les périmètres proposés enrichissent le catalogue ; la fréquence de mise à jour est à confirmer."
)
SKIP = "Choix motivé du jury (fictif) : équilibre des territoires et maturité du projet."
MINUTES = "Séance fictive : quorum atteint, aucun déport en séance, listes arrêtées à l’unanimité."
MOTIVE = "Montant proposé : 90 % de l’aide demandée, au vu des évaluations (montant fictif)."
SCENARIOS = ("Liste principale", "Un dossier de plus")
SCENARIO_COMMENT = (
    "La liste principale tient dans les deux sources ; à revoir si un dossier se retire (commentaire fictif)."
)
REFUSAL_MOTIVE = "Le classement du dossier ne permet pas de le retenir dans la limite de l’enveloppe (motif fictif)."
ASSOCIATED = ("Jeune pousse fictive Alphadonnées", "Laboratoire fictif Bêtasanté", "Éditeur fictif Gammalogie")
EVIDENCE = {
    "advance": "Notification et accord de consortium",
    "interim": "Rapport d’étape et état des dépenses",
    "balance": "Rapport final",
}
SEEN = "Pièce fictive du mois, jointe au dossier"
AMENDED = "Deux recrutements ont pris du retard : nous demandons quatre mois de plus, sans changer le budget."
QUALITY = "Directrice générale"
PROJECTS = (
    ("Réhospitalisations évitables", "performance du système"),
    ("Réponse aux immunothérapies", "médecine personnalisée"),
    ("Surveillance des infections associées aux soins", "santé publique"),
    ("Parcours de l’insuffisance cardiaque", "épidémiologie"),
    ("Aide à l’interprétation de l’imagerie thoracique", "avancées médicales"),
    ("Pertinence des examens de biologie", "performance du système"),
)
# Work packages: title, summary, first and last month of the project.
PACKAGES = (
    (
        "Pilotage et gouvernance",
        "Comité scientifique et éthique, conformité, suivi du consortium (texte fictif).",
        1,
        18,
    ),
    ("Sources et mise en qualité", "Raccordement des sources, identités, qualité et standards (texte fictif).", 1, 12),
    (
        "Mise à disposition",
        "Espaces de travail, catalogue, accompagnement des équipes de recherche (texte fictif).",
        7,
        18,
    ),
)
PERIMETER: dict[str, Any] = {
    "scope": "Séjours hospitaliers, biologie et médicaments des établissements du consortium (périmètre fictif).",
    "depth": "Historique de dix ans, identités appariées et pseudonymisées.",
    "refresh": "Trimestrielle",
    "duration": "Cinq ans, renouvelable",
    "interest": "Suivre des cohortes multicentriques sans nouvelle collecte.",
}
ANSWERS = (
    "Le consortium réunit des équipes cliniques, informatiques et méthodologiques autour d’un entrepôt commun (texte fictif).",
    "Les données restent hébergées dans chaque établissement ; les requêtes voyagent, les données nominatives non.",
    "Les étapes sont jalonnées par semestre, avec un indicateur mesuré au départ, une cible et une date.",
    "La gouvernance locale s’articule avec l’échelon régional et avec le catalogue national.",
)
COMMENTS = (
    "Appréciation fictive du critère {n} : démarche claire, calendrier crédible, quelques dépendances à surveiller.",
    "Appréciation fictive du critère {n} : ambition réelle ; les moyens humains méritent d’être précisés.",
    "Appréciation fictive du critère {n} : réponse complète, appuyée sur des réalisations vérifiables.",
)
HARMLESS = "C’est un mot de la démonstration, et le nom de personne."
OVERALL = "Un projet cohérent, dont la trajectoire financière reste à consolider."
VERDICTS = {
    "inadmissible": (
        "R10",
        "La lettre d’engagement jointe est illisible et n’a pas été remplacée dans le délai accordé (fait fictif).",
    ),
    "ineligible": ("R14", "Le même établissement coordonne deux dossiers de la relève (fait fictif)."),
}


def answer(plan: Plan, question: str) -> str:
    return (
        f"{plan.title}. "
        + " ".join(ANSWERS)
        + f"\n\nRubrique « {question} » du dossier {plan.acronym}, rédigée pour la démonstration."
    )


def comment(criterion: int, rank: int) -> str:
    return COMMENTS[(criterion + rank) % len(COMMENTS)].format(n=criterion)


def verdict(plan: Plan) -> dict[str, Any]:
    if plan.fate not in VERDICTS:
        return {"verdict": "admissible", "rule": "", "evidence": ""}
    rule, evidence = VERDICTS[plan.fate]
    return {"verdict": plan.fate, "rule": rule, "evidence": evidence}


def iban(number: int) -> str:
    """A French IBAN with right keys of a bank code that no bank has (00000)."""
    account = f"{number:011d}"
    key = 97 - (89 * 0 + 15 * 0 + 3 * int(account)) % 97
    body = f"0000000000{account}{key:02d}"
    return f"FR{iban_numbers.calc_check_digits('FR00' + body)}{body}"


def piece(code: str, plan: Plan) -> tuple[bytes, str]:
    """A small file of the kind the call asks under this code: a workbook for a budget, else a PDF."""
    if "financ" in code or "budget" in code or "annexe" in code:
        return workbook(f"{plan.acronym} · annexe fictive"), f"{code}-{plan.acronym}.xlsx"
    return page(f"{plan.acronym} - {code} (document fictif)"), f"{code}-{plan.acronym}.pdf"


def page(title: str) -> bytes:
    """The smallest honest PDF: one page, one line."""
    text = title.encode("latin-1", "replace").replace(b"(", b"[").replace(b")", b"]")
    stream = b"BT /F1 14 Tf 60 760 Td (" + text + b") Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table)


def workbook(title: str) -> bytes:
    """A minimal XLSX with one cell."""
    parts = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
        "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Annexe" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{title}</t></is></c></row></sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2022, 1, 1, 0, 0, 0)), text)
    return out.getvalue()
