"""A small world for the tests of the dossier, built through verbs: one call, one open wave, four hospitals, their people."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pikepdf
from django.test import Client

from applications import actions
from applications.models import Membership, pledged, with_pledges
from applications.shapes import socle
from calls import actions as calls
from directory import actions as directory
from directory.models import Departement, Establishment, Region
from edsh_portal import events
from edsh_portal.models import Delivery
from tests.office_files import SPREADSHEET, packed, rels, types
from tests.roles import give

OPENS = datetime(2022, 7, 22, 7, 0, tzinfo=UTC)
NOW = datetime(2022, 9, 20, 8, 30, tzinfo=UTC)
CLOSES = datetime(2022, 10, 11, 10, 0, tzinfo=UTC)
AFTER = CLOSES + timedelta(days=9)

BOUNDS = {
    "min_activity": 100_000,
    "min_base_cents": 100_000_000,
    "recall_minutes": 0,
    "consent": "",
    "service_name": "Direction générale de l’offre de soins",
    "service_address": "14 avenue Duquesne, 75007 Paris",
    "service_email": "edsh@sante.invalid",
    "service_phone": "01 40 56 60 00",
}
PIECES = (
    {"code": "presentation", "title": "Présentation du projet", "per_member": False, "required": True, "order": 1},
    {"code": "annexe-financiere", "title": "Annexe financière", "per_member": True, "required": True, "order": 2},
    {"code": "gantt", "title": "Calendrier détaillé", "per_member": False, "required": False, "order": 3},
)
RATES = tuple(
    {"kind": kind, "rate_bp": rate} for kind, rate in (("public", 10_000), ("private", 5_000), ("gcs", 10_000))
)


@dataclass
class World:
    call: Any
    wave: Any
    rennes: Establishment
    brest: Establishment
    nantes: Establishment
    angers: Establishment
    company: Establishment
    cast: SimpleNamespace


def place(number: int, name: str, kind: str = "public", activity: int = 60_000) -> Establishment:
    """An establishment with a valid fictitious number (range 99, Luhn key)."""
    stem = f"99{number:06d}"
    luhn = next(k for k in range(10) if _luhn(stem + str(k)))
    Region.objects.get_or_create(code="53", defaults={"name": "Bretagne", "ars": "ARS Bretagne", "svg_code": "bre"})
    ille, _ = Departement.objects.get_or_create(
        code="35", defaults={"name": "Ille-et-Vilaine", "region_id": "53", "population": 1_100_000}
    )
    return directory.create_establishment(
        finess=f"{stem}{luhn}" if kind in ("public", "private", "gcs") else None,
        siret="",
        name=name,
        kind=kind,
        category="CHU",
        ght_code="",
        departement=ille,
        activity=activity,
        fictitious=True,
        by=None,
    )


def _luhn(digits: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def person(name: str, establishment: Establishment | None = None, kind: str = "writer", role: str = "") -> Any:
    user = directory.create_user(email=f"{name}@test.invalid", full_name=name.capitalize(), by=None)
    if establishment is not None:
        directory.affiliate(user, establishment, kind=kind, by=None)
    if role:
        give(user, role)
    return user


def build() -> World:
    driss, dora = person("driss", role="instructor"), person("dora", role="direction")
    victor = person("victor", role="validator")
    call = calls.create_call(slug="essai", title="Appel d’essai", purpose="Essayer : rien d’autre.", by=driss)
    criteria = [{"number": n, "title": f"Critère {n}", "guidance": "", "weight": 50, "floor": None} for n in (1, 2)]
    settings = calls.new_settings(call, bounds=BOUNDS, criteria=criteria, pieces=PIECES, rates=RATES, by=driss)
    wave = calls.create_wave(call, settings, number=1, opens_at=OPENS, closes_at=CLOSES, by=driss)
    call = calls.publish_call(call, by=driss)
    names = ("rennes", "brest", "nantes", "angers")
    places = {name: place(700 + n, f"CHU de {name.capitalize()}") for n, name in enumerate(names)}
    company = place(800, "Données SAS", kind="company")
    cast = SimpleNamespace(
        driss=driss,
        victor=victor,
        alice=person("alice", places["rennes"]),
        sophie=person("sophie", places["rennes"], "signatory"),
        bruno=person("bruno", places["brest"]),
        paula=person("paula", places["brest"], "signatory"),
        zoe=person("zoe", places["nantes"]),
        aude=person("aude", role="auditor"),
        adam=person("adam", role="administrator"),
        nadia=person("nadia", role="hdh"),
        claire=person("claire", role="expert"),
        emma=person("emma", role="certifier"),
        dora=dora,
    )
    return World(call=call, wave=wave, company=company, cast=cast, **places)


def pdf(pages: int = 1, text: str = "") -> bytes:
    made = pikepdf.Pdf.new()
    for _ in range(pages):
        made.add_blank_page()
    made.docinfo["/Title"] = text or "Essai"
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def xlsx() -> bytes:
    """The least a spreadsheet is."""
    return packed(
        {
            "[Content_Types].xml": types(SPREADSHEET, "xl/workbook.xml"),
            "_rels/.rels": rels(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": "<workbook/>",
        }
    )


def examined() -> list[bool]:
    """What the intake worker does of all that was sent and not examined; True for each obligation that is done."""
    owed = Delivery.objects.filter(queue="intake", state="todo").order_by("pk")
    return [events.run(pk) for pk in list(owed.values_list("pk", flat=True))]


def draft(world: World, *, acronym: str = "ODH") -> Any:
    return actions.create(world.wave, coordinator=world.rennes, acronym=acronym, by=world.cast.alice)


def fill(world: World, application: Any) -> Any:
    """Everything a deposit needs, with Brest as accepted partner."""
    alice, bruno = world.cast.alice, world.cast.bruno
    partner = actions.invite_partner(application, world.brest, by=alice)
    actions.accept_membership(partner, by=bruno)
    actions.save_row(
        application,
        "identity",
        acronym=application.acronym,
        title="Un entrepôt breton",
        goal="build",
        starts_on=date(2023, 1, 1),
        months=24,
        maturity_now=3,
        maturity_target=8,
        by=alice,
    )
    actions.save_field(application, "answers.ambition", "Relier deux hôpitaux.", read_version=0, by=alice)
    associated = actions.add_associated(application, name="Université de Bretagne", kind="research", by=alice)
    for number in range(3):
        actions.save_row(
            application,
            "projects",
            title=f"Projet {number}",
            theme="Cancer",
            summary="Résumé.",
            partners=[associated] if not number else [],
            by=alice,
        )
    actions.save_row(
        application,
        "perimeters",
        scope="Séjours",
        depth="Dix ans",
        refresh="Mensuelle",
        duration="Cinq ans",
        interest="Fort",
        by=alice,
    )
    for title in ("Pilotage", "Intégration des sources"):
        actions.save_row(application, "packages", title=title, by=alice)
    for member in application.memberships.order_by("pk"):
        by = alice if member.role == "coordinator" else bruno
        actions.save_row(member.application, "members", row=member, work="Intégrer les sources.", by=by)
        actions.save_budget(
            member,
            {(1, "staff", 2023): 60_000_000, (0, "hosting", 2024): 20_000_000},
            {"aid_cents": 50_000_000, "own_cents": 30_000_000},
            by=by,
        )
        actions.add_piece(application, "annexe-financiere", xlsx(), name="annexe.xlsx", membership=member, by=by)
    actions.add_piece(application, "presentation", pdf(), name="présentation.pdf", by=alice)
    examined()
    mandate(partner, by=world.cast.paula)
    return application


def mandate(membership: Any, *, by: Any) -> Any:
    """Given on the amounts as they are now."""
    held = with_pledges(Membership.objects.select_related("application__wave")).get(pk=membership.pk)
    return actions.give_mandate(held, read=pledged(held), by=by)


def deepen(world: World, ready: Any) -> None:
    """Something in every noun of the project in depth."""
    alice, package = world.cast.alice, ready.packages.order_by("number").first()
    member = ready.memberships.get(role="partner")
    node = actions.save_row(ready, "warehouses", name="Entrepôt breton", membership=member, level="local", by=alice)
    actions.save_row(node.application, "socle", row=node, **socle.cells({"1.a.1": ("raw", "omop")}), by=alice)
    actions.save_row(
        ready, "functions", row="collect", **{"local-warehouses": [node], "local-reason": "Au plus près."}, by=alice
    )
    actions.save_row(ready, "matchings", kind="cohort", name="Cohorte", warehouse=node, by=alice)
    actions.save_row(ready, "governance", cse_exists=True, cse_women=4, cse_men=4, by=alice)
    actions.save_row(ready, "milestones", work_package=package, title="Ouverture", month=6, by=alice)
    actions.save_row(ready, "deliverables", work_package=package, title="Rapport", month=12, by=alice)
    actions.save_row(ready, "indicators", within=ready.projects.first(), label="Patients", unit="patients", by=alice)
    actions.save_row(
        member.application,
        "budget",
        row=member,
        vat="including",
        regime="outside",
        de_minimis_received_cents=12,
        by=alice,
    )


def later(**delta: float) -> datetime:
    return NOW + timedelta(**delta)


def signed_in(user: Any) -> Client:
    """A browser of this person's, whose session is open."""
    client = Client()
    client.force_login(user, backend="directory.backends.EmailBackend")
    return client
