"""The fields of a dossier that people write together, each section with its own, each field under a key that says where it is.

identity.<column>   answers.<question>   governance.<column>
projects.<row>.<column>, and so the perimeters, indicators, packages, milestones, deliverables, warehouses, matchings
members.<row>.work   budget.<member>.<cell of the grid, part of the plan, term declared>
functions.<function>.<level>-<column>   socle.<warehouse>.<item>-<now or target>
"""

from django.utils.translation import gettext_lazy as _

from calls.questions import QUESTIONS

from ...models import (
    Application,
    DataPerimeter,
    Deliverable,
    FunctionPlacement,
    FundingPlan,
    Governance,
    Indicator,
    Matching,
    Membership,
    Milestone,
    ResearchProject,
    SocleState,
    Warehouse,
    WorkPackage,
)
from ...shapes import grid
from ...shapes.mesh import Level
from .kinds import (
    MOST_MONTHS,
    Amount,
    Choice,
    Choices,
    Day,
    Field,
    Figure,
    Number,
    One,
    Several,
    Text,
    YesNo,
    email,
    finess,
    secure,
)
from .section import Section

LEVEL = _("La maturité va de 0 à 10.")
MONTH = _("Un mois du projet est un nombre, à partir de 1.")
COUNT = _("Indiquez un nombre de 0 à 32 767.")
MOST_ORDER = 999
ACCEPTED = (("state", "accepted"),)


def _level() -> Number:
    return Number(most=10, code="R23", sentence=LEVEL, width="w-4")


def _month(code: str, help: object = "") -> Number:
    return Number(least=1, most=MOST_MONTHS, code=code, sentence=MONTH, width="w-4", help=help)


def _count() -> Number:
    return Number(code="E06", sentence=COUNT, width="w-4")


IDENTITY = Section(
    "identity",
    Application,
    {
        "acronym": Text(needed=True, width="w-20"),
        "title": Text(prose=True),
        "goal": Choice(
            radio=True,
            code="R23",
            sentence=_("Choisissez « constituer » ou « consolider »."),
            help=_(
                "« Constituer » : l’entrepôt est en conception ou en construction. « Consolider » : il fonctionne déjà."
            ),
        ),
        "starts_on": Day(help=_("Au plus tôt le jour du dépôt.")),
        "months": Number(
            least=1, most=MOST_MONTHS, code="R16", sentence=_("La durée est un nombre de mois."), width="w-4"
        ),
        "maturity_now": _level(),
        "maturity_target": _level(),
    },
    single=True,
    feeds=(1,),
    words=_("Le projet"),
)
ANSWERS = Section(
    "answers",
    Application,
    {
        question.slug: Text(words=question.title, help=question.hint, most=question.max_chars, rows=16)
        for question in QUESTIONS
    },
    single=True,
)
GOVERNANCE = Section(
    "governance",
    Governance,
    {
        "cse_exists": YesNo(),
        "cse_women": _count(),
        "cse_men": _count(),
        "cse_chair": Text(help=_("La fonction, non le nom.")),
        "cse_evidence": Text(),
        "transparency_url": Text(form=secure, help=_("Elle commence par « https:// ».")),
        "transparency_evidence": Text(),
        "cnil": Text(help=_("En une phrase ; le détail est sur la fiche de chaque entrepôt.")),
        "cnil_evidence": Text(),
        "dpo_contact": Text(form=email, help=_("Une adresse de service, sans nom de personne.")),
        "dpo_evidence": Text(),
        "hds_host": Text(),
        "hds_evidence": Text(),
        "charter": YesNo(),
        "charter_evidence": Text(),
        "access_days": _count(),
        "access_evidence": Text(),
    },
    single=True,
    content=("governance",),
    feeds=(4,),
    words=_("Gouvernance"),
)
PROJECT = Section(
    "projects",
    ResearchProject,
    {
        "title": Text(needed=True, prose=True),
        "theme": Text(asked=False, prose=True),
        "summary": Text(
            most=3000,
            rows=8,
            help=_("Question posée, données mobilisées, résultats attendus. Sans résumé, le projet n’est pas compté."),
        ),
        "partners": Several(among="associated", asked=False),
        "outcomes": Choices(
            help=_("Les cinq familles de l’appel. Chacune se mesure par un indicateur au moins."),
        ),
        "procedure": Choice(empty=_("Choisissez")),
        "starts_on": Day(),
    },
    content=("projects",),
    feeds=(5, 6, 7, 8),
    words=_("Projets de recherche et d’innovation"),
)
INDICATOR = Section(
    "indicators",
    Indicator,
    {
        "label": Text(needed=True, help=_("Par exemple : délai médian d’accès aux données.")),
        "outcome": Choice(),
        "unit": Text(help=_("Jours, patients, %…")),
        "baseline": Figure(),
        "target": Figure(),
        "target_on": Day(),
    },
    part="projects",
    within="project",
)
PERIMETER = Section(
    "perimeters",
    DataPerimeter,
    {
        "scope": Text(needed=True, most=2000, rows=4, help=_("Patients, séjours, sources et domaines de données.")),
        "depth": Text(most=1000, rows=3, help=_("Années d’historique, volumes.")),
        "refresh": Text(prose=True),
        "duration": Text(prose=True),
        "interest": Text(most=2000, rows=4, help=_("L’apport de ces données à la communauté.")),
    },
    content=("perimeters",),
    feeds=(12,),
    words=_("Périmètres de données pour le Health Data Hub"),
)
MEMBER = Section(
    "members",
    Membership,
    {
        "work": Text(
            most=4000,
            rows=10,
            help=_(
                "Décrivez les travaux de construction ou de renforcement, y compris la saisie ou la mise en qualité des données. Demandé à chaque membre aidé."
            ),
        )
    },
    feeds=(8, 9, 10),
    words=_("Consortium"),
)
PACKAGE = Section(
    "packages",
    WorkPackage,
    {
        "title": Text(needed=True),
        "summary": Text(most=3000, rows=6, help=_("Décrivez les travaux du lot et leur méthode.")),
        "leader": One(
            among="memberships",
            narrowed=ACCEPTED,
            empty=_("À désigner"),
            code="E04",
            sentence=_("Le responsable d’un lot est un membre qui a accepté."),
        ),
        "starts_month": _month("E04", _("Compté du début du projet : le premier mois est 1.")),
        "ends_month": _month("E04"),
        "order": Number(
            most=MOST_ORDER,
            asked=False,
            kept="",
            code="E04",
            sentence=_("La place va de 0 à 999."),
            width="w-4",
            help=_("Laissez vide pour suivre les numéros."),
        ),
    },
    content=("work_packages", "calendar"),
    feeds=(7, 13),
    words=_("Lots, jalons et livrables"),
)
DUE: dict[str, Field] = {
    "work_package": One(among="packages", needed=True, empty=_("Choisissez"), kept=""),
    "title": Text(needed=True),
    "month": _month("E06", _("Le premier mois des travaux est le mois 1.")),
}
MILESTONE = Section(
    "milestones",
    Milestone,
    DUE | {"evidence": Text(help=_("Le fait ou le document qui montrera que le jalon est atteint."))},
    part="packages",
    within="work_package",
)
DELIVERABLE = Section("deliverables", Deliverable, DUE | {"kind": Choice()}, part="packages", within="work_package")
WAREHOUSE = Section(
    "warehouses",
    Warehouse,
    {
        "name": Text(needed=True),
        "membership": One(
            among="memberships",
            narrowed=ACCEPTED,
            kept="member",
            sentence=_("Choisissez un membre qui a accepté de rejoindre le dossier."),
        ),
        "site": Text(help=_("Où se trouvent les données : ville, bâtiment.")),
        "site_finess": Text(
            most=13, form=finess, asked=False, width="w-10", help=_("FINESS géographique (ET), neuf caractères.")
        ),
        "level": Choice(
            help=_("Local : un établissement. Mutualisé ou thématique : plusieurs, ou une pathologie."),
        ),
        "host": Text(),
        "hds_certified": YesNo(),
        "hds_number": Text(asked=False),
        "cnil_status": Choice(),
        "cnil_number": Text(asked=False),
        "cnil_on": Day(asked=False),
        "snds_main": YesNo(
            help=_("Un tel appariement fait sortir l’entrepôt du référentiel de la CNIL : il demande une autorisation.")
        ),
    },
    part="mesh",
    content=("warehouses", "socle_version"),
    feeds=(1, 3, 4, 11),
    words=_("Entrepôts et maillage"),
)
MATCHING = Section(
    "matchings",
    Matching,
    {
        "kind": Choice(needed=True, radio=True),
        "name": Text(needed=True),
        "warehouse": One(among="warehouses"),
        "procedure": Choice(help=_("Avec la base principale du SNDS : une autorisation de la CNIL.")),
    },
    part="mesh",
    content=("matchings",),
)
PLACED = Section(  # one function at one level
    "functions",
    FunctionPlacement,
    {
        "warehouses": Several(among="warehouses"),
        "reason": Text(most=1000, rows=3),
        "why_not_lower": Text(most=1000, rows=3),
    },
)
PLACEMENT = Section(  # one function, written at all its levels together: <level>-<column>
    "functions",
    FunctionPlacement,
    {f"{level}-{column}": field for level in Level.values for column, field in PLACED.fields.items()},
    part="mesh",
    content=("functions",),
    feeds=(11,),
    words=_("Qui fait quoi, à quel niveau"),
)
SOCLE = Section("socle", SocleState, {}, part="mesh", feeds=(2,), words=_("Socle commun"))
TERMS = {
    "vat": Choice(radio=True, code="R37", sentence=_("Choisissez hors taxes ou toutes taxes comprises.")),
    "regime": Choice(
        empty=_("Pas encore connu"),
        code="R38",
        sentence=_("Choisissez un régime d’aide de la liste."),
        help=_(
            "Celui sous lequel l’aide demandée serait versée à cet établissement. Le service instructeur le vérifie."
        ),
    ),
    "de_minimis_received_cents": Amount(
        asked=False, help=_("Toutes origines confondues, par l’établissement et ceux qu’il contrôle.")
    ),
}
PLAN = dict.fromkeys(grid.PLAN, Amount())
BUDGET = Section("budget", FundingPlan, PLAN | TERMS, feeds=(14,), words=_("Budget"))

SECTIONS = {
    section.name: section
    for section in (
        IDENTITY,
        ANSWERS,
        GOVERNANCE,
        PROJECT,
        INDICATOR,
        PERIMETER,
        MEMBER,
        PACKAGE,
        MILESTONE,
        DELIVERABLE,
        WAREHOUSE,
        MATCHING,
        PLACEMENT,
        SOCLE,
        BUDGET,
    )
}
