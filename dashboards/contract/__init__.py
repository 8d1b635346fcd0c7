"""The words of the contract, in the language asked: what is told to a program and shown on the page of documentation.

Every name is told once (`names.py`), so that it means the same thing wherever it stands.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from .addresses import OBJECTS, OPERATIONS, TAGS
from .names import NAMES, Name

UNTOLD = Name("")  # a word that nobody has told yet: bin/test names it, and the document is served all the same
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def told(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """The contract, with what its addresses, its objects and their names mean, and an example of each."""
    result["info"] |= {"description": manual(), "contact": {"name": "Portail EDSH", "url": settings.BASE_URL}}
    result["tags"] = [{"name": name, "description": means} for name, means in TAGS.items()]
    for path in result["paths"].values():
        for operation in path.values():
            _tell_operation(operation)
    for name, schema in result["components"]["schemas"].items():
        if "properties" in schema:
            schema["description"] = OBJECTS.get(name) or _("Une page de la liste.")
            schema["properties"] = {of: _meant(of, held) for of, held in schema["properties"].items()}
    return result


def manual() -> str:
    """What is to be known before the first request, one paragraph a subject."""
    return "\n\n".join(
        (
            _("L’API donne à lire les mêmes objets que les pages, à la même personne. Rien ne s’y écrit."),
            _(
                "Identification : en-tête « Authorization: Bearer edsh_… », avec un jeton créé dans « Mon compte ». "
                "Un jeton a les droits de sa personne, réduits à ses portées : read, dashboard, ledger."
            ),
            _(
                "Montants en centimes d’euro, taux en points de base, instants en ISO 8601 avec leur décalage, jours à Paris."
            ),
            _(
                "Listes : 25 objets par page, 200 au plus (page_size). L’adresse de la page suivante est dans « next » ; "
                "un curseur ne vaut que pour la même liste, avec le même ordre et les mêmes filtres."
            ),
            _(
                "Un paramètre inconnu, mal écrit ou en double est refusé (400) et nommé : un filtre mal orthographié "
                "ne montre jamais tout."
            ),
        )
    )


def _tell_operation(operation: dict[str, Any]) -> None:
    summary, description = OPERATIONS.get(operation["operationId"], ("", ""))
    operation |= {"summary": summary, "description": description}
    for parameter in operation.get("parameters", ()):
        of = NAMES.get(parameter["name"], UNTOLD)
        parameter["description"] = of.means
        if _is_example(of.example, parameter["schema"]):
            parameter["example"] = of.example
    for status, answer in operation["responses"].items():
        if status == "200":
            answer["description"] = summary


def _meant(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A property with its meaning; a reference takes none beside it, so it is wrapped."""
    of = NAMES.get(name, UNTOLD)
    held = {"allOf": [schema]} if "$ref" in schema else dict(schema)
    held.pop("title", None)
    held["description"] = of.means
    if _is_example(of.example, held):
        held["example"] = of.example
    return held


def _is_example(example: Any, schema: dict[str, Any]) -> bool:
    """Some names are of two shapes (the number of a wave, of a decision) and their choices need no example."""
    return example is not None and "enum" not in schema and type(example) is TYPES.get(schema.get("type", ""))
