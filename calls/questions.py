"""The narrative questions of the dossier: asked in this order, each answer kept by version."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Question:
    """`criterion` is the number of the selection criterion the answer feeds most (CALL.md §1.5)."""

    slug: str
    title: Any
    hint: Any
    max_chars: int
    criterion: int
    section: str = "narrative"


QUESTIONS = (
    Question(
        "ambition",
        _("Ambition de l’entrepôt"),
        _(
            "Décrivez l’entrepôt d’aujourd’hui, celui que vous visez et l’apport du projet aux soins, au pilotage et à la recherche."
        ),
        4000,
        1,
    ),
    Question(
        "quality",
        _("Données, qualité et standards"),
        _(
            "Sources intégrées, profondeur d’historique, méthode de mise en qualité, socle commun de données, standards retenus. Aucun standard n’est imposé."
        ),
        4000,
        2,
    ),
    Question(
        "architecture",
        _("Architecture, sécurité et hébergement"),
        _("Composants, hébergement certifié HDS ou cloud, sécurité, espaces de travail des équipes de recherche."),
        4000,
        3,
    ),
    Question(
        "governance",
        _("Gouvernance, conformité et transparence"),
        _(
            "Comité scientifique et éthique (sa parité est attendue), situation de chaque entrepôt auprès de la CNIL, information des patients, guichet d’entrée."
        ),
        4000,
        4,
    ),
    Question(
        "uses",
        _("Apport des projets de recherche et d’innovation"),
        _(
            "Points communs des projets, intérêt scientifique, impact, faisabilité. Chaque projet est décrit ensuite dans sa rubrique."
        ),
        4000,
        5,
    ),
    Question(
        "partnerships",
        _("Partenariats et équipes"),
        _("Rôle de chaque membre et des partenaires associés, compétences réunies, pilotage du consortium."),
        3000,
        9,
    ),
    Question(
        "territory",
        _("Maillage territorial"),
        _(
            "Niveau local, mutualisé supra-local ou thématique, national ; territoires couverts ; complémentarité avec les entrepôts voisins."
        ),
        3000,
        11,
    ),
    Question(
        "sharing",
        _("Ouverture et Health Data Hub"),
        _(
            "Apport au catalogue, conditions d’accès, calendrier du partage. Les périmètres sont décrits ensuite dans leur rubrique."
        ),
        3000,
        12,
    ),
    Question(
        "schedule",
        _("Calendrier, jalons et risques"),
        _("Jalons et livrables, risques principaux et réponses prévues."),
        3000,
        13,
    ),
    Question(
        "economics",
        _("Financement et pérennité"),
        _("Justification des dépenses, cofinancements, modèle économique de l’entrepôt après le projet."),
        3000,
        14,
    ),
)
BY_SLUG = {question.slug: question for question in QUESTIONS}


def length(text: str) -> int:
    """Characters of an answer, a run of spaces or of lines being one."""
    return len(" ".join(text.split()))


def state(characters: int, least: int) -> str:
    """How far an answer of this length is, the call asking for `least` characters: « todo », « doing » or « done »."""
    return "todo" if not characters else "done" if characters >= least else "doing"
