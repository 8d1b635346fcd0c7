"""Reference data of the room, read from applications/content/data (its README says where each file comes from)."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent / "data"


def socle_rows(version: str) -> list[dict[str, Any]]:
    """The items of one version of the common core, in order, as SocleItem's columns."""
    with (DATA / f"socle_commun_edsh_{version}.csv").open(encoding="utf-8", newline="") as lines:
        read = list(csv.DictReader(lines))
    return [
        {
            "version": version,
            "order": order,
            "number": row["numero"],
            "domain": _title(row["domaine"]),
            "subdomain": _title(row["sous_domaine"]),
            "lot": int(row["lot"]),
            "label": _typed(row["item"]),
            "definition": _typed(row["definition"]),
        }
        for order, row in enumerate(read, start=1)
    ]


@cache
def socle_labels(version: str) -> dict[str, str]:
    """{number: label} of the items of a version, which never changes."""
    return {row["number"]: row["label"] for row in socle_rows(version)}


def _title(text: str) -> str:
    """« 1.a. Identité patient » → « Identité patient »; one word of the published file lost a letter."""
    return _typed(text.rpartition(". ")[2]).replace("soci-démographiques", "socio-démographiques")


def _typed(text: str) -> str:
    return text.replace("'", "’")
