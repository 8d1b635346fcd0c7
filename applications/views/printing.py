"""A draft on paper, asked then fetched; the blank form of the call, for anyone."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from calls.models import Call
from edsh_portal import documents
from edsh_portal.once import repeatable

from .. import actions, permissions
from ..models import Application, Printout
from .found import the_dossier


@repeatable
@require_http_methods(["GET", "HEAD", "POST"])
def print_draft(request: HttpRequest, reference: str) -> HttpResponse:
    """The last one asked, with its state; asking lays out the dossier as it is now."""
    application = the_dossier(request, reference, permissions.can_attend)
    if request.method == "POST":
        actions.print_draft(application, by=request.user)
        return redirect("applications:print_draft", reference)
    last = application.printouts.select_related("document").order_by("-asked_at", "-pk").first()
    return render(request, "applications/print_draft.html", {"application": application, "printout": last})


def _printout(request: HttpRequest, reference: str, pk: int) -> tuple[Application, Printout]:
    application = the_dossier(request, reference, permissions.can_attend)
    return application, get_object_or_404(application.printouts.select_related("document"), pk=pk)


@require_safe
def printout(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The PDF; 404 until it is laid out."""
    _application, made = _printout(request, reference, pk)
    if made.document is None:
        raise Http404
    return documents.response(made.document)


@require_safe
def printout_state(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The fragment that the page asks again until the PDF is there."""
    application, made = _printout(request, reference, pk)
    return render(request, "applications/_printout.html", {"application": application, "printout": made})


@login_not_required
@require_safe
def form_file(request: HttpRequest, version: int) -> HttpResponse:
    """The blank form of a version of the settings of the public call."""
    call = Call.objects.current()
    made = get_object_or_404(
        Printout.objects.select_related("document"),
        application=None,
        document__isnull=False,
        of__version=version,
        of__call=call if call and call.state != Call.State.DRAFT else None,
    )
    return documents.response(made.document)  # type: ignore[arg-type]  # the query asks for one that is made
