"""Crossings: the cases of a test that say again, elsewhere or by somebody else, what its first ones show. A whole run plays those, and leaves
the crossings to `bin/prove crossing` (docs/decisions/0039): before a landing, or when what they cross has changed."""

from collections.abc import Iterable
from typing import Any

import pytest

crossing = pytest.mark.crossing


def only(kept: Iterable[Any], values: Iterable[Any]) -> list[Any]:
    """The values of a parameter: those kept in a whole run, and the others as crossings."""
    kept, values = list(kept), list(values)
    assert all(one in values for one in kept), f"{[one for one in kept if one not in values]} is no case any more"
    return [
        one if one in kept else pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=crossing)
        for one in values
    ]
