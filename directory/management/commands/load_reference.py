"""Loads territories and the 32 CHU and CHR from the public files; run again, it changes nothing."""

from django.core.management.base import BaseCommand

from directory import seed


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options) -> None:
        done = seed.load()
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in done.items()))
