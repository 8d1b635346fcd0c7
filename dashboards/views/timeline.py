"""« Où en est mon dossier »: the events of a dossier and of what was thought, decided and paid of it, by who may know."""

from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from applications.models import Application
from calls.clocks import deadlines
from calls.models import Wave
from casework.permissions import can_read_complements
from decisions.models import Decision, Notification, Remedy
from edsh_portal import clock, money
from edsh_portal.access import OFFICERS, STAFF, fetch, has_role
from edsh_portal.models import Event
from funding.models import Agreement, BankAccount, Convention, Grant, Instalment

from .. import permissions
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

# kind → (sentence, tone, shown to the hospitals). What is not here is not on a timeline.
KINDS = {
    "application.created": (_("Dossier ouvert"), "info", True),
    "membership.invited": (_("Établissement invité"), "info", True),
    "membership.accepted": (_("Participation acceptée"), "ok", True),
    "membership.declined": (_("Participation déclinée"), "warn", True),
    "mandate.given": (_("Mandat donné par un membre"), "ok", True),
    "mandate.withdrawn": (_("Mandat retiré par un membre"), "warn", True),
    "application.submitted": (_("Dossier déposé"), "ok", True),
    "application.withdrawn": (_("Dossier retiré"), "closed", True),
    "application.reinstated": (_("Retrait annulé : le dossier déposé compte de nouveau"), "ok", True),
    "application.abandoned": (_("Brouillon abandonné"), "closed", True),
    "application.resumed": (_("Brouillon repris après son abandon"), "info", True),
    "wave.postponed": (_("Clôture de la relève reportée"), "info", True),
    "application.carried": (_("Dossier repris d’une relève précédente"), "info", True),
    "application.carried_on": (_("Dossier repris dans une relève suivante"), "info", True),
    "application.closed": (_("Dossier clos"), "closed", True),
    "application.reopened": (_("Dossier rouvert"), "info", True),
    "handover.proposed": (_("Transmission de la coordination proposée"), "info", True),
    "handover.accepted": (_("Coordination transmise"), "ok", True),
    "handover.declined": (_("Transmission de la coordination déclinée"), "warn", True),
    "handover.cancelled": (_("Transmission de la coordination annulée"), "closed", True),
    "application.lapsed": (_("Clôture de la relève sans dépôt"), "closed", True),
    "admissibility.proposed": (_("Recevabilité proposée"), "doing", False),
    "admissibility.returned": (_("Proposition de recevabilité renvoyée"), "warn", False),
    "admissibility.validated": (_("Recevabilité validée"), "ok", False),
    "complement.asked": (_("Compléments demandés"), "waiting", True),
    "complement.answered": (_("Compléments reçus"), "ok", True),
    "complement.withdrawn": (_("Demande de compléments retirée"), "closed", True),
    "complement.lapsed": (_("Demande de compléments close sans réponse"), "warn", True),
    "thread.opened": (_("Échange de messages ouvert"), "info", True),
    "thread.closed": (_("Échange de messages clos"), "closed", True),
    "deadline.near": (_("Rappel d’échéance envoyé"), "info", False),
    "prorogation.proposed": (_("Prolongation du délai de décision proposée"), "doing", False),
    "prorogation.returned": (_("Prolongation du délai de décision renvoyée"), "warn", False),
    "prorogation.validated": (_("Délai de décision prolongé"), "info", True),
    "application.admitted": (_("Dossier recevable"), "ok", True),
    "application.rejected": (_("Dossier écarté avant évaluation"), "danger", True),
    "assignment.created": (_("Expert affecté"), "info", False),
    "assignment.declared": (_("Déclaration d’intérêts reçue"), "info", False),
    "assignment.recused": (_("Déport"), "warn", False),
    "assignment.suspended": (_("Affectation suspendue"), "warn", False),
    "review.locked": (_("Évaluation verrouillée"), "ok", False),
    "opinion.given": (_("Avis du Health Data Hub rendu"), "ok", False),
    "reserve.called": (_("Appel hors de l’ordre de la liste complémentaire approuvé"), "info", False),
    "proposal.made": (_("Montant proposé"), "doing", False),
    "proposal.returned": (_("Proposition renvoyée"), "warn", False),
    "decision.approved": (_("Décision approuvée"), "doing", False),
    "decision.rendered": (_("Décision mise en forme et scellée"), "doing", False),
    "decision.released": (_("Publication de la décision ordonnée"), "doing", False),
    "decision.notified": (_("Décision notifiée"), "ok", True),
    "decision.opened": (_("Décision ouverte par son destinataire"), "ok", True),
    "decision.revoked": (_("Décision retirée"), "danger", True),
    "procedure.opened": (_("Procédure contradictoire engagée"), "warn", False),
    "procedure.observed": (_("Observations reçues"), "info", False),
    "procedure.answered": (_("Observations examinées"), "info", False),
    "procedure.dropped": (_("Procédure contradictoire classée sans suite"), "closed", False),
    "remedy.lodged": (_("Recours reçu"), "warn", False),
    "remedy.ended": (_("Recours terminé"), "info", False),
    "convention.prepared": (_("Convention préparée"), "doing", True),
    "convention.sent": (_("Convention envoyée au bénéficiaire"), "waiting", True),
    "convention.reworked": (_("Convention reprise"), "warn", True),
    "convention.agreed": (_("Convention signée par le bénéficiaire"), "doing", True),
    "iban.proposed": (_("Compte bancaire proposé"), "waiting", True),
    "iban.validated": (_("Compte bancaire validé"), "ok", True),
    "iban.dropped": (_("Compte bancaire écarté"), "closed", True),
    "convention.recovered": (_("Titre de reversement émis"), "warn", True),
    "convention.recovery_reversed": (_("Titre de reversement contre-passé"), "info", True),
    "proposal.taken_back": (_("Proposition reprise par son auteur"), "closed", False),
    "convention.signed": (_("Convention signée des deux parties"), "ok", True),
    "agreement.filed": (_("Accord de consortium déposé"), "waiting", True),
    "agreement.returned": (_("Accord de consortium renvoyé"), "warn", True),
    "agreement.validated": (_("Accord de consortium validé"), "ok", True),
    "instalment.planned": (_("Versement prévu"), "info", True),
    "instalment.condition_met": (_("Condition d’un versement constatée"), "doing", True),
    "instalment.certified": (_("Service fait certifié"), "doing", True),
    "instalment.ordered": (_("Versement ordonnancé"), "doing", True),
    "instalment.paid": (_("Versement payé"), "ok", True),
}


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
