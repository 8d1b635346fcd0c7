"""What each section of the heaviest dossier costs: processor time, SQL, bytes, beside a bare Django page of the same bytes."""

import os
import sys
import warnings

from tests.bench import bare, milliseconds
from tests.processes import running

MOST_MS, MOST_SQL, TIMES = 60.0, 15, 9


def main() -> int:
    warnings.simplefilter("ignore")
    with running(names=()) as portal:
        os.environ.update(portal.environment, PORTAL_ROLE="web")
        import django

        django.setup()
        from django.test import Client

        from tests.applications import heavy
        from tests.applications import world as made
        from tests.test_budgets import counted

        portal.set_clock(made.NOW)
        world = made.build()
        dossier = heavy.heaviest(world)
        client = Client()
        client.force_login(world.cast.sophie, backend="directory.backends.EmailBackend")
        print(f"{'section':16} {'ms':>7} {'SQL':>4} {'octets':>8} {'nue ms':>7} {'rapport':>8}")
        slow = []
        for name, path in heavy.sections(dossier).items():
            client.get(path)
            with counted() as asked:
                response = client.get(path)
            assert response.status_code == 200, (name, response.status_code)
            ours = milliseconds(lambda path=path: client.get(path), TIMES)  # type: ignore[misc]
            with bare(len(response.content)) as ask:
                least = milliseconds(ask, TIMES)
            print(
                f"{name:16} {ours:7.1f} {len(asked):4} {len(response.content):8} {least:7.2f} {ours / least:8.1f}",
                flush=True,
            )
            if ours > MOST_MS or len(asked) > MOST_SQL:
                slow.append(f"{name} ({ours:.1f} ms, {len(asked)} SQL)")
    print(f"heaviest: {'above ' + str(MOST_MS) + ' ms or 15 queries: ' + ', '.join(slow) if slow else 'all within'}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
