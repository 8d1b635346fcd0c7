"""The call told in order of time: each dossier is a story that says when its next act comes; the earliest always plays next.

Every act goes through a verb, at the instant the portal's clock is set to; what an act owes (receipts, decisions, mails)
is paid at once, so that two builds of the same seed are the same to the last cent and instant.
"""

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from applications import actions as dossiers
from applications import annex, freeze
from applications.models import Application, BudgetLine, Wave, pledged, with_pledges
from applications.questions import QUESTIONS
from applications.seed import seed_call
from decisions import actions as decisions
from decisions.models import Decision
from directory import actions as directory
from directory import reference
from directory.models import Establishment, User
from edsh_portal import clock, events, sheets
from edsh_portal.money import split
from funding import actions as funding
from funding.models import BankAccount, GrantShare, Instalment, Line
from funding.seed import raise_to_final, seed_funding
from reviews import actions as reviews
from reviews.models import Assignment, RankingLine

from . import content, texts
from .cast import PASSWORD, Person, everyone
from .places import BEARERS, FICTITIOUS
from .plan import PLANS, Plan

Story = Iterator[datetime]

STAGES = {
    "published": datetime(
        2022, 8, 1, 8, 0, tzinfo=UTC
    ),  # the cast and the call, no dossier yet: where the browser story begins
    "open": datetime(2022, 10, 7, 8, 30, tzinfo=UTC),
    "review": datetime(2022, 11, 21, 9, 0, tzinfo=UTC),
    "deliberation": datetime(2023, 1, 24, 9, 0, tzinfo=UTC),
    "awarded": datetime(2023, 4, 5, 8, 0, tzinfo=UTC),
    "running": datetime(2024, 2, 6, 9, 0, tzinfo=UTC),
}


def on(year: int, month: int, day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


class World:
    """Everybody and everything by key, and the one source of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people: dict[str, User] = {}
        self.places: dict[str, Establishment] = {}
        self.dossiers: dict[str, Application] = {}
        self.waves: dict[int, Wave] = {}

    def place(self, key: str) -> Establishment:
        return self.places[key]

    def writer(self, place: str) -> User:
        return self.people[f"writer:{place}"]

    def signatory(self, place: str) -> User:
        return self.people[f"signatory:{place}"]


def build(
    until: datetime,
    *,
    seed: int = 2022,
    tell: Callable[[str], None] = lambda line: None,
    passing: Callable[[str], None] | None = None,
) -> World:
    """Plays the call from its preparation to `until`, and leaves the clock running from there.

    `passing` is told each earlier stage when the call has come to it, its clock running: the same call as one built to that stage.
    """
    world = World(seed)
    stories: list[Story] = [
        prepare(world),
        *(dossier(world, plan) for plan in PLANS),
        wave_story(world, 1),
        wave_story(world, 2),
        money_story(world),
    ]
    queue: list[tuple[datetime, int, Story]] = []
    for order, story in enumerate(stories):
        heapq.heappush(queue, (next(story), order, story))
    acts = 0
    passed = sorted((at, stage) for stage, at in STAGES.items() if at < until) if passing else []
    while queue and queue[0][0] <= until:
        while passing and passed and passed[0][0] < queue[0][0]:
            instant, stage = passed.pop(0)
            clock.set_to(instant)
            passing(stage)
        at, order, story = heapq.heappop(queue)
        clock.set_to(at, frozen=True)
        following = next(story, None)
        pay_what_is_due()
        acts += 1
        if following is not None:
            assert following >= at, (order, following, at)
            heapq.heappush(queue, (following, order, story))
    tell(f"{acts} acts")
    clock.set_to(until)
    return world


def pay_what_is_due() -> None:
    """Works every obligation at the portal's present instant; a blocked one stops the build."""
    while due := events.due(ahead=timedelta(minutes=1)):  # what is left for later is done too: nobody else will
        for delivery, _queue in due:
            if not events.run(delivery):
                raise RuntimeError(f"obligation {delivery} was not met: see its last_error")


# ── the preparation ──────────────────────────────────────────────────────────────────────────────────────────────────
def prepare(world: World) -> Story:
    yield on(2022, 6, 1)
    reference.load()
    for number, place in enumerate((*BEARERS, *FICTITIOUS), start=1001):
        world.places[place.key] = reference.fictitious_body(
            number,
            name=place.name,
            kind=place.kind,
            category=place.category,
            departement=place.departement,
            activity=place.activity,
            ght_code=place.ght,
            gcs_of=place.gcs_of,
            with_finess=place.kind not in ("research",),
        )
    for establishment in Establishment.objects.exclude(finess=None):
        world.places.setdefault(establishment.finess, establishment)
    yield on(2022, 6, 2)
    for person in everyone():
        enter(world, person)
    for place in sorted({member for plan in PLANS for member in plan.members}):
        staff(world, place)
    yield on(2022, 7, 21, 22)  # midnight in Paris: the publication
    adam = world.people["adam"]
    call = seed_call(by=adam)
    seed_funding(call, by=world.people["dora"])
    world.waves = {wave.number: wave for wave in call.waves.all()}


def enter(world: World, person: Person) -> None:
    user = directory.create_user(email=person.email, full_name=person.full_name, password=PASSWORD, by=None)
    for role in person.roles:
        directory.grant_role(user, role, by=None)
    if person.establishment:
        directory.affiliate(user, world.place(person.establishment), kind=person.kind, by=None)
        world.people[f"{person.kind}:{person.establishment}"] = user
    world.people[person.key] = user


def staff(world: World, place: str) -> None:
    """A writer and a legal representative, fictitious, for each establishment of the plan that has none of the cast."""
    establishment = world.place(place)
    for kind, title in (("writer", "Rédaction"), ("signatory", "Représentation légale")):
        if f"{kind}:{place}" in world.people:
            continue
        user = directory.create_user(
            email=f"{kind}.{establishment.pk}@edsh.example",
            full_name=f"{title} {establishment.name} (personne fictive)",
            password=PASSWORD,
            by=None,
        )
        directory.affiliate(user, establishment, kind=kind, by=None)
        world.people[f"{kind}:{place}"] = user


# ── a dossier, from its first line to its deposit ────────────────────────────────────────────────────────────────────
def dossier(world: World, plan: Plan) -> Story:
    index = PLANS.index(plan)
    begin = on(2022, 8, 22) if plan.wave == 1 else on(2023, 1, 9)
    opened = begin + timedelta(days=index % 13, hours=index % 5, minutes=7 * index)
    yield opened
    coordinator = plan.members[0]
    writer, signatory = world.writer(coordinator), world.signatory(coordinator)
    application = dossiers.create(
        world.waves[plan.wave], coordinator=world.place(coordinator), acronym=plan.acronym, by=writer
    )
    world.dossiers[plan.acronym] = application
    partners = [(key, dossiers.invite_partner(application, world.place(key), by=writer)) for key in plan.members[1:]]
    yield opened + timedelta(days=3)
    for key, membership in partners:
        dossiers.accept_membership(membership, by=world.writer(key))
    yield opened + timedelta(days=6, hours=2)
    write(world, plan, application, writer)
    if plan.fate == "lapse":
        return  # the cut-off comes without a deposit; the portal's clock closes it
    yield opened + timedelta(days=12, hours=1)
    budget(world, plan, application, writer)
    pieces(application, writer, plan)
    content.fill(application, writer, number=index)
    mandates(world, plan, application)
    cut_off = world.waves[plan.wave].closes_at
    deposit = cut_off - timedelta(
        days=4 + index % 9, hours=index % 7, minutes=11 * (index % 5), seconds=13 * (index % 4)
    )
    yield deposit
    dossiers.submit(application, by=signatory)
    for extra in range(plan.extra_versions):
        yield deposit + timedelta(days=1 + extra, hours=3)
        current = (
            application.answers.filter(key=f"answers.{QUESTIONS[0].slug}", aside=False).order_by("-version").first()
        )
        dossiers.save_answer(
            application,
            QUESTIONS[0].slug,
            texts.answer(plan, QUESTIONS[0].slug) + texts.COMPLEMENT,
            read_version=current.version,
            by=writer,
        )
        dossiers.submit(Application.objects.get(pk=application.pk), by=signatory)
    if plan.fate == "withdrawn":
        yield cut_off + timedelta(days=9, minutes=index)
        dossiers.withdraw(Application.objects.get(pk=application.pk), texts.WITHDRAWAL, by=signatory)


def write(world: World, plan: Plan, application: Application, writer: User) -> None:
    months = (18, 24, 30, 36, 40)[PLANS.index(plan) % 5]
    consolidates = plan.goal == "consolidate"
    dossiers.save_identity(
        application,
        acronym=plan.acronym,
        title=plan.title,
        goal=plan.goal,
        starts_on=date(2022, 12, 1) if plan.wave == 1 else date(2023, 6, 1),
        months=months,
        maturity_now=7 if consolidates else 3,
        maturity_target=9 if consolidates else 7,
        by=writer,
    )
    for question in QUESTIONS:
        dossiers.save_answer(application, question.slug, texts.answer(plan, question.slug), read_version=0, by=writer)
    if plan.fate == "lapse":
        return
    associated = dossiers.add_associated(
        application, name=texts.ASSOCIATED[PLANS.index(plan) % 3], kind="company", by=writer
    )
    for number in range(3):
        dossiers.save_project(
            application,
            title=texts.PROJECTS[(PLANS.index(plan) + number) % len(texts.PROJECTS)][0],
            theme=texts.PROJECTS[(PLANS.index(plan) + number) % len(texts.PROJECTS)][1],
            summary=texts.PROJECT_SUMMARY,
            partners=[associated] if number == 0 else [],
            **content.promise(PLANS.index(plan) + number),
            by=writer,
        )
    dossiers.save_perimeter(application, **texts.PERIMETER, by=writer)


def budget(world: World, plan: Plan, application: Application, writer: User) -> None:
    members = list(
        application.memberships.filter(state="accepted").select_related("application", "establishment").order_by("pk")
    )
    for number, (title, summary, first, last) in enumerate(texts.PACKAGES):
        leader = members[number % len(members)]
        dossiers.save_work_package(
            application, title=title, summary=summary, leader=leader, starts_month=first, ends_month=last, by=writer
        )
    aids = split(plan.aid_euros * 100, [3] + [2] * (len(members) - 1))
    span = dossiers.years(application)
    for membership, aid in zip(members, aids, strict=True):
        own = aid if membership.establishment.kind == "private" else aid // 4
        shares = split(aid + own, [5, 2, 2, 3, 2, 1])
        kinds = [c for c in BudgetLine.Category.values if c not in ("permanent", "travel", "overhead")][:6]
        cells: dict[tuple[int, str, int], int] = {}
        for order, (category, cents) in enumerate(zip(kinds, shares, strict=True)):
            for year, part in zip(span, split(cents, [2] * len(span)), strict=True):
                cells[order % len(texts.PACKAGES) + 1, category, year] = part
        dossiers.save_work(membership, texts.WORK, by=writer)
        dossiers.save_budget(membership, cells, {"aid_cents": aid, "own_cents": own}, by=writer)
        regime = "rgec_26" if membership.establishment.kind == "private" else "outside"
        dossiers.declare_regime(membership, vat="including", regime=regime, de_minimis_received_cents=0, by=writer)


def pieces(application: Application, writer: User, plan: Plan) -> None:
    for asked in application.wave.settings.pieces.filter(required=True).order_by("order", "code"):
        content, name = texts.piece(asked.code, plan)
        members = application.memberships.filter(state="accepted").order_by("pk") if asked.per_member else [None]
        for membership in members:
            if asked.code == annex.CODE:
                only = [membership.pk] if membership else None
                filled = annex.write(freeze.content(application), dossiers.years(application), only)
                content = sheets.write_xlsx(filled)
            dossiers.add_piece(application, asked.code, content, name=name, membership=membership, by=writer)


def mandates(world: World, plan: Plan, application: Application) -> None:
    """Each partner's, by who represents it, on the budget as it stands."""
    signatories = {world.place(key).pk: world.signatory(key) for key in plan.members[1:]}
    partners = application.memberships.filter(role="partner", state="accepted").select_related("application__wave")
    for membership in with_pledges(partners).order_by("pk"):
        by = signatories[membership.establishment_id]
        dossiers.give_mandate(membership, read=pledged(membership), by=by)


# ── a wave, from its cut-off to its decisions ────────────────────────────────────────────────────────────────────────
def wave_story(world: World, number: int) -> Story:
    first = number == 1
    plans = [plan for plan in PLANS if plan.wave == number]
    lapse = on(2022, 10, 11, 10, 1) if first else on(2023, 4, 12, 10, 1)
    yield lapse
    for plan in plans:
        if plan.fate == "lapse":
            dossiers.lapse(fresh(world, plan))
    driss, victor = world.people["driss"], world.people["victor"]
    at = on(2022, 10, 24, 8) if first else on(2023, 4, 26, 8)
    for plan in plans:
        if plan.fate in ("withdrawn", "lapse"):
            continue
        at += timedelta(hours=1, minutes=20)
        yield at
        dossiers.propose_admissibility(fresh(world, plan), **texts.verdict(plan), by=driss)
    at += timedelta(days=2)
    for plan in plans:
        if plan.fate in ("withdrawn", "lapse"):
            continue
        at += timedelta(minutes=25)
        yield at
        dossiers.validate_admissibility(fresh(world, plan).admissibilities.get(state="proposed"), by=victor)
    examined = [plan for plan in plans if plan.fate in ("award", "reserve", "refusal")]
    yield from evaluation(world, examined, on(2022, 11, 7, 9) if first else on(2023, 5, 9, 9), first)
    yield from deliberation(world, examined, number, on(2023, 1, 17, 8) if first else on(2023, 9, 12, 8))
    yield from award(
        world,
        plans,
        on(2023, 2, 13, 8) if first else on(2023, 11, 20, 8),
        on(2023, 4, 3, 8) if first else on(2023, 12, 14, 9),
    )


def fresh(world: World, plan: Plan) -> Application:
    return Application.objects.get(pk=world.dossiers[plan.acronym].pk)


def evaluation(world: World, plans: list[Plan], begin: datetime, first: bool) -> Story:
    experts = [world.people["claire"]] + [world.people[f"expert{n:02d}"] for n in range(1, 13)]
    at = begin
    for index, plan in enumerate(plans):
        at += timedelta(minutes=15)
        yield at
        for shift in range(3 if plan.strength >= 8 else 2):
            reviews.assign(
                fresh(world, plan), experts[(2 * index + 5 * shift) % len(experts)], by=world.people["driss"]
            )
    assigned = list(
        Assignment.objects.filter(application__in=[fresh(world, p) for p in plans])
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    recusing = assigned[-1] if len(plans) > 3 else None
    at += timedelta(days=3)
    for pk in assigned:
        at += timedelta(minutes=31)
        yield at
        assignment = Assignment.objects.get(pk=pk)
        conflict = pk == recusing
        reviews.declare(
            assignment,
            conflict=conflict,
            statement=texts.CONFLICT if conflict else texts.NO_CONFLICT,
            by=assignment.expert,
        )
    if recusing:
        at += timedelta(days=1)
        yield at
        lost = Assignment.objects.get(pk=recusing)
        replacing = next(e for e in experts if not lost.application.assignments.filter(expert=e).exists())
        reviews.assign(lost.application, replacing, by=world.people["driss"])
        assigned.remove(recusing)
        yield at + timedelta(hours=5)
        new = Assignment.objects.get(application=lost.application, expert=replacing)
        reviews.declare(new, conflict=False, statement=texts.NO_CONFLICT, by=replacing)
        assigned.append(new.pk)
        at += timedelta(hours=6)
    at += timedelta(days=2)
    strengths = {world.dossiers[p.acronym].pk: p.strength for p in plans}
    for rank, pk in enumerate(assigned):
        at += timedelta(hours=9, minutes=3)
        yield at
        assignment = Assignment.objects.select_related("application__wave__settings", "expert").get(pk=pk)
        settings = assignment.application.wave.settings
        scores = {
            c: (
                max(
                    c.floor or 0,
                    min(settings.scale_max, strengths[assignment.application_id] + world.chance.choice((-1, 0, 0, 1))),
                ),
                texts.comment(c.number, rank),
            )
            for c in settings.criteria.order_by("number")
        }
        reviews.save_review(assignment.review, scores, by=assignment.expert)
        reviews.lock_review(assignment.review, by=assignment.expert)
    yield at + timedelta(hours=4)
    for plan in plans:
        reviews.give_opinion(fresh(world, plan), value=plan.strength, text=texts.OPINION, by=world.people["nadia"])


def deliberation(world: World, plans: list[Plan], number: int, at: datetime) -> Story:
    jean = world.people["jean"]
    fates = {world.dossiers[plan.acronym].pk: plan.fate for plan in plans}
    yield at
    session = reviews.open_session(world.waves[number], by=jean)
    yield at + timedelta(days=9, hours=5)
    lists = {"award": "main", "reserve": "reserve", "refusal": "not_selected"}
    for line in RankingLine.objects.filter(session=session).order_by("rank"):
        reviews.set_list(line, lists[fates[line.application_id]], texts.SKIP, by=jean)
    yield at + timedelta(days=9, hours=8)
    reviews.close_session(type(session).objects.get(pk=session.pk), texts.MINUTES, by=jean)


def award(world: World, plans: list[Plan], at: datetime, release: datetime) -> Story:
    driss, victor, dora = (world.people[key] for key in ("driss", "victor", "dora"))
    for plan in plans:
        if plan.fate in ("withdrawn", "lapse", "reserve"):
            continue
        application = fresh(world, plan)
        at += timedelta(minutes=40)
        yield at
        if plan.fate == "award":
            line = Line.objects.get(code=plan.line)
            members = (
                application.memberships.filter(state="accepted").select_related("establishment", "plan").order_by("pk")
            )
            shares = [(m.establishment, line, m.plan.aid_cents * 9 // 10) for m in members]
            proposal = decisions.propose(application, shares, texts.MOTIVE, by=driss)
        else:
            proposal = decisions.propose_refusal(application, texts.REFUSAL_MOTIVE, by=driss)
        yield at + timedelta(minutes=20)
        decisions.approve(proposal, by=victor)
    yield release
    ready = list(Decision.objects.filter(state="rendered").order_by("pk"))
    decisions.release(ready, by=dora)
    at = release + timedelta(hours=1)
    for plan in plans:
        if plan.fate != "award":
            continue
        at += timedelta(minutes=50)
        yield at
        decision = Decision.objects.get(application=fresh(world, plan), notified_at__isnull=False)
        decisions.open_notification(decision, by=world.signatory(plan.members[0]))


# ── the money, after the notifications ───────────────────────────────────────────────────────────────────────────────
def money_story(world: World) -> Story:
    yield on(2023, 5, 10, 8)
    yield from contract(world, on(2023, 5, 10, 8))
    yield from pay_round(world, "advance", 2023, 20, on(2023, 7, 3, 8))
    yield on(2023, 11, 15, 8)
    raise_to_final(world.waves[1].call, by=world.people["dora"])
    yield from contract(world, on(2024, 1, 8, 8), leave=1)
    yield from pay_round(world, "interim", 2024, 25, on(2024, 1, 22, 8), stop_early=True)


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
        account = funding.propose_iban(convention, iban=texts.iban(share.pk), holder=share.establishment.name, by=driss)
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
    from funding.models import Convention

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
