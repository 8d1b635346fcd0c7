"""Two to five tabs on one field, a small run of bin/prove conflicts."""

from tests.conflicts import run
from tests.processes import portal_of_its_own


def test_thirty_scripts_lose_no_text_and_hide_no_conflict():
    with portal_of_its_own("open", names=("web",), webs=2) as portal:
        told = run(portal, 30)
    assert told.wrong == []
    assert told.scripts == 30 and told.conflicts >= 30 and told.texts > 60
