"""The new dossier and its home: what is done, what is missing, who writes it."""

import hashlib
from typing import Any

from django.contrib import messages
from django.db.models import Subquery
from django.db.models.functions import TruncMinute
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls.models import Wave
from edsh_portal import clock
from edsh_portal.events import stream_of
from edsh_portal.forms import carried
from edsh_portal.models import Event
from edsh_portal.statements import Row, written_once
from edsh_portal.workflow import available

from .. import actions, permissions
from ..content import freeze
from ..forms.dossier import CreateForm
from ..models import Answer, Application
from ..panels import HOME, carriage
from .found import NOW, the_bare_dossier, the_dossier
from .signature import notified, pending
from .tasks import counted, sections
from .writing import others


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Chooses the establishment and the open wave; a GET shows the form, empty of choices for who writes for nobody."""
    now = clock.now()
    waves = Wave.objects.filter(call__state="published", opens_at__lte=now, closes_at__gt=now).select_related("call")
    form = CreateForm(
        request.POST if request.method == "POST" else None, user=request.user, waves=waves.order_by("closes_at")
    )
    made = []
    if request.method == "POST" and carried(form, lambda data: made.append(actions.create(**data, by=request.user))):
        messages.success(request, _("Le dossier %(reference)s est créé.") % {"reference": made[0].reference})
        return redirect("applications:dossier", made[0].reference)
    context = {"form": form, "waves": waves, "writes": form.fields["coordinator"].queryset.exists()}
    return render(request, "applications/create.html", context, status=422 if form.errors else 200)


@require_safe
def dossier(request: HttpRequest, reference: str) -> HttpResponse:
    """Home of the dossier: the task list for those who write it, what was deposited for the others."""
    application = the_dossier(request, reference, None, "handed", "unread", "heir", "signature", "notified")
    if not permissions.standing(request.user, application):
        return _as_read(request, application)
    reading = freeze.read(application, application.now)
    context = {
        **_checklist(request, application, reading),
        "steps": [step for step in available(application, request.user) if step.name != "submit"],
        "versions": application.versions.order_by("-number").defer("content"),
        "open": application.now < application.wave.closes_at,
        "blocking": len(reading.blocking),
        "twins": [verdict for verdict in reading.verdicts if verdict.rule == "R14" and verdict.failed],
        **{name: panel(application) for name, panel in HOME.items()},
        "writes": permissions.can_edit(request.user, application),
        "signs": permissions.can_submit(request.user, application),
        "reopened_until": permissions.reopened_until(application, application.now),
        "carriage": carriage(application, request.user),
        "pending": pending(application),
        "notified": notified(application),
    }
    return render(request, "applications/dossier.html", context)


def _checklist(request: HttpRequest, application: Application, reading: freeze.Reading) -> dict:
    """The task list, and whether the draft is not what was last deposited."""
    version = application.version if application.state == "submitted" else None
    differs = version is not None and not freeze.is_frozen_in(version, reading.content)
    listed = sections(application, reading, request.user, pending(application), differs=differs)
    live = permissions.is_live(application, application.now)
    return {"application": application, "differs": differs, "sections": listed, "counted": live and counted(listed)}


@require_safe
def checklist(request: HttpRequest, reference: str) -> HttpResponse:
    """The task list again, as the page opens and every few seconds after: what the others do, and who is here."""
    bare = the_bare_dossier(request, reference, permissions.can_attend)
    present = others(bare.pk, request.user.pk)
    mark = _mark(bare, present)
    if request.GET.get("mark") == mark:
        return HttpResponse(status=204)  # the page keeps what it shows
    application = the_dossier(request, reference, permissions.can_attend, "handed", "signature")
    reading = freeze.read(application, application.now)
    context = {**_checklist(request, application, reading), "present": present, "mark": mark}
    return render(request, "applications/_checklist.html", context)


def _mark(application: Application, present: list[Row]) -> str:
    """The same as long as the task list has no reason to be another; what other dossiers and the clock do to it is seen
    within the minute."""
    [last] = _last(application.pk, stream_of(application))
    told = [*last.values(), present]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


@written_once
def _last(pk: int, stream: str) -> Any:
    texts = Answer.objects.filter(application=pk).order_by("-pk").values("pk")[:1]
    events = Event.objects.filter(stream=stream).order_by("-seq").values("seq")[:1]
    return (
        Application.objects.filter(pk=pk)
        .order_by()
        .values("state", text=Subquery(texts), event=Subquery(events), minute=TruncMinute(NOW))
    )


checklist.unlogged = True  # type: ignore[attr-defined]  # the page that asks for it was logged


def _as_read(request: HttpRequest, application: Application) -> HttpResponse:
    """For the State: the last version deposited. For the auditor, even a draft."""
    content = application.version.content if application.version else freeze.content(application)
    if permissions.reads_perimeters_only(request.user, application):
        content = freeze.catalogue_part(content)
    versions = application.versions.order_by("-number").defer("content")
    context = {
        "application": application,
        "content": content,
        "version": application.version,
        "versions": versions,
        "carriage": carriage(application, request.user),
        "examines": application.version is not None and permissions.can_examine(request.user, application),
    }
    return render(request, "applications/read.html", context)
