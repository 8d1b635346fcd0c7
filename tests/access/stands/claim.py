"""A statement of expenses, from its first line to its control."""

from datetime import date
from typing import Any

from demo import texts
from funding import actions as funding
from funding.models import Claim, Convention

from .cast import Cast, Things, stand, work
from .convention import signed


def spent(cast: Cast) -> Things:
    """alice declares four expenses of January 2023, on one piece."""
    things = signed(cast)
    held = Convention.objects.get(pk=things["convention"])
    made = funding.open_claim(held, starts_on=date(2023, 1, 1), ends_on=date(2023, 1, 31), by=cast.alice)
    category = next(iter(funding.subsidised(held)))
    paper: dict[str, Any] = {"content": texts.page("Facture fictive"), "name": "facture.pdf"}
    for number in range(4):
        line = funding.add_line(
            made, category=category, label=f"Facture {number}", paid_on=date(2023, 1, 15), cents=1_000_00, by=cast.alice, **paper
        )  # fmt: skip
        paper = {"file": line.file}
    work()
    told = {"claim": made.pk, "claim_line": line.pk, "category": category, "number": 1, "claim_file": line.file_id}
    return things | told | {"accountant": cast.sophie.pk}


@stand
def claim_draft(cast: Cast) -> Things:
    return spent(cast)


@stand
def claim_asked(cast: Cast) -> Things:
    things = spent(cast)
    funding.ask_certificate(Claim.objects.get(pk=things["claim"]), accountant=cast.sophie, by=cast.alice)
    return things


@stand
def claim_sent(cast: Cast) -> Things:
    things = claim_asked(cast)
    funding.certify_claim(Claim.objects.get(pk=things["claim"]), quality="Agent comptable", by=cast.sophie)
    return things


@stand
def claim_checked(cast: Cast) -> Things:
    things = claim_sent(cast)
    for line in Claim.objects.get(pk=things["claim"]).lines.order_by("pk"):
        funding.check_line(line, eligible_cents=line.cents, refusal="", evidence_seen=True, by=cast.driss)
    return things
