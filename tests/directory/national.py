"""National files made up for the tests and for bin/prove finess: numbers with their right keys, both layouts."""

from collections.abc import Iterator
from pathlib import Path

from stdnum import luhn

from directory.finess import ETALAB, ETALAB_BODIES

HEADER = [
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
    "region",
    "libregion",
    "departement",
    "libdepartement",
    "cog",
    "codepostal",
    "libelle_routage",
    "ligneacheminement",
    "telephone",
    "telecopie",
    "categetab",
    "libcategetab",
    "liblongcategetab",
    "categretab",
    "libcategretab",
    "siret",
    "codeape",
    "libcodeape",
    "mft",
    "libmft",
    "liblongmft",
    "sph",
    "libsph",
    "numen",
    "coordx",
    "coordy",
    "sourcegeocod",
    "dategeocod",
    "dateautor",
    "dateouvert",
    "datemaj",
]


def finess(number: int, head: str = "35") -> str:
    """The `number`-th number of a département, its key right (Corsica's letters read 1 and 2)."""
    stem = f"{head}{number:0{8 - len(head)}d}"
    return stem + luhn.calc_check_digit(stem.replace("A", "1").replace("B", "2"))


def siret(number: int) -> str:
    stem = f"2{number:07d}"
    head = stem + luhn.calc_check_digit(stem) + "0001"
    return head + luhn.calc_check_digit(head)


def site(number: int, body: int = 1, head: str = "35", **more: str) -> dict[str, str]:
    """One site, `number`, of the legal entity `body`; `more` replaces columns."""
    return {
        "nofinesset": finess(900_00 + number, head),
        "nofinessej": finess(100 + body, head),
        "rs": f"SITE {number}",
        "rslongue": f"HÔPITAL DU SITE {number}",
        "departement": head,
        "ligneacheminement": "35000 RENNES",
        "categetab": "355",
        "libcategetab": "Centre Hospitalier (C.H.)",
        "siret": siret(number),
        "codesph": "1",
        "codemft": "03",
    } | more


def etalab(sites: list[dict[str, str]], *, dated: bool = True) -> str:
    """The layout without names: first a line that dates it, then « structureet; » lines, then coordinates."""
    lines = ["finess;etalab;111;2026-05-12"] if dated else []
    lines += [";".join({"structureet": "structureet"}.get(name, row.get(name, "")) for name in ETALAB) for row in sites]
    return "\n".join([*lines, f"geolocalisation;{sites[0]['nofinesset']};1.0;2.0;source;2026-05-04", ""])


def bodies(sites: list[dict[str, str]], *, dated: bool = True) -> str:
    """The file of the legal entities of these sites, which may say its `ej_name` and `ej_siren` (else its first site's)."""
    lines, seen = ["finess;etalab;101;2026-05-12"] if dated else [], set()
    for row in sites:
        if (number := row["nofinessej"]) not in seen:
            seen.add(number)
            lines.append(body(number, row.get("ej_name", f"ENTITÉ {number}"), row.get("ej_siren", row["siret"][:9])))
    return "\n".join([*lines, ""])


def body(number: str, name: str, siren: str) -> str:
    given = {"structureej": "structureej", "nofiness": number, "rs": name[:20], "rslongue": name, "siren": siren}
    return ";".join(given.get(column, "") for column in ETALAB_BODIES)


def named(sites: list[dict[str, str]], columns: list[str] = HEADER) -> str:
    """The layout whose first line names the columns."""
    renamed = {"sph": "codesph", "mft": "codemft"}
    rows = [";".join(row.get(name, row.get(renamed.get(name, name), "")) for name in columns) for row in sites]
    return "\n".join([";".join(columns), *rows, ""])


def many(count: int) -> Iterator[str]:
    """`count` lines in the proportions of the national file: one site in eight is a hospital's, three to a legal entity."""
    yield "finess;etalab;111;2026-05-12\n"
    heads = [f"{number:02d}" for number in range(1, 96) if number != 20]
    for number in range(count):
        head = heads[number % len(heads)]
        hospital = number % 8 == 0
        row = site(
            number // len(heads), number // len(heads) // 24, head, siret="", ligneacheminement=f"{head}000 VILLE"
        )
        row |= {} if hospital else {"categetab": "620", "libcategetab": "Pharmacie d'Officine", "codesph": ""}
        yield ";".join({"structureet": "structureet"}.get(name, row.get(name, "")) for name in ETALAB) + "\n"


def many_bodies(count: int) -> Iterator[str]:
    """The legal entities of `many(count)`."""
    yield "finess;etalab;101;2026-05-12\n"
    heads = [f"{number:02d}" for number in range(1, 96) if number != 20]
    for head in heads:
        for number in range(count // len(heads) // 24 + 1):
            yield body(finess(100 + number, head), f"CENTRE HOSPITALIER {head} {number}", "") + "\n"


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path
