"""The heaviest dossier the call allows: 6 members, 5 years, every category, 10 work packages, 12 projects, 6 warehouses.

`life` takes it from its first draft to the next wave and says, at each moment, which pages its writers open.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from applications import actions
from applications.content import annex, freeze, reopening
from applications.models import BudgetLine, SocleItem
from applications.shapes import socle
from applications.shapes.mesh import Function, Level
from calls.questions import QUESTIONS
from casework import actions as casework
from edsh_portal import sheets
from tests.addresses import named

from . import world as made

PACKAGES, PROJECTS, MONTHS, MESSAGES = 10, 12, 40, 100
AFTER = made.CLOSES + timedelta(days=9)
# Pages of the dossier itself, then of one thing of each kind in it: what its writers open while they write.
WRITING = (
    "dossier", "identity", "narrative", "projects", "add_project", "add_work_package", "perimeters",
    "add_perimeter", "warehouses", "add_warehouse", "add_matching", "socles", "governance", "schedule", "add_milestone",
    "add_deliverable", "consortium", "add_associated", "budgets", "pieces", "check", "sections", "checklist",
    "submit", "print_draft", "ask_signature", "return_dossier",
)  # fmt: skip
FILES = {
    "socle_file", "annex_file", "budget_file", "piece", "version_file", "receipt", "printout", "message_file", "upload",
}  # fmt: skip
# A reason or a name is asked there, nothing of the dossier is shown: of who represents a partner; of a consortium that has room.
THEIRS = {"withdraw_mandate", "invite_partner"}


def heaviest(world: made.World) -> Any:
    """Through verbs, everything filled to its measure."""
    dossier, alice = made.fill(world, made.draft(world)), world.cast.alice
    more = [world.nantes, world.angers, *(made.place(710 + n, f"CH de Lanvaux {n}") for n in range(2))]
    for number, place in enumerate(more):
        person = made.person(f"membre{number}", place)
        actions.accept_membership(actions.invite_partner(dossier, place, by=alice), by=person)
    actions.save_row(dossier, "identity", starts_on=date(2022, 12, 1), months=MONTHS, by=alice)
    for question in QUESTIONS:
        current = dossier.answers.filter(key=f"answers.{question.slug}", aside=False).order_by("-version").first()
        text = ("Un entrepôt hospitalier relie ses sources et rend compte de leur qualité. " * 200)[
            : question.max_chars
        ]
        actions.save_field(
            dossier, f"answers.{question.slug}", text, read_version=current.version if current else 0, by=alice
        )
    partners = list(dossier.associated.order_by("pk"))
    for number in range(dossier.projects.count(), PROJECTS):
        actions.save_row(
            dossier,
            "projects",
            title=f"Projet {number}",
            theme="Thème",
            summary="Résumé. " * 300,
            partners=partners,
            by=alice,
        )
    for project in dossier.projects.order_by("pk"):
        for number in range(2):
            actions.save_row(
                project.application,
                "indicators",
                within=project,
                label=f"Indicateur {number}",
                unit="patients",
                by=alice,
            )
    for number in range(dossier.packages.count(), PACKAGES):
        actions.save_row(dossier, "packages", title=f"Lot {number}", summary="Travaux. " * 100, by=alice)
    for package in dossier.packages.order_by("number"):
        for month in (6, 12):
            actions.save_row(dossier, "milestones", work_package=package, title=f"Jalon {month}", month=month, by=alice)
            actions.save_row(
                dossier, "deliverables", work_package=package, title=f"Livrable {month}", month=month, by=alice
            )
    budgets(dossier, alice)
    for number, member in enumerate(dossier.memberships.filter(role="partner").order_by("pk")):
        signs = made.person(f"signataire{number}", member.establishment, "signatory")
        made.mandate(member, by=signs)
    mesh(dossier, alice)
    actions.save_row(dossier, "governance", cse_exists=True, cse_women=4, cse_men=4, cse_chair="Présidente", by=alice)
    annexes(dossier, alice)
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
        actions.save_row(member.application, "members", row=member, work="Intégrer les sources. " * 100, by=by)
        actions.save_budget(member, cells, {"aid_cents": whole // 2, "own_cents": whole - whole // 2}, by=by)


def annexes(dossier: Any, by: Any) -> None:
    """The financial annex of each member, on the portal's sheet, equal to the form."""
    held, years = freeze.content(dossier), actions.years(dossier)
    for member in dossier.memberships.order_by("pk"):
        filled = sheets.write_xlsx(annex.write(held, years, [member.pk]))
        actions.add_piece(dossier, annex.CODE, filled, name="annexe.xlsx", membership=member, by=by)


def mesh(dossier: Any, by: Any) -> None:
    """A warehouse a member with its 51 items, and who does each function."""
    items = list(SocleItem.objects.filter(version=socle.VERSION).values_list("number", flat=True))
    nodes = []
    for number, member in enumerate(dossier.memberships.order_by("pk")):
        node = actions.save_row(
            dossier, "warehouses", name=f"Entrepôt {number}", membership=member, level="local", by=by
        )
        actions.save_row(
            node.application, "socle", row=node, **socle.cells(dict.fromkeys(items, ("raw", "omop"))), by=by
        )
        actions.save_row(dossier, "matchings", kind="cohort", name=f"Cohorte {number}", warehouse=node, by=by)
        nodes.append(node)
    for function in Function.values:
        said: dict[str, Any] = {f"{level}-warehouses": nodes[n::3] for n, level in enumerate(Level.values)}
        said |= {f"{level}-reason": "Raison." for level in Level.values}
        actions.save_row(dossier, "functions", row=function, by=by, **said)


def paths(dossier: Any, /, **pages: tuple[Any, ...]) -> dict[str, str]:
    """{name of the page: its address}, each page with what its address takes after the dossier's reference."""
    from django.urls import reverse

    return {name: reverse(named(name), args=[dossier.reference, *more]) for name, more in pages.items()}


def writing(dossier: Any) -> dict[str, str]:
    """Every page of a dossier that is being written."""
    member, partner = (
        dossier.memberships.filter(role=role).order_by("pk")[0].pk for role in ("coordinator", "partner")
    )
    project, package = dossier.projects.order_by("pk")[0], dossier.packages.order_by("number")[0]
    node = dossier.warehouses.order_by("pk")[0].pk
    rows: dict[str, tuple[int, ...]] = {
        "perimeter": (dossier.perimeters.order_by("pk")[0].pk,),
        "work_package": (package.pk,),
        "milestone": (package.milestones.order_by("pk")[0].pk,),
        "deliverable": (package.deliverables.order_by("pk")[0].pk,),
        "warehouse": (node,),
        "matching": (dossier.matchings.order_by("pk")[0].pk,),
        "project": (project.pk,),
        "indicator": (project.pk, project.indicators.order_by("pk")[0].pk),
    }
    return paths(
        dossier,
        **dict.fromkeys(WRITING, ()),
        answer=("ambition",),
        history=("answers.ambition",),
        **rows,
        **{f"remove_{name}": place for name, place in rows.items()},
        remove_associated=(dossier.associated.order_by("pk")[0].pk,),
        remove_piece=(dossier.pieces.filter(replaced_at=None).order_by("pk")[0].pk,),
        add_indicator=(project.pk,),
        function=("collect",),
        socle=(node,),
        membership=(partner,),
        remove_member=(partner,),
        mandate=(partner,),
        hand_over_coordination=(partner,),
        budget=(member,),
        work=(member,),
        regime=(member,),
        add_piece=("presentation",),
        add_member_piece=(annex.CODE, member),
    )


def life(world: made.World, set_clock: Callable[..., None]) -> Iterator[tuple[str, dict[str, str]]]:
    """(moment, {page: path}) after moment; what opens them is the signatory of the coordinator."""
    from django.urls import reverse

    dossier = heaviest(world)
    yield "brouillon", writing(dossier) | paths(dossier, abandon=()) | {"create": reverse("applications:create")}
    actions.abandon(dossier, "Consortium à revoir.", by=world.cast.sophie)
    yield "abandonné", paths(dossier, resume=())
    actions.resume(dossier, by=world.cast.sophie)
    for turn in ("première version", "deuxième version"):
        deposited(world, dossier, turn)
    paper = actions.print_draft(dossier, by=world.cast.sophie)
    heir = dossier.memberships.order_by("pk").last()
    actions.hand_over_coordination(dossier, heir, reason="Changement de pilote.", by=world.cast.sophie)
    yield (
        "déposé",
        writing(dossier)
        | paths(
            dossier,
            **dict.fromkeys(("handover", "withdraw", "withdraw_consent"), ()),
            **dict.fromkeys(("version", "receipt_state"), (2,)),
            differences=(1, 2),
            printout_state=(paper.pk,),
        ),
    )
    actions.withdraw(dossier, "Un autre pilote.", by=world.cast.sophie)
    yield "retiré", paths(dossier, reinstate=())
    actions.reinstate(dossier, "Le pilote reste.", by=world.cast.sophie)
    set_clock(AFTER, frozen=True)
    examined(world, dossier)
    yield (
        "compléments",
        paths(
            dossier,
            **dict.fromkeys(("dossier", "checklist", "complements", "answer_complements"), ()),
            **dict.fromkeys(("threads", "open_thread", "prorogations"), ()),
            version=(2,),
            thread=(dossier.threads.get().pk,),
        ),
    )
    refused(world, dossier)
    yield "irrecevable", paths(dossier, dossier=(), carry_over=())


def deposited(world: made.World, dossier: Any, turn: str) -> None:
    """A version, then a change in each part of the draft: a text, a line of every member's budget, a project, a package."""
    alice = world.cast.alice
    for member in dossier.memberships.filter(role="partner", state="accepted").select_related("establishment"):
        signatories = member.establishment.affiliations.filter(kind="signatory", ended_at=None).order_by("pk")
        made.mandate(
            member, by=signatories.select_related("user")[0].user
        )  # given again, a budget that has grown since asking for it
    actions.submit(dossier, by=world.cast.sophie)
    current = dossier.answers.filter(key="answers.ambition", aside=False).order_by("-version")[0]
    actions.save_field(
        dossier, "answers.ambition", f"{current.text[:1500]} Et {turn}.", read_version=current.version, by=alice
    )
    for member in dossier.memberships.order_by("pk"):
        lines = [(line.work_package.number, line) for line in member.lines.select_related("work_package")]
        cells = {(number, line.category, line.year): line.cents for number, line in lines}
        first = min(cells)
        cells[first] += 100_00
        plan = {"aid_cents": member.plan.aid_cents, "own_cents": sum(cells.values()) - member.plan.aid_cents}
        actions.save_budget(member, cells, plan, by=alice)
    annexes(dossier, alice)
    package = dossier.packages.order_by("number")[0]
    actions.save_row(
        dossier, "packages", row=package, title=f"{package.title}, {turn}", summary=package.summary, by=alice
    )


def examined(world: made.World, dossier: Any) -> None:
    """Once the wave is closed: every field asked again, a long exchange, the decision put off."""
    driss, alice = world.cast.driss, world.cast.alice
    dossier.refresh_from_db()
    asked = reopening.labels(dossier.version.content, dossier.wave.settings.pieces.order_by("code").values())
    due = AFTER + timedelta(days=15)
    casework.ask_complements(dossier, list(asked), message="Précisez.", due_at=due, by=driss)
    thread = casework.open_thread(dossier, subject="Une question", text="Bonjour. " * 50, by=alice)
    for number in range(1, MESSAGES):
        casework.post_message(thread, text="Précision. " * 50, by=driss if number % 2 else alice)


def refused(world: made.World, dossier: Any) -> None:
    """Ruled out: it may be taken up in the next wave."""
    dossier.refresh_from_db()
    casework.withdraw_complements(dossier.complements.get(), by=world.cast.driss)
    opinion = casework.propose_admissibility(
        dossier, verdict="inadmissible", rule="R01", evidence="Déposé hors délai.", by=world.cast.driss
    )
    casework.validate_admissibility(opinion, by=world.cast.victor)
