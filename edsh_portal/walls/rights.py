"""What each login may do to each table, as the models declare it, and what follows for everybody, the owner included.

One declaration a model, in the words of GRANT; a model without one is refused by `manage.py check`, and no login reaches it:

    grants = ("SELECT", "INSERT", "UPDATE (state, decided_at)")   # the web; `UPDATE EXCEPT (…)`: every column but these
    grants_worker = ("SELECT", "UPDATE (state)")                  # the worker reads only, when nothing is said
    grants_owner = ("UPDATE (name)",)                             # what the owner's own commands do besides, with an event
    frozen_when = {"signed_at": ("signed_by_id",)}                # once dated, the date and these are as they are
    frozen_while = {"ordered_at": ("account_id",)}                # the same, but the date may be taken back (emptied)
    born_with = ("decided_at",)                                   # a date that freezes and may stand at the first writing

A column that none of the three may update never changes, and a row that none may delete is never deleted: triggers say so
to the owner too. A row is not born with a date that freezes it. Tables of others are declared in others.py.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models

from . import others

WRITERS = ("web", "worker", "owner")
FORM = re.compile(r"(?P<verb>SELECT|INSERT|UPDATE|DELETE)(?: (?P<but>EXCEPT )?\((?P<names>\w+(?:, \w+)*)\))?")
EVERY = ("*",)  # in `frozen_when`: every column

Model = type[models.Model]


def tables() -> dict[str, Model]:
    found = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in found if not model._meta.proxy}


def columns(model: Model) -> tuple[str, ...]:
    return tuple(field.column for field in model._meta.concrete_fields if field.column)


def written(model: Model, role: str) -> tuple[str, ...]:
    """What is declared for a role, as it is written; nothing where nothing is."""
    declared: Any = others.TABLES.get(model._meta.db_table, model)
    ask = declared.get if isinstance(declared, dict) else lambda name: getattr(declared, name, None)
    web = ask("grants") or ()
    if role == "web":
        return web
    said = ask(f"grants_{role}")
    if said is None:
        return ("SELECT",) if role == "worker" and "SELECT" in web else ()
    return said


def rights(model: Model, role: str) -> dict[str, tuple[str, ...]]:
    """Verb → the columns it is given on; () is the whole row."""
    found = {}
    for text in written(model, role):
        said = FORM.fullmatch(text)
        if said is None:
            raise ValueError(f"{model._meta.label}: « {text} »")
        names = tuple(said["names"].split(", ")) if said["names"] else ()
        if said["but"]:
            kept = {*names, model._meta.pk.column}
            names = tuple(name for name in columns(model) if name not in kept)
        found[said["verb"]] = names
    return found


def spelled(given: Mapping[str, tuple[str, ...]]) -> str:
    """For GRANT: « SELECT, INSERT, UPDATE ("state", "decided_at") »."""
    return ", ".join(
        verb + (" (" + ", ".join(f'"{name}"' for name in names) + ")" if names else "") for verb, names in given.items()
    )


# ── what follows for everybody ───────────────────────────────────────────────────────────────────────────────────────
def triggers(model: Model) -> Iterator[str]:
    """CREATE TRIGGER statements of one of our tables; one that a `.sql` file makes says its own walls."""
    table = model._meta.db_table
    if not model._meta.managed or table in others.TABLES:
        return
    given = [rights(model, role) for role in WRITERS]
    moving = {name for one in given for name in one.get("UPDATE", ())}
    kept = [name for name in columns(model) if name not in moving]
    if not moving:
        yield _trigger(table, "rows_update", "UPDATE", "")
    elif kept:
        yield _trigger(table, "columns", "UPDATE", _moved(kept))
    if not any("DELETE" in one for one in given):
        yield _trigger(table, "rows_delete", "DELETE", "")
    if "DELETE" not in given[-1]:
        yield f'CREATE TRIGGER wall_all BEFORE TRUNCATE ON "{table}" EXECUTE FUNCTION wall_kept()'
    yield from _frozen(model, table, moving)


def _frozen(model: Model, table: str, moving: set[str]) -> Iterator[str]:
    for attribute, back in (("frozen_when", ""), ("frozen_while", ' AND NEW."{0}" IS NOT NULL')):
        for date, named in getattr(model, attribute, {}).items():
            held = sorted(moving) if named == EVERY else [date, *named]
            when = f'OLD."{date}" IS NOT NULL{back.format(date)} AND {_moved(held)}'
            yield _trigger(table, f"frozen_{date}", "UPDATE", when)
            if date not in getattr(model, "born_with", ()):
                yield _trigger(table, f"born_{date}", "INSERT", f'NEW."{date}" IS NOT NULL')


def _moved(names: list[str]) -> str:
    old, new = (", ".join(f'{side}."{name}"' for name in names) for side in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


def _trigger(table: str, name: str, verb: str, when: str) -> str:
    condition = f" WHEN ({when})" if when else ""
    return f'CREATE TRIGGER wall_{name} BEFORE {verb} ON "{table}" FOR EACH ROW{condition} EXECUTE FUNCTION wall_kept()'


# ── what `manage.py check` refuses ───────────────────────────────────────────────────────────────────────────────────
def faults() -> Iterator[str]:
    """A sentence for each table whose rights are not said, or not readable."""
    known = tables()
    yield from (f"{table}: in walls/others.py, and no such table" for table in others.TABLES.keys() - known.keys())
    for table, model in known.items():
        if table not in others.TABLES and getattr(model, "grants", None) is None:
            yield f"{table}: no `grants` on {model._meta.label}: say what the web and the worker may do to it"
            continue
        for role in WRITERS:
            yield from _unreadable(model, role)
        for attribute in ("frozen_when", "frozen_while"):
            for date, named in getattr(model, attribute, {}).items():
                yield from _unknown(model, attribute, [date, *(named if named != EVERY else ())])


def _unreadable(model: Model, role: str) -> Iterator[str]:
    for text in written(model, role):
        said = FORM.fullmatch(text)
        if said is None or (said["verb"] == "UPDATE") != (said["names"] is not None):
            yield f"{model._meta.db_table}: « {text} » is not SELECT, INSERT, DELETE, UPDATE (…) or UPDATE EXCEPT (…)"
        elif said["names"]:
            yield from _unknown(model, text, said["names"].split(", "))


def _unknown(model: Model, where: str, names: list[str]) -> Iterator[str]:
    for name in names:
        if name not in columns(model):
            yield f"{model._meta.db_table}: no column « {name} » ({where})"


@checks.register
def check_rights(app_configs: Any = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    return [checks.Error(said, id="walls.E001") for said in faults()]
