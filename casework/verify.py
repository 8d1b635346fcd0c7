"""What is recomputed of what follows the deposit: the day to decide with its act, each complement with its request."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery

from applications.models import Application, Version
from edsh_portal.verify import Finding, check

from .models import ComplementRequest, Prorogation


@check("after_deposit")
def verify_after_deposit() -> Iterator[Finding]:
    """A day extended is that of the last validated act; a complement answers one request, and a request one complement."""
    acts = Prorogation.objects.filter(application=OuterRef("pk"), state="validated").order_by("-decided_at", "-pk")
    parted = Application.objects.annotate(act=Subquery(acts.values("decision_on")[:1])).exclude(prorogued_to=F("act"))
    for held in parted.exclude(prorogued_to=None, act=None).order_by("pk"):
        yield Finding("prorogation.day", held.reference, str(held.act), str(held.prorogued_to))
    answers = ComplementRequest.objects.filter(answer=OuterRef("pk")).values("pk")
    for version in Version.objects.annotate(request=Subquery(answers)).order_by("pk").defer("content"):
        if (version.kind == Version.Kind.COMPLEMENT) != (version.request is not None):
            yield Finding("complement.request", version.receipt_number, "a request and its answer", version.kind)
