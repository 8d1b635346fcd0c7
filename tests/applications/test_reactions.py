"""The echoes: one sealed receipt a version, mails to the right people, drafts noted at the cut-off."""

import pytest

from applications import actions, reactions, remedies
from applications.models import Application, VersionFile
from edsh_portal import documents, events, pdf
from edsh_portal.models import Delivery, Document, Event, Mail

from . import world as made


def work(kind: str) -> None:
    for delivery in Delivery.objects.filter(event__kind=kind, state="todo").order_by("pk"):
        if delivery.reaction.startswith(("applications.", "casework.")):
            assert events.run(delivery.pk), Delivery.objects.get(pk=delivery.pk).last_error


def letters(template_word: str) -> set[str]:
    return set(Mail.objects.filter(subject__contains=template_word).values_list("address", flat=True))


def told(kind: str) -> set[str]:
    return set(Mail.objects.filter(event__kind=kind).values_list("address", flat=True))


def test_the_receipt_is_sealed_kept_once_and_says_what_the_law_asks(world, ready):
    version = actions.submit(ready, by=world.cast.sophie)
    work("application.submitted")
    held = VersionFile.objects.select_related("document").get(version=version, code="receipt")
    assert (held.document.scan, held.document.media_type) == (Document.Scan.ISSUED, "application/pdf")
    content = documents.read(held.document)
    assert pdf.check(content).valid
    event = Event.objects.get(kind="application.submitted")
    assert reactions.receipt.make_receipt(event) is None and VersionFile.objects.filter(code="receipt").count() == 1
    context = reactions.receipt.receipt_context(version)
    assert (context["periods"].admissibility_on.isoformat(), context["periods"].decision_on.isoformat()) == (
        "2022-12-11",
        "2023-06-11",
    )
    assert [line["value"] for line in context["reference"]] == ["EDSH-1-0001", 1] and len(context["files"]) == 3
    assert letters("AR-EDSH-1-0001-v1") == {f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")}


def test_a_layout_that_can_never_work_is_parked_for_a_person(world, ready, monkeypatch):
    actions.submit(ready, by=world.cast.sophie)

    def too_long(*_args, **_more):
        raise pdf.RenderError("trop long")

    monkeypatch.setattr(pdf, "render", too_long)
    with pytest.raises(events.Blocked):
        reactions.receipt.make_receipt(Event.objects.get(kind="application.submitted"))


def test_mails_of_the_consortium(world, draft):
    partner = actions.invite_partner(draft, world.brest, by=world.cast.alice)
    work("membership.invited")
    assert letters("votre établissement est invité") == {"bruno@test.invalid", "paula@test.invalid"}
    body = Mail.objects.get(subject__contains="est invité", address="bruno@test.invalid").body
    assert f"/dossiers/EDSH-1-0001/consortium/{partner.pk}/" in body
    actions.accept_membership(partner, by=world.cast.bruno)
    work("membership.accepted")
    assert told("membership.accepted") == {"alice@test.invalid", "sophie@test.invalid"}
    other = actions.invite_partner(draft, world.nantes, by=world.cast.alice)
    actions.decline_membership(other, by=world.cast.zoe)
    work("membership.declined")
    assert told("membership.declined") == {"alice@test.invalid", "sophie@test.invalid"}


def test_the_clock_notes_what_was_not_deposited(world, ready, set_clock):
    actions.submit(ready, by=world.cast.sophie)
    late = made.draft(world, acronym="TARD")
    reactions.lapse_drafts()
    assert Application.objects.get(pk=late.pk).state == "draft"
    set_clock(made.CLOSES, frozen=True)
    reactions.lapse_drafts()
    reactions.lapse_drafts()
    assert Application.objects.get(pk=late.pk).state == "not_deposited"
    assert Application.objects.get(pk=ready.pk).state == "submitted"
    work("application.lapsed")
    assert told("application.lapsed") == {"alice@test.invalid", "sophie@test.invalid"}


def test_one_that_will_not_move_holds_no_other(world, draft, set_clock, monkeypatch):
    from edsh_portal.workflow import Refused

    def no(*_args, **_more):
        raise Refused("non")

    set_clock(made.CLOSES, frozen=True)
    monkeypatch.setattr(actions, "lapse", no)
    reactions.lapse_drafts()
    assert Application.objects.get(pk=draft.pk).state == "draft"


def test_withdrawal_tells_the_members(world, ready):
    actions.submit(ready, by=world.cast.sophie)
    actions.withdraw(ready, "Fin", by=world.cast.sophie)
    work("application.withdrawn")
    assert told("application.withdrawn") == {f"{who}@test.invalid" for who in ("alice", "sophie", "bruno", "paula")}


@pytest.mark.parametrize(("place", "months"), [("35", 2), ("", 2), ("2A", 2), ("971", 3), ("976", 3), ("988", 3)])
def test_remedies_by_place(place, months):
    assert remedies.months(place) == months
