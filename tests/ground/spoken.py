"""What each verb writes, whose proof it needs and where it is asked, read from the code; spoken.txt keeps it.

A function is followed through the names in its text: from a page, an obligation, a clock or a command down to `record`.
"""

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from django.conf import settings
from django.urls import URLResolver, get_resolver

from edsh_portal import events, speaker, tasks
from edsh_portal.acts import KINDS
from edsh_portal.workflow import Workflow

REGISTER = Path(__file__).with_name("spoken.txt")
KIND = re.compile(r"[a-z]+\.[a-z_]+")
PERSON = "whoever acts, by session or token"
LETTER = "whoever sent the letter or answers it, by the letter"
OWED = "whoever began it, by what is owed"
PORTAL = "nobody: the worker, or beside whoever acts"
VISITOR = "nobody: any visitor"
ANSWERED = {f"page {page}" for page in speaker.ANSWERED}
ASKED = {
    "password.forgotten",
    "account.asked",
}  # by any visitor, and what a letter lets one say in nobody's name: visitor_writes()
PROVED = {"account.proved"}


def plain(thing: Any) -> FunctionType | None:
    """The function of ours under its decorators."""
    if isinstance(thing, type) or not callable(thing):
        return None
    function = inspect.unwrap(thing)
    ours = isinstance(function, FunctionType) and settings.BASE_DIR in Path(function.__code__.co_filename).parents
    return function if ours and ".venv" not in function.__code__.co_filename else None


@cache
def text_of(function: FunctionType) -> ast.AST:
    """A lambda of a table is none of a verb."""
    return ast.parse("" if function.__name__ == "<lambda>" else textwrap.dedent(inspect.getsource(function)))


def found(function: FunctionType, node: ast.AST) -> Any:
    """What a name, or a name of a module, stands for; a map of steps, for the verbs of that module;
    what an act of two does, for that of each kind."""
    if isinstance(node, ast.Name):
        return function.__globals__.get(node.id)
    if isinstance(node, ast.Attribute) and node.attr in ("does", "undone"):
        return [getattr(kind, node.attr) for kind in KINDS.values()]
    if isinstance(node, ast.Attribute):
        owner = found(function, node.value)
        value = getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        return [getattr(owner, step.name, None) for step in value.steps] if isinstance(value, Workflow) else value
    return None


def inside(value: Any) -> Iterator[FunctionType]:
    """A function, or those of a table of functions; what waits for an event or for time is asked there, and not by who names it."""
    if value is events.REACTIONS or value is tasks.CLOCKS:
        return
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    for one in values:
        if isinstance(one, (list, tuple)):
            yield from inside(one)
        elif function := plain(one):
            yield function


@cache
def called(function: FunctionType) -> frozenset[FunctionType]:
    named = (node for node in ast.walk(text_of(function)) if isinstance(node, (ast.Name, ast.Attribute)))
    return frozenset(one for node in named for one in inside(found(function, node))) - {function}


@cache
def below(function: FunctionType) -> frozenset[FunctionType]:
    seen, waiting = {function}, [function]
    while waiting:
        for one in called(waiting.pop()) - seen:
            seen.add(one)
            waiting.append(one)
    return frozenset(seen)


def recorders() -> set[FunctionType]:
    """`record`, and whoever is given the kind to record."""
    record = plain(events.record)
    assert record is not None
    return {record} | {
        one for one in functions() if record in called(one) and "kind" in inspect.signature(one).parameters
    }


def written(function: FunctionType) -> Iterator[tuple[str, bool]]:
    """(kind of event, whether in nobody's name) of each that this function records by itself."""
    for node in ast.walk(text_of(function)):
        if isinstance(node, ast.Call) and plain(found(function, node.func)) in recording():
            none = any(
                isinstance(key.value, ast.Constant) and key.value.value is None
                for key in node.keywords
                if key.arg == "by"
            )
            for value in ast.walk(ast.Tuple(elts=node.args)):
                if isinstance(value, ast.Constant) and KIND.fullmatch(str(value.value)):
                    yield str(value.value), none
                elif isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant):
                    yield f"{value.values[0].value}…", none


@cache
def recording() -> frozenset[FunctionType]:
    return frozenset(recorders())


@cache
def entries() -> dict[str, FunctionType]:
    """« page directory:people » → its function, and so for obligations, clocks and commands."""
    found: dict[str, FunctionType] = {}
    for name, view in views(get_resolver(), ""):
        cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
        methods = [getattr(cls, verb, None) for verb in ("get", "post", "delete")] if cls else [view]
        found |= {f"page {name}": function for one in methods if (function := plain(one))}
    found |= {f"obligation {name}": one for name, to in events.REACTIONS.items() if (one := plain(to.function))}
    found |= {f"clock {one.__name__}": one for clock in tasks.CLOCKS if (one := plain(clock))}
    found |= {f"clock {one.__name__}": one for task in (tasks.sign_roots,) if (one := plain(task.run))}
    return found


def views(resolver: URLResolver, space: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern, pattern.namespace or space)
        elif pattern.name:
            yield ":".join(filter(None, (space, pattern.name))), pattern.callback


@cache
def functions() -> frozenset[FunctionType]:
    return frozenset(one for entry in entries().values() for one in below(entry))


def kinds() -> set[str]:
    """Every kind of event that a page, an obligation or a clock writes in somebody's name or in nobody's."""
    return {kind for one in functions() for kind, _none in written(one) if not kind.endswith("…")}


def lines() -> list[str]:
    """« verb | kinds of its events | who must be proved | where it is asked »."""
    owed = {kind for to in events.REACTIONS.values() for kind in to.owes}
    told = []
    for verb in sorted(functions(), key=lambda one: (one.__module__, one.__name__)):
        acts: dict[bool, set[str]] = defaultdict(set)
        for kind, none in written(verb):
            acts[none].add(kind)
        for none, these in sorted(acts.items()):
            where = sorted(name for name, entry in entries().items() if verb in below(entry))
            alone = any(
                not name.startswith("page") for name in where
            )  # there, what names somebody is owed; else it names nobody
            asked = {
                PERSON: not none and any(name.startswith("page") and name not in ANSWERED for name in where),
                LETTER: (not none or these <= PROVED) and not ANSWERED.isdisjoint(where),
                OWED: not none and alone and bool(these & owed),
                PORTAL: (none or alone and not these & owed) and not these <= ASKED | PROVED,
                VISITOR: bool(these & ASKED),
            }
            who = [one for one, needed in asked.items() if needed]
            name = f"{verb.__module__.replace('.actions.', '.')}.{verb.__name__}"
            told.append(" | ".join([name, ", ".join(sorted(these)), "; ".join(who), ", ".join(where)]))
    return told
