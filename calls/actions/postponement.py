"""Verbs that put a wave off: for everyone, before the instant they move, never after (R01: no grace)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, need_reason

from .. import permissions
from ..models import Call, Postponement, Wave


@transaction.atomic
def postpone_wave(wave: Wave, *, closes_at: datetime, reason: str, by: Any, at: datetime | None = None) -> Postponement:
    """Moves the cut-off later. R01 once it has passed; S20 when not later; S21 when the next wave would already be open."""
    wave, at = _lock(wave, by, at)
    if at >= wave.closes_at:
        raise Refused(
            _("La relève est close depuis le %(cutoff)s, heure de Paris : une clôture passée ne se reporte pas.")
            % {"cutoff": clock.paris(wave.closes_at)},
            code="R01",
        )
    if closes_at <= wave.closes_at:
        raise Refused(
            _("La clôture est fixée au %(cutoff)s : un report la place après.")
            % {"cutoff": clock.paris(wave.closes_at)},
            code="S20",
            field="closes_at",
        )
    _need_room(wave, closes_at)
    return _move(wave, Postponement.Edge.CLOSING, closes_at, reason, by, at)


@transaction.atomic
def delay_wave(wave: Wave, *, opens_at: datetime, reason: str, by: Any, at: datetime | None = None) -> Postponement:
    """Moves an opening that has not come to later: what makes room for the postponement of the wave before."""
    wave, at = _lock(wave, by, at)
    if at >= wave.opens_at:
        raise Refused(_("La relève est déjà ouverte : son ouverture ne se retarde plus."), code="R01")
    if not wave.opens_at < opens_at < wave.closes_at:
        raise Refused(
            _("L’ouverture se retarde entre le %(opening)s et la clôture, le %(cutoff)s.")
            % {"opening": clock.paris(wave.opens_at), "cutoff": clock.paris(wave.closes_at)},
            code="S20",
            field="opens_at",
        )
    return _move(wave, Postponement.Edge.OPENING, opens_at, reason, by, at)


def _lock(wave: Wave, by: Any, at: datetime | None) -> tuple[Wave, datetime]:
    """The call's row, then the wave's; the instant is read after both."""
    call = Call.objects.select_for_update(no_key=True).get(pk=wave.call_id)
    if not permissions.can_manage_call(by, call):
        raise PermissionDenied("manage_call")
    held = Wave.objects.select_for_update(no_key=True).get(pk=wave.pk)
    held.call = call
    return held, instant(at, held)


def _need_room(wave: Wave, closes_at: datetime) -> None:
    after = wave.call.waves.filter(opens_at__gte=wave.closes_at, opens_at__lt=closes_at).order_by("opens_at").first()
    if after is not None:
        raise Refused(
            _(
                "La relève %(number)s ouvre le %(opening)s : choisissez une clôture au plus tard à cet instant, ou retardez d’abord l’ouverture de la relève %(number)s."
            )
            % {"number": after.number, "opening": clock.paris(after.opens_at)},
            code="S21",
            field="closes_at",
        )


def _move(wave: Wave, edge: str, to_at: datetime, reason: str, by: Any, at: datetime) -> Postponement:
    column, kind = (
        ("closes_at", "wave.postponed") if edge == Postponement.Edge.CLOSING else ("opens_at", "wave.delayed")
    )
    made = wave.postponements.create(
        edge=edge, from_at=getattr(wave, column), to_at=to_at, reason=need_reason(reason), by=by, at=at
    )
    setattr(wave, column, to_at)
    wave.save(update_fields=[column])
    record(
        kind,
        wave,
        by=by,
        at=at,
        number=wave.number,
        postponement=made.pk,
        from_at=made.from_at.isoformat(),
        to_at=to_at.isoformat(),
    )
    return made
