"""Verbs of the envelope: a dated version by an act, posted into the ledger as the difference with the one before."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock, money
from edsh_portal.events import record
from edsh_portal.workflow import Refused

from .. import ledger, permissions
from ..models import Ceiling, Envelope, EnvelopeShare, Line

Part = tuple[Line, int | None, int, bool]  # line, year of the CP (None: AE), cents, fictitious


@transaction.atomic
def open_envelope(
    call: Any, *, version: int, act: str, shares: Iterable[Part], by: Any, at: datetime | None = None
) -> Envelope:
    """A version says what each line holds from now on: AE, and CP per year. Lowering stops at what is used (I08).

    A line or year that it does not name keeps what it had. Where CP are given, their sum over the years is the AE.
    """
    if not permissions.can_open_envelope(by):
        raise PermissionDenied
    type(call).objects.select_for_update(no_key=True).get(pk=call.pk)  # one version at a time
    known = {line.pk: line for line in Line.objects.filter(call=call)}
    at = at or clock.now()
    parts = sorted(shares, key=lambda part: (part[0].pk, part[1] or 0))
    _need_whole(parts)
    envelope = Envelope.objects.create(call=call, version=version, act=act, opened_at=at)
    EnvelopeShare.objects.bulk_create(
        EnvelopeShare(envelope=envelope, line=known[line.pk], year=year, cents=cents, fictitious=fictitious)
        for line, year, cents, fictitious in parts
    )
    for line, year, cents, _fictitious in parts:
        _post_difference(envelope, line, year, cents, by, at)
    record(
        "envelope.opened",
        envelope,
        by=by,
        at=at,
        version=version,
        shares=[[line.pk, year, cents] for line, year, cents, _fictitious in parts],
    )
    return envelope


def _need_whole(parts: list[Part]) -> None:
    for line in {part[0] for part in parts}:
        ae = sum(cents for of, year, cents, _f in parts if of == line and year is None)
        cp = sum(cents for of, year, cents, _f in parts if of == line and year is not None)
        if cp and cp != ae:
            raise Refused(
                _(
                    "%(line)s : les crédits de paiement des années (%(cp)s) doivent faire les autorisations d’engagement (%(ae)s)."
                )
                % {"line": line.label, "cp": money.display(cp), "ae": money.display(ae)},
                code="R61",
                field="shares",
            )


def _post_difference(envelope: Envelope, line: Line, year: int | None, cents: int, by: Any, at: datetime) -> None:
    stands = ledger.summary(line)
    before = stands["opened"] if year is None else stands["cp"].get(year, {"opened": 0})["opened"]
    if cents == before:
        return
    asked: dict[str, Any] = {
        "line": line,
        "cents": abs(cents - before),
        "act": envelope.act,
        "by": by,
        "at": at,
        "key": f"envelope:{envelope.pk}:{line.pk}:{year or 'ae'}",
    }
    if year is None:
        (ledger.open_ae if cents > before else ledger.lower_ae)(**asked)
    else:
        (ledger.open_cp if cents > before else ledger.lower_cp)(year=year, **asked)


@transaction.atomic
def set_ceiling(
    line: Line,
    rule: str,
    rate_bp: int,
    *,
    source: str,
    by: Any,
    since: datetime | None = None,
    at: datetime | None = None,
) -> Ceiling:
    """From `since` (default: now) the ceiling is this rate; the one in force until then ends there."""
    if not permissions.can_open_envelope(by):
        raise PermissionDenied
    at = at or clock.now()
    since = since or at
    current = (
        Ceiling.objects.select_for_update(no_key=True).filter(line=line, rule=rule, during__contains=since).first()
    )
    if current is not None:
        current.during = (current.during.lower, since)
        current.save(update_fields=["during"])
    ceiling = Ceiling.objects.create(line=line, rule=rule, rate_bp=rate_bp, during=(since, None), source=source)
    record("ceiling.set", ceiling, by=by, at=at, line=line.pk, rule=rule, rate_bp=rate_bp, since=since.isoformat())
    return ceiling
