"""Pages around the report, as their people see them in a real Chromium, wide and at 320 px, without scripts: a later version, a
reopening, a discussion with one more expert and its consensus, the calibration."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application
from reviews import actions
from reviews.models import Assignment, Discussion, FurtherExpert
from tests.browser.driver import chromium, context
from tests.browser.served import served
from tests.browser.test_pages import AXE, FAULTS, NARROW, OUTSIDE
from tests.reviews import world as made

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PORTAL_SHOTS")
WHY = "Le critère 2 a été noté sur l’annexe d’un autre dossier ; relisez-la."
NEW = "Relier des hôpitaux et leurs laboratoires, par un socle commun de données et une équipe de qualité."


@pytest.fixture(scope="module")
def driven():
    with chromium() as browser:
        yield browser


@pytest.fixture
def world(db, set_clock, monkeypatch):
    """Two reports diverge, one is reopened, the third is open on a version that is not the last; a round is open on a fictitious dossier."""
    monkeypatch.setitem(made.BOUNDS, "calibration", "held")
    world = made.build(set_clock, 1)
    dossier = world.dossiers[0]
    fit = world.people["fit"] = made.person("fit", role="expert")
    actions.write_profile(fit, skills=["cancer", "imagerie"], capacity=4, languages=["fr"], by=fit)
    texts = {number: f"Texte fictif du critère {number}, assez long pour être lu et noté." for number in made.NUMBERS}
    held = actions.write_calibration(world.wave, "Entrepôt imaginaire de Valserein", texts, by=world.driss)
    actions.open_calibration(held, by=world.driss)
    for expert, value in ((world.chloe, 3), (world.paul, 8)):
        marks = dict.fromkeys(made.NUMBERS, (value, "Un avis d’étalonnage."))
        actions.give_calibration(held, marks, by=expert)
    world.people["rounds"] = held
    for expert, value in ((world.chloe, 2), (world.paul, 9)):
        made.reviewed(world, dossier, expert, value)
    discussion = actions.open_discussion(dossier)
    actions.designate(discussion, of(world.chloe), by=world.driss)
    draft = actions.draft_consensus(discussion, dict.fromkeys(made.NUMBERS, 5), "Un avis commun.", by=world.chloe)
    actions.take_position(draft, False, "Le budget reste à préciser.", by=world.paul)
    actions.say(discussion, "Le socle me paraît solide.", by=world.paul)
    actions.save_review(made.opened(world, dossier, world.claire).review, made.marks(7), by=world.claire)
    set_clock(made.later(hours=1), frozen=True)
    made.completed(Application.objects.get(pk=dossier.pk), world.sophie, made.later(hours=1), answers={"ambition": NEW})
    return world


def of(expert):
    return Assignment.objects.get(expert=expert)


class Desk:
    """Somebody in front of their window, where no script runs."""

    def __init__(self, here, driven, person):
        client = Client()
        client.force_login(person, backend="directory.backends.EmailBackend")
        self.here, self.who = here, person.email.partition("@")[0]
        self.opened = context(driven, here.base_url, width=320, scripts=False)
        self.seen = context(driven, here.base_url, width=1280)
        for one in (self.opened, self.seen):
            one.add_cookies(
                [{"name": name, "value": held.value, "url": here.base_url} for name, held in client.cookies.items()]
            )
        self.page, self.wide = self.opened.new_page(), self.seen.new_page()

    def look(self, name, *args):
        """The page wide and narrow: nothing stands out, no serious fault; then it stays open, narrow, without scripts."""
        path = reverse(f"reviews:{name}", args=args)
        for width in (1280, 320):
            self.wide.set_viewport_size({"width": width, "height": 900})
            with self.here.answering():
                assert self.wide.goto(path, wait_until="networkidle").status == 200
            self.wide.evaluate(AXE.read_text())
            assert self.wide.evaluate(FAULTS, NARROW if width == 320 else None) == [], (path, width)
            assert (
                self.wide.evaluate("document.scrollingElement.scrollWidth") <= width
                and self.wide.evaluate(OUTSIDE) == []
            )
            if SHOTS:
                self.wide.screenshot(path=Path(SHOTS) / f"{name}-{self.who}-{width}.png", full_page=True)
        with self.here.answering():
            self.page.goto(path)
        return self.page

    def press(self, label):
        with self.here.answering(), self.page.expect_navigation():
            self.page.get_by_role("button", name=label).click()


def test_a_later_version_a_reopening_one_more_expert_and_the_calibration(driven, world):
    reference = world.dossiers[0].reference
    with served() as here:
        claire, driss, jean, chloe = (Desk(here, driven, world.people[n]) for n in ("claire", "driss", "jean", "chloe"))
        mine = of(world.claire).pk
        claire.look("my_files")
        claire.look("read", mine)
        page = claire.look("confirm", mine, 1)
        page.check("input[name=choice][value=change]")
        page.fill("[name=value]", "5")
        page.fill("[name=reason]", "Les laboratoires ne sont pas décrits.")
        claire.press("Confirmer")
        assert of(world.claire).review.confirmations.get().value == 5

        driss.look("discussion", reference)
        driss.press("Lui confier le dossier")
        assert FurtherExpert.objects.get().state == "accepted"
        jean.look("assignments", reference)
        page = jean.look("reopen", of(world.paul).pk)
        page.fill("[name=reason]", WHY)
        jean.press("Rouvrir l’évaluation")
        assert of(world.paul).review.state == "draft" and Discussion.objects.get().reopened_at
        jean.look("assignments", reference)
        driss.look("discussion", reference)
        chloe.look("discussion", reference)
        chloe.look("consensus", reference)

        page = claire.look("calibrate", 1)
        for number in made.NUMBERS:
            page.fill(f"[name=value_{number}]", "6")
        claire.press("Donner mes notes")
        assert world.rounds.reports.count() == 3
        driss.look("calibration", 1)
        driss.press("Clore l’étalonnage")
        claire.look("calibrate", 1)
        jean.look("calibration", 1)
