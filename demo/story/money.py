"""The money, after the notifications."""

from datetime import date, datetime, timedelta
from typing import Any

from decisions import actions as decisions
from decisions.models import Decision
from directory.models import Affiliation, User
from edsh_portal import acts, clock
from funding import actions as funding
from funding import panels
from funding.models import Agreement, BankAccount, Claim, Convention, Grant, GrantShare, Instalment
from funding.permissions import ON_EXPENSES
from funding.seed import raise_to_final

from .. import texts
from .exchange import exchange
from .world import Story, World, on


def money_story(world: World) -> Story:
    yield on(2023, 5, 10, 8)
    yield from contract(world, on(2023, 5, 10, 8))
    yield from pay_round(world, "advance", 2023, 20, on(2023, 7, 3, 8))
    yield on(2023, 11, 15, 8)
    raise_to_final(world.waves[1].call, proposer=world.people["olivier"], by=world.people["dora"])
    yield from contract(world, on(2024, 1, 8, 8), leave=1)
    yield from declare(world, on(2024, 1, 22, 8))
    yield from pay_round(world, "interim", 2024, 25, on(2024, 1, 25, 8), stop_early=True)
    yield from amend(world, on(2024, 1, 31, 8))
    yield from exchange(world)
    yield on(2024, 2, 5, 8)
    leave_for_a_second_person(world)


def declare(world: World, at: datetime) -> Story:
    """The expenses of 2023 of three beneficiaries: two statements are accepted, but for an expense; the last waits for an officer."""
    driss = world.people["driss"]
    signed = Convention.objects.filter(state="signed").order_by("pk").select_related("share__establishment")
    for accepted, convention in zip((True, True, False), signed[:3], strict=True):
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


def amend(world: World, at: datetime) -> Story:
    """The first award has four months more, which everybody has signed; the second asks for as much, and its coordinator has yet to sign."""
    yield at
    driss, dora = (world.people[key] for key in ("driss", "dora"))
    running = Grant.objects.filter(state="engaged").exclude(
        shares__convention__state__in=("prepared", "sent", "agreed")
    )
    for grant in running.filter(shares__convention__isnull=False).distinct().order_by("pk")[:2]:
        coordinating = somebody(world, "writer", grant.application.coordinator_id)
        made = funding.ask_amendment(grant, kind="duration", reason=texts.AMENDED, by=coordinating)
        at += timedelta(minutes=30)
        yield at
        funding.draft_amendment(made, months=40, by=driss)
        at += timedelta(minutes=30)
        yield at
        made.refresh_from_db()
        if grant.pk != running.order_by("pk").values_list("pk", flat=True)[0]:
            return
        for convention in Convention.objects.filter(share__grant=grant, state="signed").order_by("pk"):
            signing = somebody(world, "signatory", convention.share.establishment_id)
            sha256 = made.document.sha256 if made.document else ""
            funding.sign_amendment(made, convention, quality=texts.QUALITY, sha256=sha256, by=signing)
        act = funding.propose_amendment(made, by=driss)
        at += timedelta(minutes=30)
        yield at
        acts.approve(act, by=dora)


def check(claim: Claim, driss: User) -> None:
    """The last expense is refused; the others are kept."""
    *others, last = claim.lines.order_by("pk")
    for line in others:
        funding.check_line(line, eligible_cents=line.cents, refusal="", evidence_seen=True, by=driss)
    refusal = "Facture fictive d’un exercice antérieur au projet."
    funding.check_line(last, eligible_cents=0, refusal=refusal, evidence_seen=True, by=driss)
    funding.accept_claim(claim, by=driss)


def leave_for_a_second_person(world: World) -> None:
    """Two acts that nobody has approved yet: a recovery order, and another bank account; a recovery that may be proposed."""
    paid = Instalment.objects.filter(state="paid", convention__state="signed").order_by("-pk")
    *_others, last = paid.select_related("convention__share")[:2]
    first = paid.exclude(convention=last.convention_id).select_related("convention__share").last()
    if first is not None:
        hear(first.convention, first.cents // 10, "term", world.people["emma"])
    hear(last.convention, last.cents // 10, "object", world.people["emma"])
    funding.propose_recovery(last.convention.share, cents=last.cents // 10, ground="object", by=world.people["emma"])
    contest(world.people["driss"], world.people["dora"])
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


def hear(convention: Convention, cents: int, ground: str, emma: User) -> None:
    """The beneficiary is told of what would be claimed back, answers, and is answered."""
    motives = "Une part des dépenses fictives n’a pas été affectée au projet."
    made = decisions.open_recovery_procedure(convention, cents=cents, ground=ground, motives=motives, by=emma)
    theirs = Affiliation.objects.reached().filter(establishment=made.establishment).order_by("pk").first()
    assert theirs is not None
    decisions.observe(made, "Ces dépenses fictives servent aussi au projet.", by=theirs.user)
    decisions.answer_procedure(made, "Les pièces fictives ne le montrent pas.", by=emma)


def contest(driss: User, dora: User) -> None:
    """A refusal is contested, twice, and answered once; the withdrawal of an award is envisaged, and its coordinator has not answered yet."""
    notified = Decision.objects.filter(state="notified").select_related("application__coordinator").order_by("-pk")
    refusal, award = notified.filter(kind="refusal").first(), notified.filter(kind="award").first()
    if refusal is not None:
        of = refusal.application.coordinator.affiliations.get(kind="signatory", ended_at=None)
        decisions.lodge_remedy(refusal, kind="gracious", text="La note du critère 3 repose sur une erreur.", by=of.user)
        text, author = "Un tiers conteste le classement fictif.", "Association fictive d’usagers"
        told: dict[str, Any] = {
            "received_on": clock.today(),
            "author": author,
            "text": text,
            "reference": "Courrier fictif 12",
        }
        by_post = decisions.register_remedy(refusal, kind="superior", **told, by=driss)
        answer = decisions.propose_remedy_answer(by_post, "rejected", "Le classement suit les notes.", by=driss)
        acts.approve(answer, by=dora)
    if award is not None:
        motives = "Le comité de suivi fictif n’a pas reçu le rapport annuel."
        decisions.open_revocation_procedure(award, ground="conditions", motives=motives, by=driss)


def contract(world: World, at: datetime, leave: int = 0) -> Story:
    """Conventions of the shares that have none, and the agreement of each consortium. `leave`: how many are left to prepare; the
    one before is then left to its beneficiary, another to the State, and the agreement of the latter to validate."""
    yield at
    driss, victor, dora = (world.people[key] for key in ("driss", "victor", "dora"))
    shares = list(
        GrantShare.objects.filter(grant__state="engaged", convention__isnull=True)
        .order_by("pk")
        .select_related("establishment", "grant__application")
    )
    begun = shares[: len(shares) - leave] if leave else shares
    for share in begun:
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
        convention = Convention.objects.select_related("share__grant", "document").get(pk=convention.pk)
        signed = sign(world, convention, scanned=bool(leave) and share == begun[-1])
        if not signed or (leave and share == begun[-2]):
            continue
        funding.propose_signature(convention, by=driss)
        at += timedelta(minutes=30)
        yield at
        funding.countersign_convention(convention, by=dora)
    for grant in sorted({share.grant for share in shares}, key=lambda held: held.pk):
        if funding.needs_agreement(grant) and not grant.agreements.exists():
            at += timedelta(minutes=20)
            yield from agree(world, grant, at, leave=bool(leave) and grant == begun[-2].grant)


def sign(world: World, convention: Convention, *, scanned: bool) -> bool:
    """In the portal; or on paper, that its representative scans and hands in: which is no signature."""
    signing = somebody(world, "signatory", convention.share.establishment_id)
    if scanned:
        content, name = texts.page("Convention numérisée"), "convention-numerisee.pdf"
        funding.hand_in_copy(convention, quality=texts.QUALITY, content=content, name=name, by=signing)
        return False
    sha256 = convention.document.sha256 if convention.document else ""
    funding.sign_convention(convention, quality=texts.QUALITY, sha256=sha256, by=signing)
    return True


def agree(world: World, grant: Grant, at: datetime, *, leave: bool) -> Story:
    """Its coordinator files the agreement; the instruction validates it, or has it still to read."""
    yield at
    coordinating = somebody(world, "writer", grant.application.coordinator_id)
    content, day = texts.page("Accord de consortium"), at.date() - timedelta(days=3)
    filed = funding.file_agreement(grant, signed_on=day, content=content, name="accord.pdf", by=coordinating)
    if leave:
        return
    yield at + timedelta(minutes=10)
    funding.validate_agreement(Agreement.objects.get(pk=filed.pk), by=world.people["driss"])


def somebody(world: World, kind: str, establishment: int) -> User:
    """Who writes or signs for it, of the cast."""
    found = (key.split(":")[1] for key in world.people if key.startswith(f"{kind}:"))
    return world.people[next(f"{kind}:{place}" for place in found if world.places[place].pk == establishment)]


def pay_round(world: World, kind: str, year: int, percent: int, at: datetime, *, stop_early: bool = False) -> Story:
    """Plans, certifies, orders and pays one instalment of each signed convention; `stop_early` leaves some in each state."""
    yield at
    people = [world.people[key] for key in ("driss", "emma", "olivier", "farid")]
    steps = (funding.certify, funding.order, funding.pay)
    for index, convention in enumerate(
        Convention.objects.filter(state="signed", signed_at__lte=at)
        .order_by("pk")
        .select_related("share__grant__application")
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
        most = 3 - index % 4 if stop_early else 3
        claim = convention.claims.accepted().order_by("number").last()
        if kind_here == "interim" and claim is None:  # it waits for the expenses
            most = 0
        if panels.before_payment(convention.share.grant):  # certified, and not ordered yet (R80)
            most = min(most, 1)
        if most:
            for condition in instalment.conditions.order_by("pk"):
                says = people[1] if condition.kind in ON_EXPENSES else people[0]
                named = {"claim": claim} if funding.rests_on_claim(condition) else {}
                funding.meet_condition(condition, evidence=texts.SEEN, by=says, **named)
        for rank, step in enumerate(steps[:most], start=1):
            at += timedelta(minutes=35)
            yield at
            step(Instalment.objects.get(pk=instalment.pk), by=people[rank])
        at += timedelta(minutes=5)
        yield at
