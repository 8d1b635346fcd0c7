"""Who and what the stories share, and the instants at which the demonstration may stop."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from applications.models import Application
from calls.models import Wave
from directory.models import Establishment, User

from ..plan import Plan

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


def fresh(world: World, plan: Plan) -> Application:
    return Application.objects.get(pk=world.dossiers[plan.acronym].pk)
