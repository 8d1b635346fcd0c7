"""The officer: who judges one dossier, and the whole of dossiers × experts."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from calls.models import Wave
from directory.models import Affiliation
from edsh_portal import asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.lists import among, page_of

from .. import actions, panels, permissions
from ..actions.assignment import REVIEW_DAYS
from ..forms import AssignForm, ExpertFilter
from ..models import HELD, LIVE, SEES_ASSIGNMENTS, Assignment, Score


def experts(text: str = "") -> QuerySet[Any]:
    """Who may be asked, of that name or employer."""
    roles: Any = get_user_model().groups.through.objects
    of_the_state = roles.filter(group__name__in=permissions.STATE_ROLES).values("user")
    asked_for = get_user_model().objects.filter(
        pk__in=roles.filter(group__name="expert").values("user"), is_active=True
    )
    found = asked_for.exclude(pk__in=of_the_state)  # few: each expert would be asked for their other roles
    if text:
        employed = Affiliation.objects.filter(ended_at__isnull=True, establishment__name__icontains=text)
        found = found.filter(Q(full_name__icontains=text) | Q(pk__in=employed.values("user")))
    return found.order_by("full_name", "pk")


def with_work() -> QuerySet[Any]:
    """People with where they work and how many files they have in hand. Two queries."""
    at_hand = Assignment.objects.live().exclude(review__state="locked").filter(expert=OuterRef("pk")).order_by()
    busy = Coalesce(Subquery(at_hand.values("expert").annotate(n=Count("pk")).values("n")), 0)
    work = Affiliation.objects.filter(ended_at__isnull=True).select_related("establishment")
    rows = get_user_model().objects.annotate(busy=busy).order_by("full_name", "pk")
    return rows.prefetch_related(Prefetch("affiliations", work, to_attr="at_work"))


def _offered(request: HttpRequest, application: Application, now: datetime) -> dict[str, Any] | None:
    """The experts that this person may choose among, a page of them, and the form that chooses; whoever it chose stays shown."""
    if not permissions.can_assign(request.user) or application.state != "admissible":
        return None
    found = ExpertFilter(request.GET)
    text = found.cleaned_data.get("q", "") if found.is_valid() else ""
    page = page_of(request, experts(text), read=with_work())
    shown = list(page)
    if request.method == "POST" and (number := asked.number(request.POST.get("expert", ""))):
        shown += [] if number in {e.pk for e in shown} else with_work().filter(among(experts().filter(pk=number)))
    if not shown and not text:
        return None
    linked = permissions.shut(application, [expert.pk for expert in shown])
    form = AssignForm(request.POST or None, experts=shown, linked=linked, today=clock.civil(now), days=REVIEW_DAYS)
    return {"form": form, "found": found, "page": page, "shown": shown}


def reports(rows: list[Assignment], criteria: list[Any]) -> list[dict[str, Any]]:
    """Locked reports side by side: a row per criterion, a cell per expert. One query."""
    done = [a for a in rows if hasattr(a, "review") and a.review.state == "locked"]
    scores = {(s.criterion_id, s.review_id): s for s in Score.objects.filter(review__in=[a.review.pk for a in done])}
    return [{"criterion": c, "cells": [(a, scores.get((c.pk, a.review.pk))) for a in done]} for c in criteria]


@require_http_methods(["GET", "HEAD", "POST"])
def assignments(request: HttpRequest, reference: str) -> HttpResponse:
    dossiers = Application.objects.select_related("wave__settings", "coordinator")
    application = fetch(dossiers, request.user, permissions.can_see_assignments, reference=reference)
    now = request.now = clock.now()  # type: ignore[attr-defined]  # the frame shows the same instant
    offered = _offered(request, application, now) or {"form": None, "shown": []}
    form = offered["form"]
    if request.method == "POST":
        answer = _assign(request, application, form)
        if answer is not None:
            return answer
    return render(
        request,
        "reviews/assignments.html",
        offered | _dossier(application, form, offered["shown"]) | {"now": now},
        status=422 if form and form.errors else 200,
    )


def _assign(request: HttpRequest, application: Application, form: AssignForm | None) -> HttpResponse | None:
    if form is None:
        raise PermissionDenied
    made: list[Assignment] = []

    def assign(data: dict[str, Any]) -> None:
        expert = get_user_model().objects.get(pk=data["expert"])
        made.append(actions.assign(application, expert, due_at=form.due_at(), by=request.user))

    if not carried(form, assign):
        return None
    said = {
        "waiting": _("La présidence du jury doit d’abord se prononcer sur le lien de %(name)s avec ce dossier."),
        "assigned": _("Dossier confié à %(name)s, qui doit d’abord déclarer ses intérêts."),
    }[made[0].state]
    messages.success(request, said % {"name": made[0].expert})
    return redirect("reviews:assignments", reference=application.reference)


def _dossier(application: Application, form: AssignForm | None, shown: list[Any]) -> dict[str, Any]:
    rows = list(Assignment.objects.filter(application=application).select_related("expert", "review").order_by("pk"))
    criteria = list(application.wave.settings.criteria.order_by("number"))
    held = {row.expert_id for row in rows if row.state in HELD}
    linked = form.linked if form else {}
    locked = [row for row in rows if row.state in LIVE and row.is_done]
    return {
        "application": application,
        "rows": rows,
        "reports": reports(locked, criteria),
        "locked": locked,
        "quorum": application.wave.settings.quorum,
        "choices": [{"expert": e, "link": next(iter(linked.get(e.pk, ())), None), "held": e.pk in held} for e in shown],
    }


@require_safe
@role_required(*SEES_ASSIGNMENTS)
def matrix(request: HttpRequest) -> HttpResponse:
    rows = Application.objects.filter(state__in=("admissible", "closed")).select_related(
        "wave__settings", "coordinator"
    )
    waves = list(Wave.objects.order_by("number"))
    number = asked.numbered(request, "releve", [wave.number for wave in waves])
    short = asked.choice(request, "pile", ("manque",)) == "manque"
    if number is not None:
        rows = rows.filter(wave__number=number)
    if short:
        rows = rows.filter(pk__in=panels.short_of_experts().values("pk"))
    held = Prefetch(
        "assignments", Assignment.objects.select_related("expert", "review").order_by("expert__full_name", "pk")
    )
    page = page_of(request, rows.prefetch_related(held).order_by("reference"))
    context = {
        "page": page,
        "now": clock.now(),
        "tabs": [
            {"label": _("Toutes"), "url": "?", "current": number is None and not short},
            {"label": _("Sans assez d’experts"), "url": "?pile=manque", "current": short},
            *(
                {"label": str(wave), "url": f"?releve={wave.number}", "current": wave.number == number}
                for wave in waves
            ),
        ],
        **_cells(page),
    }
    return render(request, "reviews/matrix.html", context)


def _cells(page: Any) -> dict[str, Any]:
    """One column per expert met on the page; the last assignment of a pair is what its cell says."""
    people = {a.expert_id: a.expert for dossier in page for a in dossier.assignments.all()}
    columns = sorted(people.values(), key=lambda person: (person.full_name, person.pk))
    lines = []
    for dossier in page:
        by_expert = {a.expert_id: a for a in dossier.assignments.all()}
        done = sum(a.is_done for a in by_expert.values())
        lines.append({"dossier": dossier, "done": done, "cells": [by_expert.get(person.pk) for person in columns]})
    return {"columns": columns, "lines": lines}
