"""The call told in order of time: each dossier is a story that says when its next act comes; the earliest always plays next.

Every act goes through a verb, at the instant the portal's clock is set to; what an act owes (receipts, decisions, mails)
is paid at once, so that two builds of the same seed are the same to the last cent and instant.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta

from edsh_portal import clock, events, memory

from ..plan import PLANS
from .complement import complement_story
from .dossier import dossier
from .money import money_story
from .preparation import prepare
from .wave import wave_story
from .world import STAGES, Story, World

__all__ = ["STAGES", "World", "build"]


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
        *(complement_story(world, plan) for plan in PLANS if plan.complement),
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
        with memory.opened():
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
