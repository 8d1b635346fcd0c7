"""Which parts of a deposited dossier feed a criterion of the call: what its page anchors as `#part-<name>`. Pure."""

from typing import Any, NamedTuple

from calls.questions import BY_SLUG, QUESTIONS

from .fields import SECTIONS, Section


class Part(NamedTuple):
    """A heading of the page of a dossier, by its anchor."""

    anchor: str
    words: Any


def parts(content: dict[str, Any], number: int) -> list[Part]:
    """Of those that this content holds, in the order of the dossier: answers first."""
    answers = [Part(f"part-answers-{one.slug}", one.title) for one in QUESTIONS if one.criterion == number]
    held = [one for one in SECTIONS.values() if number in one.feeds and _holds(content, one)]
    return answers + [Part(f"part-{one.name}", one.words) for one in held]


def _holds(content: dict[str, Any], section: Section) -> bool:
    """A state of the socle stands in its warehouse, and what fills no key of its own is always there; its first key is that of its rows."""
    if section.name == "socle":
        return any(node.get("socle") for node in content.get("warehouses") or ())
    return not section.content or bool(content.get(section.content[0]))


def fed(part: str) -> tuple[int, ...]:
    """The criteria that a part of a dossier feeds: a question's own, those of a section, or of its part where it says none."""
    name, _dash, slug = part.partition("-")
    if slug:
        return (BY_SLUG[slug].criterion,) if slug in BY_SLUG else ()
    section = SECTIONS.get(name)
    if section is None or section.feeds:
        return section.feeds if section else ()
    return tuple(sorted({n for one in SECTIONS.values() if one.part == section.part for n in one.feeds}))
