"""A stage of the demonstration is waited for alone: whoever builds goes on by itself, one at a time, and a failure is told."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests import processes

BUILDER = """
import sys, time
from pathlib import Path
top = Path(sys.argv[1])
for stage in ("open", "review"):
    while not (top / f"may-{stage}").exists():
        time.sleep(0.02)
    (top / f"at-{stage}").mkdir()
    (top / f"at-{stage}" / "accounts.json").touch()
"""


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The processes that were asked to build, beside a place to say what they may."""
    asked: list[subprocess.Popen[bytes]] = []
    code = [BUILDER]

    def build(_last: str, lock) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", code[0], str(tmp_path)]
        asked.append(subprocess.Popen(command, pass_fds=[lock.fileno()]))
        return asked[-1]

    monkeypatch.setenv("PORTAL_RUN_DIRECTORY", str(tmp_path))
    monkeypatch.setattr(processes, "_build_stages", build)
    monkeypatch.setattr(processes, "_building", [])
    yield asked, tmp_path, code
    for one in asked:
        one.kill()
        one.wait()


def test_a_stage_is_waited_for_alone_and_built_once(built):
    asked, top, _code = built
    (top / "may-open").touch()
    assert processes.staged("open") == ("edsh_at_open", top / "at-open")
    assert asked[0].poll() is None  # it goes on
    other = threading.Thread(target=processes.staged, args=("review",))
    other.start()
    (top / "may-review").touch()
    other.join(30)
    assert not other.is_alive() and len(asked) == 1


def test_what_cannot_be_built_is_told(built):
    asked, _top, code = built
    code[0] = "raise SystemExit(3)"
    with pytest.raises(AssertionError, match="could not be built"):
        processes.staged("open")
    assert len(asked) == 1
