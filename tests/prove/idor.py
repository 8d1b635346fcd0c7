"""What is somebody else's stays theirs: ids of others in every address, query, form and body; columns that no form asks; odd bytes.

`bin/prove idor [STAGE…]` prints its figures: 0 through (no byte of others, no write, tables compared), 0 answers 5xx.
"""

import os
import sys
import time


def main() -> int:
    began = time.monotonic()
    os.environ["PORTAL_ROLE"] = "web"
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()  # the name that the test client asks for is one of ours
    from tests.access import idor

    told = idor.together(idor.moments(sys.argv[1:] or list(idor.MOMENTS)))
    print(
        f"idor: {told.requests} requests, {len(told.through)} through, {len(told.failed)} answers 5xx;"
        f" {time.monotonic() - began:.0f} s"
    )
    return 1 if told.through or told.failed else 0


if __name__ == "__main__":
    sys.exit(main())
