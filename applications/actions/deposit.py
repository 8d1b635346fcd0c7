"""Verbs of the deposit: receive and settle (submit is both), answer a request for complements, lapse."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from calls.models import Wave
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move, need_step

from .. import permissions
from ..content import freeze
from ..models import Application, Consent, Reception, Version
from .locks import lock_dossier, lock_unsettled, need_open
from .reception import next_number, settle_under_lock


def submit(application: Application, *, electronic: bool | None = None, by: Any, at: datetime | None = None) -> Version:
    """Receives the dossier, then freezes it as its next version: two transactions, unless the caller has one (R01 to R04,
    R10 to R23, R30).

    The same content again answers the version that already holds it; a refused rule raises with its code once the refusal
    is kept, and facts["rules"] names every rule that blocks.
    """
    return version_of(settle(receive(application, electronic=electronic, by=by, at=at), at=at))


@transaction.atomic
def receive(
    application: Application, *, electronic: bool | None = None, by: Any, at: datetime | None = None
) -> Reception:
    """Stamps the press of the button at the portal's clock, read after the row lock, before anything heavy (R01).

    `electronic`: what is answered to the call's text on electronic notification; None when nothing is, which is no agreement.

    A second press is the same reception while the first waits, and, once the cut-off has passed on a dossier that has not
    changed since its deposit, the reception of that deposit: an answer lost on the way is found again.
    """
    at, waiting = lock_unsettled(application, at)
    if not permissions.can_submit(by, application):
        raise PermissionDenied
    received = waiting or _received_in_time(application, at)
    if received is not None:
        return received
    need_open(application.wave, at)
    need_step(application, "submit", by)
    signing = permissions.signing(by, application)
    received = Reception.objects.create(
        application=application,
        number=next_number(application),
        received_at=at,
        by=by,
        delegation_id=signing.delegation if signing else None,
    )
    asked = application.wave.settings.consent
    if asked and electronic is not None:
        Consent.objects.create(reception=received, electronic=electronic, text=asked)
    record("reception.stamped", received, by=by, at=at, application=application.pk, number=received.number)
    return received


def _received_in_time(application: Application, at: datetime) -> Reception | None:
    """The reception of the version deposited, for who presses after the cut-off on what it holds."""
    if application.state != "submitted" or at < application.wave.closes_at:
        return None
    if not freeze.is_frozen_in(application.deposited, freeze.content(application)):
        return None
    return application.receptions.filter(version=application.version).order_by("pk").first()


@transaction.atomic
def settle(reception: Reception, *, at: datetime | None = None) -> Reception:
    """The reception with its answer, given once, whoever asks and whenever: a version, or the rules that block."""
    at, waiting = lock_unsettled(reception.application, at)
    if waiting is not None:
        settle_under_lock(reception.application, waiting, at)
    if waiting == reception:
        return waiting
    return Reception.objects.select_related("version").get(pk=reception.pk)


def version_of(answered: Reception) -> Version:
    """What an answered reception led to; Refused, with the rules that block, when it led to none."""
    if answered.version is None:
        raise Refused(answered.message, code=answered.rules[0], rules=answered.rules)
    return answered.version


@transaction.atomic
def lapse(application: Application, *, at: datetime | None = None) -> None:
    """The cut-off passed on a draft: the portal notes, in its own name, that it was not deposited (R02).

    The event is written when it is noted; `closes_at` in its data is the instant it speaks of.
    """
    at = lock_dossier(application, at)
    # The wave's row too: a postponement begun before the cut-off is waited for, and its new cut-off read.
    wave = Wave.objects.select_for_update(no_key=True).get(pk=application.wave_id)
    if at < wave.closes_at:
        raise Refused(_("La relève est encore ouverte."), code="R02")
    move(application, "lapse", None)
    application.save(update_fields=["state"])
    record(
        "application.lapsed",
        application,
        by=None,
        at=at,
        state=application.state,
        closes_at=wave.closes_at.isoformat(),
    )


@transaction.atomic
def close(application: Application, *, at: datetime | None = None) -> None:
    """Nothing more will come of an admissible dossier in its wave: its refusal has been notified."""
    _turn(application, Application.State.ADMISSIBLE, "close", "application.closed", at)


@transaction.atomic
def reopen(application: Application, *, at: datetime | None = None) -> None:
    """The refusal was taken out of force: the dossier waits for its decision again."""
    _turn(application, Application.State.CLOSED, "reopen", "application.reopened", at)


def _turn(application: Application, now: str, step: str, kind: str, at: datetime | None) -> None:
    """In the portal's own name, once: a dossier that is not in the state `now` stays as it is."""
    at = lock_dossier(application, at)
    if application.state != now:
        return
    move(application, step, None)
    application.save(update_fields=["state"])
    record(kind, application, by=None, at=at, state=application.state)
