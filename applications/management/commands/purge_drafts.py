"""Forgets what was written in dossiers that were not deposited, so many months after their cut-off, by a chained event; owner."""

from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import transaction

from applications.models import Answer, Application, Clash
from edsh_portal import clock, seals


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--months", type=int, choices=range(12, 61), default=24)
        seals.ask_who(parser)

    @transaction.atomic
    def handle(self, *, months: int, by: str, **options) -> None:
        person = seals.who_purges(by)
        ended = clock.now() - months * timedelta(days=30.5)
        left = Application.objects.filter(state=Application.State.NOT_DEPOSITED, wave__closes_at__lt=ended)
        Clash.objects.filter(application__in=left).delete()
        count = seals.purge(
            Answer.objects.filter(application__in=left), reason=f"not deposited, {months} months", by=person
        )
        self.stdout.write(f"{count} texts of dossiers that were not deposited")
