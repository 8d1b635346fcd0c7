"""How a sentence is made, whatever it says and wherever it stands: no riddle, no word of the code, a refusal that is read at once.

`../../docs/GLOSSARY.md` names things; here stands what the catalogue, which holds what the scripts of the pages say too, may not say.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

import messages
import polib
import pytest
from django.utils import translation

from edsh_portal.sentences import TOLD, told

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
NAMED = re.compile(r"%\(\w+\)s")
MOST_WORDS = 25
# A script says a sentence by its key, a word between quotes; nothing else of it is read by people.
SAYS = re.compile(r'\bsay\((?:"(\w+)")?')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|[À-ÿœŒ’«»…]")
SELECTOR = re.compile(r"[#.\[>~*:-]|^main form$")


@cache  # a second of work, which only who asks for it pays
def said() -> list[str]:
    """Every sentence of the sources."""
    return sorted({text for m in messages.extracted() for text in (m.singular, m.plural) if text})


def scripts() -> dict[str, str]:
    """{name: its code, without comments}."""
    found = sorted(SCRIPTS.rglob("*.js"))
    return {file.relative_to(SCRIPTS.parent).as_posix(): COMMENT.sub("", file.read_text()) for file in found}


def test_13_25_the_scripts_are_read_too():
    """Every say() of a script names a sentence that the catalogue holds, and every such sentence is said."""
    calls = {name: set(SAYS.findall(code)) for name, code in scripts().items()}
    assert {name: keys for name, keys in calls.items() if keys} == {name: {*keys} for name, keys in TOLD.items()}
    with translation.override("fr"):
        every = [(key, sentence) for name in TOLD for key, sentence in told(name).items()]
        texts = [text for _key, one in every for text in ([one] if isinstance(one, str) else one)]
    assert dict(every) == dict(reversed(every))  # a key says one thing, whoever says it
    assert (len(said()) > 3000, set(texts) - set(said())) == (True, set())


def test_13_25_no_sentence_is_written_in_a_script():
    """What is between quotes is a name, a selector, a header; a template's places are not read."""
    literal = re.compile(r"""\"(?:[^"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`""")
    found = [
        (name, text)
        for name, code in scripts().items()
        for text in (re.sub(r"\$\{[^}]*\}", "", one[1:-1]) for one in literal.findall(code))
        if WORDS.search(text) and not SELECTOR.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("kind", RIDDLES)
def test_13_25_no_sentence_is_a_riddle(kind):
    assert [text for text in said() if re.search(RIDDLES[kind], text)] == []


def test_13_25_english_is_written_for_an_english_reader():
    catalogue = polib.pofile(str(messages.CATALOGUE))
    english = [text for entry in catalogue for text in messages.texts(entry)]
    assert [text for text in english if UNENGLISH.search(NAMED.sub("", text))] == []


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
