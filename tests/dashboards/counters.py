"""What each line of the home counts, and what the page it opens shows."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

COUNTED = re.compile(r"(\d+) à (?:faire|lire)")
NONE = ("rien à faire", "aucune", "aucun")


def told(user: Any, but: tuple[str, ...] = ()) -> dict[str, tuple[int, int]]:
    """{line of the home: (what it counts, how many rows the page behind it has)}, of the lines that count."""
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    sections = client.get(reverse("dashboards:home")).context["sections"]
    lines = [line for section in sections for line in section["tasks"]]
    found = {}
    for line in lines:
        if line["label"] in but:
            continue
        said = COUNTED.fullmatch(str(line["tag"]))
        if said or line["tag"] in NONE:
            found[str(line["label"])] = (int(said[1]) if said else 0, _rows(client.get(line["url"])))
        for row in line.get("rows", ()):  # each leads to its act
            assert (row.url, client.get(row.url).status_code) == (row.url, 200)
    return found


def _rows(page: Any) -> int:
    assert page.status_code == 200
    context = page.context
    if "to_prepare" in context and context["pile"] == context["prepare"]:
        return context["to_prepare"].paginator.count
    listed = ("sealed", "waves", "waiting")  # « waiting » is a list of acts, and a yes or no on another page
    held = next((context[name] for name in listed if not isinstance(context.get(name, True), bool)), None)
    return context["page"].paginator.count if held is None else len(held)


def counted(user: Any, but: tuple[str, ...] = ()) -> dict[str, int]:
    """{line: its number}, each equal to the rows behind it."""
    lines = told(user, but)
    assert {label: of for label, of in lines.items() if of[0] != of[1]} == {}
    return {label: of[0] for label, of in lines.items()}
