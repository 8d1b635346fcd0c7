"""The heaviest dossier the call allows: 6 members, 5 years, every category, 10 work packages, 12 projects, 6 warehouses."""

from datetime import date
from typing import Any

from applications import actions, socle
from applications.mesh import Function, Level
from applications.models import BudgetLine, SocleItem
from applications.questions import QUESTIONS

from . import world as made

PACKAGES, PROJECTS, MONTHS = 10, 12, 40
SECTIONS = (
    "dossier", "identity", "narrative", "projects", "add_project", "work_packages", "perimeters", "warehouses", "socles",
    "governance", "schedule", "consortium", "budgets", "pieces", "check", "sections", "checklist", "submit",
)  # fmt: skip


def heaviest(world: made.World) -> Any:
    """Through verbs, everything filled to its measure."""
    dossier, alice = made.fill(world, made.draft(world)), world.cast.alice
    more = [world.nantes, world.angers, *(made.place(710 + n, f"CH de Lanvaux {n}") for n in range(2))]
    for number, place in enumerate(more):
        person = made.person(f"membre{number}", place)
        actions.accept_membership(actions.invite_partner(dossier, place, by=alice), by=person)
    actions.save_identity(dossier, starts_on=date(2022, 12, 1), months=MONTHS, by=alice)
    for question in QUESTIONS:
        current = dossier.answers.filter(key=f"answers.{question.slug}", aside=False).order_by("-version").first()
        text = ("Un entrepôt hospitalier relie ses sources et rend compte de leur qualité. " * 200)[
            : question.max_chars
        ]
        actions.save_answer(dossier, question.slug, text, read_version=current.version if current else 0, by=alice)
    partners = list(dossier.associated.order_by("pk"))
    for number in range(dossier.projects.count(), PROJECTS):
        actions.save_project(
            dossier, title=f"Projet {number}", theme="Thème", summary="Résumé. " * 300, partners=partners, by=alice
        )
    for project in dossier.projects.order_by("pk"):
        for number in range(2):
            actions.save_indicator(project, label=f"Indicateur {number}", unit="patients", by=alice)
    for number in range(dossier.packages.count(), PACKAGES):
        actions.save_work_package(dossier, title=f"Lot {number}", summary="Travaux. " * 100, by=alice)
    for package in dossier.packages.order_by("number"):
        for month in (6, 12):
            actions.save_milestone(dossier, work_package=package, title=f"Jalon {month}", month=month, by=alice)
            actions.save_deliverable(dossier, work_package=package, title=f"Livrable {month}", month=month, by=alice)
    budgets(dossier, alice)
    for number, member in enumerate(dossier.memberships.filter(role="partner").order_by("pk")):
        signs = made.person(f"signataire{number}", member.establishment, "signatory")
        made.mandate(member, by=signs)
    mesh(dossier, alice)
    actions.save_governance(dossier, cse_exists=True, cse_women=4, cse_men=4, cse_chair="Présidente", by=alice)
    return dossier


def budgets(dossier: Any, by: Any) -> None:
    """A cent in each cell: 6 members × 10 packages × every category × 5 years."""
    years = actions.years(dossier)
    assert len(years) == 5
    numbers = list(dossier.packages.values_list("number", flat=True))
    cells = {
        (number, category, year): 1_000_00
        for number in numbers
        for category in BudgetLine.Category.values
        for year in years
    }
    whole = sum(cells.values())
    for member in dossier.memberships.order_by("pk"):
        actions.save_work(member, "Intégrer les sources. " * 100, by=by)
        actions.save_budget(member, cells, {"aid_cents": whole // 2, "own_cents": whole - whole // 2}, by=by)


def mesh(dossier: Any, by: Any) -> None:
    """A warehouse a member with its 51 items, and who does each function."""
    items = list(SocleItem.objects.filter(version=socle.VERSION).values_list("number", flat=True))
    nodes = []
    for number, member in enumerate(dossier.memberships.order_by("pk")):
        node = actions.save_warehouse(dossier, name=f"Entrepôt {number}", membership=member, level="local", by=by)
        actions.save_socle(node, dict.fromkeys(items, ("raw", "omop")), by=by)
        actions.save_matching(dossier, kind="cohort", name=f"Cohorte {number}", warehouse=node, by=by)
        nodes.append(node)
    for function in Function.values:
        said = {level: {"warehouses": nodes[n::3], "reason": "Raison."} for n, level in enumerate(Level.values)}
        actions.save_function(dossier, function, said, by=by)


def sections(dossier: Any) -> dict[str, str]:
    """{name: path} of each section, and of one page of each kind inside."""
    from django.urls import reverse

    number, member = dossier.reference, dossier.memberships.get(role="coordinator").pk
    inner: dict[str, tuple[Any, ...]] = {
        "answer": ("ambition",),
        "project": (dossier.projects.first().pk,),
        "perimeter": (dossier.perimeters.first().pk,),
        "work_package": (dossier.packages.first().pk,),
        "warehouse": (dossier.warehouses.first().pk,),
        "function": ("collect",),
        "socle": (dossier.warehouses.first().pk,),
        "budget": (member,),
        "work": (member,),
        "regime": (member,),
        "add_piece": ("presentation",),
    }
    paths = {name: reverse(f"applications:{name}", args=[number]) for name in SECTIONS}
    return paths | {name: reverse(f"applications:{name}", args=[number, *more]) for name, more in inner.items()}
