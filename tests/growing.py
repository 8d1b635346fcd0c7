"""What a page costs when many more have applied: which pages and lists, the measures of one of them, what may grow and why.

The surest measure is how many rows its statements read, in tables and in indexes, in what is stored apart (TOAST), inside functions and
behind policies: PostgreSQL counts them, and a busy machine or a warm cache does not change their number. Blocks follow how full the
pages of a table are; times follow whoever else works there.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.db import connection

from edsh_portal.sheets import answer
from tests.database import leave_alone
from tests.grown import grow
from tests.pages import PAGES, Page, Places, client_of, standing_at

STAGE = "running"  # the last one: every list has something
LISTS = (
    Page("register-page", STAGE, "driss", "/dossiers/?page=4"),
    Page("register-last", STAGE, "driss", "/dossiers/?page=9999"),
    Page("register-search", STAGE, "driss", "/dossiers/?q=valmont"),
    Page("register-wave", STAGE, "driss", "/dossiers/?wave=1"),
    Page("register-stage", STAGE, "driss", "/dossiers/?stage=contracted"),
    Page("register-region", STAGE, "driss", "/dossiers/?region=53"),
    Page("register-by-total", STAGE, "driss", "/dossiers/?sort=-total"),
    Page("register-by-stage", STAGE, "driss", "/dossiers/?sort=stage"),
    Page("register-by-coordinator", STAGE, "driss", "/dossiers/?sort=coordinator"),
    Page("matrix-wave", STAGE, "driss", "/experts/?releve=1"),
    Page("search-often", STAGE, "driss", "/recherche/?q=fictif"),
    Page("batch-wave", STAGE, "dora", "/decisions/?releve=1"),
    Page("api-applications", STAGE, "driss", "/api/v1/applications"),
    Page("api-applications-search", STAGE, "driss", "/api/v1/applications?search=valmont"),
    Page("api-applications-ordering", STAGE, "driss", "/api/v1/applications?ordering=-submitted_at"),
    Page("api-application", STAGE, "driss", "/api/v1/applications/{valmont}"),
    Page("api-ranking", STAGE, "driss", "/api/v1/ranking"),
    Page("api-decisions", STAGE, "driss", "/api/v1/decisions"),
    Page("api-grants", STAGE, "driss", "/api/v1/grants"),
    Page("api-instalments", STAGE, "emma", "/api/v1/instalments"),
    Page("api-balances", STAGE, "emma", "/api/v1/ledger/balances"),
    Page("api-entries", STAGE, "emma", "/api/v1/ledger/entries"),
)
FILES = (  # they hold every row: what they cost is counted by row
    Page("register-csv", STAGE, "driss", "/dossiers/liste.csv"),
    Page("payments-csv", STAGE, "emma", "/finances/paiements.csv"),
    Page("account-csv", STAGE, "emma", "/finances/comptes/{account}.csv"),
    Page("waves-csv", STAGE, "dora", "/tableau-de-bord/dossiers.csv"),
    Page("funding-csv", STAGE, "dora", "/tableau-de-bord/financement.csv"),
    Page("coverage-csv", STAGE, "dora", "/tableau-de-bord/couverture.csv"),
)
ASKED = tuple(page for page in (*PAGES, *LISTS) if page.status == 200)

MOST_GROWN, EACH = 1.3, 3.0  # of what the small call reads; and rows a dossier more: a list says how many there are

# What reads more of each dossier, and why it has to: {page: (rows a dossier, why)}.
STAGED = "the dossiers of a stage are found among all: it is an expression of what each reader may know (docs/decisions/0036)"
SUMMED = "sums what the accounts of a line hold, and each share of a grant has its own: the ledger has no other total"
SOUGHT = (
    "the newest that hold a word are found from the newest on: what does not hold it is read on the way, until 25 do"
)
LISTED = "sorted by what another table says: all of them are, before the first 25 are known"
PROGRAMMED = (
    "the whole list of a wave stands on the page and is summed: each dossier, its members, what each asks and is given"
)
FORESEEN = "what is still to be paid of every award is dated and summed: its shares, plans, conditions, statements, its calendar"
GROWS: dict[str, tuple[float, str]] = {
    "register-stage": (5, STAGED),
    "search": (5.5, SOUGHT),
    "dashboard": (31, f"figures of the whole call; {SUMMED}"),
    "dashboard-departements": (31, f"figures of the whole call; {SUMMED}"),
    "home-officer": (
        4.5,
        "what is to propose is found among all that was ranked: each is looked up among what is proposed or decided",
    ),
    "home-direction": (11.5, f"figures of the whole call; {SUMMED}"),
    "envelope": (7.5, SUMMED),
    "payments": (5, LISTED),
    "conventions": (3.6, LISTED),
    "opinions": (4, LISTED),
    "people": (5, LISTED),
    "mailbox": (22, "of the demonstration alone: every letter of everyone is counted"),
    "accounts": (8, "the accounts that are settled are counted beside those that are shown"),
    "accounts-beneficiary": (15, f"the total of each step is under the page; {SUMMED}"),
    "workload": (17, "what every expert holds is counted, to show the busiest first and the sum of all"),
    "studio": (9, PROGRAMMED),
    "advice": (9, PROGRAMMED),
    "scenario": (9.5, PROGRAMMED),
    "compare-scenarios": (10.5, PROGRAMMED),
    "closing": (18, f"each commitment of a line stays or lapses; {SUMMED}"),
    "close-year": (18, f"each commitment of a line stays or lapses; {SUMMED}"),
    "forecast": (16.5, FORESEEN),
    "forecast-supposed": (16.5, FORESEEN),
    "forecast-as-of": (24.5, FORESEEN),
    "forecast-rows": (16.5, FORESEEN),
    "claims": (3.6, LISTED),
    "lapses": (3.4, LISTED),
    "import-read": (3.6, "the numbers that the tools have given are looked up among all that files have said"),
    "exchanges": (6.2, "engagements and payment requests that no batch holds are counted, to say what is to be sent"),
    "hapi": (3.7, SUMMED),
    "batch-wave": (
        3.3,
        "the decisions of the wave are counted in each state, and those of them that wait for the post",
    ),
    "agreement": (23, "every report of the wave is compared with the others of its dossier"),
}
# What takes longer without reading more rows than it may, and why: {page: why}.
FEW = "the small call has fewer of them than a page shows"
NAMED = "all who may be asked are counted, and sorted by name before the first 25 are known"
REACHED = "what is reached down to a line, in euros and in people covered, is that of all the lines above it"
SLOWER = {
    "assignments": NAMED,
    "experts": NAMED,
    "follow": "the dossiers that want reports are found among all that are judged: each has its own counted",
    "pay-many": FEW,
    "procedures": FEW,
    "ranking-line": REACHED,
    "ranking-print": f"{FEW}; {REACHED}",
    "reads": SOUGHT,
    "remedies": FEW,
    "rulings": FEW,
    "session": REACHED,
    "settle-line": "what a line that is left may be matched with is looked for among all orders that no file has returned",
}

READ = """
  SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_all_tables WHERE schemaname IN ('public', 'audit', 'pg_toast'))
       + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_all_indexes WHERE schemaname IN ('public', 'audit', 'pg_toast'))
"""


class Read(NamedTuple):
    """What was read for an answer, in a call of so many dossiers."""

    dossiers: int
    rows: int


@dataclass(frozen=True)
class Cost:
    """Of one answer. `web` and `sql`: processor time of the page and of its statements, in ms; `peak`: kB held at most by its making."""

    read: Read
    web: float
    sql: float
    size: int
    peak: int

    @property
    def time(self) -> float:
        return self.web + self.sql


def grown(name: str, small: Read, big: Read) -> str:
    """What is wrong with what this page reads in the big call, or ""."""
    more = big.dossiers - small.dossiers
    each, _why = GROWS.get(name, (EACH, ""))
    held = MOST_GROWN * small.rows
    if big.rows > held + each * more:
        return f"{name}: {small.rows} rows read, then {big.rows}: {(big.rows - held) / more:.1f} a dossier more, of {each} at most"
    if name in GROWS and big.rows < held + EACH / 4 * more:  # plans differ with what was sampled: far under
        return f"{name}: {small.rows} rows read, then {big.rows}: its line in GROWS can go"
    return ""


class Scale:
    """Measures pages in one database, as those they are for, behind the policies of the web's login."""

    def __init__(self, places: Places, superuser: psycopg.Connection[Any]) -> None:
        self.places, self.superuser = places, superuser
        self.clients: dict[str, Any] = {}
        self.dossiers = int(self._one("SELECT count(*) FROM applications_application"))

    def _one(self, statement: str) -> Any:
        row = self.superuser.execute(statement.encode()).fetchone()
        return row and row[0]

    def asking(self, page: Page) -> Callable[[], Any]:
        """How the page is asked by whoever it is for."""
        if page.who not in self.clients:
            leave_alone(self.places.database, True)
            self.clients[page.who] = client_of(self.places, page.who)
            leave_alone(self.places.database, False)
        client, path = self.clients[page.who], self.places.path(page)
        return lambda: client.get(path)

    def read(self, page: Page) -> Read | None:
        """None: at this stage of the call, the page is not there."""
        try:
            ask = self.asking(page)
        except LookupError:
            return None
        if ask().status_code != page.status:  # what is read once a process, or once a connection, is not the page's
            return None
        return self.read_by(ask)

    def read_by(self, work: Callable[[], Any]) -> Read:
        before = self._so_far()
        work()
        return Read(self.dossiers, self._so_far() - before)

    def _so_far(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
        return int(self._one(READ))

    def cost(self, page: Page, times: int) -> Cost | None:
        read = self.read(page)
        if read is None:
            return None
        ask, held = self.asking(page), _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the highest is counted from here
        answer = ask()
        size = len(answer.getvalue())
        peak = _memory("VmHWM") - held
        spent = [self._spent(ask) for _ in range(times)]
        web, sql = min(spent, key=sum)  # what else runs here only adds to it
        return Cost(read, web, sql, size, peak)

    def worker(self, files: list[Page]) -> dict[str, int]:
        """What a web process of its own holds, in kB, once it has given these files in every format, twice."""
        asked = []
        for file in files:
            self.asking(file)
            cookie = self.clients[file.who].cookies.output(header="", sep=";").strip()
            asked += [(cookie, self.places.path(file).removesuffix("csv") + ending) for ending in answer.TABLES]
        told = json.dumps({"asked": asked * 2})
        done = subprocess.run(
            [sys.executable, "-m", "tests.prove._worker", told], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    def _spent(self, ask: Callable[[], Any]) -> tuple[float, float]:
        pid = connection.connection.info.backend_pid
        web, sql = time.process_time(), worked(pid)
        ask().getvalue()
        return (time.process_time() - web) * 1000, (worked(pid) - sql) / 1e6


def worked(pid: int) -> int:
    """Nanoseconds that a process of this machine has worked."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def _memory(name: str) -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


@contextmanager
def scale(stage: str, times: int) -> Iterator[Scale]:
    """The call at that stage as if `times` times as many had applied."""
    with standing_at(stage) as places, places.database.connect("superuser") as superuser:
        if times > 1:
            grow(superuser, times)
        else:
            superuser.execute("VACUUM ANALYZE")
        # As on the disks of today: an index is not four times dearer than a whole table, and 600 rows are read as 60,000 will be.
        superuser.execute(f"ALTER DATABASE {places.database.name} SET random_page_cost = 1.1".encode())
        places.database.freeze_clock()
        connection.close()
        leave_alone(places.database, False)
        yield Scale(places, superuser)
