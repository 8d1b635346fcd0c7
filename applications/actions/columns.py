"""Where the value of each field lives: the row a key names, what its column holds, and how several are written at once.

A store finds the thing a place names (None when it is gone), reads one value of it, writes several, and refuses what its
columns cannot be together; it makes the rows that are added, and takes out those that leave. What is special of a section is a
function of its own, named in STORES.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from django.db.models import Max
from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from .. import rules
from ..content.fields import PLAN, SECTIONS, TERMS, One, Place, Section, Several, cell_key
from ..content.fields.kinds import number
from ..models import (
    Application,
    BudgetLine,
    FunctionPlacement,
    FundingPlan,
    Governance,
    Membership,
    SocleItem,
    SocleState,
    Warehouse,
    WorkPackage,
)
from ..shapes import grid
from ..shapes.expectations import TO_JOIN
from ..shapes.socle import RANK, VERSION

Values = Mapping[Place, Any]
MOST_ROWS = 50  # of one noun in a dossier
MOST_PACKAGES = 20


def years(application: Application) -> list[int]:
    """The civil years a budget may name: those of the project, or from the cut-off for the longest duration allowed."""
    starts_on, most = application.starts_on or application.wave.closes_at.date(), application.wave.settings.max_months
    return list(rules.project_years(starts_on, min(application.months or most, most)))


def gone() -> NoReturn:
    raise Refused(
        _("Cette fiche a été retirée du dossier : votre texte ne peut plus y être enregistré, copiez-le."), code="A03"
    )


class Store:
    """What every store may be asked: `told` is what the event of a save says, beside its row."""

    def told(self, thing: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        return {}


class Columns(Store):
    """The columns of the rows of a section. `agree` refuses what they cannot be together, `born` is what the database asks of a
    row from its first instant, `leave` looks at one that is taken out."""

    def __init__(
        self,
        section: str,
        agree: Callable[[Any], None] | None = None,
        born: Callable[[Application, Mapping[str, Any]], dict[str, Any]] | None = None,
        leave: Callable[[Application, int], None] | None = None,
    ) -> None:
        self.name, self.agree, self.born, self.leaves = section, agree, born, leave

    @property
    def section(self) -> Section:
        return SECTIONS[self.name]

    def find(self, application: Application, row: Any) -> Any:
        return self.section.rows(application).filter(pk=row).first()

    def new(self, application: Application, within: Any, values: Mapping[str, Any]) -> Any:
        """An empty row, that the fields written next fill in the same transaction."""
        section, rows = self.section, self.section.rows(application)
        columns: dict[str, Any] = {} if section.within else {"application": application}
        if (owner := section.fields.get(section.within)) is not None:  # what it stands in is one of its fields
            columns[f"{section.within}_id"] = owner.read(values.get(section.within), section.within)
            _need_one(application, owner, section.within, columns[f"{section.within}_id"])
        elif section.within:
            columns[section.within] = (
                SECTIONS[section.part].rows(application).filter(pk=number(within)).first() or gone()
            )
            rows = rows.filter(**columns)
        if rows.count() >= MOST_ROWS:
            raise Refused(_("Un dossier en compte %(most)s au plus.") % {"most": MOST_ROWS}, code="E03")
        return section.model.objects.create(**columns, **(self.born(application, values) if self.born else {}))

    def leave(self, application: Application, row: int) -> None:
        if self.leaves:
            self.leaves(application, row)
        self.section.rows(application).filter(pk=row).delete()

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


def _need_one(application: Application, field: Any, name: str, row: int | None) -> None:
    """The row named is of this dossier, and may be named."""
    among = getattr(application, field.among)
    if row is not None and not among.filter(pk=row, **dict(field.narrowed)).exists():
        raise Refused(str(field.sentence), code=field.code, field=name)


class Identity(Columns):
    def find(self, application: Application, row: Any) -> Application:
        return application


class Answers(Identity):
    """The narrative lives in its history alone."""

    def held(self, thing: Any, place: Place) -> str:
        return ""

    def write(self, application: Application, thing: Any, values: Values) -> None:
        return


class Members(Columns):
    """Of those that take part: the others have no work to tell."""

    def find(self, application: Application, row: Any) -> Any:
        return self.section.rows(application).filter(pk=row, state="accepted").first()


class OneGovernance(Columns):
    """One row a dossier, made when something is first said. An evidence is the code of a piece joined, or « to join »."""

    def find(self, application: Application, row: Any) -> Governance:
        return self.section.rows(application).first() or Governance(application=application)

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


class Placements(Store):
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


class Core(Store):
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

    def told(self, thing: "Core.Thing", values: Mapping[str, Any]) -> dict[str, Any]:
        return {"items": len({name.rsplit("-", 1)[0] for name in values})}

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


class Budget(Store):
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

    def told(self, thing: "Budget.Thing", values: Mapping[str, Any]) -> dict[str, Any]:
        """The terms that were declared; of amounts, all those of the plan and the sum of the expenses."""
        told = {name: getattr(thing.plan, name) for name in TERMS if name in values}
        if values.keys() - told.keys():
            told |= {name: getattr(thing.plan, name) for name in PLAN}
            told["expenses_cents"] = sum(line.cents for line in thing.lines.values())
        return told

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


def _numbered(application: Application, values: Mapping[str, Any]) -> dict[str, int]:
    """After the last, whose number nobody takes again."""
    if application.packages.count() >= MOST_PACKAGES:
        raise Refused(_("Un dossier compte %(most)s lots au plus.") % {"most": MOST_PACKAGES}, code="E03")
    last = (application.packages.aggregate(last=Max("number"))["last"] or 0) + 1
    return {"number": last, "order": last}


def _unspent(application: Application, package: int) -> None:
    """Nobody spends on it any more: expenses are moved by those they belong to, never by this."""
    held = BudgetLine.objects.filter(work_package=package, work_package__application=application)
    names = list(
        held.filter(membership__state="accepted")
        .order_by("membership__establishment__name")
        .values_list("membership__establishment__name", flat=True)
        .distinct()
    )
    if names:
        raise Refused(
            _("Des dépenses sont inscrites sur ce lot (%(names)s) : déplacez-les d’abord.")
            % {"names": ", ".join(names)},
            code="E05",
        )
    held.delete()  # of establishments that have left the consortium


def _of_a_kind(application: Application, values: Mapping[str, Any]) -> dict[str, str]:
    return {"kind": SECTIONS["matchings"].fields["kind"].read(values.get("kind"), "kind")}


def _name_of_its_own(warehouse: Warehouse) -> None:
    if Warehouse.objects.filter(application=warehouse.application_id, name=warehouse.name).exclude(pk=warehouse.pk):
        raise Refused(_("Un autre entrepôt du dossier porte ce nom."), code="E03", field="name")


STORES: dict[str, Any] = {
    "answers": Answers("answers"),
    "identity": Identity("identity"),
    "governance": OneGovernance("governance"),
    "projects": Columns("projects"),
    "indicators": Columns("indicators"),
    "perimeters": Columns("perimeters"),
    "members": Members("members"),
    "packages": Columns("packages", _package, _numbered, _unspent),
    "milestones": Columns("milestones"),
    "deliverables": Columns("deliverables"),
    "warehouses": Columns("warehouses", _name_of_its_own),
    "matchings": Columns("matchings", born=_of_a_kind),
    "functions": Placements(),
    "socle": Core(),
    "budget": Budget(),
}
