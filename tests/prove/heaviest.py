"""What each page of the heaviest dossier costs, moment after moment: processor time, SQL, bytes, beside a bare Django page of the
same bytes."""

import sys
import warnings
from typing import Any

from tests.bench import bare, milliseconds
from tests.processes import running

MOST_MS, MOST_SQL, TIMES = 60.0, 15, 9


def main() -> int:
    warnings.simplefilter("ignore")
    with running(names=()) as portal:
        portal.work_here()
        from django.test import Client

        import edsh_portal.wsgi  # noqa: F401 (as the web is loaded)
        from tests.applications import heavy
        from tests.applications import world as made

        portal.set_clock(made.NOW)
        world = made.build()
        client = Client()
        client.force_login(world.cast.sophie, backend="directory.backends.EmailBackend")
        slow = []
        for moment, pages in heavy.life(world, portal.set_clock):
            print(f"\n{moment:22} {'ms':>7} {'SQL':>4} {'octets':>8} {'nue ms':>7} {'rapport':>8}")
            slow += [
                f"{moment}, {name} ({told})" for name, path in pages.items() if (told := measure(client, name, path))
            ]
    print(f"\nheaviest: {f'above {MOST_MS} ms or {MOST_SQL} queries: ' + ' ; '.join(slow) if slow else 'all within'}")
    return 1 if slow else 0


def measure(client: Any, name: str, path: str) -> str:
    """Prints what the page costs; how much it is when that is too much."""
    from tests.test_budgets import counted

    client.get(path)
    with counted() as asked:
        response = client.get(path)
    assert response.status_code == 200, (name, response.status_code)
    ours = milliseconds(lambda: client.get(path), TIMES)
    with bare(len(response.content)) as ask:
        least = milliseconds(ask, TIMES)
    print(
        f"{name:22} {ours:7.1f} {len(asked):4} {len(response.content):8} {least:7.2f} {ours / least:8.1f}", flush=True
    )
    return f"{ours:.1f} ms, {len(asked)} SQL" if ours > MOST_MS or len(asked) > MOST_SQL else ""


if __name__ == "__main__":
    sys.exit(main())
