"""A convention from its layout to its two signatures, the agreement of the consortium, and what no order passes without."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from applications import actions as dossiers
from decisions import authenticity
from edsh_portal import acts, documents, pdf
from edsh_portal.events import run
from edsh_portal.intake import desk
from edsh_portal.intake.examination import Found
from edsh_portal.models import Delivery, Document, Event, Mail
from edsh_portal.workflow import Refused
from funding import actions, panels
from funding.models import Agreement, Condition, Convention, ConventionSignature, Instalment
from tests.funding import stage
from tests.funding.stage import agreement, rib, signed_by
from tests.funding.world import approved


def refused(code, verb, *arguments, **more):
    with pytest.raises(Refused) as caught, transaction.atomic():
        verb(*arguments, **more)
    assert caught.value.code == code, caught.value.message
    return caught.value


@pytest.fixture
def prepared(money):
    """Rennes' own, which nobody has received."""
    share = money.grant().shares.get(establishment=money.rennes)
    return money.convention(share, signed=False)


QUALITY = "Directrice générale"


# ── the beneficiary, then the State ──────────────────────────────────────────────────────────────────────────────────
def test_both_parties_sign_the_document_that_was_sent(money, prepared):
    c = money.cast
    refused("W01", actions.sign_convention, prepared, quality=QUALITY, sha256="", by=c.sophie)
    sha256 = money.sent(prepared).document.sha256
    for name in ("alice", "paula", "driss", "zoe"):
        with pytest.raises(PermissionDenied):
            actions.sign_convention(prepared, quality=QUALITY, sha256=sha256, by=getattr(c, name))
    assert refused("R80", actions.sign_convention, prepared, quality=" ", sha256=sha256, by=c.sophie).field == "quality"
    refused("R80", actions.sign_convention, prepared, quality=QUALITY, sha256="0" * 64, by=c.sophie)
    refused("R80", actions.propose_signature, prepared, by=c.driss)
    actions.sign_convention(prepared, quality=f" {QUALITY} ", sha256=sha256, by=c.sophie)
    assert (prepared.state, prepared.signed_by) == ("agreed", None)
    refused("R80", actions.countersign_convention, prepared, by=c.dora)
    with pytest.raises(PermissionDenied):
        actions.propose_signature(prepared, by=c.dora)
    act = actions.propose_signature(prepared, by=c.driss)
    refused("A01", actions.propose_signature, prepared, by=c.driss)
    for name in ("driss", "victor", "sophie"):
        with pytest.raises(PermissionDenied):
            actions.countersign_convention(prepared, by=getattr(c, name))
    assert f"{c.sophie}, {QUALITY}" in {fact.after for fact in acts.KINDS[act.kind].facts(act, prepared)}
    actions.countersign_convention(prepared, by=c.dora)
    assert (prepared.state, prepared.signed_by) == ("signed", c.dora)
    told = prepared.signatures.order_by("pk").values_list("party", "quality", "sha256", "by", "act")
    assert list(told) == [
        ("beneficiary", QUALITY, sha256, c.sophie.pk, None),
        ("state", str(actions.signing.QUALITY), sha256, c.dora.pk, act.pk),
    ]


def test_a_convention_is_laid_out_again_until_its_beneficiary_has_signed(money, prepared):
    c = money.cast
    money.sent(prepared)
    with pytest.raises(PermissionDenied):
        actions.rework_convention(prepared, months=40, reason="Durée", by=c.sophie)
    refused("W02", actions.rework_convention, prepared, months=40, reason=" ", by=c.driss)
    refused("R82", actions.rework_convention, prepared, months=0, reason="Durée", by=c.driss)
    actions.rework_convention(prepared, months=40, reason="Durée", by=c.driss)
    assert (prepared.state, prepared.months, prepared.document, prepared.sent_at) == ("prepared", 40, None, None)
    money.agreed(prepared)
    refused("W01", actions.rework_convention, prepared, months=41, reason="Durée", by=c.driss)


def test_the_proposal_that_is_returned_leaves_the_beneficiary_s_signature(money, prepared):
    act = actions.propose_signature(money.agreed(prepared), by=money.cast.driss)
    acts.give_back(act, "Montant à revoir.", by=money.cast.dora)
    prepared.refresh_from_db()
    assert (prepared.state, acts.waiting(actions.SIGNATURE, prepared)) == ("agreed", None)
    actions.propose_signature(prepared, by=money.cast.driss)


# ── a copy handed in ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def sealed(money, prepared):
    """Sent with the portal's seal; its bytes."""
    content = pdf.seal(rib()["content"], reason="Convention", signable=True)
    stage.sent(prepared, content)
    return content


def written_on(content: bytes) -> bytes:
    """With something more on its first page, added after the rest."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer, out = IncrementalPdfFileWriter(io.BytesIO(content)), io.BytesIO()
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    writer.write(out)
    return out.getvalue()


def handed_in(money, convention, content):
    """The copy, once the portal has examined it."""
    actions.hand_in_copy(convention, quality=QUALITY, content=content, name="signee.pdf", by=money.cast.sophie)
    event = Event.objects.filter(kind="convention.copied").latest("pk")
    assert [run(pk) for pk in Delivery.objects.filter(event=event).values_list("pk", flat=True)] == [True]
    convention.refresh_from_db()
    return convention.copies.latest("pk")


def test_the_document_sent_with_a_signature_signs_the_convention(money, prepared, sealed):
    signed = signed_by(sealed, "Sophie Legal")
    copy = handed_in(money, prepared, signed)
    assert (copy.refusal, copy.signers, prepared.state) == ("", "Sophie Legal", "agreed")
    signature = prepared.signatures.get()
    assert (signature.copy, signature.by, signature.sha256) == (copy, money.cast.sophie, prepared.document.sha256)
    assert documents.read(Document.objects.get(pk=copy.document_id)) == signed
    known = authenticity.by_file(copy.document.sha256)  # not what was issued, but what was kept of it
    assert (known.verdict, known.issued.document, known.issued.cents) == (
        "authentic",
        copy.document,
        prepared.share.cents,
    )


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("unsigned", lambda sealed: sealed),
        ("other", lambda sealed: signed_by(rib()["content"], "Sophie Legal")),
        ("other", lambda sealed: signed_by(pdf.seal(rib()["content"], reason="Autre", signable=True), "Sophie Legal")),
        ("changed", lambda sealed: written_on(sealed)),
        ("changed", lambda sealed: signed_by(written_on(sealed), "Sophie Legal")),
        ("file", lambda sealed: sealed + b"\n% une ligne de plus"),
    ],
)
def test_another_file_does_not(money, prepared, sealed, why, made):
    copy = handed_in(money, prepared, made(sealed))
    assert (copy.refusal, copy.signers, prepared.state) == (why, "", "sent")
    letter = Event.objects.get(kind="convention.copy_examined")
    assert [run(pk) for pk in Delivery.objects.filter(event=letter).values_list("pk", flat=True)] == [True]
    assert [mail.to for mail in Mail.objects.filter(event=letter)] == [money.cast.sophie]
    actions.sign_convention(prepared, quality=QUALITY, sha256=prepared.document.sha256, by=money.cast.sophie)


def test_what_is_added_beside_a_signature_is_seen(sealed, prepared):
    """After the signature, or before it: text on the page, a byte of the signature."""

    sent = prepared.document
    signed = signed_by(sealed, "Sophie Legal")
    assert desk.copy_of(signed, sent.size, sent.sha256) == ("", "Sophie Legal")
    assert desk.copy_of(signed_by(signed, "Second Nom"), sent.size, sent.sha256) == ("", "Sophie Legal, Second Nom")

    for altered in (written_on(signed), signed_by(written_on(sealed), "Sophie Legal")):
        assert desk.copy_of(altered, sent.size, sent.sha256) == ("changed", "")
    flipped = bytearray(signed)
    flipped[len(sealed) + 40] ^= 1
    assert desk.copy_of(bytes(flipped), sent.size, sent.sha256)[0] in ("broken", "changed")


def test_one_copy_is_examined_at_a_time(money, prepared, sealed):
    c = money.cast
    signed = signed_by(sealed, "Sophie Legal")
    asked = {"quality": QUALITY, "content": signed, "name": "signee.pdf", "by": c.sophie}
    assert refused("R05", actions.hand_in_copy, prepared, **asked | {"content": b"PK\x03\x04"}).code == "R05"
    assert refused("R80", actions.hand_in_copy, prepared, **asked | {"quality": ""}).field == "quality"
    with pytest.raises(PermissionDenied):
        actions.hand_in_copy(prepared, **asked | {"by": c.alice})
    copy = actions.hand_in_copy(prepared, **asked)
    refused("R80", actions.hand_in_copy, prepared, **asked)
    refused("R80", actions.sign_convention, prepared, quality=QUALITY, sha256=prepared.document.sha256, by=c.sophie)
    refused("R80", actions.rework_convention, prepared, months=40, reason="Durée", by=c.driss)
    bad = Found(Document.Scan.REFUSED, refusal="x")
    actions.note_copy_examined(copy, bad, "file", "")
    actions.note_copy_examined(copy, bad, "file", "")  # said once
    assert Event.objects.filter(kind="convention.copy_examined").count() == 1
    actions.hand_in_copy(prepared, **asked)


# ── the agreement ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_coordinator_files_the_agreement_and_the_instruction_validates_it(money):
    c, grant = money.cast, money.grant()
    asked = {"signed_on": date(2023, 5, 2), **agreement()}
    for name in ("bruno", "paula", "driss", "zoe"):
        with pytest.raises(PermissionDenied):
            actions.file_agreement(grant, **asked, by=getattr(c, name))
    refused("R05", actions.file_agreement, grant, **asked | {"content": b"PK\x03\x04"}, by=c.alice)
    late = refused("R80", actions.file_agreement, grant, **asked | {"signed_on": date(2023, 5, 11)}, by=c.alice)
    assert late.field == "signed_on"
    made = actions.file_agreement(grant, **asked, by=c.alice)
    refused("R80", actions.file_agreement, grant, **asked, by=c.sophie)
    assert "examen" in refused("R80", actions.validate_agreement, made, by=c.driss).message
    actions.note_agreement_examined(made, Found(Document.Scan.CLEAN))
    for name in ("alice", "victor", "emma"):
        with pytest.raises(PermissionDenied):
            actions.validate_agreement(made, by=getattr(c, name))
    refused("W02", actions.return_agreement, made, reason=" ", by=c.driss)
    actions.return_agreement(made, reason="Il manque la signature du CHU de Brest.", by=c.driss)
    assert panels.before_payment(grant)["agreement"] == "absent"
    money.agreement(grant)
    assert [one.state for one in grant.agreements.order_by("pk")] == ["returned", "validated"]
    refused("W01", actions.return_agreement, grant.agreements.latest("pk"), reason="Trop tard", by=c.driss)


def test_an_agreement_whose_file_is_not_kept_is_returned(money):
    made = actions.file_agreement(money.grant(), signed_on=date(2023, 5, 2), by=money.cast.alice, **agreement())
    actions.note_agreement_examined(made, Found(Document.Scan.INFECTED, name="EICAR"))
    assert (made.state, made.decided_by, bool(made.reason)) == ("returned", None, True)
    money.agreement(made.grant)


def test_an_award_that_is_not_notified_or_of_one_member_takes_no_agreement(money):
    asked = {"signed_on": date(2023, 5, 2), **agreement(), "by": money.cast.alice}
    refused("R80", actions.file_agreement, money.grant(engaged=False), **asked)
    alone = dossiers.create(money.wave, coordinator=money.rennes, acronym="SEUL", again=True, by=money.cast.alice)
    grant = money.reserved(alone, [(money.rennes, money.lines["FR2030"], 100_000_00)])
    actions.engage(grant, by=money.cast.dora)
    refused("R80", actions.file_agreement, grant, **asked)
    assert panels.before_payment(grant) == {"unsigned": ["CHU de Rennes"], "agreement": None}
    money.pay(money.plan(money.convention(grant.shares.get()), 100))


# ── nothing is ordered before all of it (R80), in the verb and in the database ───────────────────────────────────────
def certified(money, convention):
    instalment = money.plan(convention, 100)
    actions.certify(instalment, by=money.cast.emma)
    return instalment


def ordered_by_hand(money, instalment):
    """The row alone, without the verb."""
    with transaction.atomic():
        Instalment.objects.filter(pk=instalment.pk).update(
            state="ordered", ordered_by=money.cast.olivier, ordered_at=instalment.certified_at,
            account=instalment.convention.accounts.get(),
        )  # fmt: skip
        transaction.set_rollback(True)


def test_no_order_before_every_convention_and_the_agreement(money):
    grant, c = money.grant(), money.cast
    first, second = grant.shares.order_by("pk")
    instalment = certified(money, money.signed(money.convention(first, signed=False)))
    other = money.convention(second, signed=False)
    for missing in (lambda: money.agreed(other), lambda: actions.propose_signature(other, by=c.driss), lambda: None):
        missing()
        assert "Brest" in refused("R80", actions.order, instalment, by=c.olivier).message
        with pytest.raises(DatabaseError, match="is missing"):
            ordered_by_hand(money, instalment)
    actions.countersign_convention(other, by=c.dora)
    assert "accord" in refused("R80", actions.order, instalment, by=c.olivier).message
    filed = money.agreement(grant, validated=False)
    refused("R80", actions.order, instalment, by=c.olivier)
    with pytest.raises(DatabaseError, match="is missing"):
        ordered_by_hand(money, instalment)
    actions.validate_agreement(filed, by=c.driss)
    assert panels.before_payment(grant) == {}
    ordered_by_hand(money, instalment)
    actions.order(instalment, by=c.olivier)
    actions.pay(instalment, by=c.farid)


def test_no_signature_but_on_what_was_sent_and_by_who_may(money, prepared):
    """The tables' own rules, without the verbs."""
    c, sha256 = money.cast, money.sent(prepared).document.sha256
    at = prepared.sent_at
    told = {
        "convention": prepared,
        "party": "beneficiary",
        "quality": QUALITY,
        "sha256": sha256,
        "by": c.sophie,
        "at": at,
    }
    ours = Convention.objects.filter(pk=prepared.pk)

    def by_the_state(**more):
        act = approved("convention.sign", c.driss, c.dora, convention=prepared.pk, sha256=sha256, **more)
        ConventionSignature.objects.create(**told | {"party": "state", "act": act, "by": c.dora, "at": act.decided_at})

    attempts = [
        lambda: ours.update(state="agreed"),
        lambda: ours.update(state="agreed", document=None),
        lambda: ConventionSignature.objects.create(**told | {"sha256": "0" * 64}),
        lambda: ConventionSignature.objects.create(**told | {"quality": ""}),
        lambda: ConventionSignature.objects.create(**told | {"party": "state"}),
        by_the_state,
        lambda: ours.update(months=41),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    actions.sign_convention(prepared, quality=QUALITY, sha256=sha256, by=c.sophie)
    actions.propose_signature(prepared, by=c.driss)
    with pytest.raises(DatabaseError), transaction.atomic():
        ours.update(state="signed", signed_at=at, signed_by=c.dora)
    with pytest.raises(DatabaseError), transaction.atomic():
        act = approved("convention.sign", c.driss, c.dora, convention=prepared.pk, sha256=sha256)
        ConventionSignature.objects.create(**told | {"party": "state", "act": act, "by": c.victor, "at": at})


def test_an_agreement_is_validated_by_another_person_and_with_a_file_that_is_kept(money):
    made = actions.file_agreement(money.grant(), signed_on=date(2023, 5, 2), by=money.cast.alice, **agreement())
    rows, at = Agreement.objects.filter(pk=made.pk), made.filed_at
    with pytest.raises(DatabaseError, match="not kept"), transaction.atomic():
        rows.update(state="validated", decided_by=money.cast.driss, decided_at=at)
    actions.note_agreement_examined(made, Found(Document.Scan.CLEAN))
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(state="validated", decided_by=money.cast.alice, decided_at=at)


# ── the conditions of a payment ──────────────────────────────────────────────────────────────────────────────────────
def test_a_payment_waits_for_the_conditions_of_its_kind_and_for_those_that_are_added(money):
    c, convention = money.cast, money.convention(money.granted(brest=0).shares.get())
    asked = {"cents": 100, "year": 2023, "evidence": "Rapport", "by": c.driss}
    plan = lambda kind, *more: actions.plan_instalment(convention, kind=kind, conditions=more, **asked)  # noqa: E731
    kinds = lambda made: [one.kind for one in made.conditions.order_by("pk")]  # noqa: E731
    assert kinds(plan("advance")) == []
    assert kinds(plan("advance", "start")) == ["start"]
    interim = plan("interim", "start")
    assert kinds(interim) == ["start", "milestone", "report", "expenses"]
    first, *others = interim.conditions.order_by("pk")
    for name in ("sophie", "victor", "emma"):
        with pytest.raises(PermissionDenied):
            actions.meet_condition(first, evidence="Vue", by=getattr(c, name))
    with pytest.raises(PermissionDenied):
        actions.meet_condition(others[-1], evidence="Vue", by=c.driss)
    assert refused("R81", actions.meet_condition, first, evidence=" ", by=c.driss).field == "evidence"
    actions.meet_condition(first, evidence=" Déclaration du 2 mai 2023 ", by=c.driss)
    assert (first.evidence, first.met_by, bool(first.met_at)) == ("Déclaration du 2 mai 2023", c.driss, True)
    refused("R81", actions.meet_condition, first, evidence="Encore", by=c.driss)
    expenses = others[-1]
    said = {"evidence": "Vue", "by": c.emma}
    written = money.claim(convention, {"staff": 1_000_00})
    for nothing in ({}, {"claim": written}):  # a word is not a statement, nor is one that nobody has accepted
        assert refused("R81", actions.meet_condition, expenses, **said, **nothing).field == "claim"
    with pytest.raises(DatabaseError, match="its expenses on a claim"), transaction.atomic():
        Condition.objects.filter(pk=expenses.pk).update(evidence="Vue", met_by=c.emma, met_at=first.met_at)
    with pytest.raises(DatabaseError, match="it rests on an accepted claim"), transaction.atomic():
        Instalment.objects.filter(pk=interim.pk).update(claim=written)
    money.accepted(written)
    for one in others:
        missing = refused("R81", actions.certify, interim, by=c.emma)
        assert one.get_kind_display() in missing.message
        with pytest.raises(DatabaseError, match="condition"), transaction.atomic():
            Instalment.objects.filter(pk=interim.pk).update(
                state="certified", certified_by=c.emma, certified_at=first.met_at
            )
        more = {"claim": written, "by": c.emma} if one == expenses else {"by": c.driss}
        actions.meet_condition(one, evidence="Vue", **more)
    with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():  # once named, its statement is its own
        Instalment.objects.filter(pk=interim.pk).update(claim=None)
    actions.certify(interim, by=c.emma)
    assert interim.claim == written
    with pytest.raises(DatabaseError, match="before its service"), transaction.atomic():
        Condition.objects.create(instalment=interim, kind="final_report")
    row = {"number": 9, "cents": 1, "year": 2023, "evidence": "x", "planned_by": c.driss, "planned_at": first.met_at}
    with pytest.raises(DatabaseError, match="a condition is not met"), transaction.atomic():  # by hand
        bare = Instalment.objects.create(convention=convention, kind="interim", **row)
        Instalment.objects.filter(pk=bare.pk).update(state="certified", certified_by=c.emma, certified_at=first.met_at)
    money.accepted(money.claim(convention, {"staff": 1_000_00}, final=True, month=2))
    balance = plan("balance")
    assert kinds(balance) == ["final_report", "final_expenses"]
    actions.cancel(balance, reason="Erreur", by=c.driss)
    refused("R81", actions.meet_condition, balance.conditions.first(), evidence="Vue", by=c.driss)
