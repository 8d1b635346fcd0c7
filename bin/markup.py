"""Templates read as trees: elements and blocks with what they hold, and of each gap between two things whether a space shows there.

A gap is `space` when the template has one, and `free` when whitespace there never shows: whatever the conditions around it
answer, it stands beside the edge of a block (`</td>`, `<li>`, `<br>`…), where browsers drop it.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

BLOCK = frozenset(
    """address article aside blockquote body br caption col colgroup dd details dialog div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 head header hr html legend li link main meta nav noscript ol optgroup option p section style
    summary table tbody td template tfoot th thead title tr ul circle defs g line path polygon polyline rect text""".split()  # noqa: SIM905
)
FRAMES = frozenset(("svg", "select", "datalist"))  # in the line themselves, with nothing but blocks inside
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
# classes of the style sheets that make a block of an element (`display: block`), or of all that it holds (`display: flex`)
BLOCK_CLASSES = frozenset(("brand-call", "brand-name", "establishment-id", "figure-says", "task-note"))
LOOSE_CLASSES = frozenset(("actions", "brand", "figure-foot", "search"))
EXACT = re.compile(r"""\sclass=["'][^"']*\bdiff\b""")  # all their spaces show (`white-space: pre-wrap`)
RAW = frozenset(("pre", "textarea", "script", "style"))
# block tags of templates -> what parts them
BLOCKS = {
    "if": ("elif", "else"),
    "for": ("empty",),
    **dict.fromkeys(("with", "block", "autoescape", "filter", "ifchanged"), ()),
}
SILENT = frozenset(("load", "extends", "csrf_token", "once"))  # with no text of their own
SPACES = " \t\r\n\f"
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.S)
NAME = re.compile(r"{%-?\s*(\w+)")
MARKUP = re.compile(r"<!--.*?-->|<!doctype[^>]*>|<(/?)([a-zA-Z][\w:-]*)", re.S | re.I)
KEY = "{% csrf_token %}{% once %}"  # one idea: a form that is posted once
# where French sets a no-break space, the line does not end either
BEFORE, AFTER = (
    re.compile(r"[;:?!»%€×\u00a0\u202f–]|\d{3}\b"),
    re.compile(r"(?:[«\u00a0\u202f–]|\bn°|\b[Nn]os|\bart\.|\d)$"),
)


@dataclass
class Gap:
    space: bool = False
    free: bool = False
    fixed: bool = False  # a space where no line ends

    @property
    def none(self) -> bool:
        return not (self.space or self.free)


@dataclass
class Leaf:
    """`kind`: word, tag, comment, said (a sentence to translate), raw, or open, close and void markup."""

    kind: str
    text: str
    name: str = ""

    @property
    def silent(self) -> bool:
        if self.kind == "comment" or self.name in SILENT:
            return True
        head = self.text.split("%}", 1)[0]
        return self.kind in ("tag", "said") and bool(re.search(r"\basvar\b|\sas \w+ $", head))


@dataclass
class Body:
    """Things and the gaps around them: one more gap than things."""

    items: list["Item"] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=lambda: [Gap()])


@dataclass
class Node:
    """An element, or a block tag with its branches."""

    element: bool
    name: str
    branches: list[tuple[Leaf, Body]]
    closer: Leaf
    block: bool = False  # an element that has its own lines on the page

    @property
    def bodies(self) -> list[Body]:
        return [body for _opener, body in self.branches]

    @property
    def classes(self) -> set[str]:
        found = re.search(r"""\sclass=["']([\w -]*)""", self.branches[0][0].text) if self.element else None
        return set(found[1].split()) if found else set()


Item: TypeAlias = "Leaf | Node"


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def end_of_markup(text: str, at: int) -> int:
    """Where `<name …>` ends: quotes hold anything, template tags too."""
    quote = ""
    while at < len(text):
        if found := TAG.match(text, at):
            at = found.end()
            continue
        if quote:
            quote = "" if text[at] == quote else quote
        elif text[at] in "\"'":
            quote = text[at]
        elif text[at] == ">":
            return at + 1
        at += 1
    raise ValueError("une balise n’est pas fermée")


def _held(text: str, at: int, name: str) -> int:
    """Where a block tag whose text is not read ends."""
    return text.index("%}", text.index("{% end" + name, at)) + 2


def leaves(text: str) -> Iterator[tuple[bool, Leaf]]:
    """Everything in order: (after a space, what)."""
    at = 0
    while at < len(text):
        start = at
        while at < len(text) and text[at] in SPACES:
            at += 1
        if at == len(text):
            break
        leaf = _leaf(text, at)
        yield at > start, leaf
        at += len(leaf.text)


def _leaf(text: str, at: int) -> Leaf:
    if text.startswith(KEY, at):
        return Leaf("tag", KEY, "csrf_token")
    if found := TAG.match(text, at):
        named = NAME.match(found[0])
        name = named[1] if named else ""
        if found[0].startswith("{#") or name == "comment":
            return Leaf("comment", text[at : _held(text, at, name)] if name else found[0], "comment")
        if name in ("blocktranslate", "blocktrans", "verbatim"):
            return Leaf("said" if name != "verbatim" else "raw", text[at : _held(text, at, name)], name)
        return Leaf("tag", found[0], name)
    if found := MARKUP.match(text, at):
        return _markup(text, at, found)
    end = at + 1
    while end < len(text) and text[end] not in SPACES and not TAG.match(text, end) and not MARKUP.match(text, end):
        end += 1
    return Leaf("word", text[at:end])


def _markup(text: str, at: int, found: re.Match[str]) -> Leaf:
    if not found[2]:
        return Leaf("void", found[0], "hr") if found[0].startswith("<!d") else Leaf("comment", found[0], "comment")
    name, end = found[2].lower(), end_of_markup(text, at)
    if found[1]:
        return Leaf("close", text[at:end], name)
    if name in RAW or EXACT.search(text[at:end]):
        return Leaf("raw", text[at : text.index(">", text.index(f"</{name}", end)) + 1], name)
    kind = "void" if name in VOID or text[end - 2] == "/" else "open"
    return Leaf(kind, text[at:end], name)


class Reader:
    def __init__(self, text: str) -> None:
        self.found, self.at = list(leaves(text)), 0
        self.last = text[-1:] in SPACES and bool(text)

    def whole(self) -> Body:
        body = self.body(frozenset())
        if self.at < len(self.found):
            raise ValueError(f"{self.found[self.at][1].text} n’ouvre ni ne ferme rien")
        loosen(body)
        return body

    def body(self, stops: frozenset[tuple[str, str]]) -> Body:
        body = Body()
        while self.at < len(self.found):
            space, leaf = self.found[self.at]
            body.gaps[-1].space |= space
            if (leaf.kind, leaf.name) in stops:
                return body
            self.at += 1
            items, gaps = self.item(leaf, stops)
            body.items += items
            body.gaps += gaps
        body.gaps[-1].space |= self.last
        return body

    def item(self, leaf: Leaf, stops: frozenset[tuple[str, str]]) -> tuple[list[Item], list[Gap]]:
        """What a leaf begins, and the gaps after each; an element that its own block does not close is only its tag."""
        if leaf.kind == "tag" and leaf.name in BLOCKS:
            return [self.block(leaf)], [Gap()]
        if leaf.kind != "open":
            return [leaf], [Gap()]
        body = self.body(stops | {("close", leaf.name)})
        if self.at < len(self.found):
            closer = self.found[self.at][1]
            if (closer.kind, closer.name) == ("close", leaf.name):
                self.at += 1
                return [Node(True, leaf.name, [(leaf, body)], closer)], [Gap()]
        return [leaf, *body.items], body.gaps

    def block(self, opener: Leaf) -> Node:
        ends = frozenset(("tag", name) for name in (*BLOCKS[opener.name], f"end{opener.name}"))
        node = Node(False, opener.name, [], opener)
        part = opener
        while True:
            node.branches.append((part, self.body(ends)))
            if self.at == len(self.found):
                raise ValueError(f"{opener.text} n’est pas fermé")
            part = self.found[self.at][1]
            self.at += 1
            if part.name == f"end{opener.name}":
                node.closer = part
                return node


def loosen(body: Body, inside: bool = False) -> None:
    """Says of each element whether it is a block; beside a tag that its own block does not close, nobody can."""
    inside = inside and not any(isinstance(item, Leaf) and item.kind in ("open", "close") for item in body.items)
    for item in body.items:
        if isinstance(item, Node):
            item.block = item.element and bool(inside or item.name in BLOCK or BLOCK_CLASSES & item.classes)
            for inner in item.bodies:
                loosen(inner, bool(LOOSE_CLASSES & item.classes) if item.element else inside)


# ── where whitespace never shows ─────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Flow:
    """Walks a tree in one direction with « the last thing drawn is the edge of a block », and marks the gaps met so."""

    included: Callable[[Leaf], Body | None]
    back: bool = False
    mark: bool = True
    spaces: bool = False  # where whitespace was met, more of it never shows either

    def body(self, body: Body, state: bool) -> bool:
        step = -1 if self.back else 1
        gaps = body.gaps[::step]
        state = self.gap(gaps[0], state)
        for item, gap in zip(body.items[::step], gaps[1:], strict=True):
            state = self.gap(gap, self.item(item, state))
        return state

    def gap(self, gap: Gap, state: bool) -> bool:
        """On the way back, only a space that stays is leant on, and only to let new ones in: no two lean on each other."""
        if self.mark and not (self.spaces and (gap.fixed or (self.back and gap.space))):
            gap.free |= state
        return state or (self.spaces and gap.space and not gap.fixed and not (self.back and gap.free))

    def item(self, item: Item, state: bool) -> bool:
        if isinstance(item, Node):
            return self.element(item) if item.element else self.block(item, state)
        if item.silent:
            return state
        if item.name == "include":
            body = self.included(item)
            return replace(self, mark=False).body(body, state) if body else False
        return item.kind in ("open", "close", "void", "raw") and item.name in BLOCK | {"script"}

    def element(self, node: Node) -> bool:
        self.body(node.bodies[0], node.block or node.name in FRAMES or bool(LOOSE_CLASSES & node.classes))
        return node.block

    def block(self, node: Node, state: bool) -> bool:
        if node.name == "for":  # a turn begins where the last one ended
            turn, *none = node.bodies
            after = self.body(turn, state and replace(self, mark=False).body(turn, state))
            return after and (self.body(none[0], state) if none else state)
        outs = [self.body(body, state) for body in node.bodies]
        if node.name == "if" and node.branches[-1][0].name != "else":
            outs.append(state)
        return all(outs) and node.name != "block"  # another template may put something else in it


def bodies(item: Item) -> list[Body]:
    return item.bodies if isinstance(item, Node) else []


@dataclass
class Cells:
    """A cell of `.table-rows` with nothing in it is hidden on a phone (`td:empty`): where it may have nothing, not even a
    space comes in."""

    included: Callable[[Leaf], Body | None]

    def hold(self, body: Body, hides: bool = True) -> None:
        """`hides`: whether the table around is such a one; a row whose table is elsewhere may be in one."""
        for item in body.items:
            here = hides
            if isinstance(item, Node) and item.name == "table":
                here = "table-rows" in item.branches[0][0].text
            for inner in bodies(item):
                if here and item.name == "td" and self.blank(inner):
                    self.keep(inner)
                self.hold(inner, here)

    def keep(self, body: Body) -> None:
        for gap in body.gaps:
            gap.free = False
        for item in body.items:
            if isinstance(item, Node) and not item.element:
                for inner in filter(self.blank, item.bodies):
                    self.keep(inner)

    def blank(self, body: Body) -> bool:
        """Whether all of it may come to nothing."""
        return all(map(self.nothing, body.items))

    def nothing(self, item: Item) -> bool:
        if isinstance(item, Node):
            whole = item.name != "if" or item.branches[-1][0].name == "else"
            return not item.element and (not whole or item.name == "for" or any(map(self.blank, item.bodies)))
        if item.name == "include":
            body = self.included(item)
            return body is None or self.blank(body)
        return item.silent or item.kind == "tag" and item.name not in ("translate", "tag", "state")


# ── a whole template ─────────────────────────────────────────────────────────────────────────────────────────────────
INCLUDED = re.compile(r"""{%\s*include ["']([^"']+\.html)["']""")


class Trees:
    """The templates of a folder, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[str, Body | None] = {}

    def included(self, leaf: Leaf) -> Body | None:
        """What an include draws, if it says so itself."""
        found = INCLUDED.match(leaf.text)
        if not found or not (self.root / found[1]).is_file():
            return None
        if found[1] not in self.known:
            self.known[found[1]] = None  # one that includes itself
            self.known[found[1]] = Reader((self.root / found[1]).read_text()).whole()
        return self.known[found[1]]

    def read(self, text: str) -> Body:
        body = Reader(text).whole()
        pages = bool(body.items) and isinstance(body.items[0], Leaf) and body.items[0].name == "extends"
        fix(body, [], [])
        for spaces, back in itertools.product((False, True), repeat=2):
            flow = Flow(self.included, back, spaces=spaces)
            for item in body.items if pages else ():  # its blocks, each drawn somewhere else
                flow.item(item, False)
            if not pages:
                flow.body(body, False)
        for gap in body.gaps if pages else ():
            gap.free = True
        Cells(self.included).hold(body)
        return body

    def drawn_apart(self, leaf: Leaf) -> bool:
        """Whether an include draws blocks only."""
        body = self.included(leaf)
        return body is not None and all(
            Flow(self.included, back, mark=False).body(body, True) for back in (False, True)
        )


def tied(left: str, right: str) -> bool:
    """Whether French does not end a line between two words."""
    return bool(AFTER.search(left) or BEFORE.match(right))


def fix(body: Body, before: list[str], after: list[str]) -> None:
    """The spaces where no line ends: `before` and `after`, the words that may stand around."""
    for n, gap in enumerate(body.gaps):
        lefts, rights = ends(body.items[:n], before, -1), ends(body.items[n:], after, 1)
        gap.fixed = gap.space and any(tied(left, right) for left in lefts for right in rights)
    for n, item in enumerate(body.items):
        beside = isinstance(item, Node) and not item.element
        lefts, rights = ends(body.items[:n], before, -1), ends(body.items[n + 1 :], after, 1)
        for inner in bodies(item):
            fix(inner, *((lefts, rights) if beside else ([], [])))


def ends(items: list[Item], beyond: list[str], step: int) -> list[str]:
    """The words that may come first (last, backwards) of some things; "" for what is none."""
    found: list[str] = []
    for item in items[::step]:
        if isinstance(item, Node) and not item.block:
            found += [word for body in item.bodies for word in ends(body.items, [], step)]
        elif isinstance(item, Node) or not item.silent:
            return [*found, item.text if isinstance(item, Leaf) and item.kind == "word" else ""]
    return found + beyond
