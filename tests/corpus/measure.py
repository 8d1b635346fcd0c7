"""What reading one file costs, in a process of its own: seconds of processor, megabytes it took at most, and what became of the file."""

import os
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_SECONDS, MOST_MEGABYTES = (
    10.0,
    250,
)  # of one file; a process that reads and does nothing else weighs some 40 MB more


@dataclass(frozen=True)
class Cost:
    verdict: str  # « .pdf », the sentence that refuses it, or what broke
    kept: bool
    seconds: float
    megabytes: int

    @property
    def bearable(self) -> bool:
        return self.seconds <= MOST_SECONDS and self.megabytes <= MOST_MEGABYTES


def cost(read: Callable[[bytes], Any], content: bytes) -> Cost:
    """Forked, so that one file's memory is not another's; the fork alone is not counted."""
    inward, outward = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        os.close(inward)
        os.write(outward, _told(read, content).encode())
        os._exit(0)
    os.close(outward)
    with os.fdopen(inward, "rb") as line:
        said = line.read().decode()
    os.waitpid(child, 0)
    kept, seconds, megabytes, verdict = said.split("\n", 3) if said else ("", "0", "0", "the process died")
    return Cost(verdict, kept == "kept", float(seconds), int(megabytes))


def _told(read: Callable[[bytes], Any], content: bytes) -> str:  # pragma: no cover
    from edsh_portal.workflow import Refused

    began, before = _spent(), _peak()
    try:
        kept, verdict = "kept", str(read(content)[0].ending)
    except Refused as refused:
        kept, verdict = "refused", refused.message
    except BaseException as error:
        kept, verdict = "broken", f"{type(error).__name__}: {error}"[:300]
    return f"{kept}\n{_spent() - began:.2f}\n{_peak() - before}\n{verdict}"


def _spent() -> float:
    said = resource.getrusage(resource.RUSAGE_SELF)
    return said.ru_utime + said.ru_stime


def _peak() -> int:
    """Megabytes: the most that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1_000_000 if sys.platform == "darwin" else 1000)
