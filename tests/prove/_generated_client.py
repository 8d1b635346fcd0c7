"""Run with the tools of bin/prove contract: `python _generated_client.py ADDRESS KEY` reads every collection by the client that
openapi-python-client has made, page after page, and prints {operation: rows} as JSON."""

import importlib
import json
import pkgutil
import sys
from inspect import signature
from urllib.parse import parse_qs, urlsplit

import generated_client.api
from generated_client import AuthenticatedClient


def collections() -> dict[str, object]:
    """Every reading that takes a cursor."""
    found = {}
    for one in pkgutil.walk_packages(generated_client.api.__path__, "generated_client.api."):
        read = getattr(importlib.import_module(one.name), "sync", None)
        if read is not None and "cursor" in signature(read).parameters:
            found[one.name.rpartition(".")[2]] = read
    return found


def rows(read: object, client: AuthenticatedClient) -> int:
    count, more = 0, {}
    while True:
        page = read(client=client, page_size=10, **more)
        assert type(page).__name__.startswith("Paginated"), page
        count += len(page.results)
        if not page.next_:
            return count
        more = {"cursor": parse_qs(urlsplit(page.next_).query)["cursor"][0]}


def main() -> None:
    address, key = sys.argv[1:]
    client = AuthenticatedClient(base_url=address, token=key, raise_on_unexpected_status=True)
    json.dump({name: rows(read, client) for name, read in collections().items()}, sys.stdout)


if __name__ == "__main__":
    main()
