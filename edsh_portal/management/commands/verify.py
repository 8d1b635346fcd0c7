"""Recomputes chain, roots, seals, walls, balances, states, documents and links; exits 1 naming what differs. An interrupted run goes on
where it stood. What was found is kept in the database."""

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from edsh_portal import chain, verification, verify
from edsh_portal.models import Document
from edsh_portal.verify import WHOLE, Since, is_owner, steps
from edsh_portal.workflow import Refused

QUIET_SECONDS = 5
REACH = """\
since the signed root {root}: events, seals and files that stood under it are not read again, and neither a row changed nor a file
damaged since then beneath the triggers would be seen; signed roots, walls, balances, states, links and numbers are whole.
Not read again: {checks}."""


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parser.add_argument("--anew", action="store_true", help="from the beginning, though a run was interrupted")
        parser.add_argument(
            "--since-root",
            action="store_true",
            help="do not read again what stood under the last signed root (said at the start); whole otherwise",
        )

    def handle(self, **options) -> None:
        if not is_owner():
            raise CommandError("verify: only the login that owns the tables sees everything (PORTAL_ROLE=owner).")
        since = self._since() if options["since_root"] else WHOLE
        try:
            with verification.alone():
                run = verification.opened(_typed(options), since, anew=options["anew"])
                done = self._made(run, since)
                found = [finding for one in done for finding in one.findings]
                verification.close(run, len(found))
        except Refused as refused:
            raise CommandError(refused.message) from refused
        sealed = dict(Document.objects.exclude(level="").values_list("level").annotate(n=Count("pk")).order_by("level"))
        if options["json"]:
            began = run.began_at.isoformat()
            told = {"root": run.root, "began_at": began, "checks": sorted(verify.CHECKS), "sealed": sealed}
            self.stdout.write(json.dumps(told | {"findings": [f.as_dict() for f in found]}, ensure_ascii=False))
        else:
            for finding in found:
                self.stdout.write(f"{finding.code}  {finding.what}  expected {finding.expected}  found {finding.found}")
            levels = ", ".join(f"{count} PAdES {level}" for level, count in sealed.items()) or "none"
            self.stdout.write(f"documents sealed: {levels}")
            reach = f", since {run.root}" if run.root else ""
            self.stdout.write(f"{len(verify.CHECKS)} checks{reach}, {len(found)} differences")
        if found:
            sys.exit(1)

    def _since(self) -> Since:
        since = chain.last_root()
        if since is None:
            raise CommandError("verify --since-root: no signed root stands. Run it whole.")
        partial = ", ".join(name for name, made in sorted(verify.CHECKS.items()) if made.since)
        self.stderr.write("verify: " + REACH.format(root=since.root, checks=partial))
        return since

    def _made(self, run: Any, since: Since) -> list[verification.Done]:
        """Once it lasts, says on stderr how far it is; and always that it goes on with a run that was interrupted."""
        wanted, done = steps(), list[verification.Done]()
        began, kept = time.monotonic(), run.steps.count()
        if kept:
            self.stderr.write(
                f"verify: goes on with the run of {run.began_at:%Y-%m-%d %H:%M:%S} UTC, {kept} steps done"
            )
        try:
            for one in verification.made(run, wanted, since):
                done.append(one)
                if (elapsed := time.monotonic() - began) > QUIET_SECONDS and not one.before:
                    self.stderr.write(f"verify: {len(done)} of {len(wanted)} steps, {elapsed:.0f} s ({one.name})")
        except KeyboardInterrupt:
            self.stderr.write(f"verify: interrupted after {len(done)} of {len(wanted)} steps; run it again to go on")
            sys.exit(130)
        return done


def _typed(options: dict[str, Any]) -> str:
    words = ("json", "anew", "since_root")
    return " ".join(["verify", *(f"--{word.replace('_', '-')}" for word in words if options[word])])
