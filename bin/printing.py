"""Documents that choose their own line breaks: groups stand on one line when they fit, fills break where they must."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Line:
    """Where a line may end: `flat` stands there when it does not; `hard` always ends it."""

    flat: str = ""
    hard: bool = False


@dataclass(frozen=True)
class Indent:
    inner: "Doc"
    by: int = 2


@dataclass(frozen=True)
class Group:
    """Broken at all its own lines, or at none."""

    inner: "Doc"


@dataclass(frozen=True)
class Fill:
    """Contents and the lines between them, in turn: each line ends only when what follows does not fit."""

    parts: tuple["Doc", ...]


@dataclass(frozen=True)
class Either:
    """One thing in a group that is broken, another in one that is not."""

    broken: "Doc"
    flat: "Doc"


Doc: TypeAlias = "str | Line | Indent | Group | Fill | Either | list[Doc]"
Task: TypeAlias = "tuple[int, bool, Doc]"  # indentation, on one line, what

SOFT, SPACE, HARD = Line(), Line(" "), Line(hard=True)


def forced(doc: Doc, known: dict[int, bool]) -> bool:
    """Whether a document ends a line whatever room there is."""
    if isinstance(doc, str):
        return "\n" in doc
    if isinstance(doc, Line):
        return doc.hard
    if id(doc) not in known:
        known[id(doc)] = any(forced(one, known) for one in _held(doc))
    return known[id(doc)]


def _held(doc: Doc) -> Sequence[Doc]:
    if isinstance(doc, list):
        return doc
    if isinstance(doc, Fill):
        return doc.parts
    if isinstance(doc, Either):
        return [doc.broken]
    return [doc.inner] if isinstance(doc, Indent | Group) else []


class Printer:
    def __init__(self, width: int) -> None:
        self.width, self.column = width, 0
        self.out: list[str] = []
        self.known: dict[int, bool] = {}

    def print(self, doc: Doc) -> str:
        tasks: list[Task] = [(0, False, doc)]
        while tasks:
            indent, flat, one = tasks.pop()
            if isinstance(one, str):
                self.write(one)
            elif isinstance(one, Line):
                self.end(indent) if one.hard or not flat else self.write(one.flat)
            elif isinstance(one, Fill):
                self.fill(indent, flat, one, tasks)
            else:
                tasks += reversed(self.opened(indent, flat, one, tasks))
        return "".join(self.out)

    def opened(self, indent: int, flat: bool, doc: Doc, rest: list[Task]) -> list[Task]:
        if isinstance(doc, Group):
            whole = not forced(doc, self.known) and (flat or self.fits((indent, True, doc.inner), rest))
            return [(indent, whole, doc.inner)]
        return opened(indent, flat, doc, self.known)

    def write(self, text: str) -> None:
        self.out.append(text)
        self.column = len(text) - text.rfind("\n") - 1 if "\n" in text else self.column + len(text)

    def end(self, indent: int) -> None:
        if self.out:
            self.out[-1] = self.out[-1].rstrip(" ")
        self.out.append("\n" + " " * indent)
        self.column = indent

    def fill(self, indent: int, flat: bool, doc: Fill, tasks: list[Task]) -> None:
        if not doc.parts:
            return
        content, *left = doc.parts
        whole = flat or self.fits((indent, True, content), [] if left else tasks)
        if left:
            line, following = left[:2]
            rest: list[Task] = [] if len(left) > 2 else tasks
            room = flat or (whole and self.fits((indent, True, [content, line, following]), rest))
            tasks.append((indent, flat, Fill(tuple(left[1:]))))
            tasks.append((indent, room, line))
        tasks.append((indent, whole, content))

    def fits(self, task: Task, rest: list[Task]) -> bool:
        """Whether what is to come stands in what is left of this line, up to where it may end."""
        room, tasks, below = self.width - self.column, [task], len(rest)
        while room >= 0:
            if not tasks:
                if not below:
                    return True
                below -= 1
                tasks.append(rest[below])
                continue
            indent, flat, doc = tasks.pop()
            if isinstance(doc, str):
                if "\n" in doc:
                    return len(doc.split("\n", 1)[0]) <= room
                room -= len(doc)
            elif isinstance(doc, Line):
                if doc.hard or not flat:
                    return True
                room -= len(doc.flat)
            else:
                tasks += reversed(opened(indent, flat, doc, self.known))
        return False


def opened(indent: int, flat: bool, doc: Doc, known: dict[int, bool]) -> list[Task]:
    """What a document is made of, in order."""
    if isinstance(doc, Indent):
        return [(indent + doc.by, flat, doc.inner)]
    if isinstance(doc, Either):
        return [(indent, flat, doc.flat if flat else doc.broken)]
    if isinstance(doc, Group):
        return [(indent, flat and not forced(doc, known), doc.inner)]
    return [(indent, flat, one) for one in _held(doc)]
