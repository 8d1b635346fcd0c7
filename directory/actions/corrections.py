"""A person corrects an establishment: dated, reasoned, kept; and what a file read later does of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import record
from edsh_portal.templatetags.portal import paris_short
from edsh_portal.workflow import Refused

from .. import identifiers, permissions
from ..models import Correction, Departement, Establishment, User
from .establishments import fold
from .start import instant, need


@transaction.atomic
def correct_establishment(
    establishment: Establishment,
    changes: Mapping[str, tuple[str, str]],
    *,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> list[Correction]:
    """Writes what its author changed, `{field: (value read, value wanted)}`, each with its reason.

    Refused D08 without a change or a reason, or when someone changed a field since it was read.
    """
    need(permissions.can_correct(by), "correct_establishment")
    held = Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)
    at, reason = instant(at), reason.strip()
    wanted = {field: (read, _clean(held, field, value)) for field, (read, value) in changes.items()}
    wanted = {field: pair for field, pair in wanted.items() if pair[0] != pair[1]}
    if not wanted:
        raise Refused(_("Rien n’a changé : corrigez au moins une valeur."), code="D08")
    if not reason:
        raise Refused(_("Indiquez le motif de la correction et sa source."), code="D08", field="reason")
    for field, (read, value) in wanted.items():
        if (getattr(held, field) or "") != read:
            raise Refused(
                _("Cette valeur a changé pendant votre saisie : « %(now)s » à présent. Relisez-la, puis corrigez.")
                % {"now": getattr(held, field) or _("vide")},
                code="D08",
                field=_shown(field),
            )
        setattr(held, field, value if field != Correction.Field.DEPARTEMENT else value or None)
    held.sort_key = fold(held.name)
    held.save(update_fields=sorted({*wanted, "sort_key"}))
    rows = [
        Correction(establishment=held, field=field, before=read, after=value, reason=reason, by=by, at=at)
        for field, (read, value) in sorted(wanted.items())
    ]
    Correction.objects.bulk_create(rows)
    record("establishment.corrected", held, by=by, at=at, fields=sorted(wanted))
    return rows


def _shown(field: str) -> str:
    """The name of its field on the form."""
    return field.removesuffix("_id")


def _clean(held: Establishment, field: str, value: str) -> str:
    """The value as the column holds it; refused beside its field."""
    value = value.strip()
    problem, code = "", "D05"
    if field == Correction.Field.NAME and not value:
        problem = _("Indiquez la dénomination de l’établissement.")
    elif field == Correction.Field.KIND and value not in Establishment.Kind.values:
        problem = _("Choisissez la nature de l’établissement dans la liste.")
    elif field == Correction.Field.DEPARTEMENT and value and not Departement.objects.filter(code=value).exists():
        problem = _("« %(code)s » n’est pas un des 101 départements.") % {"code": value}
    elif field == Correction.Field.SIRET:
        value = identifiers.compact(value)
        problem, code = _siret_problem(held, value)
    if problem:
        raise Refused(problem, code=code, field=_shown(field))
    return value


def _siret_problem(held: Establishment, siret: str) -> tuple[str, str]:
    """(why this establishment cannot bear it, rule)."""
    if not siret:
        if held.finess:
            return "", ""
        return _("Sans FINESS, cet établissement n’est connu que par son SIRET : indiquez-le."), "D02"
    if problem := identifiers.siret_problem(siret):
        return problem, "D02"
    if not held.finess and identifiers.siret_fictitious(siret) != held.fictitious:
        return _("La plage fictive et la mention « identifiant fictif » vont ensemble : corrigez le SIRET."), "D03"
    if Establishment.objects.filter(siret=siret).exclude(pk=held.pk).exists():
        return _("Un établissement porte déjà ce numéro SIRET : cherchez-le dans l’annuaire."), "D04"
    return "", ""


# ── a file read later ────────────────────────────────────────────────────────────────────────────────────────────────
Corrected = dict[int, dict[str, Correction]]


def corrected(bodies: list[Establishment]) -> Corrected:
    """{establishment: {field: its last correction}}."""
    found: Corrected = {}
    for row in Correction.objects.filter(establishment__in=bodies).order_by("pk"):
        found.setdefault(row.establishment_id, {})[row.field] = row
    return found


def spared(
    body: Establishment, values: dict[str, Any], corrections: dict[str, Correction], doubt: Callable[[str], None]
) -> dict[str, Any]:
    """What the file may still write: never a field that a person corrected; each value set aside is told to `doubt`."""
    kept = dict(values)
    for field, row in corrections.items():
        given = kept.pop(field, None)
        if field == Correction.Field.NAME:
            kept.pop("sort_key", None)
        if field in values and given != getattr(body, field):
            doubt(
                _(
                    "%(field)s : le fichier donne « %(given)s », « %(kept)s » est conservé (correction du %(at)s : %(reason)s)."
                )
                % {
                    "field": row.get_field_display(),
                    "given": row.told(given or ""),
                    "kept": row.now,
                    "at": paris_short(row.at),
                    "reason": row.reason,
                }
            )
    return kept
