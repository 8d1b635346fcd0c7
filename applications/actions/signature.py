"""Verbs of the signature: the writers ask for it, who signs sends the dossier back with remarks, or marks it read."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal.events import record
from edsh_portal.workflow import STATES, Refused, Step, move, portal_only, steps

from .. import permissions
from ..content import freeze
from ..content.fields import Text
from ..models import Application, DossierReading, SignatureRequest
from .locks import lock_for_edit, need_open

MOST_CHARS = 2000


def _asks(user: Any, request: SignatureRequest) -> bool:
    return permissions.can_edit(user, request.application)


def _returns(user: Any, request: SignatureRequest) -> bool:
    return permissions.can_return(user, request.application)


SIGNATURE_STEPS = steps(
    "signature",
    SignatureRequest,
    [
        Step("ask", ("",), "asked", _asks, gettext_lazy("Soumettre à la signature")),
        Step("return", ("", "asked"), "returned", _returns, gettext_lazy("Renvoyer avec des remarques"), reason=True),
        Step("sign", ("asked",), "signed", portal_only, gettext_lazy("Constater le dépôt")),
    ],
)
STATES["signature"] = {
    "asked": (gettext_lazy("À signer"), "todo"),
    "returned": (gettext_lazy("Renvoyé avec des remarques"), "warn"),
    "signed": (gettext_lazy("Signé"), "ok"),
}


@transaction.atomic
def ask_signature(application: Application, *, note: str = "", by: Any, at: datetime | None = None) -> SignatureRequest:
    """The coordinator's people say that the dossier may be signed; what blocks it is not refused here, the deposit refuses it."""
    at = lock_for_edit(application, at, by)
    need_open(application.wave, at)
    asked = SignatureRequest(application=application, state="", asked_by=by, asked_at=at)
    move(asked, "ask", by)
    if application.signatures.filter(state="asked").exists():
        raise Refused(_("La signature est déjà demandée : elle attend le dépôt, ou des remarques."), code="W01")
    asked.note = Text(words=_("Votre mot"), most=MOST_CHARS).read(note, "note")
    asked.save()
    record("signature.asked", asked, by=by, at=at, state=asked.state, application=application.pk)
    return asked


@transaction.atomic
def return_dossier(
    application: Application, *, remarks: str, read: str = "", by: Any, at: datetime | None = None
) -> SignatureRequest:
    """Who signs sends the dossier back to its writers, whether or not they had asked. `read`: the SHA-256 of what was shown,
    marked as read when the dossier is still that."""
    at = lock_for_edit(application, at, by, permissions.can_return)
    need_open(application.wave, at)
    held = application.signatures.filter(state="asked").first() or SignatureRequest(application=application, state="")
    held.application = application
    move(held, "return", by)
    held.remarks = Text(words=_("Remarques"), most=MOST_CHARS, needed=True).read(remarks, "remarks")
    held.closed_by, held.closed_at = by, at
    held.save(update_fields=["state", "remarks", "closed_by", "closed_at"] if held.pk else None)
    content = freeze.content(application)
    if freeze.digest(content) == read:
        _mark(application, content, by, at)
    record("signature.returned", held, by=by, at=at, state=held.state, application=application.pk)
    return held


@transaction.atomic
def mark_dossier_read(application: Application, *, read: str, by: Any, at: datetime | None = None) -> DossierReading:
    """This person has read the dossier as it is (no event: a mark is nobody else's). `read`: the SHA-256 of what was shown."""
    at = lock_for_edit(application, at, by, permissions.can_return)
    content = freeze.content(application)
    if freeze.digest(content) != read:
        raise Refused(
            _("Le dossier a changé pendant votre lecture : la page montre les changements, relisez-le."), code="W01"
        )
    return _mark(application, content, by, at)


def _mark(application: Application, content: dict[str, Any], by: Any, at: datetime) -> DossierReading:
    mark, _made = DossierReading.objects.update_or_create(
        application=application, user=by, defaults={"content": content, "at": at}
    )
    return mark
