"""The depth of a dossier: mesh, governance, indicators, common core, calendar – their verbs, their arithmetic, what is frozen."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from applications import actions
from applications.content import freeze
from applications.models import Application, FunctionPlacement, Governance, Indicator, SocleItem, SocleState, Warehouse
from applications.shapes import expectations, gantt, mesh, socle
from directory import identifiers
from edsh_portal.models import Event

from . import world as made
from .test_verbs import refusal

FINESS = identifiers.fictitious_finess(4242)


def node(application, by, name="Entrepôt breton", **more) -> Warehouse:
    return actions.save_row(application, "warehouses", name=name, **more, by=by)


@pytest.fixture
def alice(world):
    return world.cast.alice


# ── indicators and outcomes ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_project_says_its_outcomes_in_the_order_of_the_call(world, draft, alice):
    project = actions.save_row(
        draft,
        "projects",
        title="P",
        outcomes=["performance", "medical"],
        procedure="mr004",
        starts_on=date(2023, 3, 1),
        by=alice,
    )
    project.refresh_from_db()
    assert (project.outcomes, project.procedure) == (["medical", "performance"], "mr004")
    assert refusal(actions.save_row, draft, "projects", title="P", outcomes=["economy"], by=alice) == (
        "E05",
        "outcomes",
    )
    assert refusal(actions.save_row, draft, "projects", title="P", procedure="mr999", by=alice) == ("E05", "procedure")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(project).objects.filter(pk=project.pk).update(outcomes=["economy"])


def test_indicators(world, draft, alice):
    project = actions.save_row(draft, "projects", title="P", by=alice)
    held = actions.save_row(project.application, "indicators", within=project, label=" Délai ", by=alice)
    assert (held.label, held.outcome, held.baseline, held.target_on) == ("Délai", "", None, None)
    same = actions.save_row(
        project.application,
        "indicators",
        label="Délai médian",
        outcome="performance",
        unit="jours",
        baseline=Decimal("90"),
        target=Decimal("30.5"),
        target_on=date(2025, 1, 1),
        row=held,
        by=alice,
    )
    assert same.pk == held.pk and project.indicators.get().target == Decimal("30.50")
    for details, expected in (
        ({"label": ""}, ("E01", "label")),
        ({"label": "x" * 161}, ("E02", "label")),
        ({"label": "x", "outcome": "economy"}, ("E05", "outcome")),
        ({"label": "x", "unit": "x" * 41}, ("E02", "unit")),
        ({"label": "x", "baseline": Decimal(10) ** 12}, ("E06", "baseline")),
        ({"label": "x", "target": Decimal("1.001")}, ("E06", "target")),
    ):
        assert (
            refusal(actions.save_row, project.application, "indicators", within=project, **details, by=alice)
            == expected
        )
    actions.save_row(
        project.application,
        "indicators",
        within=project,
        label="x",
        baseline=Decimal(10) ** 12 - 1,
        target=Decimal("0.01"),
        by=alice,
    )
    with pytest.raises(PermissionDenied):
        actions.remove_row(draft, "indicators", same, by=world.cast.bruno)
    actions.remove_row(draft, "indicators", same, by=alice)
    assert not Indicator.objects.filter(pk=same.pk).exists()
    event = Event.objects.filter(stream=f"application:{draft.pk}").order_by("-seq").first()
    assert (event.kind, event.data) == ("application.edited", {"section": "indicators", "removed": same.pk})


# ── warehouses ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_warehouse_is_saved_changed_and_removed(world, draft, alice):
    mine = draft.memberships.get()
    held = node(draft, alice, membership=mine, site_finess=f"{FINESS[:3]} {FINESS[3:]}", level="local")
    assert (held.site_finess, held.hds_certified, held.snds_main) == (FINESS, None, None)
    again = actions.save_row(draft, "warehouses", name="Entrepôt breton", level="shared", row=held, by=alice)
    assert again.pk == held.pk and draft.warehouses.get().level == "shared"
    actions.save_row(draft, "functions", row="collect", **{"local-warehouses": [held], "local-reason": "Ici"}, by=alice)
    actions.save_row(draft, "matchings", kind="snds", name="SNDS", warehouse=held, by=alice)
    actions.remove_row(held.application, "warehouses", held, by=alice)
    assert not draft.warehouses.exists() and not draft.matchings.exists()
    assert draft.functions.get().warehouses.count() == 0


def test_warehouse_refuses(world, draft, alice):
    held = node(draft, alice)
    partner = actions.invite_partner(draft, world.brest, by=alice)
    other = actions.create(world.wave, coordinator=world.nantes, acronym="N", by=world.cast.zoe)
    for details, expected in (
        ({"name": " "}, ("E01", "name")),
        ({"name": "x" * 121}, ("E02", "name")),
        ({"name": "Entrepôt breton"}, ("E03", "name")),
        ({"name": "x", "site": "x" * 161}, ("E02", "site")),
        ({"name": "x", "site_finess": "12345678"}, ("E04", "site_finess")),
        ({"name": "x", "site_finess": FINESS[:8] + str((int(FINESS[8]) + 1) % 10)}, ("E04", "site_finess")),
        ({"name": "x", "level": "regional"}, ("E05", "level")),
        ({"name": "x", "cnil_status": "ok"}, ("E05", "cnil_status")),
        ({"name": "x", "host": "x\x00"}, ("E02", "host")),
        ({"name": "x", "membership": partner}, ("E05", "membership")),
        ({"name": "x", "membership": other.memberships.get()}, ("E05", "membership")),
    ):
        assert refusal(actions.save_row, draft, "warehouses", **details, by=alice) == expected
    with pytest.raises(PermissionDenied):
        node(draft, world.cast.zoe, "Autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        Warehouse.objects.filter(pk=held.pk).update(level="regional")


def test_the_finess_of_a_site_in_corsica_is_never_blocked_by_its_key(world, draft, alice):
    assert node(draft, alice, site_finess="2A0000009").site_finess == "2A0000009"


# ── functions ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_function_changes_only_the_levels_given(world, draft, alice):
    held = node(draft, alice)
    actions.save_row(
        draft,
        "functions",
        row="hosting",
        **{"local-warehouses": [held], "local-reason": "Les données restent"},
        by=alice,
    )
    actions.save_row(draft, "functions", row="hosting", **{"national-why_not_lower": "Calcul"}, by=alice)
    rows = {row.level: (row.reason, row.warehouses.count()) for row in draft.functions.all()}
    assert rows == {"local": ("Les données restent", 1), "national": ("", 0)}
    actions.save_row(
        draft, "functions", row="hosting", **{"national-reason": " ", "national-why_not_lower": ""}, by=alice
    )
    assert FunctionPlacement.objects.get().level == "local"


def test_a_function_refuses(world, draft, alice):
    long = {"local-reason": "x" * 1001}
    for function in ("cooking", ""):
        assert refusal(actions.save_row, draft, "functions", row=function, **long, by=alice) == ("A02", None)
    with pytest.raises(TypeError):
        actions.save_row(draft, "functions", row="collect", **{"here-reason": "x"}, by=alice)
    assert refusal(actions.save_row, draft, "functions", row="collect", **long, by=alice) == ("E02", "local-reason")
    other = actions.create(world.wave, coordinator=world.nantes, acronym="N", by=world.cast.zoe)
    theirs = node(other, world.cast.zoe)
    actions.save_row(draft, "functions", row="collect", **{"local-warehouses": [theirs]}, by=alice)
    assert draft.functions.get().warehouses.count() == 0


def placed(function, level, nodes=("N",), reason="Parce que", why="Non"):
    return mesh.Placement(function, level, nodes, reason, why)


def kinds(found):
    return [(finding.kind, finding.row) for finding in found]


ONCE = [placed(function, "local", why="") for function in mesh.Function.values]


def test_a_complete_mesh_says_nothing():
    assert mesh.findings(ONCE) == []


@pytest.mark.parametrize("function", mesh.Function.values)
def test_a_function_nobody_does_is_a_gap(function):
    others = [placement for placement in ONCE if placement.function != function]
    assert kinds(mesh.findings(others)) == [("gap", function)]
    assert kinds(mesh.findings([*others, placed(function, "local", nodes=())])) == [("gap", function)]


def test_a_function_done_at_two_levels_is_a_duplicate():
    found = mesh.findings([*ONCE, placed("hosting", "national")])
    assert kinds(found) == [("duplicate", "hosting")] and "local, national" in found[0].message
    assert mesh.findings([*ONCE, placed("hosting", "national", nodes=())]) == []


def test_what_is_done_higher_says_why():
    rest = [placement for placement in ONCE if placement.function != "access"]
    assert kinds(mesh.findings([*rest, placed("access", "shared", why=" ")])) == [("unexplained", "access")]
    assert kinds(mesh.findings([*rest, placed("access", "local", reason="", why="")])) == [("unexplained", "access")]
    assert mesh.findings([*rest, placed("access", "shared")]) == []


@given(
    st.lists(
        st.builds(
            mesh.Placement,
            st.sampled_from(mesh.Function.values),
            st.sampled_from(mesh.Level.values),
            st.sampled_from([(), ("N",), ("N", "M")]),
            st.sampled_from(["", "Oui"]),
            st.sampled_from(["", "Oui"]),
        ),
        unique_by=lambda p: (p.function, p.level),
        max_size=18,
    )
)
def test_findings_hold_for_any_mesh(placements):
    found = mesh.findings(placements)
    for function in mesh.Function.values:
        done = [p for p in placements if p.function == function and p.nodes]
        here = [f.kind for f in found if f.row == function]
        assert ("gap" in here) == (not done)
        assert ("duplicate" in here) == (len(done) > 1)
        unsaid = [p for p in done if not p.reason or p.level != "local" and not p.why_not_lower]
        assert here.count("unexplained") == len(unsaid)


# ── matchings and the CNIL ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "said"),
    [("authorised", 0), ("in_progress", 0), ("conforms", 1), ("not_begun", 1), ("", 1)],
)
def test_a_warehouse_matched_with_the_snds_leaves_the_referentiel(status, said):
    found = mesh.cnil_findings([mesh.Node("N", True, status), mesh.Node("M", False, status)], [])
    assert len(found) == said and all("2021-118" in finding.message for finding in found)


def test_the_procedure_of_a_matching():
    link = lambda kind, procedure: kinds(mesh.cnil_findings([], [mesh.Link("L", kind, procedure)]))
    assert link("snds", "authorisation") == [] and link("cohort", "mr004") == []
    assert link("snds", "mr004") == link("snds", "") == link("cohort", "") == [("procedure", 0)]


def test_matchings(world, draft, alice):
    held = actions.save_row(draft, "matchings", kind="cohort", name="Constances", procedure="mr004", by=alice)
    again = actions.save_row(draft, "matchings", kind="snds", name="SNDS", procedure="", row=held, by=alice)
    assert (again.pk, again.kind, again.procedure) == (held.pk, "snds", "")
    other = actions.create(world.wave, coordinator=world.nantes, acronym="N", by=world.cast.zoe)
    for details, expected in (
        ({"kind": "", "name": "x"}, ("E05", "kind")),
        ({"kind": "cohort", "name": ""}, ("E01", "name")),
        ({"kind": "cohort", "name": "x", "procedure": "mr9"}, ("E05", "procedure")),
        ({"kind": "cohort", "name": "x", "warehouse": node(other, world.cast.zoe)}, ("E05", "warehouse")),
    ):
        assert refusal(actions.save_row, draft, "matchings", **details, by=alice) == expected
    actions.remove_row(held.application, "matchings", held, by=alice)
    assert not draft.matchings.exists()


def test_what_is_read_of_a_content(world, draft, alice):
    held = node(draft, alice, snds_main=False, cnil_status="conforms")
    actions.save_row(draft, "matchings", kind="snds", name="SNDS", warehouse=held, procedure="authorisation", by=alice)
    actions.save_row(draft, "functions", row="collect", **{"local-warehouses": [held], "local-reason": "Ici"}, by=alice)
    found = kinds(mesh.read(freeze.content(draft)))
    assert found == [("gap", f) for f in mesh.Function.values[1:]] + [("cnil", held.pk)]


# ── governance ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_governance_is_one_row_with_its_evidence(world, ready, alice):
    actions.save_row(ready, "governance", cse_exists=True, cse_women=4, cse_men=5, by=alice)
    held = actions.save_row(
        ready,
        "governance",
        cse_exists=True,
        cse_women=4,
        cse_men=4,
        cse_chair="Un médecin",
        transparency_url="https://transparence.example/eds",
        dpo_contact="dpo@chu.example",
        access_days=45,
        cse_evidence="presentation",
        dpo_evidence="to_join",
        by=alice,
    )
    assert Governance.objects.get() == held and held.cse_men == 4
    lines = {
        line.key: line.state for line in expectations.checklist(freeze.content(ready)["governance"], ["presentation"])
    }
    assert lines == {"cse": "done", "dpo": "doing", "transparency": "doing", "access": "doing"} | dict.fromkeys(
        ("cnil", "hds", "charter"), "todo"
    )


def test_governance_refuses(world, ready, alice):
    for details, expected in (
        ({"cse_women": -1}, ("E06", "cse_women")),
        ({"cse_men": 32_768}, ("E06", "cse_men")),
        ({"transparency_url": "http://x.example"}, ("E07", "transparency_url")),
        ({"transparency_url": "https://"}, ("E07", "transparency_url")),
        ({"transparency_url": "https://["}, ("E07", "transparency_url")),
        ({"dpo_contact": "dpo"}, ("E07", "dpo_contact")),
        ({"cnil": "x" * 301}, ("E02", "cnil")),
        ({"hds_evidence": "gantt"}, ("E05", "hds_evidence")),
    ):
        assert refusal(actions.save_row, ready, "governance", **details, by=alice) == expected
    actions.save_row(ready, "governance", cse_men=32_767, by=alice)
    with pytest.raises(TypeError):
        actions.save_row(ready, "governance", proof="x", by=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Governance.objects.update(transparency_url="http://x.example")


@pytest.mark.parametrize(
    ("women", "men", "expected"),
    [
        (None, 3, None),
        (3, None, None),
        (0, 0, None),
        (4, 4, (500, True)),
        (4, 5, (444, True)),
        (5, 4, (556, True)),
        (3, 5, (375, False)),
        (0, 1, (0, True)),
        (0, 2, (0, False)),
    ],
)
def test_parity(women, men, expected):
    assert expectations.parity(women, men) == expected


def test_checklist_before_anything_is_said():
    lines = expectations.checklist(None, [])
    assert [line.key for line in lines] == ["cse", "transparency", "cnil", "dpo", "hds", "charter", "access"]
    assert {line.state for line in lines} == {"todo"}
    refused = expectations.checklist({"cse_exists": False, "charter": True}, [])
    assert [line.held for line in refused if line.held] == ["non", "oui"]
    assert expectations.checklist({"cse_exists": True}, [])[0].held == "oui"


# ── the common core ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_core_has_its_51_items(db):
    items = list(SocleItem.objects.filter(version=socle.VERSION).order_by("order"))
    counts: dict[str, int] = {}
    for item in items:
        counts[item.domain] = counts.get(item.domain, 0) + 1
    assert (len(items), sum(item.lot == 2 for item in items)) == (socle.ITEMS, 4)
    assert counts == {
        "Données socio-démographiques": 7,
        "PMSI": 9,
        "Résultats d’examens biologiques": 23,
        "Exposition médicamenteuse": 4,
        "Examen clinique": 8,
    }
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        SocleItem.objects.filter(number="2.1").delete()


def test_states_of_the_core(world, draft, alice):
    held = node(draft, alice)
    actions.save_row(
        held.application,
        "socle",
        row=held,
        **socle.cells({"1.a.1": ("raw", "omop"), "2.1": ("structured", ""), "2.2": ("", "fhir")}),
        by=alice,
    )
    actions.save_row(
        held.application,
        "socle",
        row=held,
        **socle.cells({"2.1": ("structured", "structured"), "2.2": ("", "")}),
        by=alice,
    )
    rows = dict(SocleState.objects.values_list("item__number", "target"))
    assert rows == {"1.a.1": "omop", "2.1": "structured"}
    for states, expected in (
        ({"9.9": ("raw", "")}, ("E05", "9.9-now")),
        ({"2.1": ("cooked", "")}, ("E05", "2.1-now")),
        ({"2.1": ("", "cooked")}, ("E05", "2.1-target")),
        ({"2.2": ("raw", "raw"), "2.1": ("omop", "structured")}, ("E08", "2.1-target")),
    ):
        assert (
            refusal(actions.save_row, held.application, "socle", row=held, **socle.cells(states), by=alice) == expected
        )
    assert SocleState.objects.count() == 2
    assert freeze.content(draft)["warehouses"][0]["socle"] == {
        "1.a.1": ["raw", "omop"],
        "2.1": ["structured", "structured"],
    }


def test_completeness():
    items = [socle.Item("a", "A"), socle.Item("b", "A"), socle.Item("c", "B")]
    rows = socle.completeness(items, {"a": ("raw", "fhir"), "c": ("", "structured")})
    assert [tuple(row) for row in rows] == [("A", 2, 1, 125, 500), ("B", 1, 0, 0, 500), ("", 3, 1, 83, 500)]
    assert socle.index([], 0) == 0


@given(st.lists(st.sampled_from(["", *socle.Stage.values]), min_size=1, max_size=60))
def test_the_index_goes_from_nothing_to_all(stages):
    found = socle.index(stages, len(stages))
    assert 0 <= found <= 1000 and (found == 1000) == (set(stages) == {"fhir"})


# ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def package(draft, alice):
    return actions.save_row(draft, "packages", title="Pilotage", starts_month=1, ends_month=12, by=alice)


def test_milestones_and_deliverables(world, draft, alice, package):
    stone = actions.save_row(
        draft, "milestones", work_package=package, title="Ouverture", month=6, evidence="PV", by=alice
    )
    thing = actions.save_row(draft, "deliverables", work_package=package, title="Rapport", kind="report", by=alice)
    again = actions.save_row(
        draft, "milestones", work_package=package, title="Ouvert", month=13, evidence="", row=stone, by=alice
    )
    assert (again.pk, again.month, again.evidence) == (stone.pk, 13, "")
    calendar = freeze.content(draft)["calendar"]
    assert calendar[0]["milestones"] == [{"id": stone.pk, "month": 13, "title": "Ouvert", "evidence": ""}]
    assert gantt.late(calendar) == [(1, "Ouvert")]
    other = actions.create(world.wave, coordinator=world.nantes, acronym="N", by=world.cast.zoe)
    theirs = actions.save_row(other, "packages", title="L", by=world.cast.zoe)
    for details, expected in (
        ({"work_package": theirs, "title": "x"}, ("E05", "work_package")),
        ({"work_package": package, "title": ""}, ("E01", "title")),
        ({"work_package": package, "title": "x", "month": 0}, ("E06", "month")),
        ({"work_package": package, "title": "x", "month": 601}, ("E06", "month")),
    ):
        assert refusal(actions.save_row, draft, "milestones", **details, by=alice) == expected
        assert refusal(actions.save_row, draft, "deliverables", **details, by=alice) == expected
    assert refusal(actions.save_row, draft, "deliverables", work_package=package, title="x", kind="cake", by=alice) == (
        "E05",
        "kind",
    )
    actions.save_row(draft, "milestones", work_package=package, title="x", month=600, by=alice)
    actions.remove_row(draft, "milestones", stone, by=alice)
    actions.remove_row(draft, "deliverables", thing, by=alice)
    assert [row["title"] for row in freeze.content(draft)["calendar"][0]["milestones"]] == ["x"]
    with pytest.raises(PermissionDenied):
        actions.save_row(draft, "milestones", work_package=package, title="x", by=world.cast.bruno)


def test_fifty_rows_at_most(world, draft, alice, package):
    for number in range(50):
        actions.save_row(draft, "milestones", work_package=package, title=str(number), by=alice)
    assert refusal(actions.save_row, draft, "milestones", work_package=package, title="51", by=alice) == ("E03", None)


@pytest.mark.parametrize(
    ("first", "last", "months", "expected"),
    [(1, 12, 12, (0, 1000)), (1, 6, 12, (0, 500)), (12, 12, 12, (916, 84)), (1, 1, 600, (0, 8)), (None, 3, 12, (0, 0))],
)
def test_bars(first, last, months, expected):
    assert tuple(gantt.bar(first, last, months)) == expected


def test_what_falls_on_the_bounds_of_its_package_is_not_late():
    due = lambda month: {"month": month, "title": str(month)}
    package = {"number": 1, "starts_month": 3, "ends_month": 6, "deliverables": [due(None)]}
    package["milestones"] = [due(month) for month in (2, 3, 6, 7)]
    assert gantt.late([package]) == [(1, "2"), (1, "7")]
    open_ended = package | {"starts_month": None, "ends_month": None}
    assert gantt.late([open_ended]) == []
    assert gantt.span([package], 5) == 7 and gantt.span([package], None) == 7 and gantt.span([], None) == 1


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
def test_nothing_is_drawn_outside(first, length, month):
    package = {"starts_month": first, "ends_month": first + length, "deliverables": []}
    package["milestones"] = [{"month": month, "title": ""}]
    months = gantt.span([package], None)
    held = gantt.bar(first, first + length, months)
    assert held.x >= 0 and held.x + held.width <= gantt.WIDTH
    assert 0 <= gantt.tick(month, months) <= gantt.WIDTH - gantt.TICK


# ── what is frozen ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_deposit_freezes_the_depth(world, ready, alice, django_assert_max_num_queries):
    held = node(ready, alice, membership=ready.memberships.get(role="coordinator"), cnil_on=date(2022, 1, 2))
    project = ready.projects.first()
    actions.save_row(
        project.application,
        "indicators",
        within=project,
        label="Délai",
        target=Decimal("30"),
        target_on=date(2025, 1, 1),
        by=alice,
    )
    loaded = Application.objects.select_related("wave__settings", "wave__call").get(pk=ready.pk)
    with django_assert_max_num_queries(2):
        content = freeze.content(loaded)
    assert content["format"] == 2
    assert content["warehouses"][0] | {"socle": {}} == {
        "id": held.pk,
        "name": "Entrepôt breton",
        "member": "CHU de Rennes",
        "site": "",
        "site_finess": "",
        "level": "",
        "host": "",
        "hds_certified": None,
        "hds_number": "",
        "cnil_status": "",
        "cnil_number": "",
        "cnil_on": "2022-01-02",
        "snds_main": None,
        "socle": {},
    }
    indicator = content["projects"][0]["indicators"][0]
    assert (indicator["baseline"], indicator["target"], indicator["target_on"]) == (None, "30.00", "2025-01-01")
    version = actions.submit(ready, by=world.cast.sophie)
    assert version.content["warehouses"] == content["warehouses"] and version.sha256 == freeze.digest(content)
    catalogue = freeze.catalogue_part(content)
    assert catalogue["warehouses"] is None and catalogue["governance"] is None and mesh.read(catalogue) == []


def test_a_member_that_left_no_longer_holds_its_warehouse(world, ready, alice):
    partner = ready.memberships.get(role="partner")
    node(ready, alice, membership=partner)
    actions.remove_member(partner, reason="Autre projet", by=alice)
    assert freeze.content(ready)["warehouses"][0]["member"] == ""


def test_the_depth_closes_with_the_wave(world, draft, alice):
    assert refusal(actions.save_row, draft, "warehouses", name="x", by=alice, at=made.CLOSES)[0] == "R01"
