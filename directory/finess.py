"""Reads the national files of sites and of legal entities (FINESS, semicolons) line by line. Pure: no query, no clock.

Layouts known (columns named as the public extractions name them):
- a first line that names its columns (`nofinesset;nofinessej;rs;…`), in any order;
- « etalab »: no names, each site begins with « structureet; » (etalab-cs1100507), each legal entity with « structureej; »
  (etalab-cs1100501), positions fixed; `geolocalisation;` lines follow the sites.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _

from . import extracts, identifiers

LONGEST_NAME = 160
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
ETALAB_BODIES = [
    "structureej",
    "nofiness",
    "rs",
    "rslongue",
    "complrs",
    "numvoie",
    "typvoie",
    "voie",
    "compvoie",
    "compldistrib",
    "lieuditbp",
    "commune",
    "ligneacheminement",
    "departement",
    "libdepartement",
    "telephone",
    "statutjuridique",
    "libstatutjuridique",
    "categetab",
    "libcategetab",
    "siren",
    "codeape",
    "datecrea",
]
LEFT_OUT = ("geolocalisation", "finess")  # lines of the etalab files that are no record


@dataclass(frozen=True)
class Layout:
    """One of the two files: how a record begins in « etalab », its columns there, those that are needed."""

    mark: str
    columns: list[str]
    needed: tuple[str, ...]


SITES = Layout("structureet", ETALAB, ("nofinesset", "nofinessej", "rs", "categetab"))
BODIES = Layout("structureej", ETALAB_BODIES, ("nofiness", "rs", "siren"))
MARKS = (SITES.mark, BODIES.mark)

# Categories (categetab) that may answer the call, the first being that of its legal entity:
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
        """The least of a legal entity's sites gives it its category."""
        return RANKS[self.code], self.finess_et


@dataclass(frozen=True, slots=True)
class Body:
    """One legal entity, as its own file names it. `siren` "" when the file gives none that holds."""

    number: int
    finess: str
    name: str
    siren: str
    departement: str
    doubt: str = ""

    def seat(self, sirets: Iterable[str]) -> str:
        """The SIRET of its seat among those of its sites: of its SIREN, the first given (the least NIC); "" when none is."""
        return min((siret for siret in sirets if self.siren and siret.startswith(self.siren)), default="")


class Aside(NamedTuple):
    """A line that is not loaded: `nature` « rejected » (to correct) or « skipped » (not of the call); `file` when several are read."""

    number: int
    nature: str
    finess: str
    reason: str
    file: str = ""


class Unreadable(ValueError):
    """The file is not one of the layouts known; says what is missing."""


def read(numbered: Iterable[tuple[int, str | None]]) -> Iterator[Line | Aside]:
    """Each line of the file as a site or as what keeps it out; a number met twice is loaded the first time."""
    seen: dict[str, int] = {}
    for record in _records(numbered, SITES):
        found = record if isinstance(record, Aside) else _line(record)
        yield _once(found, found.finess_et, seen) if isinstance(found, Line) else found


def read_bodies(numbered: Iterable[tuple[int, str | None]]) -> Iterator[Body | Aside]:
    """The same of the file of legal entities."""
    seen: dict[str, int] = {}
    for record in _records(numbered, BODIES):
        found = record if isinstance(record, Aside) else _body(record)
        yield _once(found, found.finess, seen) if isinstance(found, Body) else found


Found = TypeVar("Found", Line, Body)


def _once(found: Found, finess: str, seen: dict[str, int]) -> Found | Aside:
    first = seen.setdefault(finess, found.number)
    if first == found.number:
        return found
    return Aside(found.number, "rejected", finess, _("Ce numéro est déjà à la ligne %(first)s.") % {"first": first})


class Record(NamedTuple):
    """One line by its columns; `over`: cells beyond them; `cleaned`: what was taken off it, in a sentence."""

    number: int
    given: dict[str, str]
    over: list[str]
    cleaned: str


def _records(numbered: Iterable[tuple[int, str | None]], layout: Layout) -> Iterator[Record | Aside]:
    names: list[str] = []
    for number, text in numbered:
        problem = extracts.unreadable(text)
        if text is None or problem:
            yield Aside(number, "rejected", "", problem)
            continue
        clean, said = extracts.cleaned(text)
        row = extracts.cells(clean)
        if row[0].lower() in MARKS and row[0].lower() != layout.mark:
            raise Unreadable(_other(layout))
        if not names:
            names = _names(row, layout)
            if not _is_record(row, layout):
                continue  # the line that names the columns, or that dates the extraction
        if row[0].lower() in LEFT_OUT:
            continue
        yield Record(number, dict(zip(names, row, strict=False)), row[len(names) :], said)


def _is_record(row: list[str], layout: Layout) -> bool:
    return row[0].lower() == layout.mark and layout.needed[0] not in [name.lower() for name in row]


def _other(layout: Layout) -> str:
    if layout is SITES:
        return _(
            "Ce fichier est celui des entités juridiques (etalab-cs1100501) : donnez celui des sites (etalab-cs1100507)."
        )
    return _(
        "Ce fichier est celui des sites (etalab-cs1100507) : donnez celui des entités juridiques (etalab-cs1100501)."
    )


def _names(row: list[str], layout: Layout) -> list[str]:
    """The columns' names, from the first line; Unreadable when it is of no layout known."""
    first = [name.lower() for name in row]
    if _is_record(row, layout) or first[:2] == ["finess", "etalab"]:
        return [ALIASES.get(name, name) for name in layout.columns]
    missing = [name for name in layout.needed if name not in first]
    if missing:
        raise Unreadable(
            _("La première ligne ne nomme pas les colonnes %(names)s, et le fichier n’est pas au format « etalab ».")
            % {"names": ", ".join(missing)}
        )
    return [ALIASES.get(name, name) for name in first]


def _line(record: Record) -> Line | Aside:
    number, given, over, said = record
    finess = identifiers.compact(given.get("nofinesset", ""))
    problem = (
        _shape(given, over, SITES)
        or _category_shape(given)
        or _numbers(finess, identifiers.compact(given.get("nofinessej", "")))
    )
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
    name, cut = _name(given)
    departement = departement_of(given.get("departement", ""), finess)
    postcode, town = _read_town(given)
    kind = kind_of(code, given.get("sph", ""), given.get("mft", ""))
    doubt = " ".join(each for each in (*doubts, cut, said) if each)
    return Line(number, finess, ej, name, code, kind, siret, town, postcode, departement, doubt)


def _body(record: Record) -> Body | Aside:
    number, given, over, said = record
    finess = identifiers.compact(given.get("nofiness", ""))
    problem = _shape(given, over, BODIES) or _number(_("Entité juridique"), finess)
    if problem:
        return Aside(number, "rejected", finess[:9], problem)
    siren, wrong = identifiers.compact(given["siren"]), ""
    if siren and not identifiers.siren_valid(siren):
        wrong = _("SIREN « %(siren)s » écarté : sa clé ou sa forme est fausse.") % {"siren": siren[:20]}
        siren = ""
    name, cut = _name(given)
    doubt = " ".join(each for each in (wrong, cut, said) if each)
    return Body(number, finess, name, siren, departement_of(given.get("departement", ""), finess), doubt)


def _name(given: dict[str, str]) -> tuple[str, str]:
    """The name, and what to say when it had to be cut."""
    name = given.get("rslongue") or given["rs"]
    if len(name) <= LONGEST_NAME:
        return name, ""
    return name[:LONGEST_NAME].rstrip(), _("Dénomination coupée à %(most)s caractères.") % {"most": LONGEST_NAME}


def _shape(given: dict[str, str], over: list[str], layout: Layout) -> str:
    if any(over) or any(name not in given for name in layout.needed):
        return _("Le nombre de colonnes n’est pas celui de la première ligne : vérifiez les « ; » et les guillemets.")
    if not (given["rs"] or given.get("rslongue")):
        return _("La raison sociale manque.")
    return ""


def _category_shape(given: dict[str, str]) -> str:
    code = given["categetab"]
    if not (len(code) == 3 and code.isascii() and code.isdigit()):  # what a « ; » too many shows by
        return _("La catégorie « %(code)s » n’a pas trois chiffres : une colonne manque ou est en trop.") % {
            "code": code[:20]
        }
    return ""


def _numbers(finess_et: str, finess_ej: str) -> str:
    problem = _number(_("Site"), finess_et) or _number(_("Entité juridique"), finess_ej)
    if not problem and finess_et == finess_ej:
        return _("Le site et son entité juridique portent le même numéro.")
    return problem


def _number(label: str, finess: str) -> str:
    problem = identifiers.finess_problem(finess)
    return problem and f"{label} « {finess[:20]} » : {problem}"


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


def _read_town(given: dict[str, str]) -> tuple[str, str]:
    """(postcode, town), from their columns or from « 01440 VIRIAT »."""
    route = given.get("ligneacheminement", "")
    head, _space, tail = route.partition(" ")
    postcode = given.get("codepostal") or head
    if not (len(postcode) == 5 and postcode.isascii() and postcode.isdigit()):
        return "", (given.get("libelle_routage") or route)[:80]
    return postcode, (given.get("libelle_routage") or (tail if head == postcode else route))[:80]
