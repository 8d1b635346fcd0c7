"""XML from strangers, read as it comes: what could grow is counted as it is met, and nothing that XML may call for is called."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

MOST_ELEMENTS = 2_000_000  # of one document, each time it is read
MOST_DEPTH = 1000
MOST_TAG = 1_000_000  # bytes of one tag with its attributes, which expat holds whole

Start = Callable[[str, dict[str, str]], None]


class Unreadable(Exception):
    """It is not XML, or holds a document type, an entity, an unknown encoding."""


class TooMuch(Exception):
    """It goes beyond what is read."""


class Budget:
    """Elements that may still be read, shared by the parts of a document."""

    def __init__(self) -> None:
        self.left = MOST_ELEMENTS


def every(said: dict[str, str], *names: str) -> list[str]:
    """The values of all attributes of these local names, whatever their prefixes."""
    return [value for key, value in said.items() if key in names or key.rpartition(":")[2] in names]


def reading(
    chunks: Iterator[bytes],
    budget: Budget,
    *,
    start: Start | None = None,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
    told: Callable[[str, str], None] | None = None,
) -> Iterator[None]:
    """Reads XML as it comes and stops after each chunk, calling with local names. A document type, an entity, an unknown
    encoding: Unreadable. Prefixes are cut rather than resolved: expat would write a name space out in full for each element.
    Where two attributes have the same local name, all stand under their whole names as well (see `every`).
    """
    reader = _Reader(start, end, data)
    reader.parser.ProcessingInstructionHandler = told
    fed = 0
    try:
        for chunk in chunks:
            reader.parser.Parse(chunk, False)
            fed += len(chunk)
            budget.left -= reader.opened
            reader.opened = 0
            if budget.left < 0 or fed - max(reader.parser.CurrentByteIndex, 0) > MOST_TAG:
                raise TooMuch
            yield
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError) as error:
        raise Unreadable from error
    yield


class _Reader:
    """A parser of expat that calls with local names, and counts."""

    def __init__(self, start: Start | None, end: Callable[[str], None] | None, data: Any) -> None:
        self.start, self.end = start or _nothing, end or _nothing
        self.opened = self.depth = 0
        self.known: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._open, self._close
        self.parser.CharacterDataHandler = data
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = _refused
        self.parser.ExternalEntityRefHandler = _refused

    def _local(self, name: str) -> str:
        local = self.known.get(name)
        if local is None:
            local = name.rpartition(":")[2]
            if len(name) < 100 and len(self.known) < 2000:  # a document has some hundred names
                self.known[name] = local
        return local

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self.opened += 1
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise TooMuch
        said = attributes
        if attributes:
            local = self._local
            said = {key if key[:5] == "xmlns" else local(key): value for key, value in attributes.items()}
            if len(said) < len(attributes):
                said = attributes | said
        self.start(self._local(name), said)

    def _close(self, name: str) -> None:
        self.depth -= 1
        self.end(self._local(name))


def _nothing(*_ignored: Any) -> None:
    return None


def _refused(*_ignored: Any) -> Any:
    raise Unreadable


# ── elements, for who reads a table ──────────────────────────────────────────────────────────────────────────────────
class Element:
    """One that has ended: its local name, its attributes, its texts, what it held, and what it stands in."""

    __slots__ = ("above", "attributes", "held", "name", "tail", "text")

    def __init__(self, name: str, attributes: dict[str, str], above: "Element | None") -> None:
        self.name, self.attributes, self.above = name, attributes, above
        self.held: list[Element] = []
        self.text = self.tail = ""

    def __iter__(self) -> Iterator["Element"]:
        return iter(self.held)

    def get(self, name: str, other: str = "") -> str:
        """The attribute of this local name."""
        return self.attributes.get(name, other)


def elements(chunks: Iterator[bytes], *names: str, most: int = 100_000) -> Iterator[Element]:
    """Elements of these local names as they end, with all they hold; of those they stand in, only the attributes are kept.

    TooMuch when one of them holds more than `most` elements, attributes and pieces of text.
    """
    builder = _Builder(frozenset(names), most)
    steps = reading(chunks, Budget(), start=builder.start, end=builder.end, data=builder.data)
    for _step in steps:
        yield from builder.ended
        builder.ended = []


class _Builder:
    def __init__(self, names: frozenset[str], most: int) -> None:
        self.names, self.most = names, most
        self.ended: list[Element] = []
        self.open: Element | None = None
        self.inside = 0  # wanted elements that are open, one inside the other
        self.room = most

    def start(self, name: str, said: dict[str, str]) -> None:
        one = Element(name, said, self.open)
        wanted = name in self.names
        if self.inside:
            self._take(1 + len(said))
            self.open.held.append(one)  # type: ignore[union-attr]  # inside: one is open
        elif wanted:
            self.room = self.most
        self.inside += wanted
        self.open = one

    def data(self, text: str) -> None:
        if self.inside and self.open is not None:
            self._take(1 + len(text) // 20)
            if self.open.held:
                self.open.held[-1].tail += text
            else:
                self.open.text += text

    def end(self, name: str) -> None:
        one = self.open
        assert one is not None
        self.open = one.above
        if name in self.names:
            self.inside -= 1
            self.ended.append(one)

    def _take(self, count: int) -> None:
        self.room -= count
        if self.room < 0:
            raise TooMuch
