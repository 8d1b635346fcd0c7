"""Acts of two: what binds the State is proposed by one person and approved by another; it happens at the approval.

Each room registers its kinds with `kind()`: who may propose and approve, what is done, how it reads. The database holds both
halves to their events and refuses what no approved act says (acts.sql). Codes: A01 one waits already, A02 no longer waiting,
A03 lapsed because its subject has changed, A04 nobody approves their own act, A05 nor one that is about them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import events
from .access import roles
from .models import Act
from .workflow import SEVERAL, STATES, Refused, Step, need_reason, steps

ANYBODY = "*"  # among the roles of a kind: its gate alone says who


@dataclass(frozen=True)
class Fact:
    """One line of what an act changes: what it is called, what it is, what it would be; where it is read, and whether it is a code, which
    stands behind « Détails »."""

    label: Any
    before: str
    after: str
    url: str = ""
    code: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of act. `does(act, subject)` runs at the approval; `version(subject)` is what the payload was written against."""

    name: str
    label: Any
    subject: type[models.Model]
    proposers: tuple[str, ...]
    approvers: tuple[str, ...]
    does: Callable[[Act, Any], Any]
    says: Callable[[Act, Any], str]
    facts: Callable[[Act, Any], list[Fact]]
    version: Callable[[Any], Any] = lambda subject: ""
    lock: Callable[[Any], Any] = lambda subject: _locked(subject)
    gate: Callable[[Any, Any], bool] = lambda user, subject: True  # who may propose, beside the roles
    page: Callable[[Act, Any], str] | None = None  # where it is approved, when it has a page of its own
    concerns: str = ""  # the payload's key of the person it is about, who has no part in it
    related: tuple[str, ...] = ()  # what the words of the act read beside its subject
    undone: Callable[[Act, Any], None] = lambda act, subject: None  # when it will not be: returned, taken back, lapsed
    seen: Callable[[Any], models.QuerySet[Any]] | None = (
        None  # the subjects that this person sees; None: their role is enough
    )


KINDS: dict[str, Kind] = {}


@dataclass(frozen=True)
class Preliminary:
    """What the law wants before an act, of a room above the one that does it. `need(subject, payload, at)`: what it adds to the payload,
    or a refusal; `facts(act)`: how that reads."""

    need: Callable[[Any, dict[str, Any], datetime], dict[str, Any]]
    facts: Callable[[Act], list[Fact]]


PRELIMINARIES: dict[str, Preliminary] = {}  # by kind, filled by the rooms above


def kind(name: str, **of: Any) -> Kind:
    """Registers a kind; stands at the top of the verb it opens."""
    KINDS[name] = Kind(name, **of)
    return KINDS[name]


def _locked(subject: Any) -> Any:
    return type(subject)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=subject.pk)


def may_propose(user: Any, name: str, subject: Any) -> bool:
    held = roles(user)
    of = KINDS[name]
    return bool(user) and (ANYBODY in of.proposers or not held.isdisjoint(of.proposers)) and of.gate(user, subject)


def may_approve(user: Any, act: Act) -> bool:
    """A second person of the right role."""
    return not roles(user).isdisjoint(KINDS[act.kind].approvers) and user.pk not in apart(act)


def apart(act: Act) -> tuple[int | None, ...]:
    """Who does not approve it, whatever their roles: its proposer, and the person it is about."""
    return act.proposed_by_id, act.payload.get(KINDS[act.kind].concerns)


def may_take_back(user: Any, act: Act) -> bool:
    return bool(user.is_authenticated and user.pk == act.proposed_by_id)


ACT_STEPS = steps(
    "act",
    Act,
    [
        Step(
            "propose", ("",), "proposed", lambda user, act: may_propose(user, act.kind, None), gettext_lazy("Proposer")
        ),
        Step("approve", ("proposed",), "approved", may_approve, gettext_lazy("Approuver")),
        Step("return", ("proposed",), "returned", may_approve, gettext_lazy("Renvoyer"), reason=True),
        Step("take_back", ("proposed",), "taken_back", may_take_back, gettext_lazy("Reprendre"), reason=True),
        Step("lapse", ("proposed",), "lapsed", lambda user, act: False, gettext_lazy("Rendre caduc")),
    ],
)


STATES["act"] = {
    "proposed": (gettext_lazy("À approuver"), "waiting"),
    "approved": (gettext_lazy("Approuvé"), "ok"),
    "returned": (gettext_lazy("Renvoyé"), "warn"),
    "taken_back": (gettext_lazy("Repris par son auteur"), "closed"),
    "lapsed": (gettext_lazy("Caduc"), "closed"),
}
SEVERAL["act"] = {
    "approved": gettext_lazy("Approuvés"),
    "returned": gettext_lazy("Renvoyés"),
    "taken_back": gettext_lazy("Repris par leurs auteurs"),
    "lapsed": gettext_lazy("Caducs"),
}


# ── what waits, and for whom ─────────────────────────────────────────────────────────────────────────────────────────
def visible_to(user: Any) -> models.QuerySet[Act]:
    """One's own; those of the kinds one may propose or approve by role; all of them for who audits."""
    held = roles(user)
    if "auditor" in held:
        return Act.objects.all()
    mine = [of.name for of in KINDS.values() if not held.isdisjoint((*of.proposers, *of.approvers))]
    own = models.Q(proposed_by=user.pk) | models.Q(decided_by=user.pk)
    return _seen(user, Act.objects.filter(own | models.Q(kind__in=mine)))


def _seen(user: Any, found: models.QuerySet[Act]) -> models.QuerySet[Act]:
    """Less those about what is hidden from this person, whatever their part in them."""
    for of in KINDS.values():
        if of.seen is not None:
            subject = models.Exists(of.seen(user).filter(pk=models.OuterRef("subject_id")))
            found = found.filter(~models.Q(kind=of.name) | models.Q(subject))
    return found


def listed(user: Any, state: str = "") -> models.QuerySet[Act]:
    """Those that this person may know of, in this state when it is given, newest first."""
    found = visible_to(user).order_by("-pk")
    return found.filter(state=state) if state else found


def waiting_for(user: Any) -> models.QuerySet[Act]:
    """What this person may approve now."""
    held = roles(user)
    kinds = [of for of in KINDS.values() if not held.isdisjoint(of.approvers)]
    found = Act.objects.filter(state=Act.State.PROPOSED, kind__in=[of.name for of in kinds]).exclude(
        proposed_by=user.pk
    )
    for of in kinds:
        if of.concerns:
            found = found.exclude(kind=of.name, **{f"payload__{of.concerns}": user.pk})
    return _seen(user, found)


def waiting(name: str, subject: models.Model) -> Act | None:
    """The act of this kind that waits on this subject; there is one at most."""
    label = subject._meta.label_lower
    return Act.objects.filter(kind=name, subject_type=label, subject_id=subject.pk, state=Act.State.PROPOSED).first()


def subject_of(act: Act) -> Any:
    """The row that the act is about."""
    return _subjects(KINDS[act.kind]).get(pk=act.subject_id)


def with_subjects(found: Iterable[Act]) -> list[tuple[Act, Any]]:
    """Each act with its subject: one query a table, whatever the number of acts and of kinds that are about its rows."""
    kinds: dict[type[models.Model], list[Kind]] = {}
    wanted: dict[type[models.Model], set[int]] = {}
    for act in (listed := list(found)):
        of = KINDS[act.kind]
        kinds.setdefault(of.subject, []).append(of)
        wanted.setdefault(of.subject, set()).add(act.subject_id)
    rows = {table: _subjects(*kinds[table]).in_bulk(keys) for table, keys in wanted.items()}
    return [(act, rows[KINDS[act.kind].subject][act.subject_id]) for act in listed]


def facts(act: Act, subject: Any) -> list[Fact]:
    """What the act changes, and what came before it."""
    before = PRELIMINARIES.get(act.kind)
    return [*KINDS[act.kind].facts(act, subject), *(before.facts(act) if before else ())]


def _subjects(*kinds: Kind) -> models.QuerySet[Any]:
    """Of one table."""
    rows, related = kinds[0].subject._default_manager.all(), {name for of in kinds for name in of.related}
    return rows.select_related(*sorted(related)) if related else rows


# ── the two halves ───────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose(name: str, subject: Any, payload: dict[str, Any], *, by: Any, at: datetime | None = None) -> Act:
    """The first half. `payload`: all that the act will do, in ids, amounts and words; it never changes."""
    of, label = KINDS[name], subject._meta.label_lower
    if not may_propose(by, name, subject) or payload.get(of.concerns) == by.pk:
        raise PermissionDenied(name)
    now = events.instant(at, subject)  # one at a time: whoever comes second finds the first waiting
    if waiting(name, subject) is not None:
        raise Refused(
            _("Un acte de même nature est déjà en attente d’approbation : reprenez-le avant d’en proposer un autre."),
            code="A01",
        )
    if (before := PRELIMINARIES.get(name)) is not None:
        payload = payload | before.need(subject, payload, now)
    told = json.dumps(payload, default=str)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT act_propose(%s, %s, %s, %s, %s, %s, %s, %s)",
            [name, label, subject.pk, _version(of, subject), told, events.stream_of(subject), by.pk, at],
        )
        act = Act.objects.get(pk=cursor.fetchone()[0])
    events.owe(act.proposed_event_id)
    return act


def approve(act: Act, *, by: Any, at: datetime | None = None) -> Any:
    """The second half, and what the act does, in one transaction; what its verb answers.

    When the subject is no longer what the payload was written against, the act lapses instead, and A03 says so.
    """
    with transaction.atomic():
        of, subject = _locked_act(act, "approve", by)
        stale = _version(of, subject) != act.subject_version
        _decide(act, Act.State.LAPSED if stale else Act.State.APPROVED, "", by, at)
        if stale:
            of.undone(act, subject)
        else:
            return of.does(act, subject)
    raise Refused(
        _(
            "Cet acte est devenu caduc : la situation a changé depuis sa proposition. Son auteur "
            "est prévenu et peut le proposer de nouveau."
        ),
        code="A03",
    )


@transaction.atomic
def give_back(act: Act, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Returned by who might have approved it, with the reason."""
    of, subject = _locked_act(act, "return", by)
    _decide(act, Act.State.RETURNED, need_reason(reason), by, at)
    of.undone(act, subject)


@transaction.atomic
def take_back(act: Act, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """Its proposer changes their mind."""
    of, subject = _locked_act(act, "take_back", by)
    _decide(act, Act.State.TAKEN_BACK, need_reason(reason), by, at)
    of.undone(act, subject)


def lapse(act: Act, *, by: Any, at: datetime | None = None) -> None:
    """Another act, or a fact, has made it void. Joins the caller's transaction."""
    _decide(act, Act.State.LAPSED, "", by, at)


def _locked_act(act: Act, name: str, by: Any) -> tuple[Kind, Any]:
    """The kind, and the subject locked; then the act reread: a step that is not this person's, or no longer possible, is refused."""
    of = KINDS[act.kind]
    subject = of.lock(subject_of(act))
    act.refresh_from_db()
    if name != "take_back" and by.pk == act.proposed_by_id:
        raise Refused(_("Vous avez proposé cet acte : une autre personne doit l’approuver."), code="A04")
    if name != "take_back" and by.pk in apart(act):
        raise Refused(_("Cet acte vous concerne : une autre personne doit l’approuver."), code="A05")
    if not ACT_STEPS.named(name).may(by, act):
        raise PermissionDenied(name)
    if act.state != Act.State.PROPOSED:
        raise Refused(_("Cet acte n’est plus à approuver : rechargez la page."), code="A02")
    return of, subject


def _decide(act: Act, state: str, reason: str, by: Any, at: datetime | None) -> None:
    told = [act.pk, state, reason, by.pk if by else None, at]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT act_decide(%s, %s, %s, %s, %s)", told)
            event = cursor.fetchone()[0]
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != "EP012":
            raise
        raise Refused(_("Cet acte n’est plus à approuver : rechargez la page."), code="A02") from error
    act.refresh_from_db()
    events.owe(event)


def _version(of: Kind, subject: Any) -> str:
    told = json.dumps(of.version(subject), default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()
