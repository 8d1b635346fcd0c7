"""People and places for the directory's tests, made through verbs."""

from datetime import UTC, datetime
from types import SimpleNamespace

from directory import actions
from directory.identifiers import fictitious_finess, fictitious_siret
from directory.models import Departement, Establishment, Region, User
from tests.roles import give

AT = datetime(2022, 9, 1, 8, 0, tzinfo=UTC)
PASSWORD = "une phrase assez longue"


def someone(key: str, *roles: str, password: str | None = None) -> User:
    user = actions.create_user(email=f"{key}@edsh.example", full_name=key.title(), password=password, by=None, at=AT)
    for role in roles:
        give(user, role, at=AT)
    return user


def place(number: int, name: str = "CH fictif", kind: str = "public", **more) -> Establishment:
    Region.objects.get_or_create(code="53", defaults={"name": "Bretagne", "ars": "ARS Bretagne", "svg_code": "BRE"})
    Departement.objects.get_or_create(
        code="35", defaults={"name": "Ille-et-Vilaine", "region_id": "53", "population": 1_120_666}
    )
    details = {
        "finess": fictitious_finess(number),
        "siret": fictitious_siret(number),
        "name": name,
        "kind": kind,
        "category": "CH",
        "ght_code": "FIC-01",
        "departement": "35",
        "activity": 60_000,
        "fictitious": True,
    }
    return actions.create_establishment(**details | more, by=None, at=AT)


def world() -> SimpleNamespace:
    here, there = place(7001, "CH fictif d’Ici"), place(7002, "CH fictif de Là")
    cast = SimpleNamespace(
        adam=someone("adam", "administrator"),
        aude=someone("aude", "auditor"),
        driss=someone("driss", "instructor"),
        alice=someone("alice"),
        sophie=someone("sophie"),
        zoe=someone("zoe"),
        here=here,
        there=there,
    )
    actions.affiliate(cast.alice, here, kind="writer", by=None, at=AT)
    actions.affiliate(cast.sophie, here, kind="signatory", by=None, at=AT)
    actions.affiliate(cast.zoe, there, kind="writer", by=None, at=AT)
    return cast
