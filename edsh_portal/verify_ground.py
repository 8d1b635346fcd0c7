"""Checks of the ground itself: documents on disk, states against their maps, the clock, links with their causes."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from . import documents, walls
from .events import owed_kinds
from .intake import quarantine
from .models import Document, OwedKind, Seal, WorkflowStep
from .verify import ALL, WHOLE, Finding, Part, Since, check
from .workflow import WORKFLOWS


def not_under(since: Since, rows: QuerySet, key: str = "pk") -> QuerySet:
    """Those whose document the root does not stand over."""
    if since == WHOLE:
        return rows
    named = Cast(OuterRef(key), CharField())
    return rows.exclude(Exists(Seal.objects.filter(relation="document", key=named, pk__lt=since.seal)))


PART = "get_byte(uuid_send(document.id), 15) %% %s = %s"


@check("documents", parts=16, since=True)
def verify_documents(part: Part = ALL, since: Since = WHOLE) -> Iterator[Finding]:
    """Each document's bytes are on disk and hash to their row: in quarantine until examined, nowhere when they were not kept."""
    asked = not_under(since, Document.objects.extra(where=[PART], params=[part.of, part.number]))
    for document in asked.select_related("scan_result").order_by("pk").iterator():
        state = document.scan_state
        if document.scan == Document.Scan.EXAMINING and state in (Document.Scan.INFECTED, Document.Scan.REFUSED):
            continue
        try:
            if state == Document.Scan.EXAMINING:
                quarantine.received(document.pk, document.sha256)
            else:
                documents.read(document)
        except documents.Damaged as error:
            yield Finding("documents.bytes", f"{document.kind} {document.pk}", document.sha256, str(error))


@check("states")
def verify_states() -> Iterator[Finding]:
    """The workflow table is the code's, and the last event that moved each noun agrees with its state.

    Each verb that moves a state records it as `state` in its event's data; a state set by hand has no such event.
    """
    declared = {
        (w.noun, source, step.target) for w in WORKFLOWS.values() for step in w.steps for source in step.sources
    }
    stored = set(WorkflowStep.objects.values_list("noun", "source", "target"))
    for noun, source, target in sorted(declared ^ stored):
        yield Finding("states.map", f"{noun}: {source} → {target}", "code = table", "differs")
    for workflow in WORKFLOWS.values():
        table = workflow.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT t.id, t.state, e.state FROM \"{table}\" t LEFT JOIN LATERAL (SELECT data->>'state' AS state"  # noqa: S608
                " FROM event WHERE subject_type = %s AND subject_id = t.id AND data ? 'state' ORDER BY id DESC LIMIT 1)"
                " e ON true WHERE t.state IS DISTINCT FROM e.state ORDER BY t.id",
                [workflow.model._meta.label_lower],
            )
            for pk, state, evented in cursor.fetchall():
                yield Finding("states.event", f"{workflow.noun} {pk}", str(evented), state)


@check("clock")
def verify_clock() -> Iterator[Finding]:
    """Outside the demo the portal's clock is the machine's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shift, frozen_at FROM portal_clock")
        rows = cursor.fetchall()
    if len(rows) != 1 or (not settings.DEMO and (rows[0][0].total_seconds() != 0 or rows[0][1] is not None)):
        yield Finding("clock.shift", "portal_clock", "0", str(rows))


@check("owed")
def verify_owed() -> Iterator[Finding]:
    """What may be written in the name of who began it is what the reactions say."""
    stored = set(OwedKind.objects.values_list("cause", "reaction", "kind"))
    for owed in sorted(owed_kinds() ^ stored):
        yield Finding("owed.kinds", " ".join(owed), "code = table", "differs")


@check("schema", owner=True)
def verify_schema() -> Iterator[Finding]:
    """Tables, constraints, indexes, functions, triggers, policies and rights are those that the code lays."""
    for what, expected, found in walls.differences():
        yield Finding("schema.differs", what, expected, found)
