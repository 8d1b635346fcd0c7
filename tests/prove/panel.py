"""The score panel of a jury of 600 dossiers beside that of 24: weighed by the verb, then its pages as the chair asks them.

Prints statements, rows read and time of each, and their ratio: 15 statements and 1.3 times at most.
"""

import os
import sys
import time
import warnings
from typing import Any

STAGE, SMALL, BIG = "deliberation", 2, 50  # times the twelve dossiers of the demonstration's first wave
MOST, MOST_STATEMENTS, NOISE = 1.3, 15, 4.0  # ms
ENVELOPE = 50_000_000_00
PATHS = {"panel": "/jury/1/classement-attendu/", "severity": "/jury/1/classement-attendu/?vue=experts"}


def main() -> int:
    warnings.simplefilter("ignore")
    os.environ["PORTAL_ROLE"] = "web"
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    small, big = measured(SMALL), measured(BIG)
    held = True
    for name in PATHS:
        (few, cost), (many, more) = small[name], big[name]
        ratio = more.time / cost.time
        within = many <= MOST_STATEMENTS and (ratio <= MOST or more.time - cost.time < NOISE)
        held &= within
        print(
            f"{name}: {few} → {many} statements, {cost.read.rows} → {more.read.rows} rows, "
            f"{cost.time:.1f} → {more.time:.1f} ms, × {ratio:.2f}{'' if within else ' !'}"
        )
    return 0 if held else 1


def measured(times: int) -> dict[str, tuple[int, Any]]:
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from reviews import actions
    from reviews.models import Session
    from tests import growing
    from tests.database import as_
    from tests.pages import Page
    from tests.processes import staged

    staged(STAGE)
    found = {}
    with growing.scale(STAGE, times) as here:
        session = Session.objects.select_related("wave__settings").order_by("pk").first()
        began = time.monotonic()
        with transaction.atomic():
            as_(session.chair_id)  # who reads reports, as the worker does
            weighed = actions.weigh(session, ENVELOPE * times)
            assert weighed is not None
            actions.keep_panel(session, weighed)
        dossiers, error = len(weighed.figures["dossiers"]), weighed.figures["error"]
        print(f"{dossiers} dossiers weighed in {time.monotonic() - began:.1f} s, error {error}", flush=True)
        for name, path in PATHS.items():
            page = Page(name, STAGE, "jean", path)
            ask = here.asking(page)
            ask()
            with CaptureQueriesContext(connection) as statements:
                assert ask().status_code == 200
            found[name] = len(statements), here.cost(page, 7)
    return found


if __name__ == "__main__":
    sys.exit(main())
