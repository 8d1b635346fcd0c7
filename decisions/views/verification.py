"""Anyone may ask whether a document is authentic: by the address printed on it, by its fingerprint, or with the file itself."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import admission, origin, pdf, throttle
from edsh_portal.intake import desk
from edsh_portal.once import repeatable

from ..authenticity import UNKNOWN, Answer, by_data, by_file, of_file
from ..forms.fields import typed
from ..forms.verification import LARGEST_FILE, FileForm, FingerprintForm

# Files that the portal did not issue, read for one address (for one subscriber, in IPv6): ten, then one has to wait a minute.
READING = throttle.Limit("verify", free=10, drain=6, first=60, most=60)


def _page(request: HttpRequest, answer: Answer | None, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": FileForm(), "typed": FingerprintForm(), **more, "verdict": None, "issued": None}
    if answer is not None:
        context |= {"verdict": answer.verdict.value, "issued": answer.issued}
    return render(request, "decisions/verify.html", context, status=status)


@require_safe
@login_not_required
def verify_number(request: HttpRequest, number: str, sha256: str) -> HttpResponse:
    """Number and hash of the data, as the code on the PDF holds them. Before its notification a decision is unknown."""
    answer = by_data(number, sha256)
    return _page(request, answer, 404 if answer == UNKNOWN else 200)


@repeatable
@admission.takes(LARGEST_FILE, anonymous=True)
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def verify(request: HttpRequest) -> HttpResponse:
    """Compares a file with those the portal issued: same bytes; only then, and in the cage, what another says that it is."""
    if request.method != "POST":
        return _typed(request)
    form = FileForm(typed(request), request.FILES)
    if not form.is_valid():
        return _page(request, None, 422, form=form)
    status, answer, unread = read(request, form.cleaned_data["file"].read())
    return _page(request, answer, status, unread=unread)


def _typed(request: HttpRequest) -> HttpResponse:
    """The fingerprint of a file, or that of its data with its number."""
    if not request.GET:
        return _page(request, None)
    form = FingerprintForm(request.GET)
    if not form.is_valid():
        return _page(request, None, 422, typed=form)
    number, sha256 = form.cleaned_data["number"], form.cleaned_data["sha256"]
    return _page(request, by_data(number, sha256) if number else by_file(sha256), typed=form)


class _TooMany(Exception):
    pass


def read(request: HttpRequest, content: bytes) -> tuple[int, Answer, str]:
    """(status, answer, why it could not be opened, in a sentence) of a file; it is opened only when its bytes are not ours."""

    def opened(content: bytes) -> pdf.Claims:
        here = origin.address(request)
        if throttle.charge({READING: origin.network(here) if ":" in here else here}):
            raise _TooMany
        return pdf.claims(content)

    try:
        return 200, of_file(content, opened), ""
    except _TooMany:
        return 429, UNKNOWN, _("Trop de fichiers ont été envoyés de votre adresse : réessayez dans une minute.")
    except desk.GaveUp:
        return 200, UNKNOWN, _("Il n’a pas pu être lu : le fichier demande trop de temps ou de mémoire.")
    except desk.Unavailable:
        return (
            503,
            UNKNOWN,
            _("Il n’a pas pu être lu : le portail examine déjà d’autres fichiers, réessayez dans un instant."),
        )
