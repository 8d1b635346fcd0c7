"""What is recomputed of what follows the deposit: the day to decide with its act, each complement with its request, what is open of a
dossier with what was asked."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Subquery

from applications.models import Application, Opening, Version
from edsh_portal.verify import Finding, check

from .models import ComplementField, ComplementRequest, Prorogation


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


@check("openings")
def verify_openings() -> Iterator[Finding]:
    """What is open of a dossier after its cut-off is what a request that waits has asked, until its deadline."""
    asked = ComplementField.objects.filter(request__state="asked", request__application__state="submitted")
    owed = set(asked.values_list("request__application__reference", "key", "request__due_at"))
    held = set(Opening.objects.values_list("application__reference", "key", "until"))
    for part in sorted(owed ^ held):
        said = ("open", "closed") if part in owed else ("closed", "open")
        yield Finding("complement.opening", " ".join(map(str, part[:2])), *said)
