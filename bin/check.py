"""What must hold before a commit, in seconds: style, types, floors and rooms, migrations, settings, catalogues, sizes."""

import concurrent.futures
import contextlib
import io
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import guards
import layout

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
    return command(str(HERE / "mypy"), "--no-error-summary")


def imports() -> tuple[bool, str]:
    return command(str(HERE / "lint-imports"), "--config", "pyproject.toml", "--cache-dir", str(CACHE / "imports"))


def circles() -> list[str]:
    sys.path.insert(0, str(ROOT))
    imports = guards.imported(ROOT, CACHE / "imports")
    return guards.circles(imports) + guards.circles(guards.squashed(imports))


def told(guard: Callable[[], list[str]]) -> Callable[[], tuple[bool, str]]:
    """A guard of bin/guards.py, as the checks answer."""

    def check() -> tuple[bool, str]:
        said = guard()
        return not said, "\n".join(said)

    return check


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
    "noms de pyproject.toml": told(lambda: guards.named(ROOT)),
    "rien hors de vue": told(lambda: guards.unwatched(ROOT)),
    "migrations livrées": told(lambda: guards.landed(ROOT)),
    "cercles d’imports": told(circles),
    "tailles et chemins": told(lambda: guards.sizes(ROOT)),
    "largeur des scripts": told(lambda: guards.widths(ROOT)),
    "mise en page des gabarits": told(lambda: layout.faults(ROOT)),
}


def main() -> int:
    if "--django" in sys.argv:
        return inside_django()
    if "--fix" in sys.argv:
        command(str(HERE / "ruff"), "check", "--fix", "--quiet", ".")
        command(str(HERE / "ruff"), "format", "--quiet", ".")
        layout.write(ROOT)
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
