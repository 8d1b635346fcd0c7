"""Reads the hand-written tables: a block per stand (« [stage: stand] »), a row per method and route, a letter per person.

A  answered: the page, or a redirection to another page of the portal; for a POST, it went on and no event was due (an autosave,
   a language, a page to go to)
D  done: the step was taken, its event written
R  refused with a sentence that says what to change (the form again, 409, 410 or 422): no event was written
K  refused so, and the refusal is kept: its event was written (a deposit received, that a rule refuses)
L  sent to sign in (401 for the API)
F  403: seen, and not this person's to do
N  404: hidden, the same bytes as absent
X  whatever refuses: 403, 404 or 405 (a method the route does not serve)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

# claire declared and reads the dossier; the second was given it and has not declared; the third was not given it.
SUBJECTS = (
    "anonymous", "alice", "bruno", "sophie", "zoe", "claire", "second", "third", "driss", "victor", "jean", "emma", "olivier",
    "farid", "dora", "nadia", "aude", "adam",
)  # fmt: skip
LETTERS = frozenset("ADRKLFN")
REFUSALS = frozenset("LFN")
METHODS = ("GET", "POST")
FEW = 3
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    stage: str
    stand: str
    method: str
    route: str
    verdicts: str
    where: str
    reported: bool = False  # the code disagrees, and its owner was told: the row must still disagree, or lose its mark


def read(path: Path) -> list[Row]:
    rows, stage, stand = [], "", ""
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        words, reported = line.partition("#")[0].split(), "# REPORTED:" in line
        where = f"{path.name}:{number}"
        if not words:
            continue
        if words[0].startswith("["):
            stage, stand = (word.strip("[]:") for word in words)
            continue
        method, route, verdicts = words[0], words[1], "".join(words[2:])
        assert stage and method in METHODS, where
        assert len(verdicts) == len(SUBJECTS) and set(verdicts) <= LETTERS, (
            f"{where}: {len(verdicts)} letters: {verdicts}"
        )
        rows.append(Row(stage, stand, method, route, verdicts, where, reported))
    return rows


def rows() -> list[Row]:
    """Every row of every table; a (stand, method, route) has one row only."""
    found = [row for path in sorted(HERE.glob("*.txt")) for row in read(path)]
    keys = [(row.stage, row.stand, row.method, row.route) for row in found]
    assert len(keys) == len(set(keys)), sorted({key for key in keys if keys.count(key) > 1})
    return found


def told_anew(rows: list[Row]) -> Iterator[tuple[Row, list[str]]]:
    """Each row with the people whose cell says something that no earlier stand of these rows has said: the same refusal of the same person, at
    the same route, is one; and of those whom a row refuses by the same letter, a few, others at each row. Whatever is answered, done or
    refused with a sentence is tried at each stand by everybody."""
    refused: set[tuple[str, ...]] = set()
    for row in rows:
        told = dict(zip(SUBJECTS, row.verdicts, strict=True))
        anew = [one for one in told if row.reported or (row.method, row.route, one, told[one]) not in refused]
        some = {letter: _few(row, [one for one in anew if told[one] == letter]) for letter in REFUSALS}
        tried = [one for one in anew if row.reported or one in some.get(told[one], anew)]
        yield row, tried
        refused |= {(row.method, row.route, one, told[one]) for one in tried if told[one] in REFUSALS}


def _few(row: Row, those: list[str]) -> list[str]:
    """Some of the people whom a row refuses alike: by turns, so that all of them try."""
    start = crc32(f"{row.stage} {row.stand} {row.method} {row.route}".encode())
    return [those[(start + n) % len(those)] for n in range(min(FEW, len(those)))]


def group(route: str) -> str:
    """The five pages of a register are one group, under the name of its noun; the rest of the registers' site likewise."""
    found = re.fullmatch(r"(admin:[a-z]+_[a-z]+)_(changelist|add|history|delete|change)", route)
    return found[1] if found else route
