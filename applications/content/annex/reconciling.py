"""R40: what the annexes joined by hand say that the form does not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from edsh_portal.sheets import Workbook

from ...rules.annex import ABSENT, FOREIGN, UNCOMPUTED
from ...shapes import grid
from . import reading
from .sheet import CODE


def kept(book: Workbook | None = None) -> dict[str, Any]:
    """What a piece keeps of its reading, empty when it is no workbook or one of another layout: {sheets: [{membership, name,
    amounts, unread: [(cell, field)], uncomputed: {field: cell}}], faults: [(kind, sheet, where)]}."""
    kept_of = ("membership", "name", "amounts", "unread", "uncomputed")
    sheets = reading.read(book) if book else []
    return {
        "sheets": [{name: getattr(one, name) for name in kept_of} for one in sheets],
        "faults": reading.faults(book) if book else [],
    }


def reconcile(form: Mapping[str, int], sheet: Mapping[str, int]) -> list[str]:
    """The fields whose amounts differ, in order; what is absent is zero."""
    return sorted(name for name in {*form, *sheet} if form.get(name, 0) != sheet.get(name, 0))


def differences(members: Iterable[Mapping[str, Any]], pieces: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """What the annexes joined say that the form does not: None when none is, else

        {read: whether all are in the portal's layout,
         faults: [[kind, sheet, where]],  rules/annex.py Fault
         cells: [{member (its name), field ("" of a cell of which nothing is known), sheet, cell, said, asked}]}

    in cents. `said` is None for what is not an amount, UNCOMPUTED for a formula whose result the file does not keep; `cell` is
    empty where the sheet says nothing of the field.

    `pieces` are the rows of freeze.py, with `annex` (what was kept) and `membership` (None: the annex of the whole dossier).
    Every sheet of a file is compared: a file joined for one member needs that member's, one of the whole dossier everybody's.
    """
    mine = [piece for piece in pieces if piece["code"] == CODE]
    if not mine:
        return None
    by_number = {member["membership"]: member for member in members}
    faults: list[list[str]] = []
    cells: list[dict[str, Any]] = []
    for piece in mine:
        held = piece["annex"] or {}
        sheets = held.get("sheets", [])
        faults += [list(fault) for fault in held.get("faults", [])]
        faults += _placed(by_number, sheets, piece["membership"]) if sheets else []
        for sheet in sheets:
            cells += _differing(by_number.get(sheet["membership"]), sheet)
    read = all((piece["annex"] or {}).get("sheets") for piece in mine)
    return {"read": read, "faults": faults, "cells": cells}


def _placed(
    members: Mapping[int, Mapping[str, Any]], sheets: list[dict[str, Any]], membership: int | None
) -> Iterator[list[str]]:
    """Sheets of nobody, and those that are missing of members who ask for something."""
    told = {sheet["membership"] for sheet in sheets}
    for sheet in sheets:
        if sheet["membership"] not in members:
            yield [FOREIGN, sheet["name"], ""]
    for number in [membership] if membership else members:
        if number not in told and number in members and grid.flat(members[number]):
            yield [ABSENT, members[number]["name"], ""]


def _differing(member: Mapping[str, Any] | None, sheet: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """`member` is None for a sheet of nobody: it is a fault, and only what cannot be read of it is named."""
    form = grid.flat(member) if member else {}
    amounts, uncomputed = sheet["amounts"], sheet["uncomputed"]
    told = {key: cents for key, (cents, _cell) in amounts.items()}
    base = {"member": member["name"] if member else "", "sheet": sheet["name"]}
    unread = {key for _cell, key in sheet["unread"]}
    for key in reconcile(form, told) if member else ():
        if key not in uncomputed and key not in unread:
            cell = amounts[key][1] if key in amounts else ""
            yield base | {"field": key, "cell": cell, "said": told.get(key, 0), "asked": form.get(key, 0)}
    for key, cell in uncomputed.items():
        yield base | {"field": key, "cell": cell, "said": UNCOMPUTED, "asked": form.get(key, 0)}
    for cell, key in sheet["unread"]:
        yield base | {"field": key, "cell": cell, "said": None, "asked": form.get(key, 0)}
