"""Templates laid out to be read: bin/layout.py [--fix] [templates/…].

An element stands on one line if it fits; otherwise each block that it holds has its own lines, two columns further in, and
so have the branches of `{% if %}` and `{% for %}`. A tag that is too long has an attribute a line, a sentence is wrapped.
A line ends only where no reader of the page sees it: between attributes, at the edge of a block, or where a space was
(bin/markup.py says where). What the template draws is the same, its whitespace aside.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from markup import BLOCK, BLOCKS, NAME, SPACES, TAG, Body, Gap, Item, Leaf, Node, Trees, bodies, end_of_markup, tied
from printing import HARD, SOFT, SPACE, Doc, Either, Fill, Group, Indent, Line, Printer

ROOT = Path(__file__).resolve().parent.parent
WIDTH, MOST = 120, 8
ROW = frozenset(("td", "th", "dt", "dd", "li", "col", "option"))  # several of these may share a line
SENTENCE = re.compile(r"({%.*?%})(.*)({%.*?%})", re.S)
PARTS = frozenset(part for parts in BLOCKS.values() for part in parts)
PLURAL = re.compile(r"({%\s*plural\s*%})")
LAST = Group(SPACE)  # a line ends there only where it can end nowhere else
WORD = re.compile(r"(?:{{.*?}}|[^ \t\r\n\f])+")


# ── markup ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def name_of(tag: str) -> str:
    """« if » of `{% if … %}`."""
    found = NAME.match(tag)
    return found[1] if found else ""


def deeper(name: str) -> int:
    return (name in BLOCKS) - name.startswith("end")


def attributes(text: str) -> Iterator[tuple[str, bool]]:
    """What stands in a tag after its name, block tags whole: (text, whether something may stand between it and the last)."""
    at = 0
    while at < len(text):
        start = at
        while at < len(text) and text[at] in SPACES:
            at += 1
        if at < len(text):
            end = _attribute(text, at)
            yield text[at:end], at > start or text.startswith("{%", at)
            at = end


def _attribute(text: str, at: int) -> int:
    """Where it ends: at a space outside quotes and blocks, or where a block tag follows that brings its own."""
    first, deep, quote = at, 0, ""
    while at < len(text):
        if found := TAG.match(text, at):
            name, inside = name_of(found[0]), deep or quote
            if name and at > first and not inside and (text[at - 1] in "\"'" or text[found.end() :][:1] in SPACES):
                return at
            deep += deeper(name)
            at = found.end()
            if not deep and not quote and text.startswith("{%", first):
                return at
        elif text[at] in SPACES and not deep and not quote:
            return at
        else:
            if text[at] in "\"'" and not deep and quote in ("", text[at]):
                quote = "" if quote else text[at]
            at += 1
    return at


def branches(text: str) -> list[tuple[str, str]]:
    """A block tag among attributes: [(tag, the attributes after it)]."""
    deep, tags = 0, []
    for found in TAG.finditer(text):
        name = name_of(found[0])
        if deep == 0 or (deep == 1 and (name in PARTS or name.startswith("end"))):
            tags.append(found)
        deep += deeper(name)
    ends = [*(found.start() for found in tags[1:]), len(text)]
    return [(found[0], text[found.end() : end]) for found, end in zip(tags, ends, strict=True)]


def attribute(text: str) -> tuple[Doc, str]:
    """How it stands in a tag with an attribute a line, and in one without: there a block tag holds its own spaces."""
    if name_of(text) not in BLOCKS:
        return text, text if text.startswith("{%") else f" {text}"
    broken, flat = list[Doc](), ""
    for tag, inner in branches(text):
        held = [attribute(one) for one, _apart in attributes(inner)]
        flat += tag + "".join(one for _doc, one in held)
        lines = [part for doc, _flat in held for part in (SPACE, doc)][1:]
        broken += [tag, Indent([SOFT, lines]), SOFT] if lines else [tag]
    return Group(broken), flat


def markup(text: str) -> Doc:
    """A tag, with an attribute a line if it must."""
    found = re.match(r"<[\w:-]+", text)
    end = "/>" if text.endswith("/>") else ">"
    if not found or not text[found.end() : -len(end)].strip():
        return text
    parts = list[Doc]()
    for one, apart in attributes(text[found.end() : -len(end)]):
        doc, flat = attribute(one)
        if parts and not apart:
            parts.append(one)
        else:
            parts += [SOFT, Either(doc, flat)] if parts else [Either([" ", doc], flat)]
    return Group([found[0], Indent([*parts, Group([SOFT, end])], len(found[0]) + 1)])


def words(text: str) -> Doc:
    """A text whose lines may end at its spaces; not beside a no-break space, which would go with them."""
    parts: list[Doc] = []
    for found in WORD.finditer(text):
        if parts and tied(str(parts[-1]), found[0]):
            parts[-1] = f"{parts[-1]} {found[0]}"
        else:
            parts += [SPACE, found[0]] if parts else [found[0]]
    return Fill(tuple(parts))


def sentence(text: str) -> Doc:
    """A text to translate, or a comment, with its lines within its tags: only where a new line changes nothing of it."""
    found = SENTENCE.fullmatch(text)
    if not found or not (re.search(r"\btrimmed\b", found[1]) or "comment" in found[1]):
        return text
    doc: list[Doc] = [found[1]]
    for part in PLURAL.split(found[2]):
        doc += [part] if PLURAL.fullmatch(part) else [Indent([SOFT, words(part)]), SOFT]
    return Group([*doc, found[3]])


# ── what holds what ──────────────────────────────────────────────────────────────────────────────────────────────────
class Run:
    """Things in one line of text, whose lines end where they must; those of a tag in the line are further in."""

    def __init__(self) -> None:
        self.parts: list[Doc] = []
        self.between: Line | str = ""
        self.deep = 0

    def push(self, doc: Doc) -> None:
        doc = Indent(doc, self.deep) if self.deep else doc
        if self.parts and isinstance(self.between, Line):
            self.parts += [Indent(self.between, self.deep) if self.deep else self.between, [doc]]
        elif self.parts and isinstance(self.parts[-1], list):
            self.parts[-1] += [self.between, doc]
        else:
            self.parts.append([doc])
        self.between = ""

    def gap(self, gap: Gap) -> None:
        self.between = line(gap)

    def glue(self, doc: Doc) -> None:
        """What stands between two things that are one for those around them."""
        self.between = ""
        self.push(doc)


def line(gap: Gap) -> Line | str:
    if gap.free:
        return SOFT
    return " " if gap.fixed else SPACE if gap.space else ""


class Layout:
    def __init__(self, trees: Trees) -> None:
        self.trees = trees

    def laid(self, text: str) -> str:
        """A line that ends where none did may let another space go: until nothing moves."""
        for _ in range(MOST):
            text, before = self.once(text), text
            if text == before:
                break
        return text

    def once(self, text: str) -> str:
        body = self.trees.read(text)
        if not body.items:
            return text
        first, last = ("\n" if gap.space and not gap.free else "" for gap in (body.gaps[0], body.gaps[-1]))
        last = last or "\n" * text.endswith("\n")
        return first + Printer(WIDTH).print(self.body(body, hard=True)) + last

    # what stands on lines of its own
    def heavy(self, item: Item) -> bool:
        """What asks for lines of its own: a block, or what sets something for those below."""
        if isinstance(item, Node):
            return item.block if item.element else any(map(self.heavy_in, item.bodies))
        if item.name == "include":
            return self.trees.drawn_apart(item)
        return item.name in BLOCK - {"br"} or item.silent and item.name != "csrf_token"

    def heavy_in(self, body: Body) -> bool:
        return any(map(self.heavy, body.items))

    def apart(self, item: Item, before: Gap, after: Gap) -> bool:
        """What has lines of its own where those around it are broken."""
        if self.heavy(item):
            return True
        if item.name in ("include", "block") and before.free and after.free:
            return True
        return isinstance(item, Node) and not (before.none or after.none) and self.open(item)

    def open(self, node: Node) -> bool:
        """Whether lines may end at every edge of a block tag."""
        edges = [gap for body in node.bodies if body.items for gap in (body.gaps[0], body.gaps[-1])]
        return bool(edges) and not node.element and not any(gap.none for gap in edges)

    def depth(self, item: Item) -> int:
        if not self.heavy(item):
            return 0
        return 1 + max((self.depth(one) for body in bodies(item) for one in body.items), default=0)

    def tall(self, body: Body) -> bool:
        """Whether no room is wide enough for all of it on one line."""
        heavy = [item for item in body.items if self.heavy(item)]
        names = {item.name for item in heavy}
        return (
            any(isinstance(item, Leaf) for item in heavy)
            or (len(heavy) > 1 and not names <= ROW)
            or bool(heavy and len(body.items) > len(heavy))
            or self.deep(body)
        )

    def deep(self, body: Body) -> bool:
        """Whether it holds blocks that hold blocks."""
        return any(self.depth(item) > 1 for item in body.items)

    def edge(self, body: Body, gap: Gap) -> Line | str:
        found = line(gap)
        return HARD if isinstance(found, Line) and self.deep(body) else found

    # drawing
    def body(self, body: Body, hard: bool) -> Doc:
        out: list[Doc] = []
        run, last = Run(), False
        for n, item in enumerate(body.items):
            apart = self.apart(item, body.gaps[n], body.gaps[n + 1])
            if n and (apart or last):
                out.append(Fill(tuple(run.parts)))
                between = line(body.gaps[n])
                run = Run()
                out.append(HARD if hard and isinstance(between, Line) else between)
            elif n:
                run.gap(body.gaps[n])
            if apart:
                out.append(self.item(item))
            else:
                self.inline(run, item)
            last = apart
        return [*out, Fill(tuple(run.parts))]

    def item(self, item: Item) -> Doc:
        if isinstance(item, Leaf):
            return self.leaf(item)
        doc: list[Doc] = []
        for opener, body in item.branches:
            first, last = (self.edge(body, gap) for gap in (body.gaps[0], body.gaps[-1]))
            doc.append(self.item(opener))
            if body.items:
                doc += [Indent([first, self.body(body, self.tall(body))]), last]
            else:
                doc.append(" " if first is SPACE else "")
        return Group([*doc, item.closer.text])

    def leaf(self, leaf: Leaf) -> Doc:
        if leaf.kind in ("open", "void"):
            return markup(leaf.text)
        if leaf.kind == "raw" and leaf.text.startswith("<"):
            end = end_of_markup(leaf.text, 0)
            return [markup(leaf.text[:end]), leaf.text[end:]]
        return sentence(leaf.text)

    def inline(self, run: Run, item: Item) -> None:
        """An element or a block tag in the line is only its tags, and what stands between them."""
        if isinstance(item, Leaf) or self.open(item) or any(map(self.heavy_in, item.bodies)):
            run.push(self.item(item))
            return
        for opener, body in item.branches:
            run.push(self.item(opener))
            run.deep += 2
            for n, one in enumerate(body.items):
                run.gap(body.gaps[n])
                self.inline(run, one)
            run.deep -= 2
            if line(body.gaps[-1]) is SPACE:
                run.glue(LAST)
        run.push(item.closer.text)


# ── the templates of the project ─────────────────────────────────────────────────────────────────────────────────────
def templates(root: Path) -> list[Path]:
    return sorted((root / "templates").rglob("*.html"))


def laid(root: Path, files: list[Path] | None = None) -> Iterator[tuple[Path, str, str]]:
    """(file, what it is, what it would be)."""
    layout = Layout(Trees(root / "templates"))
    for file in templates(root) if files is None else files:
        text = file.read_text()
        try:
            yield file, text, layout.laid(text)
        except ValueError as error:
            raise ValueError(f"{file.relative_to(root)} : {error}") from error


def faults(root: Path) -> list[str]:
    """Templates that would be laid out otherwise, and the lines that only a person can make shorter."""
    said = []
    for file, old, new in laid(root):
        name = file.relative_to(root)
        if old != new:
            said.append(f"{name} : n’est pas mis en page (bin/check --fix)")
        said += [
            f"{name}:{n}: {len(line)} colonnes, plus de {WIDTH} : nommez d’abord ce qui est trop long"
            for n, line in enumerate(new.splitlines(), 1)
            if len(line) > WIDTH
        ]
    return said


def write(root: Path, files: list[Path] | None = None) -> None:
    for file, old, new in list(laid(root, files)):
        if old != new:
            file.write_text(new)


def main() -> int:
    files = [Path(name).resolve() for name in sys.argv[1:] if name != "--fix"]
    if "--fix" in sys.argv:
        write(ROOT, files or None)
        return 0
    for _file, _old, new in laid(ROOT, files or None):
        sys.stdout.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
