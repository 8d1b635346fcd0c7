"""Four of the dearest hostile files sent at once, again ten seconds after they are examined: twenty people at work do not notice.

`bin/prove files_at_work [SECONDS [PAUSE]]`. PAUSE 0 sends without end, twenty megabytes a second: what is measured then is
receiving them. People at work, without them and with them, in turn; the clients run on the same processors.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests import sessions
from tests.corpus import HEAVY
from tests.processes import Portal, running
from tests.prove._beside import PEOPLE, beside

DEAREST = (
    "pdf trente millions de nombres rangés",
    "pdf 30 Mo de textes vides",
    "pdf 400 000 objets",
    "pdf tableau de six millions de nombres",
)


def main() -> int:
    seconds, pause = (float(word) for word in (sys.argv[1:] + ["60", "10"][len(sys.argv) - 1 :]))
    files = [HEAVY[name][0]() for name in DEAREST]
    with running(names=("web", "intake"), PORTAL_CAGE_NICE="5") as portal:
        portal.work_here()
        *people, one, two, three, four = sessions.build(portal, PEOPLE + len(files))

        @contextmanager
        def senders() -> Iterator[None]:
            over = threading.Event()
            sender = threading.Thread(target=rounds, args=(portal, (one, two, three, four), files, over, pause))
            sender.start()
            try:
                yield
            finally:
                over.set()
                sender.join()

        return beside(portal, people, seconds, senders, name="files_at_work")


def rounds(
    portal: Portal, who: tuple[sessions.Session, ...], files: list[bytes], over: threading.Event, pause: float
) -> None:
    """All at once, until they are examined, and again; says how many were, and what their answers took."""
    done = 0
    while not over.is_set():
        sends = [threading.Thread(target=one.send, args=(file,)) for one, file in zip(who, files, strict=True)]
        for send in sends:
            send.start()
        for send in sends:
            send.join()
        portal.wait_until("SELECT count(*) FROM delivery WHERE queue = 'intake' AND state <> 'done'", 0, seconds=120)
        done += 1
        over.wait(pause)
    took = sorted(answer.seconds for one in who for answer in one.answers)
    with portal.database.connect("auditor") as line:
        verdicts = line.execute("SELECT verdict, count(*) FROM scan_result GROUP BY 1 ORDER BY 1").fetchall()
    print(
        f"files: {done} rounds of {len(files)}, answers in {took[0]:.2f} to {took[-1]:.2f} s, {dict(verdicts)}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
