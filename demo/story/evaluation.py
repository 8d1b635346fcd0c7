"""What is thought of the dossiers of a wave: experts, opinions, the jury."""

from collections.abc import Generator
from datetime import date, datetime, timedelta
from typing import Any

from calls.models import Wave
from directory.models import User
from edsh_portal import acts
from reviews import actions as reviews
from reviews.models import OVERALL, Assignment, RankingLine

from .. import texts
from ..plan import Plan
from .world import Story, World, fresh


def evaluation(world: World, plans: list[Plan], begin: datetime, first: bool) -> Story:
    experts = [world.people["claire"]] + [world.people[f"expert{n:02d}"] for n in range(1, 13)]
    yield begin
    engaged(world, experts, world.waves[1 if first else 2], first)
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
    yield at + timedelta(days=1)
    tied = list(Assignment.objects.filter(pk__in=assigned, state="waiting").order_by("pk"))
    for waiting in tied:
        reviews.rule(waiting, True, texts.RULING, by=world.people["jean"])
    at += timedelta(days=3)
    for pk in assigned:
        at += timedelta(minutes=31)
        yield at
        assignment = Assignment.objects.get(pk=pk)
        conflict = pk == recusing
        reviews.declare(
            assignment,
            conflict=conflict,
            statement=texts.CONFLICT if conflict else texts.TIED if assignment in tied else texts.NO_CONFLICT,
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
    at = yield from _scored(world, plans, assigned, at + timedelta(days=2))
    yield at + timedelta(hours=4)
    for plan in plans:
        reviews.give_opinion(fresh(world, plan), value=plan.strength, text=texts.OPINION, by=world.people["nadia"])


def engaged(world: World, experts: list[User], wave: Wave, first: bool) -> None:
    """Who says what they know and may take on, once; what binds them in the wave; and one link, which the chair will allow."""
    codes = list(wave.settings.skills.order_by("order").values_list("code", flat=True))
    for number, expert in enumerate(experts):
        if first:
            reviews.write_profile(
                expert,
                skills=[codes[(4 * number + step) % len(codes)] for step in (0, 1, 3, 7)],
                capacity=6 + number % 3,
                languages=["fr"] if number % 3 else ["fr", "en"],
                civility=("woman", "man")[number % 2],
                by=expert,
            )
        reviews.sign_undertaking(expert, wave, by=expert)
    if first:
        body = world.place("hauteroche")
        reviews.declare_tie(
            world.people["expert01"],
            kind="advice",
            body=body.name,
            siren=body.siret[:9],
            since_on=date(2019, 1, 1),
            until_on=date(2020, 12, 31),
            by=world.people["expert01"],
        )


def _scored(world: World, plans: list[Plan], assigned: list[int], at: datetime) -> Generator[datetime, None, datetime]:
    """Every opinion, one after the other: the instant of the last."""
    strengths = {world.dossiers[p.acronym].pk: p.strength for p in plans}
    for rank, pk in enumerate(assigned):
        at += timedelta(hours=9, minutes=3)
        yield at
        assignment = Assignment.objects.select_related("application__wave__settings", "expert").get(pk=pk)
        settings = assignment.application.wave.settings
        scores: dict[Any, Any] = {
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
    return at


def deliberation(world: World, plans: list[Plan], number: int, at: datetime) -> Story:
    jean = world.people["jean"]
    fates = {world.dossiers[plan.acronym].pk: plan.fate for plan in plans}
    yield at
    session = reviews.open_session(world.waves[number], by=jean)
    yield at + timedelta(days=9, hours=5)
    reviews.come(session, by=jean)
    lists = {"award": "main", "reserve": "reserve", "refusal": "not_selected"}
    for line in RankingLine.objects.filter(session=session).order_by("rank"):
        reviews.set_list(line, lists[fates[line.application_id]], texts.SKIP, by=jean)
    yield at + timedelta(days=9, hours=8)
    reviews.close_session(type(session).objects.get(pk=session.pk), texts.MINUTES, by=jean)


def comes_back(world: World, plans: list[Plan], at: datetime) -> Story:
    """What applicants will read: approved for the first dossier, proposed for the second, begun for the third."""
    driss, jean = world.people["driss"], world.people["jean"]
    for place, plan in enumerate(sorted(plans, key=lambda plan: plan.acronym != "VALMONT")[:3]):
        at += timedelta(minutes=25)
        yield at
        held = reviews.begin_feedback(fresh(world, plan), by=driss)
        if place < 2:
            told = dict.fromkeys(reviews.unanswered(held), texts.HARMLESS)
            reviews.save_feedback(held, {OVERALL: texts.OVERALL}, told, by=driss)
            act = reviews.propose_feedback(held, by=driss)
        if not place:
            yield at + timedelta(minutes=10)
            acts.approve(act, by=jean)
