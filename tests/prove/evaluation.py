"""The pages of the evaluation in a wave of 600 dossiers with five reports each, beside one of 24: the matrix, the ranking, the score
panel (weighed by the verb first) as the chair asks them, and the list of an expert who is asked all of them.

`bin/prove evaluation [NAME…]` prints statements, rows read and time of each, and their ratio: 15 statements and 1.3 times at most.
"""

import os
import sys
import time
import warnings
from typing import Any

STAGE, SMALL, BIG = "deliberation", 2, 50  # times the twelve dossiers of the demonstration's first wave
MOST, MOST_STATEMENTS, NOISE = 1.3, 15, 4.0  # ms
MORE_FACTS = {
    "assignments": 17
}  # of one dossier: its reports, what was reopened, links, who else may be asked; none asked twice
ENVELOPE = 50_000_000_00
PAGES = {  # who, where
    "panel": ("jean", "/jury/1/classement-attendu/"),
    "severity": ("jean", "/jury/1/classement-attendu/?vue=experts"),
    "ranking": ("jean", "/jury/1/"),
    "ranking-last": ("jean", "/jury/1/?page=9999"),
    "matrix": ("driss", "/experts/"),
    "matrix-wave": ("driss", "/experts/?releve=1"),
    "experts": ("driss", "/experts/annuaire/"),
    "assignments": ("driss", "/instruction/{valmont}/experts/"),
    "my-files": ("claire", "/expertise/"),
    "my-files-last": ("claire", "/expertise/?page=9999"),
}
# A fifth report for each dossier, by people who have none of it: claire first. Copies of its first one, without walls nor seals.
MORE = """
  CREATE TEMP TABLE more AS
  SELECT d.assignment, d.review, e.id AS expert, nextval(pg_get_serial_sequence('reviews_assignment', 'id')) AS new_assignment,
         nextval(pg_get_serial_sequence('reviews_review', 'id')) AS new_review
    FROM (SELECT a.application_id, min(a.id) AS assignment, min(r.id) AS review, count(*) AS n
            FROM reviews_assignment a JOIN reviews_review r ON r.assignment_id = a.id AND r.state = 'locked'
           WHERE a.state = 'declared' GROUP BY 1) d
   CROSS JOIN LATERAL (
          SELECT u.id FROM directory_user u JOIN directory_user_groups m ON m.user_id = u.id JOIN auth_group g ON g.id = m.group_id
           WHERE g.name = 'expert'
             AND NOT EXISTS (SELECT FROM reviews_assignment o WHERE o.expert_id = u.id AND o.application_id = d.application_id)
           ORDER BY u.email NOT LIKE 'claire@%', md5(u.id::text || d.application_id) LIMIT greatest(5 - d.n, 1)) e
"""
OF = {  # table → its rows copied, and the columns that are not the copied ones
    "reviews_assignment": ("t.id = m.assignment", {"id": "m.new_assignment", "expert_id": "m.expert"}),
    "reviews_reviewerpermission": (
        "t.assignment_id = m.assignment",
        {
            "id": "nextval(pg_get_serial_sequence('reviews_reviewerpermission', 'id'))",
            "assignment_id": "m.new_assignment",
            "user_id": "m.expert",
        },
    ),
    "reviews_review": ("t.id = m.review", {"id": "m.new_review", "assignment_id": "m.new_assignment"}),
    "reviews_score": (
        "t.review_id = m.review",
        {"id": "nextval(pg_get_serial_sequence('reviews_score', 'id'))", "review_id": "m.new_review"},
    ),
}


def main() -> int:
    warnings.simplefilter("ignore")
    os.environ["PORTAL_ROLE"] = "web"
    import django
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    names = sys.argv[1:] or [*PAGES]
    small, big = measured(SMALL, names), measured(BIG, names)
    held = True
    for name in names:
        (few, cost), (many, more) = small[name], big[name]
        ratio = more.time / cost.time
        within = many <= MORE_FACTS.get(name, MOST_STATEMENTS) and (ratio <= MOST or more.time - cost.time < NOISE)
        held &= within
        print(
            f"{name:14} {few} → {many} statements, {cost.read.rows} → {more.read.rows} rows, {cost.sql:.1f} → {more.sql:.1f} ms of SQL, "
            f"{cost.time:.1f} → {more.time:.1f} ms, × {ratio:.2f}{'' if within else ' !'}"
        )
    return 0 if held else 1


def measured(times: int, names: list[str]) -> dict[str, tuple[int, Any]]:
    from tests import growing
    from tests.pages import Page
    from tests.processes import staged
    from tests.test_budgets import counted

    staged(STAGE)
    found = {}
    with growing.scale(STAGE, times) as here:
        reports = five(here.superuser)
        print(f"{here.dossiers} dossiers, {reports} reports", flush=True)
        if {"panel", "severity"} & {*names}:
            weigh(times)
        for name in names:
            page = Page(name, STAGE, *PAGES[name])
            ask = here.asking(page)
            ask()
            with counted() as statements:
                assert ask().status_code == 200, name
            found[name] = len(statements), here.cost(page, 7)
    return found


def five(line: Any) -> int:
    """Five locked reports a dossier at least; claire's among them."""
    line.execute("SET session_replication_role = replica")
    line.execute(MORE)
    for table, (which, own) in OF.items():
        columns = [
            name
            for (name,) in line.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = ''",
                [table],
            )
        ]
        names, said = (
            ", ".join(f'"{name}"' for name in columns),
            ", ".join(own.get(name, f't."{name}"') for name in columns),
        )
        line.execute(
            f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {said} FROM {table} t JOIN more m ON {which}"
        )
    line.execute("SET session_replication_role = origin")
    line.execute("VACUUM ANALYZE")
    return int(line.execute("SELECT count(*) FROM reviews_review WHERE state = 'locked'").fetchone()[0])


def weigh(times: int) -> None:
    from django.db import transaction

    from reviews import actions
    from reviews.models import Session
    from tests.database import as_

    session = Session.objects.select_related("wave__settings").order_by("pk").first()
    assert session is not None
    began = time.monotonic()
    with transaction.atomic():
        as_(session.chair_id)  # who reads reports, as the worker does
        weighed = actions.weigh(session, ENVELOPE * times)
        assert weighed is not None
        actions.keep_panel(session, weighed)
    dossiers, error = len(weighed.figures["dossiers"]), weighed.figures["error"]
    print(f"{dossiers} dossiers weighed in {time.monotonic() - began:.1f} s, error {error}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
