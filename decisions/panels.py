"""What the decisions have left to do: the piles of the programme, which the home counts; the sealed acts to publish; and what was
decided and paid, for the home of the dossier."""

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from applications.models import Application
from applications.models.dossier import ApplicationQuerySet, open_to
from applications.panels import HOME
from calls.models import Wave
from casework.panels import RULED
from funding.models import Amendment, Convention, Envelope, EnvelopeShare, GrantShare, Instalment
from funding.panels import ON_AMENDMENT, ON_CONVENTION
from reviews.minutes import DERIVED, Derived
from reviews.models import Feedback, Session
from reviews.panels import SOURCES
from reviews.ranking import Source

from . import permissions
from .actions.proposal import REJECTED
from .models import Decision, Kind, Notification, Procedure, Proposal, Remedy
from .models.decision import DecisionQuerySet

WAITING = Proposal.objects.filter(application=OuterRef("pk"), state="proposed")


def programmed(user: Any) -> ApplicationQuerySet:
    """Dossiers that call for a decision, ranked by a closed session or set aside before it, but those that a link shuts to this person."""
    ranked = Q(rankings__session__state="closed")
    return (
        Application.objects.filter(ranked | Q(state__in=REJECTED), open_to(user, "pk"))
        .annotate(rank=F("rankings__rank"), list=F("rankings__list"))
        .select_related("coordinator", "wave")
        .prefetch_related(
            Prefetch("proposals", Proposal.objects.order_by("-pk"), to_attr="proposed"),
            Prefetch("decisions", Decision.objects.in_force(), to_attr="decided"),
        )
        .order_by(F("rank").asc(nulls_last=True), "pk")
    )


def to_propose(user: Any) -> ApplicationQuerySet:
    """Those nobody has proposed anything for, or whose proposal was returned or taken back; aids and refusals alike."""
    standing = Q(state__in=(Application.State.ADMISSIBLE, *REJECTED))
    withdrawn = Q(
        state=Decision.State.REVOKED, kind=Kind.AWARD, recalled=False
    )  # what follows is not this pile's to say
    decided = Decision.objects.filter(~Q(state=Decision.State.REVOKED) | withdrawn, application=OuterRef("pk"))
    return programmed(user).filter(standing, ~Exists(WAITING), ~Exists(decided))


def to_approve(user: Any) -> ApplicationQuerySet:
    """Those whose proposal waits for a second person, who is not this one when they proposed it."""
    return programmed(user).filter(Exists(WAITING.exclude(proposed_by=user.pk)))


def piles(user: Any) -> dict[str, tuple[str, QuerySet[Application]]]:
    """The piles of the programme, over all waves: their words and what is in them."""
    return {"proposer": (_("À proposer"), to_propose(user)), "approuver": (_("À approuver"), to_approve(user))}


def to_publish() -> QuerySet[Decision]:
    """Sealed, not published yet, and for which no hour is set."""
    return (
        Decision.objects.filter(state="rendered", release_at=None)
        .select_related("application__coordinator")
        .order_by("number")
    )


def planned() -> QuerySet[Decision]:
    """Sealed, and to be published at an hour that is set."""
    rows = Decision.objects.filter(state="rendered", release_at__isnull=False)
    return rows.select_related("application__coordinator", "release_planned_by").order_by("release_at", "number")


def to_post(rows: DecisionQuerySet) -> DecisionQuerySet:
    """Of these, those published, to notify by a registered letter that is not posted, or whose reception is not recorded."""
    return rows.filter(state=Decision.State.RELEASED).by_post()


def outcome(application: Application) -> dict[str, Any] | None:
    """For decisions/_outcome.html: the decision in force once it is notified and, opened, its aid and what is paid of it. Two
    queries at most, none before the ruling."""
    if application.state not in RULED:
        return None
    decided = Decision.objects.in_force().filter(application=application)
    rows = Notification.objects.filter(decision__in=decided, kind=Notification.Kind.DECISION)
    back = Feedback.objects.filter(application=application, state=Feedback.State.APPROVED)
    notice = rows.select_related("decision__grant", "opening").annotate(comes_back=Exists(back)).first()
    if notice is None:
        return None
    held, opened = notice.decision, getattr(notice, "opening", None) is not None
    grant = held.grant if opened else None
    paid = (
        Instalment.objects.filter(convention__share__grant=grant, state="paid") if grant else Instalment.objects.none()
    )
    return {
        "decision": held,
        "opened": opened,
        "grant": grant,
        "feedback": opened and notice.comes_back,
        "paid_cents": paid.aggregate(cents=Sum("cents"))["cents"] or 0,
    }


HOME["outcome"] = outcome


def procedures_of(subject: Decision | Convention | Amendment, user: Any) -> list[Procedure]:
    """For decisions/_procedures.html: those that this person sees, newest first."""
    return list(subject.procedures.visible_to(user).order_by("-pk"))


def to_examine(user: Any) -> QuerySet[Procedure]:
    """Observations that wait for their answer, the oldest first."""
    rows = Procedure.objects.visible_to(user).filter(state=Procedure.State.OBSERVED)
    return rows.select_related("application", "establishment").order_by("observed_at", "pk")


def remedies_of(decision: Decision, user: Any, today: date) -> list[tuple[Remedy, str]]:
    """For decisions/_remedies.html: those that this person sees, each with where it stands, newest first."""
    if decision.notified_at is None:
        return []
    rows = Remedy.objects.visible_to(user).filter(decision=decision).order_by("-pk")
    return [(one, one.standing(today)) for one in rows]


def remedies_to_answer(user: Any) -> QuerySet[Remedy]:
    return Remedy.objects.visible_to(user).to_answer().for_list()


def exclusion_of(amendment: Amendment, user: Any) -> dict[str, Any]:
    """The procedures of the member that it puts out, and whether this person may open one."""
    if amendment.kind != Amendment.Kind.EXCLUDE:
        return {}
    found = procedures_of(amendment, user)
    opens = permissions.can_open_exclusion_procedure(user, amendment)
    return {"procedures": found, "may_open": opens and all(one.state == Procedure.State.DROPPED for one in found)}


ON_CONVENTION["procedures"] = procedures_of
ON_AMENDMENT["exclusion"] = exclusion_of


def left_for(wave: Wave) -> list[Source]:
    """By source, what the last version of the envelope opens, less the aids of the waves before this one. One query."""
    last = Envelope.objects.filter(call=wave.call_id).order_by("-version").values("pk")[:1]
    before = GrantShare.objects.filter(line=OuterRef("line"), grant__application__wave__number__lt=wave.number)
    spent = before.exclude(grant__state="voided").order_by().values("line").annotate(cents=Sum("cents")).values("cents")
    shares = EnvelopeShare.objects.filter(envelope__in=last, year=None).order_by("line__code")
    left = shares.annotate(left=F("cents") - Coalesce(Subquery(spent), 0)).values_list("line__label", "left")
    return [Source(label, max(cents, 0)) for label, cents in left]


SOURCES.append(left_for)


def feedback_of(decision: Decision) -> Feedback | None:
    """What comes back of the evaluation with this decision, approved; nothing before its notification, for anybody."""
    if decision.notified_at is None:
        return None
    rows = Feedback.objects.filter(application=decision.application_id, state=Feedback.State.APPROVED)
    return rows.select_related("document").first()


def rests_on(session: Session) -> Derived:
    """The decisions in force and the proposals that wait, of the dossiers that its lists hold."""
    ranked = session.lines.order_by().values("application")
    decided = (
        Decision.objects.in_force().filter(application__in=ranked).select_related("application").order_by("number")
    )
    waiting = Proposal.objects.filter(state="proposed", application__in=ranked).select_related("application")
    return Derived(
        tuple(f"{one.number} ({one.application.reference})" for one in decided),
        tuple(str(one) for one in waiting.order_by("application__reference")),
    )


DERIVED.append(rests_on)
