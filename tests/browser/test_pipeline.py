"""From the approval to the notification in a real Chromium: many approved and pressed twice, one recalled, released at an hour that is
moved, cancelled and set again, another sent by post; an agreement to electronic notification withdrawn."""

import os
from datetime import date, timedelta

import pytest
from django.urls import reverse

from applications import actions as dossiers
from calls.models.notification import CONSENT
from decisions import actions
from decisions.models import Decision
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.window import Window
from tests.decisions import world as made
from tests.pressed import browser
from tests.reviews.world import later

pytestmark = pytest.mark.browser
MINUTES = 10


class Hands:
    """One person at a time in front of the portal: opens a page, fills it, presses."""

    def __init__(self, here, window):
        self.here, self.window, self.page = here, window, window.page

    def sits(self, user):
        self.window.held_by(browser(user), self.here.base_url)

    def opens(self, name, *args, room="decisions"):
        with self.here.answering():
            return self.page.goto(self.here.base_url + reverse(f"{room}:{name}", args=args))

    def shows(self, name):
        """As on a desk and on a telephone; pictures of both when they are wanted."""
        for width in (320, 1280):
            self.page.set_viewport_size({"width": width, "height": 900})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            if shots := os.environ.get("PORTAL_SHOTS"):
                self.page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)

    def presses(self, words, *, twice=False):
        button = self.page.locator("main").get_by_role("button", name=words, exact=False)
        with self.here.answering():
            with self.page.expect_navigation():
                button.dblclick() if twice else button.click()
            self.page.wait_for_load_state()

    def follows(self, words):
        with self.here.answering():
            self.page.locator("main").get_by_role("link", name=words, exact=False).first.click()
            self.page.wait_for_load_state()

    def confirms(self, words, **typed):
        """A step whose form opens over its page: filled, then pressed twice."""
        with self.here.answering():
            self.page.locator("main").get_by_role("link", name=words).click()
            box = self.page.locator("dialog")
            for name, text in typed.items():
                box.locator(f"[name={name}]").fill(text)
            with self.page.expect_navigation():
                box.get_by_role("button", name=words).dblclick()
            self.page.wait_for_load_state()

    @property
    def reads(self):
        return " ".join(self.page.inner_text("main").replace("\u202f", " ").replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def driven():
    """Opened before the test's transaction: what is asked after it came would be on another connection."""
    with chromium() as opened:
        yield opened


@pytest.mark.django_db
def test_from_many_approvals_to_the_letter_received(driven, set_clock):
    answers = iter((True, False, True))
    with pytest.MonkeyPatch.context() as patch:
        submit = dossiers.submit
        patch.setattr(dossiers, "submit", lambda dossier, *, by: submit(dossier, electronic=next(answers), by=by))
        world = made.build(set_clock, recall_minutes=MINUTES, consent=CONSENT)
    made.proposed(world), made.proposed(world, 2)
    actions.propose_refusal(world.dossiers[1], "Non retenu par le jury.", by=world.driss)
    with served() as here, context(driven, here.base_url) as opened:
        hands = Hands(here, Window(opened))
        approved_and_recalled(world, hands)
        set_clock(later(minutes=MINUTES), frozen=True)
        assert made.work() == []
        released_at_an_hour(world, hands, set_clock)
        received(world, hands)
        withdrawn(world, hands)
        heard_by_post(world, hands, set_clock)
        assert hands.window.heard == []


def approved_and_recalled(world, hands):
    hands.sits(world.victor)
    hands.opens("proposals")
    hands.follows("Approuver plusieurs propositions")
    hands.presses("Voir le résumé")
    assert "Approuver 2 aides, 1 200 000,00 € ; 1 rejet" in hands.reads
    hands.presses("Approuver 2 aides", twice=True)
    assert sorted(Decision.objects.values_list("number", flat=True)) == ["2022-0001", "2022-0002", "2022-0003"]
    assert "Rappel possible" in hands.reads
    second = Decision.objects.get(application=world.dossiers[2])
    hands.opens("decision", second.number)
    hands.confirms("Rappeler la décision", reason="Montant à revoir.")
    second.refresh_from_db()
    assert (second.recalled, second.revoked_by, second.revoked_reason) == (True, world.victor, "Montant à revoir.")


def released_at_an_hour(world, hands, set_clock):
    award = Decision.objects.get(application=world.dossiers[0])
    hands.sits(world.dora)
    hands.opens("release")
    assert "1 aide, 800 000,00 € ; 1 rejet" in hands.reads
    hands.page.fill("main [name=due]", "2022-11-05T10:00")
    hands.presses("Publier et notifier", twice=True)
    hands.opens("planned")
    hands.page.fill("main [name=due]", "2022-11-06T10:00")
    hands.presses("Fixer la nouvelle heure")
    hands.opens("planned")
    hands.presses("Annuler l’heure de publication")
    assert not Decision.objects.filter(release_at__isnull=False).exists()
    hands.page.fill("main [name=due]", "2022-11-07T10:00")
    hands.presses("Publier et notifier")
    award.refresh_from_db()
    assert award.release_at == later(days=5)
    set_clock(award.release_at - timedelta(seconds=1), frozen=True)
    made.work()
    hands.sits(world.sophie)
    assert hands.opens("decision", award.number).status == 404  # nothing of it is shown before
    hands.window.heard.clear()  # the 404, which Chromium says in its console
    set_clock(award.release_at, frozen=True)
    assert made.work() == []
    hands.opens("decision", award.number)
    assert "Une décision vous est notifiée" in hands.reads


def received(world, hands):
    refusal = Decision.objects.get(application=world.dossiers[1])
    assert (refusal.state, refusal.by_post) == ("released", True)
    hands.sits(world.driss)
    hands.opens("decision", refusal.number)
    hands.follows("Enregistrer l’envoi par lettre recommandée")
    hands.page.fill("main [name=number]", "1A 123 456 7890 1")
    hands.page.fill("main [name=posted_on]", "2022-11-07")
    hands.presses("Enregistrer l’envoi", twice=True)
    hands.follows("Enregistrer la réception de la lettre")
    hands.page.fill("main [name=received_on]", "2022-11-07")
    hands.presses("Enregistrer la réception")
    refusal.refresh_from_db()
    assert refusal.state == "notified" and "reçue le lundi 7 novembre 2022" in hands.reads


def withdrawn(world, hands):
    """Of the dossier whose decision was recalled: what will be decided of it goes by post."""
    dossier = world.dossiers[2]
    hands.sits(dossier.coordinator.affiliations.get(kind="signatory").user)
    hands.opens("dossier", dossier.reference, room="applications")
    assert "Dans votre espace, sur le portail" in hands.reads
    hands.shows("notified-here")
    hands.follows("Retirer cet accord")
    hands.shows("withdraw-consent")
    hands.presses("Retirer l’accord", twice=True)
    assert "l’accord à la notification électronique a été retiré le" in hands.reads
    hands.shows("notified-by-post")
    assert not dossier.receptions.last_frozen().notified_here


def heard_by_post(world, hands, set_clock):
    """The withdrawal of an award that was notified by post is envisaged: its letter is posted too, its days run from the receipt."""
    award = actions.approve(made.proposed(world, 2), by=world.victor)
    set_clock(award.recall_until, frozen=True)
    assert made.work() == []
    actions.release([award], by=world.dora)
    assert made.work() == []
    actions.post_letter(award, "1A 123 456 7890 2", date(2022, 11, 7), by=world.driss)
    actions.receive_letter(award, date(2022, 11, 7), by=world.driss)
    held = actions.open_revocation_procedure(award, ground="conditions", motives="Rapport non remis.", by=world.driss)
    assert made.work() == []
    hands.sits(world.driss)
    hands.opens("procedure", held.pk)
    assert "15 jours à compter de la réception" in hands.reads and "à poster" in hands.reads
    hands.shows("procedure-to-post")
    hands.follows("Enregistrer l’envoi")
    hands.shows("post-notice")
    hands.page.fill("main [name=number]", "1A 123 456 7890 3")
    hands.page.fill("main [name=posted_on]", "2022-11-07")
    hands.presses("Enregistrer l’envoi", twice=True)
    hands.follows("Enregistrer la réception")
    hands.page.fill("main [name=received_on]", "2022-11-07")
    hands.presses("Enregistrer la réception")
    assert "postée le lundi 7 novembre 2022 · reçue le lundi 7 novembre 2022" in hands.reads
    assert "jusqu’au mardi 22 novembre 2022 inclus" in hands.reads
    hands.shows("procedure-received")
