"""What reading one file costs, in a process of its own: seconds of processor, megabytes it took at most, and what became of the file."""

import os
import resource
import tempfile
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


def cost(read: Callable[[bytes], Any], make: Callable[[], bytes]) -> tuple[Cost, int]:
    """The cost, and the bytes of the file. It is made in one process and read in another: what making it took, and freed, would
    be room that reading finds for nothing.
    """
    with tempfile.TemporaryFile() as place, tempfile.TemporaryFile() as answer:
        _apart(lambda: place.write(make()) and place.flush())
        size = place.seek(0, os.SEEK_END)
        _apart(lambda: answer.write(_told(read, os.pread(place.fileno(), size, 0)).encode()) and answer.flush())
        answer.seek(0)
        said = answer.read().decode()
    kept, seconds, megabytes, verdict = said.split("\n", 3) if said else ("", "0", "0", "the process died")
    return Cost(verdict, kept == "kept", float(seconds), int(megabytes)), size


def _apart(work: Callable[[], Any]) -> None:
    child = os.fork()
    if child == 0:  # pragma: no cover
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


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
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
