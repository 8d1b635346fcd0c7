"""What is amended of an award that runs."""

from demo import texts
from directory import actions as directory
from directory.models import User
from edsh_portal import acts, documents
from funding import actions as funding
from funding.models import Amendment, Convention, Grant

from .cast import Cast, Things, stand
from .convention import signed


@stand
def amendment_asked(cast: Cast) -> Things:
    """VALMONT asks for more time."""
    things = signed(cast)
    grant = Grant.objects.get(pk=things["grant"])
    made = funding.ask_amendment(grant, kind="duration", reason="Recrutements retardés.", by=cast.alice)
    return things | {"amendment": made.pk}


@stand
def amendment_sent(cast: Cast) -> Things:
    things = amendment_asked(cast)
    held = Amendment.objects.get(pk=things["amendment"])
    funding.draft_amendment(held, months=40, by=cast.driss)
    return things | {"amendment_sha256": amendment_of_paper(held)}


def amendment_of_paper(held: Amendment) -> str:
    """Sent, as the portal lays it out: the SHA-256 of its document."""
    paper = documents.store(
        documents.keep(texts.page("Avenant")), name="avenant.pdf", media_type="application/pdf", kind="amendment", by=None,
        issued=True,
    )  # fmt: skip
    funding.send_amendment(held, paper)
    return paper.sha256


def everybody_signs(held: Amendment, sha256: str) -> None:
    for convention in Convention.objects.filter(share__grant=held.grant).order_by("pk"):
        by = User.objects.filter(
            affiliations__establishment=convention.share.establishment, affiliations__kind="signatory"
        ).first()
        funding.sign_amendment(held, convention, quality=texts.QUALITY, sha256=sha256, by=by)


@stand
def amendment_agreed(cast: Cast) -> Things:
    things = amendment_sent(cast)
    held = Amendment.objects.get(pk=things["amendment"])
    everybody_signs(held, things["amendment_sha256"])
    return things


@stand
def exclusion_asked(cast: Cast) -> Things:
    """The instruction asks that the partner of VALMONT be put out."""
    things = signed(cast)
    grant = Grant.objects.get(pk=things["grant"])
    place = Convention.objects.get(pk=things["partner_convention"]).share.establishment
    made = funding.ask_amendment(grant, kind="exclude", establishment=place, reason="Travaux arrêtés.", by=cast.driss)
    return things | {"amendment": made.pk}


@stand
def member_left(cast: Cast) -> Things:
    """bruno's hospital has left VALMONT, whose coordinator asks then for more time."""
    things = signed(cast)
    grant, own = Grant.objects.get(pk=things["grant"]), Convention.objects.get(pk=things["partner_convention"])
    of = {"establishment": own.share.establishment, "reason": "Travaux achevés.", "by": cast.alice}
    made = funding.ask_amendment(grant, kind="leave", **of)
    funding.draft_amendment(made, by=cast.driss)
    everybody_signs(made, amendment_of_paper(made))
    acts.approve(funding.propose_amendment(made, by=cast.driss), by=cast.dora)
    later = funding.ask_amendment(grant, kind="duration", reason="Recrutements retardés.", by=cast.alice)
    return things | {"amendment": later.pk, "convention": own.pk}


@stand
def member_joins(cast: Cast) -> Things:
    """Zoé's hospital joins VALMONT; sophie represents it too."""
    things = signed(cast)
    grant, place = Grant.objects.get(pk=things["grant"]), cast.zoe.affiliations.get().establishment
    directory.affiliate(cast.sophie, place, kind="signatory", by=cast.adam)
    made = funding.ask_amendment(grant, kind="join", establishment=place, reason="Un site de plus.", by=cast.alice)
    giver = Convention.objects.get(pk=things["partner_convention"]).share
    funding.draft_amendment(
        made, joins={giver.line_id: 10_000_00}, shares={giver.pk: giver.cents - 10_000_00}, expenses={place.pk: {"staff": 20_000_00}},
        arrived={"work": "Relier un site.", "vat": "including", "regime": ""}, by=cast.driss,
    )  # fmt: skip
    sha256 = amendment_of_paper(made)
    return things | {"amendment": made.pk, "amendment_sha256": sha256, "establishment": place.pk}
