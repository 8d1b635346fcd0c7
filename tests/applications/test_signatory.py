"""Who signs: mandates on the amounts read, delegations from a day to a day, the signature asked or sent back, what was read."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications import actions, permissions, places, rules
from applications.content import freeze
from applications.models import Application, Delegation, DossierReading, Mandate, Membership, SignatureRequest
from applications.rules import Pledge
from calls.pieces import LETTER
from casework import actions as casework
from directory import actions as directory
from edsh_portal import events
from edsh_portal.intake.examination import Found
from edsh_portal.models import Delivery, Document, Event, Mail
from edsh_portal.workflow import Refused
from tests.addresses import named

from . import world as made

PARIS = ZoneInfo("Europe/Paris")
MICRO = timedelta(microseconds=1)
FIRST, LAST = date(2022, 9, 19), date(2022, 9, 23)  # around made.NOW
GIVEN = Pledge(80_000_000, 50_000_000, 30_000_000)  # what made.fill gives each member


def refusal(verb, *args, **more):
    with pytest.raises(Refused) as refused:
        verb(*args, **more)
    return refused.value.code, refused.value.field


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def page(name, *args):
    return reverse(named(name), args=args)


def signed(client, user):
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client


def work(kind):
    """Works the obligations of these events; True for each done."""
    due = Delivery.objects.filter(event__kind=kind, state="todo").order_by("pk").values_list("pk", flat=True)
    return [events.run(pk) for pk in list(due)]


def addresses(**which):
    return set(Mail.objects.filter(**which).values_list("address", flat=True))


@pytest.fixture
def partner(ready):
    return ready.memberships.select_related("application__wave", "establishment").get(role="partner")


@pytest.fixture
def unsigned(world, ready):
    """A dossier that lacks nothing but the mandate of its partner, which is invited anew."""
    alice = world.cast.alice
    actions.remove_member(ready.memberships.get(role="partner"), reason="Essai", by=alice)
    again = actions.invite_partner(ready, world.brest, by=alice)
    actions.accept_membership(again, by=world.cast.bruno)
    actions.save_row(again.application, "members", row=again, work="Intégrer les sources.", by=alice)
    budget(again, GIVEN, by=alice)
    actions.add_piece(ready, "annexe-financiere", made.xlsx(), name="annexe.xlsx", membership=again, by=alice)
    return fresh(again)


def budget(member, pledge, *, by):
    """The budget of a member, balanced by other resources."""
    rest = pledge.expenses_cents - pledge.aid_cents - pledge.own_cents
    plan = {"aid_cents": pledge.aid_cents, "own_cents": pledge.own_cents, "other_cents": max(rest, 0)}
    actions.save_budget(member, {(1, "staff", 2023): pledge.expenses_cents}, plan, by=by)


# ── what a mandate covers ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("now", "covered"),
    [
        (GIVEN, True),
        (Pledge(GIVEN.expenses_cents + 1, GIVEN.aid_cents + 1, GIVEN.own_cents), False),
        (Pledge(GIVEN.expenses_cents, GIVEN.aid_cents - 1, GIVEN.own_cents + 1), False),
        (Pledge(GIVEN.expenses_cents, GIVEN.aid_cents - 1, GIVEN.own_cents), False),  # to be found elsewhere
        (Pledge(GIVEN.expenses_cents - 1, GIVEN.aid_cents - 1, GIVEN.own_cents), True),
        (Pledge(GIVEN.expenses_cents - 1, GIVEN.aid_cents, GIVEN.own_cents - 1), True),
        (Pledge(GIVEN.expenses_cents, GIVEN.aid_cents + 1, GIVEN.own_cents - 1), True),
        (Pledge(0, 0, 0), True),
    ],
)
def test_a_mandate_holds_while_nothing_it_binds_to_grows(now, covered):
    assert GIVEN.covers(now) is covered


AMOUNT = st.integers(0, 1_000)
PLEDGES = st.builds(Pledge, AMOUNT, AMOUNT, AMOUNT)


@given(PLEDGES, PLEDGES, PLEDGES)
def test_no_mandate_covers_more_than_it_was_given_on(given_on, now, later):
    """And none by steps: what covers a budget that covers another covers that one too."""
    if given_on.covers(now):
        assert now.expenses_cents <= given_on.expenses_cents and now.own_cents <= given_on.own_cents
        assert now.expenses_cents - now.aid_cents <= given_on.expenses_cents - given_on.aid_cents
        assert not now.covers(later) or given_on.covers(later)
    assert given_on.covers(given_on)


@given(PLEDGES, st.none() | PLEDGES, st.booleans())
def test_the_deposit_asks_for_a_mandate_that_covers_or_for_the_letter(now, given_on, letter):
    member = rules.Member(
        "Brest", "public", membership=7, mandate_asked=True, mandate=given_on,
        expenses_cents=now.expenses_cents, aid_cents=now.aid_cents, own_cents=now.own_cents,
    )  # fmt: skip
    pieces = frozenset({(LETTER, "Brest")} if letter else ())
    facts = rules.Dossier(members=(rules.Member("Rennes", "public", role="coordinator"), member), pieces=pieces)
    verdict = rules.check(facts, rules.Bounds())[0]
    covered = given_on is not None and given_on.covers(now)
    assert (verdict.rule, verdict.ok) == ("R04", letter or covered)
    assert verdict.member == (0 if verdict.ok else 7)
    if given_on is not None and not verdict.ok:
        assert rules.in_words(given_on) in verdict.message and rules.in_words(now) in verdict.message


# ── the deposit asks for it ──────────────────────────────────────────────────────────────────────────────────────────
def test_no_deposit_without_the_mandate_of_each_partner(world, ready, unsigned):
    with pytest.raises(Refused) as refused:
        actions.submit(ready, by=world.cast.sophie)
    assert (refused.value.code, refused.value.facts["rules"]) == ("R04", ["R04"])
    assert "Mandat à donner : CHU de Brest." in refused.value.message
    verdict = freeze.read(fresh(ready), made.NOW).blocking[0]
    assert places.url(verdict, ready.reference) == page("mandate", ready.reference, unsigned.pk)
    given = made.mandate(unsigned, by=world.cast.paula)
    version = actions.submit(ready, by=world.cast.sophie)
    coordinator, member = version.content["members"]
    assert coordinator["mandate"] is None
    assert member["mandate"] == {"given_at": made.NOW.isoformat(), **vars(GIVEN)}
    assert (given.pledge, given.given_by, given.given_at, given.delegation) == (
        GIVEN,
        world.cast.paula,
        made.NOW,
        None,
    )
    event = Event.objects.filter(kind="mandate.given").latest("pk")
    assert event.data == {
        "application": ready.pk,
        "membership": unsigned.pk,
        "delegation": None,
        **vars(GIVEN),
    }


def test_a_budget_that_grows_asks_for_the_mandate_again(world, ready, partner):
    more = Pledge(90_000_000, 50_000_000, 40_000_000)
    budget(partner, more, by=world.cast.alice)
    with pytest.raises(Refused) as refused:
        actions.submit(ready, by=world.cast.sophie)
    assert refused.value.code == "R04"
    assert rules.in_words(GIVEN) in refused.value.message and rules.in_words(more) in refused.value.message
    made.mandate(partner, by=world.cast.paula)
    actions.submit(ready, by=world.cast.sophie)
    budget(partner, Pledge(70_000_000, 50_000_000, 20_000_000), by=world.cast.alice)
    assert actions.submit(ready, by=world.cast.sophie).content["members"][1]["mandate"]["expenses_cents"] == 90_000_000


def test_a_mandate_is_given_on_the_amounts_that_were_read(world, partner):
    read = Pledge(GIVEN.expenses_cents, GIVEN.aid_cents, GIVEN.own_cents - 1)
    with pytest.raises(Refused) as refused:
        actions.give_mandate(partner, read=read, by=world.cast.paula)
    assert refused.value.code == "R04" and rules.in_words(GIVEN) in refused.value.message
    held = Mandate.objects.get()
    assert made.mandate(partner, by=world.cast.paula) == held  # the same again is the same
    budget(partner, Pledge(70_000_000, 50_000_000, 20_000_000), by=world.cast.bruno)
    assert made.mandate(partner, by=world.cast.paula) != held  # on less, if they wish
    assert Event.objects.filter(kind="mandate.given").count() == 2


def test_a_mandate_is_taken_back_and_none_counts_until_another(world, ready, partner, set_clock):
    first = Mandate.objects.get()
    lower = Pledge(70_000_000, 50_000_000, 20_000_000)
    budget(partner, lower, by=world.cast.bruno)
    second = made.mandate(partner, by=world.cast.paula)
    version = actions.submit(ready, by=world.cast.sophie)
    assert refusal(actions.withdraw_mandate, partner, reason=" ", by=world.cast.paula) == ("W02", "reason")
    actions.withdraw_mandate(partner, reason="Le conseil n’a pas délibéré.", by=world.cast.paula)
    held = fresh(ready)
    assert (first.stands, Mandate.objects.get(pk=second.pk).stands) == (True, False)  # and the first is not back
    assert freeze.content(held)["members"][1]["mandate"] is None
    assert held.version == version and held.version.content["members"][1]["mandate"]["expenses_cents"] == 70_000_000
    assert [v.message for v in freeze.read(held, made.NOW).blocking] == ["Mandat à donner : CHU de Brest."]
    assert refusal(actions.submit, ready, by=world.cast.sophie) == ("R04", None)
    assert refusal(actions.withdraw_mandate, partner, reason="Encore.", by=world.cast.paula) == ("R04", None)
    event = Event.objects.get(kind="mandate.withdrawn")
    assert event.data == {"application": ready.pk, "membership": partner.pk, "mandate": second.pk}
    work("mandate.withdrawn")
    assert addresses(event=event) == {"alice@test.invalid", "sophie@test.invalid"}
    third = made.mandate(partner, by=world.cast.paula)
    assert third.pledge == lower and third != second
    assert freeze.read(fresh(ready), made.NOW).blocking == []
    set_clock(made.CLOSES, frozen=True)
    assert refusal(actions.withdraw_mandate, partner, reason="Trop tard.", by=world.cast.paula) == ("R01", None)


@pytest.mark.parametrize("who", ["alice", "bruno", "sophie", "zoe", "driss", "aude", "adam", "dora", "claire"])
def test_only_who_represents_the_partner_gives_its_mandate_or_takes_it_back(world, partner, who):
    with pytest.raises(PermissionDenied):
        made.mandate(partner, by=getattr(world.cast, who))
    with pytest.raises(PermissionDenied):
        actions.withdraw_mandate(partner, reason="Motif.", by=getattr(world.cast, who))


def test_nobody_gives_one_for_the_coordinator_nor_on_a_dossier_that_is_over(world, ready, partner, set_clock):
    with pytest.raises(PermissionDenied):
        made.mandate(ready.memberships.get(role="coordinator"), by=world.cast.sophie)
    budget(partner, Pledge(90_000_000, 50_000_000, 40_000_000), by=world.cast.alice)
    set_clock(made.CLOSES, frozen=True)
    assert refusal(made.mandate, partner, by=world.cast.paula) == ("R01", None)
    actions.lapse(ready)
    with pytest.raises(PermissionDenied):
        made.mandate(partner, by=world.cast.paula)


def test_a_budget_reopened_after_the_cut_off_may_have_its_mandate(world, ready, partner, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    set_clock(made.CLOSES + timedelta(days=9), frozen=True)
    due_at = made.CLOSES + timedelta(days=30)
    keys = [f"budget.{partner.pk}"]
    request = casework.ask_complements(fresh(ready), keys, message="Budget ?", due_at=due_at, by=world.cast.driss)
    more = Pledge(90_000_000, 50_000_000, 40_000_000)
    budget(partner, more, by=world.cast.alice)
    made.mandate(partner, by=world.cast.paula)
    version = casework.answer_complements(request, by=world.cast.alice)
    assert rules.pledge_of(version.content["members"][1]["mandate"]) == more
    assert freeze.read_deposited(fresh(ready)).verdicts[0].ok


def test_the_signed_letter_stands_for_the_mandate(world, ready, unsigned):
    settings = ready.wave.settings
    assert not settings.pieces.filter(code=LETTER).exists()  # this call does not ask for it
    content = freeze.content(fresh(ready))
    letter = {"code": LETTER, "title": "Lettre", "member": world.brest.name, "sha256": "0" * 64}
    letter |= {"name": "lettre.pdf", "size": 9, "media_type": "application/pdf"}
    joined = content | {"pieces": [*content["pieces"], letter]}
    elsewhere = content | {"pieces": [*content["pieces"], letter | {"member": world.rennes.name}]}
    said = [rules.check(rules.read(held), rules.Bounds())[0].ok for held in (content, joined, elsewhere)]
    assert said == [False, True, False]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE applications_mandate SET expenses_cents = expenses_cents + 1",
        "DELETE FROM applications_mandate",
        "DELETE FROM applications_mandatewithdrawal",
        "DELETE FROM applications_delegation",
        "DELETE FROM applications_signaturerequest",
    ],
)
def test_the_walls(world, ready, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nobody_answers_on_the_coordination_of_a_dossier_that_is_over(world, ready, partner):
    handover = actions.hand_over_coordination(ready, partner, reason="Brest coordonne.", by=world.cast.sophie)
    assert permissions.can_answer_handover(world.cast.paula, handover)
    actions.submit(ready, by=world.cast.sophie)
    actions.withdraw(ready, "Projet arrêté.", by=world.cast.sophie)
    handover.refresh_from_db()
    assert not permissions.can_answer_handover(world.cast.paula, handover)
    assert list(permissions.signs_for(AnonymousUser())) == []


def test_handing_the_coordination_over_is_the_mandate_of_who_steps_down(world, ready, partner):
    actions.submit(ready, by=world.cast.sophie)
    handover = actions.hand_over_coordination(ready, partner, reason="Brest coordonne.", by=world.cast.sophie)
    before = ready.memberships.get(role="coordinator")
    assert [given.pledge for given in before.mandates.all()] == [GIVEN]
    assert freeze.content(fresh(ready))["members"][0]["mandate"] is None  # it coordinates until the other accepts
    actions.accept_handover(handover, by=world.cast.paula)
    content = fresh(ready).version.content
    assert [(m["name"], rules.pledge_of(m["mandate"])) for m in content["members"]] == [
        ("CHU de Brest", None),
        ("CHU de Rennes", GIVEN),
    ]
    work("mandate.given")
    assert addresses(event__kind="mandate.given", event__subject_id=before.mandates.get().pk) == {
        "bruno@test.invalid",
        "paula@test.invalid",
    }


# ── delegation ───────────────────────────────────────────────────────────────────────────────────────────────────────
def delegate(world, *, to=None, by=None, first_on=FIRST, last_on=LAST, content=None, where=None):
    return actions.delegate_signature(
        where or world.rennes,
        to or world.cast.alice,
        first_on=first_on,
        last_on=last_on,
        content=content or made.pdf(),
        name="acte.pdf",
        by=by or world.cast.sophie,
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"to": "zoe"}, ("G01", "delegate")),
        ({"to": "driss"}, ("G01", "delegate")),
        ({"to": "sophie"}, ("G01", "delegate")),
        ({"last_on": FIRST - timedelta(days=1)}, ("G02", "last_on")),
        ({"first_on": date(2022, 9, 1), "last_on": date(2022, 9, 19)}, ("G02", "last_on")),
        ({"content": made.xlsx()}, ("R05", "file")),
        ({"content": b"rien"}, ("R05", "file")),
    ],
)
def test_a_delegation_is_refused(world, change, expected):
    change = change | ({"to": getattr(world.cast, change["to"])} if "to" in change else {})
    assert refusal(delegate, world, **change) == expected
    assert not Delegation.objects.exists() and not Document.objects.filter(kind="delegation").exists()


@pytest.mark.parametrize("who", ["alice", "bruno", "paula", "driss", "adam", "aude"])
def test_only_who_represents_the_establishment_delegates_and_revokes(world, who):
    with pytest.raises(PermissionDenied):
        delegate(world, by=getattr(world.cast, who))
    given = delegate(world)
    with pytest.raises(PermissionDenied):
        actions.revoke_delegation(given, by=getattr(world.cast, who))


def test_a_delegate_does_not_delegate(world):
    delegate(world)
    with pytest.raises(PermissionDenied):
        delegate(world, to=made.person("anne", world.rennes), by=world.cast.alice)


def test_no_two_delegations_of_a_person_share_a_day(world):
    given = delegate(world)
    assert refusal(delegate, world, first_on=LAST, last_on=LAST) == ("G03", "first_on")
    delegate(world, first_on=LAST + timedelta(days=1), last_on=LAST + timedelta(days=1))
    twin = Delegation.objects.get(pk=given.pk)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():  # the database holds it too
        twin.save()
    actions.revoke_delegation(given, by=world.cast.sophie)
    assert refusal(actions.revoke_delegation, given, by=world.cast.sophie) == ("W01", None)
    delegate(world)  # the days of one revoked are free


@pytest.mark.parametrize(
    ("at", "signs"),
    [
        (datetime(2022, 9, 26, tzinfo=PARIS) - MICRO, False),
        (datetime(2022, 9, 26, tzinfo=PARIS), True),
        (datetime(2022, 10, 1, tzinfo=PARIS) - MICRO, True),
        (datetime(2022, 10, 1, tzinfo=PARIS), False),
    ],
)
def test_its_days_are_those_of_paris_the_last_one_included(world, ready, set_clock, at, signs):
    given = delegate(world, first_on=date(2022, 9, 26), last_on=date(2022, 9, 30))
    set_clock(at, frozen=True)
    assert permissions.can_submit(world.cast.alice, fresh(ready)) is signs
    if not signs:
        with pytest.raises(PermissionDenied):
            actions.submit(fresh(ready), by=world.cast.alice)
        return
    version = actions.submit(fresh(ready), by=world.cast.alice)
    assert (version.submitted_by, version.delegation) == (world.cast.alice, given)


def test_what_a_delegate_signs(world, ready, partner):
    """Deposit, mandate, withdrawal, an answer on the coordination; not what only the legal representative opens."""
    theirs = delegate(world, to=world.cast.bruno, by=world.cast.paula, where=world.brest)
    budget(partner, Pledge(90_000_000, 50_000_000, 40_000_000), by=world.cast.alice)
    assert made.mandate(partner, by=world.cast.bruno).delegation == theirs
    assert not permissions.can_submit(world.cast.bruno, fresh(ready))
    actions.submit(ready, by=world.cast.sophie)
    assert fresh(ready).version.delegation is None
    handover = actions.hand_over_coordination(ready, partner, reason="Brest coordonne.", by=world.cast.sophie)
    actions.accept_handover(handover, by=world.cast.bruno)
    assert fresh(ready).version.delegation == theirs
    kinds = {standing.kind for standing in permissions.standing(world.cast.bruno, fresh(ready))}
    assert kinds == {"writer", "delegate"}
    actions.withdraw(fresh(ready), "Fin", by=world.cast.bruno)
    assert fresh(ready).state == "withdrawn"


def test_who_represents_the_establishment_signs_in_their_own_name(world, ready):
    delegate(world)
    directory.affiliate(world.cast.alice, world.rennes, kind="signatory", by=world.cast.adam)
    assert actions.submit(ready, by=world.cast.alice).delegation is None


@pytest.mark.parametrize("cause", ["revoked", "author gone", "delegate gone"])
def test_a_delegation_ends(world, ready, cause):
    given = delegate(world)
    assert permissions.can_submit(world.cast.alice, fresh(ready))
    assert [*permissions.signs_for(world.cast.alice)] == [world.rennes]
    if cause == "revoked":
        actions.revoke_delegation(given, by=world.cast.sophie)
    else:
        gone = world.cast.sophie if cause == "author gone" else world.cast.alice
        directory.end_affiliation(gone.affiliations.get(), by=world.cast.adam)
    assert not permissions.can_submit(world.cast.alice, fresh(ready))
    assert [*permissions.signs_for(world.cast.alice)] == []


def test_an_infected_act_ends_its_delegation_once(world):
    given, sound = delegate(world), delegate(world, to=world.cast.bruno, by=world.cast.paula, where=world.brest)
    for _time in range(2):
        actions.note_act_examined(given, Found(Document.Scan.INFECTED, "Essai"))
        actions.note_act_examined(sound, Found(Document.Scan.CLEAN))
    assert (fresh(given).ended_at, fresh(given).ended_by, fresh(sound).ended_at) == (made.NOW, None, None)
    assert list(Event.objects.filter(kind="delegation.revoked").values_list("subject_id", "by")) == [(given.pk, None)]
    assert [document.scan_state for document in (fresh(given).document, fresh(sound).document)] == [
        "infected",
        "clean",
    ]


def test_an_act_that_cannot_be_kept_ends_its_delegation(client, world):
    given = delegate(world, content=b"%PDF-1.7 rien")
    assert Delegation.objects.running().filter(pk=given.pk).exists()
    assert made.examined() == [True]
    assert not Delegation.objects.running().filter(pk=given.pk).exists()
    signed(client, world.cast.sophie)
    listed = client.get(page("delegations", world.rennes.pk)).content.decode()
    assert "Refusé" in listed and "Ce PDF est endommagé" in listed


def test_a_delegation_in_pages_and_its_mails(client, world, ready):
    signed(client, world.cast.sophie)
    listed, give = page("delegations", world.rennes.pk), page("delegate_signature", world.rennes.pk)
    assert "Aucune délégation" in client.get(listed).content.decode()
    assert world.cast.alice.full_name in client.get(give).content.decode()
    typed = {"delegate": world.cast.alice.pk, "first_on": FIRST.isoformat(), "last_on": LAST.isoformat()}
    assert client.post(give, typed).status_code == 422  # no act
    act = SimpleUploadedFile("acte.pdf", made.pdf(), content_type="application/pdf")
    assert client.post(give, typed | {"file": act})["Location"] == listed
    shown = client.get(listed).content.decode()
    assert "du lundi 19\u00a0septembre 2022 au vendredi 23\u00a0septembre 2022 inclus" in shown and "En cours" in shown
    held = Delegation.objects.get()
    assert client.get(page("delegation_act", held.pk) + "?ouvrir=1").status_code == 403  # not examined yet
    assert made.examined() == [True]
    opened = client.get(page("delegation_act", held.pk))
    assert opened.status_code == 200 and "Ouvrir malgré tout" in opened.content.decode()
    assert client.get(page("delegation_act", held.pk) + "?ouvrir=1")["Content-Type"] == "application/pdf"
    work("delegation.given")
    assert addresses(event__kind="delegation.given") == {"alice@test.invalid"}
    signed(client, world.cast.alice)
    home = client.get(reverse("dashboards:home")).content.decode()
    assert listed in home  # a delegate sees under what they sign
    version = actions.submit(ready, by=world.cast.alice)
    told = client.get(page("version", ready.reference, version.number)).content.decode()
    assert "par délégation du lundi 19\u00a0septembre 2022 au vendredi 23\u00a0septembre 2022" in told
    signed(client, world.cast.sophie)
    assert client.get(page("revoke_delegation", held.pk)).status_code == 200
    assert client.post(page("revoke_delegation", held.pk))["Location"] == listed
    assert "Révoquée" in client.get(listed).content.decode()
    signed(client, world.cast.zoe)
    assert [client.get(url).status_code for url in (listed, page("delegation_act", held.pk))] == [403, 404]


# ── the signature asked, the dossier sent back ───────────────────────────────────────────────────────────────────────
def test_asked_returned_asked_again_and_signed(world, ready):
    alice, sophie = world.cast.alice, world.cast.sophie
    actions.ask_signature(ready, note="Relire le budget.", by=alice)
    assert refusal(actions.ask_signature, ready, by=alice) == ("W01", None)
    assert refusal(actions.return_dossier, ready, remarks="  ", by=sophie) == ("E01", "remarks")
    assert refusal(actions.return_dossier, ready, remarks="x" * 2001, by=sophie) == ("E02", "remarks")
    actions.return_dossier(ready, remarks="Le calendrier est court.", by=sophie)
    actions.ask_signature(ready, by=alice)
    actions.submit(ready, by=sophie)
    told = SignatureRequest.objects.order_by("pk").values_list("state", "note", "remarks", "closed_by", "closed_at")
    assert list(told) == [
        ("returned", "Relire le budget.", "Le calendrier est court.", sophie.pk, made.NOW),
        ("signed", "", "", sophie.pk, made.NOW),
    ]
    kinds = Event.objects.filter(kind__startswith="signature.").order_by("pk").values_list("kind", "data")
    assert list(kinds) == [
        ("signature.asked", {"state": "asked", "application": ready.pk}),
        ("signature.returned", {"state": "returned", "application": ready.pk}),
        ("signature.asked", {"state": "asked", "application": ready.pk}),
        ("signature.signed", {"state": "signed", "application": ready.pk}),
    ]
    actions.ask_signature(ready, by=alice)
    actions.submit(ready, by=sophie)  # nothing has changed: the same version, and nothing is asked any more
    assert fresh(ready).version.number == 1 and not SignatureRequest.objects.filter(state="asked").exists()


def test_a_dossier_is_sent_back_unasked(world, ready):
    returned = actions.return_dossier(ready, remarks="À revoir.", by=world.cast.sophie)
    assert (returned.asked_by, returned.asked_at, returned.state) == (None, None, "returned")


def test_who_asks_and_who_returns(world, ready, set_clock):
    for who in ("bruno", "paula", "zoe", "driss", "aude"):
        with pytest.raises(PermissionDenied):
            actions.ask_signature(ready, by=getattr(world.cast, who))
    for who in ("alice", "bruno", "paula", "driss", "aude"):
        with pytest.raises(PermissionDenied):
            actions.return_dossier(ready, remarks="Non.", by=getattr(world.cast, who))
        with pytest.raises(PermissionDenied):
            actions.mark_dossier_read(ready, read="", by=getattr(world.cast, who))
    set_clock(made.CLOSES, frozen=True)
    assert refusal(actions.ask_signature, ready, by=world.cast.alice) == ("R01", None)
    assert refusal(actions.return_dossier, ready, remarks="Tard.", by=world.cast.sophie) == ("R01", None)
    assert refusal(actions.mark_dossier_read, ready, read="", by=world.cast.sophie) == ("R01", None)


def test_the_signature_in_pages(client, world, ready, set_clock):
    signed(client, world.cast.alice)
    home, dossier = page("dossier", ready.reference), page("submit", ready.reference)
    ask, back = page("ask_signature", ready.reference), page("return_dossier", ready.reference)
    assert ask in client.get(home).content.decode()
    assert client.get(ask).status_code == 200
    assert client.post(ask, {"note": "Relire le <budget>."})["Location"] == home
    assert client.post(ask).status_code == 422
    shown = client.get(home).content.decode()
    assert "Signature demandée par Alice" in shown and "Relire le &lt;budget&gt;." in shown and ask not in shown
    signed(client, world.cast.sophie)
    assert dossier in client.get(reverse("dashboards:home")).content.decode()
    assert "Alice vous demande de déposer ce dossier" in client.get(dossier).content.decode()
    assert client.get(back).status_code == 200 and client.post(back, {"remarks": ""}).status_code == 422
    assert client.post(back, {"remarks": "Le calendrier est <court>."})["Location"] == home
    assert dossier not in client.get(reverse("dashboards:home")).content.decode()
    signed(client, world.cast.alice)
    shown = client.get(home).content.decode()
    assert "Renvoyé par Sophie" in shown and "Le calendrier est &lt;court&gt;." in shown and ask in shown
    set_clock(made.NOW + timedelta(minutes=1), frozen=True)
    actions.submit(ready, by=world.cast.sophie)
    assert "Renvoyé par Sophie" not in client.get(home).content.decode()  # deposited since


def test_the_mails_of_the_signature_say_nothing_of_it(world, ready, unsigned):
    actions.ask_signature(ready, note="Cent mille euros.", by=world.cast.alice)
    work("signature.asked")
    submit, mandate = page("submit", ready.reference), page("mandate", ready.reference, unsigned.pk)
    asked = Mail.objects.filter(event__kind="signature.asked")
    assert addresses(body__contains=submit) == {"sophie@test.invalid"}
    assert addresses(body__contains=mandate, event__kind="signature.asked") == {"paula@test.invalid"}
    assert asked.count() == 2 and not asked.filter(body__contains="euros").exists()
    made.mandate(unsigned, by=world.cast.paula)
    work("mandate.given")
    latest = Event.objects.filter(kind="mandate.given").latest("pk")
    assert addresses(event=latest) == {"alice@test.invalid", "sophie@test.invalid"}
    actions.return_dossier(ready, remarks="Cent mille, vraiment ?", by=world.cast.sophie)
    work("signature.returned")
    returned = Mail.objects.filter(event__kind="signature.returned")
    assert set(returned.values_list("address", flat=True)) == {"alice@test.invalid", "sophie@test.invalid"}
    assert not returned.filter(body__contains="vraiment").exists()


def test_the_mandate_in_pages(client, world, ready, unsigned):
    path = page("mandate", ready.reference, unsigned.pk)
    signed(client, world.cast.bruno)
    shown = client.get(path).content.decode()
    assert "Le mandat est à donner" in shown and "Donner le mandat" not in shown
    assert client.post(path, vars(GIVEN)).status_code == 403
    signed(client, world.cast.paula)
    assert path in client.get(reverse("dashboards:home")).content.decode()
    shown = client.get(path).content.decode()
    assert "Donner le mandat" in shown and 'name="expenses_cents" value="80000000"' in shown
    assert "Les travaux commencent le dimanche 1er\u00a0janvier 2023 et durent 24 mois." in shown
    stale = client.post(path, vars(GIVEN) | {"own_cents": 1})
    assert stale.status_code == 422 and "Le budget a changé pendant votre lecture" in stale.content.decode()
    assert client.post(path, {}).status_code == 422
    assert client.post(path, vars(GIVEN))["Location"] == path
    shown = client.get(path).content.decode()
    assert "Le mandat est donné" in shown and "donné par Paula" in shown and "Donner le mandat" not in shown
    assert path not in client.get(reverse("dashboards:home")).content.decode()
    budget(unsigned, Pledge(90_000_000, 50_000_000, 40_000_000), by=world.cast.alice)
    assert "Le mandat est à donner de nouveau" in client.get(path).content.decode()
    assert path in client.get(reverse("dashboards:home")).content.decode()
    back = page("withdraw_mandate", ready.reference, unsigned.pk)
    assert back in client.get(path).content.decode() and "Retirer le mandat" in client.get(back).content.decode()
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "Pas de <b>délibération</b>."})["Location"] == path
    shown = client.get(path).content.decode()
    assert "retiré par Paula" in shown and "Pas de &lt;b&gt;délibération&lt;/b&gt;." in shown and back not in shown
    assert "Le mandat est à donner" in shown and "Donner le mandat" in shown
    assert path in client.get(reverse("dashboards:home")).content.decode()
    made.mandate(unsigned, by=world.cast.paula)
    budget(unsigned, Pledge(91_000_000, 50_000_000, 41_000_000), by=world.cast.alice)
    signed(client, world.cast.sophie)
    own = page("mandate", ready.reference, ready.memberships.get(role="coordinator").pk)
    assert "son accord est le dépôt lui-même" in client.get(own).content.decode()
    listed = client.get(page("submit", ready.reference)).content.decode()
    assert path in listed and "à donner de nouveau" in listed


# ── what has changed since it was read ───────────────────────────────────────────────────────────────────────────────
def test_what_changed_since_it_was_read(client, world, ready, set_clock):
    signed(client, world.cast.sophie)
    path, mark = page("submit", ready.reference), page("mark_dossier_read", ready.reference)

    def read():
        return client.get(path).context["read"]

    seen = read()
    actions.save_row(ready, "identity", months=30, by=world.cast.alice)
    assert client.post(mark, {"read": seen})["Location"] == path and not DossierReading.objects.exists()
    assert client.post(mark, {"read": read()})["Location"] == path
    assert "Rien n’a changé depuis votre dernière lecture" in client.get(path).content.decode()
    actions.save_row(ready, "identity", months=36, by=world.cast.alice)
    assert "<del>30</del> devient <ins>36</ins>" in client.get(path).content.decode()
    set_clock(made.NOW + timedelta(minutes=1), frozen=True)
    actions.submit(ready, by=world.cast.sophie)
    actions.save_row(ready, "identity", months=40, by=world.cast.alice)
    shown = client.get(path).content.decode()  # a deposit is a reading
    assert "Changements depuis le dernier dépôt" in shown and "<del>36</del> devient <ins>40</ins>" in shown
    set_clock(made.NOW + timedelta(minutes=2), frozen=True)
    client.post(page("return_dossier", ready.reference), {"remarks": "Quarante mois ?", "read": read()})
    assert DossierReading.objects.get().content["identity"]["months"] == 40
    actions.return_dossier(ready, remarks="Encore.", read="autre", by=world.cast.sophie)
    assert DossierReading.objects.count() == 1
    assert "votre dernière lecture" in client.get(path).content.decode()


def test_each_who_signs_has_their_own_reading(client, world, ready):
    delegate(world)
    signed(client, world.cast.alice)
    path = page("submit", ready.reference)
    client.post(page("mark_dossier_read", ready.reference), {"read": client.get(path).context["read"]})
    signed(client, world.cast.sophie)
    assert "votre dernière lecture" not in client.get(path).content.decode()
    assert Application.objects.get(pk=ready.pk).dossier_readings.get().user == world.cast.alice
    assert Membership.objects.filter(application=ready, mandates__isnull=False).count() == 1
