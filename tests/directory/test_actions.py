"""Verbs: what they write, and every sentence they refuse with."""

import itertools
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from directory import actions, passwords
from directory.actions.people import settle_group
from directory.identifiers import fictitious_finess
from directory.models import Affiliation, ApiToken, Establishment, Incompatible, Invitation, User
from edsh_portal import acts
from edsh_portal.access import ROLES, has_role, roles
from edsh_portal.events import run
from edsh_portal.models import Delivery, Event, Mail
from edsh_portal.workflow import Refused
from tests.funding.world import approved
from tests.roles import administrators, give, take

from .world import AT, PASSWORD, place, someone


def code_of(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.code, refused.value.field


def kinds(since: int = 0) -> list[str]:
    return list(Event.objects.filter(stream="directory", pk__gt=since).order_by("pk").values_list("kind", flat=True))


def last() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


# ── establishments ───────────────────────────────────────────────────────────────────────────────────────────────────
DETAILS = {
    "siret": "",
    "name": "CHU",
    "kind": "public",
    "category": "CHU",
    "ght_code": "",
    "departement": None,
    "activity": 1,
}


def test_an_establishment_comes_with_its_group_and_one_event(town):
    before = last()
    made = place(7003, "Hôpital de l’Œuvre")
    assert made.group.name.startswith("ej:") and made.group.user_set.count() == 0
    assert made.sort_key == "hopital de l'oeuvre"
    assert made.siren == made.siret[:9]
    assert kinds(before) == ["establishment.created"]
    real = actions.create_establishment(finess="750 712 184", **DETAILS, fictitious=False, by=town.adam)
    assert (real.finess, real.fictitious, real.activity_fictitious) == ("750712184", False, False)
    corsican = actions.create_establishment(finess="2A0000013", **DETAILS, by=None)
    assert corsican.finess == "2A0000013"  # a doubtful Corsican key warns and does not block


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": " "}, ("D05", "name")),
        ({"kind": "hotel"}, ("D05", "kind")),
        ({"departement": "20"}, ("D05", "departement")),
        ({"finess": "12345678"}, ("D01", "finess")),
        ({"finess": "750712185"}, ("D01", "finess")),
        ({"siret": "123"}, ("D02", "siret")),
        ({"siret": "26972074400012"}, ("D02", "siret")),
        ({"finess": None, "siret": "FICTITIOUS"}, ("D03", "siret")),
        ({"finess": "FICTITIOUS"}, ("D03", "finess")),
        ({"fictitious": True}, ("D03", "finess")),
        ({"finess": "TAKEN", "fictitious": True}, ("D04", "finess")),
        ({"siret": "TAKEN"}, ("D04", "siret")),
    ],
)
def test_what_an_establishment_cannot_be(town, change, expected):
    from directory.identifiers import fictitious_finess, fictitious_siret

    details = {"finess": "750712184", "fictitious": False, "by": None} | DETAILS | change
    words = {
        "finess": {"FICTITIOUS": fictitious_finess(9), "TAKEN": town.here.finess},
        "siret": {"FICTITIOUS": fictitious_siret(9), "TAKEN": town.here.siret},
    }
    for name, table in words.items():
        details[name] = table.get(details[name], details[name])
    assert code_of(actions.create_establishment, **details) == expected
    assert Establishment.objects.count() == 2


def test_the_database_keeps_fictitious_numbers_said(town):
    with pytest.raises(IntegrityError), transaction.atomic():
        group = Group.objects.create(name="ej:essai")
        Establishment.objects.create(finess=fictitious_finess(7009), name="CH", kind="public", group=group)


def test_a_gcs_has_members_once(town):
    gcs, before = place(7004, "GCS fictif", kind="gcs"), last()
    first = actions.add_gcs_member(gcs, town.here, by=town.adam)
    assert actions.add_gcs_member(gcs, town.here, by=None) == first
    assert kinds(before) == ["establishment.joined_gcs"]
    assert code_of(actions.add_gcs_member, town.here, gcs, by=None) == ("D06", "gcs")
    assert code_of(actions.add_gcs_member, gcs, gcs, by=None) == ("D06", "member")
    with pytest.raises(PermissionDenied):
        actions.add_gcs_member(gcs, town.there, by=town.driss)


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_account_without_a_password_opens_to_nobody(town):
    before = last()
    made = actions.create_user(email=" New@Edsh.Example ", full_name=" Nour ", by=town.adam)
    assert (made.email, made.full_name, passwords.matches(made, "")) == ("new@edsh.example", "Nour", False)
    assert kinds(before) == ["user.created"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"email": "nowhere"}, ("D10", "email")),
        ({"email": "alice@edsh.example"}, ("D10", "email")),
        ({"full_name": "  "}, ("D10", "full_name")),
        ({"password": "court"}, ("D11", "password")),
    ],
)
def test_what_an_account_cannot_be(town, change, expected):
    assert (
        code_of(actions.create_user, **{"email": "n@edsh.example", "full_name": "N", "by": None} | change) == expected
    )


def test_affiliation_opens_and_shuts_the_group(town):
    before = last()
    again = actions.affiliate(town.alice, town.here, kind="writer", by=town.adam)
    assert again == Affiliation.objects.get(user=town.alice) and kinds(before) == []
    second = actions.affiliate(town.alice, town.here, kind="signatory", by=town.sophie, at=AT)
    epoch = town.alice.session_epoch
    actions.end_affiliation(again, by=town.adam)
    assert town.alice.groups.filter(pk=town.here.group_id).exists()  # still its signatory
    actions.end_affiliation(second, by=None)
    assert not town.alice.groups.filter(pk=town.here.group_id).exists()
    assert User.objects.get(pk=town.alice.pk).session_epoch == epoch + 2
    assert kinds(before) == ["affiliation.changed"] * 3
    assert code_of(actions.end_affiliation, second, by=None) == ("D13", None)
    employee = actions.affiliate(town.zoe, town.here, kind="employee", by=town.adam)
    assert not town.zoe.groups.filter(pk=town.here.group_id).exists()
    actions.end_affiliation(employee, by=town.adam)
    assert code_of(actions.affiliate, town.zoe, town.here, kind="guest", by=None) == ("D12", "kind")
    with pytest.raises(PermissionDenied):
        actions.affiliate(town.zoe, town.here, kind="writer", by=town.zoe)
    with pytest.raises(PermissionDenied):
        actions.affiliate(
            town.zoe,
            town.here,
            kind="signatory",
            by=actions.affiliate(someone("nora"), town.here, kind="writer", by=None).user,
        )
    with pytest.raises(PermissionDenied):
        actions.end_affiliation(Affiliation.objects.get(user=town.sophie), by=town.alice)


def test_roles_are_given_and_taken_by_two_administrators(town):
    other = administrators()[0]
    actions.end_affiliation(Affiliation.objects.get(user=town.zoe), by=town.adam)
    before, epoch = last(), User.objects.get(pk=town.zoe.pk).session_epoch
    asked = actions.propose_role(town.zoe, "expert", by=town.adam)
    assert not has_role(User.objects.get(pk=town.zoe.pk), "expert")
    assert code_of(acts.approve, asked, by=town.adam) == ("A04", None)
    acts.approve(asked, by=other)
    assert has_role(User.objects.get(pk=town.zoe.pk), "expert")
    assert code_of(actions.propose_role, town.zoe, "expert", by=town.adam) == ("D21", "role")
    acts.approve(actions.propose_role_end(town.zoe, "expert", by=other), by=town.adam)
    assert User.objects.get(pk=town.zoe.pk).session_epoch == epoch + 1
    halves = ["act.proposed", "act.approved"]
    assert kinds(before) == [*halves, "role.granted", *halves, "role.revoked"]
    assert code_of(actions.propose_role_end, town.zoe, "expert", by=town.adam) == ("D24", "role")
    assert code_of(actions.propose_role, town.zoe, "king", by=town.adam) == ("D20", "role")
    assert code_of(actions.propose_role, town.adam, "payer", by=town.adam) == ("D23", "role")
    third = actions.propose_role(town.zoe, "payer", by=town.adam)
    acts.lapse(third, by=None)
    for person in (town.driss, town.aude):
        with pytest.raises(PermissionDenied):
            actions.propose_role(town.zoe, "payer", by=person)
        with pytest.raises(PermissionDenied):
            actions.propose_role_end(town.driss, "instructor", by=person)


def test_two_administrators_are_always_left(town):
    first, second = administrators()
    take(town.adam, "administrator")
    asked = actions.propose_role_end(second, "administrator", by=first)
    assert code_of(acts.approve, asked, by=second) == ("D25", "role")


STATE = sorted(set(ROLES) - {"expert"})
TOGETHER = {
    *(
        frozenset(("expert", role))
        for role in ("jury_chair", "instructor", "validator", "certifier", "orderer", "payer")
    ),
    frozenset(("validator", "instructor")),
    *(frozenset(pair) for pair in (("certifier", "orderer"), ("certifier", "payer"), ("orderer", "payer"))),
    *(frozenset((apart, role)) for apart in ("auditor", "administrator") for role in ROLES if role != apart),
}


def test_roles_that_do_not_go_together_are_a_table_held_by_the_database(town):
    """Every pair of roles, and each with the writing of a candidate: refused by the table, and by the table alone."""
    told = {frozenset(pair) for pair in Incompatible.objects.values_list("role", "other")}
    assert told == TOGETHER | {frozenset((role, "establishment")) for role in STATE}
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in ROLES}
    first, second = administrators()
    for one, other in itertools.combinations(ROLES, 2):
        with transaction.atomic():
            user = someone("paire", one)
            if frozenset((one, other)) not in TOGETHER:
                give(user, other)
            else:
                assert code_of(actions.propose_role, user, other, by=first) == ("D22", "until")
                with (
                    pytest.raises(DatabaseError),
                    transaction.atomic(),
                ):  # the table's own rule, an act having been approved
                    approved("role.grant", first, second, user=user.pk, role=other)
                    settle_group(user, groups[other].pk, holds=True)
            transaction.set_rollback(True)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_writes_for_a_candidate_holds_no_role_of_the_state(town, role):
    first, second = administrators()
    if role == "expert":
        give(town.alice, role)
        return
    assert code_of(actions.propose_role, town.alice, role, by=first) == ("D22", "until")
    held = someone("etat", role)
    assert code_of(actions.affiliate, held, town.here, kind="writer", by=None) == ("D22", "kind")
    actions.affiliate(held, town.here, kind="employee", by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Affiliation.objects.create(user=held, establishment=town.here, kind="signatory", since_at=AT)


def test_an_exception_is_an_act_of_two_with_its_end(town, set_clock):
    first, second = administrators()
    past = (AT - timedelta(days=2)).date()
    assert code_of(actions.propose_role, town.driss, "validator", until=past, by=first) == ("D22", "until")
    give(town.driss, "validator", until=(AT + timedelta(days=3)).date())
    assert roles(User.objects.get(pk=town.driss.pk)) == {"instructor", "validator"}
    set_clock(AT + timedelta(days=3, hours=1), frozen=True)
    assert actions.end_exceptions() == 0
    set_clock(AT + timedelta(days=4, hours=1), frozen=True)
    assert actions.end_exceptions() == 1
    assert roles(User.objects.get(pk=town.driss.pk)) == {"instructor"}
    assert code_of(actions.propose_role, town.driss, "validator", by=first) == ("D22", "until")


def test_nobody_gives_a_role_without_the_portal(town):
    """The database's own walls: no act, an act for oneself, a group renamed, a role taken without a word."""
    first, second = administrators()
    payer, mine = Group.objects.get_or_create(name="payer")[0], town.here.group
    attempts = [
        lambda: settle_group(town.zoe, payer.pk, holds=True),
        lambda: (
            approved("role.grant", first, second, user=second.pk, role="payer"),
            settle_group(second, payer.pk, holds=True),
        ),
        lambda: (
            approved("role.grant", first, second, user=town.driss.pk, role="payer"),
            settle_group(town.zoe, payer.pk, holds=True),
        ),
        lambda: settle_group(town.driss, Group.objects.get(name="instructor").pk),
        lambda: Group.objects.filter(pk=mine.pk).update(name="direction"),
        lambda: Group.objects.filter(name="payer").update(name="ej:1"),
        lambda: town.zoe.groups.through.objects.filter(user=town.driss).update(user=town.zoe),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_the_first_two_administrators_are_seated_once(db, set_clock):
    set_clock(AT, frozen=True)
    one, two = someone("une"), someone("deux")
    with pytest.raises(PermissionDenied), transaction.atomic():
        actions.seat_administrators(one, one)
    actions.seat_administrators(one, two)
    assert code_of(actions.seat_administrators, someone("trois"), someone("quatre")) == ("D29", None)
    give(someone("cinq"), "administrator")
    take(one, "administrator")
    with pytest.raises(DatabaseError), transaction.atomic():  # seated once is not seated for ever
        settle_group(one, Group.objects.get(name="administrator").pk, holds=True)


def test_accounts_shut_and_open(town):
    assert code_of(actions.deactivate, town.adam, by=town.adam) == ("D26", None)
    assert code_of(actions.reactivate, town.zoe, by=town.adam) == ("D27", None)
    before, epoch = last(), town.zoe.session_epoch
    actions.deactivate(town.zoe, by=town.adam)
    assert (town.zoe.is_active, town.zoe.session_epoch) == (False, epoch + 1)
    assert code_of(actions.deactivate, town.zoe, by=town.adam) == ("D27", None)
    actions.reactivate(town.zoe, by=town.adam)
    assert User.objects.get(pk=town.zoe.pk).is_active and kinds(before) == ["user.deactivated", "user.reactivated"]
    for verb in (actions.deactivate, actions.reactivate):
        with pytest.raises(PermissionDenied):
            verb(town.zoe, by=town.driss)


def test_ones_own_password_and_language(town):
    person, before = someone("paul", password=PASSWORD), last()
    change = {"current": PASSWORD, "password": "une autre phrase longue"}
    assert code_of(actions.change_password, person, **change | {"current": "x"}, by=person) == ("D30", "current")
    assert code_of(actions.change_password, person, **change | {"password": "court"}, by=person) == ("D11", "password")
    epoch = person.session_epoch
    actions.change_password(person, **change, by=person)
    assert passwords.matches(person, "une autre phrase longue") and person.session_epoch == epoch + 1
    actions.change_language(person, "en", by=person)
    assert User.objects.get(pk=person.pk).language == "en"
    assert code_of(actions.change_language, person, "de", by=person) == ("D31", "language")
    assert kinds(before) == ["user.password_changed", "user.language_changed"]
    with pytest.raises(PermissionDenied):
        actions.change_password(person, **change, by=town.adam)
    with pytest.raises(PermissionDenied):
        actions.change_language(person, "fr", by=town.adam)
    event = Event.objects.get(kind="user.password_changed", subject_id=person.pk)
    assert run(Delivery.objects.get(event=event).pk)
    assert Mail.objects.get(event=event).to == person


# ── invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────
def invited(by, at=AT, **more) -> Invitation:
    return actions.invite(**{"email": "New@edsh.example", "full_name": "Nour"} | more, by=by, at=at)


def letter_of(invitation: Invitation) -> str:
    """The token, read where it is: in the letter that the reaction wrote."""
    event = Event.objects.filter(
        subject_type="directory.invitation",
        subject_id=invitation.pk,
        kind__in=("invitation.created", "invitation.renewed"),
    ).latest("pk")
    assert run(Delivery.objects.get(event=event, reaction="directory.send_invitation").pk)
    body = Mail.objects.get(event=event).body
    return body.split("/invitation/")[1].split("/")[0]


def test_an_invitation_opens_an_account_once(town):
    before = last()
    invitation = invited(town.sophie, establishment=town.here, kind="writer")
    assert invitation.token_sha256 is None and kinds(before) == ["invitation.created"]
    token = letter_of(invitation)
    invitation.refresh_from_db()
    assert invitation.token_sha256 == actions.digest(token) and token not in str(Event.objects.values_list("body"))
    assert code_of(actions.accept_invitation, token, password="court", at=AT) == ("D11", "password")
    user = actions.accept_invitation(token, password=PASSWORD, at=AT)
    assert passwords.matches(user, PASSWORD) and user.groups.get() == town.here.group
    assert kinds(before)[1:] == ["user.created", "affiliation.changed", "invitation.accepted"]
    assert code_of(actions.accept_invitation, token, password=PASSWORD, at=AT) == ("D42", None)
    assert code_of(actions.renew_invitation, invitation, by=town.sophie) == ("D41", None)
    event = Event.objects.get(kind="invitation.created", subject_id=invitation.pk)
    from directory.reactions import send_invitation

    assert send_invitation(event) is None  # accepted meanwhile: no letter


def test_an_invitation_ends_and_is_renewed(town, set_clock):
    invitation = invited(town.adam, role="expert")
    token = letter_of(invitation)
    end = invitation.expires_at
    assert end == AT + timedelta(days=7)
    assert code_of(actions.accept_invitation, token, password=PASSWORD, at=end) == ("D43", None)
    set_clock(end, frozen=True)
    actions.renew_invitation(invitation, by=town.adam, at=end)
    assert code_of(actions.accept_invitation, token, password=PASSWORD, at=end) == ("D42", None)
    user = actions.accept_invitation(letter_of(invitation), password=PASSWORD, at=end)
    assert not user.groups.exists()  # the role that it names is an act of two
    with pytest.raises(PermissionDenied):
        actions.renew_invitation(invited(town.adam, at=end, role="payer"), by=town.sophie)


def test_an_invitation_dies_with_the_right_of_who_sent_it(town):
    token = letter_of(invited(town.sophie, establishment=town.here, kind="writer"))
    actions.end_affiliation(Affiliation.objects.get(user=town.sophie), by=None)
    assert code_of(actions.accept_invitation, token, password=PASSWORD, at=AT) == ("D44", None)


def test_who_has_an_account_joins_with_it_only(town):
    token = letter_of(invited(town.adam, email=town.zoe.email, establishment=town.here, kind="writer", role="expert"))
    assert code_of(actions.accept_invitation, token, password=PASSWORD, at=AT) == ("D45", None)
    assert code_of(actions.accept_invitation, token, by=town.alice, at=AT) == ("D45", None)
    give(town.zoe, "expert")
    assert actions.accept_invitation(token, by=town.zoe, at=AT) == town.zoe
    assert town.zoe.groups.filter(pk=town.here.group_id).exists()
    shut = letter_of(invited(town.adam, email=town.driss.email, role="payer"))
    actions.deactivate(town.driss, by=town.adam)
    assert code_of(actions.accept_invitation, shut, by=town.driss, at=AT) == ("D45", None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"kind": "writer"}, ("D12", "kind")),
        ({"kind": "guest", "establishment": "here"}, ("D12", "kind")),
        ({}, ("D40", "role")),
        ({"role": "king"}, ("D20", "role")),
        ({"role": "expert", "email": "x"}, ("D10", "email")),
        ({"role": "expert", "full_name": " "}, ("D10", "full_name")),
        ({"role": "expert", "email": "Adam@edsh.example"}, ("D23", "email")),
    ],
)
def test_what_an_invitation_cannot_be(town, change, expected):
    if "establishment" in change:
        change = change | {"establishment": town.here}
    assert code_of(invited, town.adam, **change) == expected


def test_who_may_invite_whom(town):
    for by, more in (
        (town.alice, {"establishment": town.here, "kind": "signatory"}),
        (town.alice, {"role": "expert"}),
        (town.zoe, {"establishment": town.here, "kind": "writer"}),
        (town.sophie, {"establishment": town.here, "kind": "writer", "role": "expert"}),
    ):
        with pytest.raises(PermissionDenied):
            invited(by, **more)
    assert invited(town.alice, establishment=town.here, kind="writer").pk
    assert invited(town.sophie, establishment=town.here, kind="signatory").pk


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_token_is_told_once_and_ends(town):
    before = last()
    token, key = actions.issue_token(
        town.driss, label="  Tableau   régional ", scopes=["read"], days=2, by=town.driss, at=AT
    )
    assert key.startswith("edsh_") and key not in (token.key_sha256, str(Event.objects.values_list("body")))
    assert (token.label, token.scopes, token.expires_at) == ("Tableau régional", ["read"], AT + timedelta(days=2))
    actions.revoke_token(token, by=town.driss)
    assert kinds(before) == ["token.issued", "token.revoked"]
    assert code_of(actions.revoke_token, token, by=town.driss) == ("D53", None)
    with pytest.raises(PermissionDenied):
        actions.revoke_token(token, by=town.adam)
    with pytest.raises(PermissionDenied):
        actions.issue_token(town.driss, label="x", scopes=["read"], days=1, by=town.adam)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"label": " "}, ("D50", "label")),
        ({"scopes": []}, ("D51", "scopes")),
        ({"scopes": ["all"]}, ("D51", "scopes")),
        ({"days": 0}, ("D52", "days")),
        ({"days": 367}, ("D52", "days")),
    ],
)
def test_what_a_token_cannot_be(town, change, expected):
    details = {"label": "x", "scopes": ["read"], "days": 1, "by": town.driss} | change
    assert code_of(actions.issue_token, town.driss, **details) == expected
    assert not ApiToken.objects.exists()
