"""What of a text may betray who wrote it: names of people, their initials, their employers, an address, « je », « we ». Pure.

A text is read as words, without accents, case or what no eye sees, each with its place; a hyphen, an apostrophe or a point between two words
is no difference. Whoever stands near the evaluation is found in any case; of everybody else, whose names are also common words
(« Petit », « Claire »), only what is written with a capital. What is found wrongly costs a confirmation; what is missed cannot be taken back.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

PERSON, EMPLOYER, SELF, ADDRESS = "person", "employer", "self", "address"
MOST_KEY = 200

PARTICLES = frozenset(
    [
        "le",
        "la",
        "les",
        "l",
        "de",
        "du",
        "des",
        "d",
        "van",
        "von",
        "der",
        "den",
        "ben",
        "el",
        "al",
        "da",
        "di",
        "dos",
        "st",
        "saint",
        "sainte",
        "et",
    ]
)
BETWEEN = PARTICLES | frozenset(
    ["the", "of", "and", "a", "au", "aux", "en", "sur", "sous", "s"]
)  # words that a body's name may lose
GENERIC = frozenset(
    [
        "centre",
        "center",
        "hospitalier",
        "hospitaliere",
        "hospitaliers",
        "hospital",
        "hospitals",
        "universitaire",
        "university",
        "universite",
        "hopital",
        "hopitaux",
        "clinique",
        "institut",
        "institute",
        "groupe",
        "groupement",
        "fondation",
        "association",
        "agence",
        "assistance",
        "publique",
        "public",
        "regional",
        "regionale",
        "national",
        "nationale",
        "sante",
        "health",
        "donnees",
        "data",
        "recherche",
        "france",
        "fictif",
        "fictive",
        "sas",
    ]
)
TITLES = frozenset(
    [
        "m",
        "mr",
        "mrs",
        "ms",
        "mme",
        "mlle",
        "dr",
        "drs",
        "pr",
        "prof",
        "docteur",
        "docteure",
        "doctor",
        "professeur",
        "professeure",
        "professor",
        "maitre",
    ]
)
SELVES = frozenset(
    [
        "je",
        "me",
        "moi",
        "mon",
        "ma",
        "mes",
        "mien",
        "mienne",
        "miens",
        "miennes",
        "nous",
        "notre",
        "nos",
        "notres",
        "my",
        "mine",
        "myself",
        "we",
        "us",
        "our",
        "ours",
        "ourselves",
    ]
)
ELIDED = frozenset(["j", "m", "i"])  # « j’ai », « m’a », « i'm »
APOSTROPHES = "'’ʼ‘`´"
JOINT = re.compile(rf"[\s.\-‐-―{APOSTROPHES}]{{0,4}}")
ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\d)(?:\+33 ?|0)[1-9](?:[ .\u00a0\u202f-]?\d\d){4}(?!\d)")
ALONE = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}


class Trace(NamedTuple):
    """A place of a text that may betray somebody; `key` names what is read there, however it is written."""

    start: int
    end: int
    kind: str
    key: str


class Word(NamedTuple):
    start: int
    end: int
    plain: str
    written: str

    @property
    def capital(self) -> bool:
        return self.written[:1].isupper()


@cache
def _plain(char: str) -> str | None:
    """The letters and digits of a character; "" for what no eye sees; None for what parts two words."""
    if unicodedata.category(char) in ("Mn", "Cf"):
        return ""
    folded = "".join(ALONE.get(one, one) for one in char.casefold())
    kept = "".join(one for one in unicodedata.normalize("NFKD", folded) if one.isalnum())
    return kept or None


def words(text: str) -> list[Word]:
    found: list[Word] = []
    start, end, plain = 0, 0, ""
    for at, char in enumerate(f"{text} "):
        letters = _plain(char)
        if letters is None:
            if plain:
                found.append(Word(start, end, plain, text[start:end]))
            plain = ""
        elif letters or plain:
            start, end, plain = (start if plain else at), at + 1, plain + letters
    return found


def plain(text: str) -> tuple[str, ...]:
    return tuple(word.plain for word in words(text))


class Known:
    """Who and what may be named: people near the evaluation (its experts, its jury, who runs it), all others, employers of its experts,
    employers of the others."""

    def __init__(
        self,
        near: Iterable[str] = (),
        people: Iterable[str] = (),
        employers: Iterable[str] = (),
        bodies: Iterable[str] = (),
    ) -> None:
        self.phrases: dict[str, dict[tuple[str, ...], str]] = {}  # by their first word, in any case
        self.capitals: dict[str, str] = {}  # one word, with a capital
        self.singles: dict[str, str] = {}  # one word, in any case
        self.initials: dict[str, str] = {}  # in capitals, points and hyphens apart
        for name in people:
            self._person(name, near=False)
        for body in bodies:
            self._body(body, near=False)
        for name in near:
            self._person(name, near=True)
        for body in employers:
            self._body(body, near=True)

    def _phrase(self, tokens: tuple[str, ...], kind: str) -> None:
        if len(tokens) > 1:
            self.phrases.setdefault(tokens[0], {})[tokens] = kind

    def _person(self, name: str, *, near: bool) -> None:
        given, rest = plain(name.strip().split(" ")[0]), plain(name)
        surname = rest[len(given) :]
        self._phrase(given + surname, PERSON)
        self._phrase(surname + given, PERSON)
        for token in (*given, *surname):
            if len(token) > 1 and token not in PARTICLES:
                self.capitals[token] = PERSON
                if near and token in surname:
                    self.singles[token] = PERSON
        if near and surname:
            for parts in (given + surname, surname + given):
                for kept in (parts, tuple(token for token in parts if token not in PARTICLES)):
                    self.initials["".join(token[0] for token in kept)] = PERSON

    def _body(self, name: str, *, near: bool) -> None:
        tokens = tuple(token for token in plain(name) if token not in BETWEEN)
        self._phrase(tokens, EMPLOYER)
        if len(tokens) > 2:
            self.initials.setdefault("".join(token[0] for token in tokens), EMPLOYER)
        own = [token for token in tokens if token not in GENERIC and len(token) > 3]
        for token in own if near or len(tokens) == 1 else ():
            self.capitals.setdefault(token, EMPLOYER)


def find(text: str, known: Known) -> list[Trace]:
    """In their order, none over another."""
    read = words(text)
    found: list[Trace] = []
    taken = 0
    every = [*_addresses(text), *_named(text, read, known), *_selves(text, read)]
    for begins, end, kind in sorted(every, key=lambda one: (one[0], -one[1])):
        start = max(begins, taken)
        if start < end:
            key = f"{kind}:{' '.join(plain(text[start:end]))}"[:MOST_KEY]
            found.append(Trace(start, end, kind, key))
            taken = end
    return found


def placed(text: str, keys: Iterable[str]) -> list[Trace]:
    """Where what was found under these keys stands in the text, without anything known of who may be named."""
    read = words(text)
    found: list[Trace] = []
    for key in keys:
        kind, _colon, said = key.partition(":")
        tokens = said.split(" ")
        for at in range(len(read) - len(tokens) + 1):
            if [word.plain for word in read[at : at + len(tokens)]] == tokens:
                found.append(Trace(read[at].start, read[at + len(tokens) - 1].end, kind, key))
    return sorted(found)


Place = tuple[int, int, str]


def _addresses(text: str) -> Iterator[Place]:
    for match in ADDRESSES.finditer(text):
        yield match.start(), match.end(), ADDRESS


def _joined(text: str, before: Word, after: Word) -> bool:
    return JOINT.fullmatch(text, before.end, after.start) is not None


def _named(text: str, read: list[Word], known: Known) -> Iterator[Place]:
    at = 0
    while at < len(read):
        last, kind = _at(text, read, at, known)
        if not kind:
            at += 1
            continue
        first = at
        while first and _leads(read[first - 1]) and _joined(text, read[first - 1], read[first]):
            first -= 1  # « le Dr C. Essai »: what leads to a name goes with it
        yield read[first].start, read[last].end, kind
        at = last + 1


def _leads(word: Word) -> bool:
    return word.plain in TITLES or (len(word.plain) == 1 and word.capital)


def _at(text: str, read: list[Word], at: int, known: Known) -> tuple[int, str]:
    """(index of the last word, kind) of the longest name that begins at this word; kind is empty when there is none."""
    word, best = read[at], (at, "")
    for tokens, kind in known.phrases.get(word.plain, {}).items():
        last = _follows(text, read, at, tokens)
        if last >= best[0] and last > at:
            best = (last, kind)
    if best[1]:
        return best
    last, kind = _initials(text, read, at, known)
    if kind:
        return last, kind
    titled = at > 0 and read[at - 1].plain in TITLES and _joined(text, read[at - 1], word)
    if word.plain in known.singles:
        return at, known.singles[word.plain]
    return (at, known.capitals.get(word.plain, "")) if word.capital or titled else (at, "")


def _follows(text: str, read: list[Word], at: int, tokens: tuple[str, ...]) -> int:
    """Index of the word where these tokens end, when they begin here; -1 otherwise. Words such as « de » may stand between."""
    here = at
    for token in tokens[1:]:
        here += 1
        while here < len(read) and read[here].plain in BETWEEN and read[here].plain != token:
            here += 1
        if here >= len(read) or read[here].plain != token or not _joined_over(text, read, at, here):
            return -1
    return here


def _joined_over(text: str, read: list[Word], first: int, last: int) -> bool:
    return all(_joined(text, read[n], read[n + 1]) for n in range(first, last))


def _initials(text: str, read: list[Word], at: int, known: Known) -> tuple[int, str]:
    letters, best = "", (at, "")
    for here in range(at, min(at + 6, len(read))):
        word = read[here]
        if not word.written.isupper() or (here > at and not _joined(text, read[here - 1], word)):
            break
        letters += word.plain
        if letters in known.initials and len(letters) > 1:
            best = (here, known.initials[letters])
    return best


def _selves(text: str, read: list[Word]) -> Iterator[Place]:
    for word in read:
        apostrophe = text[word.end : word.end + 1] in tuple(APOSTROPHES)
        said = word.plain in SELVES and word.written != "US"
        if said or (word.plain in ELIDED and apostrophe) or word.written == "I":
            yield word.start, word.end, SELF
