"""Expected ranks of a file of scores, with their 90 % interval and the Monte Carlo error of each (docs/decisions/0050)."""

import csv
import math
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from edsh_portal.sheets.csv import write_plain

from ... import uncertainty

COLUMNS = ("dossier", "expert", "score_of_100")
MOST_DOSSIERS, MOST_SCORES = 2_000, 20_000


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("scores", type=Path, help=f"CSV, columns {', '.join(COLUMNS)}")
        parser.add_argument("--seed", type=int, default=1, help="same seed, same answer")

    def handle(self, *, scores: Path, seed: int, **options) -> None:
        if seed < 0:
            raise CommandError("La graine est un entier positif ou nul.")
        read, began = scores_of(scores), time.monotonic()
        ranks = uncertainty.expected_ranks(read, seed)
        write_plain(self.stdout, ("dossier", "er", "lo", "hi", "error"))
        by_dossier = zip(ranks.dossiers, ranks.expected, ranks.low, ranks.high, ranks.error, strict=True)
        for dossier, expected, low, high, error in by_dossier:
            write_plain(self.stdout, (dossier, f"{expected:.4f}", low, high, f"{error:.4f}"))
        self.stderr.write(
            f"{len(ranks.dossiers)} dossiers, {len(ranks.experts)} experts, {len(read)} notes, graine {seed} : "
            f"erreur de Monte-Carlo {ranks.error.max():.4f} rang au plus, {time.monotonic() - began:.1f} s"
        )


def scores_of(path: Path) -> list[uncertainty.Score]:
    """The lines of a file. CommandError: what to change in it, in a sentence."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as failure:
        raise CommandError(f"« {path} » ne se lit pas : donnez un fichier CSV en UTF-8.") from failure
    first = text.partition("\n")[0]
    lines = csv.DictReader(text.splitlines(), delimiter=";" if ";" in first else ",")
    missing = [column for column in COLUMNS if column not in (lines.fieldnames or ())]
    if missing:
        raise CommandError(f"Il manque une colonne : {', '.join(missing)} (attendues : {', '.join(COLUMNS)}).")
    found: dict[tuple[str, str], uncertainty.Score] = {}
    try:
        for line in lines:
            dossier, expert, of_100 = _score(line, lines.line_num)
            if (dossier, expert) in found:
                raise CommandError(f"Ligne {lines.line_num} : {expert} a déjà noté {dossier} ; gardez une seule note.")
            found[dossier, expert] = uncertainty.Score(dossier, expert, of_100)
    except csv.Error as failure:
        raise CommandError(f"Ligne {lines.line_num} : ce n’est pas du CSV.") from failure
    if not found:
        raise CommandError("Le fichier ne contient aucune note.")
    if len({dossier for dossier, _expert in found}) > MOST_DOSSIERS or len(found) > MOST_SCORES:
        raise CommandError(f"Le fichier est trop grand : {MOST_DOSSIERS} dossiers et {MOST_SCORES} notes au plus.")
    return list(found.values())


def _score(line: dict[str, str], number: int) -> tuple[str, str, float]:
    dossier, expert, said = ((line[column] or "").strip() for column in COLUMNS)
    if not (dossier and expert and said):
        raise CommandError(f"Ligne {number} : donnez le dossier, l’expert et la note.")
    try:
        of_100 = float(said.replace(",", "."))
    except ValueError:
        of_100 = math.nan
    if not 0 <= of_100 <= 100:
        raise CommandError(f"Ligne {number} : « {said[:40]} » n’est pas une note de 0 à 100.")
    return dossier, expert, of_100
