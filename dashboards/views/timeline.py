"""« Où en est mon dossier »: the events of a dossier and of what was thought, decided and paid of it, by who may know."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_safe

from applications.models import Application
from calls.clocks import deadlines
from calls.models import Wave
from casework.permissions import can_read_complements
from decisions.models import Decision, Notification, Remedy
from edsh_portal import clock, money
from edsh_portal.access import OFFICERS, STAFF, fetch, has_role
from edsh_portal.models import Event
from funding.models import Agreement, Amendment, BankAccount, Convention, Grant, Instalment

from .. import permissions
from ..kinds import KINDS
from ..stage import stage_of

MOST = 200  # lines

# Who scores is not shown to who pays, nor to the hospitals: these kinds are for who runs the evaluation.
EVALUATION = ("assignment.", "review.", "opinion.")
SEES_EVALUATION = (*OFFICERS, "jury_chair", "auditor")

# Done by the people of the consortium: its members read who did it; who acts for the State is named to the State alone.
CONSORTIUM = (
    "application.created",
    "application.submitted",
    "application.withdrawn",
    "application.reinstated",
    "application.abandoned",
    "application.resumed",
    "application.carried",
    "membership.",
    "mandate.",
    "handover.",
    "complement.answered",
)


def told(application: Application, user: Any, kinds: list[str]) -> QuerySet[Event]:
    """Events of these kinds whose subject is the dossier or something that hangs from it; of bank accounts, those that this person
    reads. Each kind of subject is looked up on its own, by keys found first: asked as one condition, or joined, all the events of the
    call might be read."""
    conventions = Convention.objects.filter(share__grant__application=application)
    read = Convention.objects.visible_to(user).filter(share__grant__application=application)
    things = {
        "applications.application": Application.objects.filter(pk=application.pk).values("pk"),
        "applications.membership": application.memberships.values("pk"),
        "applications.handover": application.handovers.values("pk"),
        "calls.wave": Wave.objects.filter(pk=application.wave_id).values("pk"),
        "casework.admissibility": application.admissibilities.values("pk"),
        "casework.complementrequest": application.complements.values("pk"),
        "casework.thread": application.threads.values("pk"),
        "casework.prorogation": application.prorogations.values("pk"),
        "decisions.proposal": application.proposals.values("pk"),
        "decisions.decision": Decision.objects.filter(application=application).values("pk"),
        "decisions.procedure": application.procedures.values("pk"),
        "decisions.remedy": Remedy.objects.filter(decision__application=application).values("pk"),
        "funding.grant": Grant.objects.filter(application=application).values("pk"),
        "funding.amendment": Amendment.objects.filter(grant__application=application).values("pk"),
        "funding.agreement": Agreement.objects.filter(grant__application=application).values("pk"),
        "funding.convention": conventions.values("pk"),
        "funding.bankaccount": BankAccount.objects.filter(convention__in=read.values("pk")).values("pk"),
        "funding.instalment": Instalment.objects.filter(convention__in=conventions).values("pk"),
        "reviews.assignment": application.assignments.values("pk"),
    }
    asked = Event.objects.filter(kind__in=kinds).select_related("by").order_by()
    first, *others = (asked.filter(_of_one(ids), subject_type=label) for label, ids in things.items())
    return first.union(*others, all=True)


def _of_one(ids: QuerySet[Any]) -> Func:
    """« subject_id = ANY (ARRAY (SELECT …)) »"""
    array = Func(ArraySubquery(ids), template="(%(expressions)s)")
    return Func(F("subject_id"), array, template="%(expressions)s", arg_joiner=" = ANY ", output_field=BooleanField())


def instant(event: Event) -> datetime:
    """When it happened: a deposit was received before it was frozen, and its event written."""
    received_at = event.data.get("received_at")
    return datetime.fromisoformat(received_at) if received_at else event.at


class Part(NamedTuple):
    """A convention of the dossier with one of its instalments, or none; `read`: whether this person reads it."""

    convention: int
    name: str
    read: bool
    instalment: int | None
    kind: str | None
    state: str | None
    cents: int | None


def parts(application: Application, user: Any) -> list[Part]:
    """In the order the instalments were planned. One query."""
    read = Exists(Convention.objects.visible_to(user).filter(pk=OuterRef("pk")))
    rows = (
        Convention.objects.filter(share__grant__application=application).annotate(read=read).order_by("instalments__pk")
    )
    of = (f"instalments__{name}" for name in ("pk", "kind", "state", "cents"))
    return [Part(*row) for row in rows.values_list("pk", "share__establishment__name", "read", *of)]


def names(application: Application, held: list[Part]) -> dict[tuple[str, int | None], str]:
    """{(kind of subject, key): the establishment whose part it is}."""
    members = application.memberships.values_list("pk", "establishment__name")
    return (
        {("applications.membership", pk): name for pk, name in members}
        | {("funding.convention", part.convention): part.name for part in held}
        | {("funding.instalment", part.instalment): part.name for part in held}
    )


def amount(event: Event, held: list[Part], inside: bool) -> str:
    """« 1 234,56 € » of an event that moves or promises money, for the State; of an instalment, for who reads its convention."""
    cents = event.data.get("cents") if inside else None
    if event.subject_type == "funding.instalment":
        cents = next((part.cents for part in held if part.read and part.instalment == event.subject_id), None)
    return money.display(cents) if cents else ""


def detail(event: Event, whose: str, amount: str) -> str:
    """Which version, whose part, how much: a line alone does not say."""
    if event.kind == "application.submitted":
        return _now("Version %(n)s") % {"n": event.data["number"]}
    return ", ".join(filter(None, (whose, amount)))


@require_safe
def timeline(request: HttpRequest, reference: str) -> HttpResponse:
    application = fetch(Application.objects.for_list(), request.user, permissions.can_follow, reference=reference)
    inside = has_role(request.user, *STAFF)
    evaluates = has_role(request.user, *SEES_EVALUATION)
    shown = [
        kind
        for kind, (_label, _tone, hospitals) in KINDS.items()
        if hospitals or (inside and (evaluates or not kind.startswith(EVALUATION)))
    ]
    events = list(told(application, request.user, shown).order_by("-at", "-id")[:MOST])
    held = parts(application, request.user) if any(e.subject_type.startswith("funding.") for e in events) else []
    whose = names(application, held)
    entries = [
        {
            "at": instant(e),
            "title": KINDS[e.kind][0],
            "tone": KINDS[e.kind][1],
            "by": e.by if inside or e.kind.startswith(CONSORTIUM) else None,
            "detail": detail(e, whose.get((e.subject_type, e.subject_id), ""), amount(e, held, inside)),
        }
        for e in events
    ]
    decided = any(e.kind == "decision.notified" for e in events)
    pending = application.state in ("submitted", "admissible") and not decided
    asks = can_read_complements(request.user, application)
    context = {
        "application": application,
        "stage": stage_of(application, request.user),
        "entries": entries,
        "now": clock.now(),
        "deadlines": deadlines(application) if pending else None,
        "asked": application.complements.filter(state="asked").first() if pending and asks else None,
        "asks": asks,
        "notice": _notice(request, application) if decided else None,
        "waiting": _waiting(held) if decided else [],
        "audits": permissions.can_ask_box(request.user),
    }
    return render(request, "dashboards/timeline.html", context)


def _notice(request: HttpRequest, application: Application) -> Notification | None:
    """The notification of the decision in force, with its opening if there is one, for who may know of it."""
    known = Decision.objects.visible_to(request.user).in_force().filter(application=application)
    rows = Notification.objects.filter(decision__in=known, kind=Notification.Kind.DECISION)
    return rows.select_related("decision__registered_letter", "opening").order_by("-pk").first()


def _waiting(held: list[Part]) -> list[dict[str, Any]]:
    """The instalments not yet paid that this person may know of, in the order they were planned."""
    kinds = dict(Instalment.Kind.choices)
    return [
        {"kind": kinds[part.kind], "name": part.name, "state": part.state, "cents": part.cents}
        for part in held
        if part.read and part.kind and part.state not in ("paid", "cancelled")
    ]
