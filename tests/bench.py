"""What each main page costs: processor time, SQL, bytes, beside a bare Django page of the same bytes measured in the same run.

`bin/bench [NAME or STAGE…] [--times N] [--json FILE]`. Pages are asked in-process, as role *web*, on the demonstration's database.
The bare page is one view that renders the same bytes through the middleware of `startproject`: no query, no menu, no policy.
Time is the process's own (user + system), median of N asks after two that warm the caches: what else runs here weighs less on it.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TIMES = 15
BARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


def milliseconds(ask: Callable[[], Any], times: int) -> float:
    spent = []
    for _ in range(times + 2):
        began = time.process_time()
        ask()
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent[2:])


@contextmanager
def bare(size: int) -> Iterator[Callable[[], Any]]:
    """Asks a page of `size` bytes from the smallest Django there is."""
    from types import ModuleType

    from django.http import HttpRequest, HttpResponse
    from django.template import Context, Template
    from django.test import Client, override_settings
    from django.urls import path

    page, body = Template("<!doctype html><title>bare</title>{{ body }}"), "é" * ((size - 36) // 2)

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(page.render(Context({"body": body})))

    routes = ModuleType("bare_routes")
    routes.urlpatterns = [path("bare/", view)]  # type: ignore[attr-defined]
    sys.modules[routes.__name__] = routes
    with override_settings(ROOT_URLCONF=routes.__name__, MIDDLEWARE=BARE):
        client = Client()
        assert abs(len(client.get("/bare/").content) - size) < 64
        yield lambda: client.get("/bare/")


def measure(places: Any, page: Any, times: int) -> dict[str, Any]:
    from tests.pages import client_of
    from tests.test_budgets import counted

    client, path = client_of(places, page.who), places.path(page)
    client.get(path)
    with counted() as asked:
        response = client.get(path)
    size = len(response.content)
    ours = milliseconds(lambda: client.get(path), times)
    with bare(size) as ask:
        least = milliseconds(ask, times)
    return {
        "page": page.name, "stage": page.stage, "status": response.status_code, "ms": round(ours, 1), "sql": len(asked),
        "bytes": size, "bare_ms": round(least, 2), "ratio": round(ours / least, 1),
    }  # fmt: skip


def walk(chosen: list[Any], times: int) -> Iterator[dict[str, Any]]:
    from tests.pages import standing_at

    for stage in dict.fromkeys(page.stage for page in chosen):
        with standing_at(stage) as places:
            for page in (page for page in chosen if page.stage == stage):
                yield measure(places, page, times)


def show(told: list[dict[str, Any]]) -> None:
    for row in ("ms", "sql", "bytes", "ratio"):
        values = sorted(one[row] for one in told)
        print(
            f"{row:>6} : médiane {statistics.median(values)}, 9e décile {values[len(values) * 9 // 10]}, plus haut {values[-1]}"
        )
    worst = max(told, key=lambda one: one["ms"])
    print(f"la plus coûteuse : {worst['page']} ({worst['ms']} ms, {worst['sql']} requêtes, {worst['bytes']} octets)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--json", default="")
    asked = parser.parse_args()
    import django

    django.setup()
    from tests import pages

    chosen = [p for p in pages.PAGES if not asked.names or p.name in asked.names or p.stage in asked.names]
    print(f"{'page':26} {'étape':13} {'ms':>7} {'SQL':>4} {'octets':>7} {'nue ms':>7} {'rapport':>8}")
    told = []
    for one in walk(chosen, asked.times):
        told.append(one)
        print(
            f"{one['page']:26} {one['stage']:13} {one['ms']:7.1f} {one['sql']:4} {one['bytes']:7} {one['bare_ms']:7.2f} {one['ratio']:8.1f}"
            + ("" if one["status"] == 200 or one["page"].startswith("error") else f"  {one['status']}"), flush=True,
        )  # fmt: skip
    if told:
        show(told)
    if asked.json:
        with open(asked.json, "w") as file:
            json.dump(told, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
