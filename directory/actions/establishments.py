"""Verbs of establishments and of groupings."""

import secrets
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import identifiers, permissions
from ..identifiers import fold
from ..models import Departement, Establishment, GcsMembership, User
from .start import instant, need


def _numbers(finess: str | None, siret: str, fictitious: bool) -> tuple[str | None, str]:
    finess, siret = identifiers.compact(finess or "") or None, identifiers.compact(siret)
    if finess and (problem := identifiers.finess_problem(finess)):
        raise Refused(problem, code="D01", field="finess")
    if siret and (problem := identifiers.siret_problem(siret)):
        raise Refused(problem, code="D02", field="siret")
    known_by_nothing_real = identifiers.finess_fictitious(finess) or (
        not finess and identifiers.siret_fictitious(siret)
    )
    known_by_a_real_one = finess and not identifiers.finess_fictitious(finess)
    if known_by_nothing_real and not fictitious or known_by_a_real_one and fictitious:
        raise Refused(
            _("La plage fictive et la mention « identifiant fictif » vont ensemble : corrigez l’une ou l’autre."),
            code="D03",
            field="finess" if finess else "siret",
        )
    if finess and Establishment.objects.filter(finess=finess).exists():
        raise Refused(
            _("Un établissement porte déjà ce numéro FINESS : cherchez-le dans l’annuaire."), code="D04", field="finess"
        )
    if siret and Establishment.objects.filter(siret=siret).exists():
        raise Refused(
            _("Un établissement porte déjà ce numéro SIRET : cherchez-le dans l’annuaire."), code="D04", field="siret"
        )
    return finess, siret


def _need_unnamed(name: str, departement: Departement | None) -> None:
    """What has no number is known by its name, where it is."""
    if Establishment.objects.filter(sort_key=fold(name), departement=departement).exists():
        raise Refused(
            _(
                "Un établissement de ce nom est déjà inscrit dans ce département : cherchez-le dans l’annuaire, ou indiquez le FINESS"
                " ou le SIRET qui les distingue."
            ),
            code="D04",
            field="name",
        )


@transaction.atomic
def create_establishment(
    *,
    finess: str | None,
    siret: str,
    name: str,
    kind: str,
    category: str = "",
    ght_code: str = "",
    departement: Departement | str | None = None,
    activity: int = 0,
    fictitious: bool = False,
    from_finess: bool = False,
    by: User | None,
    at: datetime | None = None,
) -> Establishment:
    """Enters a legal entity and its group. `activity`: combined stays a year; `departement`: the row or its code;
    `from_finess`: read in the national file, which may then correct it.
    """
    need(by is None or permissions.can_manage_people(by), "create_establishment")
    at = instant(at)
    name = name.strip()
    if not name:
        raise Refused(_("Indiquez la dénomination de l’établissement."), code="D05", field="name")
    if kind not in Establishment.Kind.values:
        raise Refused(_("Choisissez la nature de l’établissement dans la liste."), code="D05", field="kind")
    finess, siret = _numbers(finess, siret, fictitious)
    if isinstance(departement, str):
        code = departement
        departement = Departement.objects.filter(code=code).first()
        if departement is None:
            raise Refused(
                _("« %(code)s » n’est pas un des 101 départements.") % {"code": code}, code="D05", field="departement"
            )
    if not (finess or siret):
        _need_unnamed(name, departement)
    establishment = Establishment.objects.create(
        finess=finess,
        siret=siret,
        name=name,
        sort_key=fold(name),
        kind=kind,
        category=category,
        ght_code=ght_code,
        departement=departement,
        activity=activity,
        fictitious=fictitious,
        from_finess=from_finess,
        group=Group.objects.create(name=f"ej:{secrets.token_hex(8)}"),  # nobody reads it: who is in it matters
    )
    record("establishment.created", establishment, by=by, at=at, finess=finess, fictitious=fictitious)
    return establishment


@transaction.atomic
def add_gcs_member(
    gcs: Establishment, member: Establishment, *, by: User | None, at: datetime | None = None
) -> GcsMembership:
    """A hospital joins a GCS. The same again changes nothing."""
    need(by is None or permissions.can_manage_people(by), "add_gcs_member")
    at = instant(at)
    if gcs.kind != Establishment.Kind.GCS:
        raise Refused(_("Seul un groupement de coopération sanitaire a des membres."), code="D06", field="gcs")
    if gcs.pk == member.pk:
        raise Refused(_("Un groupement ne peut pas être son propre membre."), code="D06", field="member")
    membership, created = GcsMembership.objects.get_or_create(gcs=gcs, member=member)
    if created:
        record("establishment.joined_gcs", membership, by=by, at=at, gcs=gcs.pk, establishment=member.pk)
    return membership
