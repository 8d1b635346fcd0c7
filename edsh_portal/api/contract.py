"""The contract (OpenAPI) as the code has it: addresses, what each may be asked, all that it may answer.

What its names mean is told by dashboards/contract.py.
"""

from functools import lru_cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from .problems import TITLES
from .reading import Asked, Reads

OPEN = (400, 406, 503)  # what any address may answer instead
CLOSED = (400, 401, 403, 406, 503)  # … one that asks who one is
NAMES = {
    400: "BadRequest",
    401: "Unauthenticated",
    403: "Forbidden",
    404: "NotFound",
    406: "NotAcceptable",
    503: "Unavailable",
}


class Generator(SchemaGenerator):
    def coerce_path(self, path: str, method: str, view: Any) -> str:
        """Without the final slash that the address is also read with."""
        return super().coerce_path(path, method, view).rstrip("/")


class Contract(AutoSchema):
    """The serializer that reads an address tells what it may be asked; what may go wrong follows from who may read it."""

    def get_override_parameters(self) -> list[Any]:
        asks = self.view.asking() if isinstance(self.view, Reads) else Asked
        return [asks] if asks is not Asked else []

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args)
        if operation is not None:
            for status in self._refusals():
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/{NAMES[status]}"}
        return operation

    def _refusals(self) -> tuple[int, ...]:
        absent = (404,) if "{" in self.path or getattr(self.view, "may_be_absent", False) else ()
        return (*(CLOSED if self.view.authentication_classes else OPEN), *absent)


PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}


def _refusal(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": TITLES[status], "content": content}


def completed(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Everything is read: what is told of an object is told of each, always."""
    for schema in result["components"]["schemas"].values():
        if "properties" in schema:
            schema["required"] = sorted(schema["properties"])
            for held in schema["properties"].values():
                held.pop("readOnly", None)
    result["components"]["schemas"]["Problem"] = PROBLEM
    result["components"]["responses"] = {name: _refusal(status) for status, name in NAMES.items()}
    return result


@lru_cache
def document(language: str) -> dict[str, Any]:
    """The contract in a language: it changes with the code alone."""
    with translation.override(language):
        return Generator().get_schema(public=True)
