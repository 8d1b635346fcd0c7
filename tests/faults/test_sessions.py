"""A few people at work, then a crowd at a narrow door: who is sent away is told when to come back, and nothing acknowledged is lost.

The door is the web's: no worker runs. With them, at full size: `bin/prove sessions`.
"""

import os
import subprocess
import sys

from tests.processes import servers

PROOF = """
import sys
from tests.prove.sessions import work_of
narrow = {"PORTAL_WEB_PLACES": "1", "PORTAL_WEB_LINE": "1"}
sys.exit(work_of(12, 4.0, think=16.0, rate=60, crowded=4.0, bars=(60, 60, 60), names=("web",), **narrow))
"""


def test_a_crowd_at_a_narrow_door():
    """In a process of its own: the world is built by verbs, on another database than the tests'."""
    done = subprocess.run(
        [sys.executable, "-c", PROOF], env=os.environ, cwd=servers.ROOT, capture_output=True, text=True, check=False
    )
    said = done.stdout.rpartition("crowd:")[2]
    assert (done.returncode, " × 503" in said, "nothing lost" in said) == (0, True, True), done.stdout + done.stderr
