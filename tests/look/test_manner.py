"""How a sentence is made, whatever it says: no riddle, no word of the code, a refusal that is read at once.

`../../docs/GLOSSARY.md` names things; here stands what the catalogue may not say, in the rooms gone through with it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import messages
import polib
import pytest

ROOMS = (
    "edsh_portal", "funding", "decisions", "reviews", "dashboards",
    "templates/funding", "templates/decisions", "templates/reviews", "templates/dashboards", "templates/emails", "templates/errors",
)  # fmt: skip
RIDDLES = {
    "abstract": r"\b[Cc]e (?:qui|qu[e’]|dont|sur quoi|à quoi)|[Cc](?:eux|elles?) (?:qui|que|qu’un)",
    "of the code": r"\bdit(?:e|es|s)?\b|\btenue?s?\b|\bconstats?\b|étage|\b[Oo]bligations?\b(?! de )|\bgardée?s?\b",
    "negated twice": r"\bnul(?:le)?\b|n’attend(?:ent)? plus|ne peut qu[e’]|autre chose",
    "number first": r"^(?:R\d\d|[Rr]ègle %\(\w+\)s (?!\.))",
}
UNENGLISH = re.compile(r"\bdeposit(?:s|ed)?\b|\bdossiers?\b|\bmesh\b|\bacts? of two\b|\bestablishments?\b", re.I)
NAMED = re.compile(r"%\(\w+\)s")
MOST_WORDS = 25


def of_rooms(places: list[tuple[str, str]]) -> bool:
    return any(place.startswith(tuple(f"{room}/" for room in ROOMS)) for place, _line in places)


SAID = sorted(
    {text for m, places in messages.extracted().items() if of_rooms(places) for text in (m.singular, m.plural) if text}
)


@pytest.mark.parametrize("kind", RIDDLES)
def test_13_25_no_sentence_is_a_riddle(kind):
    assert len(SAID) > 900
    assert [text for text in SAID if re.search(RIDDLES[kind], text)] == []


def test_13_25_english_is_written_for_an_english_reader():
    catalogue = polib.pofile(str(messages.CATALOGUE))
    ours = {entry for entry in catalogue if {entry.msgid, entry.msgid_plural} & set(SAID)}
    wrong = [text for entry in ours for text in messages.texts(entry) if UNENGLISH.search(NAMED.sub("", text))]
    assert wrong == []


def refusals() -> Iterator[tuple[str, str]]:
    """The sentences given to Refused, where they stand."""
    for room in ROOMS:
        for file in sorted((messages.ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                    for inner in ast.walk(node.args[0]):
                        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and " " in inner.value:
                            yield f"{Path(file).relative_to(messages.ROOT)}:{inner.lineno}", inner.value


def test_13_25_a_refusal_is_read_at_once():
    """What is wrong, where, and what to do; a placeholder counts for one word."""
    found = list(refusals())
    assert len(found) > 80
    assert [(place, said) for place, said in found if len(re.findall(r"[\w%()’]+", said)) > MOST_WORDS] == []
