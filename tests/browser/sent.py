"""Which steps a real Chromium has sent: noted as tests go, and held at the end of a whole run against every POST route of the access
tables. A form that only tests without a browser send may keep everybody out.

`unsent.txt`: « route | reason » for those that no browser test sends. A route that is neither sent nor there fails the run; a line that
says nothing any more is told.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.access import table

UNSENT = Path(__file__).with_name("unsent.txt")
NOTED = "sent-"
REFUSED = (403, 404, 405)


def note(response: Any) -> None:
    """Listens to every answer of a window: one line a step that was answered. Its address alone: the tour listens too, and knows of
    no routes."""
    if response.request.method != "POST" or response.status in REFUSED or response.status >= 500:
        return
    noted = Path(os.environ["PORTAL_RUN_DIRECTORY"], f"{NOTED}{os.getpid()}")  # a file a process of the run
    with noted.open("a") as file:
        file.write(f"{urlsplit(response.url).path}\n")


def gathered() -> set[str]:
    files = Path(os.environ["PORTAL_RUN_DIRECTORY"]).glob(f"{NOTED}*")
    return {
        name for path in {path for file in files for path in file.read_text().splitlines()} if (name := _name(path))
    }


def _name(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def faults() -> tuple[list[str], list[str]]:
    """Routes that nobody sent and no line explains; then the lines of unsent.txt that explain nothing any more."""
    routes = {row.route.partition("+")[0] for row in table.rows() if row.method == "POST"}
    sent, said = gathered(), (line for line in UNSENT.read_text().splitlines() if not line.startswith("#"))
    explained = {line.split(" | ", 1)[0] for line in said}
    return sorted(routes - sent - explained), sorted(explained & sent | explained - routes)
