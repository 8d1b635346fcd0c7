"""A hundred lines that drip a header, a hundred a body, fifty that read five megabytes by spoonfuls, fifty silent: the others do not notice.

`bin/prove slow_clients [SECONDS]`. People at work, without them and with them, in turn; the clients run on the same processors.
"""

import os
import sys
from typing import Any

from tests import sessions, slow
from tests.processes import Portal, running

BAR = 1.5  # p95 with, for p95 without
PEOPLE, THINK = 20, 1.0
NOISE = 0.02  # seconds below which a difference is the machine's


def main() -> int:
    return work_of(float(sys.argv[1]) if sys.argv[1:] else 60.0)


def work_of(seconds: float, *, people: int = PEOPLE, bar: float = BAR) -> int:
    """0 when nobody's page failed and their p95 over `seconds` with the slow is at most `bar` times what it is without, before
    and after."""
    with running(names=("web",)) as portal:
        os.environ.update(portal.environment, PORTAL_ROLE="web")
        import django

        django.setup()
        at_work = sessions.build(portal, people)
        path = big_file(portal, at_work[0])
        cookies = "; ".join(f"{name}={value}" for name, value in at_work[0].line.cookies.items())

        def measured(length: float) -> list[Any]:
            meter = sessions.Meter(portal)
            sessions.at_work(at_work, length, b"", THINK, READ_AND_WRITE)
            answers = sessions.taken(at_work)
            print(f"{sessions.told(answers)}; {meter}", flush=True)
            return answers

        measured(3)  # what is loaded once is loaded
        without = measured(seconds / 2)
        with slow.crowd_of(portal.port, seconds + 5, path=path, cookies=cookies) as crowd:
            with_them = measured(seconds)
            print(f"slow: {slow.told(crowd)}", flush=True)
        without += measured(seconds / 2)
    return judged(without, with_them, bar)


READ_AND_WRITE = {"autosave": 70, "page": 30}


def big_file(portal: Portal, owner: sessions.Session) -> str:
    """A piece of five megabytes, joined by its page: where it is read."""
    owner.send(sessions.file_of_five())
    with portal.database.connect("auditor") as line:
        [pk] = line.execute(
            "SELECT max(p.id) FROM applications_piece p JOIN applications_application a ON a.id = p.application_id"
            " WHERE a.reference = %s",
            [owner.reference],
        ).fetchone()
    return f"/dossiers/{owner.reference}/pieces/{pk}/?ouvrir"


def judged(without: list[Any], with_them: list[Any], bar: float) -> int:
    wrong = [f"{one.kind}: {one.status}" for one in without + with_them if not 200 <= one.status < 400]
    before, after = (_p95(answers) for answers in (without, with_them))
    print(f"without: {sessions.told(without)}\nwith: {sessions.told(with_them)}")
    print(f"slow_clients: p95 {after:.3f} s with, {before:.3f} s without: ratio {after / before:.2f}")
    if after > bar * before + NOISE:
        wrong.append(f"p95 is {after / before:.2f} times what it was, and should be at most {bar}")
    print(*wrong, sep="\n")
    return bool(wrong)


def _p95(answers: list[Any]) -> float:
    ordered = sorted(one.seconds for one in answers)
    return ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]


if __name__ == "__main__":
    sys.exit(main())
