"""The ledger against an independent model: amounts at the boundary, every balance compared after each act.

Runs as the web role, through the door, with the portal's clock moved by the owner. Tells how many acts were tried and
how many were accepted: a run in which nearly all is refused proves nothing, so at least a quarter must be accepted.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from edsh_portal.workflow import Refused
from funding import books, ledger
from funding.models import Account, Posting
from funding.verify import verify_ledger
from tests.funding import world as two
from tests.funding.model import Model
from tests.funding.world import lane, people, thing

STEPS = 100  # of one life
DOORS = 17  # by which money moves; the ledger tells a withdrawal of the year from a late one, and the three postings of a closing
REPLAYED = 5  # instants of a life at which its books are read again, at least
AMOUNT = st.sampled_from(["left", "left - 1", "left + 1", "half", "half", "third", "one"])
LESS = st.sampled_from(["left", "left + 1", "left + 1", "third", "one", "one"])
WHICH = st.integers(0, 7)
tally: Counter[str] = Counter()
by_kind: Counter[str] = Counter()


class LedgerMachine(RuleBasedStateMachine):
    """One line from nothing; each rule is one act, tried in the model and in the ledger."""

    database: Any
    superuser: Any
    owner: Any
    cast: list[Any]

    @initialize(depth=st.integers(0, 5))
    def open(self, depth: int) -> None:
        self.now = datetime(2023, 3, 1, 9, tzinfo=UTC)
        self.tick()
        self.lane = lane(self.superuser, self.now)
        self.model = Model({s.pk: [i.pk for i in s.instalments] for s in self.lane.shares})
        self.model.years.add(2023)
        self.acts: list[tuple[str, int, int, dict[Any, int]]] = []  # key, posting, year, delta
        self.again: list[tuple[Callable[..., int], dict[str, Any], str, int]] = []
        self.holding: dict[int, list[int]] = {}  # grant -> the acts that reserved for it
        self.engaging: set[int] = set()
        self.closing: list[int] = []  # the postings of closings
        self.stood: list[tuple[datetime, dict[str, int]]] = []
        self.count = 0
        for door, delta, more in (
            (two.open_ae, {("opened",): 1_000_000_00}, {}),
            (two.open_cp, {("cp opened", 2023): 250_000_00}, {"years": {2023: 250_000_00}}),
        ):
            cents = None if more else next(iter(delta.values()))
            self.act(door, delta, cents, line=self.lane, act="arrêté", **self.opening, **more)
        # Some lives begin further on, so that the far end of the chain is played as often as its beginning.
        begun = (
            lambda: self.reserve(1, "half", False), lambda: self.engage(1, "left"), lambda: self.certify(1, "half", 4),
            lambda: self.order(1, "left", 5), lambda: self.pay(1, "half", 6),
        )  # fmt: skip
        for step in begun[:depth]:
            step()

    # ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────
    def tick(self, days: int = 0) -> None:
        self.now += timedelta(days=days, seconds=1)
        self.owner.execute("UPDATE portal_clock SET frozen_at = %s", [self.now])

    @property
    def year(self) -> int:
        return self.now.year  # instants stay far from the new year's hour

    # ── one act ──────────────────────────────────────────────────────────────────────────────────────────────────
    def act(
        self,
        door: Callable[..., Any],
        delta: dict[Any, int],
        cents: int | None,
        *,
        closed: bool = False,
        code: str = "",
        void: bool = False,
        after: Callable[[], None] = lambda: None,
        **arguments: Any,
    ) -> None:
        self.count += 1
        void = void or (cents is not None and cents < 1)
        if void and self.count % 8:
            return  # nothing there to move: one such try in eight is enough
        self.tick()
        key = f"{self.lane.pk}:{self.count}"
        arguments = {**arguments, **({} if cents is None else {"cents": cents})}
        expected = code if code == "A04" else "L03" if void else "L05" if closed else code
        missing = self.model.missing(delta)
        if not expected and missing:
            expected = "L01"
        said = self.post(door, key, arguments)
        tally["tried"] += 1
        if isinstance(said, Refused):
            assert said.code == expected, (door.__name__, arguments, said.code, said.message, expected)
            if expected == "L01":
                assert said.facts["missing_cents"] == missing, (door.__name__, said.facts, missing)
                tally["refused for money"] += 1
        else:
            assert expected == "", (door.__name__, arguments, "accepted", expected, missing)
            tally["accepted"] += 1
            by_kind[door.__name__] += 1
            self.model.apply(delta)
            after()
            self.stood.append((self.now, self.model.left()))
            if door is two.close_year:
                self.closing += said
            elif door is two.transfer:
                self.closing.append(said)  # not reversed either
            elif door is not two.reverse:
                self.acts.append((key, said, self.year, delta))
            if door is not two.close_year:  # another act is another request
                self.again.append((door, arguments, key, said))
        self.compare()

    def post(self, door: Callable[..., Any], key: str, arguments: dict[str, Any]) -> Any:
        try:
            return door(**arguments, key=key)
        except Refused as refused:
            return refused

    def last_act(self) -> int:
        return two.KEPT[connection.settings_dict["NAME"], f"{self.lane.pk}:{self.count}"].pk

    def compare(self) -> None:
        self.model.assert_invariants()
        left = self.model.left()
        rows = Account.objects.filter(line=self.lane.pk).values_list(
            "family", "year", "grant", "share", "instalment", "balance__cents"
        )
        for family, year, grant, share, instalment, cents in rows:
            held = {
                "ae.reserved": f"ae.reserved:{grant}",
                "ae.engaged": f"ae.engaged:{share}",
                "ae.paid": f"ae.paid:{share}",
                "ae.recovered": f"ae.recovered:{share}",
                "ae.certified": f"ae.certified:{instalment}",
                "ae.ordered": f"ae.ordered:{instalment}",
                "cp.ordered": f"cp.ordered:{year}:{instalment}",
                "cp.paid": f"cp.paid:{year}:{share}",
                "cp.available": f"cp.available:{year}",
                **{name: f"{name}:{year}" for name in ("cp.budget", "cp.brought", "cp.carried", "cp.lapsed")},
            }.get(family, family)
            assert (cents <= 0) if family in ("ae.budget", "cp.budget", "cp.brought") else (cents >= 0)
            assert abs(cents) == left.get(held, 0), (family, held, cents, left.get(held))

    def amount(self, left: int, how: str) -> int:
        return {
            "left": left,
            "left - 1": left - 1,
            "left + 1": left + 1,
            "half": left // 2,
            "third": left // 3,
            "one": 1,
        }[how]

    def full(self, things: list[Any], left: Callable[[Any], int], n: int) -> Any:
        """Mostly something that holds money there, so that long chains get played; now and then anything at all."""
        held = [thing for thing in things if left(thing) > 0]
        return held[n % len(held)] if held and n else things[n % len(things)]

    def grant(self, n: int) -> int:
        return self.full(list(self.lane.grants), lambda grant: self.model.totals["held", grant], n)

    def share(self, family: str, n: int) -> Any:
        left = self.model.left()
        return self.full(self.lane.shares, lambda share: left[f"{family}:{share.pk}"], n)

    def instalment(self, family: str, n: int) -> Any:
        left = self.model.left()
        return self.full(self.lane.instalments, lambda instalment: left[f"{family}:{instalment.pk}"], n)

    @property
    def deciding(self) -> dict[str, Any]:
        return {"proposer": self.cast[1], "by": self.cast[2]}

    @property
    def opening(self) -> dict[str, Any]:
        return {"proposer": self.cast[1], "by": self.cast[0]}

    @property
    def correcting(self) -> dict[str, Any]:
        return {"reason": "erreur", "proposer": self.cast[4], "by": self.cast[7]}

    # ── envelope ─────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(cents=st.sampled_from([1, 100, 1_000_000_00]))
    def open_ae(self, cents: int) -> None:
        self.act(two.open_ae, {("opened",): cents}, cents, line=self.lane, act="arrêté", **self.opening)

    @rule(how=LESS)
    def lower_ae(self, how: str) -> None:
        cents = self.amount(self.model.left()["ae.available"], how)
        self.act(two.lower_ae, {("opened",): -cents}, cents, line=self.lane, act="gel", **self.opening)

    @rule(ahead=st.sampled_from([0, 0, 0, 1, -1]), cents=st.sampled_from([1, 250_000_00]))
    def open_cp(self, ahead: int, cents: int) -> None:
        year = self.year + ahead
        self.act(
            two.open_cp,
            {("cp opened", year): cents},
            None,
            closed=ahead < 0,
            line=self.lane,
            years={year: cents},
            act="loi",
            **self.opening,
            after=lambda: self.model.years.add(year),
        )

    @rule(how=LESS)
    def lower_cp(self, how: str) -> None:
        cents = self.amount(self.model.left()[f"cp.available:{self.year}"], how)
        delta, years = {("cp opened", self.year): -cents}, {self.year: cents}
        self.act(two.lower_cp, delta, None, void=cents < 1, line=self.lane, years=years, act="gel", **self.opening)

    @rule(
        how=AMOUNT,
        carries=st.booleans(),
        more=st.sampled_from([0, 0, 0, 0, 1, -1]),
        leap=st.sampled_from([True, True, False]),
    )
    def close_year(self, how: str, carries: bool, more: int, leap: bool) -> None:
        """The first year that is not closed, sometimes one that is: nothing of it is left, or it is refused."""
        year = min({*self.model.years, self.year} - self.model.closed)
        if leap and year == self.year < 2026:
            self.next_year()
        left = self.model.left()
        credits = left[f"cp.available:{year}"]
        carried = min(credits, max(0, self.amount(credits, how))) if carries else 0
        lapsed = max(0, credits - carried + more)
        ae = 0 if more < 0 else max(0, self.amount(left["ae.available"], how))
        unpaid = sum(n for name, n in left.items() if name.startswith(f"cp.ordered:{year}:"))
        over = year < self.year and year not in self.model.closed
        self.act(
            two.close_year,
            {("lapsed",): ae, ("cp lapsed", year): lapsed, ("cp carried", year): carried},
            None,
            closed=not over or unpaid > 0 or lapsed + carried < credits,
            line=self.lane,
            year=year,
            ae_lapsed=ae,
            cp_lapsed=lapsed,
            cp_carried=carried,
            **self.opening,
            after=lambda: (self.model.closed.add(year), self.model.years.add(year + 1)),
        )

    @rule(n=st.integers(0, 10_000), again=st.booleans())
    def touch_a_closed_year(self, n: int, again: bool) -> None:
        """What a closing posted is not reversed, and a year is not closed twice."""
        if not self.model.closed:
            return
        if again or not self.closing:
            year = min(self.model.closed)
            amounts = {"ae_lapsed": 0, "cp_lapsed": 0, "cp_carried": 0}
            self.refused("L05", two.close_year, f"{self.lane.pk}:again:{self.count}", line=self.lane, year=year, **amounts, **self.opening)  # fmt: skip
        else:
            key = f"{self.lane.pk}:closed:{self.count}"
            self.refused("L06", two.reverse, key, posting=self.closing[n % len(self.closing)], **self.correcting)

    # ── decision ─────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(n=WHICH, how=AMOUNT, alone=st.sampled_from([False] * 7 + [True]))
    def reserve(self, n: int, how: str, alone: bool) -> None:
        grant = list(self.lane.grants)[n % len(self.lane.grants)]
        cents = self.amount(self.model.left()["ae.available"], how)
        self.act(
            two.reserve,
            {("held", grant): cents},
            cents,
            code="A04" if alone else "",
            line=self.lane,
            grant=thing(grant),
            proposer=self.cast[1],
            by=self.cast[1 if alone else 2],
            after=lambda: self.holding.setdefault(grant, []).append(self.last_act()),
        )

    @rule(n=WHICH, how=LESS)
    def void(self, n: int, how: str) -> None:
        grant = self.grant(n)
        cents = self.amount(self.model.totals["held", grant], how)
        self.act(two.void, {("held", grant): -cents}, cents, line=self.lane, grant=thing(grant), **self.deciding)

    @rule(n=WHICH, how=AMOUNT)
    def engage(self, n: int, how: str) -> None:
        grant = self.grant(n)
        first, second = self.lane.grants[grant]
        total = self.amount(self.model.totals["held", grant], how)
        parts = {first: total - total // 3, second: total // 3}
        if total < 3:
            parts = {first: total}
        delta = {("held", grant): -total, **{("promised", s.pk): c for s, c in parts.items()}}
        late = any(self.model.engaged_in.get(s.pk, self.year) != self.year for s in parts)
        if total < 1 or grant not in self.holding:
            return  # nothing was ever reserved: no act to name
        of = self.holding[grant]  # each act engages once
        act = next((one for one in of if one not in self.engaging), of[0])
        fresh = act not in self.engaging
        self.act(
            ledger.engage,
            delta,
            None,
            closed=late,
            code="" if fresh else "L02",
            line=self.lane,
            grant=thing(grant),
            shares=parts,
            act=act,
            by=self.cast[3],
            after=lambda: (self.engaging.add(act), self.model.engaged_in.update({s.pk: self.year for s in parts})),
        )

    @rule(n=WHICH, how=LESS)
    def release(self, n: int, how: str) -> None:
        share = self.share("ae.engaged", n)
        cents = self.amount(self.model.left()[f"ae.engaged:{share.pk}"], how)
        delta = {("promised", share.pk): -cents}
        if self.model.engaged_in.get(share.pk, self.year) < self.year:
            delta["lapsed",] = cents
        self.act(two.release, delta, cents, share=share, reason="avenant", **self.deciding)

    @rule(n=WHICH, how=LESS)
    def transfer(self, n: int, how: str) -> None:
        share = self.share("ae.engaged", n)
        other = next(one for one in self.lane.grants[share.grant_id] if one.pk != share.pk)
        cents = self.amount(self.model.left()[f"ae.engaged:{share.pk}"], how)
        engaged = [self.model.engaged_in.get(one.pk) for one in (share, other)]
        if None in engaged:
            return  # both are beneficiaries
        delta = {("promised", share.pk): -cents, ("promised", other.pk): cents}
        same = engaged[0] == engaged[1]
        asked = {"share": share, "other": other, **self.deciding}
        self.act(two.transfer, delta, cents, code="" if same else "L03", **asked)

    # ── payment ──────────────────────────────────────────────────────────────────────────────────────────────────
    def part(self, kind: str, instalment: Any, person: int) -> str:
        """The refusal, when this person already took another part in the instalment."""
        return "L04" if self.model.hands.setdefault(instalment.pk, {}).get(person, kind) != kind else ""

    def taken(self, kind: str, instalment: Any, person: int) -> Callable[[], None]:
        return lambda: self.model.hands[instalment.pk].update({person: kind})

    @rule(n=WHICH, how=AMOUNT, person=st.sampled_from([4, 4, 4, 4, 5]))
    def certify(self, n: int, how: str, person: int) -> None:
        share = self.share("ae.engaged", n)
        instalment = share.instalments[n % len(share.instalments)]
        cents = self.amount(self.model.left()[f"ae.engaged:{instalment.convention.share.pk}"], how)
        self.act(
            ledger.certify,
            {("certified", instalment.pk): cents},
            cents,
            code=self.part("certify", instalment, person),
            instalment=instalment,
            by=self.cast[person],
            after=self.taken("certify", instalment, person),
        )

    @rule(n=WHICH, how=LESS)
    def uncertify(self, n: int, how: str) -> None:
        instalment = self.instalment("ae.certified", n)
        cents = self.amount(self.model.left()[f"ae.certified:{instalment.pk}"], how)
        delta = {("certified", instalment.pk): -cents}
        self.act(ledger.uncertify, delta, cents, instalment=instalment, reason="pièce", by=self.cast[5])

    @rule(n=WHICH, how=AMOUNT, person=st.sampled_from([5, 5, 5, 5, 4]))
    def order(self, n: int, how: str, person: int) -> None:
        instalment = self.instalment("ae.certified", n)
        left = self.model.left()
        certified, cp = left[f"ae.certified:{instalment.pk}"], left[f"cp.available:{self.year}"]
        cents = self.amount(certified if n % 2 else min(certified, cp), how)
        delta = {("ordered", instalment.pk): cents, ("cp ordered", self.year, instalment.pk): cents}
        self.act(
            ledger.order,
            delta,
            cents,
            code=self.part("order", instalment, person),
            instalment=instalment,
            by=self.cast[person],
            after=self.taken("order", instalment, person),
        )

    @rule(n=WHICH, how=LESS, back=st.sampled_from([0, 0, 1]))
    def cancel_order(self, n: int, how: str, back: int) -> None:
        instalment = self.instalment("ae.ordered", n)
        year = self.year - back
        if year not in self.model.years:
            return
        cents = self.amount(self.model.left()[f"cp.ordered:{year}:{instalment.pk}"], how)
        delta = {("ordered", instalment.pk): -cents, ("cp ordered", year, instalment.pk): -cents}
        self.act(ledger.cancel_order, delta, cents, instalment=instalment, year=year, reason="RIB", by=self.cast[5])

    @rule(n=WHICH, how=AMOUNT, person=st.sampled_from([6, 6, 6, 6, 5]))
    def pay(self, n: int, how: str, person: int) -> None:
        instalment = self.instalment("ae.ordered", n)
        cents = self.amount(self.model.left()[f"cp.ordered:{self.year}:{instalment.pk}"], how)
        delta = {("paid", instalment.pk): cents, ("cp paid", self.year, instalment.pk): cents}
        self.act(
            ledger.pay,
            delta,
            cents,
            code=self.part("pay", instalment, person),
            instalment=instalment,
            by=self.cast[person],
            after=self.taken("pay", instalment, person),
        )

    @rule(n=WHICH, how=AMOUNT)
    def recover(self, n: int, how: str) -> None:
        share = self.share("ae.paid", n)
        cents = self.amount(self.model.left()[f"ae.paid:{share.pk}"], how)
        delta = {("recovered", share.pk): cents}
        self.act(two.recover, delta, cents, share=share, proposer=self.cast[4], by=self.cast[5])

    # ── corrections, keys, time ──────────────────────────────────────────────────────────────────────────────────
    @rule(n=st.integers(0, 10_000))
    def reverse(self, n: int) -> None:
        if not self.acts:
            return
        _key, posting, year, delta = self.acts[-1 - n % min(len(self.acts), 12)]
        once_more = posting in self.model.undone
        if once_more and year == self.year:
            self.refused("L06", two.reverse, f"{self.lane.pk}:twice:{self.count}", posting=posting, **self.correcting)
            return
        self.act(
            two.reverse,
            {key: -cents for key, cents in delta.items()},
            None,
            closed=year != self.year,
            posting=posting,
            reason="erreur",
            proposer=self.cast[4],
            by=self.cast[7],
            after=lambda: self.model.undone.add(posting),
        )

    def refused(self, code: str, door: Callable[..., Any], key: str, **arguments: Any) -> None:
        self.count += 1
        tally["tried"] += 1
        said = self.post(door, key, arguments)
        assert isinstance(said, Refused) and said.code == code, said
        self.compare()

    @rule(n=st.integers(0, 10_000))
    def replay(self, n: int) -> None:
        """The same request under the same key: the same posting, and not one cent moves."""
        if not self.again:
            return
        door, arguments, key, posting = self.again[n % len(self.again)]
        if door in (two.void, two.release):
            return  # another act is another request
        if door in (ledger.order, ledger.pay) and self.posted_in(posting) != self.year:
            return  # in another year it is another request
        self.tick()
        tally["tried"] += 1
        tally["replayed"] += 1
        assert door(**arguments, key=key) == posting
        tally["accepted"] += 1
        self.compare()

    def posted_in(self, posting: int) -> int:
        return next((year for _, pk, year, _ in self.acts if pk == posting), self.year)

    @rule(n=st.integers(0, 10_000))
    def reuse_key(self, n: int) -> None:
        """Another request under a key already used is refused, even for one cent more."""
        if not self.acts:
            return
        key = self.acts[n % len(self.acts)][0]
        tally["tried"] += 1
        tally["keys reused"] += 1
        act = two.KEPT.get((connection.settings_dict["NAME"], key))
        if act is None:
            asked = {"instalment": self.lane.instalments[0], "cents": 7 + n, "by": self.cast[0]}
            said = self.post(ledger.certify, key, asked)
        else:
            said = self.post(two.open_ae, key, {"line": self.lane, "cents": 7 + n, "act": "autre", **self.opening})
        opened = act is not None and act.payload["postings"][0]["kind"] == "open_ae"
        assert isinstance(said, Refused) and said.code == ("L02" if act is None or opened else "L08"), said
        self.compare()

    @rule(far=st.sampled_from([False] * 9 + [True]))
    def time_passes(self, far: bool) -> None:
        if far and self.year < 2025:
            self.next_year()
        self.tick(days=0 if far else 3)
        if self.now.month == 12:
            self.now = self.now.replace(month=11)

    def next_year(self) -> None:
        self.now = self.now.replace(year=self.year + 1)
        self.model.years.add(self.year)
        self.tick()

    def teardown(self) -> None:
        """What stood after any act is told the same at the end, by account and by family, closings between included."""
        accounts = Account.objects.filter(line=self.lane.pk)
        for at, left in self.stood[:: max(1, len(self.stood) // REPLAYED)]:
            expected: Counter[str] = Counter()
            for name, cents in left.items():
                family = name.partition(":")[0]
                expected[family] += -cents if family in ("ae.budget", "cp.budget", "cp.brought") else cents
            told = books.by_family(accounts, at)
            assert {f: c for f, c in told.items() if c} == {f: c for f, c in expected.items() if c}, at
            tally["as_of replayed"] += 1
        super().teardown()


def agrees(database: Any, superuser: Any, owner: Any, *, lives: int) -> str:
    """So many lives of a line, played; what was tried. A round in which little was accepted, refused for money, or of some kind of
    movement nothing, proves nothing."""
    LedgerMachine.database, LedgerMachine.superuser, LedgerMachine.owner = database, superuser, owner
    LedgerMachine.cast = people(superuser)
    tally.clear()
    by_kind.clear()
    # Hypothesis draws from the constants of whatever module is loaded: which tests ran before decides which acts are played.
    # Rounds of other lengths follow until each kind has been, and the same is asked of them all at the end.
    for steps in range(STEPS, STEPS + 160, 10):
        if len(by_kind) < DOORS or min(by_kind.values()) < 5:
            run_state_machine_as_test(
                LedgerMachine,
                settings=settings(
                    max_examples=lives,
                    stateful_step_count=steps,
                    derandomize=True,
                    database=None,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.generate],
                ),
            )
    assert tally["tried"] >= 60 * lives
    assert tally["accepted"] * 4 >= tally["tried"]
    assert tally["refused for money"] >= 6 * lives
    assert len(by_kind) == DOORS and min(by_kind.values()) >= 5, by_kind  # every kind was really played
    kinds = set(Posting.objects.values_list("kind", flat=True))
    assert kinds == {*ledger.MOVEMENTS, "reverse"} and len(kinds) >= 18
    assert tally["as_of replayed"] >= 4 * lives
    assert list(verify_ledger()) == []
    return f"{dict(tally)}, {len(kinds)} kinds, 0 divergence, accepted {tally['accepted'] / tally['tried']:.0%}"
