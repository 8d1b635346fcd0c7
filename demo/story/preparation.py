"""The preparation: reference data, the cast, the staff of each establishment, the call and its money."""

from datetime import date

from calls.seed import seed_call, seed_letters
from decisions import actions as decisions
from directory import actions as directory
from directory import seed
from directory.models import Establishment
from edsh_portal import acts
from funding.seed import seed_funding

from ..cast import ADMINISTRATORS, PASSWORD, Person, everyone
from ..places import BEARERS, FICTITIOUS
from ..plan import PLANS
from .world import Story, World, on


def prepare(world: World) -> Story:
    yield on(2022, 6, 1)
    seed.load()
    for number, place in enumerate((*BEARERS, *FICTITIOUS), start=1001):
        world.places[place.key] = seed.fictitious_body(
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
        world.places.setdefault(str(establishment.finess), establishment)
    yield on(2022, 6, 2)
    for person in everyone():
        enter(world, person)
    give_roles(world)
    delegate(world)
    for member in sorted({member for plan in PLANS for member in plan.members}):
        staff(world, member)
    yield on(2022, 7, 21, 22)  # midnight in Paris: the publication
    adam = world.people["adam"]
    call = seed_call(by=adam)
    seed_funding(call, proposer=world.people["olivier"], by=world.people["dora"])
    seed_letters(call, proposer=world.people["driss"], by=world.people["dora"])
    world.waves = {wave.number: wave for wave in call.waves.all()}


def enter(world: World, person: Person) -> None:
    user = directory.create_user(email=person.email, full_name=person.full_name, password=PASSWORD, by=None)
    if person.establishment:
        directory.affiliate(user, world.place(person.establishment), kind=person.kind, by=None)
        world.people[f"{person.kind}:{person.establishment}"] = user
    world.people[person.key] = user


def give_roles(world: World) -> None:
    """The first two administrators are seated; every other role is proposed by one and approved by the other."""
    first, second = (world.people[key] for key in ADMINISTRATORS)
    directory.seat_administrators(first, second)
    for person in everyone():
        for role in person.roles if person.key not in ADMINISTRATORS else ():
            acts.approve(directory.propose_role(world.people[person.key], role, by=first), by=second)


def delegate(world: World) -> None:
    """Victor signs for the director general, by a text that was never published: it says so, and so do the letters."""
    asked = decisions.propose_delegation(
        world.people["victor"],
        quality="sous-directeur du pilotage de la performance (fonction fictive)",
        source="arrêté fictif du 2 mai 2022, JORF n° 0000 du 4 mai 2022 (démonstration, sans valeur juridique)",
        first_on=date(2022, 5, 5),
        last_on=date(2024, 12, 31),
        by=world.people["driss"],
    )
    acts.approve(asked, by=world.people["dora"])


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
