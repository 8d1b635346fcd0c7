"""Recognises what must never be joined: a French social-security number (NIR), a table of patients. No query, no clock.

NIR: thirteen digits (« 2A » and « 2B » in Corsica) and a key, 97 less the number modulo 97 (Insee, arrêté du 15 mai 1987). What is
found is told by its place alone: the digits are never repeated, in a sentence, a log or an event.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from .kinds import refuse
from .words import Sentence as _

LEAST_PATIENTS = 5  # rows with a birth date under heads of patients
LATEST_BIRTH = 2017  # more recent years are those of the project's own calendar
LONGEST_HEAD = 60  # characters: more is a sentence, not the head of a column
CELL = "\x1f"  # between two cells of a row

_GAP = r"[ \t\u00a0\u2009\u202f.\-]?"
_MONTH = r"(?:0[1-9]|1[0-2]|20|3\d|4[0-2]|[5-9]\d)"  # from 20 on: born on an uncertain date
_NIR = re.compile(
    rf"(?<!\d)(?<!\d[.,])([1-478]){_GAP}(\d\d){_GAP}({_MONTH}){_GAP}(?!00)(\d\d|2[ABab]){_GAP}(\d{{3}}){_GAP}(\d{{3}})"
    rf"[ \t\u00a0\u2009\u202f.\-/|;:{CELL}]{{0,3}}(\d\d)(?!\d)"
)
# One box a digit: each is told apart from the next by the same single blank.
_BOXES = re.compile(r"(?<!\d)(?<!\d[ \t])[1-478](?:[ \t][\dABab]){14}(?![ \t]?\d)")
_DAY = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[/.\-](?:0?[1-9]|1[0-2])[/.\-](\d{4}|\d\d)|(\d{4})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
_HEADS = {
    "birth": {"naissance", "ddn", "nee", "birthdate", "birth", "dob"},
    "number": {"ipp", "nip", "iep", "ins", "ndp"},
    "nir": {"nir", "securite"},
    "first": {"prenom", "prenoms", "firstname"},
    "sex": {"sexe", "sex"},
    "name": {"nom", "noms", "patient", "patiente", "patients", "lastname"},
}
_TELLING = {"birth", "number", "nir"}
_OLDEST_SERIAL, _LATEST_SERIAL = 1, 43_100  # days of a spreadsheet: 1 January 1900, 31 December 2017


@dataclass(frozen=True)
class Row:
    """One row of a table, one line or one paragraph: where it stands, its number there, its cells."""

    place: str
    number: int
    cells: tuple[str, ...]
    between: str = CELL  # a tab where cells are only guessed: a number may run over several


@dataclass(frozen=True)
class Finding:
    """What was recognised (« nir » or « table ») and where; never what it said."""

    kind: str
    place: str
    number: int


def has_nir(text: str) -> bool:
    """Whether a number with a right key stands in the text, written with or without blanks."""
    return any(_right(match.groups()) for match in _NIR.finditer(text)) or any(
        _right(_NIR.fullmatch(re.sub(r"\s", "", match[0])).groups())  # type: ignore[union-attr]  # it was found by this pattern
        for match in _BOXES.finditer(text)
        if _NIR.fullmatch(re.sub(r"\s", "", match[0]))
    )


def _right(parts: tuple[str, ...]) -> bool:
    """The key: Corsica counts as 19 (2A) and 18 (2B)."""
    place = {"2A": "19", "2B": "18"}.get(parts[3].upper(), parts[3])
    return 97 - int("".join((*parts[:3], place, *parts[4:6]))) % 97 == int(parts[6])


def lines(text: str, place: str = "") -> Iterable[Row]:
    """A text as rows: cells are what tabs, bars, semicolons or two blanks part."""
    for number, line in enumerate(text.splitlines(), start=1):
        yield Row(place, number, tuple(re.split(r"\t|\||;| {2,}", line)), "\t")


def found(rows: Iterable[Row]) -> Finding | None:
    """Reads rows once, in order; stops at the first number, or at the fifth birth date under heads of patients."""
    head: Row | None = None
    births: list[int] = []
    count = 0
    for row in rows:
        if has_nir(row.between.join(row.cells)) or has_nir(row.place):
            return Finding("nir", "" if has_nir(row.place) else row.place, row.number)
        if head is not None and head.place != row.place:
            head = None
        columns = _heads(row.cells)
        if columns is not None:
            head, births, count = row, columns, 0
        elif head is not None and _born(row.cells, births):
            count += 1
            if count == LEAST_PATIENTS:
                return Finding("table", head.place, head.number)
    return None


def _heads(cells: tuple[str, ...]) -> list[int] | None:
    """The columns of birth dates if this row heads a table of patients, else None."""
    kinds = [_kinds(cell) for cell in cells]
    told = set().union(*kinds)
    if len(told) < 2 or not told & _TELLING:
        return None
    return [index for index, kind in enumerate(kinds) if "birth" in kind] if len(cells) > 1 else []


def _kinds(cell: str) -> set[str]:
    if len(cell) > LONGEST_HEAD:
        return set()
    plain = unicodedata.normalize("NFKD", cell.casefold()).encode("ascii", "ignore").decode()
    words = set(re.findall(r"[a-z]+", plain))
    kinds = {kind for kind, known in _HEADS.items() if words & known}
    # « nom de naissance » is a name; « date de naissance » alone is not one
    return kinds - {"birth"} if kinds == {"name", "birth"} and "date" not in words else kinds


def _born(cells: tuple[str, ...], births: list[int]) -> bool:
    if not births:
        return any(_is_birth(cell) for cell in cells)
    asked = [cells[index] for index in takewhile(lambda index: index < len(cells), births)]
    return any(_is_birth(cell) or _is_serial(cell) for cell in asked)


def _is_birth(cell: str) -> bool:
    for long, iso in _DAY.findall(cell):
        year = int(long or iso)
        if 1900 <= year <= LATEST_BIRTH or (year < 100 and not LATEST_BIRTH % 100 < year < 30):
            return True
    return False


def _is_serial(cell: str) -> bool:
    digits = cell.strip().removesuffix(".0")
    return digits.isdecimal() and len(digits) <= 5 and _OLDEST_SERIAL <= int(digits) <= _LATEST_SERIAL


def need_none(rows: Iterable[Row]) -> None:
    """Refused R05 with the place and what to do, when a row is somebody's."""
    finding = found(rows)
    if finding is None:
        return
    where = _("%(place)s, ligne %(number)s") if finding.place else _("ligne %(number)s")
    place = where % {"place": finding.place, "number": finding.number}
    if finding.kind == "nir":
        raise refuse(
            _(
                "Ce fichier semble contenir le numéro de sécurité sociale d’une personne (%(place)s). Un dossier ne contient aucune donnée de patient : retirez-la, ou déposez un modèle vide."
            )
            % {"place": place}
        )
    raise refuse(
        _(
            "Ce fichier semble contenir une liste de patients (%(place)s). Un dossier ne contient aucune donnée de patient : retirez-la, ou déposez un modèle vide."
        )
        % {"place": place}
    )


def in_name(name: str) -> bool:
    """Whether the name of a file is somebody's number."""
    return has_nir(re.sub(r"[_\W]", " ", name)) or has_nir(name)
