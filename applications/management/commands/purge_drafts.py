"""Forgets what was written and joined in dossiers that nobody deposited, by a chained event: drafts abandoned more than thirty days
ago, and, so many months after their cut-off, those that were not deposited; owner."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import models, transaction

from edsh_portal import clock, documents, seals
from edsh_portal.events import stream_of
from edsh_portal.models import Document, ScanResult

from ...models import (
    Answer,
    Application,
    AssociatedPartner,
    BudgetLine,
    Clash,
    DataPerimeter,
    FunctionPlacement,
    Matching,
    Piece,
    Printout,
    ResearchProject,
    Warehouse,
    WorkPackage,
)

# Rows in which somebody wrote, those that name another first.
PARTS = (FunctionPlacement, Matching, Warehouse, ResearchProject, DataPerimeter, AssociatedPartner, WorkPackage)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("--months", type=int, choices=range(12, 61), default=24)
        seals.ask_who(parser)

    @transaction.atomic
    def handle(self, *, months: int, by: str, **options) -> None:
        person, now = seals.who_purges(by), clock.now()
        since = clock.days_from(now, -Application.RESTORABLE_DAYS)
        abandoned = Application.objects.filter(state=Application.State.ABANDONED, abandoned_at__lte=since)
        ended = now - months * timedelta(days=30.5)
        lapsed = Application.objects.filter(state=Application.State.NOT_DEPOSITED, wave__closes_at__lt=ended)
        for left, why, what in (
            (lapsed, f"not deposited, {months} months", "dossiers that were not deposited"),
            (abandoned, f"abandoned, {Application.RESTORABLE_DAYS} days", "drafts that were abandoned"),
        ):
            self.stdout.write(f"{_forget(left, why, person)} texts of {what}")


def _forget(left: models.QuerySet[Application], reason: str, by: Any) -> int:
    """Texts and their versions, rows, files and prints; the dossier keeps its number, its state, its members, its messages and its
    events. Answers how many texts."""
    dossiers = list(left)
    said = {"reason": reason, "by": by}
    seals.purge(Clash.objects.filter(application__in=dossiers), **said)
    gone = Document.objects.filter(pk__in=_documents(dossiers))
    hashes = {held.kept_sha256 for held in gone.select_related("scan_result")}
    seals.purge(Printout.objects.filter(application__in=dossiers), **said)
    for dossier in dossiers:  # a piece is sealed in the stream of its dossier, and so is its absence
        seals.purge(Piece.objects.filter(application=dossier), stream=stream_of(dossier), **said)
    seals.purge(ScanResult.objects.filter(document__in=gone), **said)
    seals.purge(gone, **said)
    BudgetLine.objects.filter(membership__application__in=dossiers).delete()
    for part in PARTS:
        part.objects.filter(application__in=dossiers).delete()
    transaction.on_commit(lambda: _unkeep(hashes))
    Application.objects.filter(pk__in=[dossier.pk for dossier in dossiers]).update(title="")
    return seals.purge(Answer.objects.filter(application__in=dossiers), **said)


def _documents(dossiers: list[Application]) -> set[Any]:
    """Of their files and prints, those that no other dossier has taken up."""
    own = Piece.objects.filter(application__in=dossiers).values_list("document", flat=True)
    prints = Printout.objects.filter(application__in=dossiers, document__isnull=False)
    elsewhere = Piece.objects.exclude(application__in=dossiers).filter(document__in=own)
    return {*own, *prints.values_list("document", flat=True)} - {*elsewhere.values_list("document", flat=True)}


def _unkeep(hashes: set[str]) -> None:
    """The bytes on disk, unless another row names them."""
    for sha256 in hashes:
        named = Document.objects.filter(models.Q(sha256=sha256) | models.Q(scan_result__kept_sha256=sha256))
        if not named.exists():
            documents.path_of(sha256).unlink(missing_ok=True)
