"""Who may judge, as the officer chooses among them: skills, load, availability; parity in aggregate alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from edsh_portal import clock
from edsh_portal.access import role_required
from edsh_portal.lists import page_of

from .. import panels
from ..forms.expert import ExpertsFilter
from ..models import SEES_EXPERTS
from .officer import experts as asked_for
from .officer import with_work


@require_safe
@role_required(*SEES_EXPERTS)
def experts(request: HttpRequest) -> HttpResponse:
    skills = panels.skills()
    found = ExpertsFilter(request.GET, skills=skills)
    data: dict[str, Any] = found.cleaned_data if found.is_valid() else {}
    rows = asked_for(data.get("q", ""))
    if skill := data.get("skill"):
        rows = rows.filter(profile__skills__contains=[skill])
    page = page_of(request, rows, read=with_work().select_related("profile"))
    today = clock.today()
    for person in page:
        person.told = _row(person, dict(skills), today)
    context = {"page": page, "found": found, "parity": panels.parity(), "asked": bool(data.get("q") or skill)}
    return render(request, "reviews/experts.html", context)


def _row(person: Any, titles: dict[str, str], today: Any) -> dict[str, Any]:
    held = getattr(person, "profile", None)
    if held is None:
        return {"skills": []}
    return {
        "skills": [titles.get(code, code) for code in held.skills],
        "capacity": held.capacity,
        "available": held.available_on(today),
        "from": held.available_from,
        "until": held.available_until,
        "languages": [held.Language(code).label for code in held.languages if code in held.Language.values],
    }
