"""The money, after the notifications."""

from datetime import date, datetime, timedelta

from directory.models import User
from funding import actions as funding
from funding.models import BankAccount, Claim, Convention, GrantShare, Instalment
from funding.seed import raise_to_final

from .. import texts
from .world import Story, World, on


def money_story(world: World) -> Story:
    yield on(2023, 5, 10, 8)
    yield from contract(world, on(2023, 5, 10, 8))
    yield from pay_round(world, "advance", 2023, 20, on(2023, 7, 3, 8))
    yield on(2023, 11, 15, 8)
    raise_to_final(world.waves[1].call, proposer=world.people["olivier"], by=world.people["dora"])
    yield from contract(world, on(2024, 1, 8, 8), leave=1)
    yield from pay_round(world, "interim", 2024, 25, on(2024, 1, 22, 8), stop_early=True)
    yield from declare(world, on(2024, 1, 29, 8))
    yield on(2024, 2, 5, 8)
    leave_for_a_second_person(world)


def declare(world: World, at: datetime) -> Story:
    """The expenses of 2023 of two beneficiaries: one statement is accepted, but for an expense; the other waits for an officer."""
    driss = world.people["driss"]
    signed = Convention.objects.filter(state="signed").order_by("pk").select_related("share__establishment")
    for accepted, convention in zip((True, False), signed[:2], strict=True):
        yield at
        place = next(key for key, held in world.places.items() if held.pk == convention.share.establishment_id)
        writer, signer = world.writer(place), world.signatory(place)
        claim = funding.open_claim(
            convention,
            starts_on=date(2023, 7, 1),
            ends_on=date(2023, 12, 31),
            forecast_cents=150_000_00,
            by=writer,
        )
        for number, (category, cents) in enumerate(sorted(funding.subsidised(convention).items()), start=1):
            first = funding.add_line(
                claim,
                category=category,
                label=f"Marché fictif {number}",
                paid_on=date(2023, 9, 15),
                cents=cents // 5,
                content=texts.page(f"Pièce fictive n° {number}"),
                name=f"piece-{number}.pdf",
                by=writer,
            )
            funding.add_line(
                claim,
                category=category,
                label=f"Avenant fictif {number}",
                paid_on=date(2023, 11, 20),
                cents=cents // 9,
                file=first.file,
                by=writer,
            )
        at += timedelta(hours=2)
        yield at
        funding.ask_certificate(Claim.objects.get(pk=claim.pk), accountant=signer, by=writer)
        at += timedelta(hours=2)
        yield at
        funding.certify_claim(Claim.objects.get(pk=claim.pk), quality="Agent comptable", by=signer)
        at += timedelta(hours=2)
        yield at
        if accepted:
            check(Claim.objects.get(pk=claim.pk), driss)


def check(claim: Claim, driss: User) -> None:
    """The last expense is refused; the others are kept."""
    *others, last = claim.lines.order_by("pk")
    for line in others:
        funding.check_line(line, eligible_cents=line.cents, refusal="", evidence_seen=True, by=driss)
    refusal = "Facture fictive d’un exercice antérieur au projet."
    funding.check_line(last, eligible_cents=0, refusal=refusal, evidence_seen=True, by=driss)
    funding.accept_claim(claim, by=driss)


def leave_for_a_second_person(world: World) -> None:
    """Two acts that nobody has approved yet: a recovery order, and another bank account."""
    paid = Instalment.objects.filter(state="paid", convention__state="signed").order_by("-pk")
    *_others, last = paid.select_related("convention__share")[:2]
    funding.propose_recovery(last.convention.share, cents=last.cents // 10, ground="object", by=world.people["emma"])
    held = Convention.objects.filter(state="signed").order_by("-pk").select_related("share__establishment")[2]
    funding.propose_iban(
        held,
        iban=texts.iban(held.pk + 500),
        holder="Trésorerie hospitalière fictive",
        explanation="Le comptable public encaisse pour l’établissement.",
        content=texts.page("Relevé d’identité bancaire"),
        name="rib.pdf",
        by=world.people["driss"],
    )


def contract(world: World, at: datetime, leave: int = 0) -> Story:
    yield at
    driss, victor = world.people["driss"], world.people["victor"]
    shares = list(
        GrantShare.objects.filter(grant__state="engaged", convention__isnull=True)
        .order_by("pk")
        .select_related("establishment", "grant__application")
    )
    for share in shares[: len(shares) - leave] if leave else shares:
        convention = funding.prepare_convention(share, siret=share.establishment.siret, months=36, by=driss)
        at += timedelta(minutes=30)
        yield at
        account = funding.propose_iban(
            convention,
            iban=texts.iban(share.pk),
            holder=share.establishment.name,
            content=texts.page("Relevé d’identité bancaire"),
            name="rib.pdf",
            by=driss,
        )
        at += timedelta(minutes=30)
        yield at
        funding.validate_iban(BankAccount.objects.get(pk=account.pk), by=victor)
        at += timedelta(hours=2)
        yield at
        signing = next(
            u
            for key, u in world.people.items()
            if key.startswith("signatory:") and world.places[key.split(":")[1]].pk == share.establishment_id
        )
        funding.sign_convention(type(convention).objects.get(pk=convention.pk), by=signing)


def pay_round(world: World, kind: str, year: int, percent: int, at: datetime, *, stop_early: bool = False) -> Story:
    """Plans, certifies, orders and pays one instalment of each signed convention; `stop_early` leaves some in each state."""
    yield at
    people = [world.people[key] for key in ("driss", "emma", "olivier", "farid")]
    steps = (funding.certify, funding.order, funding.pay)
    for index, convention in enumerate(
        Convention.objects.filter(state="signed", signed_at__lte=at).order_by("pk").select_related("share")
    ):
        if kind == "interim" and not convention.instalments.exists():
            kind_here, percent_here = "advance", 20
        else:
            kind_here, percent_here = kind, percent
        instalment = funding.plan_instalment(
            convention,
            kind=kind_here,
            cents=convention.share.cents * percent_here // 100,
            year=year,
            evidence=texts.EVIDENCE[kind_here],
            by=people[0],
        )
        for rank, step in enumerate(steps[: 3 - index % 4] if stop_early else steps, start=1):
            at += timedelta(minutes=35)
            yield at
            step(Instalment.objects.get(pk=instalment.pk), by=people[rank])
        at += timedelta(minutes=5)
        yield at
