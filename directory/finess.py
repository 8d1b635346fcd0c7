"""Reads the national file of sites (FINESS « établissements », semicolons) line by line. Pure: no query, no clock.

Layouts known (columns named as the public extractions name them):
- a first line that names its columns (`nofinesset;nofinessej;rs;…`), in any order;
- « etalab »: no names, each site begins with « structureet; », positions fixed; `geolocalisation;` lines follow.
UTF-8 (with its mark or not), else Windows-1252. A line is a record: an unclosed quotation mark spoils its own line only.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from . import identifiers

LONGEST_LINE = 16_384  # a line of the file has some 400 characters
ETALAB = [
    "structureet",
    "nofinesset",
    "nofinessej",
    "rs",
    "rslongue",
    "complrs",
    "compldistrib",
    "numvoie",
    "typvoie",
    "voie",
    "compvoie",
    "lieuditbp",
    "commune",
    "departement",
    "libdepartement",
    "ligneacheminement",
    "telephone",
    "telecopie",
    "categetab",
    "libcategetab",
    "categagretab",
    "libcategagretab",
    "siret",
    "codeape",
    "codemft",
    "libmft",
    "codesph",
    "libsph",
    "dateouv",
    "dateautor",
    "datemaj",
    "numuai",
]
ALIASES = {"codemft": "mft", "codesph": "sph"}
NEEDED = ("nofinesset", "nofinessej", "rs", "categetab")
LEFT_OUT = ("geolocalisation", "finess")  # lines of the etalab file that are no site

# Categories (categetab) that may answer the call, the first being the one that names its legal entity:
# (label, nature). « by_status »: public when sph is 1 (« Établissement public de santé ») or, sph missing, when mft is
# 03 (« ARS, établissements publics de santé, dotation globale »); private otherwise. Army hospitals (114, 115), dialysis,
# medico-social, pharmacies… are left out: not of the kinds the call names (CALL.md §1.3).
CATEGORIES = {
    "101": ("CHR/CHU", "public"),
    "355": ("CH", "public"),
    "131": ("CLCC", "private"),
    "697": ("GCS-ES", "gcs"),
    "696": ("GCS de moyens", "gcs"),
    "695": ("GCS de moyens", "gcs"),
    "106": ("CH (ex-HL)", "public"),
    "292": ("CHS", "by_status"),
    "365": ("Pluridisciplinaire", "by_status"),
    "128": ("Chirurgie", "by_status"),
    "129": ("Médecine", "by_status"),
    "122": ("Obstétrique-chir.", "by_status"),
    "109": ("SMR", "by_status"),
    "127": ("HAD", "by_status"),
    "362": ("SLD", "by_status"),
    "161": ("Santé mentale", "by_status"),
}
RANKS = {code: rank for rank, code in enumerate(CATEGORIES)}

# FINESS writes overseas départements with letters; numbers begin with 97 and a further 1 to 4 in fourth place, or 98.
OVERSEAS = {"9A": "971", "9B": "972", "9C": "973", "9D": "974", "9F": "976"}
OVERSEAS_NUMBERS = {"9701": "971", "9702": "972", "9703": "973", "9704": "974"}


@dataclass(frozen=True, slots=True)
class Line:
    """One site that may be loaded. `doubt`: what a person should look at ("" if nothing)."""

    number: int
    finess_et: str
    finess_ej: str
    name: str
    code: str
    kind: str
    siret: str
    town: str
    postcode: str
    departement: str
    doubt: str = ""

    @property
    def category(self) -> str:
        return CATEGORIES[self.code][0]

    @property
    def order(self) -> tuple[int, str]:
        """The least of a legal entity's sites is the one that names it."""
        return RANKS[self.code], self.finess_et


class Aside(NamedTuple):
    """A line that is not loaded: `nature` « rejected » (to correct) or « skipped » (not of the call)."""

    number: int
    nature: str
    finess: str
    reason: str


class Unreadable(ValueError):
    """The file is not one of the layouts known; says what is missing."""


def encoding_of(path: Path) -> str:
    """UTF-8 when every byte of the file is; else Windows-1252, as older extractions are."""
    try:
        with path.open(encoding="utf-8", errors="strict") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def lines(path: Path) -> Iterator[tuple[int, str | None]]:
    """(number from 1, text without its end) of each line that is not blank; None for one too long to be of this file."""
    with path.open(encoding=encoding_of(path), errors="replace") as text:
        number, held = 0, text.readline(LONGEST_LINE)
        while held:
            number, whole = number + 1, held.endswith("\n")
            long = len(held) >= LONGEST_LINE and not whole
            if held.strip():
                yield number, None if long else held.rstrip("\n")
            while long and held and not held.endswith("\n"):
                held = text.readline(LONGEST_LINE)
            held = text.readline(LONGEST_LINE)


def cells(line: str) -> list[str]:
    """The fields of one line, trimmed, runs of spaces made one."""
    return [" ".join(cell.split()) for cell in next(csv.reader([line], delimiter=";"))]


def read(numbered: Iterable[tuple[int, str | None]]) -> Iterator[Line | Aside]:
    """Each line of the file as a site or as what keeps it out; a number met twice is loaded the first time."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for number, text in numbered:
        if text is None:
            yield Aside(number, "rejected", "", _("Cette ligne est trop longue pour être de ce fichier."))
            continue
        row = cells(text)
        if not names:
            names = _names(row)
            if not _is_site(row):
                continue  # the line that names the columns, or that dates the extraction
        if row[0].lower() in LEFT_OUT:
            continue
        found = _line(number, dict(zip(names, row, strict=False)), row[len(names) :])
        if isinstance(found, Line):
            first = seen.setdefault(found.finess_et, number)
            if first != number:
                reason = _("Ce site est déjà à la ligne %(first)s.") % {"first": first}
                found = Aside(number, "rejected", found.finess_et, reason)
        yield found


def _is_site(row: list[str]) -> bool:
    return row[0].lower() == "structureet" and "nofinesset" not in [name.lower() for name in row]


def _names(row: list[str]) -> list[str]:
    """The columns' names, from the first line; Unreadable when it is of no layout known."""
    first = [name.lower() for name in row]
    if _is_site(row) or first[:2] == ["finess", "etalab"]:
        return [ALIASES.get(name, name) for name in ETALAB]
    missing = [name for name in NEEDED if name not in first]
    if missing:
        raise Unreadable(
            _("La première ligne ne nomme pas les colonnes %(names)s, et le fichier n’est pas au format « etalab ».")
            % {"names": ", ".join(missing)}
        )
    return [ALIASES.get(name, name) for name in first]


def _line(number: int, given: dict[str, str], over: list[str]) -> Line | Aside:
    finess = identifiers.compact(given.get("nofinesset", ""))
    problem = _shape(given, over) or _numbers(finess, identifiers.compact(given.get("nofinessej", "")))
    if problem:
        return Aside(number, "rejected", finess[:9], problem)
    code, ej = given["categetab"], identifiers.compact(given["nofinessej"])
    if code not in CATEGORIES:
        label = given.get("libcategetab") or _("sans libellé")
        reason = _("Catégorie %(code)s (%(label)s) : ni établissement de santé de l’appel, ni GCS.")
        return Aside(number, "skipped", finess, reason % {"code": code, "label": label})
    siret = identifiers.compact(given.get("siret", ""))
    doubts = [
        _("Clé FINESS corse à vérifier : %(finess)s.") % {"finess": each}
        for each in (finess, ej)
        if identifiers.finess_doubtful(each)
    ]
    if siret and identifiers.siret_problem(siret):
        doubts.append(_("SIRET « %(siret)s » écarté : sa clé ou sa forme est fausse.") % {"siret": siret[:20]})
        siret = ""
    departement = departement_of(given.get("departement", ""), finess)
    postcode, town = _place(given)
    name = (given.get("rslongue") or given["rs"])[:160]
    kind = kind_of(code, given.get("sph", ""), given.get("mft", ""))
    return Line(number, finess, ej, name, code, kind, siret, town, postcode, departement, " ".join(doubts))


def _shape(given: dict[str, str], over: list[str]) -> str:
    if any(over) or any(name not in given for name in NEEDED):
        return _("Le nombre de colonnes n’est pas celui de la première ligne : vérifiez les « ; » et les guillemets.")
    whole = "".join(given.values())
    if not whole.isprintable() or "\ufffd" in whole:
        return _("Un caractère de cette ligne est illisible : vérifiez l’encodage du fichier.")
    if not (given["rs"] or given.get("rslongue")):
        return _("La raison sociale manque.")
    code = given["categetab"]
    if not (len(code) == 3 and code.isascii() and code.isdigit()):  # what a « ; » too many shows by
        return _("La catégorie « %(code)s » n’a pas trois chiffres : une colonne manque ou est en trop.") % {
            "code": code[:20]
        }
    return ""


def _numbers(finess_et: str, finess_ej: str) -> str:
    for label, finess in ((_("Site"), finess_et), (_("Entité juridique"), finess_ej)):
        if problem := identifiers.finess_problem(finess):
            return f"{label} « {finess[:20]} » : {problem}"
    if finess_et == finess_ej:
        return _("Le site et son entité juridique portent le même numéro.")
    return ""


def kind_of(code: str, sph: str, mft: str) -> str:
    """Establishment.Kind of a category that may answer the call; `sph`, `mft`: codes, with or without their zero."""
    nature = CATEGORIES[code][1]
    if nature != "by_status":
        return nature
    return "public" if sph in ("1", "01") or not sph and mft in ("3", "03") else "private"


def departement_of(column: str, finess: str) -> str:
    """INSEE code, from the column if it says one, else from the number; "" outside the 101 départements."""
    column = column.upper()
    if column in OVERSEAS or column in OVERSEAS.values():
        return OVERSEAS.get(column, column)
    if column.isdigit() and 1 <= int(column) <= 95 and int(column) != 20:
        return f"{int(column):02d}"
    if column in ("2A", "2B"):
        return column
    if column:
        return ""  # a collectivity (975, 977, 988…): no département of the map
    head = finess[:2]
    if head in ("97", "98"):
        return "976" if head == "98" else OVERSEAS_NUMBERS.get(finess[:4], "")
    return head if head in ("2A", "2B") or head.isdigit() and 1 <= int(head) <= 95 else ""


def _place(given: dict[str, str]) -> tuple[str, str]:
    """(postcode, town), from their columns or from « 01440 VIRIAT »."""
    route = given.get("ligneacheminement", "")
    head, _space, tail = route.partition(" ")
    postcode = given.get("codepostal") or head
    if not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        return "", (given.get("libelle_routage") or route)[:80]
    return postcode, (given.get("libelle_routage") or (tail if head == postcode else route))[:80]
