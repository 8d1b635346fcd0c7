"""What is read before the act: the check, the brief of who signs, the signature asked, the receipt. Facts, then what is wrong,
then the act; codes and hashes behind « Détails »."""

import re
from datetime import timedelta

import lxml.html
import pytest
from django.urls import reverse

from applications import actions
from applications.content import freeze
from calls.questions import QUESTIONS
from edsh_portal import events
from edsh_portal.models import Delivery
from tests.addresses import named

from . import world as made
from .world import signed_in

LONG = "Relier deux hôpitaux bretons par un entrepôt commun, que leurs équipes remplissent, vérifient et ouvrent aux chercheurs."
WARNED = ("R14", "R26", "R40", "R37")  # of the world's dossier once its coordinator has deposited another


def page(name, *args):
    return reverse(named(name), args=args)


class Read:
    """A page as a person reads it: the words in sight, and those that are folded."""

    def __init__(self, client, path, status=200):
        answer = client.get(path)
        assert answer.status_code == status, path
        self.context, self.main = answer.context, lxml.html.fromstring(answer.content.decode()).find(".//main")
        self.headings = [self._words(node) for node in self.main.iter("h2")]
        self.all = self._words(self.main)
        for folded in self.main.xpath(".//details[not(@open)]"):
            for child in list(folded):
                if child.tag != "summary":
                    folded.remove(child)
        self.shown = self._words(self.main)

    @staticmethod
    def _words(node):
        return re.sub(r"[\s\u00a0\u202f]+", " ", " ".join(node.itertext())).strip()

    def in_order(self, *words):
        """Each of these is in sight, after the one before."""
        at = 0
        for one in words:
            found = self.shown.find(one, at)
            assert found >= 0, (one, self.shown[at:])
            at = found + len(one)


def brief(world, application):
    return Read(signed_in(world.cast.sophie), page("submit", application.reference))


@pytest.fixture
def twice(world, ready):
    """The dossier ready to be deposited, of a coordinator that has deposited another."""
    other = made.fill(world, made.draft(world, acronym="BIS"))
    actions.submit(other, by=world.cast.sophie)
    return ready


# ── the brief of who signs ───────────────────────────────────────────────────────────────────────────────────────────
def test_13_8_the_brief_leads_with_what_is_asked_then_what_will_be_examined_then_the_act(world, twice):
    read = brief(world, twice)
    assert tuple(v.rule for v in read.context["told"].examined) == WARNED
    read.in_order(
        "Vous demandez 1 000 000,00 € pour 1 600 000,00 € de dépenses.",
        "Membres 2",
        "24 mois à partir du dimanche 1er janvier 2023",
        "Reste à charge 600 000,00 €",
        "Points que le service instructeur examinera",
        "Un seul dossier par coordinateur : Le même coordinateur a aussi déposé : EDSH-1-0002.",
        "tous pourront être déclarés inéligibles",
        "Questions de la présentation : 9 questions sans réponse",
        "1 réponse de moins de 100 caractères : Ambition de l’entrepôt.",
        "Rubriques à compléter",
        "Gouvernance",
        "règles satisfaites",
        "Votre engagement",
        "Vos obligations",
        "Lire tout le dossier",
        "Conséquences",
        "Déposer le dossier",
    )
    [act] = read.main.xpath(".//div[contains(@class, 'in-reach')]//form")
    assert (act.find(".//button").text.strip(), act.find(".//a").get("href")) == ("Déposer le dossier", "#examined")


def test_13_8_codes_texts_and_contents_are_folded(world, twice):
    read = brief(world, twice)
    assert not re.search(r"\bR\d\d\b|SHA-256|hypothèse du portail", read.shown)
    assert "Règle R14. Cahier des charges, critères d’éligibilité." in read.all
    assert "Séjours" in read.all and "Séjours" not in read.shown  # a perimeter of the content
    assert "article 5" in read.all and "article 5" not in read.shown  # the text of a duty


def test_13_8_what_changed_since_the_last_reading_comes_before_the_duties(world, ready):
    client, path = signed_in(world.cast.sophie), page("submit", ready.reference)
    client.post(page("mark_dossier_read", ready.reference), {"read": client.get(path).context["read"]})
    actions.save_row(ready, "identity", months=30, by=world.cast.alice)
    Read(client, path).in_order(
        "Points que le service instructeur examinera",
        "Changements depuis votre dernière lecture (1)",
        "24 devient 30",
        "Vos obligations",
    )


def test_13_8_what_blocks_is_first_and_takes_the_act_away(world, twice):
    actions.save_row(twice, "identity", months=None, by=world.cast.alice)
    read = brief(world, twice)
    read.in_order(
        "Vous demandez", "Points qui bloquent le dépôt", "La durée n’est pas indiquée.", "Un seul dossier par"
    )
    assert "Conséquences" not in read.all


def test_13_8_a_draft_that_asks_for_nothing_says_so(world, draft):
    assert "Vous ne demandez rien : aucune dépense n’est saisie." in brief(world, draft).shown
    member = draft.memberships.get()
    actions.save_budget(member, {(0, "staff", 2023): 100}, {"own_cents": 100}, by=world.cast.alice)
    assert "Vous ne demandez aucune aide, pour 1,00 € de dépenses." in brief(world, draft).shown


def test_13_8_asking_for_the_signature_warns_of_the_same(world, twice):
    asking = Read(signed_in(world.cast.alice), page("ask_signature", twice.reference))
    signing = brief(world, twice)
    assert asking.context["told"] == signing.context["told"]
    assert [task["label"] for task in asking.context["unfinished"]] == [
        task["label"] for task in signing.context["unfinished"]
    ]
    asking.in_order("Vous demandez", "tous pourront être déclarés inéligibles", "Rubriques à compléter", "Conséquences")


# ── a question without answer is a rule; nothing to judge is a state ─────────────────────────────────────────────────
def test_13_9_unanswered_questions_are_told_on_the_check_the_brief_and_the_api(world, ready):
    alice = signed_in(world.cast.alice)
    api = {row["rule"]: row for row in alice.get(f"/api/v1/applications/{ready.reference}/checks/").json()["verdicts"]}
    assert (api["R26"]["state"], api["R26"]["ok"], api["R26"]["blocks"]) == ("warn", False, False)
    check = Read(alice, page("check", ready.reference))
    for read in (check, brief(world, ready)):
        assert re.sub(r"[\u00a0\u202f]", " ", api["R26"]["message"]) in read.shown
    for question in QUESTIONS:
        version = 1 if question.slug == "ambition" else 0
        actions.save_field(ready, f"answers.{question.slug}", LONG, read_version=version, by=world.cast.alice)
    assert {v.rule: v.state for v in freeze.read(ready, made.NOW).verdicts}["R26"] == "met"


@pytest.mark.parametrize(("text", "state"), [("", "todo"), ("Oui." + " " * 200, "doing"), (LONG, "done")])
def test_13_9_one_word_is_not_complete(world, draft, text, state):
    alice = signed_in(world.cast.alice)
    if text:
        actions.save_field(draft, "answers.ambition", text, read_version=0, by=world.cast.alice)
    [row] = [
        row
        for row in alice.get(page("narrative", draft.reference)).context["rows"]
        if row["question"].slug == "ambition"
    ]
    assert row["state"] == state
    sections = alice.get(page("sections", draft.reference)).context["rows"]
    assert {row["section"]: row["progress"] for row in sections}["answers.ambition"] == state
    assert "100 caractères au moins." in alice.get(page("answer", draft.reference, "ambition")).content.decode()


def test_13_9_an_empty_draft_satisfies_nothing_of_what_it_holds(world, draft):
    alice = signed_in(world.cast.alice)
    states = {
        row["rule"]: row["state"]
        for row in alice.get(f"/api/v1/applications/{draft.reference}/checks/").json()["verdicts"]
    }
    assert {rule for rule, state in states.items() if state == "met"} == {"R11", "R12", "R13", "R14", "R14B"}
    assert {states[rule] for rule in ("R21", "R37", "R40")} == {"idle"}
    assert "12 règles n’ont encore rien à juger" in Read(alice, page("check", draft.reference)).shown


# ── the check ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_13_11_the_check_puts_what_blocks_first_and_folds_what_is_satisfied(world, twice):
    actions.save_row(twice, "identity", months=None, by=world.cast.alice)
    read = Read(signed_in(world.cast.alice), page("check", twice.reference))
    read.in_order(
        "1 point bloque encore le dépôt.",
        "Points qui bloquent le dépôt",
        "Durée du projet : La durée n’est pas indiquée.",
        "Points que le service instructeur examinera",
        "Un seul dossier par coordinateur",
        f"{len(read.context['told'].met)} règles satisfaites",
        "Lire tout le dossier",
        "Corriger : Durée du projet",
    )
    assert read.all.count("La durée n’est pas indiquée.") == 1  # said once
    assert "Toutes les pièces demandées sont jointes." in read.all
    assert "Toutes les pièces demandées sont jointes." not in read.shown


def test_13_11_the_check_ends_with_the_next_act_of_each(world, ready):
    path = page("check", ready.reference)

    def last(who):
        links = Read(signed_in(getattr(world.cast, who)), path).main.xpath(".//*[contains(@class, 'next-act')]/a")
        return [(link.text, link.get("href")) for link in links]

    assert last("sophie") == [("Relire et déposer", page("submit", ready.reference))]
    assert last("alice") == [("Soumettre à la signature", page("ask_signature", ready.reference))]
    assert last("bruno") == []
    actions.ask_signature(ready, by=world.cast.alice)
    assert last("alice") == []
    actions.save_row(ready, "identity", months=None, by=world.cast.alice)
    identity = f"{page('identity', ready.reference)}#id_months"
    assert last("sophie") == last("alice") == [("Corriger : Durée du projet", identity)]


# ── the receipt ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_13_11_the_receipt_leads_with_number_instant_pdf_and_next_dates(world, ready, set_clock):
    version = actions.submit(ready, by=world.cast.sophie)
    sophie, path = signed_in(world.cast.sophie), page("version", ready.reference, 1)
    waiting = Read(sophie, path)
    assert "se prépare" in waiting.shown
    for pk in Delivery.objects.filter(event__kind="application.submitted", state="todo").values_list("pk", flat=True):
        events.run(pk)
    sealed = version.files.get(code="receipt").document.sha256
    read = Read(sophie, path)
    read.in_order(
        "AR-EDSH-1-0001-v1",
        "Reçu le mardi 20 septembre 2022 à 10:30:00, heure de Paris",
        "Télécharger l’accusé de réception (PDF)",
        "Prochaines dates",
        "Jusqu’au mardi 11 octobre 2022 à 12:00:00",
        "Au plus tard le dimanche 11 décembre 2022",
        "Au plus tard le dimanche 11 juin 2023",
        "Fichiers déposés",
        "Lire tout le dossier",
        "Détails",
    )
    assert version.sha256 not in read.shown and sealed not in read.shown
    assert read.all.index(version.sha256) < read.all.index(sealed)
    assert read.main.xpath(".//details")[-1].find("summary").text == "Détails"
    swapped = sophie.get(page("receipt_state", ready.reference, 1)).content.decode()
    assert sealed in swapped and 'hx-swap-oob="true"' in swapped
    set_clock(made.CLOSES + timedelta(days=1), frozen=True)
    assert "déposer de nouveau" not in Read(sophie, path).shown
    assert "Prochaines dates" not in Read(signed_in(world.cast.driss), path).all
