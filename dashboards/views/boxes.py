"""The auditor's boxes: asked for, followed as they are made, taken once whoever asked has said that they take them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application
from calls.models import Call
from edsh_portal import lists
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.models import Event

from .. import actions, permissions
from ..box import shelf


def _named(found: list[Event]) -> list[dict[str, Any]]:
    """Each box with what it is of, in words; two queries."""
    keys = {label: {box.subject_id for box in found if box.subject_type == label} for label in (DOSSIER, CALL)}
    dossiers = Application.objects.in_bulk(keys[DOSSIER]) if keys[DOSSIER] else {}
    calls = Call.objects.in_bulk(keys[CALL]) if keys[CALL] else {}
    return [
        {"box": box, "of": (dossiers if box.subject_type == DOSSIER else calls).get(box.subject_id)} for box in found
    ]


DOSSIER, CALL = Application._meta.label_lower, Call._meta.label_lower


@role_required(*permissions.AUDITS)
@require_http_methods(["GET", "HEAD", "POST"])
def boxes(request: HttpRequest) -> HttpResponse:
    """Those that were asked for, newest first; asking for that of the whole call."""
    form = Form(request.POST if request.method == "POST" else None)
    call = permissions.call_or_404()
    if request.method == "POST" and carried(form, lambda data: _ask_box(request, call)):
        return redirect("dashboards:box", request.box.pk)  # type: ignore[attr-defined]  # _ask_box put it there
    page = lists.slice_of(request, shelf.boxes())
    context = {"page": page, "rows": _named(page.rows), "form": form}
    return render(request, "dashboards/boxes.html", context, status=422 if form.errors else 200)


def _ask_box(request: Any, of: Application | Call) -> None:
    request.box = actions.ask_box(of, by=request.user)


@role_required(*permissions.AUDITS)
@require_POST
def ask_box(request: HttpRequest, reference: str) -> HttpResponse:
    application = fetch(Application.objects, request.user, permissions.can_follow, reference=reference)
    return redirect("dashboards:box", actions.ask_box(application, by=request.user).pk)


def _box(request: HttpRequest, pk: int) -> dict[str, Any]:
    box = get_object_or_404(shelf.boxes(), pk=pk)
    state = shelf.state(box)
    own = [one for one in state.handed if one.by_id == request.user.pk]
    return {**_named([box])[0], "state": state, "handed": own[-1] if own else None}


@role_required(*permissions.AUDITS)
@require_safe
def box(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "dashboards/box.html", {**_box(request, pk), "form": Form()})


@role_required(*permissions.AUDITS)
@require_safe
def box_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page asks again while the box is made."""
    return render(request, "dashboards/_box.html", {**_box(request, pk), "form": Form()})


@role_required(*permissions.AUDITS)
@require_POST
def hand_box(request: HttpRequest, pk: int) -> HttpResponse:
    form = Form(request.POST)
    if carried(form, lambda data: actions.hand_over(get_object_or_404(shelf.boxes(), pk=pk), by=request.user)):
        messages.success(request, _("Votre remise est inscrite au journal : vous pouvez télécharger la boîte."))
        return redirect("dashboards:box", pk)
    return render(request, "dashboards/box.html", {**_box(request, pk), "form": form}, status=422)


@role_required(*permissions.AUDITS)
@require_safe
def box_file(request: HttpRequest, pk: int) -> Any:
    """The ZIP, streamed from the disk, to whoever has said that they take it; 404 once it is swept."""
    held = _box(request, pk)
    if held["handed"] is None:
        raise PermissionDenied
    if not held["state"].there:
        raise Http404
    name = getattr(held["of"], "reference", None) or getattr(held["of"], "slug", "appel")
    answer = FileResponse(
        shelf.whole(held["box"]).open("rb"),
        as_attachment=True,
        filename=f"boite-{name}-{pk}.zip",
        content_type="application/zip",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    # django-csp reads its exceptions on the answer itself
    vars(answer)["_csp_replace"] = {"default-src": ["'none'"], "sandbox": True, "frame-ancestors": ["'none'"]}
    return answer
