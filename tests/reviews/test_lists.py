"""The lists: several in one act, « principale jusqu’ici », the reserve in its order, what is reached down to each line, the page."""

import re

import pytest
from django.urls import reverse

from edsh_portal.models import Event
from edsh_portal.workflow import Refused
from reviews import actions, ranking
from reviews.models import RankingLine
from reviews.ranking import Source
from tests.database import by_hand

from .world import place, reviewed, reviewed_by_two

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(world):
    """(world, session, lines by rank)."""
    reviewed_by_two(world)
    session = actions.open_session(world.wave, by=world.jean)
    return world, session, list(session.lines.for_list())


def refused(code, verb, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        verb(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def on(session):
    return list(session.lines.order_by("rank").values_list("list", flat=True))


def test_15_8_several_lists_are_one_act(held):
    world, session, (first, second, third) = held
    wanted = {first.pk: {"list": "not_selected"}, second.pk: {"list": "main"}, third.pk: {"list": "reserve"}}
    no = refused("R61", actions.set_lists, session, wanted, by=world.jean)
    assert (no.field, no.facts["line"], on(session)) == ("reason", first.pk, ["", "", ""])
    wanted[first.pk]["reason"] = " Hors du champ. "
    changed = actions.set_lists(session, wanted, by=world.jean)
    assert [line.pk for line in changed] == [first.pk, second.pk, third.pk]
    assert on(session) == ["not_selected", "main", "reserve"]
    first.refresh_from_db()
    assert first.reason == "Hors du champ."
    assert Event.objects.filter(kind="ranking.listed").count() == 3
    assert actions.set_lists(session, wanted, by=world.jean) == []  # the same again writes nothing
    assert Event.objects.filter(kind="ranking.listed").count() == 3
    refused("R58", actions.set_lists, session, {0: {"list": "main"}}, by=world.jean)


def test_15_8_main_down_to_here_keeps_what_was_decided(held):
    world, session, (first, second, third) = held
    actions.set_lists(session, {first.pk: {"list": "not_selected", "reason": "Hors du champ."}}, by=world.jean)
    changed = actions.set_lists(session, {}, until=third.pk, by=world.jean)
    assert (on(session), len(changed)) == (["not_selected", "main", "main"], 2)


def test_15_8_what_the_chair_is_tied_to_waits_for_another(held):
    from directory import actions as directory

    world, session, (first, second, third) = held
    sister = place(201, "CH voisin", ght="GHT-P")  # of the partner of the first dossier
    directory.affiliate(world.jean, sister, kind="employee", by=None)
    actions.set_lists(session, {}, until=third.pk, by=world.jean)
    assert on(session) == ["", "main", "main"]
    refused("R50", actions.set_lists, session, {}, until=first.pk, by=world.jean)


def test_15_8_the_floor_eliminates_on_the_way_down(world):
    for dossier in world.dossiers:
        for expert in (world.claire, world.chloe):
            reviewed(world, dossier, expert, 9, c2=2 if dossier == world.dossiers[0] else 5)
    session = actions.open_session(world.wave, by=world.jean)
    last = session.lines.order_by("-rank").first()
    actions.set_lists(session, {}, until=last.pk if not last.below_floor else last.pk - 1, by=world.jean)
    listed = dict(session.lines.values_list("below_floor", "list"))
    assert listed.get("") == "main" and listed.get("2", "") in ("", "not_selected")


def test_15_8_another_chair_s_list_is_met(held):
    world, session, (first, second, _third) = held
    shown = {first.pk: {"list": "", "reason": ""}}
    actions.set_list(first, "reserve", by=world.jean)
    no = refused("W04", actions.set_lists, session, {first.pk: {"list": "main"}}, read=shown, by=world.jean)
    assert no.facts["met"] == {(first.pk, "list"): "reserve"}
    again = {first.pk: {"list": "main"}, second.pk: {"list": "main"}}
    actions.set_lists(session, again, read={first.pk: {"list": "reserve"}}, by=world.jean)
    assert on(session) == ["main", "main", ""]


def test_15_8_the_reserve_has_an_order_and_another_one_a_reason(held):
    world, session, lines = held
    actions.set_lists(session, {line.pk: {"list": "reserve"} for line in lines[1:]}, by=world.jean)
    second, third = lines[1:]
    assert [line.pk for line in ranking.reserve(session.lines.all())] == [second.pk, third.pk]
    no = refused("W02", actions.order_reserve, session, [third, second], by=world.jean)
    assert no.field == "reason"
    actions.order_reserve(session, [third, second], "Territoire sans entrepôt.", by=world.jean)
    assert [line.pk for line in ranking.reserve(session.lines.all())] == [third.pk, second.pk]
    assert ranking.reach(session)[third.pk].place == 1
    refused("R61", actions.order_reserve, session, [third], "Autre.", by=world.jean)
    actions.rank_again(session, by=world.jean)  # the same ranking: the order stands
    assert [line.pk for line in ranking.reserve(session.lines.all())] == [third.pk, second.pk]
    actions.order_reserve(session, [second, third], by=world.jean)
    assert set(session.lines.values_list("reserve_order", "reserve_reason")) == {(None, "")}
    actions.order_reserve(session, [third, second], "Territoire.", by=world.jean)
    actions.set_list(lines[0], "reserve", by=world.jean)  # one more: the order no longer orders them all
    assert [line.rank for line in ranking.reserve(session.lines.all())] == [1, 2, 3]


def test_15_8_two_dossiers_of_a_place_cover_it_once(held):
    """The second one of a département adds nothing, unless the first is set aside."""
    world, session, (first, second, third) = held
    with by_hand() as cursor:
        for line, sites in ((first, "{35}"), (second, "{29,35}"), (third, "{35}")):
            cursor.execute("UPDATE reviews_rankingline SET sites = %s WHERE id = %s", [sites, line.pk])
    gained = [ranking.reach(session)[line.pk] for line in (first, second, third)]
    assert [(one.gained, one.covered) for one in gained] == [
        (1_100_000, 1_100_000),
        (900_000, 2_000_000),
        (0, 2_000_000),
    ]
    actions.set_list(first, "not_selected", "Hors du champ.", by=world.jean)
    gained = [ranking.reach(session)[line.pk] for line in (first, second, third)]
    assert [(one.gained, one.covered) for one in gained] == [
        (1_100_000, 0),
        (2_000_000, 2_000_000),
        (0, 2_000_000),
    ]


def test_15_8_a_session_older_than_its_places_finds_them_again(held):
    _world, session, lines = held
    told = ranking.reach(session)
    with by_hand() as cursor:
        cursor.execute("UPDATE reviews_rankingline SET sites = NULL")
    assert ranking.reach(session) == told and told[lines[0].pk].gained == 1_100_000


def test_15_8_the_envelope_ends_between_two_ranks(held):
    """A source is filled before the next; its end is said above the line that it does not reach whole."""
    world, session, (first, second, third) = held
    asked = [line.requested_cents for line in (first, second, third)]
    sources = [Source("France 2030", asked[0]), Source("ONDAM", asked[1] - 1)]
    reached = [ranking.reach(session, sources)[line.pk] for line in (first, second, third)]
    assert [one.cents for one in reached] == [asked[0], sum(asked[:2]), sum(asked)]
    assert [[source.label for source in one.ends] for one in reached] == [[], ["France 2030", "ONDAM"], []]
    assert (reached[0].parts, reached[1].parts) == (tuple(sources[:1]), tuple(sources))
    actions.set_list(first, "reserve", by=world.jean)
    kept = [ranking.reach(session, sources)[line.pk] for line in (first, second, third)]
    assert [one.cents for one in kept] == [0, asked[1], asked[1] + asked[2]]
    assert ranking.shares(70, [Source("a", 50), Source("b", 50)]) == (Source("a", 50), Source("b", 20))


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def fields(answer):
    """What a browser sends of the table's form."""
    page = answer.content.decode()
    found = dict(re.findall(r'name="(initial-\w+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'name="(reason_\d+)"[^>]*>([^<]*)</textarea>', page))
    checked = re.findall(r'name="(list_\d+)"\s+value="(\w+)"\s+checked', page)
    return found | dict(checked)


@pytest.fixture
def jean(client, held):
    client.force_login(held[0].jean, backend="directory.backends.EmailBackend")
    return client


PAGE = reverse("reviews:session", args=[1])
LISTS = reverse("reviews:lists", args=[1])


def test_15_8_a_page_of_lists_is_sent_whole(held, jean):
    world, session, (first, second, third) = held
    shown = fields(jean.get(PAGE))
    typed = shown | {f"list_{first.pk}": "not_selected", f"list_{second.pk}": "main"}
    wrong = jean.post(LISTS, typed)
    assert (wrong.status_code, on(session)) == (422, ["", "", ""])
    back = fields(wrong)
    assert (back[f"list_{first.pk}"], back[f"list_{second.pk}"]) == ("not_selected", "main")
    assert f'href="#id_reason_{first.pk}"' in wrong.content.decode()
    assert jean.post(LISTS, typed | {f"reason_{first.pk}": "Hors du champ."}).status_code == 302
    assert on(session) == ["not_selected", "main", ""]
    stale = jean.post(LISTS, shown | {f"list_{second.pk}": "reserve"})
    assert stale.status_code == 422 and "a changé pendant que vous écriviez" in stale.content.decode()
    assert on(session)[1] == "main"
    assert jean.post(LISTS, fields(stale)).status_code == 302 and on(session)[1] == "reserve"
    down = {"until": str(third.pk), f"list_{second.pk}": "main"}  # what else was typed goes with it
    assert jean.post(LISTS, down).status_code == 302 and on(session) == ["not_selected", "main", "main"]


def test_15_8_a_key_saves_at_once_and_the_swap_is_the_page(held, jean):
    world, session, (first, second, third) = held
    shown = fields(jean.get(PAGE))
    swap = {"headers": {"HX-Request": "true"}}
    answer = jean.post(LISTS, shown | {f"list_{second.pk}": "main"}, **swap)
    assert (answer.status_code, on(session)) == (200, ["", "main", ""])
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|name="once" value="[^"]+"| ?data-said(="[^"]*")?')
    swapped, page = (" ".join(token.sub("", one.content.decode()).split()) for one in (answer, jean.get(PAGE)))
    assert swapped == page[page.index(swapped[:21]) : page.rindex("</section>") + 10]
    wrong = jean.post(LISTS, fields(answer) | {f"list_{first.pk}": "reserve"}, **swap)
    assert wrong.status_code == 422 and on(session) == ["", "main", ""]
    assert f"list_{first.pk}" not in fields(wrong)  # a refused choice is not shown as made
    assert 'aria-invalid="true"' in wrong.content.decode()


def test_15_8_only_the_chair_sets_lists(held, client):
    world, session, (first, *_others) = held
    for person, code in ((world.driss, 403), (world.aude, 403), (world.dora, 404), (world.claire, 403)):
        client.force_login(person, backend="directory.backends.EmailBackend")
        assert client.post(LISTS, {f"list_{first.pk}": "main"}).status_code == code
    client.force_login(world.driss, backend="directory.backends.EmailBackend")
    page = client.get(PAGE).content.decode()
    assert "data-lists" not in page and "À classer" in page
    assert RankingLine.objects.filter(list="").count() == 3


def test_15_8_the_reserve_is_ordered_on_its_page(held, jean):
    world, session, (first, second, third) = held
    url = reverse("reviews:reserve", args=[1])
    assert jean.get(url).status_code == 404
    actions.set_lists(session, {line.pk: {"list": "reserve"} for line in (second, third)}, by=world.jean)
    assert url in jean.get(PAGE).content.decode()
    typed = {f"place_{second.pk}": 2, f"place_{third.pk}": 1}
    assert jean.get(url).status_code == 200
    assert "Indiquez le motif" in jean.post(url, typed).content.decode()
    assert jean.post(url, typed | {"reason": "Territoire."}).status_code == 302
    assert "Rang 1 de la liste complémentaire" in made_tight(jean.get(PAGE))


def made_tight(answer):
    return answer.content.decode().replace("\u00a0", " ")
