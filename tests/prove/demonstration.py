"""The demonstration's whole call, built twice, is the same, and verifies clean."""

import os
import sys


def main() -> int:
    os.environ["PORTAL_ROLE"] = "web"
    import django

    django.setup()
    from tests.demo.twice import twice

    built = twice("running")
    same = built.first == built.again
    print(f"demonstration: built twice, {'the same' if same else 'not the same'}; {len(built.findings)} findings")
    return 0 if same and not built.findings else 1


if __name__ == "__main__":
    sys.exit(main())
