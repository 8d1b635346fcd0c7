"""Verbs of the award: reserve at approval, engage at notification, void. Called by decisions in their transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import instant, record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, move, need_reason

from .. import ledger
from ..models import Grant, GrantShare, Line


def lock_grant(grant: Grant) -> Grant:
    """Locks and rereads the grant in place: whatever touches its money begins here."""
    grant.refresh_from_db(from_queryset=Grant.objects.select_for_update(no_key=True, of=("self",)))
    return grant


@transaction.atomic
def reserve(
    application: Any, *, shares: Iterable[tuple[Any, Line, int]], act: Act, by: Any, at: datetime | None = None
) -> Grant:
    """Holds AE for the award: (establishment, line, cents) per part, each establishment an accepted member.

    R61: refused with the missing amount, and nothing written, when a line lacks it. `act`: approved by `by` in this transaction,
    its payload lists `reservations()` of these parts.
    """
    parts = sorted(shares, key=lambda part: (part[1].pk, part[0].pk))
    _need_parts(application, parts)
    at = instant(at, application)
    grant = Grant(application=application, state="", cents=sum(cents for _e, _l, cents in parts), reserved_at=at)
    move(grant, "reserve", by)
    grant.save()
    GrantShare.objects.bulk_create(
        GrantShare(grant=grant, establishment=establishment, line=line, cents=cents)
        for establishment, line, cents in parts
    )
    for line, movement in reservations(parts).items():
        try:
            ledger.carry(act, movement, grant=grant, at=at)
        except Refused as refused:
            if refused.code != "L01":
                raise
            raise Refused(refused.message, code="R61", field="amount", line=line.code, **_missing(refused)) from refused
    record("grant.reserved", grant, by=by, at=at, state=grant.state, cents=grant.cents, application=application.pk)
    return grant


def reservations(parts: Iterable[tuple[Any, Line, int]]) -> dict[Line, ledger.Movement]:
    """What the award takes from each line, in the order in which lines are locked: for the payload of its act."""
    sums: dict[Line, int] = {}
    for _establishment, line, cents in sorted(parts, key=lambda part: part[1].pk):
        sums[line] = sums.get(line, 0) + cents
    return {line: ledger.reserve(line=line, cents=cents) for line, cents in sums.items()}


def _missing(refused: Refused) -> dict[str, object]:
    return {"missing_cents": refused.facts["missing_cents"]}


def _need_parts(application: Any, parts: list[tuple[Any, Line, int]]) -> None:
    members = set(application.memberships.filter(state="accepted").values_list("establishment_id", flat=True))
    if not parts or any(cents < 1 for _e, _l, cents in parts):
        raise Refused(_("Indiquez au moins un montant, et retirez les parts à zéro."), code="R61", field="amount")
    if stranger := next((e for e, _l, _c in parts if e.pk not in members), None):
        raise Refused(
            _("%(name)s n’est pas membre du consortium : retirez sa part.") % {"name": stranger},
            code="R61",
            field="amount",
        )
    if len({(e.pk, line.pk) for e, line, _c in parts}) < len(parts):
        raise Refused(_("Réunissez les parts d’un même établissement sur une même source."), code="R61", field="amount")
    if Grant.objects.filter(application=application).exclude(state="voided").exists():
        raise Refused(_("Une aide est déjà enregistrée pour ce dossier : rechargez la page."), code="R61")


@transaction.atomic
def engage(grant: Grant, *, by: Any, at: datetime | None = None) -> None:
    """The decision is notified: what was held is engaged to each beneficiary (art. 8: only then is it an agreement)."""
    lock_grant(grant)
    at = instant(at, grant)
    move(grant, "engage", by)
    grant.engaged_at = at
    grant.save(update_fields=["state", "engaged_at"])
    act = ledger.act_of(grant)
    for line, shares in by_line(grant).items():
        parts, key = {share: share.cents for share in shares}, f"engage:{grant.pk}:{line.pk}"
        ledger.engage(line=line, grant=grant, shares=parts, act=act, by=by, at=at, key=key)
    record("grant.engaged", grant, by=by, at=at, state=grant.state, cents=grant.cents)


@transaction.atomic
def void(grant: Grant, *, reason: str, act: Act, by: Any, at: datetime | None = None) -> None:
    """The award is dropped by the act that withdraws it: what was held or engaged is available again, or lapses. R84."""
    lock_grant(grant)
    at = instant(at, grant)
    need_reason(reason)
    was_engaged = grant.state == "engaged"
    move(grant, "void", by)
    grant.save(update_fields=["state"])
    for line, shares in by_line(grant).items():
        if was_engaged:
            _withdraw(shares, act, by, at)
            continue
        cents, key = sum(share.cents for share in shares), f"void:{grant.pk}:{line.pk}"
        ledger.void(line=line, grant=grant, cents=cents, act=act, by=by, at=at, key=key)
    record("grant.voided", grant, by=by, at=at, state=grant.state, cents=grant.cents, was_engaged=was_engaged)


def lapses(grant: Grant, *, at: datetime | None = None) -> bool:
    """Whether what is engaged for it lapses if it is withdrawn (at that instant) instead of being available again."""
    share = grant.shares.first()
    return share is not None and ledger.lapses(share, at or clock.now())


def _withdraw(shares: list[GrantShare], act: Act, by: Any, at: datetime) -> None:
    """The shares of one line, whole."""
    key = f"void:{shares[0].grant_id}:{shares[0].line_id}"
    try:
        ledger.release(shares={s: s.cents for s in shares}, reason="void", act=act, by=by, at=at, key=key)
    except Refused as refused:
        if refused.code != "L01":
            raise
        short = str(refused.facts["account"]).rsplit(":", 1)[-1]
        name = next((share.establishment for share in shares if str(share.pk) == short), shares[0].establishment)
        raise Refused(
            _(
                "Un versement est déjà certifié, ordonnancé ou payé à %(name)s : annulez-le, ou émettez un titre de reversement."
            )
            % {"name": name},
            code="R84",
        ) from refused


def by_line(grant: Grant) -> dict[Line, list[GrantShare]]:
    """The shares of a grant by line, in the order of the lines' ids: the order in which lines are locked."""
    found: dict[Line, list[GrantShare]] = {}
    for share in grant.shares.select_related("line", "establishment").order_by("line_id", "pk"):
        found.setdefault(share.line, []).append(share)
    return found
