"""What changed between two frozen contents of a dossier, field by field, in the words of the pages. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from calls.questions import BY_SLUG
from edsh_portal.money import display
from edsh_portal.numbers import file_size
from edsh_portal.templatetags.portal import paris_instant

from ..models import BudgetLine
from ..rules import in_words, pledge_of
from ..shapes import grid
from ..shapes.mesh import Function, Level
from ..shapes.socle import Stage
from .fields import PLACED, PLAN, SECTIONS, TERMS, Section

Content = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One field: `kind` is « text » (told word by word) or « value » (before → after); empty on the side where it is not. `part`: where
    it stands in the dossier, as feeding.py names it."""

    part: str
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
    yield from _fields(SECTIONS["identity"], "", before["identity"], after["identity"])


def _answers(before: Content, after: Content) -> Iterator[Change]:
    slugs = [*BY_SLUG, *sorted((set(before["answers"]) | set(after["answers"])) - set(BY_SLUG))]
    for slug in slugs:
        label = str(BY_SLUG[slug].title) if slug in BY_SLUG else slug
        yield Change(f"answers-{slug}", label, "text", before["answers"].get(slug, ""), after["answers"].get(slug, ""))


def _paired(before: list[Content], after: list[Content], name: str) -> Iterator[tuple[Content, Content]]:
    """Rows of both sides that differ, by the value of `name`, those of `before` first; an empty one where a side has none."""
    old, new = ({row[name]: row for row in rows} for rows in (before, after))
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            yield old.get(key, {}), new.get(key, {})


def _moved(old: dict[Any, Any], new: dict[Any, Any]) -> list[Any]:
    """The keys, in order, of which both sides do not say the same: what is the same is not even put into words."""
    return sorted(key for key in {*old, *new} if old.get(key) != new.get(key))


def _fields(
    section: Section, thing: str, old: Content, new: Content, names: Mapping[int, str] | None = None
) -> Iterator[Change]:
    """The fields of one row, under their own words: those of the dossier itself when there is no `thing`. `names` of the rows that
    a field may lead to."""
    for name, kept in section.kept.items():
        field = section.fields[name]
        label = _("%(thing)s : %(field)s") % {"thing": thing, "field": field.words} if thing else str(field.label)
        kind = "text" if getattr(field, "prose", False) else "value"
        yield Change(section.name, label, kind, *(field.told(row.get(kept), names or {}) for row in (old, new)))


def _projects(before: Content, after: Content) -> Iterator[Change]:
    names = {row["id"]: row["name"] for content in (before, after) for row in content["associated"]}
    for old, new in _paired(before["projects"], after["projects"], "id"):
        title = _("Projet « %(title)s »") % {"title": (new or old)["title"]}
        yield from _fields(SECTIONS["projects"], title, old, new, names)
        for was, now in _paired(old.get("indicators", []), new.get("indicators", []), "id"):
            thing = f"{title} · {_('Indicateur « %(label)s »') % {'label': (now or was)['label']}}"
            yield from _fields(SECTIONS["indicators"], thing, was, now)


def _perimeters(before: Content, after: Content) -> Iterator[Change]:
    for number, (old, new) in enumerate(_paired(before["perimeters"], after["perimeters"], "id"), start=1):
        yield from _fields(SECTIONS["perimeters"], _("Périmètre %(n)s") % {"n": number}, old, new)


def _packages(before: Content, after: Content) -> Iterator[Change]:
    """The work plan, then its milestones and deliverables."""
    for old, new in _paired(before["work_packages"], after["work_packages"], "number"):
        thing = _("Lot %(n)s. %(title)s") % {"n": (new or old)["number"], "title": (new or old)["title"]}
        yield from _fields(SECTIONS["packages"], thing, old, new)
    for key in ("milestones", "deliverables"):
        dated = [
            [row | {"lot": package["number"]} for package in content["calendar"] for row in package[key]]
            for content in (before, after)
        ]
        for old, new in _paired(dated[0], dated[1], "id"):
            thing = _("Lot %(n)s. %(title)s") % {"n": (new or old)["lot"], "title": (new or old)["title"]}
            yield from _fields(SECTIONS[key], thing, old, new)


def _mesh(before: Content, after: Content) -> Iterator[Change]:
    """The warehouses with their common core, the functions at each level, the matchings."""
    nodes = {row["id"]: row["name"] for content in (before, after) for row in content["warehouses"]}
    for old, new in _paired(before["warehouses"], after["warehouses"], "id"):
        thing = _("Entrepôt « %(name)s »") % {"name": (new or old)["name"]}
        yield from _fields(SECTIONS["warehouses"], thing, old, new)
        core = [row.get("socle", {}) for row in (old, new)]
        for number in _moved(*core):
            label = _("%(thing)s : %(field)s") % {"thing": thing, "field": _("socle commun, %(n)s") % {"n": number}}
            yield Change("socle", label, "value", *(_stages(states.get(number)) for states in core))
    placed = [
        [row | {"place": (row["function"], row["level"])} for row in content["functions"]]
        for content in (before, after)
    ]
    for old, new in _paired(placed[0], placed[1], "place"):
        function, level = (new or old)["place"]
        thing = f"{Function(function).label} · {Level(level).label}"
        yield from _fields(PLACED, thing, old, new, nodes)
    for old, new in _paired(before["matchings"], after["matchings"], "id"):
        thing = _("Appariement « %(name)s »") % {"name": (new or old)["name"]}
        yield from _fields(SECTIONS["matchings"], thing, old, new, nodes)


def _stages(pair: Any) -> str:
    return " → ".join(str(dict(Stage.choices).get(one, one or "?")) for one in pair) if pair else ""


def _governance(before: Content, after: Content) -> Iterator[Change]:
    old, new = (content["governance"] or {} for content in (before, after))
    yield from _fields(SECTIONS["governance"], _("Gouvernance"), old, new)


def _associated(before: Content, after: Content) -> Iterator[Change]:
    for old, new in _paired(before["associated"], after["associated"], "id"):
        yield Change("members", _("Partenaire associé"), "value", *(_associate(row) for row in (old, new)))


def _associate(row: Content) -> str:
    return f"{row['name']} ({row['siren']})" if row.get("siren") else row.get("name", "")


def _members(before: Content, after: Content) -> Iterator[Change]:
    for old, new in _paired(before["members"], after["members"], "membership"):
        yield Change("members", _("Membre"), "value", old.get("name", ""), new.get("name", ""))
        label = _("Travaux sur l’entrepôt : %(name)s") % {"name": (new or old)["name"]}
        yield Change("members", label, "text", old.get("work", ""), new.get("work", ""))
        label = _("Mandat : %(name)s") % {"name": (new or old)["name"]}
        yield Change("members", label, "value", *(_mandate(row.get("mandate")) for row in (old, new)))


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
            yield Change("budget", f"{name} · {what}", "value", *(_euros(cell.get(place, 0)) for cell in cells))
        for part, asked in (("plan", PLAN), ("declared", TERMS)):
            for column in asked:
                field = SECTIONS["budget"].fields[column]
                told = (field.told(row.get(part, {}).get(column), {}) for row in (old, new))
                yield Change("budget", f"{name} · {field.words}", "value", *told)


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
        yield Change("pieces", label, "value", *words)


def _file(row: Content) -> str:
    return f"{row['name']}, {file_size(row['size'])}" if row else ""


def _totals(before: Content, after: Content) -> Iterator[Change]:
    for column, label in (("expenses_cents", _("Total des dépenses")), ("aid_cents", _("Total de l’aide demandée"))):
        yield Change("budget", label, "value", *(_euros(content["totals"][column]) for content in (before, after)))
