"""Postings a second on a durable server, on one line and on as many lines as there are clients, beside a one-row update of the same server.

`bin/prove postings [--seconds 5] [--clients 4]`. A posting holds one row, that of its line: lines do not wait for each other, so that a
ledger may be shared out by line. The one-row update is pgbench's; where there is no pgbench, a loop of psycopg stands in, and is said.
Fails when a cent is wrong afterwards, or when clients on lines of their own post no more than on one.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import psycopg

ROW = "UPDATE one_row SET n = n + 1 WHERE id = %s"
POST = "SELECT ledger_post(NULL, %s, %s, %s, NULL, %s, '{}')"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=4)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ["PORTAL_ROLE"] = "owner"
    import django

    django.setup()
    from funding.verify import verify_ledger
    from tests.database import cloned, used

    with cloned() as database, used(database):
        lanes, people = laid(database, asked.clients)
        dsn = database.dsns["owner"]
        rates = {
            "one line": measured(posting, [(dsn, lanes[0], people, n) for n in range(asked.clients)], asked.seconds),
            "a line a client": measured(posting, [(dsn, lane, people, 99) for lane in lanes], asked.seconds),
        }
        rows, by = one_row(dsn, asked.clients, asked.seconds)
        faults = list(verify_ledger())
    for name, rate in rates.items():
        print(f"postings: {asked.clients} clients, {name}: {rate:.0f} a second, {rate / rows:.2f} of one-row updates")
    print(
        f"one-row updates ({by}), {asked.clients} clients, a row each: {rows:.0f} a second; {len(faults)} differences"
    )
    return 1 if faults or rates["a line a client"] <= rates["one line"] else 0


def laid(database: Any, clients: int) -> tuple[list[list[str]], list[int]]:
    """The accounts (engaged, certified) of an instalment on each of as many lines, with money engaged; who certifies and who sends back."""
    from funding import ledger
    from tests.funding import world

    now = datetime.now(UTC)
    found = []
    with database.connect("superuser") as superuser:
        cast = world.people(superuser)
        two = {"proposer": cast[1], "by": cast[2]}
        for number in range(clients):
            line = world.lane(superuser, now)
            grant, shares = next(iter(line.grants.items()))
            world.open_ae(line=line, cents=1_000_000, act="x", **two, key=f"open {number}")
            world.reserve(line=line, grant=world.thing(grant), cents=1_000_000, **two, key=f"reserve {number}")
            act, parts = ledger.act_of(world.thing(grant)), {shares[0]: 1_000_000}
            ledger.engage(
                line=line, grant=world.thing(grant), shares=parts, act=act, by=cast[3], key=f"engage {number}"
            )
            chain = ledger._Chain(shares[0].instalments[0])
            found.append([chain.engaged, chain.certified])
    return found, [cast[4].pk, cast[5].pk]


def measured(work: Callable[..., None], clients: list[tuple[Any, ...]], seconds: float) -> float:
    """What these clients do in a second, together, each in a process of its own."""
    context = multiprocessing.get_context("fork")
    from django.db import connections

    connections.close_all()
    start, done = context.Barrier(len(clients) + 1), context.Queue()
    processes = [context.Process(target=work, args=(*client, seconds, start, done)) for client in clients]
    for process in processes:
        process.start()
    start.wait()
    total = sum(done.get() for _ in processes)
    for process in processes:
        process.join()
    return total / seconds


def posting(dsn: str, lane: list[str], people: list[int], rank: int, seconds: float, start: Any, done: Any) -> None:
    """Certifies a cent and sends it back, again and again."""
    engaged, certified = lane
    move = '[{"source": "%s", "target": "%s", "cents": 1}]'
    steps = (("certify", people[0], move % (engaged, certified)), ("uncertify", people[1], move % (certified, engaged)))
    with psycopg.connect(dsn, autocommit=True) as line:
        start.wait()
        end = time.monotonic() + seconds
        for n in count():
            kind, by, entries = steps[n % 2]
            line.execute(POST, [f"{certified}:{rank}:{n}:{os.getpid()}", kind, by, entries])
            if time.monotonic() > end:
                return done.put(n + 1)


def one_row(dsn: str, clients: int, seconds: float) -> tuple[float, str]:
    """One-row updates a second, each client on its own row, and by what."""
    with psycopg.connect(dsn, autocommit=True) as line:
        line.execute("CREATE TABLE one_row (id int PRIMARY KEY, n bigint NOT NULL)")
        line.execute("INSERT INTO one_row SELECT id, 0 FROM generate_series(0, %s) id", [clients])
    program = shutil.which("pgbench") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pgbench")), None)
    if program is None:
        rate = measured(updating, [(dsn, n) for n in range(clients)], seconds)
        return rate, "a loop of psycopg: this machine has no pgbench"
    with NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"{ROW % ':client_id'};\n")  # unended, it is read past its end
        script.flush()
        told = [
            "-n",
            "-M",
            "extended",
            "-f",
            script.name,
            "-c",
            str(clients),
            "-j",
            str(clients),
            "-T",
            str(int(seconds)),
        ]
        answer = subprocess.run([program, *told, dsn], stdout=subprocess.PIPE, text=True, check=True).stdout
    return float(answer.split("tps = ")[1].split()[0]), "pgbench"


def updating(dsn: str, row: int, seconds: float, start: Any, done: Any) -> None:
    with psycopg.connect(dsn, autocommit=True) as line:
        start.wait()
        end = time.monotonic() + seconds
        for n in count():
            line.execute(ROW, [row])
            if time.monotonic() > end:
                return done.put(n + 1)


if __name__ == "__main__":
    sys.exit(main())
