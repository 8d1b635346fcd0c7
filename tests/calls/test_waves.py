"""A wave put off for all, a coordination handed over, a dossier carried over to the next wave: what changes, what never does."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from applications import actions, permissions
from applications.content import freeze
from applications.models import Application, Handover, Membership
from calls import actions as calls
from calls.models import Postponement, Wave
from edsh_portal import events
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.workflow import Refused
from tests.addresses import named
from tests.applications import world as made
from tests.pages import tight

INSTANT = timedelta(microseconds=1)
LATER = made.CLOSES + timedelta(days=7)
WHY = "Panne nationale de réseau."


def refusal(verb, *args, **details):
    with pytest.raises(Refused) as refused:
        verb(*args, **details)
    assert refused.value.message
    return refused.value.code, refused.value.field


def page(name, *args):
    return reverse(named(name), args=args)


def fresh(application):
    return Application.objects.select_related("wave__settings", "version", "coordinator").get(pk=application.pk)


def work(kind):
    owed = Delivery.objects.filter(event__kind=kind, state="todo", reaction__startswith="applications.")
    return [events.run(pk) for pk in owed.order_by("pk").values_list("pk", flat=True)]


def put_off(world, to=LATER, **more):
    return calls.postpone_wave(world.wave, closes_at=to, reason=WHY, by=world.cast.driss, **more)


# ── a wave put off ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_postponement_is_dated_reasoned_public_and_moves_the_cut_off_for_all(client, world, ready, set_clock):
    row = put_off(world)
    wave = Wave.objects.get(pk=world.wave.pk)
    assert (wave.closes_at, row.from_at, row.to_at, row.at, row.reason) == (
        LATER,
        made.CLOSES,
        LATER,
        made.NOW,
        WHY,
    )
    shown = client.get(reverse("dashboards:call")).content.decode()
    assert WHY in shown and "18\u00a0octobre 2022" in shown and "11\u00a0octobre 2022" in shown
    set_clock(made.CLOSES, frozen=True)  # the old cut-off
    assert actions.submit(fresh(ready), by=world.cast.sophie).submitted_at == made.CLOSES
    actions.save_field(fresh(ready), "answers.ambition", "Relier mieux.", read_version=1, by=world.cast.alice)
    set_clock(LATER, frozen=True)
    assert refusal(actions.submit, fresh(ready), by=world.cast.sophie) == ("R01", None)


def test_only_before_it_passes_only_later_and_never_over_the_next_wave(world, set_clock):
    after = calls.create_wave(
        world.call,
        world.wave.settings,
        number=2,
        opens_at=LATER,
        closes_at=LATER + timedelta(days=60),
        by=world.cast.driss,
    )
    assert refusal(put_off, world, made.CLOSES) == ("S20", "closes_at")
    assert refusal(put_off, world, LATER + INSTANT) == ("S21", "closes_at")
    assert refusal(calls.postpone_wave, world.wave, closes_at=LATER, reason=" ", by=world.cast.driss)[1] == "reason"
    put_off(world, LATER)  # closes as the next one opens
    assert refusal(put_off, world, LATER + INSTANT) == ("S21", "closes_at")
    opening = LATER + timedelta(days=3)
    calls.delay_wave(after, opens_at=opening, reason=WHY, by=world.cast.driss)
    put_off(world, opening)
    assert refusal(calls.delay_wave, after, opens_at=opening, reason=WHY, by=world.cast.driss) == ("S20", "opens_at")
    set_clock(opening, frozen=True)
    assert refusal(put_off, world, opening + INSTANT) == ("R01", None)
    late = opening + timedelta(days=1)
    assert refusal(calls.delay_wave, after, opens_at=late, reason=WHY, by=world.cast.driss) == ("R01", None)
    assert list(Postponement.objects.order_by("pk").values_list("edge", "to_at")) == [
        ("closing", LATER),
        ("opening", opening),
        ("closing", opening),
    ]


def test_who_may_put_a_wave_off(world):
    for name, person in vars(world.cast).items():
        if name in ("driss", "adam"):
            continue
        with pytest.raises(PermissionDenied):
            calls.postpone_wave(world.wave, closes_at=LATER, reason=WHY, by=person)
    assert not Postponement.objects.exists()


def test_the_database_moves_no_public_wave_without_a_postponement(world):
    for column in ("closes_at", "opens_at"):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            Wave.objects.filter(pk=world.wave.pk).update(**{column: LATER})
        assert refused.value.__cause__.sqlstate == "EP010"
    row = put_off(world)
    for statement in ("UPDATE calls_postponement SET reason = 'x'", "DELETE FROM calls_postponement"):
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert isinstance(refused.value.__cause__, psycopg.Error)
    assert Postponement.objects.get() == row


def test_everyone_who_may_still_deposit_is_told(world, draft):
    actions.invite_partner(draft, world.brest, by=world.cast.alice)
    put_off(world)
    assert work("wave.postponed") == [True]
    told = Mail.objects.filter(subject__contains="clôture reportée au")
    assert set(told.values_list("address", flat=True)) == {
        f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")
    }


def test_an_officer_puts_the_wave_off_in_the_browser(client, world):
    client.force_login(world.cast.driss)
    path = page("postpone_wave", world.wave.number)
    assert "11\u00a0octobre 2022" in client.get(path).content.decode()
    refused = client.post(path, {"closes_at": "2022-10-01T12:00", "reason": WHY})
    assert (refused.status_code, "un report la place après" in refused.content.decode()) == (422, True)
    answer = client.post(path, {"closes_at": "2022-10-18T12:00", "reason": WHY})
    assert (answer.status_code, Wave.objects.get(pk=world.wave.pk).closes_at) == (302, LATER)
    client.force_login(world.cast.alice)
    assert client.get(path).status_code == 403


# ── the coordination handed over ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def heir(world, ready):
    """Brest's membership of the filled dossier, and Brest's own signatory."""
    world.cast.simon = made.person("simon", world.brest, "signatory")
    return ready.memberships.get(establishment=world.brest)


def propose(world, heir, **more):
    return actions.hand_over_coordination(
        fresh(heir.application), heir, **{"reason": "Brest porte l’entrepôt."} | more, by=world.cast.sophie
    )


def test_two_signatories_exchange_the_roles_of_a_draft(world, ready, heir):
    proposed = propose(world, heir)
    assert {m.establishment_id: m.role for m in ready.memberships.all()}[world.rennes.pk] == "coordinator"
    actions.accept_handover(proposed, by=world.cast.simon)
    dossier = fresh(ready)
    assert (dossier.reference, dossier.coordinator, dossier.state) == (ready.reference, world.brest, "draft")
    assert dict(dossier.memberships.values_list("establishment", "role")) == {
        world.brest.pk: "coordinator",
        world.rennes.pk: "partner",
    }
    assert permissions.can_edit(world.cast.bruno, dossier) and not permissions.can_edit(world.cast.alice, fresh(ready))
    assert permissions.can_submit(world.cast.simon, dossier)
    kinds = Event.objects.filter(kind__startswith="handover.").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["handover.proposed", "handover.accepted"]


def test_accepted_on_a_deposited_dossier_it_is_deposited_again_or_nothing_changes(world, ready, heir):
    actions.submit(ready, by=world.cast.sophie)
    proposed = propose(world, heir)
    actions.remove_row(
        ready,
        "projects",
        ready.projects.filter(partners=None).first(),
        by=world.cast.alice,
    )  # two are left: R18 refuses the deposit
    assert refusal(actions.accept_handover, proposed, by=world.cast.simon)[0] == "R18"
    held = Handover.objects.get(pk=proposed.pk)
    dossier = fresh(ready)
    assert (held.state, dossier.coordinator, dossier.versions.count()) == ("proposed", world.rennes, 1)
    actions.save_row(dossier, "projects", title="Troisième", summary="Résumé.", by=world.cast.alice)
    actions.accept_handover(held, by=world.cast.simon)
    dossier = fresh(ready)
    assert (dossier.versions.count(), dossier.version.submitted_by) == (2, world.cast.simon)
    roles = {member["name"]: member["role"] for member in dossier.version.content["members"]}
    assert roles == {world.brest.name: "coordinator", world.rennes.name: "partner"}


def test_declined_or_cancelled_it_changes_nothing_and_one_waits_at_a_time(world, ready, heir):
    first = propose(world, heir)
    assert refusal(propose, world, heir) == ("W01", None)
    actions.decline_handover(first, by=world.cast.simon)
    assert refusal(actions.accept_handover, first, by=world.cast.simon)[0] == "W01"
    second = propose(world, heir)
    with pytest.raises(PermissionDenied):
        actions.cancel_handover(second, by=world.cast.simon)
    actions.cancel_handover(second, by=world.cast.sophie)
    assert [held.state for held in Handover.objects.order_by("pk")] == ["declined", "cancelled"]
    assert fresh(ready).coordinator == world.rennes


def test_who_proposes_who_answers_and_until_when(world, ready, heir, set_clock):
    for who in ("alice", "bruno", "simon", "driss", "victor"):
        with pytest.raises(PermissionDenied):
            actions.hand_over_coordination(fresh(ready), heir, reason="Pour voir", by=getattr(world.cast, who))
    assert refusal(propose, world, heir, reason=" ")[1] == "reason"
    proposed = propose(world, heir)
    for who in ("alice", "sophie", "bruno", "driss"):
        with pytest.raises(PermissionDenied):
            actions.accept_handover(proposed, by=getattr(world.cast, who))
    invited = actions.invite_partner(fresh(ready), world.nantes, by=world.cast.alice)
    actions.cancel_handover(proposed, by=world.cast.sophie)
    assert refusal(propose, world, invited) == ("R12", "membership")
    proposed = propose(world, heir)
    set_clock(made.CLOSES, frozen=True)
    assert refusal(actions.accept_handover, proposed, by=world.cast.simon) == ("R01", None)


def test_the_hand_over_in_pages_and_its_mail(client, world, ready, heir):
    client.force_login(world.cast.sophie)
    path = page("hand_over_coordination", ready.reference, heir.pk)
    assert world.brest.name in client.get(path).content.decode()
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "Brest porte l’entrepôt."}).status_code == 302
    assert work("handover.proposed") == [True]
    assert set(Mail.objects.filter(subject__contains="coordination").values_list("address", flat=True)) == {
        "bruno@test.invalid",
        "paula@test.invalid",
        "simon@test.invalid",
    }
    client.force_login(world.cast.simon)
    shown = client.get(page("handover", ready.reference)).content.decode()
    assert "Brest porte l’entrepôt." in shown and "Accepter la coordination" in shown
    client.post(page("accept_handover", ready.reference))
    assert fresh(ready).coordinator == world.brest
    assert client.get(page("handover", ready.reference)).status_code == 404


# ── carried over ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def second(world):
    return calls.create_wave(
        world.call,
        world.wave.settings,
        number=2,
        opens_at=LATER,
        closes_at=LATER + timedelta(days=60),
        by=world.cast.driss,
    )


NUMBERS = (
    "id",
    "membership",
    "establishment",
    "warehouse",
    "warehouses",
    "partners",
    "reference",
    "wave",
    "submitted_at",
    "mandate",
)


def said(thing):
    """What a content says, without the numbers of rows, which are new, nor the mandates, which are asked again."""
    if isinstance(thing, dict):
        return {key: said(value) for key, value in thing.items() if key not in NUMBERS}
    return [said(one) for one in thing] if isinstance(thing, list) else thing


def test_a_draft_left_is_carried_whole_to_the_next_wave_once(world, ready, second, set_clock):
    made.deepen(world, ready)
    set_clock(made.CLOSES, frozen=True)
    actions.lapse(ready)
    old = freeze.content(fresh(ready))
    set_clock(second.opens_at, frozen=True)
    new = actions.carry_over(fresh(ready), second, by=world.cast.alice)
    assert (new.state, new.wave, new.coordinator, new.carried_from, new.acronym) == (
        "draft",
        second,
        world.rennes,
        ready,
        ready.acronym,
    )
    partner = new.memberships.get(role="partner")
    assert (partner.establishment, partner.state) == (world.brest, "invited")
    actions.accept_membership(partner, by=world.cast.bruno)
    assert said(freeze.content(fresh(new))) == said(old)
    mandated = [[m["mandate"] is not None for m in freeze.content(fresh(d))["members"]] for d in (ready, new)]
    assert mandated == [[False, True], [False, False]]  # given for that dossier, not for the next
    assert said(freeze.content(fresh(ready))) == said(old) and fresh(ready).state == "not_deposited"
    assert refusal(actions.carry_over, fresh(ready), second, by=world.cast.alice) == ("W01", None)
    carried = Event.objects.filter(kind__startswith="application.carried").order_by("seq")
    assert list(carried.values_list("kind", "stream")) == [
        ("application.carried", f"application:{new.pk}"),
        ("application.carried_on", f"application:{ready.pk}"),
    ]


def test_only_what_did_not_succeed_by_its_coordinator_into_an_open_wave(world, ready, second, set_clock):
    with pytest.raises(PermissionDenied):  # still a draft
        actions.carry_over(fresh(ready), second, by=world.cast.alice)
    actions.submit(ready, by=world.cast.sophie)
    with pytest.raises(PermissionDenied):  # under examination
        actions.carry_over(fresh(ready), second, by=world.cast.alice)
    actions.withdraw(fresh(ready), reason="Nous revenons à la relève suivante.", by=world.cast.sophie)
    with pytest.raises(PermissionDenied):
        actions.carry_over(fresh(ready), second, by=world.cast.bruno)
    assert refusal(actions.carry_over, fresh(ready), None, by=world.cast.alice) == ("R02", None)
    assert refusal(actions.carry_over, fresh(ready), world.wave, by=world.cast.alice) == ("R02", None)
    assert refusal(actions.carry_over, fresh(ready), second, by=world.cast.alice) == ("R01", None)  # not open yet
    assert Application.objects.count() == 1
    set_clock(second.opens_at, frozen=True)
    new = actions.carry_over(fresh(ready), second, by=world.cast.alice)
    assert new.pieces.count() == ready.pieces.filter(replaced_at__isnull=True).count()
    assert set(new.pieces.values_list("document", flat=True)) == set(ready.pieces.values_list("document", flat=True))


def test_an_establishment_that_left_the_call_is_not_asked_again(world, ready, second, set_clock):
    actions.withdraw(actions.submit(ready, by=world.cast.sophie).application, reason="Revenir", by=world.cast.sophie)
    Membership.objects.filter(application=ready, role="partner").update(state="removed")
    set_clock(second.opens_at, frozen=True)
    new = actions.carry_over(fresh(ready), second, by=world.cast.alice)
    assert list(new.memberships.values_list("establishment", "role")) == [(world.rennes.pk, "coordinator")]
    assert new.pieces.filter(membership__isnull=False).count() == 1


def test_the_history_of_a_field_leads_to_what_it_takes_up(client, world, ready, second, set_clock):
    """Each field to the same one of the dossier it comes from, whatever its number there; none for what was added since."""
    made.deepen(world, ready)
    project = ready.projects.order_by("pk")[1]
    actions.save_row(ready, "projects", title="Un autre nom", row=project, by=world.cast.alice)
    set_clock(made.CLOSES, frozen=True)
    actions.lapse(ready)
    set_clock(second.opens_at, frozen=True)
    new = actions.carry_over(fresh(ready), second, by=world.cast.alice)
    client.force_login(world.cast.alice)

    def link(key):
        html = tight(client.get(reverse("applications:history", args=[new.reference, key])).content.decode())
        found = re.findall(f'<a href="/dossiers/{ready.reference}/([^"]+)">Historique de ce champ', html)
        assert all(client.get(f"/dossiers/{ready.reference}/{path}").status_code == 200 for path in found)
        return [path.rstrip("/").rpartition("/")[2] for path in found]

    first = client.get(reverse("applications:history", args=[new.reference, "answers.ambition"])).content.decode()
    assert f"reprise du dossier {ready.reference}" in first
    for key in ("answers.ambition", "identity.title", "governance.cse_women", "functions.collect.local-reason"):
        assert link(key) == [key]
    added = actions.save_row(new, "projects", title="Ajouté", by=world.cast.alice)
    assert link(f"projects.{added.pk}.title") == []
    for section, rows in (
        ("projects", "projects"),
        ("perimeters", "perimeters"),
        ("packages", "packages"),
        ("warehouses", "warehouses"),
        ("matchings", "matchings"),
    ):
        old, twin = (list(getattr(d, rows).order_by("pk")) for d in (ready, new))
        name = {"perimeters": "scope"}.get(section, "title" if section in ("projects", "packages") else "name")
        for one, other in zip(old, twin, strict=False):
            assert link(f"{section}.{other.pk}.{name}") == [f"{section}.{one.pk}.{name}"]
    one, other = (d.memberships.get(role="coordinator").pk for d in (ready, new))
    assert link(f"budget.{other}.1-staff-2023") == [f"budget.{one}.1-staff-2023"]
    node, twin = ready.warehouses.get().pk, new.warehouses.get().pk
    assert link(f"socle.{twin}.1.a.1-now") == [f"socle.{node}.1.a.1-now"]
    client.force_login(world.cast.aude)
    assert link("answers.ambition") == ["answers.ambition"]


def test_the_carry_over_in_pages(client, world, ready, second, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    actions.withdraw(fresh(ready), reason="Nous revenons.", by=world.cast.sophie)
    client.force_login(world.cast.alice)
    path = page("carry_over", ready.reference)
    assert "Aucune relève suivante n’est ouverte" in client.get(path).content.decode()
    set_clock(second.opens_at, frozen=True)
    shown = client.get(path).content.decode()
    assert world.brest.name in shown
    answer = client.post(path)
    new = Application.objects.get(carried_from=ready)
    assert (answer.status_code, answer.url) == (302, page("dossier", new.reference))
    assert ready.reference in client.get(page("dossier", new.reference)).content.decode()
    assert new.reference in client.get(page("dossier", ready.reference)).content.decode()
    client.force_login(world.cast.bruno)
    assert client.get(path).status_code == 403
