"""Which steps a real Chromium has sent: noted as tests go, and held at the end of a whole run against every POST route of the access
tables. A form that only tests without a browser send may keep everybody out.

`unsent.txt`: « route | reason » for those that no browser test sends.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.access import table

UNSENT = Path(__file__).with_name("unsent.txt")
NOTED = "sent-"
REFUSED = (403, 404, 405)


def note(response: Any) -> None:
    """Listens to every answer of a window: one line a step that its view has answered."""
    if response.request.method != "POST" or response.status in REFUSED or response.status >= 500:
        return
    try:
        name = resolve(urlsplit(response.url).path).view_name
    except Resolver404:
        return
    noted = Path(os.environ["PORTAL_RUN_DIRECTORY"], f"{NOTED}{os.getpid()}")  # a file a process of the run
    with noted.open("a") as file:
        file.write(f"{name}\n")


def gathered() -> set[str]:
    return {
        name for file in Path(os.environ["PORTAL_RUN_DIRECTORY"]).glob(f"{NOTED}*") for name in file.read_text().split()
    }


def faults() -> Iterator[str]:
    """A sentence for each route that nobody sent and no line explains, and for each line that is not true any more."""
    routes = {row.route.partition("+")[0] for row in table.rows() if row.method == "POST"}
    sent = gathered()
    explained = dict(line.split(" | ", 1) for line in UNSENT.read_text().splitlines() if not line.startswith("#"))
    yield from (f"{route}: no browser test sends it" for route in sorted(routes - sent - explained.keys()))
    yield from (
        f"{route}: a browser test sends it; its line in unsent.txt goes" for route in sorted(sent & explained.keys())
    )
    yield from (f"{route}: in unsent.txt, and no such POST route" for route in sorted(explained.keys() - routes))
