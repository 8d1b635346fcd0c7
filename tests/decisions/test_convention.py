"""The convention on paper: laid out from the award and the version deposited, sealed so that signatures may follow, and sent."""

import io

import pikepdf
import pytest

from decisions import authenticity
from edsh_portal import documents, paper, pdf
from edsh_portal.events import run
from edsh_portal.intake import desk
from edsh_portal.models import Delivery, Event, Mail
from funding import actions, printing
from funding.models import Convention, Grant
from tests import printed
from tests.decisions import world as deciding
from tests.decisions.acts import act
from tests.funding.stage import signed_by


@pytest.fixture
def convention(world):
    deciding.notified(world)
    share = Grant.objects.get().shares.order_by("pk").first()
    return actions.prepare_convention(share, siret=share.establishment.siret, months=36, by=world.driss)


def laid_out(kind="convention.prepared"):
    event = Event.objects.filter(kind=kind).latest("pk")
    assert [run(pk) for pk in Delivery.objects.filter(event=event).values_list("pk", flat=True)] == [True]
    return Convention.objects.get(pk=event.subject_id)


def test_the_convention_is_sealed_sent_and_says_what_is_promised(world, convention):
    told = printing.compose(Convention.objects.get(pk=convention.pk))
    share, sent = convention.share, laid_out()
    assert (told["max_cents"], told["beneficiary"]["siret"], told["months"]) == (share.cents, convention.siret, 36)
    assert sum(row["cents"] for row in told["expenses"]) == told["expense_cents"] > 0
    assert set(told) == set(act("convention_2"))  # what its picture and its checklist are drawn from
    content = documents.read(sent.document)
    assert (sent.state, pdf.check(content).valid, pdf.attached_json(content)) == ("sent", True, told)
    known, changed = authenticity.by_file(sent.document.sha256), authenticity.altered(pdf.claims(content + b"\n"))
    assert (known.verdict, known.issued.number, known.issued.cents) == ("authentic", told["number"], share.cents)
    assert authenticity.by_data(told["number"], paper.digest(told)) == known
    assert authenticity.by_data("EDSH-1-0001-C0", paper.digest(told)).verdict == "altered"
    assert (changed.verdict, changed.issued) == ("altered", known.issued)
    said = printed.text(content).replace("\u202f", " ").replace("\u00a0", " ")
    assert "400 000,00 €" in said and share.establishment.name in said and "Versements" in said
    letter = Event.objects.get(kind="convention.sent")
    assert [run(pk) for pk in Delivery.objects.filter(event=letter).values_list("pk", flat=True)] == [True]
    assert world.sophie in {mail.to for mail in Mail.objects.filter(event=letter)}


def test_a_convention_reworked_is_another_document(world, convention):
    first = laid_out().document
    actions.rework_convention(convention, months=40, reason="Durée autorisée.", by=world.driss)
    second = laid_out("convention.reworked")
    assert (second.state, second.months) == ("sent", 40) and second.document.sha256 != first.sha256
    assert pdf.attached_json(documents.read(second.document))["months"] == 40
    former, present = (authenticity.by_file(one.sha256) for one in (first, second.document))
    assert (former.verdict, former.issued.replaced, present.verdict) == ("revoked", True, "authentic")
    assert former.issued.number == present.issued.number
    assert authenticity.by_data(former.issued.number, first.data_sha256) == former


def test_the_real_document_takes_a_signature_and_stays_what_was_sent(convention):
    sent = laid_out().document
    content = documents.read(sent)
    signed = signed_by(content, "Sophie Legal")
    assert desk.received(signed)[1] == signed
    assert desk.copy_of(signed, sent.size, sent.sha256) == ("", "Sophie Legal")
    with pikepdf.open(io.BytesIO(signed)) as read:
        assert len(read.Root.AcroForm.Fields) == 2
