"""A dossier, from its first line to its deposit."""

from datetime import date, timedelta

from applications import actions as dossiers
from applications.models import Application, BudgetLine, pledged, with_pledges
from calls.questions import QUESTIONS
from directory.models import User
from edsh_portal.money import split

from .. import content, texts
from ..plan import PLANS, Plan
from .world import Story, World, on


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
    dossiers.submit(application, electronic=not plan.by_post, by=signatory)
    for extra in range(plan.extra_versions):
        yield deposit + timedelta(days=1 + extra, hours=3)
        current = (
            application.answers.filter(key=f"answers.{QUESTIONS[0].slug}", aside=False).order_by("-version").first()
        )
        dossiers.save_field(
            application,
            f"answers.{QUESTIONS[0].slug}",
            texts.answer(plan, QUESTIONS[0].slug) + texts.COMPLEMENT,
            read_version=current.version if current else 0,
            by=writer,
        )
        dossiers.submit(Application.objects.get(pk=application.pk), electronic=not plan.by_post, by=signatory)
    if plan.fate == "withdrawn":
        yield cut_off + timedelta(days=9, minutes=index)
        dossiers.withdraw(Application.objects.get(pk=application.pk), texts.WITHDRAWAL, by=signatory)


def write(world: World, plan: Plan, application: Application, writer: User) -> None:
    months = (18, 24, 30, 36, 40)[PLANS.index(plan) % 5]
    consolidates = plan.goal == "consolidate"
    dossiers.save_row(
        application,
        "identity",
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
        dossiers.save_field(
            application, f"answers.{question.slug}", texts.answer(plan, question.slug), read_version=0, by=writer
        )
    if plan.fate == "lapse":
        return
    associated = dossiers.add_associated(
        application, name=texts.ASSOCIATED[PLANS.index(plan) % 3], kind="company", by=writer
    )
    for number in range(3):
        dossiers.save_row(
            application,
            "projects",
            title=texts.PROJECTS[(PLANS.index(plan) + number) % len(texts.PROJECTS)][0],
            theme=texts.PROJECTS[(PLANS.index(plan) + number) % len(texts.PROJECTS)][1],
            summary=texts.PROJECT_SUMMARY,
            partners=[associated] if number == 0 else [],
            **content.promise(PLANS.index(plan) + number),
            by=writer,
        )
    dossiers.save_row(application, "perimeters", **texts.PERIMETER, by=writer)


def budget(world: World, plan: Plan, application: Application, writer: User) -> None:
    members = list(
        application.memberships.filter(state="accepted").select_related("application", "establishment").order_by("pk")
    )
    for number, (title, summary, first, last) in enumerate(texts.PACKAGES):
        leader = members[number % len(members)]
        dossiers.save_row(
            application,
            "packages",
            title=title,
            summary=summary,
            leader=leader,
            starts_month=first,
            ends_month=last,
            by=writer,
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
        dossiers.save_row(application, "members", row=membership, work=texts.WORK, by=writer)
        dossiers.save_budget(membership, cells, {"aid_cents": aid, "own_cents": own}, by=writer)
        regime = "rgec_26" if membership.establishment.kind == "private" else "outside"
        dossiers.save_row(
            application,
            "budget",
            row=membership,
            vat="including",
            regime=regime,
            de_minimis_received_cents=0,
            by=writer,
        )


def pieces(application: Application, writer: User, plan: Plan) -> None:
    for asked in application.wave.settings.pieces.filter(required=True).order_by("order", "code"):
        content, name = texts.piece(asked.code, plan)
        members = application.memberships.filter(state="accepted").order_by("pk") if asked.per_member else [None]
        for membership in members:
            dossiers.add_piece(application, asked.code, content, name=name, membership=membership, by=writer)


def mandates(world: World, plan: Plan, application: Application) -> None:
    """Each partner's, by who represents it, on the budget as it stands."""
    signatories = {world.place(key).pk: world.signatory(key) for key in plan.members[1:]}
    partners = application.memberships.filter(role="partner", state="accepted").select_related("application__wave")
    for membership in with_pledges(partners).order_by("pk"):
        by = signatories[membership.establishment_id]
        dossiers.give_mandate(membership, read=pledged(membership), by=by)
