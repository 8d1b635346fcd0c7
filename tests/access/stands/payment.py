"""An instalment, the files of the State's tools, what is claimed back."""

from demo import texts
from edsh_portal import acts
from edsh_portal.intake import desk
from funding import actions as funding
from funding.models import Convention, Import, ImportLine, Instalment
from tests.heard import heard

from ..routes import REASON
from .cast import Cast, Things, stand
from .convention import signed


@stand
def planned(cast: Cast) -> Things:
    things = signed(cast)
    held = Convention.objects.get(pk=things["convention"])
    made = funding.plan_instalment(
        held, kind="advance", cents=1_000_000, year=2023, evidence=texts.EVIDENCE["advance"], by=cast.driss
    )
    return things | {"instalment": made.pk}


@stand
def conditioned(cast: Cast) -> Things:
    """An advance that waits for the beginning of the project."""
    things = signed(cast)
    held = Convention.objects.get(pk=things["convention"])
    made = funding.plan_instalment(
        held, kind="advance", cents=1_000, year=2023, evidence="Commencement", conditions=("start",), by=cast.driss
    )
    return things | {"instalment": made.pk, "condition": made.conditions.get().pk}


def advanced(cast: Cast, things: Things, *steps: tuple[str, str]) -> Things:
    for verb, who in steps:
        more = {"reason": REASON} if verb == "cancel" else {}
        getattr(funding, verb)(Instalment.objects.get(pk=things["instalment"]), **more, by=getattr(cast, who))
    return things


@stand
def cancelled(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("cancel", "driss"))


@stand
def certified(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("certify", "emma"))


@stand
def ordered(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("certify", "emma"), ("order", "olivier"))


@stand
def paid(cast: Cast) -> Things:
    return advanced(cast, planned(cast), ("certify", "emma"), ("order", "olivier"), ("pay", "farid"))


@stand
def exchanged(cast: Cast) -> Things:
    """Engagements are sent; of two files that came back, one is applied, and leaves a line over."""
    things = ordered(cast)
    batch = funding.send_batch("engagements", by=cast.olivier)
    told = [came_back(cast, number) for number in (1, 2)]
    funding.apply_import(told[0], by=cast.olivier)
    leftover = ImportLine.objects.leftover().get(file=told[0])
    return things | {"batch": batch.pk, "batch_kind": "payments", "import": told[1].pk, "leftover": leftover.pk}


def came_back(cast: Cast, number: int) -> Import:
    content = return_of(number)
    book = desk.workbook(content, job="table")
    return funding.read_import("return", content=content, name=f"retour-{number}.csv", book=book, by=cast.olivier)


def return_of(number: int) -> bytes:
    """A file of the State's tool, of one line that names nothing of ours."""
    line = f"P-0;EJ{number};DP{number};00000000000000;enregistré;{number},00"
    return f"Référence portail;N° EJ;N° DP;N° tiers;Statut;Montant (€)\r\n{line}\r\nFIN;1;{number},00\r\n".encode()


@stand
def recoverable(cast: Cast) -> Things:
    things = paid(cast)
    heard(Convention.objects.get(pk=things["convention"]), ground="term", cents=1_000, by=cast.emma)
    return things


@stand
def recovered(cast: Cast) -> Things:
    """A part of what was paid is claimed back."""
    things = recoverable(cast)
    share = Convention.objects.get(pk=things["convention"]).share
    asked = funding.propose_recovery(share, cents=1_000, ground="term", by=cast.emma)
    acts.approve(asked, by=cast.olivier)
    return things | {"posting": share.postings.get(kind="recover").pk}
