"""The arithmetic of a cut-off: equal to SQL's own sums, whatever the dossiers; the advice equal to the best of all lists."""

import itertools
import json

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from decisions.programming import Fund, Member, Part, Row, compare, drafted, plan, spread
from decisions.programming.advice import advise, worth
from edsh_portal import money

POPULATIONS = {"35": ("53", 1_100_000), "29": ("53", 900_000), "44": ("52", 1_400_000), "75": ("11", 2_100_000)}
CENTS = st.integers(1, 10**10)
YEARS = st.dictionaries(st.sampled_from((2023, 2024, 2025, 2026)), st.integers(1, 10**9), min_size=1)
LOCKS = st.sampled_from(("", "", "", "proposed", "decided", "refused", "gone"))


@st.composite
def rows(draw, most=6):
    found = []
    for key in range(draw(st.integers(0, most))):
        members = tuple(
            Member(
                10 * key + n,
                f"M{key}-{n}",
                draw(CENTS),
                draw(YEARS),
                kind=draw(st.sampled_from(("public", "private"))),
                region=draw(st.sampled_from(("53", "52"))),
                ght=draw(st.sampled_from(("", "G1", "G2"))),
            )
            for n in range(draw(st.integers(1, 3)))
        )
        parts = tuple(
            Part(member.establishment, line, draw(CENTS))
            for member in members
            for line in draw(st.sets(st.sampled_from((1, 2))))
        )
        sites = draw(st.frozensets(st.sampled_from(sorted(POPULATIONS))))
        found.append(
            Row(
                key,
                f"R{key}",
                key + 1,
                draw(st.sampled_from(("main", "main", "reserve", "not_selected"))),
                members,
                parts,
                draw(LOCKS),
                draw(st.sampled_from(("", "", "motif"))),
                draw(st.integers(0, 10_000)),
                sites,
            )
        )
    return found


FUNDS = (Fund(1, "Une", 10**11, {2023: 10**10, 2024: 10**9}), Fund(2, "Deux", 10**9, {2023: 5}))

SUMS = """
WITH told AS (SELECT * FROM jsonb_to_recordset(%s) AS one(place int, callable bool, lock text, aside text, line int, cents numeric, weights jsonb)),
kept AS (SELECT row_number() OVER () AS part, * FROM told WHERE callable AND lock = '' AND aside = '' AND place <= %s),
shares AS (
  SELECT part, line, cents, w.key::int AS year, w.value::numeric AS weight, sum(w.value::numeric) OVER (PARTITION BY part) AS whole
    FROM kept, jsonb_each_text(weights) w),
floors AS (SELECT *, div(cents * weight, whole) AS low, mod(cents * weight, whole) AS rest FROM shares),
dated AS (
  SELECT line, year, low + CASE WHEN row_number() OVER (PARTITION BY part ORDER BY rest DESC, year)
                                     <= cents - sum(low) OVER (PARTITION BY part) THEN 1 ELSE 0 END AS cents FROM floors)
SELECT line, year, sum(cents)::bigint FROM dated GROUP BY line, year HAVING sum(cents) > 0
"""
PEOPLE = """SELECT coalesce(sum((p.value->>1)::bigint), 0)::bigint, count(*), count(DISTINCT p.value->>0)
  FROM jsonb_each(%s) p WHERE p.key IN (SELECT jsonb_array_elements_text(%s))"""


def told(found, cut):
    place, lines = 0, []
    for row in found:
        place += row.callable
        weights = {member.establishment: member.years for member in row.members}
        lines += [
            {
                "place": place,
                "callable": row.callable,
                "lock": row.lock,
                "aside": row.aside,
                "line": part.line,
                "cents": part.cents,
                "weights": weights[part.establishment],
            }
            for part in row.parts
        ]
    return lines


def asked(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def asking(django_db_setup, django_db_blocker):
    """A connection for arithmetic: no row is read, none is written."""
    with django_db_blocker.unblock():
        yield


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=rows(), cut=st.integers(0, 7))
def test_16_5_what_a_cut_off_takes_is_what_sql_sums(asking, found, cut):
    made = plan(found, cut, FUNDS, POPULATIONS)
    by_sql = {(line, year): cents for line, year, cents in asked(SUMS, json.dumps(told(found, cut)), cut)}
    taken = {(source.fund.line, year): cents for source in made.sources for year, cents, _left in source.years if cents}
    assert taken == by_sql
    for source in made.sources:
        whole = sum(cents for (line, _year), cents in by_sql.items() if line == source.fund.line)
        assert (source.taken, source.left) == (whole, source.fund.ae - whole)
        assert all(left == source.fund.cp.get(year, 0) - cents for year, cents, left in source.years)
    sites = sorted({code for row in made.standing for code in row.sites})
    ((people, units, regions),) = asked(PEOPLE, json.dumps(POPULATIONS), json.dumps(sites))
    assert (made.covered.population, len(made.covered.units), len(made.covered_regions.units)) == (
        people,
        units,
        regions,
    )
    assert sum(standing.gain for standing in made.rows if standing.counts) == people
    assert sum(region.count for region in made.regions) == len(made.standing)
    assert sum(region.cents for region in made.regions) == sum(row.cents for row in made.standing)


@given(cents=st.integers(0, 10**12), years=YEARS)
def test_a_member_s_aid_is_spread_to_the_cent(cents, years):
    parts = spread(cents, Member(1, "M", cents, years))
    assert sum(parts.values()) == cents and set(parts) <= set(years)
    assert parts == {
        y: c for y, c in zip(sorted(years), money.split(cents, [years[y] for y in sorted(years)]), strict=True) if c
    }


@given(found=rows(), first=st.integers(0, 7), second=st.integers(0, 7))
def test_two_plans_differ_by_who_enters_leaves_and_changes(found, first, second):
    before, after = plan(found, first, FUNDS, POPULATIONS), plan(found, second, FUNDS, POPULATIONS)
    told = compare(before, after)
    assert told.cents == sum(r.cents for r in after.standing) - sum(r.cents for r in before.standing)
    entered, left = {row.application for row in told.enters}, {row.application for row in told.leaves}
    assert {r.application for r in before.standing} - left | entered == {r.application for r in after.standing}
    assert told.changes == ()


def test_a_draft_gives_each_member_whole_to_the_first_source_that_holds_it():
    home = (Member(1, "A", 60), Member(2, "B", 50), Member(3, "C", 0))
    other = (Member(4, "D", 40),)
    found = [Row(1, "R1", 1, "main", home), Row(2, "R2", 2, "main", other), Row(3, "R3", 3, "not_selected", other)]
    funds = (Fund(7, "Une", 100, {}), Fund(8, "Deux", 55, {}))
    assert [row.parts for row in drafted(found, funds)] == [
        (Part(1, 7, 60), Part(2, 8, 50)),
        (Part(4, 7, 40),),
        (),
    ]


def test_what_is_overdrawn_is_named():
    found = [Row(1, "R1", 1, "main", (Member(1, "A", 9, {2023: 1, 2024: 1}),), (Part(1, 7, 9),))]
    made = plan(found, 1, (Fund(7, "Une", 8, {2023: 5, 2024: 3}),), POPULATIONS)
    assert [(s.fund.label, s.left, s.years) for s in made.over] == [("Une", -1, ((2023, 5, 0), (2024, 4, -1)))]
    assert [source.short_years for source in made.short] == [(2024,)]


# ── the advice ───────────────────────────────────────────────────────────────────────────────────────────────────────
@st.composite
def small(draw):
    found = []
    for key in range(draw(st.integers(1, 4))):
        members = tuple(
            Member(10 * key + n, f"M{key}-{n}", draw(st.integers(1, 9)), {2023: draw(st.integers(1, 3)), 2024: 1})
            for n in range(draw(st.integers(1, 2)))
        )
        parts = tuple(Part(member.establishment, 1, member.asked) for member in members)
        score = draw(st.integers(0, 5)) * 1000
        found.append(
            Row(key, f"R{key}", key + 1, draw(st.sampled_from(("main", "reserve"))), members, parts, score=score)
        )
    funds = tuple(
        Fund(
            line, f"S{line}", draw(st.integers(0, 20)), {2023: draw(st.integers(0, 15)), 2024: draw(st.integers(0, 15))}
        )
        for line in (1, 2)
    )
    return found, funds


def best_of_all(found, funds):
    """Every choice of dossiers, and of a source for each of their members."""
    best = 0
    for kept in itertools.chain.from_iterable(
        itertools.combinations(range(len(found)), n) for n in range(len(found) + 1)
    ):
        gained = sum(worth(found[place], place, len(found)) for place in kept)
        if gained <= best:
            continue
        members = [(found[place], member) for place in kept for member in found[place].members]
        for choice in itertools.product(range(len(funds)), repeat=len(members)):
            ae, cp = [fund.ae for fund in funds], [dict(fund.cp) for fund in funds]
            for source, (_row, member) in zip(choice, members, strict=True):
                ae[source] -= member.asked
                for year, cents in spread(member.asked, member).items():
                    cp[source][year] -= cents
            if min(ae) >= 0 and min(min(years.values()) for years in cp) >= 0:
                best = gained
                break
    return best


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(instance=small())
def test_16_2_the_advice_is_the_best_of_all_lists(instance):
    found, funds = instance
    told = advise(found, funds, seconds=60)
    places = {row.application: place for place, row in enumerate(found)}
    gained = sum(worth(row, places[row.application], len(found)) for row in told.rows)
    assert told.proved and gained == best_of_all(found, funds)
    made = plan(list(told.rows), len(told.rows), funds, POPULATIONS)
    assert made.over == [] and made.short == []
    last = max((places[row.application] for row in told.rows), default=-1)
    kept = {row.application for row in told.rows}
    assert [row.application for row in told.departures] == [
        row.application for row in found[: max(last, 0)] if row.application not in kept
    ]
