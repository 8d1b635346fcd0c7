"""The real call, built through verbs: what public sources give as they give it; the rest assumed, and shown as such.

Sources: cahier des charges of 22/07/2022 as reported by the FAQ of the ministry of health, gnius.esante.gouv.fr,
ticsante.com and delsolavocats.com. Not public, therefore assumed: thresholds, titles and weights of most criteria, aid
rates, list of pieces, scale of marks, contact.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from edsh_portal import acts

from .actions.call import create_call, create_wave, new_settings, publish_call
from .actions.letters import propose_letter_terms
from .models import Call
from .models.evaluation import MAIL_PROVIDERS, UNDERTAKING
from .models.notification import CONSENT
from .pieces import ANNEX, LETTER

PARIS = ZoneInfo("Europe/Paris")
SLUG = "edsh-2022"
OPENS_AT = datetime(2022, 7, 22, tzinfo=PARIS)
FIRST_CUT_OFF = datetime(2022, 10, 11, 12, tzinfo=PARIS)
SECOND_CUT_OFF = datetime(2023, 4, 12, 12, tzinfo=PARIS)

TITLE = "Accompagnement et soutien à la constitution d’entrepôts de données de santé hospitaliers"
PURPOSE = """L’État soutient la constitution et la consolidation d’entrepôts de données de santé dans les hôpitaux, pour qu’ils forment un réseau distribué et subsidiaire : les données restent auprès des équipes qui les produisent, et chaque niveau, local, supra-local ou thématique, national, fait ce qu’il fait le mieux.

Ce réseau s’articule avec le Health Data Hub et avec une gouvernance nationale : socle commun de données, standards partagés, catalogue, règles d’accès lisibles. Il multiplie l’analyse des données massives par des projets de recherche et d’innovation d’excellence, au bénéfice des avancées médicales et scientifiques, de la médecine personnalisée, de l’épidémiologie, de la santé publique et de la performance du système de santé.

Les projets retenus développent l’intérêt des acteurs à collecter, mettre en qualité, exploiter et partager les données. Leurs approches sont complémentaires et coordonnées : l’appel évite le cloisonnement."""

BOUNDS: dict[str, Any] = {
    "max_members": 6,
    "min_months": 12,
    "max_months": 40,
    "min_projects": 3,
    "min_external_partners": 1,
    "min_perimeters": 1,
    "consolidation_level": 7,
    "admissibility_months": 2,
    "decision_months": 8,
    "min_activity": 30_000,
    "min_base_cents": 1_000_000_00,
    "min_answer_chars": 100,
    "overhead_cap_bp": 1_000,
    "permanent_staff_eligible": False,
    "de_minimis_cents": 300_000_00,
    "transfer_bp": 1_000,
    "sample_bp": 1_000,
    "scale_max": 10,
    "quorum": 2,
    "min_comment_chars": 30,
    "undertaking": UNDERTAKING,
    "mail_providers": f"{MAIL_PROVIDERS} edsh.example",  # everyone of a demonstration writes from there
    "score_panel": True,
    "calibration": "held",
    "hearings": True,
    "revise_after_hearing": True,
    "recall_minutes": 10,
    "consent": CONSENT,
    "service_name": "Bureau des entrepôts de données (service fictif)",
    "service_address": "1 rue de l’Exemple, 75000 Paris (adresse fictive)",
    "service_email": "appel-edsh@edsh.example",
    "service_phone": "01 99 00 00 00",
    "assumed": [
        "min_activity",
        "min_base_cents",
        "min_answer_chars",
        "overhead_cap_bp",
        "permanent_staff_eligible",
        "transfer_bp",
        "sample_bp",
        "scale_max",
        "quorum",
        "min_comment_chars",
        "score_panel",
        "remind_before_days",
        "remind_after_days",
        "calibration",
        "hearings",
        "revise_after_hearing",
        "recall_minutes",
        "consent",
        "service",
        "criteria",
        "pieces",
        "rates",
        "skills",
        "links",
        "undertaking",
        "mail_providers",
    ],
}

# What its letters bear: no number of it is real but the programme's.
LETTERS = {
    "specifications": "l’arrêté du 22 juillet 2022 approuvant le cahier des charges de l’appel à projets (référence fictive)",
    "signing": "dispensed",
    "publicity": "Financé par l’État dans le cadre de France 2030",
}
IMPUTATIONS = {
    "FR2030": {
        "programme": "424",
        "action": "00 (fictive)",
        "centre": "0424-FICT-C001",
        "activity": "042400000000 (fictive)",
        "axis": "AXE-001 (fictif)",
        "accountant": "Agent comptable de l’opérateur (fictif)",
    },
    "ONDAM": {
        "programme": "000 (fictif)",
        "action": "00 (fictive)",
        "centre": "0000-FICT-C002",
        "activity": "000000000000 (fictive)",
        "axis": "AXE-002 (fictif)",
        "accountant": "Contrôleur budgétaire et comptable ministériel (fictif)",
    },
}

# number, title, guidance, weight, floor. Subjects of 5 to 10 and of 12 are those of the FAQ; titles and weights are assumed.
_GRID: tuple[tuple[int, str, str, int, int | None], ...] = (
    (
        1,
        "Ambition et maturité de l’entrepôt",
        "Niveau de départ et niveau visé sur l’échelle de maturité ; réalisme du chemin.",
        10,
        None,
    ),
    (
        2,
        "Qualité des données, socle commun et standards",
        "Part du socle commun couverte, tests de qualité, standards retenus. Aucun standard n’est imposé.",
        10,
        None,
    ),
    (
        3,
        "Architecture, sécurité et hébergement",
        "Hébergement certifié, cloud, cloisonnement des accès, continuité.",
        8,
        None,
    ),
    (
        4,
        "Gouvernance, conformité et transparence",
        "Comité scientifique et éthique et sa parité, situation auprès de la CNIL, information des patients.",
        8,
        3,
    ),
    (5, "Intérêt scientifique des projets de recherche", "Question posée, état de l’art, apport attendu.", 6, None),
    (
        6,
        "Effet sur la santé, les soins et le pilotage",
        "Bénéfice pour les patients, les équipes et le système de santé ; indicateurs mesurables.",
        5,
        None,
    ),
    (7, "Innovation et faisabilité", "Nouveauté de la méthode, données disponibles, calendrier tenable.", 5, None),
    (
        8,
        "Trois projets au moins, avec un partenaire associé externe",
        "Nombre et diversité des projets, place réelle du partenaire externe, public ou privé.",
        8,
        None,
    ),
    (
        9,
        "Solidité des partenariats publics et privés",
        "Engagements, partage de la valeur, propriété intellectuelle.",
        5,
        None,
    ),
    (10, "Implication et compétences des équipes", "Temps dédié, métiers présents, encadrement.", 5, None),
    (
        11,
        "Maillage territorial et complémentarité",
        "Territoires et populations couverts, coordination avec les entrepôts voisins, absence de cloisonnement.",
        10,
        None,
    ),
    (
        12,
        "Pertinence des données partagées avec le Health Data Hub",
        "Périmètre, profondeur, fréquence de mise à jour, durée de partage, intérêt.",
        10,
        3,
    ),
    (13, "Calendrier, jalons et gestion des risques", "Jalons vérifiables, risques nommés et traités.", 5, None),
    (
        14,
        "Budget, cofinancement et pérennité économique",
        "Dépenses justifiées, ressources complémentaires, modèle après l’aide.",
        5,
        None,
    ),
)
CRITERIA = [dict(zip(("number", "title", "guidance", "weight", "floor"), row, strict=True)) for row in _GRID]

_PIECES: tuple[tuple[str, str, bool, bool], ...] = (  # code, title, one per member, required
    ("presentation", "Présentation du projet (PDF, 20 à 30 pages)", False, True),
    (ANNEX, "Annexe financière par membre et par année, si vous en joignez une (XLSX)", False, False),
    (LETTER, "Lettre d’engagement signée du représentant légal, à défaut de mandat électronique", True, False),
    ("plan-travail", "Plan de travail, jalons et livrables", False, False),
    ("conformite-cnil", "Situation de chaque entrepôt auprès de la CNIL", False, False),
    ("gouvernance", "Gouvernance et composition du comité scientifique et éthique", False, False),
    ("accord-consortium", "Projet d’accord de consortium", False, False),
    ("delegation", "Délégation de signature", False, False),
    ("attestation-honneur", "Attestation sur l’honneur", True, False),
    ("hebergement-hds", "Attestation d’hébergement de données de santé", False, False),
)
PIECES = [
    {"code": code, "title": title, "per_member": per_member, "required": required, "order": order}
    for order, (code, title, per_member, required) in enumerate(_PIECES, start=1)
]
RATES = [
    {"kind": "public", "rate_bp": 10_000},
    {"kind": "gcs", "rate_bp": 10_000},
    {"kind": "private", "rate_bp": 5_000},
    {"kind": "private", "regime": "rgec_26", "rate_bp": 5_000},  # règlement (UE) n° 651/2014, article 26
]


_SKILLS: tuple[tuple[str, str], ...] = (  # the themes of the criteria, then three that cross them
    ("entrepots", "Conception et maturité d’un entrepôt de données de santé"),
    ("donnees", "Qualité des données, socle commun et standards"),
    ("securite", "Architecture, sécurité et hébergement"),
    ("conformite", "Gouvernance, droit et protection des données"),
    ("recherche", "Recherche clinique et épidémiologie"),
    ("sante-publique", "Santé publique, soins et pilotage"),
    ("innovation", "Intelligence artificielle et innovation"),
    ("partenariats", "Partenariats publics et privés, propriété intellectuelle"),
    ("equipes", "Équipes, métiers et conduite de projet"),
    ("territoires", "Organisation territoriale de l’offre de soins"),
    ("partage", "Partage de données et catalogues nationaux"),
    ("finances", "Budget et modèle économique"),
    ("imagerie", "Imagerie et biologie"),
    ("cancer", "Cancer"),
    ("maladies-rares", "Maladies rares"),
)
SKILLS = [{"code": code, "title": title, "order": order} for order, (code, title) in enumerate(_SKILLS, start=1)]
LINKS = [
    {"kind": "former_employer", "strong": False, "years": 5},
    {"kind": "declared", "strong": False, "years": 5},
    {"kind": "mail", "strong": False, "years": 0},
    {"kind": "associated_name", "strong": False, "years": 0},
    {"kind": "candidate", "strong": False, "years": 0},
    {"kind": "colleague", "strong": False, "years": 3},
]


def seed_call(by: Any, at: datetime | None = None) -> Call:
    """The published call with its settings and its two waves. `at`: the instant of these acts (owner login if it is past)."""
    call = create_call(slug=SLUG, title=TITLE, purpose=PURPOSE, by=by, at=at)
    lists: dict[str, Any] = {
        "criteria": CRITERIA,
        "pieces": PIECES,
        "rates": RATES,
        "skills": SKILLS,
        "links": LINKS,
    }
    settings = new_settings(call, bounds=BOUNDS, by=by, at=at, **lists)
    create_wave(call, settings, number=1, opens_at=OPENS_AT, closes_at=FIRST_CUT_OFF, by=by, at=at)
    create_wave(call, settings, number=2, opens_at=FIRST_CUT_OFF, closes_at=SECOND_CUT_OFF, by=by, at=at)
    return publish_call(call, by=by, at=at)


def seed_letters(call: Call, *, proposer: Any, by: Any, at: datetime | None = None) -> None:
    """The terms of its letters: `proposer` proposes them, `by` approves."""
    budget = {f"{part}_{code}": text for code, parts in IMPUTATIONS.items() for part, text in parts.items()}
    asked = propose_letter_terms(call, LETTERS | budget, sources=IMPUTATIONS, by=proposer, at=at)
    acts.approve(asked, by=by, at=at)
