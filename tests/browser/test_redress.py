"""An award withdrawn after its coordinator was heard, on a phone; a remedy lodged, answered by two people: in a real Chromium."""

import pytest
from django.urls import reverse

from decisions import actions
from decisions.models import Decision, Procedure, Remedy
from demo import texts
from edsh_portal import acts
from tests.applications.world import examined
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.test_pipeline import Hands
from tests.browser.window import Window
from tests.decisions import world as made

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def driven():
    with chromium() as opened:
        yield opened


def wrote(hands, words, **typed):
    for name, text in typed.items():
        field = hands.page.locator(f"main [name={name}]")
        if field.first.get_attribute("type") == "radio":
            hands.page.check(f"main [name={name}][value={text}]")
        elif field.first.get_attribute("type") == "checkbox":
            field.check()
        elif field.first.get_attribute("type") == "file":
            field.set_input_files(text)
        else:
            field.fill(text)
    hands.presses(words)


def approves(hands, kind, subject, who):
    hands.sits(who)
    with hands.here.answering():
        hands.page.goto(hands.here.base_url + reverse("dashboards:act", args=[acts.waiting(kind, subject).pk]))
    hands.presses("Approuver")


@pytest.mark.django_db
def test_heard_then_withdrawn_and_a_remedy_answered(driven, set_clock):
    world = made.build(set_clock)
    award, refusal = made.notified(world), made.notified(world, 1)
    for held in (award, refusal):
        actions.open_notification(held, by=signer(held))
    with served() as here, context(driven, here.base_url) as opened:
        hands = Hands(here, Window(opened))
        withdrawn(world, hands, award)
        contested(world, hands, refusal)
        assert hands.window.heard == []


def signer(decision):
    return decision.application.coordinator.affiliations.get(kind="signatory").user


def withdrawn(world, hands, award):
    hands.sits(world.driss)
    hands.opens("decision", award.number)
    hands.follows("Envisager le retrait")
    hands.shows("open-procedure")
    wrote(hands, "Engager la procédure", ground="conditions", motives="Le rapport annuel n’a pas été remis.")
    held = Procedure.objects.get()
    hands.sits(world.alice)
    with hands.here.answering():
        hands.page.goto(hands.here.base_url + "/accueil/")
    hands.follows(f"{held.application.reference} · ")
    assert "jusqu’au" in hands.reads and "vous faire assister par un conseil" in hands.reads
    hands.shows("procedure-open")
    hands.follows("Présenter des observations")
    hands.shows("observe")
    file = {"name": "rapport.pdf", "mimeType": "application/pdf", "buffer": texts.page("Rapport")}
    wrote(hands, "Envoyer les observations", observations="Le rapport est joint.", file=file, asks_hearing=True)
    assert all(examined())
    hands.sits(world.victor)
    hands.opens("decision", award.number)
    assert "Proposer le retrait" not in hands.reads
    hands.follows("engagée le")
    hands.follows("Répondre aux observations")
    wrote(hands, "Envoyer la réponse", answer="Le rapport est incomplet.", heard_on=f"{held.opened_at:%Y-%m-%d}")
    hands.shows("procedure-answered")
    hands.follows("Proposer le retrait")
    wrote(hands, "Proposer le retrait", reason="Rapport annuel non remis.")
    approves(hands, "decision.revoke", award, world.dora)
    assert Decision.objects.get(pk=award.pk).state == "revoked"


def contested(world, hands, refusal):
    hands.sits(signer(refusal))
    hands.opens("decision", refusal.number)
    hands.shows("decision-refused")
    hands.follows("Former un recours")
    hands.shows("lodge-remedy")
    wrote(hands, "Envoyer le recours", kind="gracious", text="La note du critère 3 repose sur une erreur de fait.")
    held = Remedy.objects.get()
    hands.follows("Recours gracieux")
    assert "Rejet implicite" in hands.reads and "dans le délai" in hands.reads
    hands.shows("remedy-applicant")
    hands.sits(world.driss)
    hands.opens("remedies")
    hands.shows("remedies")
    hands.follows("Recours gracieux")
    hands.follows("Répondre au recours")
    wrote(hands, "Proposer la réponse", outcome="accepted", motives="L’erreur est reconnue.")
    approves(hands, "remedy.answer", held, world.dora)
    hands.sits(signer(refusal))
    hands.opens("remedy", held.pk)
    assert "Accueilli" in hands.reads and "L’erreur est reconnue." in hands.reads
    hands.sits(world.driss)
    hands.opens("register_remedy", refusal.number)
    hands.shows("register-remedy")
