"""Runs one long proof on throw-away servers: tests/prove/NAME.py is a program or a module of tests, or NAME is a marker of the tests."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import portal
import servers
import test as rounds
from processes import Supervisor

PROOFS = servers.ROOT / "tests" / "prove"


def is_program(file: Path) -> bool:
    """A proof with a main() is run as a program; one with tests only is given to pytest."""
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in ast.parse(file.read_text()).body)


def names() -> list[str]:
    return sorted(
        [file.stem.removeprefix("test_") for file in PROOFS.glob("*.py") if not file.name.startswith("_")]
        + ["crossing"]
    )


def program(file: Path, arguments: list[str]) -> int:
    """`file` runs with the environment that the tests have: a template database, and everything tests.processes offers."""
    module = ".".join(file.relative_to(servers.ROOT).with_suffix("").parts)
    supervisor = Supervisor(say=lambda line: print(line, file=sys.stderr))
    durable = "durable" in (ast.get_docstring(ast.parse(file.read_text())) or "")  # a proof of crashes says so
    with servers.throw_away(durable=durable) as run, portal.serve(run, supervisor, durable=durable) as ground:
        supervisor.background()
        portal.prepare_cluster(ground, rounds.TEMPLATE)
        environment = rounds.environment_of(ground) | {"DJANGO_SETTINGS_MODULE": "edsh_portal.settings"}
        portal.prepare({**environment, "PORTAL_QUIET": "1"}, "migrate", "roles", "seal")
        return subprocess.call([sys.executable, "-m", module, *arguments], env=environment, cwd=servers.ROOT)


def main() -> int:
    arguments = sys.argv[1:]
    rounds.obey_signals()
    if arguments[:1] == ["--body"]:
        file = servers.ROOT / arguments[1]
        if not file.exists():
            raise SystemExit(f"{arguments[1]} n’existe pas.")
        return program(file, arguments[2:])
    if not arguments:
        print("bin/prove NOM, où NOM est l’un de :", *names(), sep="\n  ")
        return 2
    name, rest = arguments[0], arguments[1:]
    for file in (PROOFS / f"{name}.py", PROOFS / f"test_{name}.py"):
        if file.exists():
            if is_program(file):
                return program(file, rest)
            return rounds.tests([str(file.relative_to(servers.ROOT)), "-s", "-m", "", *rest])
    os.environ["PORTAL_PROVE"] = name
    return rounds.tests(["-s", "-m", name, *rest])


if __name__ == "__main__":
    sys.exit(main())
