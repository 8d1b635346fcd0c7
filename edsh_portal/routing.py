"""Routes found by their shape: of four hundred, only those are tried that begin as the path does and have as many parts.

Django tries a list from its first route to its last, each room's in turn, two or three times a request: a fifth of what a refusal costs.
"""

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

Entry = URLPattern | URLResolver
OF_ONE_PART = {one.regex for one in (IntConverter, SlugConverter, StringConverter, UUIDConverter)}  # they take no « / »


class Shape(NamedTuple):
    """Of a path, or of a route; None: whichever."""

    word: str | None  # up to the first « / »
    parts: int | None  # how many « / »


class ByShape(URLResolver):
    """Stands for a list of routes; each keeps its place, its names and its answer."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__(RoutePattern(""), [*entries])
        self.narrowed = cache(self._narrowed)

    def resolve(self, path: str) -> ResolverMatch:
        path = str(path)
        word, parts = path.partition("/")[0], path.count("/")
        return self.narrowed(Shape(word if word in self.words else None, min(parts, self.most))).resolve(path)

    @cached_property
    def shapes(self) -> set[Shape]:
        return {shape_of(route) for route in _routes(self.url_patterns, [])}

    @cached_property
    def words(self) -> set[str | None]:
        return {shape.word for shape in self.shapes}

    @cached_property
    def most(self) -> int:
        """Longer paths are of one kind."""
        return 1 + max(shape.parts or 0 for shape in self.shapes)

    def _narrowed(self, shape: Shape) -> URLResolver:
        return _kept(self, [], shape) or URLResolver(self.pattern, [])


def _routes(entries: Iterable[Entry], above: list[Any]) -> Iterator[list[Any]]:
    """The patterns that lead to each view, from the first list to its own."""
    for entry in entries:
        here = [*above, entry.pattern]
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, here)
        else:
            yield here


def shape_of(patterns: list[Any]) -> Shape:
    """What is written as an expression is not read further: it may be of any shape from there on."""
    route, known = "", True
    for pattern in patterns:
        if not (known := known and isinstance(pattern, RoutePattern)):
            break
        route += str(pattern)
    word, slash, _rest = route.partition("/")
    one = all(converter.regex in OF_ONE_PART for pattern in patterns for converter in pattern.converters.values())
    return Shape(word if "<" not in word and (slash or known) else None, route.count("/") if known and one else None)


def _kept(resolver: URLResolver, above: list[Any], shape: Shape) -> URLResolver | None:
    """The same, with the only routes that a path of this shape may be."""
    kept: list[Entry] = []
    for entry in resolver.url_patterns:
        here = [*above, entry.pattern]
        if isinstance(entry, URLResolver):
            kept += filter(None, [_kept(entry, here, shape)])
        elif all(asked is None or asked == given for asked, given in zip(shape_of(here), shape, strict=True)):
            kept.append(entry)
    if not kept:
        return None
    return URLResolver(resolver.pattern, kept, resolver.default_kwargs, resolver.app_name, resolver.namespace)
