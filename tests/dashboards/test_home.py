"""16. The home counts what the page behind each line shows, at every moment of the call and for everyone."""

from datetime import timedelta

import pytest

from applications import actions as dossiers
from decisions import actions as decisions
from funding import actions as funding
from reviews import actions as reviews
from tests.applications import world as applying
from tests.decisions import world as deciding
from tests.funding import stage as paying
from tests.reviews import world as evaluating

from .counters import counted

TO_EXAMINE = "Dossiers à instruire (recevabilité)"
TO_PROPOSE, TO_APPROVE = "Aides et rejets à proposer", "Aides et rejets à approuver"


def everyone(world) -> None:
    for name in ("driss", "victor", "jean", "dora", "nadia", "aude", "adam", "emma", "claire", "chloe"):
        counted(getattr(world, name))


@pytest.fixture
def deposited(db, set_clock):
    set_clock(applying.NOW, frozen=True)
    world = applying.build()
    ready = applying.fill(world, applying.draft(world))
    dossiers.submit(ready, by=world.cast.sophie)
    ready.refresh_from_db()
    return world, ready


def test_16_admissibility_is_counted_as_its_page_shows_it(deposited, set_clock):
    (world, dossier), due = deposited, applying.CLOSES + timedelta(days=20)
    driss, victor = world.cast.driss, world.cast.victor
    assert counted(driss)[TO_EXAMINE] == 0  # the wave is open: its dossiers may still be replaced
    set_clock(applying.CLOSES + timedelta(days=9), frozen=True)
    assert counted(driss)[TO_EXAMINE] == 1
    asked = dossiers.ask_complements(dossier, ["identity.months"], message="Dites.", due_at=due, by=driss)
    assert counted(driss)[TO_EXAMINE] == 0  # nobody rules before the answer
    dossiers.withdraw_complements(asked, by=driss)
    dossier.refresh_from_db()
    opinion = dossiers.propose_admissibility(dossier, verdict="admissible", by=driss)
    assert (counted(driss)[TO_EXAMINE], counted(victor)["Recevabilités à valider"]) == (0, 1)
    dossiers.return_admissibility(opinion, "À revoir.", by=victor)
    assert (counted(driss)[TO_EXAMINE], counted(victor)["Recevabilités à valider"]) == (1, 0)


def test_16_the_evaluation_is_counted_as_its_pages_show_it(db, set_clock):
    world = evaluating.build(set_clock)
    assert counted(world.driss)["Dossiers recevables sans assez d’experts"] == 3
    assert counted(world.nadia) == {"Avis à rendre sur le critère 12": 3}
    for dossier in world.dossiers[:2]:
        reviews.assign(dossier, world.claire, by=world.driss)
    reviews.assign(world.dossiers[0], world.chloe, by=world.driss)
    evaluating.opened(world, world.dossiers[2], world.claire)
    assert counted(world.driss)["Dossiers recevables sans assez d’experts"] == 2
    assert counted(world.claire) == {"Déclarations d’intérêts à faire": 2, "Dossiers à évaluer": 1}
    reviews.give_opinion(world.dossiers[0], 5, "Pertinent.", by=world.nadia)
    assert counted(world.nadia) == {"Avis à rendre sur le critère 12": 2}
    everyone(world)


def test_16_the_programme_is_counted_as_its_page_shows_it(db, set_clock):
    world = deciding.build(set_clock)
    driss, victor = world.driss, world.victor
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (3, 0)
    award, refusal = deciding.proposed(world), decisions.propose_refusal(world.dossiers[1], "Non retenu.", by=driss)
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (1, 2)
    decisions.return_proposal(award, "À revoir.", by=victor)
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (2, 1)
    decisions.approve(refusal, by=victor)
    assert (counted(driss)[TO_PROPOSE], counted(victor)[TO_APPROVE]) == (2, 0)
    deciding.work()
    assert counted(world.dora)["Décisions prêtes à publier"] == 1
    deciding.notified(world)
    assert (counted(driss)[TO_PROPOSE], counted(driss)["Conventions à préparer"]) == (1, 2)
    everyone(world)


def test_16_the_sessions_are_counted_as_their_page_shows_them(db, set_clock):
    world = evaluating.build(set_clock)
    assert counted(world.jean) == {"Sessions ouvertes": 0}
    evaluating.reviewed_by_two(world)
    reviews.open_session(world.wave, by=world.jean)
    assert counted(world.jean) == {"Sessions ouvertes": 1}
    everyone(world)


def test_16_the_payments_are_counted_as_their_page_shows_them(db, set_clock):
    set_clock(paying.NOW, frozen=True)
    money = paying.build()
    c = money.cast
    first, second = (money.convention(share, account=False) for share in money.grant().shares.order_by("pk"))
    paying.kept(
        funding.propose_iban(first, iban=paying.iban(7), holder="X", explanation="Y", by=c.driss, **paying.rib())
    )
    assert counted(c.victor)["Coordonnées bancaires à valider"] == 1
    money.account(second, 8)
    ready = [money.plan(second, cents) for cents in (1_00, 2_00, 3_00)]
    funding.certify(ready[0], by=c.emma)
    funding.certify(ready[1], by=c.emma)
    funding.order(ready[1], by=c.olivier)
    assert counted(c.emma) == {"Services faits à certifier": 1}
    assert counted(c.olivier) == {"Versements à ordonnancer": 1}
    assert counted(c.farid) == {"Versements à payer": 1}
    assert counted(c.victor)["Coordonnées bancaires à valider"] == 1
