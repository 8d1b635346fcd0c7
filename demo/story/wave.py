"""A wave, from its cut-off to its decisions."""

from datetime import datetime, timedelta

from applications import actions as dossiers
from casework import actions as casework
from decisions import actions as decisions
from decisions import studio
from decisions.models import Decision
from funding.models import Line

from .. import texts
from ..plan import PLANS, Plan
from .evaluation import comes_back, deliberation, evaluation
from .world import Story, World, fresh, on


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
        if plan.fate in ("withdrawn", "lapse") or plan.complement:
            continue
        at += timedelta(hours=1, minutes=20)
        yield at
        casework.propose_admissibility(fresh(world, plan), **texts.verdict(plan), by=driss)
    at += timedelta(days=2)
    for plan in plans:
        if plan.fate in ("withdrawn", "lapse") or plan.complement:
            continue
        at += timedelta(minutes=25)
        yield at
        casework.validate_admissibility(fresh(world, plan).admissibilities.get(state="proposed"), by=victor)
    examined = [plan for plan in plans if plan.fate in ("award", "reserve", "refusal")]
    yield from evaluation(world, examined, on(2022, 11, 7, 9) if first else on(2023, 5, 9, 9), first)
    yield from deliberation(world, examined, number, on(2023, 1, 17, 8) if first else on(2023, 9, 12, 8))
    if first:
        yield from comes_back(world, examined, on(2023, 1, 30, 8))
    yield from award(
        world,
        plans,
        on(2023, 2, 13, 8) if first else on(2023, 11, 20, 8),
        on(2023, 4, 3, 8) if first else on(2023, 12, 14, 9),
    )


def scenarios(world: World, plans: list[Plan]) -> None:
    """Two cut-offs kept and shared before anything is proposed: the main list, and one dossier more."""
    driss, victor = (world.people[key] for key in ("driss", "victor"))
    wave = fresh(world, plans[0]).wave
    ground = studio.read(wave, driss)
    drawn = studio.drawn(ground)
    kept = [
        decisions.keep_scenario(wave, name, cut, drawn, by=driss)
        for name, cut in ((texts.SCENARIOS[0], ground.main), (texts.SCENARIOS[1], ground.main + 1))
        if cut <= sum(row.callable for row in ground.rows)
    ]
    for scenario in kept:
        decisions.revise_scenario(scenario, shared=True, by=driss)
    decisions.comment_scenario(kept[0], texts.SCENARIO_COMMENT, by=victor)


def award(world: World, plans: list[Plan], at: datetime, release: datetime) -> Story:
    driss, victor, dora = (world.people[key] for key in ("driss", "victor", "dora"))
    yield at
    scenarios(world, plans)
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
