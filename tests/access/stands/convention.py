"""The conventions of the award, the bank account, the agreement of the consortium."""

from datetime import date

from demo import texts
from directory.models import User
from funding import actions as funding
from funding.models import Agreement, BankAccount, Convention, Grant
from tests.funding import stage

from .cast import Cast, Things, stand, work
from .decision import opened


def contract(cast: Cast, things: Things) -> Convention:
    from funding.models import GrantShare

    share = GrantShare.objects.select_related("establishment", "grant__application").get(pk=things["share"])
    held = sent(funding.prepare_convention(share, siret=share.establishment.siret, months=36, by=cast.driss))
    document = held.document
    assert document is not None
    things |= {"convention": held.pk, "document_sha256": document.sha256}
    return held


def sent(held: Convention) -> Convention:
    """As the portal hands it to its beneficiary; what is printed on it has its own tests."""
    return stage.sent(held, texts.page("Convention"))


@stand
def prepared(cast: Cast) -> Things:
    things = opened(cast)
    contract(cast, things)
    return things


@stand
def iban_proposed(cast: Cast) -> Things:
    things = opened(cast)
    held = contract(cast, things)
    name, rib = held.share.establishment.name, texts.page("Relevé d’identité bancaire")
    account = funding.propose_iban(held, iban=texts.iban(7), holder=name, content=rib, name="rib.pdf", by=cast.driss)
    work()
    return things | {"bank_account": account.pk}


@stand
def iban_validated(cast: Cast) -> Things:
    things = iban_proposed(cast)
    funding.validate_iban(BankAccount.objects.get(pk=things["bank_account"]), by=cast.victor)
    return things


@stand
def signed(cast: Cast) -> Things:
    """Every part of VALMONT's award is signed, with its account; nothing is planned."""
    things = with_valid_agreement(cast, iban_validated(cast))
    agree(Convention.objects.get(pk=things["convention"]), cast.sophie)
    countersign(cast, Convention.objects.get(pk=things["convention"]))
    other = Grant.objects.get(pk=things["grant"]).shares.exclude(pk=things["share"]).get()
    theirs = sent(funding.prepare_convention(other, siret=other.establishment.siret, months=36, by=cast.driss))
    agree(theirs, User.objects.get(affiliations__establishment=other.establishment, affiliations__kind="signatory"))
    countersign(cast, theirs)
    return things | {"partner_convention": theirs.pk}


def agree(held: Convention, signatory: User) -> None:
    document = held.document
    assert document is not None
    funding.sign_convention(held, quality=texts.QUALITY, sha256=document.sha256, by=signatory)


def countersign(cast: Cast, held: Convention) -> None:
    funding.propose_signature(held, by=cast.driss)
    funding.countersign_convention(held, by=cast.dora)


@stand
def copied(cast: Cast) -> Things:
    """A file is handed in, which is not the convention: nobody has signed."""
    things = prepared(cast)
    held, content = Convention.objects.get(pk=things["convention"]), texts.page("Autre chose")
    copy = funding.hand_in_copy(held, quality=texts.QUALITY, content=content, name="signee.pdf", by=cast.sophie)
    work()
    return things | {"copy": copy.pk}


@stand
def agreed(cast: Cast) -> Things:
    """The beneficiary has signed; the State's signature is to be proposed."""
    things = prepared(cast)
    agree(Convention.objects.get(pk=things["convention"]), cast.sophie)
    return things


@stand
def signature_proposed(cast: Cast) -> Things:
    things = agreed(cast)
    act = funding.propose_signature(Convention.objects.get(pk=things["convention"]), by=cast.driss)
    return things | {"act": act.pk}


def with_agreement(cast: Cast, things: Things) -> Things:
    grant, content = Grant.objects.get(pk=things["grant"]), texts.page("Accord de consortium")
    made = funding.file_agreement(grant, signed_on=date(2023, 4, 1), content=content, name="accord.pdf", by=cast.alice)
    work()
    return things | {"agreement": made.pk}


@stand
def agreement_filed(cast: Cast) -> Things:
    return with_agreement(cast, opened(cast))


def with_valid_agreement(cast: Cast, things: Things) -> Things:
    things = with_agreement(cast, things)
    funding.validate_agreement(Agreement.objects.get(pk=things["agreement"]), by=cast.driss)
    return things


@stand
def partners_convention(cast: Cast) -> Things:
    """bruno's establishment's own convention."""
    things = signed(cast)
    return things | {"convention": things["partner_convention"]}
