"""Forgets what was read more than so many months ago (CNIL 2021-122: 6 to 12), by a chained event; run as the owner."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from edsh_portal import seals
from edsh_portal.models import AccessLog


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--months", type=int, choices=range(6, 13), default=12)
        seals.ask_who(parser)

    def handle(self, *, months: int, by: str, **options) -> None:
        person = seals.who_purges(by)
        old = AccessLog.objects.filter(at__lt=timezone.now() - months * timedelta(days=30.5))
        count = seals.purge(old, reason=f"read more than {months} months ago", by=person)
        self.stdout.write(f"{count} lines of the access log")
