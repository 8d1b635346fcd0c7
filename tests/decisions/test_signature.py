"""Who signs for the State: the direction by law, a validator by a delegation in force, nobody else; what the letter says of it."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from decisions import actions, letter, permissions
from decisions.actions import signature
from decisions.models import Decision, SignatureDelegation
from decisions.verify import verify_acts_of_decisions
from edsh_portal import acts, clock
from edsh_portal.models import Act, Event
from edsh_portal.workflow import Refused
from tests.database import as_role, by_hand
from tests.reviews.world import REVIEWING
from tests.roles import FAR, LONG_AGO, QUALITY, TEXT, administrators, delegate, give, take

from . import world as made

DG = "Pour le directeur général de l’offre de soins et par délégation"
MINISTER = "Pour le ministre chargé de la santé et par délégation"
TODAY = REVIEWING.astimezone(clock.PARIS).date()


def held(user) -> SignatureDelegation:
    return SignatureDelegation.objects.get(holder=user, ended_at=None)


def ended(world) -> None:
    asked = actions.propose_delegation_end(held(world.victor), "Autre affectation.", by=world.driss)
    acts.approve(asked, by=world.dora)


def letter_of(told) -> str:
    return " ".join(render_to_string("pdf/decision_award.html", letter.context(told)).split())


def code_of(verb, *args, **more):
    with pytest.raises(Refused) as refused:
        verb(*args, **more)
    return refused.value.code, refused.value.field


# ── who signs ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_delegate_signs_and_the_letter_quotes_the_text(world):
    told = made.approved(world).snapshot
    assert told["signatory"] == {
        "name": world.victor.full_name,
        "capacity": DG,
        "quality": QUALITY,
        "delegation": TEXT,
    }
    said = letter_of(told)
    assert f"Vu la délégation de signature donnée par : {TEXT}" in said and DG in said and QUALITY in said


def test_a_delegation_that_says_no_quality_signs_nothing(world, monkeypatch, client):
    """One given before letters said it (CRPA L212-1): another is asked for, before the press too, and no letter leaves without it."""
    read = SignatureDelegation.from_db.__func__

    def bare(cls, *row):
        held = read(cls, *row)
        held.quality = ""
        return held

    monkeypatch.setattr(SignatureDelegation, "from_db", classmethod(bare))
    proposal = made.proposed(world)
    assert code_of(actions.approve, proposal, by=world.victor) == ("P21", None)
    assert Decision.objects.count() == 0
    client.force_login(world.victor)
    for page in (
        reverse("decisions:approve", args=[proposal.application.reference]),
        reverse("decisions:approve_many"),
    ):
        shown = client.get(page).content.decode()
        assert "Votre délégation de signature n’indique pas votre qualité" in shown and "button-main" not in shown


def test_the_direction_signs_by_law(world):
    decision = actions.approve(made.proposed(world), by=world.dora)
    assert decision.snapshot["signatory"] == {
        "name": world.dora.full_name,
        "capacity": MINISTER,
        "quality": "Le directeur général de l’offre de soins",
        "delegation": None,
    }
    said = letter_of(decision.snapshot)
    assert "Vu la délégation de signature" not in said and MINISTER in said


def test_without_a_delegation_nothing_is_approved(world, client):
    ended(world)
    proposal = made.proposed(world)
    assert code_of(actions.approve, proposal, by=world.victor) == ("P08", None)
    assert (Decision.objects.count(), acts.waiting("decision.approve", proposal).state) == (0, "proposed")
    client.force_login(world.victor)
    page = reverse("decisions:approve", args=[proposal.application.reference])
    shown = client.get(page)
    assert (shown.status_code, b"button-main" in shown.content) == (200, False)
    assert "Vous n’avez pas de délégation de signature en vigueur" in shown.content.decode()
    assert client.post(page).status_code == 422
    back = reverse("decisions:return_proposal", args=[proposal.application.reference])
    assert client.post(back, {"reason": "À revoir."}).status_code == 302  # reading and returning bind nobody


def test_a_delegation_has_its_days_in_paris(world, set_clock):
    ended(world)
    delegate(world.victor, first_on=TODAY + timedelta(1), last_on=TODAY + timedelta(2))
    midnight = datetime.combine(TODAY, datetime.min.time(), clock.PARIS)
    proposal = made.proposed(world)
    late = timedelta(seconds=1)
    for at in (midnight + timedelta(1) - late, midnight + timedelta(3)):
        assert not permissions.can_sign(world.victor, permissions.signs_under(world.victor, at))
        assert code_of(signature.need_signature, world.victor, at) == ("P08", None)
    for at in (midnight + timedelta(1), midnight + timedelta(3) - late):
        assert permissions.can_sign(world.victor, permissions.signs_under(world.victor, at))
    set_clock(midnight + timedelta(1), frozen=True)  # the day before, in universal time
    assert actions.approve(proposal, by=world.victor).snapshot["signatory"]["delegation"] == TEXT


# ── the wall of the table of decisions ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("forged", "by"),
    [
        ({"delegation": "un autre texte"}, "victor"),  # a text that delegates nothing to them
        ({"delegation": None}, "victor"),  # as if by law
        ({"delegation": TEXT}, "dora"),  # another's delegation
    ],
)
def test_the_database_refuses_a_letter_signed_without_right(world, monkeypatch, forged, by):
    proposal = made.proposed(world)
    monkeypatch.setattr("decisions.snapshot._signatory", lambda *_args: {"name": "X", "capacity": DG} | forged)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        actions.approve(proposal, by=getattr(world, by))
    assert caught.value.__cause__.sqlstate == "EP016"


def test_the_database_refuses_one_that_never_was_or_is_over(world, monkeypatch):
    ended(world)
    over = SignatureDelegation.objects.get(holder=world.victor)
    monkeypatch.setattr("decisions.actions.proposal.need_signature", lambda by, at: over)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        actions.approve(made.proposed(world), by=world.victor)
    assert caught.value.__cause__.sqlstate == "EP016"


@pytest.mark.parametrize("change", [{"approved_by": "dora"}, {"approved_at": REVIEWING - timedelta(1)}])
def test_the_database_refuses_another_signatory_or_instant_than_the_act(world, monkeypatch, change):
    real = Decision.save

    def save(self, **more):
        for name, value in change.items():
            setattr(self, name, getattr(world, value) if isinstance(value, str) else value)
        real(self, **more)

    monkeypatch.setattr(Decision, "save", save)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        actions.approve(made.proposed(world), by=world.victor)
    assert caught.value.__cause__.sqlstate == "EP016"


# ── a delegation, by an act of two others ────────────────────────────────────────────────────────────────────────────
def propose(world, holder=None, *, by=None, **more):
    days = {"quality": QUALITY, "source": TEXT, "first_on": TODAY, "last_on": TODAY + timedelta(30)}
    return actions.propose_delegation(holder or world.victor, **(days | more), by=by or world.driss)


def test_what_is_proposed_is_refused_with_its_sentence(world):
    assert code_of(propose, world, world.emma) == ("P09", "holder")
    assert code_of(propose, world, quality=" ") == ("P10", "quality")
    assert code_of(propose, world, source=" ") == ("P10", "source")
    assert code_of(propose, world, first_on=TODAY, last_on=TODAY - timedelta(1)) == ("P11", "last_on")
    assert code_of(propose, world, first_on=LONG_AGO, last_on=TODAY - timedelta(1)) == ("P11", "last_on")
    assert code_of(propose, world) == ("P12", "first_on")
    ended(world)
    asked = propose(world)
    assert code_of(propose, world) == ("A01", None)
    given = acts.approve(asked, by=world.dora)
    assert (given.source, given.first_on, given.last_on) == (TEXT, TODAY, TODAY + timedelta(30))
    assert Event.objects.filter(kind="signature_delegation.given").last().data["holder"] == world.victor.pk
    with pytest.raises(PermissionDenied):
        propose(world, by=world.victor, first_on=FAR, last_on=FAR)


def test_what_changed_since_the_proposal_makes_it_lapse(world):
    following = propose(world, first_on=FAR + timedelta(1), last_on=FAR + timedelta(2))
    end = actions.propose_delegation_end(held(world.victor), "Départ.", by=world.driss)
    acts.approve(end, by=world.dora)
    assert code_of(acts.approve, following, by=world.dora) == ("A03", None)
    over = SignatureDelegation.objects.get(end_act=end)
    assert code_of(actions.propose_delegation_end, over, "Encore.", by=world.driss) == ("P14", None)


def test_its_holder_has_no_part_in_it(world):
    """Roles held by exception: the wall of the act would let them, the verb and the table of delegations do not."""
    give(world.driss, "validator", until=FAR)  # and with it a delegation
    with pytest.raises(PermissionDenied):
        actions.propose_delegation_end(held(world.driss), "Moi.", by=world.driss)
    with pytest.raises(PermissionDenied):
        propose(world, world.driss, first_on=FAR + timedelta(1), last_on=FAR + timedelta(1))
    give(world.victor, "direction")
    end = actions.propose_delegation_end(held(world.victor), "Départ.", by=world.driss)
    assert code_of(acts.approve, end, by=world.victor) == ("A05", None)
    more = propose(world, first_on=FAR + timedelta(1), last_on=FAR + timedelta(1))
    assert code_of(acts.approve, more, by=world.victor) == ("A05", None)
    director = type(world.victor).objects.get(pk=world.victor.pk)
    assert list(acts.waiting_for(director)) == []
    assert list(acts.waiting_for(world.dora)) == [end, more]


@pytest.mark.parametrize("kind", ["delegation.give", "delegation.end"])
def test_the_database_refuses_its_holder(world, monkeypatch, kind):
    give(world.victor, "direction")
    monkeypatch.setattr(acts, "apart", lambda act: (act.proposed_by_id,))
    if kind == "delegation.give":
        asked = propose(world, first_on=FAR + timedelta(1), last_on=FAR + timedelta(1))
    else:
        asked = actions.propose_delegation_end(held(world.victor), "Départ.", by=world.driss)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        acts.approve(asked, by=world.victor)
    assert caught.value.__cause__.sqlstate == "EP011"


@pytest.mark.parametrize(
    ("wrong", "state"),
    [
        ({"source": "un autre texte"}, "EP010"),
        ({"last_on": FAR + timedelta(9)}, "EP010"),
        ({"act_id": "other"}, "EP011"),
        ({"ended_at": REVIEWING, "end_act_id": "other"}, "EP003"),
    ],
)
def test_the_database_refuses_another_delegation_than_the_act(world, monkeypatch, wrong, state):
    other = Act.objects.filter(kind="role.grant").first().pk
    create = SignatureDelegation.objects.create
    changed = {name: other if value == "other" else value for name, value in wrong.items()}

    def forged(**row):
        act = row.pop("act")
        return create(**({**row, "act_id": act.pk} | changed))

    asked = propose(world, first_on=FAR + timedelta(1), last_on=FAR + timedelta(1))
    monkeypatch.setattr(SignatureDelegation.objects, "create", forged)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        acts.approve(asked, by=world.dora)
    assert caught.value.__cause__.sqlstate == state


def test_an_end_is_said_once_and_nothing_else_moves(world):
    ended(world)
    over = SignatureDelegation.objects.get(holder=world.victor)
    for change in (
        {"ended_at": REVIEWING + timedelta(1)},
        {"ended_at": None, "end_act": None},
        {"last_on": FAR},
        {"source": "x"},
    ):
        with pytest.raises(DatabaseError), by_hand():
            SignatureDelegation.objects.filter(pk=over.pk).update(**change)
    with pytest.raises(DatabaseError), by_hand():
        SignatureDelegation.objects.filter(pk=over.pk).delete()


# ── verify ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def found():
    with as_role("owner"):
        return {(finding.code, finding.what) for finding in verify_acts_of_decisions()}


FORGED = (
    ("UPDATE decisions_signaturedelegation SET ended_at = now() - interval '9 years', end_act_id = act_id", "both"),
    ("UPDATE decisions_signaturedelegation SET holder_id = {other}", "both"),
    ("UPDATE decisions_signaturedelegation SET first_on = '2098-01-01'", "both"),
    ("UPDATE decisions_signaturedelegation SET last_on = '2020-06-01'", "both"),
    ("UPDATE decisions_decision SET snapshot = jsonb_set(snapshot, '{{signatory,delegation}}', 'null')", "unsigned"),
    ("UPDATE decisions_decision SET snapshot = jsonb_set(snapshot, '{{signatory,delegation}}', '\"x\"')", "unsigned"),
    ("UPDATE act SET decided_at = decided_at + interval '9 years' WHERE kind = 'delegation.give'", "unsigned"),
)


@pytest.mark.django_db(transaction=True)
def test_verify_names_what_was_signed_without_right(committed, superuser, set_clock):
    world = made.build(set_clock)
    decision = made.approved(world)
    by_law = actions.approve(
        actions.propose_refusal(world.dossiers[1], "Non retenu par le jury.", by=world.driss), by=world.dora
    )
    first = administrators()[0]
    give(world.emma, "direction")
    take(world.dora, "direction")  # what she signed stays signed
    assert found() == set()
    pk = held(world.victor).pk
    superuser.execute("SET session_replication_role = replica")
    for statement, which in FORGED:
        table = statement.split()[1]
        superuser.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}")
        superuser.execute(statement.format(other=world.emma.pk))
        numbers = [decision.number, *([by_law.number] if '"x"' in statement else [])]
        expected = {("decisions.unsigned", number) for number in numbers}
        expected |= {("delegations.alone", f"delegation {pk}")} if which == "both" else set()
        assert found() == expected, statement
        superuser.execute(f"DELETE FROM {table}")
        superuser.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept")
        superuser.execute("DROP TABLE kept")
        assert found() == set()
    superuser.execute(f"UPDATE decisions_decision SET approved_by_id = {first.pk} WHERE number = '{by_law.number}'")
    assert ("decisions.unsigned", by_law.number) in found()


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_pages_from_the_proposal_to_the_end(world, client):
    listed, proposing = reverse("decisions:delegations"), reverse("decisions:propose_delegation")
    client.force_login(world.driss)
    page = client.get(listed).content.decode()
    assert world.victor.full_name in page and TEXT in page and "Proposer une délégation" in page
    data = {
        "holder": world.victor.pk,
        "quality": "sous-directeur",
        "source": "arrêté suivant",
        "first_on": "2099-02-01",
        "last_on": "2099-12-31",
    }
    assert client.post(proposing, data | {"last_on": ""}).status_code == 422
    assert client.post(proposing, data | {"last_on": "2099-01-31"}).status_code == 422
    assert client.post(proposing, data).status_code == 302
    asked = acts.waiting("delegation.give", world.victor)
    assert reverse("dashboards:act", args=[asked.pk]) in client.get(listed).content.decode()
    client.force_login(world.dora)
    assert client.get(proposing).status_code == 403
    shown = client.get(reverse("dashboards:act", args=[asked.pk])).content.decode()
    assert "arrêté suivant" in shown and "31\u00a0décembre 2099" in shown
    assert client.post(reverse("dashboards:approve_act", args=[asked.pk])).status_code == 302
    coming = SignatureDelegation.objects.get(source="arrêté suivant")
    client.force_login(world.driss)
    end = reverse("decisions:propose_delegation_end", args=[coming.pk])
    assert client.post(end, {"reason": ""}).status_code == 422
    assert client.post(end, {"reason": "Départ."}).status_code == 302
    asked = acts.waiting("delegation.end", coming)
    client.force_login(world.dora)
    shown = client.get(reverse("dashboards:act", args=[asked.pk])).content.decode()
    assert "Départ." in shown
    assert client.post(reverse("dashboards:approve_act", args=[asked.pk])).status_code == 302
    coming.refresh_from_db()
    assert (coming.end_act_id, coming.ended_at) == (asked.pk, Act.objects.get(pk=asked.pk).decided_at)
    client.force_login(world.driss)
    assert client.get(end).status_code == 403
    assert "Révoquée" in client.get(listed).content.decode()
    client.force_login(world.alice)
    assert (client.get(listed).status_code, client.get(end).status_code) == (403, 404)


def test_the_home_of_a_validator_says_what_their_delegation_becomes(world, client, set_clock):
    client.force_login(world.victor)
    home = reverse("dashboards:home")
    title = "Votre délégation de signature"
    assert title not in client.get(home).content.decode()
    ended(world)
    assert "absente" in client.get(home).content.decode()
    delegate(world.victor, first_on=TODAY, last_on=TODAY + timedelta(30))
    page = client.get(home).content.decode()
    assert title in page and "30 jours" in page
    delegate(world.victor, first_on=TODAY + timedelta(31), last_on=TODAY + timedelta(90))
    assert title not in client.get(home).content.decode()
