"""Répartit les dossiers d’une instance JSON entre ses experts, par le même solveur que les pages ; la réponse est en JSON."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from edsh_portal.refusal import Refused

from ...allocation import Instance, causes, read, said


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []  # it reads a file, and nothing of the portal

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "instance", type=Path, help=_("fichier JSON (sa forme : docs/decisions/0048-allocation.md)")
        )
        parser.add_argument("--seconds", type=float, default=None, help=_("temps donné au solveur"))

    def handle(self, *args: Any, **options: Any) -> None:
        instance = self._read(options["instance"])
        places, why = causes(instance)
        if why:
            answer: dict[str, Any] = {"impossible": said.causes(instance, why)}
        else:
            from ...allocation.solver import SECONDS, solve  # a worker's and a command's: the web never loads HiGHS

            answer = said.allocation(instance, solve(instance, places, seconds=options["seconds"] or SECONDS))
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def _read(self, path: Path) -> Instance:
        try:
            return read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("Le fichier %(path)s ne se lit pas.") % {"path": path}) from error
        except (ValueError, RecursionError) as error:
            where = getattr(error, "lineno", 1)
            raise CommandError(
                _("%(path)s n’est pas du JSON (ligne %(line)s).") % {"path": path, "line": where}
            ) from error
        except Refused as refused:
            raise CommandError(refused.message) from refused
