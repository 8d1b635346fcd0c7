"""What the storm falls on: an envelope that does not hold all that is asked of it, and acts that wait at every stage of the money.

`awards` and half of the `refusals` wait for their approval, the other half, sealed, for their release; `contracts` awards of two hospitals
are notified, their conventions signed, an advance of each paid and heard about (so that it may be claimed back), other advances certified,
to be ordered and paid, and of every other one an amendment waits for its signatures, or for the State's.
"""

import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.processes import Portal, launcher
from tests.prove.decision_chaos import ineligible, ranked
from tests.prove.decisions import WORKERS, wait_until_alive

AWARDED, PARTS = 10_000_000, (50_000_000, 30_000_000)  # cents: of a dossier alone, of the two hospitals of a contract
FIRST_BP, SMALL_BP, SMALLS = 1_000, 150, 8  # of a share: the advance that is paid, and each of the others
LEFT = 60  # percent of what is asked for that the envelope holds

OWED = (
    "SELECT id, reaction, tries, last_error FROM delivery"
    " WHERE state = 'todo' AND (not_before IS NULL OR not_before <= portal_now()) ORDER BY id"
)
STILL = 90.0  # seconds


@dataclass(frozen=True)
class Size:
    awards: int
    refusals: int
    contracts: int

    @classmethod
    def of(cls, seconds: float) -> "Size":
        """What so many seconds do not come to the end of."""
        return cls(max(6, round(seconds / 4)), max(4, round(seconds / 6)), max(2, round(seconds / 15)))


def build(portal: Portal, size: Size) -> Any:
    """The world of tests.reviews, gone on from; its clock runs again at the end."""
    from decisions import actions
    from decisions.models import Decision
    from funding.models import Line
    from funding.seed import seed_funding
    from tests.funding.stage import Stage
    from tests.reviews import world as evaluated

    world = evaluated.deposited(portal.set_clock, size.awards)
    for name, role in (("olivier", "orderer"), ("farid", "payer")):
        world.people[name] = evaluated.person(name, role=role)
    cast = SimpleNamespace(**world.people, paula=world.simon)
    stage = Stage(world.call, world.wave, cast, world.hospitals[0], world.partner)
    contracts = [stage.deposited() for _n in range(size.contracts)]
    alone, world.dossiers = world.dossiers, world.dossiers + contracts
    evaluated.reviewing(world, portal.set_clock)
    ranked(world)
    seed_funding(world.call, proposer=world.emma, by=world.dora)
    stage.lines = {line.code: line for line in Line.objects.filter(call=world.call).order_by("pk")}
    lines = list(stage.lines.values())
    portal.set_clock(evaluated.NOW, frozen=True)  # others, of which the jury knows nothing
    world.hospitals += [evaluated.place(1000 + n, f"CH {n}") for n in range(size.refusals)]
    late = [evaluated.deposit(world, size.awards + n) for n in range(size.refusals)]
    portal.set_clock(evaluated.later(days=1), frozen=True)
    launcher.start_workers(portal.ground, portal.environment, names=WORKERS, give_way=False)
    wait_until_alive(portal)
    for n, dossier in enumerate(contracts):
        parts = [(place, lines[n % 2], cents) for place, cents in zip((stage.rennes, stage.brest), PARTS, strict=True)]
        actions.approve(actions.propose(dossier, parts, "Solide.", by=world.driss), by=world.victor)
    settled(portal)
    actions.release(list(Decision.objects.filter(state="rendered")), by=world.dora)
    settled(portal)
    split(world, {line: year_of_all(line) for line in lines})
    for decision in Decision.objects.select_related("grant").order_by("pk"):
        contracted(portal, stage, decision.grant)
    for n, dossier in enumerate(alone):
        part = (dossier.coordinator, lines[n % 2], AWARDED + 101 * n)
        actions.propose(dossier, [part], "Solide.", by=world.driss)
    for n, proposal in enumerate([ineligible(world, dossier) for dossier in late]):
        if n % 2:
            actions.approve(proposal, by=world.victor)
    for decision in Decision.objects.exclude(grant=None).order_by("pk")[::2]:
        amended(stage, decision.grant)
    tightened(world, lines)
    settled(portal)
    signed(stage)
    portal.set_clock(evaluated.later(days=2))
    return world


def settled(portal: Portal) -> float:
    """Waits until the queues are empty: nothing that is due is left. How many seconds it took; given up when nothing moves."""
    began = moved = time.monotonic()
    seen: Any = None
    with portal.database.connect("auditor") as line:
        while left := line.execute(OWED).fetchall():
            if left != seen:
                moved, seen = time.monotonic(), left
            if time.monotonic() - moved > STILL:
                raise SystemExit(f"left in the queues: {left}")
            time.sleep(0.1)
    return time.monotonic() - began


def contracted(portal: Portal, stage: Any, grant: Any) -> None:
    """Signed by everybody; of each share one advance is paid and heard about, and others are certified."""
    from funding import actions
    from tests.funding.stage import agreement, countersigned, iban, rib
    from tests.heard import heard

    cast, made = stage.cast, []
    for share in grant.shares.order_by("pk"):
        convention = actions.prepare_convention(share, siret=share.establishment.siret, months=36, by=cast.driss)
        holder = share.establishment.name
        account = actions.propose_iban(convention, iban=iban(share.pk), holder=holder, by=cast.driss, **rib())
        made.append((convention, account))
    filed = actions.file_agreement(grant, signed_on=grant.engaged_at.date(), by=cast.alice, **agreement())
    settled(portal)  # conventions laid out, sealed and sent; files examined
    actions.validate_agreement(filed, by=cast.driss)
    for convention, account in made:
        actions.validate_iban(account, by=cast.victor)
        convention.refresh_from_db()
        signatory = cast.sophie if convention.share.establishment == stage.rennes else cast.paula
        actions.sign_convention(
            convention, quality="Directrice générale", sha256=convention.document.sha256, by=signatory
        )
        countersigned(convention, cast.driss, cast.dora)
    for convention, _account in made:
        cents = convention.share.cents
        stage.pay(stage.plan(convention, cents * FIRST_BP // 10_000, year=2022))
        heard(convention, cents=cents * FIRST_BP // 10_000, by=cast.emma)
        for _n in range(SMALLS):
            actions.certify(stage.plan(convention, cents * SMALL_BP // 10_000, year=2022), by=cast.emma)


def amended(stage: Any, grant: Any) -> None:
    """An amendment of it is drafted: a thousand euros go from a hospital to the other, and as many back to the envelope."""
    from funding import actions

    first, second = grant.shares.order_by("pk")
    asked = actions.ask_amendment(grant, kind="budget", reason="Deux postes de moins.", by=stage.cast.alice)
    shares = {first.pk: first.cents - 2_000_00, second.pk: second.cents + 1_000_00}
    actions.draft_amendment(asked, shares=shares, by=stage.cast.driss)


def signed(stage: Any) -> None:
    """Of the amendments that were sent, every other one is signed by its hospitals, and proposed to the State."""
    from funding import actions
    from funding.models import Amendment

    for amendment in Amendment.objects.filter(state="sent").order_by("pk")[::2]:
        for share in amendment.grant.shares.order_by("pk"):
            signatory = stage.cast.sophie if share.establishment == stage.rennes else stage.cast.paula
            sha256 = amendment.document.sha256
            actions.sign_amendment(amendment, share.convention, quality="Directrice", sha256=sha256, by=signatory)
        actions.propose_amendment(amendment, by=stage.cast.driss)


# ── the envelope ─────────────────────────────────────────────────────────────────────────────────────────────────────
def year_of_all(line: Any) -> tuple[int, int]:
    """(AE, CP of this year) of a line whose opened AE may be paid now, a quarter of them."""
    from funding import ledger

    opened = ledger.summary(line)["opened"]
    return opened, opened // 4


def tightened(world: Any, lines: list[Any]) -> None:
    """Each line holds LEFT percent of what is proposed on it, and this year's CP LEFT percent of what is certified."""
    from django.db.models import Sum

    from decisions.models import ProposalShare
    from funding import ledger
    from funding.models import Instalment

    asked = {}
    for line in lines:
        stands = ledger.summary(line)
        waiting = ProposalShare.objects.filter(line=line, proposal__state="proposed").aggregate(cents=Sum("cents"))
        due = Instalment.objects.filter(state="certified", convention__share__line=line).aggregate(cents=Sum("cents"))
        ae = stands["opened"] - stands["available"] + (waiting["cents"] or 0) * LEFT // 100
        year = stands["cp"][2022]
        asked[line] = ae, year["opened"] - year["available"] + (due["cents"] or 0) * LEFT // 100
    split(world, asked)


def split(world: Any, asked: dict[Any, tuple[int, int]]) -> None:
    """A version of the envelope: of each line its AE, its CP of this year, and the rest of them next year."""
    from edsh_portal import acts
    from funding import actions

    parts: list[Any] = []
    for line, (ae, cp) in asked.items():
        years = {2022: cp, 2023: ae - cp, 2024: 0, 2025: 0}
        parts += [(line, None, ae, True), *((line, year, cents, True) for year, cents in years.items())]
    acts.approve(actions.propose_envelope(world.call, act="Essai", shares=parts, by=world.emma), by=world.dora)
