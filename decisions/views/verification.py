"""Anyone may ask whether a decision is authentic: by the address printed on it, or with the file itself."""

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import admission, origin, pdf, throttle
from edsh_portal.intake import desk
from edsh_portal.once import repeatable

from ..forms import LARGEST_FILE, FileForm, typed
from ..models import Decision

AUTHENTIC, REVOKED, UNKNOWN = "authentic", "revoked", "unknown"
# Files that the portal did not issue, read for one address (for one subscriber, in IPv6): ten, then one has to wait a minute.
READING = throttle.Limit("verify", free=10, drain=6, first=60, most=60)


def verdict(decision: Decision | None) -> str:
    if decision is None:
        return UNKNOWN
    return REVOKED if decision.state == Decision.State.REVOKED else AUTHENTIC


@require_safe
@login_not_required
def verify_number(request: HttpRequest, number: str, sha256: str) -> HttpResponse:
    """Number and hash of the data, as the code on the PDF holds them. Before its notification a decision is unknown."""
    found = Decision.objects.public().select_related("document").filter(number=number).first()
    if found is not None and not constant_time_compare(found.snapshot_sha256, sha256):
        found = None
    context = {"asked": number, "verdict": verdict(found), "decision": found, "form": FileForm()}
    return render(request, "decisions/verify.html", context, status=200 if found else 404)


@repeatable
@admission.takes(LARGEST_FILE, anonymous=True)
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Compares a file with those the portal issued: same bytes; only then, and in the cage, what another's seal says."""
    form = FileForm(typed(request), request.FILES if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read()
        context |= compared(content)
        if context["verdict"] == UNKNOWN:
            status, told = read(request, content)
            context |= told
    return render(request, "decisions/verify.html", context, status=status)


def compared(content: bytes) -> dict[str, Any]:
    """{verdict, decision, sha256}: the bytes of a notified decision are authentic, without opening them."""
    sha256 = hashlib.sha256(content).hexdigest()
    found = Decision.objects.public().select_related("document").filter(sha256=sha256).first()
    return {"verdict": verdict(found), "decision": found, "sha256": sha256}


def read(request: HttpRequest, content: bytes) -> tuple[int, dict[str, Any]]:
    """(status, {sealed} or {unread: why, in a sentence}) of a file that is no decision of ours."""
    here = origin.address(request)
    if throttle.charge({READING: origin.network(here) if ":" in here else here}):
        return 429, {"unread": _("Trop de fichiers ont été envoyés de votre adresse : réessayez dans une minute.")}
    try:
        return 200, {"sealed": pdf.check(content).valid}
    except desk.GaveUp:
        return 200, {"unread": _("Son sceau n’a pas pu être lu : le fichier demande trop de temps ou de mémoire.")}
    except desk.Unavailable:
        return 503, {
            "unread": _(
                "Son sceau n’a pas pu être lu : le portail examine déjà d’autres fichiers, réessayez dans un instant."
            )
        }
