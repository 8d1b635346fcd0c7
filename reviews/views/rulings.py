"""The chair on weak links: those that wait, and one of them with its facts and what was ruled before."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of

from .. import actions, panels, permissions
from ..forms.assignment import RulingForm
from ..models import SEES_ASSIGNMENTS, Assignment, Ruling


@require_safe
@role_required(*SEES_ASSIGNMENTS)
def rulings(request: HttpRequest) -> HttpResponse:
    given = Ruling.objects.visible_to(request.user).select_related("application", "expert", "by").order_by("-pk")[:25]
    context = {
        "page": page_of(request, panels.to_rule(request.user)),
        "given": given,
        "may_rule": permissions.can_rule(request.user),
    }
    return render(request, "reviews/rulings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(*SEES_ASSIGNMENTS)
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Assignment.objects.select_related("application__wave", "application__coordinator", "expert")
    assignment = fetch(rows, request.user, None, pk=pk)
    if request.method == "POST" and not permissions.can_rule(request.user):
        raise PermissionDenied
    form = RulingForm(request.POST if request.method == "POST" else None)
    if carried(form, lambda data: actions.rule(assignment, **data, by=request.user)):
        messages.success(request, _("Votre décision est enregistrée avec son motif."))
        return redirect("reviews:rulings")
    pair = Ruling.objects.filter(expert=assignment.expert_id, application=assignment.application_id)
    context = {
        "assignment": assignment,
        "links": permissions.to_rule(assignment) if assignment.state == "waiting" else [],
        "given": pair.select_related("by").order_by("-pk"),
        "form": form,
        "may_rule": permissions.can_rule(request.user) and assignment.state == "waiting",
    }
    return render(request, "reviews/rule.html", context, status=422 if form.errors else 200)
