"""Would we notice? Each wall of the ledger is taken down in turn, on a clone: its probe must turn red.

A probe passes on the true schema (test_probe_is_green) and fails on the mutant (test_mutant_is_killed).
"""

import json
import re
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from edsh_portal import clock
from tests.funding.world import KIND, Lane, lane, people

TWO = ("open_ae", "lower_ae", "open_cp", "lower_cp", "reserve", "recover", "reverse")
FOLLOWS = ("engage",)


def starred(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a payload says them: the grant of a reservation is not born yet."""
    return [row | {"target": re.sub(r"^(ae\.reserved:\d+):\d+$", r"\1:*", row["target"])} for row in rows]


class Ground:
    """A clone with two opened lines, and `post` as the web login, by whoever it names, whose session is open."""

    def __init__(
        self,
        database: Any,
        web: psycopg.Connection[Any],
        owner: psycopg.Connection[Any],
        superuser: psycopg.Connection[Any],
    ):
        self.database, self.web, self.owner, self.superuser = database, web, owner, superuser
        self.cast = [person.pk for person in people(superuser)]
        superuser.execute(
            "INSERT INTO web_session (key_sha256, user_id, epoch, data, expires_at)"
            " SELECT encode(sha256(convert_to('key of ' || id, 'UTF8')), 'hex'), id, 0, '', '2100-01-01' FROM directory_user"
        )
        self.year = 2023
        self.database.set_clock(datetime(2023, 6, 1, tzinfo=UTC))
        self.lines: list[Lane] = [lane(superuser, clock.now()) for _ in range(2)]
        self.count = 0
        self.held: int | None = None  # the act that reserved last
        for line in self.lines:
            self.post("open_ae", (f"ae.budget:{line.pk}", f"ae.available:{line.pk}", 1000))
            self.post("open_cp", (f"cp.budget:{line.pk}:2023", f"cp.available:{line.pk}:2023", 1000))
            self.post("open_cp", (f"cp.budget:{line.pk}:2024", f"cp.available:{line.pk}:2024", 1000))

    def post(
        self, kind: str, *entries: Any, by: int = 0, second: int = 7, key: str = "", on: Any = None, **facts: Any
    ) -> int:
        """As the web login: alone, or by an act of these two people that says it, approved in the same transaction."""
        self.count += 1
        rows = [{"source": source, "target": target, "cents": cents} for source, target, cents in entries]
        line, told = on or self.web, (json.dumps(rows) if rows else None, json.dumps(facts))
        key = key or f"k{self.count}"
        if kind not in TWO:
            return self.posted(line, self.held if kind in FOLLOWS else None, key, kind, self.cast[by], *told)
        said = [{"kind": kind, "entries": starred(rows or self.mirror(facts["reverses"])), "facts": facts}]
        with nullcontext() if on else line.transaction():  # another line is in its own transaction already
            act = self.act(line, by, second, KIND[kind], postings=said)
            done = self.posted(line, act, key, kind, None, *told)
        self.held = act if kind == "reserve" else self.held
        return done

    def posted(self, line: psycopg.Connection[Any], *asked: Any) -> int:
        act, key, kind, by, entries, facts = asked
        values = [act, key, kind, by, entries, facts]
        if by is not None:
            self.speak(line, by)
        return line.execute("SELECT ledger_post(%s, %s, %s, %s, NULL, %s, %s)", values).fetchone()[0]  # type: ignore[index]

    def act(
        self, line: psycopg.Connection[Any], by: int, second: int, kind: str = "decision.approve", **says: Any
    ) -> int:
        asked = [kind, self.count, json.dumps(says), f"test:{self.count}", self.cast[second]]
        self.speak(line, self.cast[second])
        proposing = "SELECT act_propose(%s, 'funding.line', %s, '', %s, %s, %s, NULL)"
        act = line.execute(proposing, asked).fetchone()[0]  # type: ignore[index]
        self.speak(line, self.cast[by])
        line.execute("SELECT act_decide(%s, 'approved', '', %s, NULL)", [act, self.cast[by]])
        return act

    def speak(self, line: psycopg.Connection[Any], person: int) -> None:
        """Whoever works by this line, until the next."""
        line.execute("SELECT set_config('portal.key', %s, false)", [f"key of {person}"])

    def mirror(self, posting: int) -> list[dict[str, Any]]:
        asked = (
            "SELECT t.code, s.code, e.cents FROM funding_entry e JOIN funding_account s ON s.id = e.source_id"
            " JOIN funding_account t ON t.id = e.target_id WHERE e.posting_id = %s ORDER BY e.id DESC"
        )
        rows = self.web.execute(asked, [posting]).fetchall()
        return [{"source": source, "target": target, "cents": cents} for source, target, cents in rows]

    def refused(self, state: str, call: Callable[[], Any]) -> None:
        try:
            call()
        except psycopg.Error as error:
            assert error.sqlstate == state, f"{error.sqlstate}: {error}"
        else:
            raise AssertionError(f"accepted, {state} expected")

    def second(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.database.dsns["web"])

    def sql(self, text: str) -> Callable[[], Any]:
        return lambda: self.owner.execute(text)

    # codes of the first line, its first grant, share, instalment
    @property
    def available(self) -> str:
        return f"ae.available:{self.lines[0].pk}"

    @property
    def reserved(self) -> str:
        return f"ae.reserved:{self.lines[0].pk}:{next(iter(self.lines[0].grants))}"

    def of(self, family: str, share: int = 0, instalment: bool = True, year: int = 0) -> str:
        part = self.lines[0].shares[share]
        keys = [
            family,
            self.lines[0].pk,
            *([year] if year else []),
            part.pk,
            *([part.instalments[0].pk] if instalment else []),
        ]
        return ":".join(map(str, keys))

    def reserve(self, cents: int, **more: Any) -> int:
        return self.post("reserve", (self.available, self.reserved, cents), **({"by": 1, "second": 2} | more))

    def certified(self) -> None:
        self.reserve(500)
        self.post("engage", (self.reserved, self.of("ae.engaged", instalment=False), 500))
        self.post("certify", (self.of("ae.engaged", instalment=False), self.of("ae.certified"), 300), by=3)

    def order(self, ae: int, cp: int, by: int = 4, year: int = 2023) -> int:
        return self.post(
            "order",
            (self.of("ae.certified"), self.of("ae.ordered"), ae),
            (f"cp.available:{self.lines[0].pk}:{year}", self.of("cp.ordered", year=year), cp),
            by=by,
        )


# ── probes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def overspending(g: Ground) -> None:
    g.refused("ED001", lambda: g.reserve(1001))
    g.reserve(1000)
    g.refused("ED001", lambda: g.reserve(1))


def moving(g: Ground) -> None:
    try:
        g.reserve(400)
    except psycopg.Error as error:
        raise AssertionError("a plain reservation is refused") from error
    found = dict(
        g.web.execute(
            "SELECT code, cents FROM funding_account a JOIN funding_balance b ON b.account_id = a.id"
        ).fetchall()
    )
    assert (found[g.available], found[g.reserved]) == (600, 400), found


def while_another(g: Ground, first: Callable[[Any], int], then: Callable[[Any], int]) -> tuple[int, Any]:
    """`then` starts while the transaction of `first` is open, and ends after its commit."""
    said: list[Any] = []

    def late() -> None:
        with g.second() as line:
            try:
                said.append(then(line))
            except psycopg.Error as error:
                said.append(error.sqlstate)

    with g.second() as line:
        done = first(line)
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(0.4)
        line.commit()
        thread.join(10)
    return done, said[0]


def same_key_two_lines(g: Ground) -> None:
    def opening(n: int) -> Callable[[Any], int]:
        line = g.lines[n].pk
        return lambda on: g.post("open_ae", (f"ae.budget:{line}", f"ae.available:{line}", 5), key="twice", on=on)

    assert while_another(g, opening(0), opening(1))[1] == "ED002"


def same_request_at_once(g: Ground) -> None:
    g.certified()
    back = (g.of("ae.certified"), g.of("ae.engaged", instalment=False), 10)
    first, second = while_another(g, *(2 * [lambda on: g.post("uncertify", back, by=3, key="double click", on=on)]))
    assert first == second


def other_request_same_key(g: Ground) -> None:
    g.reserve(10, key="once")
    g.refused("ED002", lambda: g.reserve(11, key="once"))


def three_people(g: Ground) -> None:
    g.certified()
    g.refused("ED004", lambda: g.order(300, 300, by=3))


def two_people(g: Ground) -> None:
    g.refused("EP011", lambda: g.reserve(10, by=1, second=1))
    alone = [[{"source": g.available, "target": g.reserved, "cents": 10}], "{}"]
    g.refused("ED008", lambda: g.posted(g.web, None, "alone", "reserve", g.cast[1], json.dumps(alone[0]), alone[1]))
    g.reserve(10)
    forged = (
        "INSERT INTO funding_posting (key, payload_hash, kind, line_id, by_id, at, facts, event_id, second_id)"
        " SELECT 'forged', '', 'reserve', line_id, by_id, at, '{}', 0, second_id FROM funding_posting WHERE kind = 'reserve'"
    )
    g.refused("23514", g.sql(forged))


def posted_later(g: Ground) -> None:
    """The act of another transaction opens nothing now."""
    rows = [{"source": g.available, "target": g.reserved, "cents": 10}]
    act = g.act(g.web, 1, 2, postings=[{"kind": "reserve", "entries": starred(rows), "facts": {}}])
    g.refused("ED008", lambda: g.posted(g.web, act, "later", "reserve", None, json.dumps(rows), "{}"))


def posted_otherwise(g: Ground) -> None:
    """One cent more than the act says."""
    rows = [{"source": g.available, "target": g.reserved, "cents": 10}]
    more = [rows[0] | {"cents": 11}]
    with g.web.transaction():
        act = g.act(g.web, 1, 2, postings=[{"kind": "reserve", "entries": starred(rows), "facts": {}}])
        g.refused(
            "ED008",
            lambda: in_savepoint(g, lambda: g.posted(g.web, act, "more", "reserve", None, json.dumps(more), "{}")),
        )


def posted_by_another_kind(g: Ground) -> None:
    """An act of the envelope lists a reservation, word for word."""
    rows = [{"source": g.available, "target": g.reserved, "cents": 10}]
    with g.web.transaction():
        act = g.act(g.web, 1, 2, "envelope.open", postings=[{"kind": "reserve", "entries": starred(rows), "facts": {}}])
        g.refused(
            "ED008",
            lambda: in_savepoint(g, lambda: g.posted(g.web, act, "kind", "reserve", None, json.dumps(rows), "{}")),
        )


def posted_twice(g: Ground) -> None:
    """An act says a movement once."""
    rows = [{"source": g.available, "target": g.reserved, "cents": 10}]
    with g.web.transaction():
        act = g.act(g.web, 1, 2, postings=[{"kind": "reserve", "entries": starred(rows), "facts": {}}])
        g.posted(g.web, act, "once", "reserve", None, json.dumps(rows), "{}")
        again = lambda: g.posted(g.web, act, "again", "reserve", None, json.dumps(rows), "{}")  # noqa: E731
        g.refused("ED002", lambda: in_savepoint(g, again))


def withdrawn_by_another(g: Ground) -> None:
    """An act that withdraws another grant."""
    g.certified()
    rows = json.dumps([{"source": g.of("ae.engaged", instalment=False), "target": g.available, "cents": 1}])
    with g.web.transaction():
        act = g.act(g.web, 1, 2, "decision.revoke", withdraws=0)
        g.refused("ED008", lambda: in_savepoint(g, lambda: g.posted(g.web, act, "w", "release", g.cast[1], rows, "{}")))


def in_savepoint(g: Ground, call: Callable[[], Any]) -> Any:
    with g.web.transaction():
        return call()


def engaged_by_another(g: Ground) -> None:
    g.reserve(500)
    g.held = g.act(g.web, 1, 2, postings=[])
    g.refused("ED008", lambda: g.post("engage", (g.reserved, g.of("ae.engaged", instalment=False), 500)))


def withdrawn_by_nobody(g: Ground) -> None:
    g.certified()
    g.refused("ED008", lambda: g.post("release", (g.of("ae.engaged", instalment=False), g.available, 1)))
    g.reserve(1)
    g.refused("ED008", lambda: g.post("void", (g.reserved, g.available, 1)))


def reversing_twice(g: Ground) -> None:
    posting = g.reserve(10)
    g.reserve(10)
    g.post("reverse", by=1, second=2, reverses=posting)
    g.refused("ED006", lambda: g.post("reverse", by=1, second=2, reverses=posting))


def credits_of_another_year(g: Ground) -> None:
    g.certified()
    g.refused("ED005", lambda: g.order(300, 300, year=2024))


def releasing_late(g: Ground) -> None:
    g.certified()
    g.database.set_clock(datetime(2024, 2, 1, tzinfo=UTC))
    g.refused("ED005", lambda: g.post("release", (g.of("ae.engaged", instalment=False), g.available, 1)))


def reversing_late(g: Ground) -> None:
    posting = g.reserve(10)
    g.database.set_clock(datetime(2024, 2, 1, tzinfo=UTC))
    g.refused("ED005", lambda: g.post("reverse", by=1, second=2, reverses=posting))


def unequal_halves(g: Ground) -> None:
    g.certified()
    g.refused("ED003", lambda: g.order(300, 299))


def one_half_only(g: Ground) -> None:
    g.certified()
    g.refused("ED003", lambda: g.post("order", (g.of("ae.certified"), g.of("ae.ordered"), 300), by=4))


def crossing_shares(g: Ground) -> None:
    g.certified()
    g.refused(
        "ED003", lambda: g.post("certify", (g.of("ae.engaged", instalment=False), g.of("ae.certified", 1), 1), by=3)
    )


def foreign_instalment(g: Ground) -> None:
    g.certified()
    stranger = g.lines[0].shares[1].instalments[0].pk
    code = f"{g.of('ae.certified').rsplit(':', 1)[0]}:{stranger}"
    g.refused("ED003", lambda: g.post("certify", (g.of("ae.engaged", instalment=False), code, 1), by=3))


def rewriting(g: Ground) -> None:
    g.reserve(10)
    g.refused("ED007", g.sql("UPDATE funding_entry SET cents = 11"))
    g.refused("ED007", g.sql("DELETE FROM funding_entry"))
    g.refused("ED007", g.sql("UPDATE funding_posting SET by_id = by_id"))
    g.refused("ED007", g.sql("TRUNCATE funding_entry CASCADE"))
    g.refused("ED007", g.sql("UPDATE funding_balance SET cents = cents + 1 WHERE cents > 0"))
    g.refused("ED007", g.sql("DELETE FROM funding_balance"))


def web_writes(g: Ground) -> None:
    g.reserve(10)
    for table, column in (
        ("balance", "cents"),
        ("entry", "cents"),
        ("posting", "kind"),
        ("account", "code"),
        ("movement", "kind"),
    ):
        g.refused("42501", lambda t=table, c=column: g.web.execute(f"UPDATE funding_{t} SET {c} = {c}"))
        g.refused("42501", lambda t=table: g.web.execute(f"DELETE FROM funding_{t}"))
        g.refused("42501", lambda t=table: g.web.execute(f"TRUNCATE funding_{t}"))
        g.refused("42501", lambda t=table: g.web.execute(f"INSERT INTO funding_{t} DEFAULT VALUES"))


def going_back(g: Ground) -> None:
    g.certified()
    before = clock.now() - timedelta(seconds=90)
    rows = [{"source": g.of("ae.certified"), "target": g.of("ae.engaged", instalment=False), "cents": 1}]
    asked = ["late", "uncertify", g.cast[3], before, json.dumps(rows)]
    g.refused("ED005", lambda: g.web.execute("SELECT ledger_post(NULL, %s, %s, %s, %s, %s, '{}')", asked))


def function(name: str, old: str, new: str) -> Callable[[Ground], None]:
    def mutate(g: Ground) -> None:
        text = g.superuser.execute("SELECT pg_get_functiondef(%s::regproc)", [name]).fetchone()[0]
        assert text.count(old) == 1, (name, old, text.count(old))
        g.superuser.execute(text.replace(old, new))

    return mutate


def statement(text: str) -> Callable[[Ground], None]:
    return lambda g: g.superuser.execute(text)


PROBES = [
    overspending,
    moving,
    same_key_two_lines,
    same_request_at_once,
    other_request_same_key,
    three_people,
    two_people,
    posted_later,
    posted_otherwise,
    posted_by_another_kind,
    posted_twice,
    engaged_by_another,
    withdrawn_by_another,
    withdrawn_by_nobody,
    reversing_twice,
    credits_of_another_year,
    releasing_late,
    reversing_late,
    unequal_halves,
    one_half_only,
    crossing_shares,
    foreign_instalment,
    rewriting,
    web_writes,
    going_back,
]
MUTANTS = {
    "the balance wall dropped": (
        statement("ALTER TABLE funding_balance DROP CONSTRAINT funding_balance_wall"),
        overspending,
    ),
    "the balance wall looser by a cent": (
        statement(
            "ALTER TABLE funding_balance DROP CONSTRAINT funding_balance_wall, ADD CONSTRAINT funding_balance_wall"
            " CHECK (CASE WHEN outside THEN cents <= 0 ELSE cents >= -1 END)"
        ),
        overspending,
    ),
    "a sign flipped": (
        function("ledger_apply_entry", "cents = cents + NEW.cents", "cents = cents - NEW.cents"),
        moving,
    ),
    "source and target exchanged": (
        function("ledger_post", "SELECT v_id, s.id, t.id", "SELECT v_id, t.id, s.id"),
        moving,
    ),
    "unique key dropped": (
        statement("ALTER TABLE funding_posting DROP CONSTRAINT funding_posting_key"),
        same_key_two_lines,
    ),
    "the lock of the line removed": (
        function("ledger_post", "WHERE id = v_line FOR NO KEY UPDATE", "WHERE id = v_line"),
        same_request_at_once,
    ),
    "the hash not compared": (
        function("ledger_post", "v_done.payload_hash <> v_hash", "false"),
        other_request_same_key,
    ),
    "three people dropped": (
        statement("ALTER TABLE funding_posting DROP CONSTRAINT funding_posting_three_people"),
        three_people,
    ),
    "two people dropped": (
        statement("ALTER TABLE funding_posting DROP CONSTRAINT funding_posting_two_people"),
        two_people,
    ),
    "the act of any transaction": (
        function("ledger_act", "a.decided_in = pg_current_xact_id()::text::bigint", "true"),
        posted_later,
    ),
    "entries other than the act's": (
        function("ledger_act", "told->'entries' = CASE", "true OR told->'entries' = CASE"),
        posted_otherwise,
    ),
    "the kind of the act not asked": (
        function("ledger_by_kind", "k.posting = NEW.kind", "true"),
        posted_by_another_kind,
    ),
    "the act of no kind asked": (
        statement("DROP TRIGGER ledger_by_kind ON funding_posting"),
        posted_by_another_kind,
    ),
    "an act posted twice": (
        statement("ALTER TABLE funding_posting DROP CONSTRAINT funding_posting_act_once"),
        posted_twice,
    ),
    "engaged by another act": (function("ledger_post", "r.act_id = p_act", "true"), engaged_by_another),
    "withdrawn without an act": (
        function("ledger_withdraws", "payload @> jsonb_build_object('withdraws', p_grant)", "true OR p_grant IS NULL"),
        withdrawn_by_another,
    ),
    "settled before its balance": (
        function("ledger_settled", "i.kind = 'balance' AND i.state = 'paid'", "true"),
        withdrawn_by_nobody,
    ),
    "a reversal twice": (
        statement("ALTER TABLE funding_posting DROP CONSTRAINT funding_posting_reversed_once"),
        reversing_twice,
    ),
    "orders on any year": (
        statement("UPDATE funding_movement SET year = 'any' WHERE kind = 'order' AND source = 'cp.available'"),
        credits_of_another_year,
    ),
    "releases of any year": (
        statement("UPDATE funding_movement SET year = 'any' WHERE kind = 'release'"),
        releasing_late,
    ),
    "reversals of any year": (function("ledger_post", "v_original.year <> v_year", "false"), reversing_late),
    "AE and CP of different amounts": (
        function("ledger_post", "min(used.cents) = max(used.cents)", "true"),
        unequal_halves,
    ),
    "half a movement": (
        function("ledger_post", "count(*) = (SELECT count(*) FROM funding_movement WHERE kind = p_kind)", "true"),
        one_half_only,
    ),
    "shares mixed": (function("ledger_post", "coalesce(s.share_id = t.share_id, true)", "true"), crossing_shares),
    "instalments of another share": (function("ledger_account", "c.share_id = s.id", "true"), foreign_instalment),
    "entries may be rewritten": (statement("DROP TRIGGER ledger_keep ON funding_entry"), rewriting),
    "postings may be rewritten": (statement("ALTER TABLE funding_posting DISABLE TRIGGER ledger_keep"), rewriting),
    "truncation allowed": (statement("DROP TRIGGER ledger_keep_all ON funding_entry"), rewriting),
    "balances set by hand": (statement("DROP TRIGGER ledger_guard ON funding_balance"), rewriting),
    "web may update balances": (
        lambda g: g.superuser.execute(f"GRANT UPDATE ON funding_balance TO {g.web.info.user}"),
        web_writes,
    ),
    "instants may go back": (
        function("ledger_post", "v_at < v_last - interval '1 minute'", "false"),
        going_back,
    ),
}


@pytest.fixture
def ground(committed, web, owner, superuser) -> Ground:
    return Ground(committed, web, owner, superuser)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
def test_probe_is_green(ground, probe):
    probe(ground)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_killed(ground, name):
    mutate, probe = MUTANTS[name]
    mutate(ground)
    with pytest.raises(AssertionError):
        probe(ground)
