"""1,000 scripts of two to five tabs on one field (G21): no text acknowledged is lost, and each conflict shows both texts."""

import sys
import time

from tests.conflicts import run
from tests.processes import portal_of_its_own


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    began = time.monotonic()
    with portal_of_its_own("open", webs=2) as portal:
        told = run(portal, count)
    print(
        f"conflicts: {told.scripts} scripts, {told.texts} texts acknowledged, {told.conflicts} conflicts shown with both texts,"
        f" {told.offline} offline queues, {told.ended} sessions ended, {told.chosen} choices; {time.monotonic() - began:.0f} s;"
        f" {'; '.join(told.wrong[:20]) or 'nothing lost, nothing hidden'}"
    )
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
