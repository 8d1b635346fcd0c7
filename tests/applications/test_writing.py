"""Writing together: nothing received is lost, nothing is written over unseen, and both texts are always shown."""

import json
import re
import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applications import actions, permissions
from applications.content import merge
from applications.content.fields import place
from applications.models import Answer, Application, Clash, Presence, SectionOwner
from edsh_portal.workflow import Refused
from tests.addresses import named

from .test_verbs import refusal

KEY = "answers.ambition"


def texts(dossier, key=KEY):
    """(version, text, aside) of a field, in order."""
    return list(dossier.answers.filter(key=key).order_by("version").values_list("version", "text", "aside"))


# ── one field ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_field_is_saved_over_the_version_that_was_read(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    assert actions.save_field(draft, KEY, " ", read_version=0, by=alice) == (None, None)
    first = actions.save_field(draft, KEY, "Un\r\ndeux ", read_version=0, by=alice).answer
    assert (first.version, first.text, first.by, first.aside) == (1, "Un\ndeux", alice, False)
    assert actions.save_field(draft, KEY, "Un\ndeux", read_version=0, by=sophie) == (first, None)
    assert actions.save_field(draft, KEY, "Trois", read_version=1, by=sophie).answer.version == 2
    assert actions.save_field(draft, KEY, "", read_version=2, by=sophie).answer.version == 3
    assert texts(draft) == [(1, "Un\ndeux", False), (2, "Trois", False), (3, "", False)]


def test_two_texts_that_meet_are_both_kept(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    actions.save_field(draft, KEY, "D’Alice", read_version=0, by=alice)
    met = actions.save_field(draft, KEY, "De Sophie", read_version=0, by=sophie)
    assert (met.answer.aside, met.clash.kept, met.clash.over.text) == (True, met.answer, "D’Alice")
    assert actions.save_field(draft, KEY, "De Sophie", read_version=0, by=sophie) == met  # said again, kept once
    more = actions.save_field(draft, KEY, "De Sophie, suite", read_version=0, by=sophie)
    assert (more.clash.pk, more.clash.kept.text) == (met.clash.pk, "De Sophie, suite")
    assert texts(draft) == [(1, "D’Alice", False), (2, "De Sophie", True), (3, "De Sophie, suite", True)]
    last = actions.save_field(draft, KEY, "Des deux", read_version=1, by=sophie)
    assert (last.answer.version, last.clash) == (4, None)
    assert Clash.objects.get().settled_by == sophie


def test_a_field_left_as_it_was_read_meets_nothing(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    actions.save_field(draft, KEY, "Un", read_version=0, by=alice)
    second = actions.save_field(draft, KEY, "Deux", read_version=1, by=alice).answer
    assert actions.save_field(draft, KEY, "Un", read_version=1, by=sophie) == (second, None)
    assert actions.save_field(draft, KEY, "", read_version=0, by=sophie) == (second, None)
    assert Clash.objects.count() == 0


def test_the_same_save_twice_is_one_save(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    once = uuid.uuid4()
    first = actions.save_field(draft, KEY, "Un", read_version=0, save_id=once, by=alice)
    actions.save_field(draft, KEY, "Deux", read_version=1, by=sophie)
    assert actions.save_field(draft, KEY, "Un", read_version=0, save_id=once, by=alice) == first
    aside = uuid.uuid4()
    kept = actions.save_field(draft, KEY, "Trois", read_version=1, save_id=aside, by=alice)
    assert actions.save_field(draft, KEY, "Trois", read_version=1, save_id=aside, by=alice) == kept
    assert [row[:2] for row in texts(draft)] == [(1, "Un"), (2, "Deux"), (3, "Trois")]


def test_nobody_meets_a_save_of_their_own_whose_answer_was_lost(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie

    def goes_on(text, *after, read=0, by=alice):
        save_id = uuid.uuid4()
        save = actions.Save(KEY, text, read, save_id, frozenset(after))
        return save_id, actions.save_together(draft, [save], by=by)[0]

    one, _first = goes_on("Un")
    two, second = goes_on("Un, deux", one)  # the answer to the first never came: still over version 0
    assert (second.answer.version, second.answer.read_version, second.clash) == (2, 1, None)
    _three, third = goes_on("Un, deux, trois", one, two)
    assert (third.answer.version, third.clash) == (3, None)
    _her, hers = goes_on("De Sophie", read=3, by=sophie)
    _four, met = goes_on("Un, deux, trois, quatre", one, two, _three)  # somebody wrote in between: both are shown
    assert (met.answer.aside, met.clash.over) == (True, hers.answer)
    assert goes_on("À elle", _her, by=alice)[1].answer.aside  # the save named is not one's own


def test_what_is_settled_by_a_colleague(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    actions.save_field(draft, KEY, "D’Alice", read_version=0, by=alice)
    clash = actions.save_field(draft, KEY, "De Sophie", read_version=0, by=sophie).clash
    later = actions.save_field(draft, KEY, "Nouveau", read_version=0, settling=clash, by=alice)
    assert later.answer.aside and Clash.objects.filter(settled_at=None).count() == 2  # a third text: nothing is settled
    actions.save_field(draft, KEY, "Choisi", read_version=1, settling=clash, by=alice)
    assert Clash.objects.filter(settled_at=None).count() == 0
    clash = actions.save_field(draft, KEY, "Encore", read_version=1, by=sophie).clash
    actions.settle_clash(clash, by=alice)
    clash.refresh_from_db()
    assert (clash.settled_by, Answer.objects.filter(key=KEY, aside=False).latest_of_each().get().text) == (
        alice,
        "Choisi",
    )


@pytest.mark.parametrize(
    "key",
    [
        "answers.inconnue",
        "inconnue",
        "projects.1.prix",
        "projects.x.title",
        "projects.9999999999.title",
        "identity.state",
        "a.b.c.d",
        "",
    ],
)
def test_a_key_that_leads_nowhere(world, draft, key):
    assert refusal(actions.save_field, draft, key, "x", read_version=0, by=world.cast.alice)[0] == "A02"


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        (KEY, "x" * 4001, ("E02", "ambition")),
        (KEY, "a\x00b", ("E02", "ambition")),
        (KEY, "a\ud800b", ("E02", "ambition")),
        ("identity.acronym", " ", ("E01", "acronym")),
        ("identity.months", "0", ("R16", "months")),
        ("identity.months", "601", ("R16", "months")),
        ("identity.months", "douze", ("R16", "months")),
        ("identity.months", "١٢", ("R16", "months")),
        ("identity.starts_on", "2023-02-30", ("E04", "starts_on")),
        ("identity.goal", "detruire", ("R23", "goal")),
        ("identity.maturity_now", "11", ("R23", "maturity_now")),
        ("projects.987654.title", "x", ("A03", None)),
    ],
)
def test_bad_input_is_refused_in_a_sentence(world, draft, key, raw, expected):
    assert refusal(actions.save_field, draft, key, raw, read_version=0, by=world.cast.alice) == expected
    assert not draft.answers.exclude(key="identity.acronym").exists()


@pytest.mark.parametrize(
    ("key", "raw", "column", "value"),
    [
        ("identity.title", " Un titre ", "title", "Un titre"),
        ("identity.months", "40", "months", 40),
        ("identity.months", "", "months", None),
        ("identity.starts_on", "2023-01-01", "starts_on", date(2023, 1, 1)),
        ("identity.starts_on", "", "starts_on", None),
        ("identity.goal", "build", "goal", "build"),
        ("identity.maturity_now", "0", "maturity_now", 0),
    ],
)
def test_structured_fields_reach_their_column(world, draft, key, raw, column, value):
    actions.save_field(draft, key, raw, read_version=0, by=world.cast.alice)
    draft.refresh_from_db()
    assert getattr(draft, column) == value
    assert place(key).field.shown(place(key).field.text(value)) or value in (None, "")


def test_partners_of_a_project_are_a_field_like_the_others(world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    lab = actions.add_associated(draft, name="Inserm", kind="research", by=alice)
    firm = actions.add_associated(draft, name="Données", kind="company", by=alice)
    project = actions.save_row(draft, "projects", title="A", by=alice)
    key = f"projects.{project.pk}.partners"
    saved = actions.save_field(draft, key, f"{firm.pk},{lab.pk}", read_version=0, by=alice)
    assert (saved.answer.text, set(project.partners.all())) == (f"{lab.pk},{firm.pk}", {lab, firm})
    assert actions.save_field(draft, key, str(lab.pk), read_version=0, by=sophie).clash is not None
    assert refusal(actions.save_field, draft, key, "un", read_version=1, by=alice) == ("A02", "partners")
    assert actions.save_field(draft, key, "", read_version=1, by=alice).answer.text == ""
    assert place(key).field.shown("1,2") == "1,2"


def test_who_may_not_write_a_field_writes_none(world, draft):
    bruno, alice = world.cast.bruno, world.cast.alice
    partner = actions.invite_partner(draft, world.brest, by=alice)
    actions.accept_membership(partner, by=bruno)
    mine, theirs = f"members.{partner.pk}.work", f"members.{draft.memberships.get(role='coordinator').pk}.work"
    assert actions.save_field(draft, mine, "Nos travaux", read_version=0, by=bruno).answer.text == "Nos travaux"
    for key in (KEY, theirs, "identity.title"):
        with pytest.raises(PermissionDenied):
            actions.save_field(draft, key, "x", read_version=0, by=bruno)
    with pytest.raises(PermissionDenied):
        actions.save_together(draft, [actions.Save(mine, "Autre", 0), actions.Save(KEY, "x", 0)], by=bruno)
    assert texts(draft, mine) == [(1, "Nos travaux", False)]


def test_nothing_is_saved_at_the_cut_off(world, draft, set_clock):
    with pytest.raises(Refused) as refused:
        actions.save_field(draft, KEY, "x", read_version=0, by=world.cast.alice, at=world.wave.closes_at)
    assert refused.value.code == "R01"


def test_an_earlier_text_comes_back_as_a_new_version(world, draft):
    alice = world.cast.alice
    first = actions.save_field(draft, KEY, "Un", read_version=0, by=alice).answer
    actions.save_field(draft, KEY, "Deux", read_version=1, by=alice)
    assert actions.restore(first, read_version=2, by=alice).answer.version == 3
    assert texts(draft)[-1] == (3, "Un", False)


def test_a_partner_finds_no_shut_door_on_the_page_handed_over(client, world, draft):
    """Every link of the page of its question opens."""
    partner = actions.invite_partner(draft, world.brest, by=world.cast.alice)
    actions.accept_membership(partner, by=world.cast.bruno)
    actions.hand_section(draft, KEY, membership=partner, by=world.cast.alice)
    actions.save_field(draft, KEY, "Un texte", read_version=0, by=world.cast.alice)
    client.force_login(world.cast.bruno, backend="directory.backends.EmailBackend")
    text = client.get(reverse("applications:answer", args=[draft.reference, KEY.removeprefix("answers.")]))
    links = set(re.findall(r'href="(/dossiers/[^"#]*)"', text.content.decode()))
    assert links and {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


# ── sections ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_section_handed_to_a_partner_opens_that_section_alone(world, draft):
    alice, bruno = world.cast.alice, world.cast.bruno
    partner = actions.invite_partner(draft, world.brest, by=alice)
    assert refusal(actions.hand_section, draft, KEY, membership=partner, by=alice) == ("A04", "to")
    actions.accept_membership(partner, by=bruno)
    actions.hand_section(draft, KEY, membership=partner, by=alice)
    assert actions.save_field(draft, KEY, "De Bruno", read_version=0, by=bruno).answer.by == bruno
    assert actions.mark_section(draft, KEY, "check", by=bruno).progress == "check"
    for verb in (
        lambda: actions.save_field(draft, "answers.quality", "x", read_version=0, by=bruno),
        lambda: actions.mark_section(draft, "identity", "done", by=bruno),
        lambda: actions.hand_section(draft, KEY, by=bruno),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    actions.hand_section(draft, KEY, person=world.cast.sophie, by=alice)
    owner = SectionOwner.objects.get()
    assert (owner.person, owner.membership, owner.progress) == (world.cast.sophie, None, "check")
    assert not permissions.can_edit_section(bruno, Application.objects.get(pk=draft.pk), KEY)
    assert refusal(actions.hand_section, draft, KEY, person=bruno, by=alice) == ("A04", "to")
    assert refusal(actions.hand_section, draft, "budget", by=alice) == ("A02", "section")
    assert refusal(actions.mark_section, draft, KEY, "fini", by=alice) == ("A02", "progress")


# ── the page's exchange ──────────────────────────────────────────────────────────────────────────────────────────────
def exchange(client, dossier, saves=(), known=0, place=KEY, keys=(KEY,)):
    body = {
        "place": place,
        "known": known,
        "keys": list(keys),
        "saves": [{"key": key, "text": text, "read": read, "id": str(uuid.uuid4())} for key, text, read in saves],
    }
    return client.post(reverse("applications:sync", args=[dossier.reference]), json.dumps(body), "application/json")


def test_one_exchange_saves_and_tells(client, world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    client.force_login(sophie)
    exchange(client, draft, [(KEY, "De Sophie", 0)])
    client.force_login(alice)
    news = exchange(
        client, draft, [(KEY, "D’Alice", 0), ("answers.quality", "Q", 0), ("identity.months", "x", 0), ("a.b", "", 0)]
    ).json()
    assert [(one["key"], one["status"], one.get("version"), one.get("code")) for one in news["saved"]] == [
        (KEY, "aside", 2, None),
        ("answers.quality", "saved", 1, None),
        ("identity.months", "refused", None, "R16"),
        ("a.b", "refused", None, "A02"),
    ]
    assert [(one["key"], one["text"], one["who"], one["mine"]) for one in news["changes"]] == [
        ("identity.acronym", "ODH", "Alice", True),
        (KEY, "De Sophie", "Sophie", False),
        ("answers.quality", "Q", "Alice", True),
    ]
    [card] = news["clashes"].values()
    assert f'data-of="{KEY}"' in card and "De Sophie" in card and "D’Alice" in card
    assert (news["present"], news["person"]) == ([{"who": "Sophie", "place": KEY}], alice.pk)
    again = exchange(client, draft, known=news["known"]).json()
    assert (again["changes"], again["saved"]) == ([], [])
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert exchange(client, draft).json()["present"] == []


def test_a_partner_is_told_what_is_not_open_to_them(client, world, draft):
    partner = actions.invite_partner(draft, world.brest, by=world.cast.alice)
    actions.accept_membership(partner, by=world.cast.bruno)
    actions.save_field(draft, KEY, "D’Alice", read_version=0, by=world.cast.alice)
    actions.save_field(draft, KEY, "De Sophie", read_version=0, by=world.cast.sophie)
    client.force_login(world.cast.bruno)
    news = exchange(client, draft, [(KEY, "De Bruno", 0)]).json()
    assert [(one["status"], one["code"]) for one in news["saved"]] == [("refused", "403")]
    assert news["clashes"] == {}


@pytest.mark.parametrize(
    "body",
    [
        "", "[]", "{}", '{"place": 1, "known": 0, "keys": [], "saves": []}', '{"place": "", "known": -1, "keys": [], "saves": []}',
        '{"place": "", "known": 0, "keys": [1], "saves": []}', '{"place": "", "known": 0, "keys": [], "saves": [{}]}',
        '{"place": "", "known": 0, "keys": [], "saves": [{"key": "a", "text": "b", "read": 0, "id": "c"}]}',
        '{"place": "", "known": 0, "keys": [], "saves": [{"key": "a", "text": "b", "read": true, "id": 3}]}',
        json.dumps({"place": "", "known": 0, "keys": ["a"] * 501, "saves": []}),
    ],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused_in_a_sentence(client, world, draft, body):
    client.force_login(world.cast.alice)
    answer = client.post(reverse("applications:sync", args=[draft.reference]), body, "application/json")
    assert (answer.status_code, list(answer.json())) == (422, ["sentence"])


# ── pages, without scripts ───────────────────────────────────────────────────────────────────────────────────────────
def reads(page) -> str:
    return page.context["form"].initial["reads"]


def test_two_texts_by_plain_forms(client, world, draft):
    url = reverse("applications:answer", args=[draft.reference, "ambition"])
    client.force_login(world.cast.alice)
    seen = reads(client.get(url))
    actions.save_field(draft, "answers.ambition", "De Sophie", read_version=0, by=world.cast.sophie)
    assert client.post(url, {"text": "D’Alice", "reads": seen})["Location"] == url
    text = client.get(url).content.decode()
    assert "De Sophie" in text and "D’Alice" in text
    settle = reverse("applications:settle_clash", args=[draft.reference, Clash.objects.get().pk])
    long = client.post(settle, {"choice": "merge", "over": 1, "text": "y" * 4001})
    assert (long.status_code, "y" * 4001 in long.content.decode()) == (422, True)
    assert client.post(settle, {"choice": "tout", "over": 1}).status_code == 422
    actions.save_field(draft, "answers.ambition", "De Sophie, encore", read_version=1, by=world.cast.sophie)
    assert client.post(settle, {"choice": "merge", "over": 1, "text": "Des deux"})["Location"] == url
    assert (
        "De Sophie, encore" in client.get(url).content.decode() and Clash.objects.filter(settled_at=None).count() == 1
    )
    assert client.post(settle, {"choice": "mine", "over": 3})["Location"] == url
    assert [row[1] for row in texts(draft)] == ["De Sophie", "D’Alice", "De Sophie, encore", "Des deux", "Des deux"]


def test_the_text_in_place_may_be_kept_and_the_other_put_back(client, world, draft):
    client.force_login(world.cast.alice)
    actions.save_field(draft, "answers.ambition", "De Sophie", read_version=0, by=world.cast.sophie)
    clash = actions.save_field(draft, "answers.ambition", "D’Alice", read_version=0, by=world.cast.alice).clash
    url = reverse("applications:answer", args=[draft.reference, "ambition"])
    settle = reverse("applications:settle_clash", args=[draft.reference, clash.pk])
    assert client.post(settle, {"choice": "theirs", "over": 1})["Location"] == url
    history = client.get(reverse("applications:history", args=[draft.reference, KEY])).content.decode()
    assert "En attente d’un choix" in history and "Texte actuel" in history
    back = client.post(reverse("applications:restore", args=[draft.reference, KEY, 2]))
    assert (back["Location"], texts(draft)[-1]) == (url, (3, "D’Alice", False))
    assert client.get(reverse("applications:history", args=[draft.reference, "a.b"])).status_code == 404


def test_every_kind_of_row_leads_back_to_its_page(client, world, draft):
    alice, sophie = world.cast.alice, world.cast.sophie
    project = actions.save_row(draft, "projects", title="A", by=alice)
    perimeter = actions.save_row(
        draft, "perimeters", scope="s", depth="d", refresh="r", duration="d", interest="i", by=alice
    )
    member = draft.memberships.get()
    client.force_login(alice)
    pages = {
        "identity.title": reverse("applications:identity", args=[draft.reference]),
        f"projects.{project.pk}.summary": reverse("applications:project", args=[draft.reference, project.pk]),
        f"perimeters.{perimeter.pk}.scope": reverse("applications:perimeter", args=[draft.reference, perimeter.pk]),
        f"members.{member.pk}.work": reverse("applications:work", args=[draft.reference, member.pk]),
    }
    for key, url in pages.items():
        seen = json.loads(reads(client.get(url)))
        name = key.rpartition(".")[2]
        actions.save_field(draft, key, "De Sophie", read_version=seen[key], by=sophie)
        filled = {
            n: v
            for n, v in client.get(url).context["form"].initial.items()
            if n not in ("reads", "partners") and v is not None
        }
        assert client.post(url, filled | {name: "D’Alice", "reads": json.dumps(seen)})["Location"] == url
        shown = client.get(url).content.decode()
        assert "De Sophie" in shown and "D’Alice" in shown, key


def test_the_task_list_is_drawn_again_only_when_it_has_changed(
    client, world, draft, set_clock, django_assert_max_num_queries
):
    """What the page asks every ten seconds: nothing new is one short answer."""
    alice, sophie = world.cast.alice, world.cast.sophie
    client.force_login(alice)

    def again(url):
        answer = client.get(url)
        found = re.search(r'hx-get="([^"]+)"', answer.content.decode())
        return answer.status_code, found and found.group(1)

    status, url = again(reverse("applications:checklist", args=[draft.reference]))
    assert status == 200
    with django_assert_max_num_queries(10):
        assert again(url) == (204, None)
    for change in (
        lambda: actions.save_field(draft, KEY, "De Sophie", read_version=0, by=sophie),
        lambda: actions.add_associated(draft, name="Université fictive", kind="research", by=sophie),
        lambda: actions.mark_section(draft, KEY, "check", by=sophie),
        lambda: actions.attend(draft, KEY, by=sophie),
        lambda: set_clock(draft.wave.closes_at, frozen=True),
    ):
        change()
        status, url = again(url)
        assert (status, again(url)) == (200, (204, None))


def test_sections_are_marked_and_handed_from_the_page(client, world, draft):
    client.force_login(world.cast.alice)
    for section, back in ((KEY, "answer"), ("identity", "identity"), ("projects", "projects")):
        url = reverse(named(back), args=[draft.reference, *(["ambition"] if back == "answer" else [])])
        mark = reverse("applications:mark_section", args=[draft.reference, section])
        hand = reverse("applications:hand_section", args=[draft.reference, section])
        assert client.post(mark, {"progress": "check"})["Location"] == url
        who = reverse("applications:sections", args=[draft.reference])
        assert client.post(hand, {"to": f"p{world.cast.sophie.pk}"})["Location"] == who
        assert client.post(hand, {"to": "p0"})["Location"] == who  # nobody of the list: said above the page
        assert client.get(who).status_code == 200
    assert list(SectionOwner.objects.values_list("progress", "person")) == [("check", world.cast.sophie.pk)] * 3
    assert client.get(reverse("applications:answer", args=[draft.reference, "ambition"])).status_code == 200


# ── the proposal made of both ────────────────────────────────────────────────────────────────────────────────────────
WORDS = st.lists(st.sampled_from(["un", "deux", "trois", "quatre", "cinq", "\n"]), max_size=12).map(" ".join)


def test_changes_apart_are_both_taken():
    assert merge.merge("un deux trois quatre", "UN deux trois quatre", "un deux trois QUATRE") == "UN deux trois QUATRE"
    assert merge.merge("un deux", "un deux trois", "zéro un deux") == "zéro un deux trois"
    assert merge.merge("a b c", "a X c", "a Y c") == "a X Y c"
    assert merge.merge("", "le leur", "le mien") == "le leur le mien"


@given(WORDS, WORDS, WORDS)
def test_no_word_that_either_wrote_is_left_out(base, theirs, mine):
    made = merge.merge(base, theirs, mine)
    assert merge.merge(base, base, mine) == mine and merge.merge(base, theirs, base) == theirs
    for text in (theirs, mine):
        added = [word for word in text.split() if word not in base.split()]
        assert [word for word in added if word not in made.split()] == []
