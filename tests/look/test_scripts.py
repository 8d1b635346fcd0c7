"""The scripts of a page: modules, each asked for at once, under the name of its contents, and only where it serves."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from django.core.management import call_command
from django.template import Context, engines
from django.test import override_settings

from edsh_portal import scripts
from tests.spared import packed_quickly

JS = Path(__file__).resolve().parents[2] / "static" / "js"
EVERY = sorted(file.relative_to(JS.parent).as_posix() for file in JS.rglob("*.js"))
IMPORTED = re.compile(r'^(?:import|export) (?:[^"]* from )?"([^"]+)";$', re.M)
ENTRIES = [
    "js/portal.js",
    "js/press.js",
    "js/keys.js",
    "js/lists.js",
    "js/room.js",
    "js/amounts.js",
    "js/find.js",
    "js/late.js",
    "js/pieces.js",
    "js/scoring.js",
    "js/stages.js",
    "js/upload.js",
    "js/writing.js",
]


def drawn(*names: str) -> str:
    page = "".join(f'{{% script "{name}" %}}' for name in names)
    return engines["django"].from_string(page).template.render(Context())  # type: ignore[attr-defined]  # Django’s own


def asked(html: str) -> list[str]:
    """What the browser asks for, in order."""
    return re.findall(r'(?:href|src)="/static/([^"]+)"', html)


def test_every_module_is_of_a_page():
    assert {one for name in ENTRIES for one in (*scripts.needs(name), name)} == {*EVERY}


@pytest.mark.parametrize("name", EVERY)
def test_what_a_module_needs_is_read_from_its_imports(name):
    """One import a line, by its relative name; what is needed comes before who needs it."""
    code = re.sub(r"/\*.*?\*/", "", (JS.parent / name).read_text(), flags=re.DOTALL)
    imported = [normpath(join(dirname(name), one)) for one in IMPORTED.findall(code)]
    assert len(imported) == len([line for line in code.splitlines() if re.search(r'\bimport\b(?!\()|\bfrom "', line)])
    order = [*scripts.needs(name), name]
    assert set(imported) <= set(order[:-1])
    assert [one for at, one in enumerate(order) if not set(scripts.needs(one)) <= set(order[:at])] == []


def test_a_page_asks_for_each_module_once_and_at_once():
    names = ["js/portal.js", "js/amounts.js", "js/writing.js", "js/press.js", "js/keys.js"]
    html = drawn(*names)
    every = asked(html)
    assert len(every) == len(set(every)) and {*every} == {one for name in names for one in (*scripts.needs(name), name)}
    assert re.findall(r'<script src="/static/([^"]+)" type="module">', html) == names
    assert re.findall(r'<script id="sentences-([^"]+)" type="application/json">', html) == ["js/portal.js", "js/amounts.js", "js/writing.js", "js/keys.js"]  # fmt: skip


def test_what_every_page_asks_for_stays_few_and_small():
    """Nothing of what writes, of grids, of uploads; measured in docs/decisions/0043."""
    every = asked(drawn("js/portal.js", "js/press.js"))
    assert len(every) == 8 and not [one for one in every if re.search("writing|grid|amounts|stages|upload", one)]
    assert sum((JS.parent / one).stat().st_size for one in every) < 14_000


def test_imports_lead_to_the_names_of_the_contents(tmp_path, monkeypatch):
    """As `collectstatic` lays them for production: an import of a name that has changed would be asked for in vain."""
    packed_quickly(monkeypatch)
    storages = {"staticfiles": {"BACKEND": "edsh_portal.scripts.Hashed"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages, DEBUG=False):
        call_command("collectstatic", verbosity=0, interactive=False)
        page = asked(drawn(*ENTRIES))
    assert {Path(f"{tmp_path / page[0]}{packed}").exists() for packed in (".gz", ".br")} == {True}
    assert len(page) == len(EVERY) and all(re.search(r"\.[0-9a-f]{12}\.js$", one) for one in page)
    for one in page:
        for imported in IMPORTED.findall((tmp_path / one).read_text()):
            assert normpath(join(dirname(one), imported)) in page, (one, imported)
