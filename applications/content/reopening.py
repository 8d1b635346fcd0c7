"""What a request for complements may reopen: how each part of a dossier is called, and what an answer takes from the draft.

    identity.<column>   answers.<question>   projects   perimeters   packages   mesh   governance   consortium
    budget.<membership>   members.<membership>.work   pieces.<code>   pieces.<code>.<membership>

A key here is that of a field (applications/content/fields/), or of a whole part of the dossier. Pure: contents are read as applications/content/freeze.py writes them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from calls.questions import QUESTIONS

from ..shapes import grid
from .fields import SECTIONS

WHOLE: dict[str, tuple[str, ...]] = {}  # keys of a content that one part of the dossier fills
for _section in SECTIONS.values():
    if _section.content:
        WHOLE[_section.part] = (*WHOLE.get(_section.part, ()), *_section.content)
IDENTITY = {name: field.label for name, field in SECTIONS["identity"].fields.items()}


def named(content: dict[str, Any], asked: Iterable[Mapping[str, Any]]) -> list[tuple[Any, dict[str, str]]]:
    """[(group, {key: label})] of all that may be asked again, in the order of the dossier.

    `asked`: the pieces of the call, rows of code, title, per_member.
    """
    members = {member["membership"]: member["name"] for member in content["members"]}
    pieces: dict[str, str] = {}
    for row in asked:
        if row["per_member"]:
            pieces |= {f"pieces.{row['code']}.{pk}": f"{row['title']} · {name}" for pk, name in members.items()}
        else:
            pieces[f"pieces.{row['code']}"] = str(row["title"])
    consortium = {"consortium": _("Membres et partenaires associés")}
    for pk, name in members.items():
        consortium[f"members.{pk}.work"] = _("Travaux sur l’entrepôt : %(name)s") % {"name": name}
        consortium[f"budget.{pk}"] = _("Budget : %(name)s") % {"name": name}
    return [
        (_("Identité du projet"), {f"identity.{column}": str(label) for column, label in IDENTITY.items()}),
        (_("Présentation"), {f"answers.{question.slug}": str(question.title) for question in QUESTIONS}),
        (
            _("Projets et périmètres"),
            {
                "projects": _("Projets de recherche et d’innovation"),
                "perimeters": _("Périmètres pour le Health Data Hub"),
                "packages": _("Lots, jalons et livrables"),
                "mesh": _("Entrepôts, maillage et socle commun"),
                "governance": _("Gouvernance"),
            },
        ),
        (_("Le consortium"), consortium),
        (_("Pièces"), pieces),
    ]


def labels(content: dict[str, Any], asked: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """{key: label} of all that may be asked again."""
    return {key: label for _group, keys in named(content, asked) for key, label in keys.items()}


def completed(deposited: dict[str, Any], live: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """`deposited` with the fields `keys` as `live` has them: whatever else moved in the draft since stays out of it."""
    made = dict(deposited)
    for key in sorted(keys, key=lambda key: key != "consortium"):  # members first: their parts follow them
        section, _dot, part = key.partition(".")
        if section == "consortium":
            made |= _consortium(made, live)
        elif section in WHOLE:
            made |= {name: live[name] for name in WHOLE[section]}
        elif section == "pieces":
            made["pieces"] = _pieces(made, live, part)
        elif section in ("budget", "members"):
            names = ("lines", "plan", "declared", "mandate") if section == "budget" else ("work",)
            made["members"] = [_part(member, live, part.partition(".")[0], names) for member in made["members"]]
        elif part:
            made[section] = {name: value for name, value in made[section].items() if name != part} | {
                name: value for name, value in live[section].items() if name == part
            }
        else:
            made[section] = live[section]
    return made | {"projects": _known_partners(made), "totals": _totals(made["members"])}


def _consortium(made: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """The members of today, each with its part as deposited; whole for one that has joined since."""
    held = {member["membership"]: member for member in made["members"]}
    members = [held.get(member["membership"], member) for member in live["members"]]
    gone = {member["name"] for pk, member in held.items() if pk not in {m["membership"] for m in members}}
    joined = {member["name"] for member in members if member["membership"] not in held}
    pieces = [piece for piece in made["pieces"] if piece["member"] not in gone]
    pieces += [piece for piece in live["pieces"] if piece["member"] in joined]
    return {"members": members, "pending": live["pending"], "associated": live["associated"], "pieces": pieces}


def _pieces(made: dict[str, Any], live: dict[str, Any], part: str) -> list[dict[str, Any]]:
    code, _dot, membership = part.partition(".")
    names = {str(member["membership"]): member["name"] for member in made["members"]}

    def is_asked(piece: dict[str, Any]) -> bool:
        return piece["code"] == code and (not membership or piece["member"] == names.get(membership))

    kept = [piece for piece in made["pieces"] if not is_asked(piece)]
    added = [piece for piece in live["pieces"] if is_asked(piece)]
    order = {member["name"]: place for place, member in enumerate(made["members"])}
    return sorted(kept + added, key=lambda piece: (piece["code"], order.get(piece["member"], -1)))


def _part(member: dict[str, Any], live: dict[str, Any], part: str, names: tuple[str, ...]) -> dict[str, Any]:
    if str(member["membership"]) != part:
        return member
    today = next((held for held in live["members"] if str(held["membership"]) == part), member)
    return member | {name: today[name] for name in names if name in today}


def _known_partners(made: dict[str, Any]) -> list[dict[str, Any]]:
    """A project names only associated partners that the same content holds."""
    known = {partner["id"] for partner in made["associated"]}
    return [
        project | {"partners": [number for number in project["partners"] if number in known]}
        for project in made["projects"]
    ]


def _totals(members: list[dict[str, Any]]) -> dict[str, int]:
    return {
        "expenses_cents": sum(line["cents"] for member in members for line in member["lines"]),
        **{name: sum(member["plan"][name] for member in members) for name in grid.PLAN},
    }
