"""Verbs of the deposit: submit, answer a request for complements, withdraw, lapse."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move, need_reason

from .. import freeze, permissions, reopening, rules
from ..models import Application, ComplementRequest, Piece, Version, VersionFile, Wave
from .admissibility import lapse_proposals
from .complements import close_request, end_complements, hold_request
from .hold import hold, need_open
from .signature import sign


@transaction.atomic
def submit(application: Application, *, by: Any, at: datetime | None = None) -> Version:
    """Freezes the dossier as its next version and gives its receipt number and instant (R01 to R04, R10 to R23, R30).

    The completed request counts: the clock is read after the row lock. The same content again answers the version that
    already holds it; a refused rule raises with its code, and facts["rules"] names every rule that blocks.
    """
    at = hold(application, at)
    if not permissions.can_submit(by, application):
        raise PermissionDenied
    need_open(application.wave, at)
    reading = freeze.read(application, at)
    sha256 = freeze.digest(reading.content)
    if application.state == "submitted" and application.version.sha256 == sha256:
        sign(application, by, at)
        return application.version
    _need_rules(reading.blocking)
    move(application, "submit", by)
    version = _freeze(application, reading.content, sha256, by, at)
    sign(application, by, at)
    twins = list(Application.objects.twins_of(application).values_list("pk", flat=True))
    record(
        "application.submitted",
        application,
        by=by,
        at=at,
        state=application.state,
        version=version.pk,
        number=version.number,
        sha256=sha256,
        total_cents=application.total_cents,
        requested_cents=application.requested_cents,
        twins=twins,
    )
    return version


def _need_rules(refused: list[rules.Verdict]) -> None:
    if refused:
        first = refused[0]
        raise Refused(
            _("%(rule)s · %(title)s : %(message)s %(change)s")
            % {"rule": first.rule, "title": first.title, "message": first.message, "change": first.change},
            code=first.rule,
            field=first.field or None,
            rules=[verdict.rule for verdict in refused],
        )


def _freeze(application: Application, content: dict[str, Any], sha256: str, by: Any, at: datetime) -> Version:
    """The version deposited, and its instant on the dossier."""
    pieces = application.pieces.filter(replaced_at__isnull=True).select_related("membership").order_by("code", "pk")
    joined = [piece for piece in pieces if piece.membership is None or piece.membership.state == "accepted"]
    version = _version(application, content, sha256, joined, Version.Kind.DEPOSIT, by, at)
    application.submitted_at = at
    application.save(update_fields=["state", "submitted_at", *TYPED])
    return version


TYPED = ("version", "total_cents", "requested_cents", "member_count", "region_code")


def _version(
    application: Application,
    content: dict[str, Any],
    sha256: str,
    pieces: list[Piece],
    kind: Version.Kind,
    by: Any,
    at: datetime,
) -> Version:
    """The version's row, its files, and (unsaved) the typed columns that lists filter on."""
    number = application.versions.count() + 1
    signing = permissions.signing(by, application) if kind == Version.Kind.DEPOSIT else None
    version = Version.objects.create(
        application=application,
        number=number,
        kind=kind,
        receipt_number=f"AR-{application.reference}-v{number}",
        content=content,
        sha256=sha256,
        submitted_at=at,
        submitted_by=by,
        delegation_id=signing.delegation if signing else None,
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


def completed(request: ComplementRequest) -> dict[str, Any]:
    """What answering now would freeze: the version deposited, with the fields asked as the live dossier has them."""
    keys = request.fields.values_list("key", flat=True)
    return reopening.completed(request.version.content, freeze.content(request.application), keys)


@transaction.atomic
def answer_complements(request: ComplementRequest, *, by: Any, at: datetime | None = None) -> Version:
    """Freezes the complements as the next version, which is then the one examined; the instant of the deposit stays.

    The rules of the deposit do not block here: the officer judges what was sent, beside what it replaces.
    """
    at = hold_request(request, at)
    application = request.application
    move(request, "answer", by)
    if at >= request.due_at:
        raise Refused(
            _("Les compléments étaient attendus avant le %(due)s, heure de Paris : le délai est passé.")
            % {"due": clock.paris(request.due_at)},
            code="C06",
        )
    content = completed(request)
    if content["pending"]:
        raise Refused(
            _("Des invitations attendent leur réponse : %(names)s. Retirez-les, ou attendez qu’elles soient acceptées.")
            % {"names": ", ".join(content["pending"])},
            code="R04",
        )
    sha256 = freeze.digest(content)
    if sha256 == request.version.sha256:
        raise Refused(
            _("Rien n’a changé dans les champs demandés : complétez-les avant d’envoyer votre réponse."), code="C07"
        )
    version = _version(
        application, content, sha256, _completed_pieces(request, content), Version.Kind.COMPLEMENT, by, at
    )
    application.save(update_fields=list(TYPED))
    request.answer = version
    close_request(request, by, at)
    record(
        "complement.answered",
        request,
        by=by,
        at=at,
        state=request.state,
        application=application.pk,
        version=version.pk,
        number=version.number,
        sha256=sha256,
    )
    return version


def _completed_pieces(request: ComplementRequest, content: dict[str, Any]) -> list[Piece]:
    """The rows behind the files that `content` names: those of the version completed, and those joined since."""
    held = Piece.objects.filter(
        Q(pk__in=request.version.files.values("piece")) | Q(application=request.application, replaced_at__isnull=True)
    ).select_related("membership__establishment", "document")
    known = {
        (piece.code, piece.membership.establishment.name if piece.membership else "", piece.document.sha256): piece
        for piece in held.order_by("pk")
    }
    return [known[row["code"], row["member"], row["sha256"]] for row in content["pieces"]]


@transaction.atomic
def withdraw(application: Application, reason: str, *, by: Any, at: datetime | None = None) -> None:
    """The coordinator's legal representative takes the dossier back; what was deposited stays readable. Final."""
    at = hold(application, at)
    if not permissions.can_withdraw(by, application):
        raise PermissionDenied
    reason = need_reason(reason)
    move(application, "withdraw", by)
    application.withdrawn_at, application.withdrawn_reason = at, reason
    application.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    lapse_proposals(application, at=at)
    end_complements(application, at=at)
    record("application.withdrawn", application, by=by, at=at, state=application.state, version=application.version_id)


@transaction.atomic
def lapse(application: Application, *, at: datetime | None = None) -> None:
    """The cut-off passed on a draft: the portal notes, in its own name, that it was not deposited (R02).

    The event is written when it is noted; `closes_at` in its data is the instant it speaks of.
    """
    at = hold(application, at)
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
    at = hold(application, at)
    if application.state != now:
        return
    move(application, step, None)
    application.save(update_fields=["state"])
    record(kind, application, by=None, at=at, state=application.state)
