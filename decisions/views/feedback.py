"""What comes back of the evaluation, as the applicant reads it: with the decision, on a page and as a PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from edsh_portal import documents
from reviews.models import Feedback

from .. import panels, permissions
from ..models import Decision
from .decision import the_decision


def _feedback(request: HttpRequest, number: str) -> tuple[Decision, Feedback]:
    held = the_decision(request, number, permissions.can_read_feedback)
    back = panels.feedback_of(held)
    if back is None:
        raise Http404
    return held, back


@require_safe
def feedback(request: HttpRequest, number: str) -> HttpResponse:
    held, back = _feedback(request, number)
    return render(request, "decisions/feedback.html", {"decision": held, "feedback": back})


@require_safe
def feedback_file(request: HttpRequest, number: str) -> HttpResponse:
    _held, back = _feedback(request, number)
    if back.document is None:
        raise Http404
    return documents.response(back.document)
