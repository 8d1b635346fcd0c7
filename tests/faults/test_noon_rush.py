"""Twelve dossiers deposited in the last six seconds, others at the edge and too late, over webs whose clocks lie: one version
each, none late, every receipt sealed."""

import os
import subprocess
import sys

from tests.processes import servers

PROOF = "from tests.prove.noon_rush import rush_of; import sys; sys.exit(rush_of(12, 6.0, margin=2.0, least=0))"


def test_the_last_seconds_before_noon():
    """In a process of its own: the world is built by verbs, on another database than the tests'."""
    done = subprocess.run(
        [sys.executable, "-c", PROOF], env=os.environ, cwd=servers.ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "12 dossiers of 12" in done.stdout) == (0, True), done.stdout + done.stderr
