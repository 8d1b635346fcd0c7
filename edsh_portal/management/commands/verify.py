"""Recomputes chain, roots, seals, walls, balances, states, documents and links; exits 1 naming what differs."""

import json
import sys
import time

from django.core.management.base import BaseCommand, CommandError

from edsh_portal.verify import CHECKS, findings, is_owner

QUIET_SECONDS = 5


class Command(BaseCommand):
    help = __doc__
    began = 0.0

    def _tell(self, name: str) -> None:
        """Once it lasts, says on stderr what it is at."""
        self.began = self.began or time.monotonic()
        if (elapsed := time.monotonic() - self.began) > QUIET_SECONDS:
            self.stderr.write(f"verify: {name}, after {elapsed:.0f} s")

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    def handle(self, **options) -> None:
        if not is_owner():
            raise CommandError("verify: only the login that owns the tables sees everything (PORTAL_ROLE=owner).")
        found = findings(self._tell)
        if options["json"]:
            self.stdout.write(
                json.dumps({"checks": sorted(CHECKS), "findings": [f.as_dict() for f in found]}, ensure_ascii=False)
            )
        else:
            for finding in found:
                self.stdout.write(f"{finding.code}  {finding.what}  expected {finding.expected}  found {finding.found}")
            self.stdout.write(f"{len(CHECKS)} checks, {len(found)} differences")
        if found:
            sys.exit(1)
