"""The publication of sealed decisions by the direction: at once, or at an hour that may be moved and cancelled until it comes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.templatetags.portal import paris_instant

from .. import actions, panels
from ..forms.fields import typed
from ..forms.release import PlannedForm, ReleaseForm
from .approval import summary

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
@role_required("direction")
def release(request: HttpRequest) -> HttpResponse:
    """Sealed decisions, all chosen at first: published now, which cannot be undone, or at the hour given."""
    sealed = panels.to_publish()
    form = ReleaseForm(typed(request), sealed=sealed)
    said: list[str] = []

    def write(data: dict[str, Any]) -> None:
        due = data["due"]
        if due:
            said.append(_planned(actions.plan_release(data["decisions"], due, by=request.user), due))
        else:
            said.append(_published(actions.release(data["decisions"], by=request.user)))

    if request.method == "POST" and carried(form, write):
        messages.success(request, said[0])
        return redirect("decisions:batch")
    context = {"form": form, "sealed": sealed, "summary": summary(sealed), "planned": panels.planned()}
    return render(request, "decisions/release.html", context, status=422 if form.errors else 200)


def _published(count: int) -> str:
    return ngettext(
        "%(count)s décision en cours de notification.", "%(count)s décisions en cours de notification.", count
    ) % {"count": count}


def _planned(count: int, due: Any) -> str:
    return ngettext(
        "%(count)s décision sera publiée le %(at)s.", "%(count)s décisions seront publiées le %(at)s.", count
    ) % {
        "count": count,
        "at": paris_instant(due),
    }


@require_http_methods(GET_OR_POST)
@role_required("direction")
def planned(request: HttpRequest) -> HttpResponse:
    """Those for which an hour is set: moved to another, or cancelled."""
    waiting = panels.planned()
    form = PlannedForm(typed(request), sealed=waiting)
    said: list[str] = []

    def write(data: dict[str, Any]) -> None:
        if form.cancels:
            count = actions.cancel_release(data["decisions"], by=request.user)
            said.append(
                ngettext(
                    "%(count)s décision n’a plus d’heure de publication.",
                    "%(count)s décisions n’ont plus d’heure de publication.",
                    count,
                )
                % {"count": count}
            )
        else:
            said.append(_planned(actions.plan_release(data["decisions"], data["due"], by=request.user), data["due"]))

    if request.method == "POST" and carried(form, write):
        messages.success(request, said[0])
        return redirect("decisions:release")
    context = {"form": form, "planned": waiting, "summary": summary(waiting)}
    return render(request, "decisions/planned.html", context, status=422 if form.errors else 200)
