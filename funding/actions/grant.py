"""Verbs of the award: reserve at approval, engage at notification, void. Called by decisions in their transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move, need_reason

from .. import ledger
from ..models import Grant, GrantShare, Line


def hold(grant: Grant) -> Grant:
    """Locks and rereads the grant in place: whatever touches its money begins here."""
    grant.refresh_from_db(from_queryset=Grant.objects.select_for_update(no_key=True, of=("self",)))
    return grant


@transaction.atomic
def reserve(
    application: Any, *, shares: Iterable[tuple[Any, Line, int]], by: Any, proposer: Any, at: datetime | None = None
) -> Grant:
    """Holds AE for the award: (establishment, line, cents) per part, each establishment an accepted member.

    R61: refused with the missing amount, and nothing written, when a line lacks it. Approver ≠ proposer.
    """
    parts = sorted(shares, key=lambda part: (part[1].pk, part[0].pk))
    _need_parts(application, parts)
    at = at or clock.now()
    grant = Grant(application=application, state="", cents=sum(cents for _e, _l, cents in parts), reserved_at=at)
    move(grant, "reserve", by)
    grant.save()
    GrantShare.objects.bulk_create(
        GrantShare(grant=grant, establishment=establishment, line=line, cents=cents)
        for establishment, line, cents in parts
    )
    for line in dict.fromkeys(line for _e, line, _c in parts):
        cents = sum(c for _e, of, c in parts if of == line)
        try:
            ledger.reserve(
                line=line,
                grant=grant,
                cents=cents,
                proposer=proposer,
                by=by,
                at=at,
                key=f"reserve:{grant.pk}:{line.pk}",
            )
        except Refused as refused:
            if refused.code != "L01":
                raise
            raise Refused(refused.message, code="R61", field="amount", line=line.code, **_missing(refused)) from refused
    record("grant.reserved", grant, by=by, at=at, state=grant.state, cents=grant.cents, application=application.pk)
    return grant


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
    if Grant.objects.filter(application=application).exists():
        raise Refused(_("Une aide est déjà enregistrée pour ce dossier : rechargez la page."), code="R61")


@transaction.atomic
def engage(grant: Grant, *, by: Any, at: datetime | None = None) -> None:
    """The decision is notified: what was held is engaged to each beneficiary (art. 8: only then is it an agreement)."""
    hold(grant)
    at = at or clock.now()
    move(grant, "engage", by)
    grant.engaged_at = at
    grant.save(update_fields=["state", "engaged_at"])
    for line, shares in by_line(grant).items():
        parts = {share: share.cents for share in shares}
        ledger.engage(line=line, grant=grant, shares=parts, by=by, at=at, key=f"engage:{grant.pk}:{line.pk}")
    record("grant.engaged", grant, by=by, at=at, state=grant.state, cents=grant.cents)


@transaction.atomic
def void(grant: Grant, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Before notification the held AE is available again; after, what is engaged is withdrawn, if nothing was certified."""
    hold(grant)
    at = at or clock.now()
    reason = need_reason(reason)
    was_engaged = grant.state == "engaged"
    move(grant, "void", by)
    grant.save(update_fields=["state"])
    for line, shares in by_line(grant).items():
        if not was_engaged:
            cents = sum(share.cents for share in shares)
            ledger.void(line=line, grant=grant, cents=cents, by=by, at=at, key=f"void:{grant.pk}:{line.pk}")
            continue
        for share in shares:
            _withdraw(share, by, at)
    record("grant.voided", grant, by=by, at=at, state=grant.state, cents=grant.cents, was_engaged=was_engaged)


def _withdraw(share: GrantShare, by: Any, at: datetime) -> None:
    try:
        ledger.release(
            share=share, cents=share.cents, reason="void", by=by, at=at, key=f"void:{share.grant_id}:{share.pk}"
        )
    except Refused as refused:
        if refused.code != "L01":
            raise
        raise Refused(
            _(
                "Un versement est déjà certifié, ordonnancé ou payé à %(name)s : annulez-le, ou émettez un titre de reversement."
            )
            % {"name": share.establishment},
            code="R84",
        ) from refused


def by_line(grant: Grant) -> dict[Line, list[GrantShare]]:
    """The shares of a grant by line, in the order of the lines' ids: the order in which lines are locked."""
    found: dict[Line, list[GrantShare]] = {}
    for share in grant.shares.select_related("line", "establishment").order_by("line_id", "pk"):
        found.setdefault(share.line, []).append(share)
    return found
