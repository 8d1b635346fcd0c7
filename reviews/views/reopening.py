"""The chair reopens a locked report; what became of those that were, for who runs the evaluation."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried

from .. import actions, permissions
from ..forms.fields import AREA
from ..models import SEES_ASSIGNMENTS, Assignment, Reopening, Score

GET_OR_POST = ["GET", "HEAD", "POST"]


class ReopenForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Motif de la réouverture"), max_length=2000, widget=forms.Textarea(attrs=AREA)
    )


@require_http_methods(GET_OR_POST)
@role_required(*SEES_ASSIGNMENTS)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Assignment.objects.select_related("application__wave", "expert", "review").filter(review__isnull=False)
    assignment = fetch(rows, request.user, lambda user, held: permissions.can_reopen(user, held.review), pk=pk)
    if assignment.review.state != "locked":
        raise Http404
    back = reverse("reviews:assignments", args=[assignment.application.reference])
    form = ReopenForm(request.POST or None)
    if carried(form, lambda data: actions.reopen_review(assignment.review, data["reason"], by=request.user)):
        messages.success(request, _("L’évaluation est rouverte : l’expert est prévenu."))
        return redirect(back)
    context = {"assignment": assignment, "form": form, "back": back}
    return render(request, "reviews/reopen.html", context, status=422 if form.errors else 200)


class Told(NamedTuple):
    """A reopening, and the criteria that differ once the report is locked again; None until then."""

    row: Reopening
    expert: Any
    changes: list[dict[str, Any]] | None


def reopenings(rows: Iterable[Assignment], criteria: Iterable[Any]) -> list[Told]:
    """Of these assignments, the latest first. Two queries, one where nothing was reopened."""
    by_review = {row.review.pk: row for row in rows if hasattr(row, "review") and row.review.reopened_at}
    told = list(Reopening.objects.filter(review__in=by_review).select_related("by").order_by("-at", "-pk"))
    locked = [pk for pk, row in by_review.items() if row.review.state == "locked"]
    after: dict[int, dict[str, Any]] = {pk: {} for pk in locked}
    for score in Score.objects.filter(review__in=locked).select_related("criterion") if locked else ():
        after[score.review_id][str(score.criterion.number)] = [score.value, score.comment]
    found = []
    for row in told:
        now = after.get(row.review_id)
        found.append(Told(row, by_review[row.review_id].expert, _changes(row.scores, now, criteria)))
        after[row.review_id] = row.scores  # what the lock before it had become
    return found


def _changes(before: dict[str, Any], after: dict[str, Any] | None, criteria: Iterable[Any]) -> Any:
    if after is None:
        return None
    nothing = [None, ""]
    both = [(one, before.get(str(one.number), nothing), after.get(str(one.number), nothing)) for one in criteria]
    return [{"criterion": one, "before": was, "after": now} for one, was, now in both if was != now]
