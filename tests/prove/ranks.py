"""`manage.py expected_ranks` beside the reference on five seeds, then its time for 60 dossiers × 4 reports and for 600 × 4."""

import csv
import io
import random
import sys
import tempfile
import time
from pathlib import Path

import django
from django.core.management import call_command

PLACE = Path(__file__).parents[1] / "reviews" / "ranks"
SECONDS = {60: 5, 600: 60}  # asked: seconds, on a machine that others use
Told = dict[str, list[float]]


def main() -> int:
    django.setup()
    reference = read((PLACE / "expected_ranks.csv").read_text())
    held = True
    for seed in range(5):
        found = told(PLACE / "expert_scores.csv", seed)
        assert found.keys() == reference.keys()
        apart = [[abs(a - b) for a, b in zip(found[key], reference[key], strict=False)] for key in reference]
        rank, low, high = (max(column) for column in list(zip(*apart, strict=True))[:3])
        held &= rank <= 0.35 and low <= 1 and high <= 1 and error_of(found) <= 0.05
        print(
            f"ranks: seed {seed}: {rank:.3f} rank at most from the reference, bounds {max(low, high):.0f},"
            f" Monte Carlo error {error_of(found):.4f}"
        )
    for dossiers, limit in SECONDS.items():
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(population(dossiers, random.Random(dossiers)))
            file.flush()
            began, found = time.monotonic(), told(Path(file.name), 1)
        took = time.monotonic() - began
        held &= took <= limit and error_of(found) <= 0.05
        print(f"ranks: {dossiers} × 4: {took:.2f} s, Monte Carlo error {error_of(found):.4f}")
    return 0 if held else 1


def told(path: Path, seed: int) -> Told:
    out = io.StringIO()
    call_command("expected_ranks", path, seed=seed, stdout=out, stderr=io.StringIO())
    return read(out.getvalue())


def read(text: str) -> Told:
    """{dossier: expected rank, low, high, then the error, or what the reference says more}."""
    return {line[0]: [float(cell) for cell in line[1:]] for line in list(csv.reader(text.splitlines()))[1:]}


def error_of(found: Told) -> float:
    return max(line[3] for line in found.values())


def population(dossiers: int, chance: random.Random) -> str:
    experts = [chance.gauss(0, 8) for _expert in range(dossiers // 2)]
    lines = ["dossier,expert,score_of_100"]
    for dossier in range(dossiers):
        worth = chance.gauss(55, 10)
        for expert in chance.sample(range(len(experts)), 4):
            mark = min(100, max(0, worth + experts[expert] + chance.gauss(0, 8)))
            lines.append(f"D{dossier},E{expert},{mark:.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
