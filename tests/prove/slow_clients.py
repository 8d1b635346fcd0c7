"""A hundred lines that drip a header, a hundred a body, fifty that read five megabytes by spoonfuls, fifty silent: the others do not notice.

`bin/prove slow_clients [SECONDS]`. People at work, without them and with them, in turn; the clients run on the same processors.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests import sessions, slow
from tests.processes import Portal, running
from tests.prove._beside import PEOPLE, beside


def main() -> int:
    seconds = float(sys.argv[1]) if sys.argv[1:] else 60.0
    with running(names=("web", "intake")) as portal:
        portal.work_here()
        people = sessions.build(portal, PEOPLE)
        path = big_file(portal, people[0])
        cookies = "; ".join(f"{name}={value}" for name, value in people[0].line.cookies.items())

        @contextmanager
        def crowd() -> Iterator[None]:
            with slow.crowd_of(portal.port, seconds + 5, path=path, cookies=cookies) as them:
                yield
                told = slow.told(them)
                print(f"slow: {told}", flush=True)
                assert told["reader"]["offered"] >= 4_900_000, "each reads a long answer"

        return beside(portal, people, seconds, crowd, name="slow_clients")


def big_file(portal: Portal, owner: sessions.Session) -> str:
    """A piece of five megabytes, joined by its page and examined: where it is read."""
    owner.send(sessions.file_of_five())
    portal.wait_until_examined()
    with portal.database.connect("auditor") as line:
        [pk] = line.execute(
            "SELECT max(p.id) FROM applications_piece p JOIN applications_application a ON a.id = p.application_id"
            " WHERE a.reference = %s",
            [owner.reference],
        ).fetchone()
    return f"/dossiers/{owner.reference}/pieces/{pk}/?ouvrir"


if __name__ == "__main__":
    sys.exit(main())
