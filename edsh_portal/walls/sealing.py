"""What is sealed, from the models' declarations: the form of each table and the triggers that note what was written.

    sealed = ("iban", "holder")      these fields; ("*",) all of them; ("*", "-saved_at") all but one
    sealed_with = "grant"            hashed inside the row that this key names, with which it lives and dies
    sealed_if = "state = 'locked'"   binds only then (SQL over its own columns)
    sealed_later = True              lives between events: sealed with the next signed root

A field of many-to-many is hashed as the numbers it links to.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import models

OTHERS: dict[type[models.Model], dict[str, Any]] = {Group: {"sealed": ("name",), "sealed_later": True}}


class Form(NamedTuple):
    """A sealed table, the type of its key, the query that reads it, whether it waits for the next signed root."""

    relation: str
    key_type: str
    query: str
    later: bool


def _said(model: type[models.Model], name: str, default: Any) -> Any:
    return OTHERS.get(model, {}).get(name, getattr(model, name, default))


def _fields(model: type[models.Model]) -> list[models.Field]:
    """The declared fields, in the order of the table."""
    named = _said(model, "sealed", ())
    own, many = model._meta.concrete_fields, model._meta.many_to_many
    known = {field.name for field in (*own, *many)}
    if unknown := {name.removeprefix("-") for name in named} - known - {"*"}:
        raise ValueError(f"{model._meta.label}.sealed: no field {sorted(unknown)}")
    if "*" not in named:
        return [field for field in (*own, *many) if field.name in named]
    return [field for field in own if f"-{field.name}" not in named]


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in _fields(model) if not field.many_to_many]


@cache
def _children() -> dict[type[models.Model], list[tuple[type[models.Model], str]]]:
    """sealed model -> (model sealed with it, the column that names its row)."""
    found: dict[type[models.Model], list[tuple[type[models.Model], str]]] = {}
    for model in apps.get_models():
        if key := _said(model, "sealed_with", ""):
            field: Any = model._meta.get_field(key)
            found.setdefault(field.related_model, []).append((model, field.column))
    return found


def _links(model: type[models.Model]) -> list[tuple[type[models.Model], str, str]]:
    """(through table, column of the row, column of what it links to) of each sealed many-to-many field."""
    many: list[Any] = [field for field in _fields(model) if field.many_to_many]
    return [(field.remote_field.through, field.m2m_column_name(), field.m2m_reverse_name()) for field in many]


def form_of(model: type[models.Model]) -> Form:
    parts = [f'r."{column}"' for column in _columns(model)]
    for child, column in _children().get(model, []):
        inside = ", ".join(f'c."{name}"' for name in _columns(child))
        parts.append(
            f"(SELECT jsonb_agg(jsonb_build_array({inside}) ORDER BY c.id)"  # noqa: S608
            f' FROM "{child._meta.db_table}" c WHERE c."{column}" = r.id)'
        )
    for through, own, other in _links(model):
        parts.append(
            f'(SELECT jsonb_agg(c."{other}" ORDER BY c."{other}") FROM "{through._meta.db_table}" c WHERE c."{own}" = r.id)'  # noqa: S608
        )
    table, condition = model._meta.db_table, _said(model, "sealed_if", "true")
    query = f'SELECT r.id AS key, jsonb_build_array({", ".join(parts)}) AS content FROM "{table}" r WHERE {condition}'  # noqa: S608
    key_type = "uuid" if isinstance(model._meta.pk, models.UUIDField) else "bigint"
    return Form(table, key_type, query, _said(model, "sealed_later", False))


@cache
def forms() -> dict[type[models.Model], Form]:
    """Every sealed model that is not sealed with another."""
    alone = [m for m in apps.get_models() if _said(m, "sealed", ()) and not _said(m, "sealed_with", "")]
    return {model: form_of(model) for model in sorted(alone, key=lambda model: model._meta.db_table)}


def declared() -> Iterator[tuple[str, list[str] | None]]:
    """The statements, with their values, that lay the forms that are new and every trigger."""
    for model, form in forms().items():
        values = [form.relation, form.key_type, form.query]
        yield (
            (
                "INSERT INTO seal_form (relation, key_type, query) SELECT v.* FROM (SELECT %s, %s, %s) v WHERE NOT EXISTS ("
                "SELECT FROM (SELECT * FROM seal_form WHERE relation = %s ORDER BY id DESC LIMIT 1) f WHERE f.query = %s)"
            ),
            [*values, form.relation, form.query],
        )
        later, condition = "later" if form.later else "", _said(model, "sealed_if", "").replace("'", "''")
        yield from _triggers(model._meta.db_table, _columns(model), f"'{form.relation}', 'id', '', '{later}'")
        for child, column in _children().get(model, []):
            noted = f"'{form.relation}', '{column}', '{condition}', '{later}'"
            yield from _triggers(child._meta.db_table, _columns(child), noted)
        for through, own, _other in _links(model):
            yield from _triggers(through._meta.db_table, [], f"'{form.relation}', '{own}', '{condition}', '{later}'")


def adopt(cursor) -> None:
    """A database that lived before seals: what stands is sealed as it is, once, by an event. Wiping the seals does not lead here
    unseen: the events that chained them remain."""
    cursor.execute("SELECT EXISTS (SELECT FROM event) AND NOT EXISTS (SELECT FROM seal)")
    if not cursor.fetchone()[0]:
        return
    found = 0
    for form in forms().values():
        cursor.execute(
            "INSERT INTO seal_due (xact, relation, key, later) SELECT pg_current_xact_id()::text::bigint, %s, f.key::text, false"
            f" FROM ({form.query}) f ON CONFLICT DO NOTHING",
            [form.relation],
        )
        found += cursor.rowcount
    if found:
        cursor.execute("SELECT event_append('seals', 'rows.adopted', 'edsh_portal.seal', 0, NULL, NULL, '{}')")


def _triggers(table: str, columns: list[str], noted: str) -> Iterator[tuple[str, None]]:
    """What was added or removed; and what was changed, when one of these columns was."""
    run = f"FOR EACH ROW {{}}EXECUTE FUNCTION seal_mark({noted})"
    yield f'CREATE TRIGGER seal_rows AFTER INSERT OR DELETE ON "{table}" ' + run.format(""), None
    if columns:
        old, new = (", ".join(f'{side}."{column}"' for column in columns) for side in ("OLD", "NEW"))
        changed = f"WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) "
        yield f'CREATE TRIGGER seal_changed AFTER UPDATE ON "{table}" ' + run.format(changed), None
