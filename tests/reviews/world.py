"""A wave closed on three deposited dossiers, experts without links, a chair: built through verbs at the portal's clock."""

import io
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pikepdf
import pytest
from django.db import transaction

from applications import actions as dossiers
from applications.actions.reception import TYPED, freeze_version
from applications.content import freeze
from applications.models import Application, Version, pledged, with_pledges
from calls.actions import call as calls
from calls.models import LinkRule
from directory import actions as directory
from directory.identifiers import fictitious_finess, fictitious_siret
from directory.models import Departement, Establishment, Region, User
from edsh_portal.events import record
from edsh_portal.models import Event
from edsh_portal.workflow import Refused, move
from reviews import actions
from tests.applications.world import examined
from tests.roles import give

OPENS = datetime(2022, 7, 22, 7, 0, tzinfo=UTC)
NOW = datetime(2022, 9, 20, 8, 30, tzinfo=UTC)
CLOSES = datetime(2022, 10, 11, 10, 0, tzinfo=UTC)
REVIEWING = datetime(2022, 11, 2, 9, 0, tzinfo=UTC)

BOUNDS = {
    "min_activity": 0,
    "min_base_cents": 0,
    "quorum": 2,
    "scale_max": 10,
    "min_comment_chars": 10,
    "hearings": True,
    "revise_after_hearing": True,
    "mail_providers": "test.invalid\nfree.fr",  # everyone writes from there
    "recall_minutes": 0,
    "consent": "",
    "service_name": "Direction générale de l’offre de soins",
    "service_address": "14 avenue Duquesne, 75007 Paris",
    "service_email": "edsh@sante.invalid",
    "service_phone": "01 40 56 60 00",
}
CRITERIA = tuple(
    {"number": number, "title": f"Critère {number}", "guidance": "Repères.", "weight": weight, "floor": floor}
    for number, weight, floor in ((1, 30, None), (2, 20, 3), (11, 20, None), (12, 30, None))
)
NUMBERS = tuple(row["number"] for row in CRITERIA)
PIECES = ({"code": "presentation", "title": "Présentation", "per_member": False, "required": True, "order": 1},)
SKILLS = tuple({"code": code, "title": code.capitalize(), "order": 1} for code in ("cancer", "droit", "imagerie"))
LINKS = tuple({"kind": kind, "strong": False, "years": 5} for kind in LinkRule.Kind.values)
RATES = tuple({"kind": kind, "rate_bp": 10_000} for kind in ("public", "private", "gcs"))
LISTS: dict[str, Any] = {"pieces": PIECES, "rates": RATES, "skills": SKILLS, "links": LINKS}
COMMENT = "Un avis motivé et complet."
NOTHING = "Aucun lien d’intérêts."


@dataclass
class World:
    call: Any
    wave: Any
    hospitals: list[Establishment]  # coordinators of the dossiers, in order
    partner: Establishment  # project partner of the first dossier
    company: Establishment  # associated partner of the first dossier
    dossiers: list[Application]
    people: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def place(number: int, name: str, kind: str = "public", *, ght: str = "", departement: str = "35") -> Establishment:
    return directory.create_establishment(
        finess=fictitious_finess(number) if kind in ("public", "private", "gcs") else None,
        siret=fictitious_siret(number),
        name=name,
        kind=kind,
        category="CHU",
        ght_code=ght,
        departement=departement,
        activity=60_000,
        fictitious=True,
        by=None,
    )


def person(name: str, establishment: Establishment | None = None, kind: str = "writer", role: str = "") -> Any:
    user = directory.create_user(email=f"{name}@test.invalid", full_name=f"{name.capitalize()} Essai", by=None)
    if establishment is not None:
        directory.affiliate(user, establishment, kind=kind, by=None)
    if role:
        give(user, role)
    return user


ROLES = {
    "dora": "direction",  # before victor: she approves his delegation
    "driss": "instructor",
    "victor": "validator",
    "jean": "jury_chair",
    "nadia": "hdh",
    "aude": "auditor",
    "adam": "administrator",
    "emma": "certifier",
    "claire": "expert",
    "chloe": "expert",
    "paul": "expert",
}


def territory() -> None:
    for code, name, people in (("53", "Bretagne", 1_100_000), ("52", "Pays de la Loire", 1_400_000)):
        Region.objects.get_or_create(code=code, defaults={"name": name, "ars": name, "svg_code": code})
        Departement.objects.get_or_create(
            code={"53": "35", "52": "44"}[code], defaults={"name": name, "region_id": code, "population": people}
        )
    Departement.objects.get_or_create(
        code="29", defaults={"name": "Finistère", "region_id": "53", "population": 900_000}
    )


def build(set_clock: Any, count: int = 3, *, admitted: int | None = None, **bounds: Any) -> World:
    return reviewing(deposited(set_clock, count, **bounds), set_clock, admitted=admitted)


def deposited(set_clock: Any, count: int, **bounds: Any) -> World:
    """The call and so many dossiers, before the wave closes."""
    set_clock(NOW, frozen=True)
    territory()
    people = {name: person(name, role=role) for name, role in ROLES.items()}
    driss = people["driss"]
    call = calls.create_call(slug="essai", title="Appel d’essai", purpose="Essayer.", by=driss)
    settings = calls.new_settings(call, bounds=BOUNDS | bounds, criteria=CRITERIA, by=driss, **LISTS)
    wave = calls.create_wave(call, settings, number=1, opens_at=OPENS, closes_at=CLOSES, by=driss)
    call = calls.publish_call(call, by=driss)
    hospitals = [hospital(number) for number in range(count)]
    partner, company = place(200, "CH partenaire", ght="GHT-P"), place(300, "Données SAS", "company")
    people |= {"alice": person("alice", hospitals[0]), "sophie": person("sophie", hospitals[0], "signatory")}
    people |= {"bruno": person("bruno", partner), "simon": person("simon", partner, "signatory")}
    people |= {"zoe": person("zoe", place(400, "CHU de Zoé"))}
    world = World(call, wave, hospitals, partner, company, [], people)
    world.dossiers = [deposit(world, number) for number in range(count)]
    return world


def hospital(number: int) -> Establishment:
    return place(100 + number, f"CHU {number}", ght=f"GHT-{number}", departement=("35", "44", "29")[number % 3])


def joined(world: World, count: int) -> World:
    """More dossiers, to be so many, before the wave closes too."""
    for number in range(len(world.dossiers), count):
        world.hospitals.append(hospital(number))
        world.dossiers.append(deposit(world, number))
    return world


def reviewing(world: World, set_clock: Any, *, admitted: int | None = None) -> World:
    """The wave is closed, and the first dossiers (all of them) are admissible."""
    set_clock(REVIEWING, frozen=True)
    for dossier in world.dossiers[:admitted]:
        admit(dossier)
    for expert in (world.claire, world.chloe, world.paul):
        actions.sign_undertaking(expert, world.wave, by=expert)
    return world


def again(built: World) -> World:
    """The same rows in objects of their own."""
    dossiers = [Application.objects.get(pk=dossier.pk) for dossier in built.dossiers]
    people = {name: User.objects.get(pk=user.pk) for name, user in built.people.items()}
    return World(built.call, built.wave, list(built.hospitals), built.partner, built.company, dossiers, people)


def deposit(world: World, number: int) -> Application:
    """A complete dossier, deposited by its hospital; the first one has a partner and an associated company."""
    home = world.hospitals[number]
    writer = world.alice if not number else person(f"alice{number}", home)
    signatory = world.sophie if not number else person(f"sophie{number}", home, "signatory")
    dossier = dossiers.create(world.wave, coordinator=home, acronym=f"EDS{number}", by=writer)
    if not number:
        dossiers.accept_membership(dossiers.invite_partner(dossier, world.partner, by=writer), by=world.bruno)
    dossiers.save_row(
        dossier,
        "identity",
        acronym=f"EDS{number}",
        title=f"Entrepôt {number}",
        goal="build",
        starts_on=date(2023, 1, 1),
        months=24,
        maturity_now=3,
        maturity_target=8,
        by=writer,
    )
    dossiers.save_field(dossier, "answers.ambition", "Relier des hôpitaux.", read_version=0, by=writer)
    body = world.company if not number else None
    associated = dossiers.add_associated(dossier, name="Données SAS", kind="company", establishment=body, by=writer)
    for project in range(3):
        dossiers.save_row(
            dossier,
            "projects",
            title=f"Projet {project}",
            theme="Cancer",
            summary="Résumé.",
            partners=[associated],
            by=writer,
        )
    dossiers.save_row(
        dossier,
        "perimeters",
        scope="Séjours",
        depth="Dix ans",
        refresh="Mensuelle",
        duration="Cinq ans",
        interest="Fort",
        by=writer,
    )
    for member in dossier.memberships.select_related("establishment").order_by("pk"):
        by = writer if member.role == "coordinator" else world.bruno
        dossiers.save_row(member.application, "members", row=member, work="Intégrer les sources.", by=by)
        plan = {"aid_cents": 50_000_000 + number, "own_cents": 30_000_000}
        dossiers.save_budget(member, {(0, "staff", 2023): 80_000_000 + number}, plan, by=by)
    dossiers.add_piece(dossier, "presentation", sheet(), name="présentation.pdf", by=writer)
    for member in with_pledges(dossier.memberships.filter(role="partner").select_related("application__wave")):
        dossiers.give_mandate(member, read=pledged(member), by=world.simon)
    dossiers.submit(dossier, by=signatory)
    examined()
    return dossier


def sheet() -> bytes:
    made = pikepdf.Pdf.new()
    made.add_blank_page()
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


@transaction.atomic
def admit(dossier: Application) -> None:
    """The portal's own step, as the silence of two months takes it."""
    move(dossier, "admit", None)
    dossier.save(update_fields=["state"])
    record("application.admitted", dossier, by=None, state=dossier.state)


@transaction.atomic
def completed(dossier: Application, by: Any, at: datetime, **changes: Any) -> Version:
    """The next version of a dossier, as complements make one: some answers, or the perimeters, say otherwise."""
    content = deepcopy(dossier.deposited.content)
    content["answers"] |= changes.get("answers", {})
    for row in content["perimeters"]:
        row |= changes.get("perimeters", {})
    pieces = list(dossier.pieces.filter(replaced_at=None).select_related("membership"))
    made = freeze_version(dossier, content, freeze.digest(content), pieces, Version.Kind.COMPLEMENT, by, at)
    dossier.save(update_fields=list(TYPED))
    record("complement.answered", dossier, by=by, at=at, application=dossier.pk, version=made.pk)
    return made


def marks(value: int, **other: int) -> dict[int, tuple[int, str]]:
    """A whole report at one mark, some criteria apart: marks(7, c12=9)."""
    return {number: (other.get(f"c{number}", value), COMMENT) for number in NUMBERS}


def opened(world: World, dossier: Application, expert: Any) -> Any:
    if not expert.undertakings.filter(wave=world.wave).exists():
        actions.sign_undertaking(expert, world.wave, by=expert)
    assignment = actions.assign(dossier, expert, by=world.driss)
    return actions.declare(assignment, conflict=False, statement=NOTHING, by=expert)


def reviewed(world: World, dossier: Application, expert: Any, value: int, **other: int) -> Any:
    assignment = opened(world, dossier, expert)
    actions.save_review(assignment.review, marks(value, **other), by=expert)
    actions.lock_review(assignment.review, by=expert)
    return assignment


def reviewed_by_two(world: World, values: tuple[int, ...] = (8, 6, 7)) -> None:
    for dossier, value in zip(world.dossiers, values, strict=True):
        for expert in (world.claire, world.chloe):
            reviewed(world, dossier, expert, value)


def later(**delta: float) -> datetime:
    return REVIEWING + timedelta(**delta)


def bare(request: Any) -> dict[str, Any]:
    """A header without menu, call or wave: what a page asks of the database is then its own."""
    return {"nav": []}


def refused(code: str, call: Any, *args: Any, **kwargs: Any) -> Refused:
    """The refusal of this code that the call answers."""
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def kinds(thing: Any) -> list[tuple[str, str | None]]:
    """(kind, state) of each event of a thing, in order."""
    rows = Event.objects.filter(subject_type=thing._meta.label_lower, subject_id=thing.pk).order_by("id")
    return [(event.kind, event.data.get("state")) for event in rows]
