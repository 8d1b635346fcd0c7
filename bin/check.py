"""What must hold before a commit, in seconds: style, types, floors and rooms, migrations, settings, catalogues, sizes."""

import ast
import concurrent.futures
import contextlib
import io
import os
import re
import subprocess
import sys
import time
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(sys.executable).parent
CACHE = ROOT / ".local" / "cache"
DATABASE = "postgres://nobody:nothing@127.0.0.1:1/nowhere"  # settings want an address; nothing here opens it
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "edsh_portal.settings",
    "PORTAL_ROLE": "owner",
    "PORTAL_DEMO": "1",
    "PORTAL_SECRET_KEY": "only-to-load-the-settings-while-checking-the-sources-0123456789",
    "DATABASE_URL": DATABASE,
    "DATABASE_URL_WEB": DATABASE,
    "DATABASE_URL_WORKER": DATABASE,
    "DATABASE_URL_AUDITOR": DATABASE,
    "PORTAL_LOG": "ERROR",
}
PRODUCTION = {
    "PORTAL_DEMO": "0",
    "PORTAL_BASE_URL": "https://portail.example.org",
    "PORTAL_PROXIES": "127.0.0.1",
    "PORTAL_ROLE": "web",
}
MACHINE_PATH = re.compile(r"(?<![\w.}$])/(?:work|root|home/\w+|Users/\w+)/\w")
SOURCES = (".py", ".sql", ".html", ".js", ".css", ".toml", ".md", ".txt", ".in", ".sh", ".json", "")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def command(*words: str, **more: str) -> tuple[bool, str]:
    environment = {
        **os.environ,
        **ENVIRONMENT,
        **more,
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def ruff_check() -> tuple[bool, str]:
    return command(str(HERE / "ruff"), "check", "--quiet", "--output-format", "concise", ".")


def ruff_format() -> tuple[bool, str]:
    return (
        command(str(HERE / "ruff"), "format", "--check", "--quiet", "--output-format", "concise", ".")
        if "--fix" not in sys.argv
        else (True, "")
    )


def types() -> tuple[bool, str]:
    wanted = [path for path in project()["tool"]["portal"]["typed"] if (ROOT / path).exists()]
    return command(str(HERE / "mypy"), "--no-error-summary", *wanted)


def imports() -> tuple[bool, str]:
    """Contracts of pyproject.toml, narrowed to the rooms that exist."""
    conf = project()["tool"]["importlinter"]
    lines = ["[importlinter]", "root_packages ="]
    lines += [f"    {name}" for name in conf["root_packages"] if (ROOT / name / "__init__.py").exists()]
    for contract in conf["contracts"]:
        told = {**contract}
        lines += ["", f"[importlinter:contract:{told.pop('id')}]"]
        if "layers" in told:
            told["layers"] = _existing(told["layers"], rooms="containers" not in told)
        if "containers" in told:
            told["containers"] = [name for name in told["containers"] if (ROOT / name / "__init__.py").exists()]
        for key, value in told.items():
            lines += [f"{key} = {value}"] if isinstance(value, str) else [f"{key} =", *(f"    {one}" for one in value)]
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / "importlinter.ini"
    file.write_text("\n".join(lines) + "\n")
    return command(str(HERE / "lint-imports"), "--config", str(file), "--cache-dir", str(CACHE / "imports"))


def _existing(layers: list[str], *, rooms: bool) -> list[str]:
    """Floors without the apps that are not there yet; rooms as they are (their names are optional by their parentheses)."""
    if not rooms:
        return layers
    kept = [
        " | ".join(name for name in layer.split(" | ") if (ROOT / name / "__init__.py").exists()) for layer in layers
    ]
    return [layer for layer in kept if layer]


def sizes_and_paths() -> tuple[bool, str]:
    """No function longer than the limit, no path of somebody's machine in a committed file."""
    limit = project()["tool"]["portal"]["longest_function"]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    names = (
        listed.stdout.split("\0") if listed.returncode == 0 else [str(p.relative_to(ROOT)) for p in ROOT.rglob("*.py")]
    )
    said = []
    for name in filter(None, names):
        file = ROOT / name
        if not file.is_file() or file.suffix not in SOURCES or {".venv", ".local", "vendor"} & set(Path(name).parts):
            continue
        try:
            source = file.read_text()
        except UnicodeDecodeError:
            continue
        said += [
            f"{name}:{n}: chemin d’une machine"
            for n, line in enumerate(source.splitlines(), 1)
            if MACHINE_PATH.search(line)
        ]
        if file.suffix == ".py":
            said += [
                f"{name}:{at}: {what} a {size} lignes (plus de {limit})"
                for at, what, size in long_functions(source, limit)
            ]
    return not said, "\n".join(said)


def long_functions(source: str, limit: int) -> list[tuple[int, str, int]]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > limit:
                found.append((node.lineno, node.name, size))
    return found


def django_itself() -> tuple[bool, str]:
    """In one child, because loading Django is most of the time: system checks, migrations, API schema, catalogues."""
    return command(sys.executable, str(ROOT / "bin" / "check.py"), "--django")


def production_settings() -> tuple[bool, str]:
    words = (sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    good, said = command(*words, **PRODUCTION)
    return good, "" if good else "\n".join(said.splitlines()[-12:])


def inside_django() -> int:
    sys.path[:0] = [str(ROOT), str(ROOT / "bin")]
    warnings.simplefilter("ignore")
    import django
    from django.core.management import call_command

    django.setup()
    import messages

    bad = 0
    for title, words in (
        ("contrôles de Django", ("check", "--fail-level", "WARNING")),
        ("migrations manquantes", ("makemigrations", "--check", "--dry-run")),
        ("schéma de l’API", ("spectacular", "--fail-on-warn", "--validate", "--file", os.devnull)),
    ):
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stderr(err):
                call_command(*words, stdout=out, stderr=err)
        except (SystemExit, Exception) as error:
            bad = 1
            print(f"{title} : {error}\n{(out.getvalue() + err.getvalue())[-3000:]}")
    if said := messages.faults():
        bad = 1
        print(f"catalogues : {len(said)} à compléter", *said[:15], sep="\n")
    return bad


CHECKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "types (mypy)": types,
    "Django": django_itself,
    "réglages de production": production_settings,
    "étages et pièces (import-linter)": imports,
    "style (ruff check)": ruff_check,
    "mise en page (ruff format)": ruff_format,
    "tailles et chemins": sizes_and_paths,
}


def main() -> int:
    if "--django" in sys.argv:
        return inside_django()
    if "--fix" in sys.argv:
        command(str(HERE / "ruff"), "check", "--fix", "--quiet", ".")
        command(str(HERE / "ruff"), "format", "--quiet", ".")
    began, bad = time.monotonic(), []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        todo = {pool.submit(check): name for name, check in CHECKS.items()}
        for done in concurrent.futures.as_completed(todo):
            good, said = done.result()
            print(f"{'ok ' if good else 'NON'} {todo[done]}", flush=True)
            if not good:
                bad.append(todo[done])
                print("    " + said[-6000:].replace("\n", "\n    "), flush=True)
    print(f"{time.monotonic() - began:.1f} s : {'rien à redire' if not bad else ', '.join(bad)}".replace(".", ",", 1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
