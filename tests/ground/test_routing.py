"""A route is found by the shape of its path as Django finds it in the whole list."""

import re

from django.urls import Resolver404, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from edsh_portal import urls

VALUES = ("12", "EDSH-1-0001", "mot", "5b1c2f3e-1111-4222-8333-444455556666", "a b")
ODD = (
    "",
    "healthz/",
    "nulle-part",
    "x/y/z/",
    "/",
    "api",
    "api/v1",
    "api/v1/",
    "api/v1/schema",
    "registres",
    "registres/non/",
    "a" * 300,
)


def paths(resolver, above=""):
    """Paths of each route, with each kind of value; then a little longer, and shorter."""
    for entry in resolver.url_patterns:
        here = above + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from paths(entry, here)
            continue
        for value in VALUES:
            path = (
                re.sub(r"<[^>]*>|\(\?P[^)]*\)", value, here).replace("/?", "/").translate(str.maketrans("", "", "$\\"))
            )
            yield from (path, f"{path}x", f"{path}x/", path.rstrip("/"))


def found(resolver, path):
    try:
        match = resolver.resolve(path)
    except Resolver404:
        return None
    return match.func, match.args, match.kwargs, match.view_name, match.route, match.captured_kwargs, match.extra_kwargs


def test_every_path_leads_where_the_whole_list_leads():
    whole, ours = URLResolver(RegexPattern("^/"), urls.rooms), get_resolver()
    tried = {f"/{path}" for path in (*paths(whole), *ODD)}
    assert [path for path in tried if found(whole, path) != found(ours, path)] == []
    assert sum(found(ours, path) is not None for path in tried) > 1000


def test_few_routes_are_tried():
    """An eighth of them at most; the site of the registers, whose list is Django's, a third."""
    [index] = get_resolver().url_patterns
    tried = {shape: sum(1 for _path in paths(index.narrowed(shape))) for shape in index.shapes}
    every, most = sum(1 for _path in paths(index)), max(tried[shape] for shape in tried if shape.word != "registres")
    assert most < every / 8
    assert max(tried.values()) < every / 2
