"""A frozen version says its format, whose keys are kept; it is compared in it, whatever the format of today."""

from pathlib import Path
from typing import Any

import pytest

from applications import actions
from applications.content import freeze
from tests.casework.test_prorogation import fresh

from .world import deepen

KEPT = Path(__file__).with_name("formats.txt")
BY_NAME = {"answers", "warehouses[].socle"}  # their keys are data: a question, an item of the common core


def keys(content: Any) -> set[str]:
    """Every key of a content by its path, `[]` for the rows of a list; a row without a part says nothing of its keys."""
    found = paths(content, "")
    return {path for path in found if not any(other.startswith((f"{path}.", f"{path}[")) for other in found)}


def paths(content: Any, at: str) -> set[str]:
    if at in BY_NAME:
        return {at}
    if isinstance(content, dict):
        return {key for name, held in content.items() for key in paths(held, f"{at}.{name}".lstrip("."))}
    rows = [row for row in content if isinstance(row, dict)] if isinstance(content, list) else []
    return {key for row in rows for key in paths(row, f"{at}[]")} or {at}


def kept() -> dict[int, set[str]]:
    """{format: its keys}."""
    found: dict[int, set[str]] = {}
    for line in KEPT.read_text().splitlines():
        if line and not line.startswith("#"):
            number, key = line.split()
            found.setdefault(int(number), set()).add(key)
    return found


@pytest.fixture
def full(world, ready):
    """A content with something in every part that a dossier may have."""
    deepen(world, ready)
    return freeze.content(ready)


def test_a_key_more_or_less_is_another_format(full):
    """Fails when the frozen content changes: raise freeze.FORMAT, keep how it was written in freeze.FORMER, and add the lines."""
    assert full["format"] == freeze.FORMAT == max(kept())
    assert sorted(keys(full)) == sorted(kept()[freeze.FORMAT])
    assert sorted(kept()) == sorted([*freeze.FORMER, freeze.FORMAT])  # of each former one, how it was written


def test_a_key_is_seen_wherever_it_is_added(full):
    for part in (full, full["identity"], full["members"][0], full["members"][0]["plan"], full["calendar"][0]):
        part["new"] = None
        assert keys(full) != kept()[freeze.FORMAT]
        del part["new"]
    assert keys(full) == kept()[freeze.FORMAT]


def test_a_version_is_compared_in_the_format_it_was_made_in(world, ready, monkeypatch):
    """A deposit, then a portal whose contents have one key more: the same dossier is still the same."""
    before = actions.submit(ready, by=world.cast.sophie)
    written = freeze._content

    def with_one_more(*parts: Any) -> dict[str, Any]:
        return written(*parts) | {"format": 3, "more": 1}

    monkeypatch.setattr(freeze, "_content", with_one_more)
    now = freeze.content(fresh(ready))
    assert not freeze.is_frozen_in(before, now)
    monkeypatch.setattr(
        freeze, "FORMER", {2: lambda content: {k: content[k] for k in content if k != "more"} | {"format": 2}}
    )
    assert freeze.is_frozen_in(before, now)
    assert actions.submit(fresh(ready), by=world.cast.sophie) == before  # « the same again » makes no version
    actions.save_field(ready, "answers.quality", "Des tests.", read_version=0, by=world.cast.alice)
    after = actions.submit(fresh(ready), by=world.cast.sophie)
    assert (after.number, after.content["format"]) == (2, 3)
