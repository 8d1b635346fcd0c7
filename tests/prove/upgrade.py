"""A database of the last landed version, with its data, comes up to the present tree. `--write` leaves the demonstration of this commit in
its place, once the last one has come up; `--anew` without that: no database lives anywhere, and its migrations were written again."""

import argparse
import os
import sys
import time


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/prove upgrade", description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--anew", action="store_true")
    asked = parser.parse_args()
    os.environ["PORTAL_ROLE"] = "web"
    import django

    django.setup()
    from tests.upgrade import landed

    if asked.write:
        if not asked.anew and tried():
            return 1
        landed.write(anew=asked.anew)
    return tried()


def tried() -> int:
    """Restores, brings up, verifies; prints the figure. 0 when all is well."""
    from tests.upgrade import landed

    times = [time.monotonic()]
    with landed.restored():
        times.append(time.monotonic())
        landed.bring_up()
        times.append(time.monotonic())
        said = landed.faults()
        times.append(time.monotonic())
    restored, up, held = (later - sooner for sooner, later in zip(times, times[1:], strict=False))
    size = landed.DUMP.stat().st_size + landed.FILES.stat().st_size
    print(
        f"upgrade: {size / 1000:.0f} kB of {landed.card()['commit'][:12]} restored in {restored:.1f} s, brought up in {up:.1f} s,"
        f" verified in {held:.1f} s; {'; '.join(said[:20]) or 'verify and the digest of the call as they were'}"
    )
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
