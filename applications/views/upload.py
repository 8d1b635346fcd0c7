"""A large file in parts, resumed where it stopped: tus 1.0.0 (creation, expiration, checksum, termination) at one dossier's door."""

import base64
import binascii
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from edsh_portal.workflow import Refused

from .. import actions
from ..actions.upload import Altered, Moved
from ..models import Upload
from .found import NOW, the_bare_dossier
from .pieces import wanted

TUS = "1.0.0"
MOST_PART = 2_000_000  # bytes of one PATCH: below what Django reads into memory
PART = "application/offset+octet-stream"


def tus(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Every answer says its version; another version is not served (412); a refusal is its sentence, 422."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.headers.get("Tus-Resumable", TUS) != TUS:
            answer = HttpResponse(status=412, headers={"Tus-Version": TUS})
        else:
            try:
                answer = view(request, *args, **kwargs)
            except Refused as refused:
                answer = _plain(422, refused.message)
        answer["Tus-Resumable"] = TUS
        return answer

    return spoken


def _plain(status: int, sentence: str = "") -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def _standing(upload: Upload, status: int) -> HttpResponse:
    """Where it is, and until when it is kept."""
    answer = HttpResponse(status=status)
    answer["Upload-Offset"], answer["Upload-Length"] = upload.offset, upload.length
    answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    answer["Cache-Control"] = "no-store"
    return answer


def _whole(request: HttpRequest, header: str) -> int | None:
    value = request.headers.get(header, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 16 else None


def _filename(request: HttpRequest) -> str:
    """« filename » of Upload-Metadata, base64; a name that cannot be read is no name."""
    pairs = (pair.strip().split(" ") for pair in request.headers.get("Upload-Metadata", "").split(","))
    held = {pair[0]: pair[1] for pair in pairs if len(pair) == 2}
    try:
        return base64.b64decode(held.get("filename", ""), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


@require_POST
@tus
def begin_upload(request: HttpRequest, reference: str, code: str, member: int | None = None) -> HttpResponse:
    application, _asked, membership = wanted(request, reference, code, member, the_bare_dossier)
    length = _whole(request, "Upload-Length")
    if length is None:
        raise Refused(_("La taille du fichier n’est pas arrivée : choisissez-le de nouveau."), code="R05")
    upload = actions.begin_upload(
        application, code, name=_filename(request), length=length, membership=membership, by=request.user
    )
    answer = _standing(upload, 201)
    answer["Location"] = reverse("applications:upload", args=[reference, upload.pk])
    return answer


@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
@tus
def upload(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """GET and HEAD: where it is; PATCH: the next bytes, and with the last the piece itself; DELETE: given up."""
    application = the_bare_dossier(request, reference)
    rows = Upload.objects.running(NOW).select_related("membership").of(request.user, application)
    held = get_object_or_404(rows, pk=pk)
    held.application = application
    if request.method == "DELETE":
        actions.discard_upload(held)
        return HttpResponse(status=204)
    return _append(request, held) if request.method == "PATCH" else _standing(held, 200)


def _append(request: HttpRequest, held: Upload) -> HttpResponse:
    if request.content_type != PART:
        return _plain(415)
    offset = _whole(request, "Upload-Offset")
    if offset is None:
        return _plain(400)
    if (_whole(request, "Content-Length") or 0) > MOST_PART:
        return _plain(413)
    try:
        held = actions.append_upload(held, offset, request.body, sha256=_checksum(request))
    except Moved as moved:
        answer = _plain(409)
        answer["Upload-Offset"] = moved.offset
        return answer
    except Altered:
        return _plain(460)
    except ValueError:
        return _plain(400)
    if held.complete:
        actions.finish_upload(held, by=request.user)
        messages.success(
            request, _("« %(name)s » est jointe ; le fichier est en cours d’examen.") % {"name": held.name}
        )
    return _standing(held, 204)


def _checksum(request: HttpRequest) -> bytes | None:
    """The SHA-256 announced by Upload-Checksum, or None. ValueError for another algorithm."""
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _space, value = said.partition(" ")
    if algorithm != "sha256":
        raise ValueError(algorithm)
    return base64.b64decode(value, validate=True)
