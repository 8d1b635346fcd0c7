"""The common core of data between warehouses: how far each item has come, as pure arithmetic.

51 items in five domains, version of 15 September 2023 (CALL.md §1.10; applications/content/data/README.md says where it comes from).
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

VERSION, ITEMS = "20230915", 51


class Stage(TextChoices):
    """From nothing to exposed: each stage holds those before it."""

    NOT_COLLECTED = "not_collected", gettext_lazy("Non collecté")
    RAW = "raw", gettext_lazy("Brut")
    STRUCTURED = "structured", gettext_lazy("Structuré")
    OMOP = "omop", gettext_lazy("Standardisé OMOP")
    FHIR = "fhir", gettext_lazy("Exposé en FHIR")


RANK = {stage.value: rank for rank, stage in enumerate(Stage)}
HIGHEST = len(RANK) - 1


class Item(NamedTuple):
    number: str
    domain: str


class Completeness(NamedTuple):
    """Of one domain, or of all (domain ""): items, those whose present stage is said, and both indexes in tenths of percent."""

    domain: str
    items: int
    said: int
    now: int
    target: int


def index(stages: Iterable[str], items: int) -> int:
    """Tenths of percent of the way from « not collected » to « exposed in FHIR » for all items; rounded down, unsaid counts nothing."""
    return sum(RANK.get(stage, 0) for stage in stages) * 1000 // (items * HIGHEST) if items else 0


def completeness(items: Iterable[Item], states: Mapping[str, Any]) -> list[Completeness]:
    """One row a domain in the order of the items, then all of them; `states` is {number: (now, target)}."""
    items = list(items)
    rows = [
        _of(domain, [item.number for item in items if item.domain == domain], states)
        for domain in dict.fromkeys(item.domain for item in items)
    ]
    return [*rows, _of("", [item.number for item in items], states)]


def _of(domain: str, numbers: list[str], states: Mapping[str, Any]) -> Completeness:
    held = [states[number] for number in numbers if number in states]
    return Completeness(
        domain,
        len(numbers),
        sum(1 for now, _target in held if now),
        index((now for now, _target in held), len(numbers)),
        index((target for _now, target in held), len(numbers)),
    )


def cells(states: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """{number: (now, target)} by the names of the fields of the grid, « number-now » and « number-target »."""
    return {
        f"{number}-{column}": stage
        for number, pair in states.items()
        for column, stage in zip(("now", "target"), pair, strict=True)
    }
