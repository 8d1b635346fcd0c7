"""Builds the demonstration's call once, up to a stage, and leaves at each stage on the way a template database with its files.

Run by `tests.processes.staged` as a process of its own: `python -m tests.stages STAGE`, as the owner of the database being built.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import django
import portal as launcher
import psycopg
import servers

from tests.database import described


def main(last: str) -> None:
    django.setup()
    from django.db import connection, connections

    from demo import story
    from demo.cast import accounts

    top, building = Path(os.environ["PORTAL_RUN_DIRECTORY"]), connection.settings_dict["NAME"]

    def leave(stage: str) -> None:
        """The call as it stands becomes the template of that stage; the accounts are written last, at once, when all is there."""
        connections.close_all()
        files, name = top / f"at-{stage}", f"edsh_at_{stage}"
        with psycopg.connect(os.environ["PORTAL_SUPERUSER_URL"], autocommit=True) as superuser:
            launcher.drop(superuser, name)
            launcher.clone(superuser, building, name)
        with psycopg.connect(described(name).dsns["superuser"], autocommit=True) as superuser:
            superuser.execute(
                "ANALYZE"
            )  # of what was just filled the planner has seen nothing; its clones know it from here
        shutil.rmtree(files, ignore_errors=True)
        shutil.copytree(top / "at-building", files)
        servers.write_private(files / "accounts.json", json.dumps(accounts(), ensure_ascii=False))

    story.build(story.STAGES[last], passing=leave)
    leave(last)


if __name__ == "__main__":
    main(sys.argv[1])
