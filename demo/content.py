"""What the demo's dossiers say in depth, through the verbs: mesh, common core, governance, indicators, calendar. All fictitious."""

from datetime import date
from decimal import Decimal
from typing import Any

from applications import actions as dossiers
from applications.models import Application, SocleItem
from applications.shapes import socle
from applications.shapes.socle import VERSION, Stage
from directory import identifiers
from directory.models import User

FIRST_SITES = 5000  # the fictitious FINESS of the sites
OUTCOMES = (
    "performance",
    "personalised",
    "public_health",
    "epidemiology",
    "medical",
    "performance",
)  # as texts.PROJECTS
PROCEDURES = ("mr004", "mr004", "mr005", "authorisation", "undecided")
INDICATORS = {
    "performance": ("Réhospitalisations à trente jours", "%", "11.40", "9.50"),
    "personalised": ("Patients dont le traitement est adapté", "patients", "0", "450"),
    "public_health": ("Délai de détection d’une épidémie hospitalière", "jours", "14", "4"),
    "epidemiology": ("Patients suivis dans la cohorte", "patients", "1200", "18000"),
    "medical": ("Publications à comité de lecture", "publications", "2", "8"),
}
REASONS = {
    "collect": "Les données naissent dans les services : chaque établissement les recueille.",
    "quality": "Qui produit la donnée la corrige le mieux.",
    "standards": "Les alignements sont faits une fois pour tout le consortium.",
    "hosting": "Les données restent hébergées dans chaque établissement.",
    "access": "Un guichet unique instruit les demandes des équipes.",
    "governance": "Un seul comité scientifique et éthique rend les avis.",
}
SHARED = ("standards", "access", "governance")
WHY_NOT_LOWER = "Un établissement seul n’a ni les compétences ni le volume (raison fictive)."
CSE = ((6, 6), (5, 4), (7, 3), (4, 4))
PACKAGES = (("Pilotage et gouvernance", 1, 1), ("Collecte et mise en qualité", 1, 2), ("Mise à disposition", 3, 4))


def promise(number: int) -> dict[str, Any]:
    """What the `number`-th project of the demo expects and goes through."""
    family = OUTCOMES[number % len(OUTCOMES)]
    return {
        "outcomes": [family, OUTCOMES[(number + 2) % 5]] if number % 3 == 0 else [family],
        "procedure": PROCEDURES[number % len(PROCEDURES)],
        "starts_on": date(2023, 9 if number % 2 else 10, 1),
    }


def fill(application: Application, writer: User, *, number: int) -> None:
    """Everything, for the `number`-th dossier; its identity, projects and pieces are there."""
    indicators(application, writer)
    mesh(application, writer, number)
    governance(application, writer, number)
    calendar(application, writer)


def indicators(application: Application, writer: User) -> None:
    for project in application.projects.order_by("pk"):
        for family in project.outcomes:
            label, unit, baseline, target = INDICATORS[family]
            dossiers.save_row(
                application,
                "indicators",
                within=project,
                label=label,
                outcome=family,
                unit=unit,
                baseline=Decimal(baseline),
                target=Decimal(target),
                target_on=date(2025, 12, 31),
                by=writer,
            )


def mesh(application: Application, writer: User, number: int) -> None:
    members = application.memberships.filter(state="accepted").select_related("establishment").order_by("role", "pk")
    nodes = [
        dossiers.save_row(
            application,
            "warehouses",
            name=f"Entrepôt {membership.establishment.name}",
            membership=membership,
            site=f"Site fictif {order + 1}",
            site_finess=identifiers.fictitious_finess(FIRST_SITES + 10 * number + order),
            level="local" if order or len(members) == 1 else "shared",
            host="Hébergeur fictif Deltanuage" if number % 2 else membership.establishment.name,
            hds_certified=True,
            hds_number=f"HDS-FICTIF-{number:03d}",
            cnil_status=("conforms", "authorised", "in_progress")[(number + order) % 3],
            cnil_number=f"CNIL-FICTIF-{number:03d}-{order}",
            cnil_on=date(2022, 6, 1),
            snds_main=False,
            by=writer,
        )
        for order, membership in enumerate(members)
    ]
    for function, reason in REASONS.items():
        higher = function in SHARED and len(nodes) > 1
        said: dict[str, Any] = {"warehouses": nodes[:1] if higher else nodes, "reason": reason}
        level = "shared" if higher else "local"
        if higher and function != "access":
            said["why_not_lower"] = WHY_NOT_LOWER
        placed = {f"{level}-{column}": value for column, value in said.items()}
        dossiers.save_row(application, "functions", row=function, by=writer, **placed)
    dossiers.save_row(
        application,
        "matchings",
        kind="cohort",
        name="Cohorte fictive Epsilon",
        warehouse=nodes[0],
        procedure="mr004",
        by=writer,
    )
    if number % 3 == 0:
        dossiers.save_row(
            application, "matchings", kind="snds", name="Données de remboursement", warehouse=nodes[0], by=writer
        )
    for order, node in enumerate(nodes):
        dossiers.save_row(application, "socle", row=node, **socle.cells(stages(application, number + order)), by=writer)


def stages(application: Application, number: int) -> dict[str, tuple[str, str]]:
    """Stays and laboratory results are ahead; ways of life are hardly collected."""
    reach = {"PMSI": 3, "Résultats d’examens biologiques": 2, "Données socio-démographiques": 2}
    most = 4 if (application.maturity_target or 0) >= 9 else 3
    found = {}
    for item in SocleItem.objects.filter(version=VERSION).order_by("order"):
        now = 0 if item.lot == 2 else min(reach.get(item.domain, 1) + (item.order + number) % 2, 3)
        found[item.number] = (Stage.values[now], Stage.values[max(now, 1 if item.lot == 2 else most)])
    return found


def governance(application: Application, writer: User, number: int) -> None:
    women, men = CSE[number % len(CSE)]
    dossiers.save_row(
        application,
        "governance",
        cse_exists=True,
        cse_women=women,
        cse_men=men,
        cse_chair="Médecin de santé publique extérieur au consortium",
        transparency_url=f"https://transparence-{number}.edsh.example/",
        cnil="Chaque entrepôt porte sa propre démarche, jointe à la présentation.",
        dpo_contact=f"dpo-{number}@edsh.example",
        hds_host="Hébergeur fictif Deltanuage" if number % 2 else "",
        charter=number % 4 != 3,
        access_days=45 + 15 * (number % 4),
        cse_evidence="presentation",
        transparency_evidence="presentation",
        cnil_evidence="presentation",
        dpo_evidence="presentation",
        hds_evidence="to_join",
        charter_evidence="to_join",
        access_evidence="presentation",
        by=writer,
    )


def calendar(application: Application, writer: User) -> None:
    """Milestones and deliverables on the packages that are there, or on three of its own, in quarters of the project."""
    months = application.months or 24
    if not application.packages.exists():
        for title, first, last in PACKAGES:
            dossiers.save_row(
                application,
                "packages",
                title=title,
                starts_month=(first - 1) * months // 4 + 1,
                ends_month=months if last == 1 else last * months // 4,
                by=writer,
            )
    for package in application.packages.order_by("order", "number"):
        first, last = package.starts_month or 1, package.ends_month or months
        middle = (first + last) // 2
        due: dict[str, Any] = {"work_package": package, "by": writer}
        dossiers.save_row(
            application, "milestones", title="Revue de mi-parcours", month=middle, evidence="Compte rendu signé", **due
        )
        dossiers.save_row(application, "deliverables", title="Rapport du lot", month=last, kind="report", **due)
