"""Propose, approve under the envelope, seal, release, notify, open, revoke: each rule refused once, each fact counted once."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from applications import actions as dossiers
from casework import actions as casework
from decisions import actions, permissions, reactions
from decisions.models import Decision, DecisionCounter, Notification, NotificationOpening, Proposal
from decisions.verify import verify_decisions
from edsh_portal import acts
from edsh_portal.models import Event, Mail
from edsh_portal.workflow import Refused
from funding import ledger
from funding.models import Grant
from tests.heard import heard
from tests.reviews import world as evaluated
from tests.reviews.world import person, place
from tests.roles import FAR, give

from . import world as made


def refused(code, verb, *args, **details):
    with pytest.raises(Refused) as caught, transaction.atomic():
        verb(*args, **details)
    assert caught.value.code == code
    return caught.value


# ── proposing ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_award_is_proposed_to_the_cent(world):
    proposal = made.proposed(world)
    assert (proposal.kind, proposal.cents, proposal.state) == ("award", 80_000_000, "proposed")
    assert list(proposal.shares.values_list("cents", flat=True)) == [40_000_000, 40_000_000]


def test_never_more_than_a_member_asked(world):
    dossier = world.dossiers[0]
    asked = dossier.version.content["members"][0]["plan"]["aid_cents"]
    body = dossier.coordinator
    most = actions.propose(dossier, [(body, made.line(), asked)], "Tout.", by=world.driss)
    actions.return_proposal(most, "Revoir.", by=world.victor)
    no = refused(
        "P05",
        actions.propose,
        dossier,
        [(body, made.line(), asked), (body, made.line("ONDAM"), 1)],
        "Plus.",
        by=world.driss,
    )
    assert no.facts == {"excess_cents": 1}
    assert no.field == f"amount-{body.pk}"


@pytest.mark.parametrize(("cents", "code"), [(0, "P03"), (-1, "P03")])
def test_an_amount_is_needed(world, cents, code):
    refused(
        code, actions.propose, world.dossiers[0], [(world.hospitals[0], made.line(), cents)], "Motif.", by=world.driss
    )


def test_only_members_are_given_something(world):
    stranger = place(900, "CHU étranger au dossier")
    refused("P04", actions.propose, world.dossiers[0], [(stranger, made.line(), 1)], "Motif.", by=world.driss)


def test_a_motive_is_needed(world):
    refused("W02", actions.propose, world.dossiers[0], made.shares(world.dossiers[0]), "  ", by=world.driss)


def test_the_list_commands(world):
    refused("P02", actions.propose, world.dossiers[1], made.shares(world.dossiers[1]), "Motif.", by=world.driss)
    refused("P06", actions.propose_refusal, world.dossiers[0], "Motif.", by=world.driss)
    assert made.proposed(world, 2).kind == "award"  # the reserve is called with a reason


def test_one_proposal_at_a_time(world):
    made.proposed(world)
    refused("P01", actions.propose, world.dossiers[0], made.shares(world.dossiers[0]), "Motif.", by=world.driss)


def test_a_withdrawn_dossier_is_not_decided(world):
    proposal = made.proposed(world)
    dossiers.withdraw(world.dossiers[0], "Abandon.", by=world.sophie)
    refused("P07", actions.approve, proposal, by=world.victor)
    actions.return_proposal(proposal, "Dossier retiré.", by=world.victor)
    refused("P07", actions.propose, world.dossiers[0], made.shares(world.dossiers[0]), "Motif.", by=world.driss)


@pytest.mark.parametrize("name", ["victor", "dora", "sophie", "claire", "aude", "jean"])
def test_only_an_instructor_proposes(world, name):
    with pytest.raises(PermissionDenied):
        actions.propose(world.dossiers[0], made.shares(world.dossiers[0]), "Motif.", by=getattr(world, name))


def test_a_returned_proposal_may_be_made_again(world):
    proposal = made.proposed(world)
    refused("W02", actions.return_proposal, proposal, " ", by=world.victor)
    actions.return_proposal(proposal, "Revoir le partage.", by=world.victor)
    assert (proposal.state, proposal.decided_by) == ("returned", world.victor)
    assert made.proposed(world).state == "proposed"


# ── approving ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_approval_numbers_reserves_and_freezes(world):
    decision = made.approved(world)
    assert (decision.number, decision.cents, decision.state) == ("2022-0001", 80_000_000, "approved")
    assert ledger.summary(made.line())["reserved"] == 80_000_000
    assert decision.grant.cents == 80_000_000
    assert decision.snapshot["number"] == "2022-0001"
    assert Event.objects.filter(kind="decision.approved").count() == 1


def test_numbers_follow_without_gap(world):
    assert [made.approved(world).number, made.refused(world).number, made.approved(world, 2).number] == [
        "2022-0001",
        "2022-0002",
        "2022-0003",
    ]
    assert DecisionCounter.objects.get().last == 3


def test_without_money_nothing_is_left_behind(world):
    spare = ledger.summary(made.line())["available"] - 79_999_999
    made.freeze(world, spare)
    proposal = made.proposed(world)
    no = refused("R61", actions.approve, proposal, by=world.victor)
    assert no.facts["missing_cents"] == 1
    proposal.refresh_from_db()
    assert (proposal.state, Decision.objects.count(), DecisionCounter.objects.count(), Grant.objects.count()) == (
        "proposed",
        0,
        0,
        0,
    )


def test_four_eyes(world):
    proposal = made.proposed(world)
    give(world.driss, "validator", until=FAR)
    both = type(world.driss).objects.get(pk=world.driss.pk)
    for verb in (actions.approve, lambda p, by: actions.return_proposal(p, "Non.", by=by)):
        with pytest.raises(PermissionDenied), transaction.atomic():
            verb(proposal, by=both)
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            state="approved", decided_by=world.driss, decided_at=proposal.proposed_at
        )


def test_a_proposal_is_approved_once(world):
    proposal = made.proposed(world)
    actions.approve(proposal, by=world.victor)
    refused("W01", actions.approve, proposal, by=world.victor)
    refused("P01", actions.propose, world.dossiers[0], made.shares(world.dossiers[0]), "Encore.", by=world.driss)


# ── sealing, releasing, notifying ────────────────────────────────────────────────────────────────────────────────────
def test_from_approval_to_the_secure_space(world):
    decision = made.notified(world)
    assert (decision.state, decision.grant.state) == ("notified", "engaged")
    assert ledger.summary(made.line())["engaged"] == 80_000_000
    assert list(decision.notifications.values_list("kind", "sha256")) == [("decision", decision.sha256)]
    assert {mail.to.email for mail in Mail.objects.filter(event__kind="decision.released")} == {
        "alice@test.invalid",
        "sophie@test.invalid",
        "bruno@test.invalid",
        "simon@test.invalid",
    }
    assert list(verify_decisions()) == []


def test_only_what_is_sealed_is_released(world):
    decision = made.approved(world)
    refused("W01", actions.release, [decision], by=world.dora)
    refused("N01", actions.release, [], by=world.dora)
    made.work()
    with pytest.raises(PermissionDenied):
        actions.release([decision], by=world.victor)


def test_a_withdrawn_dossier_is_not_notified(world):
    decision = made.approved(world)
    made.work()
    dossiers.withdraw(world.dossiers[0], "Abandon.", by=world.sophie)
    refused("N02", actions.release, [decision], by=world.dora)


def test_repeated_work_changes_nothing(world):
    decision = made.notified(world)
    before = decision.sha256
    actions.attach_pdf(decision, decision.document)
    assert actions.notify(decision) is None
    assert reactions.seal_decision(Event.objects.get(kind="decision.approved")) is None
    assert reactions.notify_decision(Event.objects.get(kind="decision.released")) is None
    assert (Notification.objects.count(), Decision.objects.get().sha256) == (1, before)


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_first_opening_is_dated_once(world, set_clock):
    decision = made.notified(world)
    first = actions.open_notification(decision, by=world.sophie)
    again = actions.open_notification(decision, by=world.sophie)
    assert (first.pk, first.opened_at, NotificationOpening.objects.count()) == (again.pk, again.opened_at, 1)
    assert Event.objects.filter(kind="decision.opened").count() == 1


@pytest.mark.parametrize("name", ["alice", "bruno", "zoe", "dora", "driss"])
def test_only_a_legal_representative_opens(world, name):
    decision = made.notified(world)
    with pytest.raises(PermissionDenied):
        actions.open_notification(decision, by=getattr(world, name))


def test_embargo_then_reading(world):
    decision = made.approved(world)
    made.work()
    decision.refresh_from_db()
    seen = Decision.objects.visible_to
    assert [seen(getattr(world, n)).count() for n in ("driss", "victor", "dora", "aude", "emma", "jean")] == [1] * 6
    assert [seen(getattr(world, n)).count() for n in ("alice", "sophie", "bruno", "zoe", "claire", "nadia")] == [0] * 6
    with pytest.raises(PermissionDenied):
        actions.open_notification(decision, by=world.sophie)
    actions.release([decision], by=world.dora)
    made.work()
    decision.refresh_from_db()
    assert [seen(getattr(world, n)).count() for n in ("alice", "sophie", "bruno", "zoe")] == [1, 1, 1, 0]
    assert [permissions.can_read_document(getattr(world, n), decision) for n in ("alice", "driss")] == [False, True]
    actions.open_notification(decision, by=world.sophie)
    assert [permissions.can_read_document(getattr(world, n), decision) for n in ("alice", "bruno", "zoe")] == [
        True,
        True,
        False,
    ]


def test_nobody_takes_the_portals_own_steps(world):
    decision = made.approved(world)
    assert permissions.can_render(world.adam, decision) is False
    assert permissions.can_notify(world.adam, decision) is False
    assert permissions.can_read_document(world.driss, decision) is False  # nothing to read yet
    assert permissions.can_see_programme(world.driss) is True


# ── revoking ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_revoked_award_gives_the_money_back(world):
    decision = made.notified(world)
    refused("W02", actions.propose_revocation, decision, "", by=world.victor)
    made.revoked(world, decision, "Conditions non remplies.")
    made.work()
    money = ledger.summary(made.line())
    assert (decision.state, money["reserved"], money["engaged"]) == ("revoked", 0, 0)
    assert sorted(decision.notifications.values_list("kind", flat=True)) == ["decision", "revocation"]
    assert Mail.objects.filter(event__kind="decision.revoked").count() == 4
    assert list(verify_decisions()) == []


def test_revoked_before_it_was_told_nobody_knows(world):
    decision = made.refused(world)
    made.work()
    decision.refresh_from_db()
    made.revoked(world, decision, "Erreur de plume.")
    made.work()
    assert (decision.notifications.count(), Mail.objects.filter(event__kind="decision.revoked").count()) == (0, 0)
    assert Decision.objects.visible_to(world.sophie).count() == 0
    again = made.refused(world)
    assert again.number == "2022-0002"


def test_revoked_while_its_pdf_was_being_made(world):
    decision = made.approved(world)
    made.revoked(world, decision, "Erreur.")
    assert made.work() == []
    decision.refresh_from_db()
    assert (decision.document, decision.state) == (None, "revoked")
    actions.attach_pdf(decision, None)
    assert decision.document is None


def test_an_officer_proposes_to_revoke_and_the_direction_approves(world):
    decision = made.notified(world)
    for name in ("dora", "driss", "aude"):
        with pytest.raises(PermissionDenied):
            actions.propose_revocation(decision, "Non.", by=getattr(world, name))
    heard(decision, by=world.driss)
    asked = actions.propose_revocation(decision, "Oui.", by=world.victor)
    refused("A04", acts.approve, asked, by=world.victor)
    with pytest.raises(PermissionDenied):
        acts.approve(asked, by=world.driss)
    acts.give_back(asked, "Pas de motif suffisant.", by=world.dora)
    decision.refresh_from_db()
    assert (asked.state, decision.state) == ("returned", "notified")
    with pytest.raises(DatabaseError), transaction.atomic():  # the wall, without the verb
        Decision.objects.filter(pk=decision.pk).update(
            state="revoked", revoked_by=world.dora, revoked_at=decision.notified_at, revoked_reason="Seule."
        )


def test_its_author_takes_a_proposal_back(world):
    proposal = made.proposed(world)
    act = acts.waiting("decision.approve", proposal)
    with pytest.raises(PermissionDenied):
        acts.take_back(act, "Non.", by=world.victor)
    acts.take_back(act, "Montant à revoir.", by=world.driss)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reason, act.state) == ("taken_back", "Montant à revoir.", "taken_back")
    refused("W01", actions.approve, proposal, by=world.victor)
    assert made.proposed(world).state == "proposed"


# ── walls ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "change",
    [
        {"number": "2022-0009"},
        {"cents": 1},
        {"snapshot": {}},
        {"snapshot_sha256": "0" * 64},
        {"state": "notified"},
        {"kind": "refusal"},
    ],
)
def test_what_is_decided_does_not_change(world, change):
    decision = made.approved(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**change)


def test_files_proposals_and_counter_are_walled(world):
    decision = made.approved(world)
    made.work()
    attempts = [
        lambda: Decision.objects.filter(pk=decision.pk).update(sha256="0" * 64),
        lambda: Decision.objects.filter(pk=decision.pk).delete(),
        lambda: Proposal.objects.filter(pk=decision.proposal_id).update(motive="Autre."),
        lambda: DecisionCounter.objects.update(last=7),
        lambda: DecisionCounter.objects.update(last=0),
        lambda: DecisionCounter.objects.all().delete(),
        lambda: Decision.objects.filter(pk=decision.pk).update(state="released"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_ineligible_rests_on_the_validated_rule(world, set_clock):
    """A dossier found ineligible before the jury: the decision quotes the rule and its evidence."""
    set_clock(evaluated.NOW, frozen=True)
    world.hospitals.append(place(140, "CHU 3"))
    dossier = evaluated.deposit(world, 3)
    set_clock(evaluated.later(days=1), frozen=True)
    opinion = casework.propose_admissibility(
        dossier, verdict="ineligible", rule="R12", evidence="Sept membres.", by=world.driss
    )
    casework.validate_admissibility(opinion, by=world.victor)
    dossier.refresh_from_db()
    proposal = actions.propose_refusal(dossier, "Le consortium dépasse six membres.", by=world.driss)
    decision = actions.approve(proposal, by=world.victor)
    assert (decision.kind, decision.snapshot["verdict"]) == (
        "ineligible",
        {
            "verdict": "ineligible",
            "rule": "R12",
            "title": "Nombre de membres",
            "source": "Cahier des charges, critères d’éligibilité",
            "evidence": "Sept membres.",
        },
    )
    assert made.work() == []


def test_a_colleague_without_link_sees_nothing(world):
    made.notified(world)
    assert Decision.objects.visible_to(person("paula", place(950, "Autre"))).count() == 0
    assert Decision.objects.visible_to(AnonymousUser()).count() == 0
    assert Proposal.objects.visible_to(world.sophie).count() == 0
