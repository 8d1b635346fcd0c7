"""Each guard of bin/check bites: a fault planted in a small tree turns it red, and the same tree without it is green."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import guards
import pytest
from servers import ROOT

HERE = Path(sys.executable).parent
CONFIGURATION = """
[tool.mypy]
files = ["room", "bin"]
exclude = ["/migrations/"]
[tool.ruff]
extend-exclude = [".local"]
[tool.coverage.run]
omit = ["room/migrations/*"]
[tool.portal]
longest_function = 3
[tool.importlinter]
root_packages = ["room"]
[[tool.importlinter.contracts]]
id = "rooms"
containers = ["room"]
layers = ["(views) | (api)", "(models)"]
[[tool.importlinter.contracts]]
id = "cage"
protected_modules = ["room.models"]
"""
SHORT, LONG = "def f():\n    a = 1\n    return a\n", "def f():\n    a = 1\n\n    return a\n"


@pytest.fixture
def tree(tmp_path):
    """A package with its modules, and the configuration that watches them."""
    for name in (
        "room/__init__.py",
        "room/models.py",
        "room/views.py",
        "room/api.py",
        "room/migrations/0001.py",
        "bin/a.py",
    ):
        put(tmp_path, name, "")
    put(tmp_path, "pyproject.toml", CONFIGURATION)
    put(tmp_path, ".gitignore", "/.local/\n")
    return tmp_path


def put(tree: Path, name: str, text: str) -> None:
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text(text)


def turned(tree: Path, old: str, new: str) -> None:
    assert old in CONFIGURATION
    put(tree, "pyproject.toml", CONFIGURATION.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('files = ["room", "bin"]', 'files = ["room", "bin", "room/actions.py"]'),
        ('exclude = ["/migrations/"]', 'exclude = ["/migrations/", "/windows/"]'),
        ('[".local"]', '[".local", "old"]'),
        ('omit = ["room/migrations/*"]', 'omit = ["*/factories/*"]'),
        ('root_packages = ["room"]', 'root_packages = ["room", "hall"]'),
        ('containers = ["room"]', 'containers = ["room", "hall"]'),
        ("(models)", "(models) | (nouns)"),
        ('["room.models"]', '["room.models", "room.models.gone"]'),
        ("[tool.ruff]", '[tool.ruff]\nper-file = ["room"]'),
    ],
)
def test_a_name_that_leads_nowhere_is_a_fault(tree, old, new):
    assert guards.named(tree) == []
    turned(tree, old, new)
    assert len(guards.named(tree)) == 1


def test_a_package_that_mypy_or_the_contracts_do_not_read_is_a_fault(tree):
    assert guards.unwatched(tree) == []
    put(tree, "hall/__init__.py", "")
    assert guards.unwatched(tree) == [
        "hall : mypy ne le lit pas en entier (pyproject.toml, mypy.files)",
        "hall : import-linter ne le connaît pas (pyproject.toml, root_packages)",
    ]


@pytest.mark.parametrize(
    "line", ["a = f()  # type: ignore", "a = f()  # type: ignore[misc]", "# type: ignore[misc] why"]
)
def test_an_error_left_aside_says_why(tree, line):
    put(tree, "room/views.py", "a = f()  # type: ignore[misc, index]  # the stubs say nothing of f\n")
    assert guards.unwatched(tree) == []
    put(tree, "room/views.py", line + "\n")
    assert [fault.partition(" : ")[0] for fault in guards.unwatched(tree)] == [
        "room/views.py:1: « type: ignore » sans sa raison (# type: ignore[code]  # pourquoi)"
    ]


def test_a_circle_of_modules_is_a_fault(tree, monkeypatch):
    put(tree, "room/views.py", "import room.models\n")
    monkeypatch.syspath_prepend(str(tree))
    cache = tree / ".local"
    assert guards.circles(guards.imported(tree, cache)) == []
    put(tree, "room/models.py", "def late():\n    from room import api\n")
    put(tree, "room/api.py", "from room.views import page\n")
    assert guards.circles(guards.imported(tree, cache)) == [
        "cercle d’imports : room.api → room.views, room.models → room.api, room.views → room.models"
    ]


def test_a_circle_of_packages_is_a_fault_though_none_of_modules_is():
    imports = {"room.forms.a": ["room.pdf.b"], "room.pdf.b": [], "room.pdf.c": ["room.forms.d"], "room.forms.d": []}
    assert guards.circles(imports) == []
    assert guards.circles(guards.squashed(imports)) == [
        "cercle d’imports : room.forms → room.pdf, room.pdf → room.forms"
    ]


def test_what_only_looks_at_a_circle_is_not_of_it():
    assert guards.circles({"a": "b", "b": "ac", "c": "", "d": "ae", "e": "e"}) == [
        "cercle d’imports : a → b, b → a",
        "cercle d’imports : e → e",
    ]


def test_a_long_function_and_a_path_of_a_machine_are_faults(tree):
    put(tree, "room/api.py", SHORT)
    assert guards.sizes(tree) == []
    put(tree, "room/api.py", LONG)
    put(tree, "room/notes.md", "see /" + "root/portal\n")
    assert guards.sizes(tree) == ["room/api.py:1: f a 4 lignes (plus de 3)", "room/notes.md:1: chemin d’une machine"]


def test_a_wide_line_of_a_script_is_a_fault(tree):
    put(tree, "static/js/room.js", "x" * 120 + "\n")
    assert guards.widths(tree) == []
    put(tree, "static/js/room.js", "x\n" + "x" * 121 + "\n")
    assert guards.widths(tree) == ["static/js/room.js:2: plus de 120 colonnes"]


def test_a_migration_that_landed_and_was_written_again_or_taken_away(tree):
    first = hashlib.sha256(b"# as it landed\n").hexdigest()
    put(tree, guards.LANDED, json.dumps({"migrations": {"room/migrations/0001.py": first}}))
    put(tree, "room/migrations/0001.py", "# as it landed\n")
    put(tree, "room/migrations/0002.py", "# a new one\n")
    assert guards.landed(tree) == []
    put(tree, "room/migrations/0001.py", "# with a column more\n")
    [said] = guards.landed(tree)
    assert said.startswith("room/migrations/0001.py : ") and "écrivez-en une nouvelle" in said
    (tree / "room/migrations/0001.py").unlink()
    assert guards.landed(tree) == [said]


# ── the tools, with our own configuration ────────────────────────────────────────────────────────────────────────────
def asked(tree: Path, *words: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(tree), "NO_COLOR": "1"}
    return subprocess.run([str(HERE / words[0]), *words[1:]], cwd=tree, env=environment, capture_output=True, text=True)


def test_a_module_of_no_room_and_an_import_upwards_are_refused(tmp_path):
    put(tmp_path, "pyproject.toml", (ROOT / "pyproject.toml").read_text())
    for package in guards.packages(ROOT):
        put(tmp_path, f"{package}/__init__.py", "")
    put(tmp_path, "reviews/models.py", "")
    put(tmp_path, "reviews/actions.py", "from reviews import models\n")
    words = ("lint-imports", "--config", "pyproject.toml", "--contract", "rooms", "--no-cache")
    assert asked(tmp_path, *words).returncode == 0
    put(tmp_path, "reviews/helpers.py", "")
    assert "reviews.helpers" in asked(tmp_path, *words).stdout
    (tmp_path / "reviews/helpers.py").unlink()
    put(tmp_path, "reviews/models.py", "from reviews import views\n")
    put(tmp_path, "reviews/views.py", "")
    assert "reviews.models -> reviews.views" in asked(tmp_path, *words).stdout


def test_types_are_read_in_windows_too(tmp_path):
    """The exclusions of our own configuration hide migrations, and nothing else."""
    told = (ROOT / "pyproject.toml").read_text()
    told = re.sub(r"(?m)^files = .*$", 'files = ["room"]', re.sub(r"(?m)^plugins = .*$", "", told))
    put(tmp_path, "pyproject.toml", told)
    for name in ("room/__init__.py", "room/views/__init__.py", "room/migrations/__init__.py"):
        put(tmp_path, name, "")
    wrong = "a: int = ''\n"
    for name in ("room/views/page.py", "room/api.py", "room/admin.py", "room/forms.py", "room/migrations/0001.py"):
        put(tmp_path, name, wrong)
    said = asked(tmp_path, "mypy", "--no-error-summary", "--cache-dir", str(tmp_path / ".cache")).stdout
    assert sorted(line.partition(":")[0] for line in said.splitlines()) == [
        "room/admin.py",
        "room/api.py",
        "room/forms.py",
        "room/views/page.py",
    ]
