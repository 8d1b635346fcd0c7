"""Electronic notification with an express agreement alone; without it, a registered letter and the clocks of its reception."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from applications import actions as dossiers
from applications.models import Consent, ConsentWithdrawal, Reception
from calls.models.notification import CONSENT
from decisions import actions, authenticity
from decisions.models import Decision, Notification, Procedure, RegisteredLetter
from edsh_portal import documents, paper, pdf
from edsh_portal.workflow import Refused
from funding import ledger
from tests import printed
from tests.database import rolled_back
from tests.reviews import world as evaluated
from tests.reviews.world import REVIEWING, again, later

from . import world as made
from .acts import act

ANSWERS = (True, False, None)  # of the three dossiers: an agreement, a refusal, nothing


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with rolled_back(django_db_blocker) as here, pytest.MonkeyPatch.context() as patch:
        submit, answers = dossiers.submit, iter(ANSWERS)
        patch.setattr(dossiers, "submit", lambda dossier, *, by: submit(dossier, electronic=next(answers), by=by))
        yield made.build(here.set_clock, consent=CONSENT)


@pytest.fixture
def world(built, db, set_clock):
    set_clock(REVIEWING, frozen=True)
    return again(built)


def released(world, number):
    decision = made.refused(world) if number == 1 else made.approved(world, number)
    assert made.work() == []
    actions.release([Decision.objects.get(pk=decision.pk)], by=world.dora)
    assert made.work() == []
    return Decision.objects.get(pk=decision.pk)


def refused(code, verb, *args, **details):
    with pytest.raises(Refused) as caught, transaction.atomic():
        verb(*args, **details)
    assert caught.value.code == code


def read(page):
    return " ".join(page.content.decode().replace("\u202f", " ").replace("\u00a0", " ").split())


def test_the_answer_is_kept_word_for_word_with_the_deposit(world):
    assert [*Consent.objects.order_by("pk").values_list("electronic", "text")] == [(True, CONSENT), (False, CONSENT)]
    held = Consent.objects.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        Consent.objects.filter(pk=held.pk).update(electronic=False)
    settled = Reception.objects.get(application=world.dossiers[2])
    for text in (CONSENT, "J’accepte."):  # afterwards, or of another text
        with pytest.raises(DatabaseError), transaction.atomic():
            Consent.objects.create(reception=settled, electronic=True, text=text)


def test_who_agreed_is_notified_in_their_space(world):
    decision = released(world, 0)
    assert (decision.state, decision.by_post) == ("notified", False)
    with pytest.raises(PermissionDenied):
        actions.post_letter(decision, "1A", date(2022, 11, 2), by=world.driss)


def test_an_agreement_is_withdrawn_at_any_time_and_what_follows_goes_by_post(world, client):
    """By who commits the coordinator, once, dated; a decision already published waits for its letter; the page says how it stands."""
    dossier = world.dossiers[0]
    page, act = (reverse(f"applications:{name}", args=[dossier.reference]) for name in ("dossier", "withdraw_consent"))
    decision = made.approved(world, 0)
    assert made.work() == []
    client.force_login(world.sophie)
    assert "Dans votre espace, sur le portail" in read(client.get(page)) and act in client.get(page).content.decode()
    assert "par lettre recommandée" in read(client.get(act))
    for name in ("alice", "bruno", "driss"):
        with pytest.raises(PermissionDenied), transaction.atomic():
            dossiers.withdraw_consent(dossier, by=getattr(world, name))
    assert client.post(act).status_code == 302
    held = ConsentWithdrawal.objects.get()
    assert (held.reception, held.by) == (dossier.receptions.last_frozen(), world.sophie)
    assert "a été retiré le mercredi 2 novembre 2022" in read(client.get(page)) and "par Sophie Essai" in read(
        client.get(page)
    )
    assert client.post(act).status_code == 403
    refused("R71", dossiers.withdraw_consent, dossier, by=world.sophie)
    actions.release([Decision.objects.get(pk=decision.pk)], by=world.dora)
    assert made.work() == []
    decision.refresh_from_db()
    assert (decision.state, decision.by_post, Notification.objects.count()) == ("released", True, 0)
    actions.post_letter(decision, "1A 7", date(2022, 11, 2), by=world.driss)
    for other in (world.dossiers[1], world.dossiers[2]):  # a « no », or nothing: there is nothing to withdraw
        refused("R71", dossiers.withdraw_consent, other, by=signatory_of(other))
        with pytest.raises(DatabaseError, match="nothing to withdraw"), transaction.atomic():
            ConsentWithdrawal.objects.create(reception=other.receptions.last_frozen(), by=world.sophie, at=REVIEWING)


def test_what_was_notified_in_the_space_stays_so(world, set_clock):
    decision = released(world, 0)
    set_clock(later(days=1), frozen=True)
    dossiers.withdraw_consent(world.dossiers[0], by=world.sophie)
    decision = Decision.objects.get(pk=decision.pk)
    assert (decision.state, decision.by_post) == ("notified", False)


def signatory_of(dossier):
    return dossier.coordinator.affiliations.get(kind="signatory").user


def shown(client, **asked):
    """The decisions that their page lists, of the pile asked for."""
    return [held.number for held in client.get(reverse("decisions:batch"), asked).context["page"]]


@pytest.mark.parametrize("number", [1, 2])
def test_without_an_agreement_nothing_is_notified_before_the_letter_is_received(world, set_clock, client, number):
    """A refusal to a « no », an award to who did not answer: the clocks, the engagement and the page begin with the reception."""
    decision = released(world, number)
    assert (decision.state, decision.by_post, Notification.objects.count()) == ("released", True, 0)
    reserved = ledger.summary(made.line())["reserved"]
    page, letter = (reverse(f"decisions:{name}", args=[decision.number]) for name in ("decision", "registered_letter"))
    signatory = decision.application.coordinator.affiliations.get(kind="signatory").user
    client.force_login(signatory)
    assert client.get(page).status_code == 404
    client.force_login(world.driss)
    assert "par lettre recommandée" in read(client.get(reverse("decisions:batch")))
    assert shown(client, pile="courrier") == [decision.number]
    assert client.post(letter, {"number": " ", "posted_on": "2022-11-02"}).status_code == 422
    assert client.post(letter, {"number": "1A 1", "posted_on": "2022-11-03"}).status_code == 422  # tomorrow
    assert client.post(letter, {"number": "1A 1", "posted_on": "2022-11-02"}).status_code == 302
    assert "n° 1A 1, postée le mercredi 2 novembre 2022" in read(client.get(page))
    set_clock(later(days=9), frozen=True)
    assert client.post(letter, {"received_on": "2022-11-01"}).status_code == 422  # before it was posted
    assert client.post(letter, {"received_on": "2022-11-04"}).status_code == 302
    assert (shown(client, pile="courrier"), shown(client)) == ([], [decision.number])
    decision.refresh_from_db()
    notice = decision.notifications.get()
    assert (decision.state, notice.deemed_on, decision.notified_at) == ("notified", date(2022, 11, 4), later(days=9))
    if decision.grant:
        assert (decision.grant.state, ledger.summary(made.line())["reserved"]) == ("engaged", reserved - decision.cents)
    client.force_login(signatory)
    told = read(client.get(page))
    assert (
        "par la lettre recommandée n° 1A 1, reçue le vendredi 4 novembre 2022" in told
        and decision.snapshot["motive"] in told
    )
    assert client.get(reverse("decisions:document", args=[decision.number])).status_code == 200
    assert client.post(reverse("decisions:open_decision", args=[decision.number])).status_code == 403
    coming = read(client.get(reverse("dashboards:timeline", args=[decision.application.reference])))
    assert "reçue par lettre recommandée le vendredi 4 novembre 2022" in coming


def test_a_letter_has_a_number_of_its_own_and_is_sent_once(world):
    first, second = released(world, 1), released(world, 2)
    actions.post_letter(first, "1A  1", date(2022, 11, 2), by=world.driss)
    assert RegisteredLetter.objects.get().number == "1A 1"
    refused("N05", actions.post_letter, second, "1A 1", date(2022, 11, 2), by=world.driss)
    refused("N07", actions.post_letter, first, "1A 1", date(2022, 11, 2), by=world.driss)
    refused("N06", actions.receive_letter, first, date(2022, 11, 3), by=world.driss)
    for name in ("victor", "dora", "aude", "sophie"):
        with pytest.raises(PermissionDenied), transaction.atomic():
            actions.post_letter(second, "1A 2", date(2022, 11, 2), by=getattr(world, name))


def test_the_database_holds_the_post(world):
    by_space = made.approved(world, 0)
    by_post = released(world, 1)
    told = {"number": "1A 9", "posted_on": date(2022, 11, 2), "posted_by": world.driss, "recorded_at": REVIEWING}
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisteredLetter.objects.create(decision=by_space, **told)
    with pytest.raises(DatabaseError), transaction.atomic():
        Notification.objects.create(decision=by_post, sha256=by_post.sha256, deposited_at=REVIEWING)


def test_the_deposit_asks_and_keeps_the_answer(db, set_clock, client):
    """The signatory chooses on the page; nothing is chosen for them; what the call asks is there word for word."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dossiers, "submit", lambda dossier, *, by: None)
        world = evaluated.deposited(set_clock, 1, consent=CONSENT)
    dossier = world.dossiers[0]
    client.force_login(world.sophie)
    submit = reverse("applications:submit", args=[dossier.reference])
    page = read(client.get(submit))
    assert "Je demande une lettre recommandée" in page and CONSENT.split("\n")[0] in page
    assert "checked" not in page[page.index("Notification de la décision") : page.index("Déposer le dossier")]
    assert "Sans réponse, la décision vous parvient par lettre recommandée." in page
    assert client.post(submit).status_code == 302  # nobody is held back at the last minute, and it is no agreement
    assert Reception.objects.count() == 1 and not Consent.objects.exists()
    assert client.post(submit, {"electronic": "False"}).status_code == 302
    assert [*Consent.objects.values_list("electronic", "reception__by__full_name")] == [(False, "Sophie Essai")]
    assert client.post(submit, {"electronic": "True"}).status_code == 302  # the same content, another answer
    assert Consent.objects.order_by("pk").last().electronic is True


# ── the letter of a contradictory procedure ──────────────────────────────────────────────────────────────────────────
@pytest.fixture
def noticed(world):
    """An award notified by post, whose withdrawal is envisaged."""
    award = released(world, 2)
    actions.post_letter(award, "1A 1", date(2022, 11, 2), by=world.driss)
    actions.receive_letter(award, date(2022, 11, 2), by=world.driss)
    made.work()
    held = actions.open_revocation_procedure(award, ground="conditions", motives="Rapport non remis.", by=world.victor)
    assert made.work() == []
    held.refresh_from_db()
    return held


def test_a_contradictory_letter_goes_by_post_and_its_days_run_from_the_receipt(world, noticed, set_clock, client):
    award, letter = noticed.decision, documents.read(noticed.letter)
    told = pdf.attached_json(letter)
    assert (noticed.closes_at, told["last_on"], set(told)) == (None, None, set(act("notice_1")))
    assert "dans un délai de 15 jours à compter de la réception" in " ".join(
        line.text for line in printed.lines(letter)
    )
    known = authenticity.by_data(told["number"], paper.digest(told))
    assert (known.verdict, known.issued.kind, authenticity.by_file(noticed.letter.sha256)) == (
        "authentic",
        "procedure",
        known,
    )
    page, post = (reverse(f"decisions:{name}", args=[noticed.pk]) for name in ("procedure", "post_notice"))
    client.force_login(award.application.coordinator.affiliations.get(kind="signatory").user)
    assert "15 jours à compter de la réception de la lettre recommandée" in read(client.get(page))
    assert client.get(reverse("decisions:notice", args=[noticed.pk])).status_code == 200
    assert "le délai court de la réception de la lettre recommandée" in read(client.get("/accueil/"))
    set_clock(later(days=40), frozen=True)
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)  # told, and not yet received
    client.force_login(world.driss)
    assert client.post(post, {"number": "1A 1", "posted_on": "2022-11-03"}).status_code == 422  # of the decision
    assert client.post(post, {"number": "1A 2", "posted_on": "2022-11-03"}).status_code == 302
    assert "n° 1A 2, postée le jeudi 3 novembre 2022" in read(client.get(page))
    assert client.post(post, {"received_on": "2022-12-10"}).status_code == 302
    noticed.refresh_from_db()
    assert noticed.closes_at == datetime(2022, 12, 25, 23, tzinfo=UTC)  # fifteen days after, midnight in Paris
    assert client.get(post).status_code == 403
    set_clock(noticed.closes_at - timedelta(seconds=1), frozen=True)
    refused("H01", actions.propose_revocation, award, "Non.", by=world.victor)
    set_clock(noticed.closes_at, frozen=True)
    assert actions.propose_revocation(award, "Conditions.", by=world.victor).state == "proposed"


def test_who_answers_a_letter_before_its_receipt_is_recorded_is_heard(world, noticed):
    signatory = noticed.establishment.affiliations.get(kind="signatory").user
    actions.observe(noticed, "Le rapport est joint.", by=signatory)
    actions.answer_procedure(noticed, "Il est incomplet.", by=world.driss)
    with pytest.raises(PermissionDenied), transaction.atomic():
        actions.post_letter(noticed, "1A 3", date(2022, 11, 2), by=world.driss)
    assert actions.propose_revocation(noticed.decision, "Conditions.", by=world.victor).state == "proposed"


def test_the_database_counts_from_the_receipt(world, noticed):
    here = Procedure.objects.filter(pk=noticed.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        here.update(closes_at=later(days=20))
    told = {"number": "1A 9", "posted_on": date(2022, 11, 2), "posted_by": world.driss, "recorded_at": REVIEWING}
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisteredLetter.objects.create(**told)
    by_space = made.notified(world, 0)
    other = actions.open_revocation_procedure(by_space, ground="fraud", motives="Fraude.", by=world.driss)
    assert other.closes_at is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisteredLetter.objects.create(procedure=other, **told)
    actions.post_letter(noticed, "1A 2", date(2022, 11, 2), by=world.driss)
    actions.receive_letter(noticed, date(2022, 11, 2), by=world.driss)
    with pytest.raises(DatabaseError), transaction.atomic():
        here.update(closes_at=None)
