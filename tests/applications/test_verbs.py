"""The verbs of the dossier's content and of its consortium: what they do, what they refuse, who may."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from applications import actions, permissions
from applications.content import freeze
from applications.models import Application, ApplicationGroupPermission, BudgetLine, Membership
from calls import permissions as calls_permissions
from casework import permissions as casework_permissions
from directory import actions as directory
from edsh_portal.models import Event
from edsh_portal.workflow import Refused, portal_only

from . import world as made


def refusal(verb, *args, **kwargs) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        verb(*args, **kwargs)
    assert refused.value.message
    return refused.value.code, refused.value.field


def sees(user, application) -> bool:
    return Application.objects.visible_to(user).filter(pk=application.pk).exists()


# ── creation ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_create_links_the_establishment_s_people(world, draft):
    membership = draft.memberships.get()
    assert (membership.role, membership.state, membership.answered_by) == ("coordinator", "accepted", world.cast.alice)
    link = ApplicationGroupPermission.objects.get()
    assert (link.membership, link.group) == (membership, world.rennes.group)
    assert sees(world.cast.alice, draft) and sees(world.cast.sophie, draft) and sees(world.cast.aude, draft)
    for who in ("zoe", "bruno", "driss", "victor", "adam", "nadia", "claire", "emma", "dora"):
        assert not sees(getattr(world.cast, who), draft)


def test_create_refuses(world):
    alice, company = world.cast.alice, world.company
    with pytest.raises(PermissionDenied):
        actions.create(world.wave, coordinator=world.brest, acronym="X", by=alice)
    directory.affiliate(alice, company, kind="writer", by=None)
    assert refusal(actions.create, world.wave, coordinator=company, acronym="X", by=alice) == ("R11", "coordinator")
    assert refusal(actions.create, world.wave, coordinator=world.rennes, acronym="  ", by=alice) == ("E01", "acronym")
    assert refusal(actions.create, world.wave, coordinator=world.rennes, acronym="x" * 41, by=alice) == (
        "E02",
        "acronym",
    )
    assert not Application.objects.exists()


# ── consortium ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_invite_accept_remove_move_the_link_with_the_membership(world, draft):
    alice, bruno = world.cast.alice, world.cast.bruno
    partner = actions.invite_partner(draft, world.brest, by=alice)
    assert not sees(bruno, draft) and Membership.objects.visible_to(bruno).get() == partner
    assert permissions.can_answer_membership(bruno, partner) and not permissions.can_answer_membership(alice, partner)
    actions.accept_membership(partner, by=bruno)
    assert sees(bruno, draft) and partner.links.count() == 1
    assert permissions.can_edit_member(bruno, partner) and not permissions.can_edit(bruno, draft)
    assert refusal(actions.accept_membership, partner, by=None)[0] == "W01"
    assert refusal(actions.remove_member, partner, reason=" ", by=alice) == ("W02", "reason")
    actions.remove_member(partner, reason="Autre projet", by=alice)
    assert not sees(bruno, draft) and partner.links.count() == 0
    assert not ApplicationGroupPermission.objects.filter(group=world.brest.group).exists()
    again = actions.invite_partner(draft, world.brest, by=alice)
    actions.decline_membership(again, by=bruno)
    assert again.state == "declined" and not again.links.exists()
    kinds = Event.objects.filter(stream=f"application:{draft.pk}").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == [
        "application.created",
        "membership.created",
        "membership.invited",
        "membership.accepted",
        "membership.removed",
        "membership.invited",
        "membership.declined",
    ]


def test_invite_refuses(world, draft):
    alice = world.cast.alice
    assert refusal(actions.invite_partner, draft, world.company, by=alice) == ("R13", "establishment")
    assert refusal(actions.invite_partner, draft, world.rennes, by=alice) == ("R12", "establishment")
    for number in range(5):
        actions.invite_partner(draft, made.place(900 + number, f"CH {number}"), by=alice)
    assert refusal(actions.invite_partner, draft, world.angers, by=alice) == ("R12", "establishment")
    with pytest.raises(PermissionDenied):
        actions.invite_partner(draft, world.angers, by=world.cast.zoe)


@pytest.mark.parametrize("who", ["alice", "zoe", "driss", "aude", "adam"])
def test_only_the_invited_establishment_answers(world, draft, who):
    partner = actions.invite_partner(draft, world.brest, by=world.cast.alice)
    with pytest.raises(PermissionDenied):
        actions.accept_membership(partner, by=getattr(world.cast, who))


def test_the_coordinator_is_never_removed(world, draft):
    with pytest.raises(PermissionDenied):
        actions.remove_member(draft.memberships.get(), reason="Non", by=world.cast.alice)


def test_a_person_who_leaves_loses_everything_at_once(world, draft):
    affiliation = world.cast.alice.affiliations.get()
    directory.end_affiliation(affiliation, by=None)
    assert not permissions.can_edit(world.cast.alice, Application.objects.get(pk=draft.pk))
    with pytest.raises(PermissionDenied):
        actions.save_field(draft, "answers.ambition", "x", read_version=0, by=world.cast.alice)


def test_associated_partners(world, draft):
    alice = world.cast.alice
    firm = actions.add_associated(draft, establishment=world.company, by=alice)
    assert (firm.name, firm.kind) == ("Données SAS", "company")
    lab = actions.add_associated(draft, name=" Inserm ", kind="research", siren="180 036 048", by=alice)
    assert (lab.name, lab.siren) == ("Inserm", "180036048")
    for details, expected in (
        ({"name": "", "kind": "research"}, ("E01", "name")),
        ({"name": "x" * 161, "kind": "research"}, ("E01", "name")),
        ({"name": "X", "kind": "autre"}, ("E01", "kind")),
        ({"name": "X", "kind": "other", "siren": "180036049"}, ("E04", "siren")),
        ({"name": "Autre nom", "kind": "other", "siren": "180036048"}, ("E03", "name")),
        ({"name": "données sas", "kind": "other"}, ("E03", "name")),
    ):
        assert refusal(actions.add_associated, draft, **details, by=alice) == expected
    actions.remove_associated(lab, by=alice)
    assert list(draft.associated.all()) == [firm]


# ── content ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_identity(world, draft):
    alice = world.cast.alice
    actions.save_row(
        draft,
        "identity",
        acronym="ODH",
        goal="consolidate",
        starts_on=date(2023, 1, 1),
        months=40,
        maturity_now=7,
        maturity_target=10,
        by=alice,
    )
    draft.refresh_from_db()
    assert (draft.goal, draft.months, draft.maturity_now) == ("consolidate", 40, 7)
    for details, expected in (
        ({"goal": "detruire"}, ("R23", "goal")),
        ({"months": 0}, ("R16", "months")),
        ({"months": 601}, ("R16", "months")),
        ({"maturity_now": 11}, ("R23", "maturity_now")),
        ({"maturity_target": -1}, ("R23", "maturity_target")),
        ({"title": "x" * 201}, ("E02", "title")),
        ({"title": "a\x00b"}, ("E02", "title")),
    ):
        assert refusal(actions.save_row, draft, "identity", acronym="ODH", **details, by=alice) == expected


def test_projects_and_perimeters(world, draft, monkeypatch):
    alice = world.cast.alice
    lab = actions.add_associated(draft, name="Inserm", kind="research", by=alice)
    project = actions.save_row(draft, "projects", title="A", partners=[lab], by=alice)
    same = actions.save_row(draft, "projects", title="B", summary="s", partners=[], row=project, by=alice)
    assert (same.pk, same.title, list(same.partners.all())) == (project.pk, "B", [])
    assert refusal(actions.save_row, draft, "projects", title="", by=alice) == ("E01", "title")
    perimeter = actions.save_row(
        draft, "perimeters", scope="a", depth="b", refresh="c", duration="d", interest="e", by=alice
    )
    assert refusal(
        actions.save_row, draft, "perimeters", scope="", depth="b", refresh="c", duration="d", interest="e", by=alice
    ) == ("E01", "scope")
    assert freeze.read(draft, made.NOW).facts.perimeters == 1
    begun = actions.save_row(
        draft, "perimeters", scope="a", by=alice
    )  # kept, and counted once its five fields are said (R20)
    assert freeze.read(draft, made.NOW).facts.perimeters == 1
    actions.remove_row(begun.application, "perimeters", begun, by=alice)
    monkeypatch.setattr("applications.actions.columns.MOST_ROWS", 1)
    assert refusal(actions.save_row, draft, "projects", title="C", by=alice)[0] == "E03"
    actions.remove_row(project.application, "projects", project, by=alice)
    actions.remove_row(perimeter.application, "perimeters", perimeter, by=alice)
    assert not draft.projects.exists() and not draft.perimeters.exists()


def test_a_partner_of_another_dossier_is_not_linked(world, draft):
    other = actions.create(world.wave, coordinator=world.nantes, acronym="N", by=world.cast.zoe)
    stranger = actions.add_associated(other, name="Inserm", kind="research", by=world.cast.zoe)
    project = actions.save_row(draft, "projects", title="A", partners=[stranger], by=world.cast.alice)
    assert not project.partners.exists()


# ── budget ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_budget_replaces_the_whole_and_keeps_an_unbalanced_plan(world, draft):
    alice, member = world.cast.alice, draft.memberships.get()
    actions.save_budget(member, {(0, "staff", 2023): 100, (0, "travel", 2024): 0}, {"aid_cents": 100}, by=alice)
    actions.save_budget(member, {(0, "hosting", 2023): 50}, {"aid_cents": 20}, by=alice)
    assert list(BudgetLine.objects.values_list("category", "year", "cents")) == [("hosting", 2023, 50)]
    member.plan.refresh_from_db()
    assert (member.plan.aid_cents, member.plan.own_cents) == (20, 0)
    for cells, plan, expected in (
        ({(0, "staff", 2023): -1}, {}, ("R30", "0-staff-2023")),
        ({(0, "staff", 2023): 10**15}, {}, ("R30", "0-staff-2023")),
        ({(0, "charbon", 2023): 1}, {}, ("R30", "0-charbon-2023")),
        ({(0, "staff", 2099): 1}, {}, ("R35", "0-staff-2099")),
        ({}, {"own_cents": -1}, ("R30", "own_cents")),
    ):
        assert refusal(actions.save_budget, member, cells, plan, by=alice) == expected
    actions.save_budget(member, {(0, "staff", 2099): 0}, {}, by=alice)
    assert not BudgetLine.objects.exists()


def test_an_aid_above_the_expenses_is_kept_and_bars_the_deposit(world, ready):
    member = ready.memberships.get(role="coordinator")
    for aid, bars in ((80_000_000, False), (80_000_001, True)):
        actions.save_budget(member, {(1, "staff", 2023): 80_000_000}, {"aid_cents": aid}, by=world.cast.alice)
        assert ("R30" in {v.rule for v in freeze.read(ready, made.NOW).blocking}) == bars
    assert refusal(actions.submit, ready, by=world.cast.sophie)[0] == "R30"


def test_each_member_writes_its_own_part_only(world, ready):
    brest, rennes = ready.memberships.get(role="partner"), ready.memberships.get(role="coordinator")
    actions.save_row(brest.application, "members", row=brest, work="Par le coordinateur", by=world.cast.alice)
    assert refusal(actions.save_row, brest.application, "members", row=brest, work="x" * 4001, by=world.cast.bruno) == (
        "E02",
        "work",
    )
    for verb in (
        lambda: actions.save_row(rennes.application, "members", row=rennes, work="x", by=world.cast.bruno),
        lambda: actions.save_budget(rennes, {}, {}, by=world.cast.bruno),
        lambda: actions.save_row(brest.application, "members", row=brest, work="x", by=world.cast.zoe),
        lambda: actions.add_piece(ready, "presentation", made.pdf(), name="a.pdf", by=world.cast.bruno),
        lambda: actions.add_piece(
            ready, "annexe-financiere", made.xlsx(), name="a.xlsx", membership=rennes, by=world.cast.bruno
        ),
        lambda: actions.remove_piece(ready.pieces.get(code="presentation"), by=world.cast.bruno),
        lambda: actions.save_row(ready, "projects", title="x", by=world.cast.bruno),
    ):
        with pytest.raises(PermissionDenied):
            verb()


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_pieces_replace_and_remove(world, ready):
    alice, old = world.cast.alice, ready.pieces.get(code="presentation")
    new = actions.add_piece(ready, "presentation", made.pdf(2), name="../../a\u202efdp.exe", by=alice)
    old.refresh_from_db()
    assert old.replaced_at == made.NOW and new.document.name == "afdp.pdf" and new.document.scan == "examining"
    assert refusal(actions.remove_piece, old, by=alice)[0] == "W01"
    actions.remove_piece(new, by=alice)
    assert not ready.pieces.filter(code="presentation", replaced_at=None).exists()
    brest = ready.pieces.get(membership__role="partner", replaced_at=None)
    actions.remove_piece(brest, by=world.cast.bruno)


def test_pieces_refuse(world, ready):
    alice, member = world.cast.alice, ready.memberships.get(role="coordinator")
    other = actions.create(world.wave, coordinator=world.nantes, acronym="N", by=world.cast.zoe).memberships.get()
    for code, membership, expected in (
        ("inconnue", None, ("R10", "code")),
        ("presentation", member, ("R10", "membership")),
        ("annexe-financiere", None, ("R10", "membership")),
        ("annexe-financiere", other, ("R10", "membership")),
    ):
        assert (
            refusal(actions.add_piece, ready, code, made.pdf(), name="a.pdf", membership=membership, by=alice)
            == expected
        )
    assert refusal(actions.add_piece, ready, "presentation", b"MZ", name="a.pdf", by=alice) == ("R05", "file")


# ── gates ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_gates_by_state(world, ready):
    cast = world.cast
    fresh = lambda: Application.objects.get(pk=ready.pk)
    assert permissions.can_edit(cast.alice, fresh()) and permissions.can_edit(cast.sophie, fresh())
    actions.submit(ready, by=cast.sophie)
    assert permissions.can_edit(cast.alice, fresh())
    actions.withdraw(ready, "Fin", by=cast.sophie)
    assert not permissions.can_edit(cast.alice, fresh())
    member = Membership.objects.select_related("application").get(application=ready, role="partner")
    assert not permissions.can_edit_member(cast.bruno, member)
    assert not permissions.can_submit(None, fresh()) and not permissions.writes_for(None, world.rennes)


def test_after_deposit_the_state_reads_and_the_hdh_only_its_part(world, ready, settings):
    actions.submit(ready, by=world.cast.sophie)
    piece = ready.pieces.filter(replaced_at=None).first()
    for who in ("driss", "victor", "emma", "dora", "aude"):
        user = getattr(world.cast, who)
        assert (
            sees(user, ready)
            and permissions.can_read_whole(user, ready)
            and permissions.can_open_document(piece.document)
        )
    assert sees(world.cast.nadia, ready) and not permissions.can_read_whole(world.cast.nadia, ready)
    for who in ("zoe", "adam", "claire"):
        assert not sees(getattr(world.cast, who), ready)
    settings.OPEN_UNSCANNED = False
    assert not permissions.can_open_document(piece.document)


def test_the_state_s_gates(world, ready):
    cast = world.cast
    assert (
        calls_permissions.can_manage_call(cast.adam)
        and calls_permissions.can_manage_call(cast.driss)
        and not calls_permissions.can_manage_call(cast.alice)
    )
    assert casework_permissions.can_propose_admissibility(
        cast.driss, ready
    ) and not casework_permissions.can_propose_admissibility(cast.victor, ready)
    assert permissions.can_rule_admissibility(cast.victor, ready) and not permissions.can_rule_admissibility(
        cast.driss, ready
    )
    assert not portal_only(cast.adam, ready)
