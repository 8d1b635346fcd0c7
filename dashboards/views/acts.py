"""Acts of two: what waits and for whom, what one changes, its second half."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import acts as two
from edsh_portal import asked
from edsh_portal.access import ROLES
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.lists import page_of
from edsh_portal.models import Act
from edsh_portal.workflow import STATES, heading

MINE, FIRST = "mine", 10  # the list of what waits for this person, and how many of it stand before the others


def told(listed: Any) -> list[dict[str, Any]]:
    """Each act in words: its kind, what it does, who proposed it and when."""
    return [
        {"act": act, "kind": two.KINDS[act.kind].label, "says": two.KINDS[act.kind].says(act, subject)}
        for act, subject in two.with_subjects(listed)
    ]


@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """The first that wait for this person, then all that they may know of, newest first; in one state, or waiting, those alone."""
    state = asked.choice(request, "state", [MINE, *Act.State.values])
    waiting = two.waiting_for(request.user).select_related("proposed_by", "decided_by").order_by("pk")
    seen = two.listed(request.user, state).select_related("proposed_by", "decided_by")
    page = page_of(request, waiting if state == MINE else seen)
    names = {"": _("Tous"), MINE: _("À approuver par vous")}
    names |= {code: heading("act", code) for code in STATES["act"]}
    tabs = [{"label": label, "url": f"?state={code}", "current": code == state} for code, label in names.items()]
    first = [] if state else list(waiting[: FIRST + 1])
    rows = told([*first, *page])
    context: dict[str, Any] = {"page": page, "rows": rows[len(first) :], "tabs": tabs}
    if not state:
        context |= {"waiting": rows[: len(first)][:FIRST], "more": len(first) > FIRST, "mine": f"?state={MINE}"}
    return render(request, "dashboards/acts.html", context)


def _seen(request: HttpRequest, pk: int) -> Act:
    found = two.visible_to(request.user).select_related("proposed_by", "decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_safe
def act(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _seen(request, pk))


def _page(request: HttpRequest, found: Act, form: Any = None) -> HttpResponse:
    kind, subject = two.KINDS[found.kind], two.subject_of(found)
    waits = found.state == Act.State.PROPOSED
    context = {
        "act": found,
        "kind": kind.label,
        "says": kind.says(found, subject),
        "facts": two.facts(found, subject),
        "form": form,
        "approvers": ", ".join(str(ROLES[role]) for role in kind.approvers) if waits else "",
        "may_approve": waits and two.may_approve(request.user, found),
        "may_take_back": waits and two.may_take_back(request.user, found),
        "own_page": kind.page(found, subject) if kind.page and waits else "",
    }
    return render(request, "dashboards/act.html", context, status=422 if form and form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def approve_act(request: HttpRequest, pk: int) -> HttpResponse:
    """The form stands on the page of the act; its address alone leads there."""
    found = _seen(request, pk)
    if request.method != "POST":
        return redirect("dashboards:act", pk)
    if not two.may_approve(request.user, found):
        raise PermissionDenied
    form = Form(request.POST)
    if carried(form, lambda data: two.approve(found, by=request.user)):
        messages.success(request, _("L’acte est approuvé et exécuté."))
        return redirect("dashboards:act", pk)
    return _page(request, _seen(request, pk), form)


def _ended(
    request: HttpRequest, pk: int, may: Callable[[Any, Act], bool], verb: Any, words: dict[str, Any]
) -> HttpResponse:
    """A reason, then the end of an act that waits."""
    found = _seen(request, pk)
    if not may(request.user, found):
        raise PermissionDenied
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: verb(found, data["reason"], by=request.user)):
        messages.success(request, words["done"])
        return redirect("dashboards:act", pk)
    kind = two.KINDS[found.kind]
    context = {"act": found, "says": kind.says(found, two.subject_of(found)), "form": form, **words}
    return render(request, "dashboards/end_act.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def return_act(request: HttpRequest, pk: int) -> HttpResponse:
    words = {
        "title": _("Renvoyer l’acte"), "label": _("Renvoyer"), "done": _("L’acte est renvoyé à son auteur."),
        "happens": _("L’acte revient à son auteur avec votre motif. Il n’est pas exécuté."),
    }  # fmt: skip
    return _ended(request, pk, two.may_approve, two.give_back, words)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back_act(request: HttpRequest, pk: int) -> HttpResponse:
    words = {
        "title": _("Reprendre l’acte"), "label": _("Reprendre"), "done": _("L’acte est repris : il n’est plus à approuver."),
        "happens": _("Personne ne pourra plus approuver cet acte. Il n’est pas exécuté."),
    }  # fmt: skip
    return _ended(request, pk, two.may_take_back, two.take_back, words)
