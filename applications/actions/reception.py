"""What becomes of a reception, under the dossier's lock: the version frozen from it, the one that already held it, or the
rules that refuse it.

Here and not in deposit.py, because whoever takes the lock of a dossier that was received answers for it first (locks.py).
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import move

from .. import rules
from ..content import freeze
from ..models import Application, Piece, Reception, Version, VersionFile


def settle_under_lock(application: Application, reception: Reception, at: datetime) -> None:
    """Reads the dossier, as nobody has changed it since the reception, and judges it at that instant (R04, R10 to R23, R30).

    The gate was asked when it was received: what is owed since then is owed whatever becomes of the person.
    """
    reading = freeze.read(application, reception.received_at)
    sha256 = freeze.digest(reading.content)
    if application.state == "submitted" and freeze.is_frozen_in(application.deposited, reading.content):
        _settle(reception, at, version=application.version)
        _sign(application, reception.by, at)
        record(
            "reception.repeated", reception, by=None, at=at, application=application.pk, version=application.version_id
        )
        return
    if reading.blocking:
        refused = [verdict.rule for verdict in reading.blocking]
        _settle(reception, at, rules=refused, message=_refusal(reading.blocking[0], reception.received_at))
        record("reception.refused", reception, by=None, at=at, application=application.pk, rules=refused)
        return
    move(application, "submit", None)
    version = _deposit(application, reading.content, sha256, reception)
    _settle(reception, at, version=version)
    _sign(application, reception.by, at)
    twins = list(Application.objects.twins_of(application).values_list("pk", flat=True))
    record(
        "application.submitted",
        application,
        by=reception.by,
        at=at,
        state=application.state,
        reception=reception.pk,
        received_at=reception.received_at.isoformat(),
        version=version.pk,
        number=version.number,
        sha256=sha256,
        total_cents=application.total_cents,
        requested_cents=application.requested_cents,
        twins=twins,
    )


def _sign(application: Application, by: Any, at: datetime) -> None:
    """The signature that was asked for is given."""
    for asked in application.signatures.filter(state="asked"):
        move(asked, "sign", None)
        asked.closed_by, asked.closed_at = by, at
        asked.save(update_fields=["state", "closed_by", "closed_at"])
        record("signature.signed", asked, by=by, at=at, state=asked.state, application=application.pk)


def _settle(reception: Reception, at: datetime, **answer: Any) -> None:
    """Written once: the row refuses a second answer."""
    for name, value in answer.items():
        setattr(reception, name, value)
    reception.settled_at = at
    reception.save(update_fields=["settled_at", *answer])


def _refusal(first: rules.Verdict, received_at: datetime) -> str:
    return _("Reçu le %(received)s ; refusé : %(rule)s · %(title)s : %(message)s %(change)s") % {
        "received": clock.paris_to_the_millisecond(received_at),
        "rule": first.rule,
        "title": first.title,
        "message": first.message,
        "change": first.change,
    }


def _deposit(application: Application, content: dict[str, Any], sha256: str, reception: Reception) -> Version:
    """The version deposited, and its instant on the dossier: that of the reception."""
    pieces = application.pieces.filter(replaced_at__isnull=True).select_related("membership").order_by("code", "pk")
    joined = [piece for piece in pieces if piece.membership is None or piece.membership.state == "accepted"]
    version = freeze_version(
        application,
        content,
        sha256,
        joined,
        Version.Kind.DEPOSIT,
        reception.by,
        reception.received_at,
        reception.delegation_id,
    )
    application.submitted_at = reception.received_at
    application.save(update_fields=["state", "submitted_at", *TYPED])
    return version


TYPED = ("version", "total_cents", "requested_cents", "member_count", "region_code")


def freeze_version(
    application: Application,
    content: dict[str, Any],
    sha256: str,
    pieces: list[Piece],
    kind: Version.Kind,
    by: Any,
    at: datetime,
    delegation: int | None = None,
) -> Version:
    """The version's row, its files, and (unsaved) the typed columns that lists filter on."""
    number = next_number(application)
    version = Version.objects.create(
        application=application,
        number=number,
        kind=kind,
        receipt_number=receipt_number(application, number),
        content=content,
        sha256=sha256,
        submitted_at=at,
        submitted_by=by,
        delegation_id=delegation,
    )
    VersionFile.objects.bulk_create(
        VersionFile(version=version, code=piece.code, piece=piece, document_id=piece.document_id) for piece in pieces
    )
    coordinator = next(member for member in content["members"] if member["role"] == "coordinator")
    application.version = version
    application.total_cents = content["totals"]["expenses_cents"]
    application.requested_cents = content["totals"]["aid_cents"]
    application.member_count = len(content["members"])
    application.region_code = coordinator["region"]
    return version


def next_number(application: Application) -> int:
    """Of the version that comes: without a gap, whatever was refused or repeated in between."""
    return application.versions.count() + 1


def receipt_number(application: Application, number: int) -> str:
    return f"AR-{application.reference}-v{number}"
