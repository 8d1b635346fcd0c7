"""Every part of a dossier is written together: its fields are saved one by one, meet, come back, and lead to their page."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from applications import actions, permissions
from applications.actions import Save
from applications.content.fields import kinds, place
from applications.models import Answer, Application, Clash, Governance
from directory import identifiers

from . import world as made
from .test_pages import page, reads, signed
from .test_verbs import refusal

FINESS = identifiers.fictitious_finess(77)


@pytest.fixture
def rows(world, ready):
    """One row of each noun, and a dict that fills the keys below."""
    alice = world.cast.alice
    project = ready.projects.order_by("pk").first()
    package = ready.packages.order_by("pk").first()
    node = actions.save_row(ready, "warehouses", name="Entrepôt", by=alice)
    return {
        "member": ready.memberships.get(role="coordinator").pk,
        "partner": ready.memberships.get(role="partner").pk,
        "package": package.pk,
        "stone": actions.save_row(ready, "milestones", work_package=package, title="Ouverture", by=alice).pk,
        "thing": actions.save_row(ready, "deliverables", work_package=package, title="Rapport", by=alice).pk,
        "indicator": actions.save_row(project.application, "indicators", within=project, label="Délai", by=alice).pk,
        "node": node.pk,
        "matching": actions.save_row(ready, "matchings", kind="cohort", name="Constances", by=alice).pk,
    }


# (key, text of one person, text of the other, how the second is shown, name of the page)
MEET = [
    ("packages.{package}.summary", "Un", "Deux", "Deux", "work_package"),
    ("packages.{package}.starts_month", "1", "2", "2", "work_package"),
    ("packages.{package}.leader", "{member}", "{partner}", "{partner}", "work_package"),
    ("milestones.{stone}.month", "3", "4", "4", "milestone"),
    ("deliverables.{thing}.kind", "report", "data", "Jeu de données", "deliverable"),
    ("indicators.{indicator}.target", "30,5", "31", "31", "indicator"),
    ("warehouses.{node}.host", "Hébergeur A", "Hébergeur B", "Hébergeur B", "warehouse"),
    ("warehouses.{node}.snds_main", "yes", "no", "non", "warehouse"),
    ("warehouses.{node}.cnil_on", "2022-01-02", "2022-01-03", "3 janvier 2022", "warehouse"),
    ("matchings.{matching}.name", "Gazel", "E3N", "E3N", "matching"),
    ("functions.hosting.local-reason", "Ici", "Là", "Là", "function"),
    ("functions.hosting.local-warehouses", "{node}", "", "", "function"),
    ("governance.cse_women", "4", "5", "5", "governance"),
    ("governance.transparency_url", "https://a.example", "https://b.example", "https://b.example", "governance"),
    ("socle.{node}.1.a.1-now", "raw", "omop", "Standardisé OMOP", "socle"),
    ("budget.{member}.1-staff-2024", "1234.5", "99", "99,00", "budget"),
    ("budget.{member}.own_cents", "10", "11", "11,00", "budget"),
    ("budget.{member}.vat", "excluding", "including", "Toutes taxes comprises", "regime"),
]


@pytest.mark.parametrize(("key", "first", "second", "shown", "where"), MEET, ids=[row[0] for row in MEET])
def test_two_people_on_one_field_of_any_part(client, world, ready, rows, key, first, second, shown, where):
    alice, sophie = world.cast.alice, world.cast.sophie
    key, first, second, shown = (text.format(**rows) for text in (key, first, second, shown))
    read = Answer.objects.filter(application=ready, key=key).count()
    mine = actions.save_field(ready, key, first, read_version=read, by=alice)
    met = actions.save_field(ready, key, second, read_version=read, by=sophie)
    if not second:  # left as it was read: there is nothing of theirs to keep
        assert met == (mine.answer, None)
        return
    assert (met.answer.aside, met.clash.over) == (True, mine.answer)
    signed(client, sophie)
    text = client.get(f"/dossiers/{ready.reference}/historique/{key}/").content.decode()
    assert shown in text.replace("\u202f", " ").replace("\u00a0", " ")
    chosen = client.post(page("settle_clash", ready, met.clash.pk), {"choice": "mine", "over": mine.answer.version})
    assert chosen.status_code == 302
    assert client.get(chosen["Location"]).resolver_match.url_name == where
    found = place(key)
    [last] = Answer.objects.filter(application=ready, key=key).order_by("-version")[:1]
    assert (last.text, last.aside) == (found.field.text(found.field.read(second, "x")), False)
    assert not Clash.objects.filter(settled_at=None).exists()
    again = actions.save_field(ready, key, first, read_version=last.version, by=alice)
    assert (again.answer.version, again.clash) == (last.version + 1, None)


def test_cells_of_one_grid_meet_only_when_they_are_the_same(client, world, ready, rows):
    """Two people load the grid of one member; each changes a cell; both stand, and the third that both changed is shown."""
    member = ready.memberships.get(pk=rows["member"])
    signed(client, world.cast.alice)
    seen = reads(client, "budget", ready, member.pk)
    form = {"1-staff-2023": "600 000,00", "0-hosting-2024": "200 000,00", "aid_cents": "500000", "own_cents": "300000"}
    client.post(page("budget", ready, member.pk), form | {"1-travel-2023": "10", "reads": seen})
    signed(client, world.cast.sophie)
    told = client.post(
        page("budget", ready, member.pk), form | {"1-training-2023": "20", "1-travel-2023": "30", "reads": seen}
    )
    lines = {(line.category, line.year): line.cents for line in member.lines.all()}
    assert (lines["travel", 2023], lines["training", 2023]) == (1000, 2000)
    text = client.get(told["Location"]).content.decode().replace("\u202f", " ").replace("\u00a0", " ")
    assert "Lot 1, Missions, 2023 : deux textes pour un même champ" in text and "30,00 €" in text and "10,00 €" in text
    assert Clash.objects.filter(settled_at=None).count() == 1
    client.post(
        page("budget", ready, member.pk), form | {"reads": seen}
    )  # left as it was read: nobody's cell is emptied
    assert member.lines.get(category="training").cents == 2000


def test_columns_of_one_row_are_judged_together(world, ready, rows):
    """Moving a package needs both months: one alone is refused, both at once are not."""
    alice, stem = world.cast.alice, f"packages.{rows['package']}"
    actions.save_together(ready, [Save(f"{stem}.starts_month", "1"), Save(f"{stem}.ends_month", "6")], by=alice)
    late = [Save(f"{stem}.starts_month", "7", 1), Save(f"{stem}.ends_month", "12", 1)]
    assert refusal(actions.save_together, ready, late[:1], by=alice) == ("E04", "ends_month")
    assert [saved.answer.version for saved in actions.save_together(ready, late, by=alice)] == [2, 2]
    package = ready.packages.get(pk=rows["package"])
    assert (package.starts_month, package.ends_month) == (7, 12)
    core = f"socle.{rows['node']}.2.1"
    assert actions.save_field(ready, f"{core}-target", "raw", read_version=0, by=alice).answer.version == 1
    assert refusal(actions.save_field, ready, f"{core}-now", "fhir", read_version=0, by=alice) == ("E08", "2.1-target")


@pytest.mark.parametrize(
    ("key", "raw", "code"),
    [
        ("socle.{node}.9.z.9-now", "raw", "E05"),
        ("socle.{node}.2.1-now", "cooked", "E05"),
        ("socle.0.2.1-now", "raw", "A03"),
        ("budget.{member}.7-staff-2023", "1", "R30"),
        ("budget.{member}.1-staff-2099", "1", "R35"),
        ("budget.{member}.1-staff-2023", "dix", "R30"),
        ("budget.{member}.1-charbon-2023", "1", "A02"),
        ("budget.0.1-staff-2023", "1", "A03"),
        ("functions.cooking.local-reason", "x", "A02"),
        ("functions.hosting.here-reason", "x", "A02"),
        ("governance.cse_evidence", "gantt", "E05"),
        ("warehouses.{node}.site_finess", "123", "E04"),
        ("warehouses.{node}.membership", "0", "E05"),
        ("packages.{package}.leader", "x", "E04"),
        ("milestones.{stone}.work_package", "", "E05"),
    ],
)
def test_what_a_field_cannot_be(world, ready, rows, key, raw, code):
    key = key.format(**rows)
    assert refusal(actions.save_field, ready, key, raw, read_version=0, by=world.cast.alice)[0] == code


def test_what_leads_to_a_row_that_is_gone_is_empty(world, ready, rows):
    """A warehouse is taken out: the boxes that named it are empty, and saving them again changes nothing."""
    alice, key = world.cast.alice, "functions.hosting.local-warehouses"
    first = actions.save_field(ready, key, str(rows["node"]), read_version=0, by=alice).answer
    actions.remove_row(ready, "warehouses", ready.warehouses.get(), by=alice)
    assert actions.save_field(ready, key, "", read_version=1, by=alice).answer == first
    assert first.version == 1 and ready.functions.get().warehouses.count() == 0


def test_the_history_of_what_was_carried_over_begins_with_it(world, draft):
    """A text that came with the dossier is in the history as soon as somebody writes over it."""
    draft.title = "Venu d’ailleurs"
    draft.save(update_fields=["title"])
    actions.save_field(draft, "identity.title", "Nouveau", read_version=0, by=world.cast.sophie)
    rows = draft.answers.filter(key="identity.title").order_by("version").values_list("text", "by__full_name")
    assert list(rows) == [("Venu d’ailleurs", "Alice"), ("Nouveau", "Sophie")]


def test_a_part_handed_to_a_partner_opens_that_part_alone(client, world, ready, rows):
    bruno, cast = world.cast.bruno, world.cast
    partner = ready.memberships.get(role="partner")
    fields = {
        "governance": "governance.cnil",
        "mesh": f"warehouses.{rows['node']}.host",
        "packages": "packages.{package}.summary",
    }
    pages = {
        "governance": ("governance",),
        "mesh": ("warehouse", rows["node"]),
        "packages": ("work_package", rows["package"]),
    }
    signed(client, bruno)
    for section, key in fields.items():
        key = key.format(**rows)
        with pytest.raises(PermissionDenied):
            actions.save_field(ready, key, "x", read_version=0, by=bruno)
        assert client.get(page(pages[section][0], ready, *pages[section][1:])).status_code == 403
        actions.hand_section(ready, section, membership=partner, by=cast.alice)
        assert actions.save_field(ready, key, "De Bruno", read_version=9, by=bruno).answer.by == bruno
        assert client.get(page(pages[section][0], ready, *pages[section][1:])).status_code == 200
        assert permissions.can_edit_section(bruno, Application.objects.get(pk=ready.pk), section)
    assert Governance.objects.get().cnil == "De Bruno"
    with pytest.raises(PermissionDenied):
        actions.save_field(ready, f"budget.{rows['member']}.own_cents", "1", read_version=0, by=bruno)
    assert actions.save_field(ready, f"budget.{rows['partner']}.own_cents", "1", read_version=1, by=bruno).answer


@given(st.one_of(st.integers(0, 10**12 - 1)))
def test_an_amount_is_read_as_it_is_written(cents):
    field = kinds.Amount(words="x")
    assert field.read(field.text(cents), "x") == cents


@given(st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=2))
def test_a_figure_is_read_as_it_is_written(number):
    field = kinds.Figure(words="x")
    assert field.read(field.text(number), "x") == number


@given(st.booleans() | st.none(), st.dates(min_value=date(1900, 1, 1)), st.integers(0, 999))
def test_yes_days_and_numbers_are_read_as_they_are_written(said, day, count):
    for field, value in (
        (kinds.YesNo(words="x"), said),
        (kinds.Day(words="x"), day),
        (kinds.Number(most=999), count),
        (kinds.One(among="packages"), count),
    ):
        assert field.read(field.text(value), "x") == value


def test_figures_keep_their_decimals(world, ready, rows):
    key = f"indicators.{rows['indicator']}.baseline"
    assert actions.save_field(ready, key, "1 000.50", read_version=0, by=world.cast.alice).answer.text == "1000,5"
    held = ready.projects.get(indicators=rows["indicator"]).indicators.get()
    assert held.baseline == Decimal("1000.50") and made.NOW < made.CLOSES


def test_choices_are_put_in_words_and_a_yes_or_no_is_one_of_them():
    families = kinds.Choices(choices=(("medical", "Médical"), ("performance", "Performance")))
    assert families.shown(families.text(families.read("performance,medical", "x"))) == "Médical, Performance"
    assert families.shown("") == ""
    yes_no = kinds.YesNo(words="Un comité")
    assert [yes_no.read(raw, "x") for raw in ("yes", "no", "")] == [True, False, None]
    assert refusal(yes_no.read, "peut-être", "x") == ("E05", "x")
