"""Verbs that load what the national file does not say of legal entities: their GHT, their declared activity."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import extracts, identifiers, permissions
from ..finess import Aside
from ..models import Establishment, User
from .register import Tell, change, doubt
from .start import instant, need

YES, NO = ("oui", "o", "yes", "y", "1", "true", "vrai"), ("non", "n", "no", "0", "false", "faux", "")
GHT_CODE = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)*")


def _locked() -> dict[str, Establishment]:
    """The legal entities by FINESS; every row is locked, in order, before the instant is read."""
    held = Establishment.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return {body.finess: body for body in held if body.finess is not None}


def _rows(
    path: Path, known: dict[str, Establishment], width: int, tell: Tell, counts: Counter[str]
) -> Iterator[tuple[int, str, Establishment, list[str]]]:
    """(line number, FINESS, establishment, other fields) of each line of a file that begins by the FINESS of a legal entity.

    A first line without number names the columns. The second line on an establishment is refused, unless `width` is
    that of the activity, where a body has one line a year.
    """
    for number, text in extracts.lines(path):
        problem = extracts.unreadable(text)
        clean, said = extracts.cleaned("" if text is None or problem else text)
        cells = extracts.cells(clean)
        code = identifiers.compact(cells[0])
        if number == 1 and not problem and not any(char.isdigit() for char in code):
            continue
        counts["lines"] += 1
        problem = problem or identifiers.finess_problem(code)
        if not problem and code not in known:
            problem = _("Aucune entité juridique de l’annuaire ne porte ce numéro.")
        if not problem and len(cells) < width:
            said = ngettext(
                "Cette ligne a %(found)s colonne au lieu de %(width)s.",
                "Cette ligne a %(found)s colonnes au lieu de %(width)s.",
                len(cells),
            )
            problem = said % {"found": len(cells), "width": width}
        if problem:
            _reject(number, code, problem, tell, counts)
            continue
        if said:
            doubt(number, code, said, tell, counts)
        yield number, code, known[code], cells[1:width]


def _reject(number: int, code: str, reason: str, tell: Tell, counts: Counter[str]) -> None:
    counts["rejected"] += 1
    tell(Aside(number, "rejected", code[:9], reason))


@transaction.atomic
def import_ght(path: Path, *, tell: Tell, by: User | None, at: datetime | None = None) -> Counter[str]:
    """Loads « finess;ght code;ght name;support yes or no ». Counts: lines, rejected, changed. One support a GHT."""
    need(by is None or permissions.can_manage_people(by), "import_ght")
    known, at, counts = _locked(), instant(at), Counter[str]()
    wanted: dict[str, tuple[Establishment, dict[str, Any]]] = {}
    supports: dict[str, str] = {}
    for number, finess, body, (code, name, support) in _rows(path, known, 4, tell, counts):
        code = code.upper().removeprefix("GHT-")
        problem = _ght_problem(code, name, support)
        if not problem and finess in wanted:
            problem = _("Cet établissement est déjà plus haut dans le fichier.")
        leads = support.lower() in YES
        if not problem and leads and code in supports:
            problem = _("Le GHT %(code)s a déjà un établissement support : %(finess)s.") % {
                "code": code,
                "finess": supports[code],
            }
        if problem:
            _reject(number, finess, problem, tell, counts)
            continue
        if leads:
            supports[code] = finess
        wanted[finess] = body, {"ght_code": code, "ght_name": name, "ght_support": leads}
    _hand_over(supports, wanted, counts, by, at)
    for body, values in wanted.values():
        counts["changed"] += change(body, values, by=by, at=at)
    return counts


def _ght_problem(code: str, name: str, support: str) -> str:
    if not GHT_CODE.fullmatch(code) or len(code) > 12:
        return _("Le code de GHT « %(code)s » n’a pas la forme attendue (ARA-01).") % {"code": code[:20]}
    if not 1 <= len(name) <= 120:
        return _("Le nom du GHT compte de 1 à 120 caractères.")
    if support.lower() not in YES + NO:
        return _("« %(word)s » n’est pas une réponse : écrivez oui ou non pour l’établissement support.") % {
            "word": support[:20]
        }
    return ""


def _hand_over(
    supports: dict[str, str], wanted: dict[str, Any], counts: Counter[str], by: User | None, at: datetime
) -> None:
    """Whoever was support of a GHT that now has another, or moves elsewhere, gives it up before anybody takes it."""
    for body in Establishment.objects.filter(ght_support=True).order_by("pk"):
        if body.finess in wanted:
            held, values = wanted[body.finess]
            if (values["ght_code"], values["ght_support"]) != (body.ght_code, True):
                change(held, {"ght_support": False}, by=by, at=at)
        elif body.ght_code in supports:
            counts["changed"] += change(body, {"ght_support": False}, by=by, at=at)


@transaction.atomic
def import_activity(path: Path, *, tell: Tell, by: User | None, at: datetime | None = None) -> Counter[str]:
    """Loads « finess;combined activity;year »; the latest year counts. Counts: lines, rejected, older, changed."""
    need(by is None or permissions.can_manage_people(by), "import_activity")
    known, at, counts = _locked(), instant(at), Counter[str]()
    wanted: dict[str, tuple[Establishment, dict[str, int]]] = {}
    for number, finess, body, (activity, year) in _rows(path, known, 3, tell, counts):
        activity = "".join(activity.split())
        if not (activity.isascii() and activity.isdigit() and len(activity) <= 9):
            problem = _("L’activité combinée est un nombre entier de séjours, sans virgule.")
        elif not (year.isascii() and year.isdigit() and 2000 <= int(year) <= at.year):
            problem = _("L’année va de 2000 à l’année en cours.")
        else:
            problem = ""
        if problem:
            _reject(number, finess, problem, tell, counts)
            continue
        last = wanted[finess][1]["activity_year"] if finess in wanted else body.activity_year or 0
        if int(year) < last:
            counts["older"] += 1
            continue
        wanted[finess] = body, {"activity": int(activity), "activity_year": int(year)}
    for body, values in wanted.values():
        counts["changed"] += change(body, values, by=by, at=at)
    return counts
