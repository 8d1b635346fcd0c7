"""Where the value of each field lives: the row a key names, what its column holds, and how several are written at once.

A store finds the thing a place names (None when it is gone), reads one value of it, writes several, and refuses what its
columns cannot be together.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from .. import grid, rules
from ..expectations import TO_JOIN
from ..fields import One, Place, Several, cell_key
from ..models import (
    Application,
    BudgetLine,
    Deliverable,
    FunctionPlacement,
    FundingPlan,
    Governance,
    Indicator,
    Membership,
    Milestone,
    SocleItem,
    SocleState,
    Warehouse,
    WorkPackage,
)
from ..socle import RANK, VERSION

Values = Mapping[Place, Any]


def years(application: Application) -> list[int]:
    """The civil years a budget may name: those of the project, or from the cut-off for the longest duration allowed."""
    starts_on, most = application.starts_on or application.wave.closes_at.date(), application.wave.settings.max_months
    return list(rules.project_years(starts_on, min(application.months or most, most)))


class Columns:
    """The columns of a row: `rows` are those of the dossier, `agree` refuses what they cannot be together."""

    def __init__(self, rows: Callable[[Application], Any], agree: Callable[[Any], None] | None = None) -> None:
        self.rows, self.agree = rows, agree

    def find(self, application: Application, row: Any) -> Any:
        return self.rows(application).filter(pk=row).first()

    def held(self, thing: Any, place: Place) -> Any:
        if isinstance(place.field, Several):
            return sorted(getattr(thing, place.name).values_list("pk", flat=True))
        return getattr(thing, _column(place))

    def write(self, application: Application, thing: Any, values: Values) -> None:
        for place, value in values.items():
            if isinstance(place.field, Several):
                getattr(thing, place.name).set(getattr(application, place.field.among).filter(pk__in=value))
                continue
            if isinstance(place.field, One):
                _need_one(application, place.field, place.name, value)
            setattr(thing, _column(place), value)
        if self.agree:
            self.agree(thing)
        columns = [_column(place) for place in values if not isinstance(place.field, Several)]
        if columns:
            thing.save(update_fields=columns if thing.pk else None)


def _column(place: Place) -> str:
    return f"{place.name}_id" if isinstance(place.field, One) else place.name


def _need_one(application: Application, field: One, name: str, number: int | None) -> None:
    """The row named is of this dossier, and may be named."""
    among = getattr(application, field.among)
    if number is not None and not among.filter(pk=number, **dict(field.narrowed)).exists():
        raise Refused(str(field.sentence), code=field.code, field=name)


class Identity(Columns):
    def __init__(self) -> None:
        super().__init__(lambda application: Application.objects)

    def find(self, application: Application, row: Any) -> Application:
        return application


class Answers(Identity):
    """The narrative lives in its history alone."""

    def held(self, thing: Any, place: Place) -> str:
        return ""

    def write(self, application: Application, thing: Any, values: Values) -> None:
        return


class OneGovernance(Columns):
    """One row a dossier, made when something is first said. An evidence is the code of a piece joined, or « to join »."""

    def __init__(self) -> None:
        super().__init__(lambda application: Governance.objects.filter(application=application))

    def find(self, application: Application, row: Any) -> Governance:
        return self.rows(application).first() or Governance(application=application)

    def write(self, application: Application, thing: Any, values: Values) -> None:
        pieces = application.pieces.filter(replaced_at=None)
        codes = {"", TO_JOIN, *pieces.values_list("code", flat=True)}
        for place, value in values.items():
            if place.name.endswith("_evidence") and value not in codes:
                raise Refused(
                    _("Cette pièce n’est plus jointe au dossier : choisissez-en une autre, ou « à joindre »."),
                    code="E05",
                    field=place.name,
                )
        super().write(application, thing, values)


class Placements:
    """One function at each level: a level about which nothing is said leaves no row."""

    def find(self, application: Application, row: Any) -> dict[str, FunctionPlacement]:
        held = application.functions.filter(function=row)
        return {placement.level: placement for placement in held.prefetch_related("warehouses")}

    def held(self, thing: dict[str, FunctionPlacement], place: Place) -> Any:
        level, _dash, column = place.name.partition("-")
        placement = thing.get(level)
        if column == "warehouses":
            return [node.pk for node in placement.warehouses.all()] if placement else []
        return getattr(placement, column, "")

    def write(self, application: Application, thing: dict[str, FunctionPlacement], values: Values) -> None:
        for level in dict.fromkeys(place.name.partition("-")[0] for place in values):
            said = {place.name.partition("-")[2]: value for place, value in values.items() if _at(place, level)}
            function = next(str(place.row) for place in values)
            placement = thing.get(level) or FunctionPlacement(application=application, function=function, level=level)
            nodes = said.pop("warehouses", None)
            for column, text in said.items():
                setattr(placement, column, text)
            placement.save(update_fields=["reason", "why_not_lower"] if placement.pk else None)
            if nodes is not None:
                placement.warehouses.set(application.warehouses.filter(pk__in=nodes))
            if not (placement.reason or placement.why_not_lower or nodes or placement.warehouses.exists()):
                placement.delete()


def _at(place: Place, level: str) -> bool:
    return place.name.startswith(f"{level}-")


class Core:
    """The state of the common core in one warehouse: an item about which nothing is said leaves no row."""

    class Thing(NamedTuple):
        warehouse: Warehouse
        states: dict[str, SocleState]  # by item's number

    def find(self, application: Application, row: Any) -> "Core.Thing | None":
        warehouse = application.warehouses.filter(pk=row).first()
        if warehouse is None:
            return None
        held = warehouse.states.filter(item__version=VERSION).select_related("item")
        return self.Thing(warehouse, {state.item.number: state for state in held})

    def held(self, thing: "Core.Thing", place: Place) -> str:
        number, column = place.name.rsplit("-", 1)
        return getattr(thing.states.get(number), column, "")

    def write(self, application: Application, thing: "Core.Thing", values: Values) -> None:
        """Refused, on « number-target »: a target that falls back behind what is there."""
        numbers = {place.name.rsplit("-", 1)[0] for place in values}
        items = dict(SocleItem.objects.filter(version=VERSION, number__in=numbers).values_list("number", "pk"))
        said: dict[str, SocleState] = {}
        for place, value in values.items():
            number, column = place.name.rsplit("-", 1)
            if number not in items:
                raise Refused(_("Cet élément n’est pas du socle commun."), code="E05", field=place.name)
            new = thing.states.get(number) or SocleState(warehouse=thing.warehouse, item_id=items[number])
            setattr(said.setdefault(number, new), column, value)
        for number, state in said.items():
            if state.now and state.target and RANK[state.target] < RANK[state.now]:
                raise Refused(
                    _("%(number)s : la cible est en deçà de l’état actuel.") % {"number": number},
                    code="E08",
                    field=f"{number}-target",
                )
        unsaid = [state.pk for state in said.values() if not (state.now or state.target)]
        thing.warehouse.states.filter(pk__in=unsaid).delete()
        SocleState.objects.bulk_create(
            [
                SocleState(warehouse=thing.warehouse, item_id=state.item_id, now=state.now, target=state.target)
                for state in said.values()
                if state.now or state.target
            ],
            update_conflicts=True,
            unique_fields=["warehouse", "item"],
            update_fields=["now", "target"],
        )


class Budget:
    """A member's expenses by cell of the grid, its funding plan and the terms it declares. Cents."""

    class Thing(NamedTuple):
        membership: Membership
        plan: FundingPlan
        lines: dict[grid.Key, BudgetLine]

    def find(self, application: Application, row: Any) -> "Budget.Thing | None":
        membership = application.memberships.filter(pk=row, state="accepted").first()
        if membership is None:
            return None
        plan = FundingPlan.objects.filter(membership=membership).first() or FundingPlan(membership=membership)
        lines = membership.lines.select_related("work_package")
        return self.Thing(membership, plan, {line_key(line): line for line in lines})

    def held(self, thing: "Budget.Thing", place: Place) -> Any:
        cell = cell_key(place.name)
        return getattr(thing.plan, place.name) if cell is None else getattr(thing.lines.get(cell), "cents", 0)

    def write(self, application: Application, thing: "Budget.Thing", values: Values) -> None:
        """Refused: a package that is not there (R30), a year outside the project (R35). How amounts stand together is for the
        checklist: a grid is filled cell by cell."""
        cells = {cell: value for place, value in values.items() if (cell := cell_key(place.name))}
        named = {place.name: value for place, value in values.items() if cell_key(place.name) is None}
        packages = dict(application.packages.values_list("number", "pk"))
        _check_cells(cells, {grid.UNALLOTTED, *packages}, set(years(application)))
        for name, value in named.items():
            setattr(thing.plan, name, value)
        if named:
            thing.plan.save(update_fields=list(named) if thing.plan.pk else None)
        self._write_cells(thing, cells, packages)

    def _write_cells(self, thing: "Budget.Thing", cells: Mapping[grid.Key, int], packages: Mapping[int, int]) -> None:
        emptied = [thing.lines[cell].pk for cell, cents in cells.items() if not cents and cell in thing.lines]
        thing.membership.lines.filter(pk__in=emptied).delete()
        BudgetLine.objects.bulk_create(
            [
                BudgetLine(
                    membership=thing.membership,
                    work_package_id=packages.get(package),
                    category=category,
                    year=year,
                    cents=cents,
                )
                for (package, category, year), cents in sorted(cells.items())
                if cents
            ],
            update_conflicts=True,
            unique_fields=["membership", "work_package", "category", "year"],
            update_fields=["cents"],
        )


def line_key(line: BudgetLine) -> grid.Key:
    return (line.work_package.number if line.work_package else grid.UNALLOTTED, line.category, line.year)


def _check_cells(cells: Mapping[grid.Key, int], packages: set[int], span: set[int]) -> None:
    for (package, category, year), cents in cells.items():
        field = grid.field((package, category, year))
        if package not in packages:
            raise Refused(_("Le lot %(n)s n’existe pas.") % {"n": package}, code="R30", field=field)
        if cents and year not in span:
            raise Refused(
                _(
                    "L’année %(year)s est hors du projet (%(first)s à %(last)s) : déplacez la dépense, ou corrigez les dates du projet."
                )
                % {"year": year, "first": min(span), "last": max(span)},
                code="R35",
                field=field,
            )


# ── what the columns of a row cannot be together ─────────────────────────────────────────────────────────────────────
def _package(package: WorkPackage) -> None:
    """Its months in order; its place in the list is its number until somebody says another."""
    if package.order is None:
        package.order = package.number
    if package.starts_month and package.ends_month and package.ends_month < package.starts_month:
        raise Refused(_("Le dernier mois ne peut pas précéder le premier."), code="E04", field="ends_month")


def _name_of_its_own(warehouse: Warehouse) -> None:
    if Warehouse.objects.filter(application=warehouse.application_id, name=warehouse.name).exclude(pk=warehouse.pk):
        raise Refused(_("Un autre entrepôt du dossier porte ce nom."), code="E03", field="name")


STORES: dict[str, Any] = {
    "answers": Answers(),
    "identity": Identity(),
    "governance": OneGovernance(),
    "projects": Columns(lambda application: application.projects),
    "indicators": Columns(lambda application: Indicator.objects.filter(project__application=application)),
    "perimeters": Columns(lambda application: application.perimeters),
    "members": Columns(lambda application: application.memberships),
    "packages": Columns(lambda application: application.packages, _package),
    "milestones": Columns(lambda application: Milestone.objects.filter(work_package__application=application)),
    "deliverables": Columns(lambda application: Deliverable.objects.filter(work_package__application=application)),
    "warehouses": Columns(lambda application: application.warehouses, _name_of_its_own),
    "matchings": Columns(lambda application: application.matchings),
    "functions": Placements(),
    "socle": Core(),
    "budget": Budget(),
}
