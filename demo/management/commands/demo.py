"""Builds the demo's call up to a stage, through verbs; prints the accounts, or the digest of what was built."""

import json

from django.core.management.base import BaseCommand, CommandError

from calls.models import Call

from ... import digest, story
from ...cast import accounts


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--stage", choices=sorted(story.STAGES), default="running")
        parser.add_argument("--seed", type=int, default=2022)
        parser.add_argument("--accounts", action="store_true", help="the cast's accounts, as JSON")
        parser.add_argument(
            "--digest",
            action="store_true",
            help="a SHA-256 of references, states, cents, scores, event kinds and instants",
        )

    def handle(self, **options) -> None:
        if options["accounts"]:
            self.stdout.write(json.dumps(accounts(), ensure_ascii=False))
        elif options["digest"]:
            self.stdout.write(digest.of_everything())
        elif Call.objects.exists():
            self.stdout.write("The demo is already there: it keeps its data (bin/demo --fresh starts over).")
        else:
            from django.conf import settings

            if not settings.DEMO:
                raise CommandError("PORTAL_DEMO is not set: the demo is for throw-away databases only.")
            story.build(story.STAGES[options["stage"]], seed=options["seed"], tell=self.stdout.write)
