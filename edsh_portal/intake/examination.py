"""The examination of what was received: the cage, then the scanner; what they found is a row, written once, and the quarantine is empty.

Asked by obligations: a cage or a scanner that cannot be had is asked again later, and the file stays « en cours d’examen ».
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from edsh_portal import documents
from edsh_portal.models import Document, ScanResult
from edsh_portal.refusal import Refused

from . import desk, quarantine, scanner
from .kinds import refuse
from .words import Sentence, packed

WAIT_SECONDS = 25.0  # for a turn: less than a lease, the job and the scanner counted
State = Document.Scan


@dataclass(frozen=True)
class Found:
    """`name`: of the malware; `refusal`: a packed sentence; `kept`: the hash of what was drawn again."""

    state: Document.Scan
    name: str = ""
    refusal: Any = None
    kept: str = ""

    @property
    def good(self) -> bool:
        return self.state in (State.CLEAN, State.NOT_SCANNED)


def examine(document: Document) -> Found | None:
    """What is found of it, its bytes kept if it is good; None when it has been said already. Unavailable: try again."""
    if document.scan_state != State.EXAMINING:
        return None
    content = quarantine.received(document.pk, document.sha256)
    try:
        kind, kept = desk.received(content, wait=WAIT_SECONDS)
        if kind.media_type != document.media_type:
            raise refuse(
                Sentence(
                    gettext_noop("Le contenu de ce fichier ne correspond pas à son format : enregistrez-le de nouveau.")
                )
            )
    except Refused as refused:
        return Found(State.REFUSED, refusal=packed(refused.message))
    except desk.GaveUp:
        return Found(State.REFUSED, refusal=packed(desk.GAVE_UP))
    verdict = scanner.scan(content) if scanner.is_set() else None
    if verdict is not None and not verdict.clean:
        return Found(State.INFECTED, name=verdict.name)
    sha256 = documents.keep(kept).sha256
    drawn = sha256 if sha256 != document.sha256 else ""
    return Found(State.NOT_SCANNED if verdict is None else State.CLEAN, kept=drawn)


def note(document: Document, found: Found, at: datetime) -> bool:
    """The row of what was found, inside the caller's transaction; False when it had been said already."""
    if ScanResult.objects.filter(document=document).exists():
        return False
    ScanResult.objects.create(
        document=document,
        verdict=found.state,
        name=found.name,
        refusal=found.refusal,
        kept_sha256=found.kept,
        scanned_at=at,
    )
    transaction.on_commit(lambda: quarantine.drop(document.pk))
    return True


def sweep() -> None:
    """What a process that died left in quarantine: of no row, or examined since. Run by the clock."""
    left = quarantine.old()
    waiting = Document.objects.filter(pk__in=left, scan=State.EXAMINING, scan_result=None).values_list("pk", flat=True)
    for key in left - set(waiting):
        quarantine.drop(key)
