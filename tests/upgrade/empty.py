"""An empty database, and what it costs to migrate it: `python -m tests.upgrade.empty`, as the owner of one, says it in JSON."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import portal as launcher
import servers

from tests.database import VARIABLES, Database, _superuser, described


@contextmanager
def empty(kind: str) -> Iterator[Database]:
    """A database of the owner's with nothing in it, for as long as the block lasts."""
    database = described(f"edsh_{kind}_{uuid.uuid4().hex[:8]}")
    with _superuser() as line:
        line.execute(f"CREATE DATABASE {database.name} OWNER edsh_owner".encode())
    try:
        yield database
    finally:
        with _superuser() as line:
            launcher.drop(line, database.name)


def migrated(database: Database) -> dict[str, Any]:
    """Migrates it in a process of its own; {tables, rendered: models of states, statements, seconds, processor}."""
    urls = {variable: database.dsns[role] for role, variable in VARIABLES.items()}
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        cwd=servers.ROOT,
        env={**os.environ, **urls, "PORTAL_ROLE": "owner"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.state import StateApps

    counts = {"rendered": 0, "statements": 0}
    render = StateApps.render_multiple

    def rendered(apps: Any, states: Any) -> None:
        counts["rendered"] += len(states)
        render(apps, states)

    def asked(execute: Any, *statement: Any) -> Any:
        counts["statements"] += 1
        return execute(*statement)

    StateApps.render_multiple = rendered  # type: ignore[method-assign]  # counts, for this process alone
    began, worked = time.monotonic(), time.process_time()
    with connection.execute_wrapper(asked):
        call_command("migrate", verbosity=0, interactive=False)
    spent = {"seconds": time.monotonic() - began, "processor": time.process_time() - worked}
    print(json.dumps({"tables": len(connection.introspection.table_names()), **counts, **spent}))


if __name__ == "__main__":
    main()
