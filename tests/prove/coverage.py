"""Branches of the actions, permissions, rules, scoring and ledger that the tests of the rooms take: each must be taken."""

import json
import os
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

WHOLE = (
    "*/actions/*.py",
    "*/permissions.py",
    "applications/rules/*.py",
    "applications/content/fields/*.py",
    "reviews/scoring.py",
    "funding/ledger.py",
)
ROOMS = ("directory", "applications", "reviews", "funding", "decisions", "dashboards")
TESTS = ("tests/ground", *(f"tests/{room}" for room in ROOMS), "tests/faults", "tests/test_access.py")


def main() -> int:
    told = Path(os.environ["PORTAL_RUN_DIRECTORY"], "coverage.json")
    tests = [place for place in TESTS if Path(place).exists()]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--cov-branch", "--cov-report"]
    command += [f"json:{told}", *(f"--cov={room}" for room in ROOMS), *tests]
    code = subprocess.call(command)
    whole = {
        name: file
        for name, file in json.loads(told.read_text())["files"].items()
        if any(fnmatch(name, pattern) for pattern in WHOLE)
    }
    files = {name: file["summary"] for name, file in whole.items()}
    lines = sum(file["missing_lines"] for file in files.values())
    branches = sum(file["missing_branches"] for file in files.values())
    total = sum(file["num_branches"] for file in files.values())
    for name, file in files.items():
        if file["missing_lines"] or file["missing_branches"]:
            missed = [*whole[name]["missing_lines"], *whole[name]["missing_branches"]]
            print(f"{name}: {file['missing_lines']} lines, {file['missing_branches']} branches missed: {missed}")
    print(f"coverage: {len(files)} files, {total - branches} branches of {total}, {lines} lines missed")
    return 1 if code or lines or branches or len(files) < 15 else 0


if __name__ == "__main__":
    sys.exit(main())
