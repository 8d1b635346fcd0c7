"""The contract as people read it: subject by subject, each address with what it may be asked and what it gives."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import pgettext

from edsh_portal.api.contract import document

Schema = dict[str, Any]


def reading(language: str) -> dict[str, Any]:
    """{paragraphs, subjects: [{name, means, addresses}], objects: [{name, means, fields}]} for the page of documentation."""
    told = document(language)
    schemas = told["components"]["schemas"]
    return {
        "paragraphs": told["info"]["description"].split("\n\n"),
        "subjects": [
            {"name": tag["name"], "means": tag["description"], "addresses": list(_addresses(told, tag["name"]))}
            for tag in told["tags"]
        ],
        "objects": [
            {"name": name, "means": one["description"], "fields": list(_fields(schemas, one))}
            for name, one in schemas.items()
            if "properties" in one and not _is_page(one)
        ],
    }


def _addresses(told: Schema, subject: str) -> Iterator[dict[str, Any]]:
    schemas = told["components"]["schemas"]
    for path, of in told["paths"].items():
        operation = of["get"]
        if subject in operation["tags"]:
            gives = _named(operation["responses"]["200"]["content"]["application/json"]["schema"])
            listed = _is_page(schemas[gives])
            yield {
                "path": path,
                "summary": operation["summary"],
                "description": operation["description"],
                "asked": [_described(schemas, p["name"], p["schema"] | p) for p in operation.get("parameters", ())],
                "gives": _named(schemas[gives]["properties"]["results"]["items"]) if listed else gives,
                "listed": listed,
                "refusals": ", ".join(status for status in operation["responses"] if status != "200"),
            }


def _fields(schemas: Schema, one: Schema) -> Iterator[dict[str, Any]]:
    for name, held in one["properties"].items():
        yield _described(schemas, name, held)


def _described(schemas: Schema, name: str, held: Schema) -> dict[str, Any]:
    of = held["items"] if held.get("type") == "array" else held
    target = _named(of)
    shape = schemas[target] if target else of
    return {
        "name": name,
        "means": held["description"],
        "kind": _kind(shape),
        "many": of is not held,
        "nullable": held.get("nullable", False),
        "object": target if "properties" in shape else "",
        "among": shape.get("enum", ()),
        "example": held.get("example", ""),
    }


def _kind(shape: Schema) -> str:
    kinds = {
        "string": pgettext("contract", "texte"),
        "integer": pgettext("contract", "entier"),
        "boolean": pgettext("contract", "true ou false"),
        "object": pgettext("contract", "objet"),
        "date": pgettext("contract", "jour"),
        "date-time": pgettext("contract", "instant"),
        "uri": pgettext("contract", "adresse"),
    }
    return kinds.get(shape.get("format", "")) or kinds[shape["type"]]


def _named(schema: Schema) -> str:
    """The name of the object that a schema refers to; empty when it refers to none."""
    for one in schema.get("allOf", ()):
        return _named(one)
    return schema.get("$ref", "").rpartition("/")[2]


def _is_page(schema: Schema) -> bool:
    return "results" in schema.get("properties", ())
