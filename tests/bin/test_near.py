"""`bin/test --near`: what a change reaches by imports, templates, SQL and routes; the nearest first, and why."""

from pathlib import Path

import guards
import near
import pytest
import servers

from tests import shares

TREE = {
    "edsh_portal/urls.py": 'urlpatterns = [path("", include("money.urls"))]',
    "money/models.py": "",
    "money/walls.sql": "",
    "money/migrations/0001_initial.py": "",
    "money/arithmetic.py": "",
    "money/actions.py": "from . import arithmetic\nfrom .models import Line",
    "money/urls.py": "from . import views",
    "money/views.py": 'from . import actions\n\n\ndef page(request):\n    return render(request, "money/page.html")',
    "money/lonely.rst": "",
    "static/js/sum.js": "",
    "templates/money/page.html": '{% load portal %}<script src="{% static "js/sum.js" %}"></script>',
    "edsh_portal/templatetags/portal.py": "",
    "docs/why.md": "",
    "tests/conftest.py": "",
    "tests/money/test_arithmetic.py": "from money import arithmetic",
    "tests/money/test_pages.py": "def test(client): ...",
    "tests/money/test_walls.py": 'SQL = "money/walls.sql"',
    "tests/look/test_words.py": "",
    "tests/upgrade/test_landed.py": "",
    "tests/browser/test_story.py": "from tests.processes import portal_of_its_own",
    "tests/prove/test_long.py": "from money import arithmetic",
}


@pytest.fixture
def graph(tmp_path: Path) -> near.Graph:
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return near.Graph(tmp_path, TREE)


def steps(graph: near.Graph, *changed: str) -> dict[str, int]:
    return {Path(test).name: near.steps(chain) for test, chain in graph.reached(list(changed)).items()}


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ("money/arithmetic.py", {"test_arithmetic.py": 1, "test_pages.py": 3, "test_story.py": 4}),
        ("templates/money/page.html", {"test_pages.py": 2, "test_story.py": 3}),
        ("static/js/sum.js", {"test_pages.py": 2, "test_story.py": 3}),
        ("edsh_portal/templatetags/portal.py", {"test_pages.py": 2, "test_story.py": 3}),
        ("money/walls.sql", {"test_walls.py": 1, "test_pages.py": 4, "test_story.py": 5}),
        ("money/migrations/0001_initial.py", {"test_landed.py": 1, "test_pages.py": 4, "test_story.py": 5}),
        ("tests/look/test_words.py", {"test_words.py": 0}),
        ("docs/why.md", {}),
    ],
)
def test_a_change_reaches_what_names_it(graph, changed, reached):
    assert steps(graph, changed) == reached


def test_what_all_tests_stand_on_reaches_all(graph):
    assert set(steps(graph, "tests/conftest.py")) == {Path(name).name for name in TREE if near.is_test(name)}


def test_the_nearest_run_and_what_is_left_is_said(graph):
    pages = "tests/money/test_pages.py"
    far = ["tests/browser/test_story.py"]  # everything knows everything in the end
    found, left = near.choose(graph, ["money/arithmetic.py"], {"tests/money/test_arithmetic.py": 500.0})
    assert [one.test for one in found] == ["tests/money/test_arithmetic.py"]  # it names the file: however long it is
    assert found[0].why == "tests/money/test_arithmetic.py ← money/arithmetic.py"
    assert left == [pages, *far]
    found, left = near.choose(graph, ["money/arithmetic.py"], {})
    assert ([one.test for one in found], left) == (["tests/money/test_arithmetic.py", pages], far)


def test_the_demonstration_is_counted_where_it_has_to_be_built(graph):
    story, left = "tests/browser/test_story.py", near.MOST - near.STAGE - near.UNKNOWN
    for pages, run in ((left, True), (left + 1, False)):
        found, _left = near.choose(graph, ["static/js/sum.js"], {"tests/money/test_pages.py": pages})
        assert (story in {one.test for one in found}) == run


def test_what_nobody_names_asks_its_whole_room(graph):
    found, _left = near.choose(graph, ["money/lonely.rst"], {})
    assert {one.test for one in found} == {name for name in TREE if name.startswith("tests/money/")}
    assert {one.why for one in found} == {"money/lonely.rst is named by no file: its whole room"}
    assert near.choose(graph, ["docs/why.md"], {}) == ([], [])


def test_here_every_template_and_every_sql_file_reaches_a_test():
    here = near.Graph(servers.ROOT, guards.committed(servers.ROOT))
    assert {*near.SMOKE, *shares.SPLIT} <= here.files
    asked = [name for name in here.files if name.endswith((".html", ".sql")) and name.startswith(ROOMS)]
    assert len(asked) > 200
    assert [name for name in asked if not [one for one in near.choose(here, [name], {})[0] if one.why != "smoke"]] == []


ROOMS = (
    "templates/",
    "edsh_portal/",
    "directory/",
    "applications/",
    "reviews/",
    "funding/",
    "decisions/",
    "dashboards/",
)
