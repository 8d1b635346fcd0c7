"""A later version of a dossier whose report is open: what it changes, and each mark confirmed or changed over it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications.models import VersionFile
from applications.permissions import can_open_document
from edsh_portal.access import fetch
from edsh_portal.forms import Form, carried

from .. import actions, permissions, versions
from ..forms.fields import AREA, mark_field
from ..models import Assignment


def announced(assignment: Assignment, criteria: Any) -> dict[str, Any] | None:
    """What the scoring page tells of a later version; None when there is none, which asks the database nothing."""
    assignment.review.assignment = assignment
    found = versions.later(assignment.review)
    if found is None:
        return None
    return {
        "version": found.version,
        "changes": found.changes,
        "waiting": found.waiting,
        "criteria": [one for one in criteria if one.number in found.fed_by],
        "files": _fresh(assignment, found.version),
    }


def _fresh(assignment: Assignment, version: Any) -> list[tuple[VersionFile, bool]]:
    """The pieces that the version of the report does not have, each with whether it may be opened."""
    read = assignment.review.version.files.values("document")
    rows = version.files.exclude(code=VersionFile.RECEIPT).exclude(document__in=read)
    rows = rows.select_related("document__scan_result").order_by("code", "pk")
    return [(file, can_open_document(file.document)) for file in rows]


class ConfirmForm(Form):
    asked_later = ("value", "reason")  # of who changes their mark
    choice = forms.ChoiceField(label=gettext_lazy("Votre note"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Motif du changement"), required=False, max_length=2000, widget=forms.Textarea(attrs=AREA)
    )
    shown = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, held: int, most: int) -> None:
        super().__init__(data, initial={"shown": held})
        keep = _("Je garde ma note : %(value)s") % {"value": held}
        self.fields["choice"].choices = [("keep", keep), ("change", _("Je change ma note"))]
        self.fields["value"] = mark_field(most, gettext_lazy("Nouvelle note, de 0 à %(most)s"))
        self.order_fields(["choice", "value", "reason"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("choice") == "change" and data.get("value") is None and "value" not in self.errors:
            self.add_error("value", self.fields["value"].error_messages["invalid"])
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One criterion: what changed in the parts that feed it, and its mark kept, or changed with a reason."""
    rows = Assignment.objects.select_related("application__wave__settings", "application__version", "review__version")
    assignment = fetch(rows.select_related("link"), request.user, permissions.can_read, pk=pk)
    review, settings = assignment.review, assignment.application.wave.settings
    review.assignment = assignment
    found, criterion = versions.later(review), settings.criteria.filter(number=number).first()
    if found is None or criterion is None or number not in found.waiting:
        raise Http404
    score = review.scores.filter(criterion=criterion).first()
    form = None
    if score is not None and score.value is not None:
        form = ConfirmForm(request.POST or None, held=score.value, most=settings.scale_max)
    elif request.method == "POST":
        raise Http404

    def confirmed(data: dict[str, Any]) -> None:
        value, reason = (data["value"], data["reason"]) if data["choice"] == "change" else (data["shown"], "")
        actions.confirm_mark(review, criterion, value, reason, shown=data["shown"], by=request.user)

    if form and carried(form, confirmed):
        messages.success(request, _("Critère %(number)s : votre note est confirmée.") % {"number": number})
        return redirect("reviews:read", pk=pk)
    context = {"assignment": assignment, "criterion": criterion, "found": found, "changes": found.fed_by[number]}
    grid = f"{reverse('reviews:read', args=[pk])}#criterion-{number}"
    more = {
        "grid": grid,
        "form": form,
        "score": score,
        "settings": settings,
        "files": _fresh(assignment, found.version),
    }
    return render(request, "reviews/confirm.html", context | more, status=422 if form and form.errors else 200)
