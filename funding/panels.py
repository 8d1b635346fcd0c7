"""What other pages show of the money: the envelope's gauge per source, and the queue of who certifies, orders, pays."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from calls.models import Call
from edsh_portal.access import roles
from edsh_portal.models import Act

from . import actions, ledger
from .models import Agreement, Amendment, Claim, Convention, Envelope, Grant, Instalment, Line, MemberChange
from .models.consortium import led_by, size, to_sign
from .models.grant import ConventionQuerySet

# What a room above shows on the page of a convention, {name: of the convention, for this person}.
ON_CONVENTION: dict[str, Callable[[Convention, Any], Any]] = {}
ON_AMENDMENT: dict[str, Callable[[Amendment, Any], Any]] = {}  # and on that of an amendment

# What each finance role finds in its queue: the state it moves from.
QUEUES = {"certifier": "planned", "orderer": "certified", "payer": "ordered"}


def current_call() -> Call | None:
    """The call the portal runs: the last published."""
    return Call.objects.order_by("-published_at", "-id").first()


def envelope_gauge() -> list[dict[str, Any]]:
    """One entry a line: its figures in cents, the parts of its gauge, and the codes of its accounts (two queries in all)."""
    found = []
    lines = list(Line.objects.order_by("call_id", "code"))
    all_stand = ledger.summaries(line.pk for line in lines)
    for line in lines:
        stands = all_stand[line.pk]
        years = [
            {
                "year": year,
                **of,
                "budget_code": f"cp.budget:{line.pk}:{year}",
                "available_code": f"cp.available:{line.pk}:{year}",
            }
            for year, of in sorted(stands["cp"].items())
        ]
        found.append(
            {
                "line": line,
                **stands,
                "years": years,
                "closed": any(of[name] for of in years for name in ("brought", "carried", "lapsed")),
                "budget_code": f"ae.budget:{line.pk}",
                "available_code": f"ae.available:{line.pk}",
                "parts": _parts(stands),
            }
        )
    return found


def available_cents(call: int) -> int:
    """What the lines of a call have left to promise."""
    stand = ledger.summaries(Line.objects.filter(call=call).values_list("pk", flat=True))
    return sum(each["available"] for each in stand.values())


def _parts(stands: dict[str, Any]) -> list[dict[str, Any]]:
    due = stands["engaged"] - stands["paid"]
    return [
        {"label": _("Payé"), "cents": stands["paid"]},
        {"label": _("Engagé, à payer"), "cents": due},
        {"label": _("Réservé"), "cents": stands["reserved"]},
        {"label": _("Caduc"), "cents": stands["lapsed"]},
    ]


def finance_queue(user: Any) -> list[dict[str, Any]]:
    """[{role, state, count, cents}] for the finance roles this person holds."""
    found = []
    for role, state in QUEUES.items():
        if role in roles(user):
            waiting = Instalment.objects.visible_to(user).matching(state=state)
            sums = waiting.aggregate(cents=Sum("cents"), count=Count("pk"))
            found.append({"role": role, "state": state, "count": sums["count"], "cents": sums["cents"] or 0})
    return found


def before_payment(grant: Grant) -> dict[str, Any]:
    """What is missing before the first payment of an award (R80): establishments whose convention is not signed, the agreement.

    {} when nothing is; else {unsigned: [names], agreement: None where none is asked or it is validated, else its state or "absent"}.
    """
    standing = Subquery(_standing(OuterRef("grant")).values("state")[:1])  # one at most
    of = {
        "stands": F("convention__state"),
        "members": size(F("grant")),
        "agreement": Coalesce(standing, Value("absent")),
    }
    rows: list[Any] = list(grant.shares.annotate(**of).select_related("establishment").order_by("pk"))
    unsigned = [str(share.establishment) for share in rows if share.stands not in ("signed", "closed")]
    agreement = next((share.agreement for share in rows if share.members > 1 and share.agreement != "validated"), None)
    return {"unsigned": unsigned, "agreement": agreement} if unsigned or agreement else {}


def _standing(grant: Any) -> QuerySet[Agreement]:
    """Filed or validated: one a grant at most."""
    return Agreement.objects.filter(grant=grant, state__in=("filed", "validated"))


def agreements_to_validate(user: Any) -> QuerySet[Agreement]:
    """Filed, their file kept or being examined; not by this person."""
    return Agreement.objects.filter(state="filed").exclude(filed_by=user.pk)


def awaiting_agreement(establishments: Iterable[int]) -> QuerySet[Grant]:
    """Awards that these establishments coordinate with others, whose agreement is to be filed."""
    mine = list(establishments)
    took = MemberChange.objects.filter(change="lead", establishment__in=mine)  # the dossier names another
    rows = Grant.objects.filter(Q(application__coordinator__in=mine) | Q(pk__in=took.values("grant")), state="engaged")
    rows = rows.annotate(led=led_by(), members=size()).filter(led__in=mine, members__gt=1)
    return rows.filter(~Exists(_standing(OuterRef("pk")))).select_related("application").order_by("pk")


def claims_to_check() -> QuerySet[Claim]:
    """Certified by an accountant and sent: an officer checks them, the oldest first."""
    return Claim.objects.filter(state="sent").order_by("certified_at", "pk")


def amendments_to_instruct() -> QuerySet[Amendment]:
    """Asked for, or signed by every beneficiary and the State's signature not proposed yet."""
    asked = Act.objects.filter(kind=actions.AMENDMENT, state=Act.State.PROPOSED).values("subject_id")
    return Amendment.objects.filter(state__in=("asked", "agreed")).exclude(pk__in=asked)


def amendments_to_sign(establishments: Collection[int]) -> list[dict[str, Any]]:
    """[{amendment, establishment, convention}]: each signature that is waited for of these; `convention` its key, None of who has none
    that runs. Two queries, one where nothing waits."""
    found = to_sign(establishments)
    rows = Amendment.objects.select_related("grant__application", "establishment").in_bulk({of for of, *_to in found})
    return [{"amendment": rows[of], "establishment": place, "convention": held} for of, place, held in found]


def to_countersign() -> ConventionQuerySet:
    """Signed by their beneficiary, and nobody has proposed the State's signature yet."""
    asked = Act.objects.filter(kind=actions.SIGNATURE, state=Act.State.PROPOSED).values("subject_id")
    return Convention.objects.filter(state="agreed").exclude(pk__in=asked)


def public_envelope(call: Any) -> dict[str, Any]:
    """The last dated version of the envelope, for the call's public page: {act, opened_at, total_cents, sources: [{label, cents, fictitious}]}."""
    envelope = Envelope.objects.filter(call=call).order_by("-version").first()
    if envelope is None:
        return {}
    shares = envelope.shares.filter(year__isnull=True).select_related("line").order_by("line__code")
    sources = [{"label": s.line.label, "cents": s.cents, "fictitious": s.fictitious} for s in shares]
    return {
        "act": envelope.act,
        "opened_at": envelope.opened_at,
        "total_cents": sum(s["cents"] for s in sources),
        "sources": sources,
    }
