"""What a page may cost: 15 queries and 100 kB, and the same number of queries whatever the number of rows behind a list; and that it is the
same with and without row-level security. What it carries too, since it is there (strict.py).

The 300 objects are copied in SQL by the superuser with triggers off: verbs would take an hour, and only what lists cost is asked.
"""

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pages
from tests.database import leave_alone
from tests.pages import OneStage, Page, Places, client_of, standing_at
from tests.strict import stands

MOST_QUERIES, MOST_BYTES = 15, 100_000
CHANGING = re.compile(
    r'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": ?"[^"]*"|<code>[0-9a-f]{12}</code>'
)
FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")  # not questions: what holds them together


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements asked inside the block, without the transaction's own words."""
    asked: list[str] = []
    with CaptureQueriesContext(connection) as seen:
        yield asked
    asked += [query["sql"] for query in seen.captured_queries if not query["sql"].startswith(FRAME)]


@pytest.fixture(scope="module")
def stages(django_db_setup: None, django_db_blocker: Any) -> Iterator[OneStage]:
    @contextmanager
    def opening(stage: str) -> Iterator[Places]:
        with standing_at(stage) as places:
            places.database.freeze_clock()  # pages show it
            yield places

    with django_db_blocker.unblock():
        here = OneStage(opening)
        yield here
        here.close()


@pytest.mark.parametrize("page", pages.BY_STAGE, ids=lambda page: page.name)
def test_page(stages: OneStage, page: Page) -> None:
    places = stages(page.stage)
    client, path = client_of(places, page.who), places.path(page)
    client.get(path)  # what is read once a process (reference data, templates) is not the page's
    with counted() as asked:
        response = client.get(path)
    behind = _behind_the_wall(places, client, path)
    assert response.status_code == page.status
    stands(response, signed_in=bool(page.who))
    assert (
        "\n".join(difflib.unified_diff(_lines(response), _lines(behind), "without", "behind", n=0, lineterm="")) == ""
    )
    assert len(asked) <= MOST_QUERIES, f"{path}: {len(asked)} queries\n" + "\n".join(line[:160] for line in asked)
    assert len(response.content) <= MOST_BYTES, f"{path}: {len(response.content)} bytes"


def _behind_the_wall(places: Places, client: Any, path: str) -> Any:
    """The same page once the web reads what its person reads, and no more (docs/decisions/0028)."""
    leave_alone(places.database, False)
    try:
        return client.get(path)
    finally:
        leave_alone(places.database, True)


def _lines(response: Any) -> list[str]:
    """What it says, but for what is drawn anew at each answer."""
    return CHANGING.sub("", response.content.decode(errors="replace")).splitlines()


# ── the same cost at 1, 3 and 300 ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class List:
    """Pages that list one table: whose they are, which of its rows they show, what tells two copies apart, what goes with a row.

    Values of `others` and of `along` are SQL expressions of n, the number of the copy.
    """

    who: str
    paths: tuple[str, ...]
    table: str
    where: str = "true"
    others: dict[str, str] = field(default_factory=dict)
    along: tuple[str, dict[str, str]] | None = None

    def fill(self, line: psycopg.Connection[Any], to: int) -> None:
        """Leaves exactly `to` rows that the pages may show."""
        rows = [pk for (pk,) in line.execute(f"SELECT id FROM {self.table} WHERE {self.where} ORDER BY id")]
        line.execute(f"DELETE FROM {self.table} WHERE id = ANY(%s)", [rows[to:]])
        if to > len(rows):
            copy(line, self.table, ("id", rows[0]), to - len(rows), self.others)
            if self.along:
                table, others = self.along
                key = next(iter(others))
                copy(line, table, (key, rows[0]), to - len(rows), others)
        left = line.execute(f"SELECT count(*) FROM {self.table} WHERE {self.where}").fetchone()
        assert left == (to,), f"{self.table}: {left}"


def newest(table: str) -> str:
    return f"(SELECT id FROM {table} ORDER BY id DESC OFFSET n - 1 LIMIT 1)"


def copy(line: psycopg.Connection[Any], table: str, model: tuple[str, int], times: int, others: dict[str, str]) -> None:
    """`times` copies of the row where `model` (column, value); unique constraints that a copy would break are dropped first."""
    for (name,) in line.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'", [table]
    ).fetchall():
        line.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
    for (name,) in line.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
        [table],
    ).fetchall():
        line.execute(f"DROP INDEX {name}")
    known = line.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " AND is_generated = 'NEVER' AND column_name <> 'id' ORDER BY ordinal_position",
        [table],
    ).fetchall()
    names = [name for (name,) in known]
    line.execute(
        f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE SELECT {', '.join(others.get(name, name) for name in names)}"
        f" FROM {table}, generate_series(1, {times}) AS n WHERE {model[0]} = %s",
        [model[1]],
    )


LISTS = {
    "register": List(
        "driss",
        ("/accueil/", "/dossiers/", "/instruction/", "/api/v1/applications/"),
        "applications_application",
        "submitted_at IS NOT NULL",
        {"reference": "'EDSH-8-' || n"},
    ),
    "establishments": List("adam", ("/annuaire/etablissements/",), "directory_establishment"),
    "people": List(
        "adam",
        ("/annuaire/personnes/",),
        "directory_user",
        "email NOT LIKE 'adam@%'",
        {"email": "'copie' || n || '@edsh.example'"},
    ),
    "payments": List("emma", ("/accueil/", "/finances/paiements/", "/api/v1/instalments/"), "funding_instalment"),
    "conventions": List("driss", ("/finances/conventions/",), "funding_convention"),
    "leftovers": List(
        "olivier",
        ("/finances/echanges/ecarts/",),
        "funding_importline",
        "outcome = 'left'",
        {"number": "1000 + n"},
    ),
    "batches": List(
        "olivier", ("/finances/echanges/",), "funding_batch", "cancelled_at IS NULL", {"number": "1000 + n"}
    ),
    "accounts": List(
        "emma",
        ("/finances/comptes/", "/api/v1/ledger/balances/"),
        "funding_account",
        "grant_id IS NOT NULL",
        {"code": "code || '-' || n"},
        ("funding_balance", {"account_id": newest("funding_account")}),
    ),
    "entries": List("emma", ("/api/v1/ledger/entries/",), "funding_entry"),
    "decisions": List(
        "dora",
        ("/accueil/", "/decisions/", "/api/v1/decisions/"),
        "decisions_decision",
        others={"number": "'2024-' || (1000 + n)"},
    ),
    "proposals": List("driss", ("/programmation/",), "decisions_proposal"),
    "grants": List("driss", ("/api/v1/grants/",), "funding_grant"),
    "lapses": List(
        "driss",
        ("/finances/caducites/",),
        "funding_grant",
        "state = 'engaged' AND id NOT IN (SELECT grant_id FROM funding_start)"
        " AND id NOT IN (SELECT s.grant_id FROM funding_grantshare s JOIN funding_convention c ON c.share_id = s.id"
        " JOIN funding_claim m ON m.convention_id = c.id)",
    ),
    "my_files": List(
        "claire",
        ("/accueil/", "/expertise/"),
        "reviews_assignment",
        "state = 'declared' AND expert_id = (SELECT id FROM directory_user WHERE email LIKE 'claire@%')",
        {},
        ("reviews_review", {"assignment_id": newest("reviews_assignment")}),
    ),
    "ranking": List(
        "jean",
        ("/jury/1/", "/jury/1/classement/", "/api/v1/ranking/"),
        "reviews_rankingline",
        "session_id = (SELECT min(id) FROM reviews_session)",
        {"rank": "1000 + n"},
    ),
    "jobs": List("aude", ("/taches/",), "delivery"),
    "mailbox": List("", ("/demo/courrier/",), "mail", others={"message_id": "message_id || n"}),
}


@pytest.fixture
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    with django_db_blocker.unblock(), standing_at("running") as here:
        yield here


@pytest.mark.parametrize("name", LISTS)
def test_list(crowd: Places, name: str) -> None:
    """Equal at 1, 3 and 300 objects, and within the budget."""
    listed = LISTS[name]
    client = client_of(crowd, listed.who)
    costs: dict[str, list[int]] = {path: [] for path in listed.paths}
    for number in (1, 3, 300):
        with crowd.database.connect("superuser") as line:
            line.execute("SET session_replication_role = replica")
            listed.fill(line, number)
        for path in listed.paths:
            client.get(path)
            with counted() as asked:
                response = client.get(path)
            assert response.status_code == 200, f"{path} with {number}: {response.status_code}"
            assert len(response.content) <= MOST_BYTES, f"{path} with {number}: {len(response.content)} bytes"
            costs[path].append(len(asked))
    assert {path: len(set(counts)) for path, counts in costs.items()} == dict.fromkeys(costs, 1), costs
    assert all(counts[0] <= MOST_QUERIES for counts in costs.values()), costs
