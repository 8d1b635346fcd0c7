"""What is recomputed of the deposit and of what follows: each version with its reception, the day to decide with its act,
each complement with its request."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q

from edsh_portal import clock
from edsh_portal.models import Event
from edsh_portal.verify import Finding, check

from .models import Application, Departure, Reception, Version, VersionFile

OWED = timedelta(minutes=15)  # beyond, what was received and has no answer is named


@check("receptions")
def verify_receptions() -> Iterator[Finding]:
    """A version deposited answers one reception, with its number, its instant and its person; versions leave no gap.

    What was received was received while the wave was open, at the instant of its event, and has its answer.
    """
    own = Reception.objects.filter(
        version=OuterRef("pk"),
        application=OuterRef("application"),
        number=OuterRef("number"),
        received_at=OuterRef("submitted_at"),
        by=OuterRef("submitted_by"),
    )
    for version in Version.objects.filter(~Exists(own), kind="deposit").order_by("pk").defer("content"):
        yield Finding("reception.version", version.receipt_number, "one reception, at its instant", "none")
    made = VersionFile.objects.filter(version=OuterRef("pk"))
    receipts, annexes = made.filter(code=VersionFile.RECEIPT), made.filter(code=VersionFile.ANNEX)
    for version in Version.objects.filter(Exists(receipts), ~Exists(annexes)).order_by("pk").defer("content"):
        yield Finding("reception.annex", version.receipt_number, "the annex that its receipt names", "none")
    numbered = Application.objects.annotate(count=Count("versions"), last=Max("versions__number"))
    for dossier in numbered.exclude(last=None).exclude(count=F("last")).order_by("pk"):
        yield Finding("reception.numbers", dossier.reference, f"1 to {dossier.last}", f"{dossier.count} versions")
    told = Event.objects.filter(
        Q(kind="reception.stamped", subject_type="applications.reception", subject_id=OuterRef("pk"))
        # before receptions were kept apart, the deposit's own event said its instant
        | Q(kind="application.submitted", subject_type="applications.application", subject_id=OuterRef("application")),
        at=OuterRef("received_at"),
    )
    receptions = Reception.objects.select_related("application").order_by("pk")
    for reception in receptions.filter(~Exists(told)):
        yield Finding("reception.event", _named(reception), "its event", clock.paris(reception.received_at))
    in_time = Q(received_at__gte=F("application__wave__opens_at"), received_at__lt=F("application__wave__closes_at"))
    for reception in receptions.exclude(in_time):
        yield Finding(
            "reception.late", _named(reception), "while the wave was open", clock.paris(reception.received_at)
        )
    for reception in receptions.filter(settled_at__isnull=True, received_at__lt=clock.now() - OWED):
        yield Finding("reception.unanswered", _named(reception), "a version or a refusal", "none")


def _named(reception: Reception) -> str:
    return f"{reception.application.reference} n° {reception.number}"


@check("departures")
def verify_departures() -> Iterator[Finding]:
    """A dossier is abandoned or withdrawn when its open departure says so, and since then."""
    left = Departure.objects.filter(application=OuterRef("pk"), returned_at=None)
    for kind, since in (("abandoned", "abandoned_at"), ("withdrawn", "withdrawn_at")):
        own = left.filter(kind=kind, left_at=OuterRef(since))
        for dossier in Application.objects.filter(~Exists(own), state=kind).order_by("pk"):
            yield Finding(
                "departure.missing", dossier.reference, f"{kind}, by its departure", str(getattr(dossier, since))
            )
    for dossier in (
        Application.objects.filter(Exists(left)).exclude(state__in=("abandoned", "withdrawn")).order_by("pk")
    ):
        yield Finding("departure.open", dossier.reference, "no open departure", dossier.state)
