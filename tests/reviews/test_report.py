"""The scoring screen: cells saved as one types, each text kept, two tabs of one expert, what feeds each criterion."""

import json
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from applications.content.feeding import parts
from calls.models import CallSettings
from calls.seed import CRITERIA
from edsh_portal.writing import Save
from reviews import actions
from reviews.actions.cells import key_of
from reviews.models import JuryNote, PrivateNote, ScoreVersion, Session
from tests.database import as_role

from .test_actions import refused
from .world import COMMENT, build, marks, opened, reviewed


@pytest.fixture
def at(client):
    def ask(person, url):
        client.force_login(person, backend="directory.backends.EmailBackend")
        return client.get(url)

    return ask


@pytest.fixture
def draft(small):
    """claire's report, declared and empty."""
    return opened(small, small.dossiers[0], small.claire).review


class Tab:
    """A page of the report in claire's browser: it says what it typed over what it read."""

    def __init__(self, person, review):
        self.client = Client()
        self.client.force_login(person, backend="directory.backends.EmailBackend")
        self.pk, self.known, self.read, self.cards = review.assignment_id, 0, {}, []

    def page(self) -> str:
        return self.client.get(reverse("reviews:read", args=[self.pk])).content.decode()

    def send(self, **typed):
        saves = [
            {"key": key, "text": text, "read": self.read.get(key, 0), "id": str(uuid.uuid4())}
            for key, text in ((key_of(name), text) for name, text in typed.items())
        ]
        body = {"place": "", "known": self.known, "keys": [], "cards": self.cards, "saves": saves}
        address = reverse("reviews:sync", args=[self.pk])
        answer = self.client.post(address, json.dumps(body), content_type="application/json")
        if answer.status_code != 200:
            return answer
        news = answer.json()
        self.known = news["known"]
        self.read |= {one["key"]: one["version"] for one in news["changes"]}
        self.cards = [int(pk) for pk in news["clashes"]]
        return news


def says(monkeypatch, name, value):
    """What the call says, its settings being frozen since the wave opened."""
    monkeypatch.setattr(CallSettings, name, property(lambda _self: value, lambda _self, _value: None))


def of(review, number, column="comment"):
    return getattr(review.scores.get(criterion__number=number), column)


def test_a_cell_is_saved_as_it_is_typed_and_every_text_is_kept(small, draft):
    tab = Tab(small.claire, draft)
    news = tab.send(value_1="7", comment_1=" Clair.\r\n")
    assert [(one["key"], one["status"], one["version"]) for one in news["saved"]] == [
        ("scores.1.value", "saved", 1),
        ("scores.1.comment", "saved", 1),
    ]
    assert (of(draft, 1, "value"), of(draft, 1)) == (7, "Clair.")
    assert "21,00" in news["drawn"] and "1 note sur 4" in news["drawn"]  # 7 × 30 of 100
    assert tab.send(value_1="")["saved"][0]["version"] == 2
    assert of(draft, 1, "value") is None and of(draft, 1) == "Clair."
    assert "drawn" not in tab.send()
    held = [(row.key, row.version, row.text, row.read_version) for row in draft.texts.order_by("pk")]
    assert held == [
        ("scores.1.value", 1, "7", 0),
        ("scores.1.comment", 1, "Clair.", 0),
        ("scores.1.value", 2, "", 1),
    ]
    page = tab.client.get(reverse("reviews:score_history", args=[tab.pk, 1])).content.decode()
    assert page.count('class="version"') == 3 and "Clair." in page
    assert tab.client.get(reverse("reviews:score_history", args=[tab.pk, 9])).status_code == 404


def test_the_same_save_sent_twice_is_one(small, draft):
    save = Save("scores.2.value", "4", 0, uuid.uuid4())
    first, second = (actions.save_cells(draft, [save], by=small.claire)[0] for _time in range(2))
    assert first == second and ScoreVersion.objects.count() == 1
    # an answer that was lost: the next save goes on from it, and meets nobody
    after = Save("scores.2.value", "5", 0, uuid.uuid4(), frozenset([save.save_id]))
    (row,) = actions.save_cells(draft, [after], by=small.claire)
    assert (row.aside, of(draft, 2, "value")) == (False, 5)


def test_what_is_refused_is_said_and_the_rest_is_saved(small, draft):
    news = Tab(small.claire, draft).send(value_1="11", comment_1=COMMENT, value_99="5", value_2="x", value_12="9")
    said = {one["key"]: one for one in news["saved"]}
    assert {key: one["status"] for key, one in said.items()} == {
        "scores.1.value": "refused",
        "scores.1.comment": "saved",
        "scores.99.value": "refused",
        "scores.2.value": "refused",
        "scores.12.value": "saved",
    }
    assert said["scores.1.value"]["sentence"] == "Donnez une note entière de 0 à 10."
    assert said["scores.99.value"]["sentence"] == "Le critère 99 n’est pas dans la grille."
    assert said["scores.2.value"]["label"] == "Note du critère 2"
    assert Tab(small.claire, draft).client.post(reverse("reviews:sync", args=[draft.assignment_id])).status_code == 422
    refused("E02", actions.save_cells, draft, [Save("scores.1.comment", "x" * 4001)], by=small.claire)
    actions.save_review(draft, marks(5), by=small.claire)
    actions.lock_review(draft, by=small.claire)
    (late,) = Tab(small.claire, draft).send(value_1="3")["saved"]
    assert (late["status"], late["code"]) == ("refused", "R55")
    assert of(draft, 1, "value") == 5


def test_two_tabs_of_one_expert_lose_nothing(small, draft):
    one, other = Tab(small.claire, draft), Tab(small.claire, draft)
    one.send(comment_1="Projet clair, calendrier tenu.")
    other.send()  # it hears of it
    assert other.read == {"scores.1.comment": 1}
    one.send(comment_1="Projet très clair, calendrier tenu.")
    met = other.send(comment_1="Projet clair, calendrier mal tenu.")
    assert met["saved"][0]["status"] == "aside" and of(draft, 1) == "Projet très clair, calendrier tenu."
    (card,) = met["clashes"].values()
    assert "Projet très clair, calendrier mal tenu." in card  # both, put together
    assert "très clair" in other.page() and "mal tenu" in other.page()  # without scripts too
    settle = re.search(r'action="([^"]+)"', card)[1]
    over = re.search(r'name="over" value="(\d+)"', card)[1]
    answer = other.client.post(settle, {"choice": "mine", "over": over})
    assert answer.status_code == 302 and of(draft, 1) == "Projet clair, calendrier mal tenu."
    assert one.send()["clashes"] == {} and one.read["scores.1.comment"] == 4
    assert other.send()["settled"] != {}

    # the one in place is chosen: it stays, and the pair waits no more
    one.send(value_2="4"), other.send(value_2="6")
    (card,) = other.send()["clashes"].values()
    other.client.post(re.search(r'action="([^"]+)"', card)[1], {"choice": "theirs", "over": 1})
    assert of(draft, 2, "value") == 4 and other.send()["clashes"] == {}


def test_what_was_written_before_texts_were_kept_begins_the_history(small, draft):
    draft.scores.create(criterion=draft.assignment.application.wave.settings.criteria.get(number=1), value=6)
    actions.save_cells(draft, [Save("scores.1.value", "8", 0)], by=small.claire)
    assert list(draft.texts.order_by("version").values_list("text", flat=True)) == ["6", "8"]


def test_a_private_note_is_read_by_its_author_alone_and_two_tabs_lose_nothing(small, draft, at):
    one, other = Tab(small.claire, draft), Tab(small.claire, draft)
    assert one.send(notes_private="À revoir.")["saved"][0]["version"] == 1
    other.send(), other.send(notes_private="À revoir. Budget ?")
    assert one.send(notes_private="Appeler.")["saved"][0]["version"] == 1  # as it was read: what is there comes
    assert one.read["notes.private"] == 3
    assert PrivateNote.objects.get().text == "À revoir. Budget ?\n\nAppeler."
    assert "Budget ?" in one.page() and not ScoreVersion.objects.exists()
    actions.save_review(draft, marks(5), by=small.claire)
    actions.lock_review(draft, by=small.claire)
    assert "Budget ?" in one.page()
    for person in (small.jean, small.driss, small.victor, small.aude):
        page = at(person, reverse("reviews:assignments", args=[small.dossiers[0].reference]))
        assert "Budget ?" not in page.content.decode()


def test_a_note_to_the_jury_is_kept_with_the_locked_report_for_the_chair_and_the_officers(small, draft, at):
    tab = Tab(small.claire, draft)
    tab.send(notes_jury="Je connais ce logiciel.")
    url = reverse("reviews:assignments", args=[small.dossiers[0].reference])
    assert "logiciel" not in at(small.jean, url).content.decode()  # a draft
    actions.save_review(draft, marks(5), by=small.claire)
    actions.lock_review(draft, by=small.claire)
    assert JuryNote.objects.get().text == "Je connais ce logiciel."
    for person in (small.jean, small.driss, small.victor, small.aude):
        assert "logiciel" in at(person, url).content.decode(), person
    assert tab.send(notes_jury="Autre chose.")["saved"][0]["status"] == "refused"


def test_private_notes_go_when_the_session_closes_unless_the_call_keeps_them(committed, monkeypatch):
    here = build(committed.set_clock, 1)
    actions.save_cells(
        opened(here, here.dossiers[0], here.claire).review, [Save("notes.private", "À revoir.")], by=here.claire
    )
    with as_role("worker"):
        for keeps in (True, False):
            says(monkeypatch, "keep_private_notes", keeps)
            actions.purge_private_notes(Session(wave=here.wave))
            assert PrivateNote.objects.exists() is keeps


def test_others_are_read_once_mine_is_locked_and_if_the_call_says_so(small, draft, monkeypatch):
    reviewed(small, small.dossiers[0], small.chloe, 9)
    tab = Tab(small.claire, draft)
    actions.save_review(draft, marks(5), by=small.claire)

    def shown() -> bool:
        page = tab.page()
        assert "Chloe" not in page
        return "Évaluation A" in page and "90,00" in page

    says(monkeypatch, "read_others", True)
    assert not shown()
    actions.lock_review(draft, by=small.claire)
    assert shown()
    says(monkeypatch, "read_others", False)
    assert not shown()


def test_the_page_shows_what_feeds_each_criterion(small, draft):
    page = Tab(small.claire, draft).page()
    ids, led = set(re.findall(r'id="([\w-]+)"', page)), re.findall(r'href="#(part-[\w-]+)"\s+data-part', page)
    assert {"part-answers-ambition", "part-identity", "part-perimeters", "part-answers-sharing"} <= set(led) <= ids
    assert "part-opinion" not in led
    actions.give_opinion(small.dossiers[0], 8, "Données utiles.", by=small.nadia)
    page = Tab(small.claire, draft).page()
    assert "Données utiles." in page and 'href="#part-opinion"' in page


def test_every_criterion_of_the_call_is_fed(small):
    content = small.dossiers[0].version.content
    full = content | {"warehouses": [{"socle": {"1": []}}]}
    assert [row["number"] for row in CRITERIA if not parts(full, row["number"])] == []
