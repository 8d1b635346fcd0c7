"""The score panel: weighed by a worker under the envelope, the same for the same inputs, beside the ranking and never in its place."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from edsh_portal.workflow import Refused
from funding.panels import available_cents
from funding.seed import seed_funding
from reviews import actions, ranking, uncertainty
from reviews.models import Assignment, Panel, RankingLine
from tests.database import rolled_back
from tests.decisions.world import work
from tests.pages import tight

from . import world as made
from .world import reviewed

ASKED = 50_000_000  # about, of each dossier


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """A call whose text says that the jury sees the panel."""
    with pytest.MonkeyPatch.context() as patch, rolled_back(django_db_blocker) as here:
        patch.setitem(made.BOUNDS, "score_panel", True)
        yield made.deposited(here.set_clock, 1)


@pytest.fixture
def held(world):
    """Three dossiers, two experts, one of them more severe; an open session."""
    for dossier, value in zip(world.dossiers, (8, 6, 5), strict=True):
        reviewed(world, dossier, world.claire, value)
        reviewed(world, dossier, world.chloe, value - 2)
    return actions.open_session(world.wave, by=world.jean)


def seen(client, person, name="panel", query="", post=None):
    client.force_login(person, backend="directory.backends.EmailBackend")
    address = reverse(f"reviews:{name}", args=[1])
    return client.get(address + query) if post is None else client.post(address, post)


def test_weighed_once_for_the_same_inputs_by_a_worker(world, held):
    seed_funding(world.call, proposer=world.emma, by=world.dora)
    assert work() == []
    panel = Panel.objects.get()
    assert (panel.session, panel.envelope_cents) == (held, available_cents(world.call.pk)) and panel.envelope_cents > 0
    assert panel.seed == int(panel.inputs_sha256[:7], 16)
    actions.ask_panel(held, by=world.jean)
    assert work() == [] and Panel.objects.count() == 1
    scores = [uncertainty.Score(*mark) for mark in ranking.totals(world.wave, [d.pk for d in world.dossiers])]
    ranks = uncertainty.expected_ranks(scores, panel.seed)
    assert [panel.figures["dossiers"][str(d.pk)]["expected"] for d in world.dossiers] == pytest.approx(
        list(ranks.expected), abs=0.01
    )
    assert panel.figures["experts"][str(world.chloe.pk)]["severity"] < 0
    assert panel.figures["experts"][str(world.claire.pk)]["severity"] > 0
    assert [line.rank for line in held.lines.order_by("rank")] == [1, 2, 3]  # the official one, untouched


def test_a_report_more_is_another_panel(world, held):
    assert work() == []
    reviewed(world, world.dossiers[2], world.paul, 10)
    actions.rank_again(held, by=world.jean)
    assert work() == []
    first, second = Panel.objects.order_by("pk")
    assert first.inputs_sha256 != second.inputs_sha256 and held.panel == second


def test_the_line_of_the_envelope(world, held):
    none, two, all_of_them = (actions.weigh(held, cents).figures for cents in (0, 3 * ASKED + 9, 9 * ASKED))
    funded = [
        [figures["dossiers"][str(d.pk)]["funded"] for d in world.dossiers] for figures in (none, two, all_of_them)
    ]
    assert funded[0] == [0, 0, 0] and funded[2] == [1, 1, 1]
    assert sum(funded[1]) == pytest.approx(2, abs=0.01) and funded[1][0] > funded[1][1] > funded[1][2]
    assert [figures["line"] for figures in (none, two, all_of_them)] == [0, 2, 3]
    assert all(sum(of["spread"]) == pytest.approx(1000, abs=2) for of in two["dossiers"].values())


def test_who_is_below_a_floor_is_ranked_and_never_funded(world):
    for dossier, value in zip(world.dossiers, (8, 6, 5), strict=True):
        for expert in (world.claire, world.chloe):
            reviewed(world, dossier, expert, value, c2=1 if dossier == world.dossiers[0] else value)
    held = actions.open_session(world.wave, by=world.jean)
    figures = actions.weigh(held, 9 * ASKED).figures
    assert [figures["dossiers"][str(d.pk)]["funded"] for d in world.dossiers] == [None, 1, 1]


def test_nobody_s_report_counts_any_more(world, held, client):
    for assignment in Assignment.objects.all():
        actions.recuse(assignment, "Lien découvert.", by=assignment.expert)
    assert work() == []
    assert Panel.objects.latest("pk").figures["dossiers"] == {}
    assert seen(client, world.jean).status_code == seen(client, world.jean, query="?vue=experts").status_code == 200


def test_not_weighed_when_the_text_of_the_call_is_silent(held):
    held.wave.settings.score_panel = False
    assert actions.weigh(held, 0) is None and held.panel is None


def test_the_page_and_the_minutes(world, held, client):
    page = tight(seen(client, world.jean).content.decode())
    assert "Un calcul est en cours" in page and "Rang attendu et intervalle" not in page
    assert work() == []
    page = tight(seen(client, world.jean).content.decode())
    assert "Un calcul est en cours" not in page and "Le classement officiel ne change pas" in page
    assert all(dossier.reference in page for dossier in world.dossiers)
    assert "Claire Essai" not in page
    experts = tight(seen(client, world.driss, query="?vue=experts").content.decode())
    assert experts.index("Chloe Essai") < experts.index("Claire Essai")  # the most severe first
    assert reverse("reviews:panel", args=[1]) in seen(client, world.jean, "session").content.decode()
    for person, status in ((world.dora, 404), (world.claire, 403), (world.alice, 403), (world.aude, 200)):
        assert seen(client, person).status_code == status
    assert seen(client, world.jean, "ask_panel", post={}).status_code == 302
    assert seen(client, world.aude, "ask_panel", post={}).status_code == 403
    assert "Un calcul est en cours" in seen(client, world.jean).content.decode()
    assert work() == []
    for line in RankingLine.objects.filter(session=held):
        actions.set_list(line, "main", by=world.jean)
    actions.close_session(held, "Délibération tenue.", by=world.jean)
    with pytest.raises(Refused, match="ne change plus"):
        actions.ask_panel(held, by=world.jean)
    for name in ("session", "print_ranking"):
        assert "était sur la table" in seen(client, world.jean, name).content.decode()


def test_who_may_ask(world, held):
    with pytest.raises(PermissionDenied):
        actions.ask_panel(held, by=world.aude)


@pytest.mark.parametrize("query", ["", "?vue=experts"])
def test_few_queries(world, held, client, query, django_assert_max_num_queries):
    assert work() == []
    client.force_login(world.jean, backend="directory.backends.EmailBackend")
    with django_assert_max_num_queries(15):
        assert client.get(reverse("reviews:panel", args=[1]) + query).status_code == 200
