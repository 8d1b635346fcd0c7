"""A file that goes with what somebody writes to the State: kept in quarantine, then examined in the cage."""

from datetime import datetime
from typing import Any

from edsh_portal import documents
from edsh_portal.intake import desk, quarantine
from edsh_portal.models import Document
from edsh_portal.workflow import Refused


class Enclosure:
    """At most one file, `content` empty when there is none. Made before the rows are locked: writing takes time. R05."""

    def __init__(self, content: bytes, name: str) -> None:
        self.kept = self.kind = None
        if content:
            self.kind, self.name = desk.taken_in(content, name)
            self.kept = quarantine.take_in(content)

    def store(self, kind: str, by: Any, at: datetime) -> Document | None:
        if self.kept is None or self.kind is None:
            return None
        return documents.store(self.kept, name=self.name, media_type=self.kind.media_type, kind=kind, by=by, at=at)


def need_examined(document: Document | None, words: str, code: str) -> None:
    if document is not None and document.scan_state == Document.Scan.EXAMINING:
        raise Refused(words, code=code)
