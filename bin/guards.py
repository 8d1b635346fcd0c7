"""What bin/check holds of the sources beside its tools, each a question on a tree: what is named exists, every package is typed
and stands in a room, no module imports itself round a circle, nothing is too long or too wide. Each answers its faults, a line each."""

import ast
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

MACHINE_PATH = re.compile(r"(?<![\w.}$])/(?:work|root|home/\w+|Users/\w+)/\w")
SOURCES = (".py", ".sql", ".html", ".js", ".css", ".toml", ".md", ".txt", ".in", ".sh", ".json", "")
LANDED = "tests/upgrade/landed.json"
WIDEST = 120
UNREASONED = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#\s*\S)")


def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text())


def committed(root: Path) -> list[str]:
    """The files of the project; where git does not tell, all but what it would ignore."""
    if git := shutil.which("git"):
        listed = subprocess.run([git, "ls-files", "-z"], cwd=root, capture_output=True, text=True)
        if listed.returncode == 0:
            return [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    ignored = root / ".gitignore"
    left = {".git", *(line.strip("/") for line in ignored.read_text().split())} if ignored.exists() else {".git"}
    found = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if left.isdisjoint(path.parts))


def packages(root: Path) -> list[str]:
    """Every package of the product."""
    return sorted(
        {Path(name).parts[0] for name in committed(root) if re.fullmatch(r"\w+/__init__\.py", name)} - {"tests"}
    )


# ── what the configuration names ─────────────────────────────────────────────────────────────────────────────────────
def _path(root: Path, name: str) -> bool:
    return (root / name).exists() or f"/{name.strip('/')}/" in (root / ".gitignore").read_text().split()


def _glob(root: Path, name: str) -> bool:
    return any(root.glob(name))


def _pattern(root: Path, name: str) -> bool:
    return any(re.search(name, f"/{file}") for file in committed(root))


def _module(root: Path, name: str) -> bool:
    """`a.b`; or, as import-linter writes several, `a.*`, `a.**`, and `a.b -> c.d`."""
    if " -> " in name:
        return all(_module(root, end) for end in name.split(" -> "))
    path = root / name.rstrip("*").rstrip(".").replace(".", "/")
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _installed(root: Path, name: str) -> bool:
    return importlib.util.find_spec(name.partition(".")[0]) is not None


def _word(root: Path, name: str) -> bool:
    return True


# What each list of [tool] in pyproject.toml is made of; one that is not told here is a fault of its own.
NAMES: dict[str, Callable[[Path, str], bool]] = {
    "pytest.ini_options.testpaths": _path,
    "pytest.ini_options.pythonpath": _path,
    "pytest.ini_options.python_files": _word,
    "pytest.ini_options.filterwarnings": _word,
    "pytest.ini_options.markers": _word,
    "ruff.extend-exclude": _path,
    "ruff.lint.select": _word,
    "ruff.lint.ignore": _word,
    "mypy.files": _path,
    "mypy.plugins": _installed,
    "mypy.exclude": _pattern,
    "coverage.run.omit": _glob,
    "importlinter.root_packages": _module,
    "importlinter.contracts.modules": _module,
    "importlinter.contracts.containers": _module,
    "importlinter.contracts.protected_modules": _module,
    "importlinter.contracts.allowed_importers": _module,
    "importlinter.contracts.ignore_imports": _module,
}


def named(root: Path) -> list[str]:
    """Paths, modules and patterns of pyproject.toml that lead nowhere: what they were to watch is watched no more."""
    said = []
    for key, names in _lists(project(root).get("tool", {})):
        if key == "importlinter.contracts":
            said += [fault for contract in names for fault in _contract(root, contract)]
        elif key not in NAMES:
            said.append(f"pyproject.toml : « {key} » : bin/guards.py ne sait pas ce que cette liste nomme")
        else:
            said += _nowhere(root, key, names)
    return said


def _lists(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, list[Any]]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _lists(value, f"{above}{key}.")
        elif isinstance(value, list):
            yield f"{above}{key}", value


def _nowhere(root: Path, key: str, names: Iterable[str]) -> list[str]:
    return [f"pyproject.toml : {key} : « {name} » n’existe pas" for name in names if not NAMES[key](root, name)]


def _contract(root: Path, contract: Mapping[str, Any]) -> list[str]:
    said = []
    for key, names in _lists(contract, "importlinter.contracts."):
        if not key.endswith(".layers"):
            said += _nowhere(root, key, names)
            continue
        within = contract.get("containers", [""])
        for name in re.findall(r"[\w.]+", " ".join(names)):
            if not any(_module(root, f"{room}.{name}".lstrip(".")) for room in within):
                said.append(f"pyproject.toml : contrat {contract['id']} : « {name} » n’existe dans aucune pièce")
    return said


def unwatched(root: Path) -> list[str]:
    """Packages of the product that mypy or import-linter is not told of, and errors of types left aside without a reason."""
    tool, said = project(root)["tool"], []
    for name in packages(root):
        if name not in tool["mypy"]["files"]:
            said.append(f"{name} : mypy ne le lit pas en entier (pyproject.toml, mypy.files)")
        if name not in tool["importlinter"]["root_packages"]:
            said.append(f"{name} : import-linter ne le connaît pas (pyproject.toml, root_packages)")
    watched = (*packages(root), "bin")
    for name in committed(root):
        if name.endswith(".py") and name.split("/")[0] in watched:
            for n, line in enumerate((root / name).read_text().splitlines(), 1):
                if UNREASONED.search(line):
                    said.append(f"{name}:{n}: « type: ignore » sans sa raison (# type: ignore[code]  # pourquoi)")
    return said


# ── what has landed ──────────────────────────────────────────────────────────────────────────────────────────────────
def landed(root: Path) -> list[str]:
    """Migrations that a database somewhere was made with, and that are no longer what they were: no other can bring it up."""
    said = []
    for name, digest in json.loads((root / LANDED).read_text())["migrations"].items():
        file = root / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            said.append(
                f"{name} : cette migration a été livrée et ne se réécrit plus : remettez-la, et écrivez-en une nouvelle"
            )
    return said


# ── circles ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def circles(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Modules that import themselves through others: {module: what it imports}, each circle a line."""
    left = {module: set(held) & set(imports) for module, held in imports.items()}
    while free := {module for module, held in left.items() if not held}:
        left = {module: held - free for module, held in left.items() if module not in free}
    reached = {module: _reached(left, module) for module in left}  # circles, and what stands above them
    rings = {
        tuple(sorted(one for one in reached[module] if module in reached[one]))
        for module in left
        if module in reached[module]
    }
    return [
        "cercle d’imports : " + ", ".join(f"{m} → {', '.join(sorted(left[m] & {*ring}))}" for m in ring)
        for ring in sorted(rings)
    ]


def _reached(imports: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    todo = list(imports[start])
    while todo:
        module = todo.pop()
        if module not in found:
            found.add(module)
            todo += imports.get(module, ())
    return found


def squashed(imports: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """The same between the files and folders of each app: a package is one, with all that it holds."""
    found: dict[str, set[str]] = {}
    for module, held in imports.items():
        name = _room(module)
        found.setdefault(name, set()).update(_room(one) for one in held if _room(one) != name)
    return found


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def imported(root: Path, cache: Path) -> dict[str, set[str]]:
    """{module: what it imports} of the whole product."""
    import grimp

    graph = grimp.build_graph(*packages(root), cache_dir=str(cache))
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def sources(root: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of what the project has written itself."""
    for name in committed(root):
        if Path(name).suffix in SOURCES and not {".venv", ".local", "vendor"} & set(Path(name).parts):
            try:
                yield name, (root / name).read_text()
            except UnicodeDecodeError:
                continue


def sizes(root: Path) -> list[str]:
    """No function longer than the limit, no path of somebody's machine in a committed file."""
    limit, said = project(root)["tool"]["portal"]["longest_function"], []
    for name, text in sources(root):
        if MACHINE_PATH.search(text):
            lines = enumerate(text.splitlines(), 1)
            said += [f"{name}:{n}: chemin d’une machine" for n, line in lines if MACHINE_PATH.search(line)]
        if name.endswith(".py") and text.count("\n") > limit:
            said += [
                f"{name}:{at}: {what} a {size} lignes (plus de {limit})" for at, what, size in long_ones(text, limit)
            ]
    return said


def long_ones(source: str, limit: int) -> Iterator[tuple[int, str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > limit:
                yield node.lineno, node.name, size


def widths(root: Path) -> list[str]:
    """Lines of scripts over 120 columns; of templates, bin/layout.py says it."""
    return [
        f"{name}:{n}: plus de {WIDEST} colonnes"
        for name, text in sources(root)
        if name.endswith(".js") and name.startswith("static/")
        for n, line in enumerate(text.splitlines(), 1)
        if len(line) > WIDEST
    ]
