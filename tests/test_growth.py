"""What a page reads when 600 have applied: hardly more than for the 26 of the demonstration, or the few rows a dossier that
`growing.GROWS` says and why. At 6,000, with times, bytes and memory: bin/prove growth.

The count of its statements (tests/test_budgets.py) never saw a list that reads the whole call to show 25 rows of it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from edsh_portal.models import Event
from reviews import reactions
from tests import growing

TIMES = 24  # 624 dossiers


@pytest.fixture(scope="module")
def read(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, list[growing.Read]]]:
    """What each page and each reaction to a tie read, in the call as it is and grown."""
    found: dict[str, list[growing.Read]] = {}
    with django_db_blocker.unblock():
        for times in (1, TIMES):
            with growing.scale(growing.STAGE, times) as here:
                for page in growing.ASKED:
                    if one := here.read(page):
                        found.setdefault(page.name, []).append(one)
                for kind in reactions.TIES:
                    if event := Event.objects.filter(kind=kind).order_by("id").first():
                        found.setdefault(kind, []).append(
                            here.read_by(lambda held=event: reactions.suspend_linked(held))
                        )
    yield found


def test_pages_read_no_more_when_more_have_applied(read: dict[str, list[growing.Read]]) -> None:
    here = {page.name for page in growing.ASKED if page.stage == growing.STAGE}
    assert here - read.keys() == set()
    assert [name for name, sizes in read.items() if len(sizes) != 2] == []
    assert "\n".join(said for name, sizes in read.items() if (said := growing.grown(name, *sizes))) == ""


def test_a_tie_is_looked_for_where_it_may_be(read: dict[str, list[growing.Read]]) -> None:
    """Each event looks at the assignments that it may touch, and at no other."""
    assert len(reactions.TIES.keys() & read.keys()) >= 4
