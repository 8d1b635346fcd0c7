"""Creates the web, worker and auditor logins named in the environment and lays their rights; run as the owner, idempotent."""

from django.core.management.base import BaseCommand

from edsh_portal import walls


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options) -> None:
        logins = walls.login_names()
        walls.lay()
        walls.grant(logins)
        self.stdout.write("roles: " + ", ".join(f"{role}={login}" for role, (login, _) in sorted(logins.items())))
