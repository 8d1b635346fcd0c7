"""What `manage.py verify` recomputes of the decisions: numbers, files, notifications and their money."""

import hashlib
from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, F, Max, Q, Sum

from edsh_portal import documents, pdf
from edsh_portal.intake import desk
from edsh_portal.models import Event
from edsh_portal.verify import ALL, WHOLE, Finding, Part, Since, check
from edsh_portal.verify_ground import not_under

from . import snapshot
from .models import Decision, DecisionCounter, Proposal


@check("decisions", parts=8, since=True)
def verify_decisions(part: Part = ALL, since: Since = WHOLE) -> Iterator[Finding]:
    """Numbers gapless, acts and files as hashed and sealed, notified ⇔ one notification ⇔ award engaged (I17)."""
    rendered = dict(Event.objects.filter(kind="decision.rendered").values_list("subject_id", "data__sha256"))
    rows = Decision.objects.extra(where=["decisions_decision.id %% %s = %s"], params=[part.of, part.number])
    filed = set(not_under(since, rows, "document").values_list("pk", flat=True))
    for decision in rows.select_related("document", "grant", "proposal").order_by("pk").iterator(chunk_size=500):
        yield from _act(decision)
        if decision.pk in filed:
            yield from _file(decision, rendered.get(decision.pk, ""))
    if part.number == 0:
        yield from _numbers()
        yield from _notifications()
        yield from _shares()


def _numbers() -> Iterator[Finding]:
    counted = Decision.objects.values("year").annotate(n=Count("id"), last=Max("rank")).order_by("year")
    held = {row["year"]: (row["n"], row["last"]) for row in counted}
    last = dict(DecisionCounter.objects.filter(last__gt=0).values_list("year", "last"))
    for year in sorted(held.keys() | last.keys()):
        if held.get(year) != (last.get(year), last.get(year)):
            yield Finding("decisions.gap", str(year), str(last.get(year)), str(held.get(year)))


def _act(decision: Decision) -> Iterator[Finding]:
    """The frozen act is what was hashed, approved by the second person, for the money of its grant."""
    number, told = decision.number, decision.snapshot
    if (recomputed := snapshot.sha256(told)) != decision.snapshot_sha256:
        yield Finding("decisions.snapshot", number, decision.snapshot_sha256, recomputed)
    if (number, told.get("number"), told.get("kind")) != (
        f"{decision.year}-{decision.rank:04d}",
        number,
        decision.kind,
    ):
        yield Finding("decisions.number", number, f"{decision.year}-{decision.rank:04d}", str(told.get("number")))
    if decision.proposal.state != "approved" or decision.proposal.decided_by_id != decision.approved_by_id:
        yield Finding("decisions.approval", number, f"approved by {decision.approved_by_id}", decision.proposal.state)
    if decision.grant is None:
        return
    if {decision.grant.cents, decision.proposal.cents} != {decision.cents}:
        yield Finding(
            "decisions.cents", number, str(decision.cents), f"{decision.grant.cents}, {decision.proposal.cents}"
        )
    wanted = {"notified": ("engaged", "closed", "lapsed"), "revoked": ("voided",)}.get(decision.state, ("reserved",))
    if decision.grant.state not in wanted:
        yield Finding("decisions.engaged", number, " or ".join(wanted), decision.grant.state)


def _file(decision: Decision, rendered: str) -> Iterator[Finding]:
    """The sealed PDF has the bytes that were hashed, an intact seal, and carries the very act.

    `rendered`: the hash that the chain keeps of it, written once its seal was validated (reactions.py). These bytes are sealed; only
    others are opened again, which takes a hundred times longer.
    """
    if decision.document is None:
        return
    if {decision.document.sha256, rendered} != {decision.sha256}:
        yield Finding("decisions.file", decision.number, decision.sha256, f"{decision.document.sha256}, {rendered}")
    try:
        content = documents.read(decision.document)
    except documents.Damaged:
        return  # named by the check of the documents
    seal = pdf.Seal(True) if hashlib.sha256(content).hexdigest() == rendered else _opened(content)
    if not seal.valid:
        yield Finding("decisions.seal", decision.number, "valid", seal.why)
    elif pdf.attached_json(content) != decision.snapshot:
        yield Finding("decisions.attached", decision.number, "the frozen act", "another")


def _opened(content: bytes) -> pdf.Seal:
    try:
        return pdf.check(content, wait=pdf.PATIENT)
    except desk.GaveUp as error:
        return pdf.Seal(False, why=str(error))


def _notifications() -> Iterator[Finding]:
    rows = Decision.objects.annotate(n=Count("notifications", filter=Q(notifications__kind="decision")))
    wrong = rows.filter(Q(notified_at__isnull=False) & ~Q(n=1) | Q(notified_at__isnull=True, n__gt=0))
    for number in wrong.order_by("pk").values_list("number", flat=True):
        yield Finding("decisions.notified", number, "one notification if notified", "differs")
    other = Decision.objects.filter(notifications__kind="decision").exclude(notifications__sha256=F("sha256"))
    for number in other.order_by("pk").values_list("number", flat=True):
        yield Finding("decisions.notified", number, "the file notified", "another")


def _shares() -> Iterator[Finding]:
    unequal = Proposal.objects.filter(kind="award").annotate(total=Sum("shares__cents")).exclude(total=F("cents"))
    for pk, cents, total in unequal.values_list("pk", "cents", "total"):
        yield Finding("decisions.shares", f"proposal {pk}", str(cents), str(total))


# A decision that no act of two made, or withdrew.
ALONE = """
SELECT d.number FROM decisions_decision d
 WHERE NOT EXISTS (SELECT FROM act WHERE kind = 'decision.approve' AND state = 'approved' AND decided_by_id = d.approved_by_id
          AND (payload->>'proposal')::bigint = d.proposal_id
          AND payload @> jsonb_build_object('proposal', d.proposal_id, 'kind', d.kind, 'cents', d.cents))
UNION SELECT d.number FROM decisions_decision d
 WHERE d.revoked_at IS NOT NULL AND NOT EXISTS (SELECT FROM act WHERE kind = 'decision.revoke' AND state = 'approved'
          AND decided_by_id = d.revoked_by_id AND payload @> jsonb_build_object('decision', d.id, 'reason', d.revoked_reason))
 ORDER BY 1
"""


# A decision signed by who had no delegation of that text in force, nor the direction's role when none is named.
UNSIGNED = """
SELECT d.number FROM decisions_decision d CROSS JOIN LATERAL (SELECT d.snapshot->'signatory'->>'delegation') AS named (source)
 WHERE CASE WHEN source IS NOT NULL THEN NOT signature_delegated(d.approved_by_id, d.approved_at, source)
       ELSE 'role.grant' IS DISTINCT FROM (SELECT r.kind FROM act r JOIN act a ON a.decided_event_id > r.decided_event_id
        WHERE a.kind = 'decision.approve' AND a.state = 'approved' AND a.payload @> jsonb_build_object('proposal', d.proposal_id)
          AND r.kind IN ('role.grant', 'role.revoke') AND r.state = 'approved'
          AND r.payload @> jsonb_build_object('user', d.approved_by_id, 'role', 'direction')
        ORDER BY r.decided_event_id DESC LIMIT 1) END
 ORDER BY d.number
"""
# A delegation of the State's signature that no act of two others gave, or ended.
DELEGATED_ALONE = """
SELECT d.id FROM decisions_signaturedelegation d
 WHERE NOT EXISTS (SELECT FROM act WHERE id = d.act_id AND kind = 'delegation.give' AND state = 'approved'
          AND d.holder_id NOT IN (proposed_by_id, decided_by_id) AND payload @> jsonb_build_object('holder', d.holder_id,
              'source', d.source, 'first_on', d.first_on, 'last_on', d.last_on)
          AND coalesce(payload->>'quality', '') = d.quality)
    OR d.ended_at IS NOT NULL AND NOT EXISTS (SELECT FROM act WHERE id = d.end_act_id AND kind = 'delegation.end' AND state = 'approved'
          AND d.holder_id NOT IN (proposed_by_id, decided_by_id) AND decided_at = d.ended_at
          AND payload @> jsonb_build_object('delegation', d.id))
 ORDER BY d.id
"""


@check("decisions.acts")
def verify_acts_of_decisions() -> Iterator[Finding]:
    """Each decision was made by an act of two, by who might sign it, and withdrawn by another; each delegation likewise."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        for (number,) in cursor.fetchall():
            yield Finding("decisions.alone", number, "an approved act that says it", "none")
        cursor.execute(UNSIGNED)
        for (number,) in cursor.fetchall():
            yield Finding(
                "decisions.unsigned", number, "signed by the direction or under a delegation in force", "neither"
            )
        cursor.execute(DELEGATED_ALONE)
        for (pk,) in cursor.fetchall():
            yield Finding("delegations.alone", f"delegation {pk}", "an approved act of two others that says it", "none")
