"""The consortium of an award that runs: another coordinator, a member that leaves or is put out, one that joins (R82, R80)."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.models import BudgetLine
from applications.permissions import standing, stood
from applications.reactions.letters import members_of as members_told
from edsh_portal import acts
from edsh_portal.models import Act
from funding import actions, amending, eligible, ledger, panels, printing
from funding.models import Amendment, Convention, Grant, GrantShare, MemberChange
from funding.models.consortium import coordinator_of, members_of, parties_of
from tests.funding.test_actions import refused
from tests.funding.test_amendments import broken, held_back, sent
from tests.funding.test_claims import TENTH
from tests.funding.world import approved
from tests.heard import heard

# ── what who leaves keeps ────────────────────────────────────────────────────────────────────────────────────────────
EUROS = st.integers(100_00, 10**9)


@given(
    st.lists(st.tuples(EUROS, st.integers(0, 110)), min_size=1, max_size=4),
    st.integers(1_000, 10_000),
    st.integers(0, 10**9),
)
def test_who_leaves_keeps_what_is_due_at_the_rate_it_was_decided(lines, rate_bp, paid):
    """`lines`: (budget, percent of it accepted). The final aid on what was accepted is the same cents before and after; what is paid stays
    covered; and the rate does not fall."""
    budget = {str(n): cents for n, (cents, _percent) in enumerate(lines)}
    accepted = {str(n): cents * percent // 100 for n, (cents, percent) in enumerate(lines) if percent}
    base = sum(budget.values())
    share, paid = base * rate_bp // 10_000, min(paid, base * rate_bp // 10_000)
    aid = eligible.final(budget, accepted, most_cents=share, transfer_bp=TENTH).aid_cents
    left = amending.leaving({1: share}, {1: max(paid, aid)}, budget, accepted)
    assert left.shares == {1: max(paid, aid)}
    if sum(accepted.values()) <= base:
        after = eligible.final(left.expenses, accepted, most_cents=left.shares[1], transfer_bp=TENTH).aid_cents
        assert aid <= after <= aid + len(lines)
        assert after == aid or paid > aid  # under what is paid alone may a cent be rounded, and it is claimed back
    assert share * sum(left.expenses.values()) <= base * left.shares[1]


def test_of_two_sources_the_same_part_is_left():
    left = amending.leaving({1: 600_00, 2: 300_00}, {1: 200_00, 2: 10_00}, {"staff": 1_800_00}, {"staff": 500_00})
    assert left == ({1: 200_00, 2: 100_00}, {"staff": 600_00})
    assert amending.leaving({1: 600_00}, {1: 0}, {"staff": 1_800_00}, {}) == ({1: 0}, {})


# ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def signed(money):
    """The two conventions of an award of 600 000 and 400 000 euros, Rennes coordinating."""
    return [money.convention(share) for share in money.granted().shares.order_by("pk")]


@pytest.fixture
def nantes(money):
    return money.cast.zoe.affiliations.get().establishment


def asked(grant: Grant, kind: str, of, by) -> Amendment:
    return actions.ask_amendment(grant, kind=kind, establishment=of, reason="Le consortium change.", by=by)


def agreed(money, amendment: Amendment) -> Amendment:
    c = money.cast
    signers = {money.rennes.pk: c.sophie, money.brest.pk: c.paula}
    for place, pk in parties_of(amendment):
        party = c.zoe.affiliations.get().establishment if pk is None else Convention.objects.get(pk=pk)
        by = signers.get(place, c.zoe)
        actions.sign_amendment(amendment, party, quality="Directrice", sha256=amendment.document.sha256, by=by)
    return amendment


def entered(money, amendment: Amendment) -> Amendment:
    acts.approve(actions.propose_amendment(agreed(money, sent(amendment)), by=money.cast.driss), by=money.cast.dora)
    amendment.refresh_from_db()
    assert amendment.state == "in_force"
    return amendment


def waited(*places) -> list[tuple[Amendment, int, int | None]]:
    """The signatures that the homes of these establishments list."""
    return [tuple(one.values()) for one in panels.amendments_to_sign([place.pk for place in places])]


def changes(grant: Grant) -> list[tuple[str, str]]:
    return [
        (one.establishment.name, one.change) for one in grant.changes.select_related("establishment").order_by("pk")
    ]


def test_another_member_coordinates(money, signed):
    grant, c = signed[0].share.grant, money.cast
    refused("R82", asked, grant, "lead", None, c.alice)
    refused("R82", asked, grant, "lead", money.rennes, c.alice)  # it does already
    made = asked(grant, "lead", money.brest, c.alice)
    actions.draft_amendment(made, by=c.driss)
    assert made.after["members"] == {str(money.rennes.pk): "partner", str(money.brest.pk): "coordinator"}
    entered(money, made)
    assert (coordinator_of(grant), grant.application.coordinator_id) == (money.brest.pk, money.rennes.pk)
    assert changes(grant) == [("CHU de Brest", "lead")]
    with pytest.raises(PermissionDenied):
        actions.ask_amendment(grant, kind="duration", reason="Encore.", by=c.alice)
    second = actions.ask_amendment(grant, kind="duration", reason="Plus long.", by=c.bruno)
    with pytest.raises(PermissionDenied):
        actions.declare_start(grant, started_on=grant.engaged_at.date(), by=c.alice)
    assert printing.compose(signed[1])["beneficiary"]["coordinator"] is True
    told = printing.compose_amendment(made)
    assert told["members"] == {"changed": "lead", "name": "CHU de Brest", "coordinator": "CHU de Brest"}
    assert [row["label"] for row in told["changes"]] == ["CHU de Rennes", "CHU de Brest"]
    assert [(row["before"], row["after"]) for row in told["changes"]] == [
        ("Coordinateur", "Partenaire"),
        ("Partenaire", "Coordinateur"),
    ]
    assert second.number == 2
    assert broken() == []


def test_one_establishment_coordinates_one_award_of_a_call(money, signed):
    """R14, asked again on the consortium as it becomes."""
    c, other = money.cast, money.granted()
    for share in other.shares.order_by("pk"):
        money.convention(share)
    first = asked(signed[0].share.grant, "lead", money.brest, c.alice)
    actions.draft_amendment(first, by=c.driss)
    entered(money, first)
    second = asked(other, "lead", money.brest, c.alice)
    refused("R14", actions.draft_amendment, second, by=c.driss)


def test_the_page_of_a_draft_says_what_was_asked_and_lays_expenses_out_as_a_table(money, signed, client):
    """A category a row, a member a column, and what stands under them."""
    c = money.cast
    made = asked(signed[0].share.grant, "budget", None, c.alice)
    client.force_login(c.driss)
    page = client.get(reverse("funding:draft_amendment", args=[made.pk])).content.decode()
    table = page.partition("<table")[2].partition("</table>")[0]
    assert "Le consortium change." in page and table.count('name="expense_') == 2 * len(BudgetLine.Category)
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)', table) == ["Poste", "CHU de Rennes ", "CHU de Brest "]
    assert re.findall(r">([\d\s\u202f]+,\d\d)\u00a0€", table.partition("<tfoot>")[2]) == [
        "1\u202f000\u202f000,00",
        "800\u202f000,00",
    ]


def test_a_member_leaves_with_what_its_expenses_give_it(money, signed):
    first, second = signed
    grant, c, line = first.share.grant, money.cast, money.lines["FR2030"]
    money.pay(money.plan(second, 20_000_00))
    money.accepted(money.claim(second, {"staff": 100_000_00}))  # 50 %: 50 000 € of aid
    available = ledger.summary(line)["available"]
    made = asked(grant, "leave", money.brest, c.alice)
    actions.draft_amendment(made, shares={first.share_id: 700_000_00}, by=c.driss)
    here, there = str(first.share_id), str(second.share_id)
    assert (made.after["shares"][here], made.after["shares"][there]) == (700_000_00, 50_000_00)
    assert made.after["expenses"][str(money.brest.pk)] == {"staff": 100_000_00}
    assert [place for place, _pk in parties_of(made)] == [
        money.rennes.pk,
        money.brest.pk,
    ]  # it consents by its signature
    entered(money, made)
    assert (made.released_cents, ledger.summary(line)["available"]) == (250_000_00, available + 250_000_00)
    assert (members_of(grant), changes(grant)) == ({money.rennes.pk: "coordinator"}, [("CHU de Brest", "out")])
    assert not actions.needs_agreement(grant)
    second.refresh_from_db()
    assert second.state == "signed"  # its statement is to come
    refused("R84", money.plan, second, 1)
    refused("R84", money.claim, second, {"staff": 1_00}, month=2)
    held_back("has stopped", lambda: money_row(second, made))
    again = actions.ask_amendment(grant, kind="duration", reason="Plus long.", by=c.alice)
    actions.draft_amendment(again, months=40, by=c.driss)
    assert parties_of(again) == [(money.rennes.pk, first.pk)]  # who has left signs nothing more
    sent(again)
    assert waited(money.brest) == []
    assert waited(money.rennes, money.brest) == [(again, money.rennes.pk, first.pk)]
    refused("R82", asked, grant, "leave", money.brest, c.driss)
    assert broken() == []


def test_who_has_left_reads_what_it_signed_and_nothing_of_what_follows(money, signed, client):
    """The deposit, its convention and the amendments of its time; neither the award, nor a later amendment, nor the messages."""
    grant, c = signed[0].share.grant, money.cast
    made = asked(grant, "leave", money.brest, c.alice)
    actions.draft_amendment(made, by=c.driss)
    held = grant.application
    before = [one.membership for one in standing(c.bruno, held)]
    entered(money, made)
    later = actions.ask_amendment(grant, kind="duration", reason="Plus long.", by=c.alice)

    def reads(person):
        return (
            [
                list(rows.visible_to(person).order_by("pk"))
                for rows in (Grant.objects, Amendment.objects, Convention.objects)
            ],
            [one.membership for one in standing(person, held)] != [],
        )

    assert reads(c.bruno) == ([[], [made], [signed[1]]], False)
    assert reads(c.alice) == ([[grant], [made, later], [signed[0]]], True)
    assert [one.membership for one in stood(c.bruno, held)] == before != []
    assert members_told(held) == [money.rennes.pk]
    found = {
        reverse("applications:dossier", args=[held.reference]): 200,
        reverse("funding:convention", args=[signed[1].pk]): 200,
        reverse("funding:amendment", args=[made.pk]): 200,
        reverse("funding:amendment", args=[later.pk]): 404,
        reverse("funding:grant", args=[grant.pk]): 404,
        reverse("dashboards:timeline", args=[held.reference]): 403,
        reverse("casework:threads", args=[held.reference]): 403,
    }
    client.force_login(c.bruno)
    assert {path: client.get(path).status_code for path in found} == found
    home = client.get(reverse("dashboards:home")).content.decode()
    assert "Votre établissement a quitté ce consortium" in home
    shut = [path for path, status in found.items() if status != 200]
    for path in (reverse("dashboards:home"), *(path for path, status in found.items() if status == 200)):
        page = client.get(path).content.decode()
        assert [one for one in shut if f'href="{one}' in page] == [], path


def money_row(convention: Convention, amendment: Amendment):
    convention.instalments.create(
        kind="advance", number=9, cents=1, year=2023, evidence="x", state="planned", planned_by=amendment.drafted_by,
        planned_at=amendment.decided_at,
    )  # fmt: skip


def test_what_was_paid_beyond_the_expenses_is_claimed_back_of_who_left(money, signed):
    first, second = signed
    money.pay(money.plan(second, 60_000_00))
    made = asked(first.share.grant, "leave", money.brest, money.cast.alice)
    actions.draft_amendment(made, by=money.cast.driss)
    entered(money, made)
    second.refresh_from_db()
    assert (second.share.cents, second.state, actions.subsidised(second)) == (
        60_000_00,
        "signed",
        {"staff": 90_000_00, "hosting": 30_000_00},
    )
    final = money.settled(second, 80_000_00)
    assert (final.final_cents, actions.balance_left(second, final)) == (40_000_00, -20_000_00)
    money.recover(second.share, cents=20_000_00, ground="term")
    second.refresh_from_db()
    assert second.state == "closed"
    assert broken() == []


def test_the_coordinator_leaves_and_another_follows_it(money, signed):
    first, second = signed
    grant, c = first.share.grant, money.cast
    made = asked(grant, "leave", money.rennes, c.alice)
    assert refused("R82", actions.draft_amendment, made, by=c.driss).field == "coordinator"
    actions.draft_amendment(made, coordinator=money.brest.pk, by=c.driss)
    entered(money, made)
    first.refresh_from_db()
    assert (first.state, first.share.cents) == ("closed", 0)
    assert changes(grant) == [("CHU de Rennes", "out"), ("CHU de Brest", "lead")]
    assert members_of(grant) == {money.brest.pk: "coordinator"}
    refused("R82", asked, grant, "leave", money.brest, c.bruno)  # alone: the project stops
    assert broken() == []


def test_nobody_is_put_out_before_being_heard(money, signed):
    first, second = signed
    grant, c = first.share.grant, money.cast
    with pytest.raises(PermissionDenied):
        asked(grant, "exclude", money.brest, c.alice)
    made = asked(grant, "exclude", money.brest, c.driss)
    actions.draft_amendment(made, shares={first.share_id: 800_000_00}, by=c.driss)
    assert parties_of(made) == [(money.rennes.pk, first.pk)]
    refused("R82", actions.sign_amendment, sent(made), second, quality="D", sha256=made.document.sha256, by=c.paula)
    agreed(money, made)
    refused("H01", actions.propose_amendment, made, by=c.driss)
    procedure = heard(made, by=c.driss)
    assert (procedure.establishment, procedure.kind) == (money.brest, "exclusion")
    act = actions.propose_amendment(made, by=c.driss)
    assert (act.payload["procedure"], act.payload["ground"]) == (procedure.pk, "breach")
    assert "Procédure contradictoire" in [str(fact.label) for fact in acts.facts(act, made)]
    acts.approve(act, by=c.dora)
    assert changes(grant) == [("CHU de Brest", "out")]
    assert GrantShare.objects.get(pk=first.share_id).cents == 800_000_00
    assert broken() == []


def test_an_act_that_puts_out_who_was_not_heard_is_refused_to_everyone(money, signed):
    grant = signed[0].share.grant
    made = asked(grant, "leave", money.brest, money.cast.driss)  # whatever it is called
    actions.draft_amendment(made, by=money.cast.driss)
    told = {"amendment": made.pk, "grant": grant.pk, "before": made.before, "after": made.after, "postings": []}
    with pytest.raises(DatabaseError, match="its addressee was not heard"), transaction.atomic():
        approved("amendment", money.cast.driss, money.cast.dora, **told)


def joining(money, nantes, grant) -> Amendment:
    made = asked(grant, "join", nantes, money.cast.alice)
    actions.draft_amendment(
        made,
        joins={money.lines["FR2030"].pk: 100_000_00},
        shares={grant.shares.get(establishment=money.brest).pk: 300_000_00},
        expenses={nantes.pk: {"staff": 200_000_00}},
        arrived={"work": "Intégrer la biologie.", "vat": "including", "regime": ""},
        by=money.cast.driss,
    )
    return made


def test_an_establishment_joins_with_its_own_convention(money, signed, nantes):
    first, second = signed
    grant, c = first.share.grant, money.cast
    refused("R12", asked, grant, "join", money.brest, c.alice)
    made = joining(money, nantes, grant)
    assert not Amendment.objects.visible_to(c.zoe).exists()
    sent(made)
    assert Amendment.objects.visible_to(c.zoe).get() == made
    assert not Grant.objects.visible_to(c.zoe).exists()
    assert (nantes.pk, None) in parties_of(made)
    assert waited(nantes) == [(made, nantes.pk, None)]
    entered(money, made)
    assert waited(nantes, money.rennes, money.brest) == []
    share = grant.shares.get(establishment=nantes)
    assert (share.cents, made.released_cents) == (100_000_00, 0)
    assert made.after["joins"] == {str(share.pk): {"establishment": nantes.pk, "line": share.line_id}}
    assert (members_of(grant)[nantes.pk], Grant.objects.visible_to(c.zoe).get()) == ("partner", grant)
    assert made.signatures.get(establishment=nantes).by == c.zoe  # its mandate
    assert broken() == []

    advance = money.plan(first, 10_000_00)
    actions.certify(advance, by=c.emma)
    refused("R80", actions.order, advance, by=c.olivier)  # nobody is paid before it has signed
    refused("R82", actions.ask_amendment, grant, kind="duration", reason="Trop tôt.", by=c.alice)
    held = actions.prepare_convention(share, siret=nantes.siret, months=36, by=c.driss)
    told = printing.compose(held)
    assert (told["expense_cents"], told["rate"], told["joined"]) == (200_000_00, "50 %".replace(" ", "\u00a0"), 1)
    actions.sign_convention(money.sent(held), quality="Directrice", sha256=held.document.sha256, by=c.zoe)
    actions.propose_signature(held, by=c.driss)
    actions.countersign_convention(held, by=c.dora)
    actions.order(advance, by=c.olivier)
    assert panels.before_payment(grant) == {}


def test_the_rules_of_the_deposit_hold_for_who_joins(money, signed, nantes):
    grant, c = signed[0].share.grant, money.cast
    made = asked(grant, "join", nantes, c.alice)
    line = money.lines["FR2030"].pk
    brest = grant.shares.get(establishment=money.brest).pk
    terms = {
        "joins": {line: 100_000_00},
        "shares": {brest: 300_000_00},
        "expenses": {nantes.pk: {"staff": 200_000_00}},
        "by": c.driss,
    }
    refused("R21", actions.draft_amendment, made, arrived={"work": "", "vat": "including", "regime": ""}, **terms)
    spent = {"expenses": {nantes.pk: {"staff": 100_000_00, "overhead": 100_000_00}}}
    given = {"work": "Relier.", "vat": "including", "regime": ""}
    refused("R34", actions.draft_amendment, made, arrived=given, **(terms | spent))
    no = refused("R82", actions.draft_amendment, made, arrived=given, **(terms | {"shares": {}}))
    assert (no.facts["excess_cents"], no.field) == (100_000_00, f"join_{line}")


# ── the walls ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_place_in_the_consortium_changes_by_its_act_alone(money, signed, nantes):
    grant = signed[0].share.grant
    made = joining(money, nantes, grant)
    row = {"amendment": made, "grant": grant, "establishment": nantes}
    held_back("no approved act", lambda: MemberChange.objects.create(change="in", **row))
    held_back(
        "no approved act",
        lambda: GrantShare.objects.create(grant=grant, establishment=nantes, line=signed[0].share.line, cents=1),
    )
    agreed(money, sent(made))
    act = actions.propose_amendment(made, by=money.cast.driss)
    with pytest.raises(DatabaseError, match="says nothing of this member"), transaction.atomic():
        decided(act, money.cast.dora)
        MemberChange.objects.create(change="lead", **row)
    with pytest.raises(DatabaseError, match="the consortium is not what it says"), transaction.atomic():
        decided(act, money.cast.dora)
        Amendment.objects.filter(pk=made.pk).update(
            state="in_force", act=act, decided_at=Act.objects.get(pk=act.pk).decided_at
        )


def decided(act: Act, by) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT act_decide(%s, 'approved', '', %s, NULL)", [act.pk, by.pk])
