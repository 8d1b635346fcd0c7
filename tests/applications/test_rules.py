"""Each rule of the deposit and of its budget on both sides of its bound, with the text it rests on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import places, rules
from applications.rules import Bounds, Dossier, Member, Required
from calls.questions import QUESTIONS

BOUNDS = Bounds(
    min_activity=100,
    min_base_cents=1_000,
    required=(Required("plan", "Plan"), Required("annexe", "Annexe", per_member=True)),
    rates_bp={"private": 5_000},
)
ALONE = Member(
    "Rennes",
    "public",
    finess="990000019",
    role="coordinator",
    activity=100,
    work="Intégrer.",
    expenses_cents=1_000,
    aid_cents=500,
    own_cents=500,
    years=(2023,),
    vat="including",
)
OTHER = Member("Brest", "gcs", finess="990000027")
GOOD = Dossier(
    members=(ALONE, OTHER),
    goal="build",
    starts_on=date(2023, 1, 1),
    months=24,
    maturity_now=3,
    maturity_target=8,
    projects=3,
    linked_partners=1,
    perimeters=1,
    received_on=date(2022, 10, 1),
    pieces=frozenset({("plan", ""), ("annexe", "Rennes"), ("annexe", "Brest")}),
    answers={question.slug: 100 for question in QUESTIONS},
)
ORDER = ["R04", *(f"R{n}" for n in range(10, 15)), "R14B", *(f"R{n}" for n in range(15, 24)), "R26", "R40"]
BLOCKS = {"R04", "R10", "R11", "R12", "R13", "R16", "R18", "R19", "R20", "R21", "R23"}


def failed(dossier: Dossier, bounds: Bounds = BOUNDS) -> set[str]:
    return {verdict.rule for verdict in rules.check(dossier, bounds) if verdict.failed}


def members(count: int, **changes) -> tuple[Member, ...]:
    return (ALONE, *(replace(OTHER, name=f"M{n}", finess=f"99{n:07d}", **changes) for n in range(1, count)))


def test_a_good_dossier_meets_every_rule_and_the_list_is_the_issue_s():
    verdicts = rules.check(GOOD, BOUNDS)
    assert [verdict.rule for verdict in verdicts] == ORDER
    assert {verdict.rule for verdict in verdicts if verdict.severity == "block"} == BLOCKS
    assert all(verdict.ok for verdict in verdicts) and rules.told(verdicts).blocking == []
    assert all(verdict.change == "" and verdict.message for verdict in verdicts)


def test_an_empty_dossier_fails_what_it_must_with_a_change_for_each():
    verdicts = rules.check(Dossier(), BOUNDS)
    assert {v.rule for v in verdicts if v.failed} == set(ORDER) - {"R04", "R13", "R14", "R14B", "R21", "R40"}
    assert all(v.change and v.part for v in verdicts if v.failed)
    assert {v.rule for v in rules.told(verdicts).blocking} == {"R10", "R11", "R12", "R16", "R18", "R19", "R20", "R23"}


# ── a fourth state: nothing to judge yet ─────────────────────────────────────────────────────────────────────────────
OF_THE_REGISTER = {"R11", "R12", "R13", "R15"}  # they read who coordinates, which a dossier says from its first day
OF_OTHER_DOSSIERS = {"R14", "R14B"}
ANY_BOUNDS = st.builds(
    Bounds,
    min_activity=st.integers(0, 10**6),
    min_months=st.integers(1, 12),
    min_projects=st.integers(0, 3),
    min_external_partners=st.integers(0, 2),
    min_perimeters=st.integers(0, 2),
    min_base_cents=st.integers(0, 10**9),
    min_answer_chars=st.integers(0, 200),
    overhead_cap_bp=st.integers(0, 10_000),
    permanent_staff_eligible=st.booleans(),
    de_minimis_cents=st.integers(0, 10**9),
    required=st.sampled_from(((), BOUNDS.required)),
    rates_bp=st.dictionaries(st.sampled_from(rules.REGISTER_KINDS), st.integers(0, 10_000)),
)
EMPTY_DRAFTS = st.builds(
    lambda kind, activity, day: Dossier(
        members=(Member("Rennes", kind, finess="990000019", role="coordinator", activity=activity),), received_on=day
    ),
    st.sampled_from(rules.REGISTER_KINDS),
    st.integers(0, 10**6),
    st.none() | st.just(date(2022, 10, 1)),
)


@given(EMPTY_DRAFTS, ANY_BOUNDS)
def test_13_9_on_an_empty_draft_no_rule_that_reads_the_dossier_is_satisfied(draft, bounds):
    told = rules.told(rules.check(draft, bounds), rules.check_budget(draft, bounds))
    assert {v.rule for v in told.met} <= OF_THE_REGISTER | OF_OTHER_DOSSIERS
    assert all(v.message and not v.change and not places.url(v, "EDSH-1-0001") for v in told.idle)
    assert {v.rule for v in told.idle} >= {"R04", "R21", *(f"R{n}" for n in range(30, 39)), "R40"}
    assert {(v.ok, v.blocks, v.state) for v in told.idle} == {(False, False, "idle")}


def test_13_9_every_rule_says_what_it_judges():
    told = [*rules.check(GOOD, BOUNDS), *rules.check_budget(GOOD, BOUNDS)]
    assert [v.rule for v in told if v.met is None] == []
    assert sorted(rules.MATTER) == sorted(v.rule for v in told)


def test_what_will_be_examined_begins_with_what_may_make_every_dossier_fall():
    facts = replace(GOOD, twins=("EDSH-1-0009",), answers={}, starts_on=None, pending=("Nantes",))
    told = rules.told(rules.check(facts, BOUNDS))
    assert [v.rule for v in told.examined] == ["R14", "R22", "R26"]
    assert [v.rule for v in told.blocking] == ["R04"]
    assert len([*told.blocking, *told.examined, *told.idle, *told.met]) == len(told.verdicts)


# ── the questions of the presentation ────────────────────────────────────────────────────────────────────────────────
@given(st.integers(0, 300), st.integers(-1, 1))
def test_13_9_an_answer_counts_from_the_length_the_call_asks(least, off):
    bounds, value = replace(BOUNDS, min_answer_chars=least), max(least + off, 0)
    found = {v.rule: v for v in rules.check(replace(GOOD, answers=GOOD.answers | {"ambition": value}), bounds)}["R26"]
    enough = value >= max(least, 1)
    assert (found.failed, found.blocks) == (least > 100 or not enough, False)
    if least <= 100 and not enough:
        asked = f"1 réponse de moins de {least} caractères" if value else "1 question sans réponse"
        assert found.message == f"{asked} : Ambition de l’entrepôt." and places.url(found, "X") == "/dossiers/X/recit/"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pending": ("Nantes",)}, {"R04"}),
        ({"pieces": GOOD.pieces - {("plan", "")}}, {"R10"}),
        ({"pieces": GOOD.pieces - {("annexe", "Brest")}}, {"R10"}),
        ({"members": (replace(ALONE, role="partner"), OTHER)}, {"R11"}),
        ({"members": (replace(ALONE, kind="gip"), OTHER)}, {"R11", "R13"}),
        ({"members": (ALONE, replace(OTHER, kind="company"))}, {"R13"}),
        ({"members": (ALONE, replace(OTHER, finess=ALONE.finess))}, {"R12"}),
        ({"twins": ("EDSH-1-0009",)}, {"R14"}),
        ({"shared": ("Brest",)}, {"R14B"}),
        ({"starts_on": None}, {"R22"}),
        ({"received_on": None}, {"R22"}),
        ({"months": None}, {"R16"}),
        ({"goal": ""}, {"R23"}),
        ({"maturity_now": None}, {"R23"}),
        ({"maturity_target": None}, {"R23"}),
        ({"members": (replace(ALONE, work=" "), OTHER)}, {"R21"}),
        ({"members": (replace(ALONE, work="", aid_cents=0), OTHER)}, set()),
    ],
)
def test_one_thing_wrong_fails_one_rule(change, expected):
    dossier = replace(GOOD, **change)
    missing = {"R10"} if "members" in change and expected == {"R12"} else set()
    assert failed(dossier) - missing == expected


@given(st.integers(1, 12), st.integers(0, 14))
def test_r12_holds_one_to_the_limit(most, count):
    bounds = replace(BOUNDS, max_members=most, required=())
    dossier = replace(GOOD, members=members(count) if count else ())
    assert ("R12" in failed(dossier, bounds)) == (not 1 <= count <= most)


@given(st.integers(0, 10**6), st.integers(-2, 2))
def test_r15_and_r17_are_reached_at_their_bound(bound, off):
    value = max(bound + off, 0)
    dossier = replace(GOOD, members=(replace(ALONE, activity=value, expenses_cents=value),))
    bad = failed(dossier, replace(BOUNDS, min_activity=bound, min_base_cents=bound, required=()))
    assert ({"R15", "R17"} & bad) == ({"R15", "R17"} if value < bound else set())


@given(st.integers(1, 60), st.integers(0, 60), st.sampled_from(("least", "most")), st.integers(-1, 1))
def test_r16_includes_both_ends(least, width, end, off):
    bounds = replace(BOUNDS, min_months=least, max_months=least + width)
    months = (least if end == "least" else least + width) + off
    assert ("R16" in failed(replace(GOOD, months=months), bounds)) == (not least <= months <= least + width)


@given(st.integers(0, 9), st.integers(-1, 1))
def test_r18_r19_r20_count_from_their_bound(bound, off):
    value = max(bound + off, 0)
    bounds = replace(BOUNDS, min_projects=bound, min_external_partners=bound, min_perimeters=bound)
    bad = failed(replace(GOOD, projects=value, linked_partners=value, perimeters=value), bounds)
    assert ({"R18", "R19", "R20"} & bad) == ({"R18", "R19", "R20"} if value < bound else set())


@given(st.integers(-2, 2))
def test_r22_allows_the_very_day_of_the_deposit(off):
    dossier = replace(GOOD, starts_on=GOOD.received_on + timedelta(days=off))
    assert ("R22" in failed(dossier)) == (off < 0)


@given(st.sampled_from(("build", "consolidate")), st.integers(0, 10), st.integers(0, 10))
def test_r23_by_goal(goal, now, target):
    dossier = replace(GOOD, goal=goal, maturity_now=now, maturity_target=target)
    fits = (now >= 7) if goal == "consolidate" else (now <= 6)
    assert ("R23" in failed(dossier)) == (not (fits and target > now))


def test_r23_tells_what_is_wrong_and_nothing_else():
    def change(**said):
        return next(v.change for v in rules.check(replace(GOOD, **said), BOUNDS) if v.rule == "R23")

    low = "« Consolider » demande une maturité de départ d’au moins 7 : choisissez « constituer », ou corrigez-la."
    high = "« Constituer » demande une maturité de départ de moins de 7 : choisissez « consolider », ou corrigez-la."
    assert change(goal="consolidate", maturity_now=3, maturity_target=8) == low
    assert change(goal="build", maturity_now=8, maturity_target=9) == high
    assert (
        change(goal="build", maturity_now=3, maturity_target=3) == "Visez une maturité supérieure à celle de départ, 3."
    )
    assert change(goal="", maturity_target=None) == "Indiquez l’objet du projet, la maturité visée."


def test_r17_and_the_money_of_a_member_say_by_how_much():
    short = replace(ALONE, expenses_cents=10_00, aid_cents=12_00, own_cents=0, public_cents=0, other_cents=0)
    facts = replace(GOOD, members=(short,))
    told = {
        v.rule: v
        for v in (*rules.check(facts, replace(BOUNDS, min_base_cents=15_55)), *rules.check_budget(facts, BOUNDS))
    }
    assert told["R17"].change == "Ajoutez 5,55\u00a0€ de dépenses éligibles ; le service instructeur décidera."
    for rule in ("R30", "R31", "R33"):
        assert told[rule].message.endswith(" : 2,00\u00a0€ de trop)."), told[rule].message


def budget(member: Member, bounds: Bounds = BOUNDS, **dossier) -> set[str]:
    facts = replace(GOOD, members=(member,), **dossier)
    return {verdict.rule for verdict in rules.check_budget(facts, bounds) if verdict.failed}


@given(st.integers(0, 10**9), st.integers(-1, 1))
def test_the_budget_rules_to_the_cent(expenses, off):
    ceiling = expenses // 2
    aid = max(ceiling + off, 0)
    member = replace(ALONE, kind="private", expenses_cents=expenses, aid_cents=aid, own_cents=max(expenses - aid, 0))
    bad = budget(member)
    assert ("R32" in bad) == (aid > ceiling) and ("R31" in bad) == (aid > expenses)
    over = replace(ALONE, expenses_cents=expenses, aid_cents=expenses, public_cents=max(off, 0), own_cents=0)
    assert ("R33" in budget(over)) == (off > 0) and ("R31" in budget(over)) == (off > 0)


def test_r30_wants_whole_amounts_above_zero_in_known_categories():
    known = replace(BOUNDS, categories=dict.fromkeys(("staff", "overhead"), ""))
    good = replace(ALONE, amounts=(0, 1), categories=("staff",))

    def r30(member: Member, bounds: Bounds = known) -> rules.Verdict:
        return rules.check_budget(replace(GOOD, members=(member,)), bounds)[0]

    assert (r30(good).rule, r30(good).ok, r30(good).severity) == ("R30", True, "block")
    for wrong in ({"amounts": (0, -1)}, {"amounts": (1.0,)}, {"amounts": (True,)}, {"categories": ("staff", "x")}):
        assert r30(replace(good, **wrong)).blocks, wrong
    assert r30(replace(good, categories=("x",)), BOUNDS).ok
    for aid, blocks in ((good.expenses_cents, False), (good.expenses_cents + 1, True)):
        assert r30(replace(good, aid_cents=aid)).blocks == blocks


@given(st.integers(0, 10_000), st.sampled_from((None, *range(0, 10_001, 1_250))), st.integers(0, 10**9))
def test_r32_holds_the_lower_of_the_kind_s_rate_and_of_the_regime_s(rate, regime_rate, expenses):
    bounds = replace(
        BOUNDS,
        rates_bp={"private": rate},
        regime_rates_bp={} if regime_rate is None else {("private", "rgec_26"): regime_rate},
    )
    low = rate if regime_rate is None else min(rate, regime_rate)
    most = expenses * low // 10_000
    for off in (-1, 0, 1):
        member = replace(ALONE, kind="private", regime="rgec_26", expenses_cents=expenses, aid_cents=max(most + off, 0))
        assert ("R32" in budget(member, bounds)) == (off > 0)
    other = replace(ALONE, kind="private", regime="rgec_25", expenses_cents=expenses)
    assert rules.most_aid_cents(other, bounds) == expenses * rate // 10_000
    assert rules.ceiling_bp(replace(other, kind="public"), bounds) is None


@given(st.integers(0, 10_000), st.integers(0, 10**9), st.integers(-1, 1))
def test_r34_overhead_is_a_share_of_the_other_expenses(cap, direct, off):
    most = direct * cap // 10_000
    overhead = max(most + off, 0)
    member = replace(ALONE, expenses_cents=direct + overhead, overhead_cents=overhead)
    assert rules.most_overhead_cents(member, replace(BOUNDS, overhead_cap_bp=cap)) == most
    assert ("R34" in budget(member, replace(BOUNDS, overhead_cap_bp=cap))) == (overhead > most)


@pytest.mark.parametrize(
    ("kind", "cents", "eligible", "wrong"),
    [
        ("public", 1, False, True),
        ("public", 0, False, False),
        ("public", 1, True, False),
        ("private", 1, False, False),
        ("gcs", 1, False, False),
    ],
)
def test_r36_permanent_staff_of_public_bodies(kind, cents, eligible, wrong):
    member = replace(ALONE, kind=kind, permanent_cents=cents)
    assert ("R36" in budget(member, replace(BOUNDS, permanent_staff_eligible=eligible))) == wrong


def test_r37_wants_the_vat_of_who_spends():
    assert "R37" in budget(replace(ALONE, vat=""))
    for member in (replace(ALONE, vat="", expenses_cents=0), replace(ALONE, vat="excluding"), ALONE):
        assert "R37" not in budget(member)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(-1, 1))
def test_r38_adds_up_de_minimis_aid(ceiling, received, off):
    aid = max(ceiling - received + off, 0)
    bounds = replace(BOUNDS, de_minimis_cents=ceiling)
    member = replace(ALONE, aid_cents=aid, regime="de_minimis", de_minimis_received_cents=received)
    assert ("R38" in budget(member, bounds)) == (aid + received > ceiling)
    assert "R38" not in budget(replace(member, regime="sieg"), bounds)


@pytest.mark.parametrize(
    ("kind", "aid", "regime", "wrong"),
    [
        ("private", 1, "", True),
        ("private", 0, "", False),
        ("private", 1, "rgec_25", False),
        ("public", 1, "", False),
        ("gcs", 1, "", False),
    ],
)
def test_r38_wants_the_regime_of_who_has_an_economic_activity(kind, aid, regime, wrong):
    assert ("R38" in budget(replace(ALONE, kind=kind, aid_cents=aid, regime=regime))) == wrong


def test_a_verdict_of_the_budget_names_each_member_and_leads_to_the_first():
    brest, nantes = replace(ALONE, name="Brest", membership=7), replace(ALONE, name="Nantes", membership=8)
    facts = replace(GOOD, members=(replace(ALONE, membership=6), *(replace(m, own_cents=0) for m in (brest, nantes))))
    found = rules.check_budget(facts, BOUNDS)[1]
    assert (found.rule, found.ok, found.member) == ("R31", False, 7)
    assert found.message == (
        "À revoir : Brest, Nantes (ressources 5,00\u00a0€, dépenses 10,00\u00a0€ : ajoutez 5,00\u00a0€ de ressources)."
    )
    unlike = replace(facts, members=(*facts.members, replace(nantes, name="Angers", own_cents=600)))
    assert rules.check_budget(unlike, BOUNDS)[1].message.endswith(
        " ; Angers (ressources 11,00\u00a0€, dépenses 10,00\u00a0€ : 1,00\u00a0€ de trop)."
    )
    assert places.url(found, "EDSH-1-0001") == "/dossiers/EDSH-1-0001/budget/7/#id_own_cents"
    assert places.url(replace(found, member=0), "EDSH-1-0001") == "/dossiers/EDSH-1-0001/budget/"
    assert places.url(replace(found, part=""), "EDSH-1-0001") == "#id_own_cents"
    assert (
        places.url(replace(found, part="", field=""), "EDSH-1-0001")
        == places.url(replace(found, met=True), "EDSH-1-0001")
        == ""
    )


def test_each_rule_rests_on_a_text_and_says_what_is_assumed():
    told = [*rules.check(GOOD, BOUNDS), *rules.check_budget(GOOD, BOUNDS)]
    assert [v.rule for v in told] == [*ORDER, *(f"R{n}" for n in range(30, 39))]
    assert all(v.source for v in told)
    sources = {v.rule: v.source for v in told}
    assert sources["R22"] == "Décret n° 2018-514 du 25 juin 2018, article 5"
    assert sources["R33"] == "Décret n° 2018-514 du 25 juin 2018, article 10"
    assert {v.number for v in told if v.rule == "R14B"} == {"R14 bis"}
    assumed = replace(BOUNDS, assumed=frozenset({"min_activity", "rates", "min_months"}))
    told = [*rules.check(GOOD, assumed), *rules.check_budget(GOOD, assumed)]
    changed = {v.rule for v in told if v.source != sources[v.rule]}
    assert changed == {"R15", "R16", "R32"}
    assert all(
        v.source == f"{sources[v.rule]} ; valeur retenue : hypothèse du portail" for v in told if v.rule in changed
    )


def test_r35_looks_at_years_once_the_dates_are_known():
    assert budget(ALONE) == set()
    assert budget(replace(ALONE, years=(2022, 2023))) == {"R35"}
    assert budget(replace(ALONE, years=(1999,)), months=None) == set()


@pytest.mark.parametrize(
    ("start", "months", "years"),
    [
        (date(2023, 1, 1), 12, [2023]),
        (date(2023, 1, 1), 13, [2023, 2024]),
        (date(2023, 12, 1), 1, [2023]),
        (date(2023, 12, 1), 2, [2023, 2024]),
        (date(2023, 6, 15), 40, [2023, 2024, 2025, 2026]),
        (date(2023, 1, 1), 0, [2023]),
    ],
)
def test_project_years(start, months, years):
    assert list(rules.project_years(start, months)) == years


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_rate_shown_at_the_ceiling_hides_no_excess(aid, expenses):
    assert (rules.rate_bp(aid, expenses) <= 5_000) == (2 * aid <= expenses)
    assert rules.rate_bp(aid, 0) is None
    assert rules.share_cents(expenses, None) == expenses and rules.share_cents(expenses, 5_000) == expenses // 2
