"""The address of a page of a dossier by its name alone: the dossier's pages stand in three rooms."""

from functools import cache
from importlib import import_module

ROOMS = ("applications", "casework", "calls")


@cache
def named(page: str) -> str:
    """« thread » → « casework:thread »; KeyError for a page of none of these rooms."""
    rooms = {url.name: room for room in ROOMS for url in import_module(f"{room}.urls").urlpatterns}
    return f"{rooms[page]}:{page}"
