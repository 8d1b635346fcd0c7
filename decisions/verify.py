"""What `manage.py verify` recomputes of the decisions: numbers, files, notifications and their money."""

from collections.abc import Iterator

from django.db.models import Count, F, Max, Q, Sum

from edsh_portal.verify import Finding, check

from . import snapshot
from .models import Decision, DecisionCounter, Proposal


@check("decisions")
def verify_decisions() -> Iterator[Finding]:
    """Numbers gapless, snapshots and files as hashed, notified ⇔ one notification ⇔ grant engaged for the same cents."""
    counted = {row["year"]: (row["n"], row["last"]) for row in Decision.objects.values("year").annotate(n=Count("id"), last=Max("rank"))}
    for counter in DecisionCounter.objects.filter(last__gt=0):
        if counted.get(counter.year) != (counter.last, counter.last):
            yield Finding("decisions.gap", str(counter.year), str(counter.last), str(counted.get(counter.year)))
    for decision in Decision.objects.select_related("document", "grant").order_by("pk").iterator():
        if snapshot.sha256(decision.snapshot) != decision.snapshot_sha256:
            yield Finding("decisions.snapshot", decision.number, decision.snapshot_sha256, snapshot.sha256(decision.snapshot))
        if decision.document is not None and decision.document.sha256 != decision.sha256:
            yield Finding("decisions.file", decision.number, decision.sha256, decision.document.sha256)
        if decision.grant is not None and decision.grant.cents != decision.cents:
            yield Finding("decisions.cents", decision.number, str(decision.cents), str(decision.grant.cents))
        if decision.state == "notified" and decision.grant is not None and decision.grant.engaged_at is None:
            yield Finding("decisions.engaged", decision.number, "engaged", decision.grant.state)
    wrong = Decision.objects.annotate(n=Count("notifications", filter=Q(notifications__kind="decision"))).filter(Q(notified_at__isnull=False) & ~Q(n=1) | Q(notified_at__isnull=True, n__gt=0))
    for number in wrong.values_list("number", flat=True):
        yield Finding("decisions.notified", number, "one notification if notified", "differs")
    unequal = Proposal.objects.filter(kind="award").annotate(total=Sum("shares__cents")).exclude(total=F("cents"))
    for pk, cents, total in unequal.values_list("pk", "cents", "total"):
        yield Finding("decisions.shares", f"proposal {pk}", str(cents), str(total))
