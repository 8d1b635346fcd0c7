"""Checks of the acts of two: each half has its chained event, by two people; what they open has its act; nothing is posted alone."""

from collections.abc import Iterator

from django.db import connection

from .acts import KINDS
from .models import ActKind
from .verify import Finding, check

# Each half of an act against its event, the hash against the payload; an event of an act that is not there.
HALVES = """
SELECT a.id, a.kind, a.state, a.payload_sha256 = act_hash(a.kind, a.subject_type, a.subject_id, a.subject_version, a.payload),
       p.id IS NOT NULL, a.state = 'proposed' OR d.id IS NOT NULL, a.state <> 'approved' OR a.proposed_by_id IS DISTINCT FROM a.decided_by_id
  FROM act a
  LEFT JOIN event p ON p.id = a.proposed_event_id AND p.kind = 'act.proposed' AND p.subject_type = 'edsh_portal.act'
       AND p.subject_id = a.id AND p.by_id = a.proposed_by_id AND p.at = a.proposed_at AND p.stream = a.stream
       AND p.data->>'payload' = a.payload_sha256
  LEFT JOIN event d ON d.id = a.decided_event_id AND d.kind = 'act.' || a.state AND d.subject_type = 'edsh_portal.act'
       AND d.subject_id = a.id AND d.by_id IS NOT DISTINCT FROM a.decided_by_id AND d.at = a.decided_at AND d.stream = a.stream
       AND d.data->>'payload' = a.payload_sha256
 ORDER BY a.id
"""
LOST = """
SELECT e.stream, e.seq FROM event e WHERE e.subject_type = 'edsh_portal.act' AND e.kind LIKE 'act.%' AND NOT EXISTS (
    SELECT FROM act a WHERE a.id = e.subject_id AND e.id IN (a.proposed_event_id, a.decided_event_id)) ORDER BY e.id
"""


@check("acts")
def verify_acts() -> Iterator[Finding]:
    """Both halves are what their events say, by two people; the table of who may is the code's."""
    with connection.cursor() as cursor:
        cursor.execute(HALVES)
        for pk, kind, state, hashed, proposed, decided, two in cursor.fetchall():
            what = f"act {pk} {kind}"
            if not hashed:
                yield Finding("acts.payload", what, "the hash of its payload", "another payload")
            if not proposed:
                yield Finding("acts.proposed", what, "its event, by who proposed it", "none")
            if not decided:
                yield Finding("acts.decided", what, f"its event « {state} »", "none")
            if not two:
                yield Finding("acts.people", what, "two people", "one")
        cursor.execute(LOST)
        for stream, seq in cursor.fetchall():
            yield Finding("acts.lost", f"{stream}#{seq}", "its act", "none")
    declared = {of.name: (list(of.proposers), list(of.approvers)) for of in KINDS.values()}
    stored = {of.name: (of.proposers, of.approvers) for of in ActKind.objects.all()}
    for name in sorted(declared.keys() | stored.keys()):
        if declared.get(name) != stored.get(name):
            yield Finding("acts.kind", name, str(declared.get(name)), str(stored.get(name)))
