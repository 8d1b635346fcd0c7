"""Charge les fichiers nationaux FINESS, sites et entités juridiques ; relancée, elle ne change que ce qui a changé."""

import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import actions
from directory.finess import Aside
from edsh_portal.sheets.csv import write_row
from edsh_portal.workflow import Refused

NATURES = {
    "rejected": gettext_lazy("rejetée"),
    "skipped": gettext_lazy("hors de l’appel"),
    "doubtful": gettext_lazy("à vérifier"),
    "absent": gettext_lazy("absente du fichier"),
}
WORDS = {
    "lines": gettext_lazy("lignes lues"),
    "rejected": gettext_lazy("rejetées"),
    "skipped": gettext_lazy("hors de l’appel"),
    "doubtful": gettext_lazy("à vérifier"),
    "bodies_created": gettext_lazy("entités juridiques inscrites"),
    "bodies_changed": gettext_lazy("entités juridiques corrigées"),
    "bodies_absent": gettext_lazy("entités juridiques absentes du fichier"),
    "sites_created": gettext_lazy("sites inscrits"),
    "sites_changed": gettext_lazy("sites corrigés"),
    "sites_absent": gettext_lazy("sites absents du fichier"),
    "older": gettext_lazy("plus anciennes que les données connues"),
    "changed": gettext_lazy("établissements corrigés"),
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("fichier des sites (etalab-cs1100507)"))
        parser.add_argument("bodies", type=Path, help=_("fichier des entités juridiques (etalab-cs1100501)"))
        parser.add_argument("--ght", type=Path, help=_("fichier finess;code du GHT;nom du GHT;support oui ou non"))
        parser.add_argument("--activity", type=Path, help=_("fichier finess;activité combinée;année"))
        parser.add_argument("--report", type=Path, help=_("où écrire les lignes écartées ; FICHIER.ecarts.csv sinon"))

    def handle(self, *args: Any, **options: Any) -> None:
        files = [
            (path, verb)
            for path, verb in (
                (options["file"], partial(self._register, bodies_path=options["bodies"])),
                (options["ght"], actions.import_ght),
                (options["activity"], actions.import_activity),
            )
            if path is not None
        ]
        for path in (options["bodies"], *(path for path, _verb in files)):
            if not path.is_file():
                raise CommandError(_("Le fichier %(path)s n’existe pas.") % {"path": path})
        report = options["report"] or options["file"].with_suffix(".ecarts.csv")
        with report.open("w", encoding="utf-8-sig", newline="") as out:
            write_row(out, [_("fichier"), _("ligne"), _("nature"), "finess", _("motif")])
            for path, verb in files:
                self._load(path, verb, out)
        self.stdout.write(_("Lignes écartées, une raison chacune : %(report)s") % {"report": report})

    def _register(self, path: Path, **more: Any) -> Counter[str]:
        """Says how far an interrupted run had gone, and how far this one is when it is interrupted."""
        far = [0, 0]

        def advance(done: int, of: int) -> None:
            if done and not far[1]:
                self.stdout.write(
                    _("Reprise : %(done)s établissements sur %(of)s étaient inscrits.") % {"done": done, "of": of}
                )
            far[:] = done, of

        try:
            return actions.import_register(path, advance=advance, **more)
        except (DatabaseError, KeyboardInterrupt) as error:
            words = {"done": far[0], "of": far[1], "why": type(error).__name__}
            raise CommandError(
                _(
                    "Interrompu (%(why)s) : %(done)s établissements sur %(of)s. Relancez la même commande pour reprendre."
                )
                % words
            ) from error

    def _load(self, path: Path, verb: Any, out: TextIO) -> None:
        def tell(aside: Aside) -> None:
            told = (
                aside.file or path.name,
                aside.number or None,
                str(NATURES[aside.nature]),
                aside.finess,
                aside.reason,
            )
            write_row(out, told)

        began = time.monotonic()
        try:
            counts: Counter[str] = verb(path, tell=tell, by=None)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        seconds = max(time.monotonic() - began, 0.001)
        told = ", ".join(f"{word} : {counts[name]}" for name, word in WORDS.items() if name in counts)
        self.stdout.write(
            _("%(file)s : %(told)s. %(seconds).1f s, %(rate).0f lignes par seconde.")
            % {"file": path.name, "told": told, "seconds": seconds, "rate": counts["lines"] / seconds}
        )
