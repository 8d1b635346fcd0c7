"""Verbs of the delay to begin: declared begun, extended once, recalled; past it, the award lapses, by an act of two (art. 11)."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models.deposit import goes_by_post
from calls import clocks
from edsh_portal import acts, clock, money
from edsh_portal.events import instant, record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, move, need_reason

from .. import lapsing, ledger, permissions
from ..models import Account, Extension, Grant, GrantShare, Start, StartReminder
from ..models.lapse import begins_by
from .grant import by_line, lock_grant

EXTEND, LAPSE = "grant.extend", "grant.lapse"


def begun(grant: Grant) -> bool:
    """Declared begun, or with expenses declared, be they another beneficiary's, which this person does not read (reading.sql)."""
    if hasattr(grant, "start"):
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT grant_declares(%s)", [grant.pk])
        return cursor.fetchone()[0]


@transaction.atomic
def declare_start(grant: Grant, *, started_on: date, by: Any, at: datetime | None = None) -> Start:
    """The project has begun, on a day not before the deposit was received (art. 5); said once, by the coordinator or the instruction."""
    if not permissions.can_ask_amendment(by, grant):
        raise PermissionDenied("declare_start")
    lock_grant(grant)
    at = instant(at, grant)
    if grant.state != "engaged" or Start.objects.filter(grant=grant).exists():
        raise Refused(_("Le commencement est déjà déclaré, ou l’aide n’est plus en cours."), code="R84")
    received = grant.application.submitted_at
    if started_on > clock.civil(at):
        raise Refused(_("Ce jour est à venir : déclarez le projet une fois commencé."), code="R84", field="started_on")
    if received is not None and started_on < clock.civil(received):
        raise Refused(
            _("Le projet ne commence pas avant la réception du dossier, le %(day)s (décret n° 2018-514, art. 5).")
            % {"day": date_format(clock.civil(received))},
            code="R84",
            field="started_on",
        )
    start = Start.objects.create(grant=grant, started_on=started_on, declared_by=by, declared_at=at)
    record("grant.started", grant, by=by, at=at, started_on=started_on.isoformat())
    return start


# ── extended ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_extension(grant: Grant, *, until: date, reason: str, by: Any, at: datetime | None = None) -> Act:
    """One year more at most to begin, once, for a reason; the direction approves."""
    lock_grant(grant)
    reason = need_reason(reason)
    _need_waiting(grant)
    assert grant.engaged_at is not None  # it is engaged
    if hasattr(grant, "extension"):
        raise Refused(_("Le délai a déjà été prolongé : il ne l’est qu’une fois."), code="R84", field="until")
    first, last = begins_by(grant), lapsing.latest_extension(grant.engaged_at)
    if not first < until <= last:
        raise Refused(
            _("Prolongez jusqu’à un jour entre le %(first)s et le %(last)s.")
            % {"first": date_format(first), "last": date_format(last)},
            code="R84",
            field="until",
        )
    payload = {"grant": grant.pk, "before": first.isoformat(), "until": until.isoformat(), "reason": reason}
    return acts.propose(EXTEND, grant, payload, by=by, at=at)


def _need_waiting(grant: Grant) -> None:
    if grant.state != "engaged" or begun(grant):
        raise Refused(_("Le projet a commencé, ou l’aide n’est plus en cours : rechargez la page."), code="R84")


def _extend(act: Act, grant: Grant) -> None:
    at: Any = act.decided_at
    until = date.fromisoformat(act.payload["until"])
    Extension.objects.create(grant=grant, until=until, reason=act.payload["reason"], act=act, at=at)
    record("grant.extended", grant, by=act.decided_by, at=at, act=act.pk, until=act.payload["until"])


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso))


acts.kind(
    EXTEND,
    label=gettext_lazy("Prolongation du délai de commencement"),
    subject=Grant,
    proposers=("instructor",),
    approvers=("direction",),
    does=_extend,
    says=lambda act, grant: _("Délai de commencement prolongé : %(name)s") % {"name": grant.application},
    facts=lambda act, grant: [
        acts.Fact(_("Dossier"), "", str(grant.application)),
        acts.Fact(_("À commencer au plus tard le"), _day(act.payload["before"]), _day(act.payload["until"])),
        acts.Fact(_("Motif"), "", act.payload["reason"]),
    ],
    version=lambda grant: [grant.state, begun(grant), str(begins_by(grant))],
    lock=lock_grant,
    related=("application",),
)


# ── lapsed ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def engaged_left(grant: Grant) -> dict[GrantShare, int]:
    """What is engaged for each share and not certified: what lapses with the award, in cents."""
    shares = list(grant.shares.select_related("line", "establishment").order_by("line_id", "pk"))
    held = dict(Account.objects.filter(share__in=shares, family="ae.engaged").values_list("share", "balance__cents"))
    return {share: held[share.pk] for share in shares if held.get(share.pk)}


@transaction.atomic
def propose_lapse(grant: Grant, *, reason: str, by: Any, at: datetime | None = None) -> Act:
    """The delay is over and nothing has begun: what is left of the award is given up, nothing is paid any more. The direction approves."""
    lock_grant(grant)
    at = instant(at, grant)
    reason = need_reason(reason)
    _need_over(grant, clock.civil(at))
    if grant.shares.filter(convention__instalments__state__in=("certified", "ordered")).exists():
        raise Refused(_("Un versement est certifié ou ordonnancé : annulez-le, puis proposez la caducité."), code="R84")
    payload = {
        "withdraws": grant.pk,
        "day": begins_by(grant).isoformat(),
        "cents": sum(engaged_left(grant).values()),
        "reason": reason,
    }
    return acts.propose(LAPSE, grant, payload, by=by, at=at)


def lapsed_by(grant: Grant) -> Act | None:
    """The act that an award has lapsed by."""
    return Act.objects.filter(kind=LAPSE, subject_id=grant.pk, state="approved").first()


def _need_over(grant: Grant, today: date) -> None:
    _need_waiting(grant)
    day = begins_by(grant)
    if today <= day:
        raise Refused(
            _("Le projet peut commencer jusqu’au %(day)s : l’aide n’est pas caduque.") % {"day": date_format(day)},
            code="R84",
        )


def _lapse(act: Act, grant: Grant) -> None:
    by: Any = act.decided_by
    at: Any = act.decided_at
    _need_over(grant, clock.civil(at))
    held = engaged_left(grant)
    for line in by_line(grant):
        of = {share: cents for share, cents in held.items() if share.line_id == line.pk}
        if of:
            ledger.release(shares=of, reason="lapse", act=act, by=by, at=at, key=f"lapse:{grant.pk}:{line.pk}")
    move(grant, "lapse", by)
    grant.save(update_fields=["state"])
    record("grant.lapsed", grant, by=by, at=at, state=grant.state, act=act.pk, cents=act.payload["cents"])


acts.kind(
    LAPSE,
    label=gettext_lazy("Caducité d’une aide"),
    subject=Grant,
    proposers=("instructor",),
    approvers=("direction",),
    does=_lapse,
    says=lambda act, grant: _("Caducité de l’aide : %(name)s") % {"name": grant.application},
    facts=lambda act, grant: [
        acts.Fact(_("Dossier"), "", str(grant.application)),
        acts.Fact(_("À commencer au plus tard le"), "", _day(act.payload["day"])),
        acts.Fact(_("Retiré de l’engagement"), "", money.display(act.payload["cents"])),
        acts.Fact(_("Motif"), "", act.payload["reason"]),
    ],
    version=lambda grant: [grant.state, begun(grant), sum(engaged_left(grant).values())],
    lock=lock_grant,
    related=("application",),
)


# ── recalled ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def remind_starts(at: datetime | None = None) -> int:
    """Every minute: each reminder of a delay to begin that is due and was not; answers how many left."""
    now = at or clock.now()
    return sum(_remind(grant, days, at) for grant, days in _near(now))


def waiting_to_begin() -> Any:
    """Awards that run and whose project nobody has declared begun, the nearest day first."""
    rows = Grant.objects.filter(state="engaged", start=None).exclude(shares__convention__claims__isnull=False)
    return rows.select_related("application", "extension").order_by("engaged_at", "pk")


def to_recall_by_post() -> Any:
    """Of those, whose reminder has left to who is not told in their space alone, with `ends_on`, the day that it recalls: nothing in the law
    sends it by post (docs/decisions/0065), and whoever does not read the portal is to be reached otherwise."""
    sent = StartReminder.objects.filter(grant=OuterRef("pk"))
    ends = sent.filter(ends_on=Coalesce(OuterRef("extension__until"), "ends_on")).values("ends_on")
    rows = waiting_to_begin().filter(pk__in=StartReminder.objects.values("grant"))
    rows = rows.annotate(ends_on=Subquery(ends[:1]), posted=goes_by_post(F("application")))
    return rows.filter(ends_on__isnull=False, posted=True)


def _near(now: datetime) -> list[tuple[Grant, int]]:
    sent = set(StartReminder.objects.values_list("grant", "ends_on", "days"))
    found = []
    for grant in waiting_to_begin():
        day = begins_by(grant)
        days = clocks.reminder(grant.engaged_at, clocks.midnight_after(day), now, lapsing.SOON_DAYS)
        if days and (grant.pk, day, days) not in sent:
            found.append((grant, days))
    return found


@transaction.atomic
def _remind(grant: Grant, days: int, at: datetime | None) -> bool:
    """False when it left meanwhile, or when there is nothing to recall any more."""
    lock_grant(grant)
    at = instant(at, grant)
    if grant.state != "engaged" or begun(grant):
        return False
    row = {"grant": grant, "ends_on": begins_by(grant), "days": days}
    if StartReminder.objects.filter(**row).exists():
        return False
    StartReminder.objects.create(**row, at=at)
    record("grant.start_near", grant, by=None, at=at, days=days)
    return True
