"""How a sentence is made, whatever it says and wherever it stands: no riddle, no word of the code, a refusal that is read at once.

`../../docs/GLOSSARY.md` names things; here stands what neither the catalogue nor the scripts of the pages may say.
"""

import ast
import re
from collections.abc import Iterator

import messages
import polib
import pytest

SCRIPTS = messages.ROOT / "static" / "js"
RIDDLES = {
    "abstract": r"\b[Cc]e (?:qui|qu[e’]|dont|sur quoi|à quoi)|[Cc](?:eux|elles?) (?:qui|que|qu’un)",
    "of the code": (
        r"\bdit(?:e|es|s)?\b|\btenue?s?\b|\bconstats?\b|étage|(?<![Vv]os )\b[Oo]bligations?\b(?! de )|\bgardée?s?\b"
    ),
    "negated twice": r"\bnul(?:le)?\b|n’attend(?:ent)? plus|ne peut qu[e’]|autre chose",
    "number first": r"^(?:R\d\d|[Rr]ègle %\(\w+\)s (?!\.))",
}
UNENGLISH = re.compile(
    r"\bdeposit(?:s|ed)?\b|\bdossiers?\b|\bmesh\b|\bacts? of two\b|\bestablishments?\b|\bperimeters?\b", re.I
)
NAMED = re.compile(r"%\(\w+\)s|\$\{[^}]*\}")
MOST_WORDS = 25
# In a script a sentence and its English are the two arguments of say().
LITERAL = r"""("(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)"""
TOLD = re.compile(rf"\bsay\(\s*{LITERAL}\s*,\s*{LITERAL}\s*\)")


def scripted() -> list[tuple[str, str]]:
    """(French, English) of what the scripts tell people."""
    found = [pair for file in sorted(SCRIPTS.glob("*.js")) for pair in TOLD.findall(file.read_text())]
    return [(french[1:-1], english[1:-1]) for french, english in found]


SAID = sorted({text for m in messages.extracted() for text in (m.singular, m.plural) if text})
SCRIPTED = scripted()


def test_13_25_the_scripts_are_read_too():
    """Every say() of a script is read here, but for the one that defines it and what is handed on."""
    calls = sum(len(re.findall(r"\bsay\((?!fr\b)", file.read_text())) for file in SCRIPTS.glob("*.js"))
    assert (len(SCRIPTED), len(SAID) > 3000) == (calls, True)


@pytest.mark.parametrize("kind", RIDDLES)
def test_13_25_no_sentence_is_a_riddle(kind):
    told = SAID + [french for french, _english in SCRIPTED]
    assert [text for text in told if re.search(RIDDLES[kind], text)] == []


def test_13_25_english_is_written_for_an_english_reader():
    catalogue = polib.pofile(str(messages.CATALOGUE))
    told = [text for entry in catalogue for text in messages.texts(entry)] + [english for _french, english in SCRIPTED]
    assert [text for text in told if UNENGLISH.search(NAMED.sub("", text))] == []


def refusals() -> Iterator[tuple[str, str]]:
    """The sentences given to Refused, where they stand."""
    for room in messages.ROOMS:
        for file in sorted((messages.ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                    for inner in ast.walk(node.args[0]):
                        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and " " in inner.value:
                            yield f"{file.relative_to(messages.ROOT)}:{inner.lineno}", inner.value


def test_13_25_a_refusal_is_read_at_once():
    """What is wrong, where, and what to do; a placeholder counts for one word."""
    found = list(refusals())
    assert len(found) > 150
    assert [(place, said) for place, said in found if len(re.findall(r"[\w%()’]+", said)) > MOST_WORDS] == []
