"""Scenarios: kept, shared, drawn, said of, frozen into proposals whole or not at all; the pages of the studio."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from decisions import actions, studio
from decisions.models import Proposal, ReserveCall, Scenario, ScenarioPart
from decisions.programming import Part
from decisions.views.studio import wave_of
from edsh_portal import money
from edsh_portal.workflow import Refused
from funding import ledger

from . import world as made
from .test_pages import at as at  # a page as this person sees it
from .test_reserve import called
from .test_reserve import reserved as reserved
from .world import MOTIVE


def kept(world, name="Tout", cut=3, by=None):
    by = by or world.driss
    ground = studio.read(world.wave, by)
    return actions.keep_scenario(world.wave, name, cut, studio.drawn(ground), by=by)


def shared(world, **more):
    scenario = kept(world, **more)
    actions.revise_scenario(scenario, shared=True, by=scenario.author)
    return scenario


def test_a_scenario_holds_the_aid_of_every_dossier_that_may_be_called(reserved):
    scenario = kept(reserved, cut=1)
    asked = {
        (dossier.pk, member["establishment"]): member["plan"]["aid_cents"]
        for dossier in reserved.dossiers
        for member in dossier.deposited.content["members"]
    }
    held = {(part.application_id, part.establishment_id): part.cents for part in scenario.parts.all()}
    assert held == asked and scenario.cut == 1
    assert set(scenario.parts.values_list("line__code", flat=True)) == {"FR2030"}


def test_a_name_is_one_s_own_and_only_its_author_changes_it(reserved):
    scenario = kept(reserved)
    with pytest.raises(Refused) as refused:
        kept(reserved)
    assert (refused.value.code, refused.value.field) == ("P22", "name")
    assert kept(reserved, by=reserved.victor).author_id == reserved.victor.pk
    for act in (
        lambda: actions.revise_scenario(scenario, name="Autre", by=reserved.victor),
        lambda: actions.draw_dossier(scenario, reserved.dossiers[0], [], "Motif.", by=reserved.victor),
        lambda: actions.comment_scenario(scenario, "Bien.", by=reserved.victor),
        lambda: kept(reserved, by=reserved.emma),
        lambda: kept(reserved, by=reserved.jean),
        lambda: kept(reserved, by=reserved.aude),
    ):
        with pytest.raises(PermissionDenied):
            act()
    actions.revise_scenario(scenario, name="Autre", cut=2, shared=True, by=reserved.driss)
    assert actions.comment_scenario(scenario, "Bien.", by=reserved.victor).body == "Bien."
    scenario.refresh_from_db()
    assert (scenario.name, scenario.cut, scenario.state) == ("Autre", 2, "shared")


def test_who_sees_a_scenario(reserved):
    own, given = kept(reserved), shared(reserved, name="Donné")
    seen = {
        name: set(Scenario.objects.visible_to(getattr(reserved, name)))
        for name in ("driss", "victor", "dora", "aude", "jean", "emma", "claire", "alice", "nadia")
    }
    assert seen == dict.fromkeys(seen, set()) | {"driss": {own, given}} | dict.fromkeys(
        ("victor", "dora", "aude"), {given}
    )


def test_an_amount_beyond_what_is_asked_is_refused_and_a_dossier_set_aside_has_a_reason(reserved):
    scenario, dossier = kept(reserved), reserved.dossiers[0]
    (member, *_others) = dossier.deposited.content["members"]
    line, most = made.line("ONDAM").pk, member["plan"]["aid_cents"]
    with pytest.raises(Refused) as refused:
        actions.draw_dossier(scenario, dossier, [Part(member["establishment"], line, most + 1)], by=reserved.driss)
    assert refused.value.code == "P05"
    with pytest.raises(Refused) as refused:
        actions.draw_dossier(scenario, dossier, [], by=reserved.driss)
    assert refused.value.code == "P03"
    actions.draw_dossier(scenario, dossier, [Part(member["establishment"], line, most - 1)], by=reserved.driss)
    assert list(scenario.parts.filter(application=dossier).values_list("line", "cents")) == [(line, most - 1)]
    actions.draw_dossier(scenario, dossier, [], "Renoncement annoncé.", by=reserved.driss)
    ground = studio.read(reserved.wave, reserved.driss)
    found = ground.plan(studio.drawn(ground, scenario), 3)
    assert [(s.row.reference, s.state) for s in found.rows] == [
        (reserved.dossiers[0].reference, "aside"),
        (reserved.dossiers[2].reference, "in"),
        (reserved.dossiers[1].reference, "in"),
    ]


# ── frozen ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_16_2_a_scenario_is_frozen_into_proposals_in_one_act(reserved):
    scenario = kept(reserved)
    made_of = actions.freeze_scenario(scenario, MOTIVE, by=reserved.driss)
    assert [one.application_id for one in made_of] == [reserved.dossiers[n].pk for n in (0, 2, 1)]
    shares = {
        (s.proposal.application_id, s.establishment_id, s.line_id, s.cents) for one in made_of for s in one.shares.all()
    }
    parts = set(scenario.parts.values_list("application_id", "establishment_id", "line_id", "cents"))
    assert shares == parts and {one.motive for one in made_of} == {MOTIVE}
    scenario.refresh_from_db()
    assert (scenario.state, scenario.frozen_by_id) == ("frozen", reserved.driss.pk)
    for act in (
        lambda: actions.freeze_scenario(scenario, MOTIVE, by=reserved.driss),
        lambda: actions.revise_scenario(scenario, name="Autre", by=reserved.driss),
        lambda: actions.draw_dossier(scenario, reserved.dossiers[0], [], "Motif.", by=reserved.driss),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "P17"
    for write in (
        lambda: ScenarioPart.objects.filter(scenario=scenario).delete(),
        lambda: scenario.asides.create(application=reserved.dossiers[0], reason="x"),
    ):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            write()
        assert caught.value.__cause__.sqlstate == "EP020"
    assert actions.approve(made_of[0], by=reserved.victor).cents == made_of[0].cents


def test_16_2_one_line_that_blocks_refuses_the_whole_and_is_named(reserved, at):
    scenario = kept(reserved)
    actions.propose(reserved.dossiers[0], made.shares(reserved.dossiers[0], 5), MOTIVE, by=reserved.driss)
    actions.draw_dossier(scenario, reserved.dossiers[2], [], "Renoncement.", by=reserved.driss)
    with pytest.raises(Refused) as refused:
        actions.freeze_scenario(scenario, MOTIVE, by=reserved.driss)
    assert refused.value.code == "P18"
    assert [who for who, _why in refused.value.facts["lines"]] == [reserved.dossiers[1].reference]
    assert reserved.dossiers[1].reference in refused.value.message
    assert Proposal.objects.count() == 1
    page = at(reserved.driss).post("decisions:freeze_scenario", scenario.pk, motive=MOTIVE)
    assert page.status_code == 422
    said = page.context["form"].non_field_errors()
    assert said[0] == "Aucune proposition n’est faite : réglez d’abord ces lignes."
    assert list(said)[1:] == [f"{reserved.dossiers[1].reference} : {refused.value.facts['lines'][0][1]}"]
    called(reserved)
    (one,) = actions.freeze_scenario(scenario, MOTIVE, by=reserved.driss)
    assert one.application_id == reserved.dossiers[1].pk and ReserveCall.objects.count() == 1


def test_a_source_overdrawn_blocks_the_whole(reserved):
    scenario = kept(reserved)
    asked = sum(part.cents for part in scenario.parts.all())
    made.freeze(reserved, ledger.summary(made.line())["available"] - asked + 1)
    with pytest.raises(Refused) as refused:
        actions.freeze_scenario(scenario, MOTIVE, by=reserved.driss)
    assert refused.value.facts["lines"] == [
        ("France 2030", f"il manque {money.display(1)} d’autorisations d’engagement")
    ]
    assert not Proposal.objects.exists()


def test_nobody_but_who_proposes_freezes(reserved):
    scenario = shared(reserved)
    for name in ("victor", "dora", "jean", "aude", "emma"):
        with pytest.raises(PermissionDenied):
            actions.freeze_scenario(scenario, MOTIVE, by=getattr(reserved, name))


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_fragment_is_the_page_s_own(reserved, at, client):
    page = at(reserved.driss).get("decisions:programme_wave", 1, query="?coupe=2")
    part = client.get(reverse("decisions:programme_wave", args=[1]) + "?coupe=2", headers={"HX-Request": "true"})
    assert page.status_code == part.status_code == 200
    assert part.content.decode().strip() in page.content.decode()
    assert page.context["table"].plan.cut == 2


def test_from_the_cut_off_to_the_proposals(reserved, at):
    here = at(reserved.driss).get("decisions:programme_wave", 1, query="?coupe=2")
    assert [standing.state for standing in here.context["table"].plan.rows] == ["in", "in", "out"]
    answer = at(reserved.driss).post("decisions:programme_wave", 1, name="Deux dossiers", cut=2)
    scenario = Scenario.objects.get()
    assert answer.status_code == 302 and (scenario.name, scenario.cut) == ("Deux dossiers", 2)
    assert at(reserved.driss).post("decisions:scenario", scenario.pk, comment="À revoir.").status_code == 302
    assert "À revoir." in at(reserved.driss).get("decisions:scenario", scenario.pk).content.decode()
    other = kept(reserved, "Trois", 3)
    text = at(reserved.driss).get("decisions:compare_scenarios", scenario.pk, other.pk).content.decode()
    assert reserved.dossiers[1].reference in text
    assert at(reserved.victor).get("decisions:scenario", scenario.pk).status_code == 404
    first = reserved.dossiers[0]
    page = at(reserved.driss).get("decisions:draw_dossier", scenario.pk, first.reference)
    member = first.deposited.content["members"][0]
    field = f"cents-{member['establishment']}-{made.line().pk}"
    assert page.context["form"][field].initial == member["plan"]["aid_cents"]
    refused = at(reserved.driss).post("decisions:draw_dossier", scenario.pk, first.reference, **{field: "999 999 999"})
    assert refused.status_code == 422 and field in refused.context["form"].errors
    assert (
        at(reserved.driss).post("decisions:draw_dossier", scenario.pk, first.reference, **{field: "1 000"}).status_code
        == 302
    )
    assert at(reserved.driss).post("decisions:freeze_scenario", scenario.pk, motive=MOTIVE).status_code == 302
    assert sorted(Proposal.objects.values_list("application", "cents")) == sorted(
        [(first.pk, 100_000), (reserved.dossiers[2].pk, reserved.dossiers[2].requested_cents)]
    )


def test_the_advice_writes_nothing_and_says_its_rule(reserved, at):
    page = at(reserved.driss).get("decisions:programme_advice", 1)
    assert page.status_code == 200 and "le classement reste la règle" in page.content.decode()
    assert len(page.context["advice"].rows) == 3 and page.context["advice"].departures == ()
    assert not Scenario.objects.exists()


def test_a_dossier_out_of_order_is_called_by_its_page(reserved, at):
    second = reserved.dossiers[1]
    page = at(reserved.driss).get("decisions:call_reserve", second.reference)
    assert reserved.dossiers[2].reference in page.content.decode()
    assert at(reserved.driss).post("decisions:call_reserve", second.reference, reason="Motif.").status_code == 302
    assert at(reserved.driss).post("decisions:call_reserve", second.reference, reason="").status_code == 422


def test_the_studio_asks_as_many_queries_whatever_it_holds(reserved, at, client):
    client.force_login(reserved.driss)
    counts = []
    for _more in range(3):
        with CaptureQueriesContext(
            connection,
        ) as few:
            assert client.get(reverse("decisions:programme_wave", args=[1]) + "?dossier=tous").status_code == 200
        counts.append(len([q for q in few if "SAVEPOINT" not in q["sql"]]))
        kept(reserved, f"Scénario {len(counts)}")
    assert counts == counts[:1] * 3 and counts[0] <= 15, counts


def test_a_wave_whose_session_sits_has_no_studio(world, at):
    assert wave_of(1).pk == world.wave.pk
    assert at(world.driss).get("decisions:programme_wave", 9).status_code == 404
