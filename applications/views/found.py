"""How every page of a dossier finds it: through visibility, then the gate."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, Func, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest

from calls.models import AidRate
from edsh_portal.access import let_in, roles
from edsh_portal.statements import written_once

from ..models import Answer, Application, Handover, Membership, Reception, SectionOwner, SignatureRequest
from ..models.dossier import ApplicationQuerySet
from ..panels import MORE
from ..permissions import standing


def _known(dossier: str) -> Subquery:
    """The last text written in the dossier: what a page of it already shows."""
    return Subquery(Answer.objects.filter(application=OuterRef(dossier)).order_by("-pk").values("pk")[:1])


# Who each section was handed to, and how far it is said to be: [{section, person, partner, progress}], names or None.
HANDED = ArraySubquery(
    SectionOwner.objects.filter(application=OuterRef("pk")).values(
        owner=JSONObject(
            section="section",
            person="person__full_name",
            partner="membership__establishment__name",
            progress="progress",
        )
    )
)
# Who the coordination is proposed to: the name of its establishment, or None.
HEIR = Subquery(
    Handover.objects.filter(application=OuterRef("pk"), state="proposed").values("membership__establishment__name")[:1]
)
# The last signature asked or dossier sent back: {state, note, remarks, asked_by, asked_at, closed_by, closed_at} or None.
SIGNATURE = Subquery(
    SignatureRequest.objects.filter(application=OuterRef("pk"))
    .order_by("-pk")
    .values(
        json=JSONObject(
            state="state",
            note="note",
            remarks="remarks",
            asked_by="asked_by__full_name",
            asked_at="asked_at",
            closed_by="closed_by__full_name",
            closed_at="closed_at",
        )
    )[:1]
)
# What was answered of the notification of decisions, as of what stands deposited: {electronic, at, by} (withdrawn), or None.
NOTIFIED = Subquery(
    Reception.objects.filter(application=OuterRef("pk"), version__isnull=False)
    .order_by("-pk")
    .values(json=JSONObject(electronic="consent__electronic", at="withdrawal__at", by="withdrawal__by__full_name"))[:1]
)
NOW = Func(function="portal_now", output_field=DateTimeField())
MORE |= {"handed": lambda person: HANDED, "heir": lambda person: HEIR, "signature": lambda person: SIGNATURE}
MORE |= {"notified": lambda person: NOTIFIED}
Sees = Callable[[ApplicationQuerySet, int, frozenset[str]], ApplicationQuerySet]


def the_dossier(
    request: HttpRequest,
    reference: str,
    gate: Callable[[Any, Any], bool] | None = None,
    *more: str,
    content: bool = False,
    sees: Sees | None = None,
) -> Application:
    """The dossier with what every page of it shows, the portal's instant as `now`, `content` of its version for the pages
    that show it, and `more` (MORE) that one page asks; 404 unseen (`sees`: which are, where it is not `seen_by`), 403 not allowed."""
    rows = _dossiers(_sees(request.user), content, more, sees or ApplicationQuerySet.seen_by)
    application = let_in(request.user, gate, next(iter(rows(reference, request.user.pk)), None))
    _framed(request, application)
    return application


def _sees(user: Any) -> frozenset[str]:
    """The roles by which this person sees dossiers, beside the links of their establishments. 404 for who sees none."""
    if not user.is_authenticated or not user.is_active:
        raise Http404
    return roles(user)


@cache
def _dossiers(
    held: frozenset[str], content: bool, more: tuple[str, ...], sees: Sees
) -> Callable[..., list[Application]]:
    """One statement for whoever holds exactly these roles."""

    def dossiers(reference: str, person: int) -> Any:
        rows: Any = Application.objects.select_related("wave__settings", "wave__call", "coordinator", "version")
        rows = rows.annotate(now=NOW, known=_known("pk"), **{name: MORE[name](person) for name in more})
        rows = rows if content else rows.defer("version__content")
        return sees(rows, person, held).filter(reference=reference).order_by()

    return written_once(dossiers)


def the_bare_dossier(
    request: HttpRequest, reference: str, gate: Callable[[Any, Any], bool] | None = None
) -> Application:
    """The same door before what shows no page: whoever stands on the dossier, and so sees it, is let in by two short
    questions; the others are answered by `the_dossier`."""
    application = Application.objects.select_related("wave").filter(reference=reference).order_by().first()
    stands = application is not None and bool(standing(request.user, application))
    if application is not None and stands and (gate is None or gate(request.user, application)):
        return application
    return the_dossier(request, reference, gate)


def _framed(request: HttpRequest, application: Any) -> None:
    """The frame of the page shows the same instant, and the call of this dossier."""
    request.now, request.current_call = application.now, application.wave.call  # type: ignore[attr-defined]  # read by the frame


def the_member(
    request: HttpRequest, reference: str, pk: int, gate: Callable[[Any, Any], bool] | None = None
) -> Membership:
    """A member of the dossier, with its dossier, its establishment and, as `ceiling_bp`, the least aid rate of its kind
    under its regime."""
    members = _members(_sees(request.user))
    member = let_in(request.user, gate, next(iter(members(pk, reference, request.user.pk)), None))
    member.application.now, member.application.known = member.now, member.known
    _framed(request, member.application)
    return member


@cache
def _members(held: frozenset[str]) -> Callable[..., list[Membership]]:
    def members(pk: int, reference: str, person: int) -> Any:
        rate = AidRate.objects.filter(
            Q(regime="") | Q(regime=OuterRef("plan__regime")),
            settings=OuterRef("application__wave__settings"),
            kind=OuterRef("establishment__kind"),
        )
        rows: Any = Membership.objects.select_related(
            "application__wave__settings",
            "application__wave__call",
            "application__coordinator",
            "application__version",
            "establishment",
            "plan",
        )
        rows = rows.defer("application__version__content")  # the grid alone compares with it, and asks for it
        rows = rows.annotate(
            ceiling_bp=Subquery(rate.order_by("rate_bp").values("rate_bp")[:1]), now=NOW, known=_known("application")
        )
        return rows.seen_by(person, held).filter(pk=pk, application__reference=reference).order_by()

    return written_once(members)
