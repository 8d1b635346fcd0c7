"""Which steps a real Chromium has sent: noted as tests go, and held at the end of a whole run against every POST route of the access
tables. A form that only tests without a browser send may keep everybody out. Whoever adds one adds its row to tests/forms.py, and
test_forms.py sends it.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.access import table

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


def unsent() -> list[str]:
    """Steps that nobody sent."""
    return sorted({row.route.partition("+")[0] for row in table.rows() if row.method == "POST"} - gathered())
