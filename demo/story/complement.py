"""A dossier that the service asks to complete: its request stays open across the stage « review », then is answered and judged."""

from datetime import UTC, datetime

from applications import actions as dossiers
from calls.pieces import LETTER
from casework import actions as casework
from casework.models import ComplementRequest

from .. import texts
from ..plan import Plan
from .world import Story, World, fresh, on

ASKED = ("identity.months", "answers.schedule")  # and the letter of the coordinator
DUE = datetime(2022, 11, 28, 23, tzinfo=UTC)  # midnight in Paris: until the end of the 28th


def complement_story(world: World, plan: Plan) -> Story:
    yield on(2022, 11, 14, 10)
    driss, victor = world.people["driss"], world.people["victor"]
    writer = world.writer(plan.members[0])
    application = fresh(world, plan)
    letter = f"pieces.{LETTER}.{application.memberships.get(role='coordinator').pk}"
    casework.ask_complements(application, [*ASKED, letter], message=texts.ASKED, due_at=DUE, by=driss)
    yield on(2022, 11, 24, 15)
    application = fresh(world, plan)
    current = application.answers.filter(key="answers.schedule", aside=False).order_by("-version")[0]
    dossiers.save_field(
        application, "answers.schedule", current.text + texts.COMPLEMENT, read_version=current.version, by=writer
    )
    yield on(2022, 11, 25, 9)
    casework.answer_complements(ComplementRequest.objects.get(application=application, state="asked"), by=writer)
    yield on(2022, 11, 29, 9)
    casework.propose_admissibility(fresh(world, plan), **texts.verdict(plan), by=driss)
    yield on(2022, 12, 1, 10)
    casework.validate_admissibility(fresh(world, plan).admissibilities.get(state="proposed"), by=victor)
