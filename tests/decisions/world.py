"""Three ranked dossiers of a closed session and an opened envelope: one on the main list, one in reserve, one not selected."""

from typing import Any

from decisions import actions
from edsh_portal import acts
from edsh_portal.models import Delivery
from funding import actions as funding
from funding import ledger
from funding.models import Line
from funding.seed import seed_funding
from reviews import actions as reviews
from reviews.models import RankingLine
from tests.heard import heard
from tests.reviews import world as evaluated
from tests.reviews.world import World

MOTIVE = "Projet solide, financé à hauteur de la demande."


def build(set_clock: Any, *, envelope: bool = True, **bounds: Any) -> World:
    return deliberated(evaluated.build(set_clock, **bounds), envelope=envelope)


def deliberated(world: World, *, envelope: bool = True) -> World:
    """What the jury and the finance did of an evaluated wave."""
    evaluated.reviewed_by_two(world)
    session = reviews.open_session(world.wave, by=world.jean)
    lists = dict(zip([d.pk for d in world.dossiers], ("main", "not_selected", "reserve"), strict=True))
    for line in RankingLine.objects.filter(session=session).order_by("rank"):
        reviews.set_list(line, lists[line.application_id], "Choix du jury.", by=world.jean)
    reviews.close_session(type(session).objects.get(pk=session.pk), "Délibération tenue.", by=world.jean)
    if envelope:
        seed_funding(world.call, proposer=world.emma, by=world.dora)
    return world


def line(code: str = "FR2030") -> Line:
    return Line.objects.get(code=code)


def shares(dossier: Any, cents: int = 40_000_000, code: str = "FR2030") -> list[Any]:
    members = dossier.memberships.filter(state="accepted").select_related("establishment").order_by("pk")
    return [(member.establishment, line(code), cents) for member in members]


def proposed(world: World, number: int = 0, **more: Any) -> Any:
    return actions.propose(world.dossiers[number], shares(world.dossiers[number], **more), MOTIVE, by=world.driss)


def approved(world: World, number: int = 0) -> Any:
    return actions.approve(proposed(world, number), by=world.victor)


def refused(world: World, number: int = 1) -> Any:
    proposal = actions.propose_refusal(world.dossiers[number], "Le jury ne l’a pas retenu.", by=world.driss)
    return actions.approve(proposal, by=world.victor)


def work() -> list[Delivery]:
    """Runs every obligation of the decisions once, as the workers would, those that come of them too; those that remain."""
    from edsh_portal import events

    ours = Delivery.objects.filter(reaction__startswith="decisions.", state="todo")
    seen: set[int] = set()
    while waiting := [pk for pk in ours.order_by("pk").values_list("pk", flat=True) if pk not in seen]:
        seen.update(waiting)
        for pk in waiting:
            events.run(pk)
    return list(Delivery.objects.filter(reaction__startswith="decisions.").exclude(state="done"))


def notified(world: World, number: int = 0) -> Any:
    decision = approved(world, number) if number != 1 else refused(world)
    assert work() == []
    decision.refresh_from_db()
    actions.release([decision], by=world.dora)
    assert work() == []
    decision.refresh_from_db()
    return decision


def revoked(world: World, decision: Any, reason: str) -> None:
    if decision.notified_at is not None and decision.kind == "award":
        heard(decision, by=world.driss)
    acts.approve(actions.propose_revocation(decision, reason, by=world.victor), by=world.dora)
    decision.refresh_from_db()


def freeze(world: World, cents: int) -> None:
    """The envelope of the first source is lowered by so much."""
    stands = ledger.summary(line())
    years = {year: of["opened"] for year, of in stands["cp"].items()}
    left = cents
    for year in sorted(years, reverse=True):
        taken = min(left, years[year])
        years[year], left = years[year] - taken, left - taken
    parts = [(line(), None, stands["opened"] - cents, True), *((line(), y, c, True) for y, c in years.items())]
    acts.approve(funding.propose_envelope(world.call, act="Gel", shares=parts, by=world.emma), by=world.dora)
