"""Signs the heads of all event streams now and prints where the signed root was written."""

from django.core.management.base import BaseCommand

from edsh_portal import chain


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options) -> None:
        self.stdout.write(str(chain.sign_roots()))
