"""What changed between two frozen contents of a dossier, field by field, in the words of the pages. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from edsh_portal.money import display
from edsh_portal.numbers import file_size
from edsh_portal.templatetags.portal import paris_date, paris_instant

from . import freeze_project, grid
from .models import (
    Application,
    BudgetLine,
    Deliverable,
    FunctionPlacement,
    FundingPlan,
    Governance,
    Indicator,
    Matching,
    Milestone,
    Outcome,
    ResearchProject,
    Warehouse,
    WorkPackage,
)
from .questions import BY_SLUG
from .reopening import IDENTITY
from .rules import in_words, pledge_of
from .socle import Stage

Content = dict[str, Any]
NODE = tuple(name for name in freeze_project.NODE if name != "id")


@dataclass(frozen=True)
class Change:
    """One field: `kind` is « text » (told word by word) or « value » (before → after); empty on the side where it is not."""

    label: str
    kind: str
    before: str
    after: str


def differences(before: Content, after: Content) -> list[Change]:
    """Every difference, in the order of the dossier; none when both say the same."""
    told = (
        _identity,
        _answers,
        _projects,
        _perimeters,
        _packages,
        _mesh,
        _governance,
        _associated,
        _members,
        _budgets,
        _pieces,
        _totals,
    )
    return [change for part in told for change in part(before, after) if change.before != change.after]


def _identity(before: Content, after: Content) -> Iterator[Change]:
    for column, label in IDENTITY.items():
        kind = "text" if column == "title" else "value"
        yield Change(str(label), kind, *(_identity_value(column, c["identity"].get(column)) for c in (before, after)))


def _identity_value(column: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if column == "goal":
        return str(dict(Application.Goal.choices).get(value, value))
    return paris_date(date.fromisoformat(value)) if column == "starts_on" else str(value)


def _answers(before: Content, after: Content) -> Iterator[Change]:
    slugs = [*BY_SLUG, *sorted((set(before["answers"]) | set(after["answers"])) - set(BY_SLUG))]
    for slug in slugs:
        label = str(BY_SLUG[slug].title) if slug in BY_SLUG else slug
        yield Change(label, "text", before["answers"].get(slug, ""), after["answers"].get(slug, ""))


def _paired(before: list[Content], after: list[Content], name: str) -> Iterator[tuple[Content, Content]]:
    """Rows of both sides that differ, by the value of `name`, those of `before` first; an empty one where a side has none."""
    old, new = ({row[name]: row for row in rows} for rows in (before, after))
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield old.get(key, {}), new.get(key, {})


def _column(noun: Any, name: str) -> Any:
    """The field of the model, where its words and its choices are."""
    return noun._meta.get_field(name)


def _moved(old: dict[Any, Any], new: dict[Any, Any]) -> list[Any]:
    """The keys, in order, of which both sides do not say the same: what is the same is not even put into words."""
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


def _projects(before: Content, after: Content) -> Iterator[Change]:
    names = {row["id"]: row["name"] for content in (before, after) for row in content["associated"]}
    for old, new in _paired(before["projects"], after["projects"], "id"):
        title = _("Projet « %(title)s »") % {"title": (new or old)["title"]}
        yield from _texts(title, old, new, {"title": _("titre"), "theme": _("thème"), "summary": _("résumé")})
        partners = [", ".join(sorted(names.get(pk, str(pk)) for pk in row.get("partners", []))) for row in (old, new)]
        yield Change(_("%(thing)s : %(field)s") % {"thing": title, "field": _("partenaires")}, "value", *partners)
        outcomes = [", ".join(str(Outcome(one).label) for one in row.get("outcomes", [])) for row in (old, new)]
        yield Change(
            _("%(thing)s : %(field)s") % {"thing": title, "field": _("bénéfices attendus")}, "value", *outcomes
        )
        yield from _columns(title, ResearchProject, ("procedure", "starts_on"), old, new)
        for was, now in _paired(old.get("indicators", []), new.get("indicators", []), "id"):
            thing = f"{title} · {_('Indicateur « %(label)s »') % {'label': (now or was)['label']}}"
            yield from _columns(
                thing, Indicator, ("label", "outcome", "unit", "baseline", "target", "target_on"), was, now
            )


def _perimeters(before: Content, after: Content) -> Iterator[Change]:
    asked = {
        "scope": _("périmètre"),
        "depth": _("profondeur"),
        "refresh": _("fréquence de mise à jour"),
        "duration": _("durée de partage"),
        "interest": _("intérêt"),
    }
    for number, (old, new) in enumerate(_paired(before["perimeters"], after["perimeters"], "id"), start=1):
        yield from _texts(_("Périmètre %(n)s") % {"n": number}, old, new, asked)


def _texts(thing: str, old: Content, new: Content, asked: dict[str, str]) -> Iterator[Change]:
    for name, field in asked.items():
        label = _("%(thing)s : %(field)s") % {"thing": thing, "field": field}
        yield Change(label, "text", old.get(name, ""), new.get(name, ""))


def _columns(thing: str, noun: Any, names: tuple[str, ...], old: Content, new: Content) -> Iterator[Change]:
    """Columns of a model, under their own names: a choice in its words, a day and a yes as the pages write them."""
    for name in names:
        column = _column(noun, name)
        label = _("%(thing)s : %(field)s") % {"thing": thing, "field": column.verbose_name}
        kind = "text" if column.get_internal_type() == "TextField" else "value"
        yield Change(label, kind, *(_said(column, row.get(name)) for row in (old, new)))


def _said(column: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if column.get_internal_type() == "BooleanField":
        return _("oui") if value else _("non")
    return paris_date(date.fromisoformat(value)) if column.get_internal_type() == "DateField" else str(value)


def _packages(before: Content, after: Content) -> Iterator[Change]:
    """The work plan, then its milestones and deliverables."""
    for old, new in _paired(before["work_packages"], after["work_packages"], "number"):
        thing = _("Lot %(n)s. %(title)s") % {"n": (new or old)["number"], "title": (new or old)["title"]}
        yield from _columns(thing, WorkPackage, ("title", "summary", "starts_month", "ends_month"), old, new)
        label = _("%(thing)s : %(field)s") % {"thing": thing, "field": _("responsable")}
        yield Change(label, "value", old.get("leader", ""), new.get("leader", ""))
    for key, noun, names in (
        ("milestones", Milestone, ("title", "month", "evidence")),
        ("deliverables", Deliverable, ("title", "month", "kind")),
    ):
        dated = [
            [row | {"lot": package["number"]} for package in content["calendar"] for row in package[key]]
            for content in (before, after)
        ]
        for old, new in _paired(dated[0], dated[1], "id"):
            thing = _("Lot %(n)s. %(title)s") % {"n": (new or old)["lot"], "title": (new or old)["title"]}
            yield from _columns(thing, noun, names, old, new)


def _mesh(before: Content, after: Content) -> Iterator[Change]:
    """The warehouses with their common core, the functions at each level, the matchings."""
    nodes = {row["id"]: row["name"] for content in (before, after) for row in content["warehouses"]}
    for old, new in _paired(before["warehouses"], after["warehouses"], "id"):
        thing = _("Entrepôt « %(name)s »") % {"name": (new or old)["name"]}
        yield from _columns(thing, Warehouse, NODE, old, new)
        label = _("%(thing)s : %(field)s") % {"thing": thing, "field": _("membre")}
        yield Change(label, "value", old.get("member", ""), new.get("member", ""))
        core = [row.get("socle", {}) for row in (old, new)]
        for number in _moved(*core):
            label = _("%(thing)s : %(field)s") % {"thing": thing, "field": _("socle commun, %(n)s") % {"n": number}}
            yield Change(label, "value", *(_stages(states.get(number)) for states in core))
    placed = [
        [row | {"place": (row["function"], row["level"])} for row in content["functions"]]
        for content in (before, after)
    ]
    for old, new in _paired(placed[0], placed[1], "place"):
        function, level = (
            dict(_column(FunctionPlacement, name).flatchoices)[(new or old)[name]] for name in ("function", "level")
        )
        thing = f"{function} · {level}"
        yield from _columns(thing, FunctionPlacement, ("reason", "why_not_lower"), old, new)
        where = [", ".join(nodes.get(pk, str(pk)) for pk in row.get("warehouses", [])) for row in (old, new)]
        yield Change(_("%(thing)s : %(field)s") % {"thing": thing, "field": _("entrepôts")}, "value", *where)
    for old, new in _paired(before["matchings"], after["matchings"], "id"):
        thing = _("Appariement « %(name)s »") % {"name": (new or old)["name"]}
        yield from _columns(thing, Matching, ("kind", "name", "procedure"), old, new)
        where = [nodes.get(row.get("warehouse"), "") for row in (old, new)]
        yield Change(_("%(thing)s : %(field)s") % {"thing": thing, "field": _("entrepôt")}, "value", *where)


def _stages(pair: Any) -> str:
    return " → ".join(str(dict(Stage.choices).get(one, one or "?")) for one in pair) if pair else ""


def _governance(before: Content, after: Content) -> Iterator[Change]:
    old, new = (content["governance"] or {} for content in (before, after))
    names = tuple(field.name for field in Governance._meta.fields if field.name not in ("id", "application"))
    yield from _columns(_("Gouvernance"), Governance, names, old, new)


def _associated(before: Content, after: Content) -> Iterator[Change]:
    for old, new in _paired(before["associated"], after["associated"], "id"):
        yield Change(_("Partenaire associé"), "value", *(_associate(row) for row in (old, new)))


def _associate(row: Content) -> str:
    return f"{row['name']} ({row['siren']})" if row.get("siren") else row.get("name", "")


def _members(before: Content, after: Content) -> Iterator[Change]:
    for old, new in _paired(before["members"], after["members"], "membership"):
        yield Change(_("Membre"), "value", old.get("name", ""), new.get("name", ""))
        label = _("Travaux sur l’entrepôt : %(name)s") % {"name": (new or old)["name"]}
        yield Change(label, "text", old.get("work", ""), new.get("work", ""))
        label = _("Mandat : %(name)s") % {"name": (new or old)["name"]}
        yield Change(label, "value", *(_mandate(row.get("mandate")) for row in (old, new)))


def _mandate(given: Content | None) -> str:
    """« donné le … sur … »."""
    pledge = pledge_of(given)
    if given is None or pledge is None:
        return ""
    at = paris_instant(datetime.fromisoformat(given["given_at"]))
    return _("donné le %(at)s sur %(amounts)s") % {"at": at, "amounts": in_words(pledge)}


def _budgets(before: Content, after: Content) -> Iterator[Change]:
    for old, new in _paired(before["members"], after["members"], "membership"):
        name = (new or old)["name"]
        cells = [grid.cells(row) if row else {} for row in (old, new)]
        for place in _moved(*cells):
            package, category, year = place
            what = f"{dict(BudgetLine.Category.choices).get(category, category)} {year}"
            if package:
                what = f"{_('Lot %(n)s') % {'n': package}} · {what}"
            yield Change(f"{name} · {what}", "value", *(_euros(cell.get(place, 0)) for cell in cells))
        for column in ("aid_cents", "own_cents", "public_cents", "other_cents"):
            what = str(_column(FundingPlan, column).verbose_name)
            yield Change(
                f"{name} · {what}", "value", *(_euros(row.get("plan", {}).get(column, 0)) for row in (old, new))
            )
        declared = [row.get("declared", {}) for row in (old, new)]
        yield from _columns(name, FundingPlan, ("vat", "regime"), *declared)
        amounts = [_euros(held.get("de_minimis_received_cents", 0)) for held in declared]
        yield Change(f"{name} · {_('aides de minimis déjà reçues')}", "value", *amounts)


def _euros(cents: int) -> str:
    return display(cents)


def _pieces(before: Content, after: Content) -> Iterator[Change]:
    """By requirement and member: the file's name and size, with the start of its hash when only its bytes changed."""
    keyed = [{(row["code"], row["member"]): row for row in content["pieces"]} for content in (before, after)]
    for key in {**keyed[0], **keyed[1]}:
        old, new = (rows.get(key, {}) for rows in keyed)
        shown = new or old
        label = f"{shown['title']} · {shown['member']}" if shown["member"] else shown["title"]
        same_words = old and new and _file(old) == _file(new) and old["sha256"] != new["sha256"]
        words = [f"{_file(row)}, SHA-256 {row['sha256'][:12]}…" if same_words else _file(row) for row in (old, new)]
        yield Change(label, "value", *words)


def _file(row: Content) -> str:
    return f"{row['name']}, {file_size(row['size'])}" if row else ""


def _totals(before: Content, after: Content) -> Iterator[Change]:
    for column, label in (("expenses_cents", _("Total des dépenses")), ("aid_cents", _("Total de l’aide demandée"))):
        yield Change(label, "value", *(_euros(content["totals"][column]) for content in (before, after)))
