"""`manage.py seal_key`: writes the fictitious key and certificate of the demonstration seal, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from edsh_portal import pdf
from edsh_portal.pdf.fictitious import DEMO_NAME


class Command(BaseCommand):
    help = f"Crée la clé et le certificat du « {DEMO_NAME} ». Une clé présente n’est jamais remplacée."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        present = [path.exists() for path in (settings.SEAL_KEY_PATH, settings.SEAL_CERT_PATH)]
        if all(present):
            self.stdout.write("Le cachet est déjà en place.")
            return
        if any(present):
            raise CommandError(
                "La clé ou le certificat du cachet manque : remettez les deux fichiers, ou retirez l’autre."
            )
        key, certificate = pdf.make_seal_key()
        self.stdout.write(f"Cachet fictif écrit : {key}, {certificate}")
