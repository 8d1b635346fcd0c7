"""Anyone may ask whether a decision is authentic: by the address printed on it, or with the file itself."""

import hashlib
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import admission, pdf

from ..forms import LARGEST_FILE, FileForm, typed
from ..models import Decision

AUTHENTIC, REVOKED, UNKNOWN = "authentic", "revoked", "unknown"


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


@admission.takes(LARGEST_FILE, anonymous=True)
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Compares a file with those the portal issued: same bytes, then what its seal says."""
    form = FileForm(typed(request), request.FILES if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        context |= compared(form.cleaned_data["file"].read())
    return render(request, "decisions/verify.html", context, status=422 if form.errors else 200)


def compared(content: bytes) -> dict[str, Any]:
    """{verdict, decision, sealed}: the bytes of a notified decision are authentic; others, what their seal tells."""
    sha256 = hashlib.sha256(content).hexdigest()
    found = Decision.objects.public().select_related("document").filter(sha256=sha256).first()
    return {"verdict": verdict(found), "decision": found, "sha256": sha256, "sealed": pdf.check(content).valid}
