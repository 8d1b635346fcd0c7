"""Verbs of the complements: asked on named fields until a deadline, answered, withdrawn, lapsed. Answering one freezes a version.

A request suspends no legal period: the call's sources give none (docs/decisions/0009); its deadline falls within them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from applications.actions.locks import lock_dossier
from applications.actions.openings import close_parts, open_parts
from applications.actions.reception import TYPED, freeze_version
from applications.content import freeze, reopening
from applications.models import Application, Piece, Version
from calls import clocks
from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import STATES, Refused, Step, move, portal_only, steps

from .. import permissions
from ..models import ComplementField, ComplementRequest

MOST_CHARS = 4000


def _asks(user: Any, request: ComplementRequest) -> bool:
    return permissions.can_ask_complements(user, request.application)


COMPLEMENT_STEPS = steps(
    "complementrequest",
    ComplementRequest,
    [
        Step("ask", ("",), "asked", _asks, gettext_lazy("Demander des compléments")),
        Step(
            "answer",
            ("asked",),
            "answered",
            permissions.can_answer_complements,
            gettext_lazy("Envoyer les compléments"),
        ),
        Step(
            "withdraw",
            ("asked",),
            "withdrawn",
            permissions.can_withdraw_complements,
            gettext_lazy("Retirer la demande"),
        ),
        Step("lapse", ("asked",), "lapsed", portal_only, gettext_lazy("Constater la fin du délai")),
    ],
)
STATES["complementrequest"] = {
    "asked": (gettext_lazy("En attente de la réponse"), "waiting"),
    "answered": (gettext_lazy("Réponse reçue"), "ok"),
    "lapsed": (gettext_lazy("Sans réponse dans le délai"), "warn"),
    "withdrawn": (gettext_lazy("Demande retirée"), "closed"),
}


@transaction.atomic
def ask_complements(
    application: Application,
    keys: Iterable[str],
    *,
    message: str,
    due_at: datetime,
    by: Any,
    at: datetime | None = None,
) -> ComplementRequest:
    """Reopens the fields `keys` (applications/content/reopening.py), and them alone, while at < `due_at` (CRPA art. L114-5).

    Refused before the cut-off, while an opinion or another request waits, and beyond the admissibility period: that
    period goes on, so a later answer would never be read.
    """
    at = lock_dossier(application, at)
    request = ComplementRequest(
        application=application,
        version_id=application.version_id,  # type: ignore[misc]  # refused below when there is none
        message=message.replace("\r\n", "\n").strip(),
        due_at=due_at,
        asked_by=by,
        asked_at=at,
        state="",
    )
    move(request, "ask", by)
    _refuse_asking(application, request, at)
    with override("fr"):  # what the file keeps is in French, whoever asks
        known = reopening.labels(
            application.deposited.content, application.wave.settings.pieces.order_by("order", "code").values()
        )
    wanted = [key for key in known if key in set(keys)]
    if not wanted or set(keys) - set(wanted):
        raise Refused(_("Choisissez au moins un champ du dossier à rouvrir."), code="C02", field="keys")
    request.save()
    ComplementField.objects.bulk_create(ComplementField(request=request, key=key, label=known[key]) for key in wanted)
    open_parts(application, {key: known[key] for key in wanted}, until=due_at)
    _record("complement.asked", request, by, at, keys=wanted, due_at=due_at.isoformat(), version=request.version_id)
    return request


def _refuse_asking(application: Application, request: ComplementRequest, at: datetime) -> None:
    if application.state != Application.State.SUBMITTED:
        raise Refused(
            _("Ce dossier n’est plus à l’examen de sa recevabilité (%(state)s).")
            % {"state": application.get_state_display()},
            code="A10",
        )
    if at < application.wave.closes_at:
        raise Refused(
            _("La relève close le %(cutoff)s : jusque-là le consortium peut tout modifier.")
            % {"cutoff": clock.paris(application.wave.closes_at)},
            code="A11",
        )
    if application.admissibilities.filter(state="proposed").exists():
        raise Refused(_("Un avis attend déjà sa validation pour ce dossier."), code="A13")
    if application.complements.filter(state="asked").exists():
        raise Refused(
            _("Une demande de compléments attend déjà sa réponse : retirez-la pour en faire une autre."), code="C03"
        )
    if not request.message or len(request.message) > MOST_CHARS:
        raise Refused(
            _("Précisez votre demande, en %(most)s caractères au plus.") % {"most": MOST_CHARS},
            code="C04",
            field="message",
        )
    last = clocks.deadlines(application)
    if not at < request.due_at <= last.admissibility_at:
        raise Refused(
            _("Choisissez une échéance à venir, au plus tard le %(day)s : le délai de recevabilité continue de courir.")
            % {"day": f"{last.admissibility_on:%d/%m/%Y}"},
            code="C05",
            field="due_on",
        )


@transaction.atomic
def withdraw_complements(request: ComplementRequest, *, by: Any, at: datetime | None = None) -> None:
    """The officer takes the request back: its fields close, what was changed in the draft is not read."""
    at = lock_request(request, at)
    move(request, "withdraw", by)
    close_request(request, by, at)
    _record("complement.withdrawn", request, by, at)


def lapse_complements(at: datetime | None = None) -> int:
    """Every minute: closes each request whose deadline has passed; the dossier is then judged as it was deposited."""
    now = at or clock.now()
    lapsed = 0
    for request in ComplementRequest.objects.filter(state="asked", due_at__lte=now).order_by("pk"):
        with transaction.atomic():
            instant = lock_request(request, at)
            if request.state == "asked":  # answered or withdrawn since it was listed
                _lapse(request, instant)
                lapsed += 1
    return lapsed


def end_complements(application: Application, *, at: datetime) -> None:
    """Closes a request that no longer has an object (withdrawal, silence). Inside the verb that holds the dossier."""
    for request in application.complements.filter(state="asked"):
        request.application = application
        _lapse(request, at)


def _lapse(request: ComplementRequest, at: datetime) -> None:
    move(request, "lapse", None)
    close_request(request, None, at)
    _record("complement.lapsed", request, None, at)


def lock_request(request: ComplementRequest, at: datetime | None) -> datetime:
    """Locks the dossier, then rereads the request, which changes only under that lock."""
    application = request.application
    at = lock_dossier(application, at)
    request.refresh_from_db()
    request.application = application
    return at


def close_request(request: ComplementRequest, by: Any, at: datetime) -> None:
    request.closed_by, request.closed_at = by, at
    request.save(update_fields=["state", "closed_by", "closed_at", "answer"])
    close_parts(request.application)


def _record(kind: str, request: ComplementRequest, by: Any, at: datetime, **more: Any) -> None:
    record(kind, request, by=by, at=at, state=request.state, application=request.application_id, **more)


def completed(request: ComplementRequest) -> dict[str, Any]:
    """What answering now would freeze: the version deposited, with the fields asked as the live dossier has them."""
    keys = request.fields.values_list("key", flat=True)
    return reopening.completed(request.version.content, freeze.content(request.application), keys)


@transaction.atomic
def answer_complements(request: ComplementRequest, *, by: Any, at: datetime | None = None) -> Version:
    """Freezes the complements as the next version, which is then the one examined; the instant of the deposit stays.

    The rules of the deposit do not block here: the officer judges what was sent, beside what it replaces.
    """
    at = lock_request(request, at)
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
    version = freeze_version(
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
