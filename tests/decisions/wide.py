"""A closed session of as many dossiers as are asked, each of six members over four years, and an envelope of two sources and four years."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

from applications.actions.reception import TYPED, freeze_version
from applications.content import freeze
from applications.models import Version
from edsh_portal.events import record
from funding.seed import raise_to_final, seed_funding
from reviews import actions as reviews
from reviews.models import RankingLine
from tests.reviews import world as evaluated
from tests.reviews.world import World, place

MEMBERS, YEARS = 6, (2023, 2024, 2025, 2026)


def build(set_clock: Any, count: int, reserve: int) -> World:
    """The last `reserve` of the ranking are in reserve, the others on the main list."""
    world = evaluated.deposited(set_clock, count)
    bodies = [
        place(500 + n, f"CH associé {n}", ght=f"GHT-A{n}", departement=("35", "44", "29")[n % 3])
        for n in range(MEMBERS - 1)
    ]
    evaluated.reviewing(world, set_clock)
    for number, dossier in enumerate(world.dossiers):
        widen(world, dossier, number, bodies)
        for expert in (world.claire, world.chloe):
            evaluated.reviewed(world, dossier, expert, 9 - number % 6)
    session = reviews.open_session(world.wave, by=world.jean)
    rows = list(RankingLine.objects.filter(session=session).order_by("rank", "application_id"))
    wanted = {
        row.pk: {"list": "main" if n < count - reserve else "reserve", "reason": "Choix."} for n, row in enumerate(rows)
    }
    reviews.set_lists(session, wanted, by=world.jean)
    reviews.close_session(type(session).objects.get(pk=session.pk), "Délibération.", by=world.jean)
    seed_funding(world.call, proposer=world.emma, by=world.dora)
    raise_to_final(world.call, proposer=world.emma, by=world.dora)
    return world


def widen(world: World, dossier: Any, number: int, bodies: list[Any]) -> None:
    """Its next version: six members, each with expenses in four years."""
    content = deepcopy(dossier.deposited.content)
    first = content["members"][0]
    content["members"] = [
        first
        | {"establishment": body.pk, "name": body.name, "departement": body.departement_id, "ght": body.ght_code}
        | {"plan": first["plan"] | {"aid_cents": 10_000_000 + 1000 * number + n}}
        | {"lines": [first["lines"][0] | {"year": year, "cents": 7_000_001 * (n + 1) + year} for year in YEARS]}
        for n, body in enumerate([dossier.coordinator, *bodies])
    ]
    pieces = list(dossier.pieces.filter(replaced_at=None).select_related("membership"))
    at = evaluated.REVIEWING + timedelta(seconds=number)
    digest = freeze.digest(content)
    made = freeze_version(dossier, content, digest, pieces, Version.Kind.COMPLEMENT, dossier.created_by, at)
    dossier.save(update_fields=list(TYPED))
    record("complement.answered", dossier, by=world.alice, application=dossier.pk, version=made.pk)
