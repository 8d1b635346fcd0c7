"""A scenario: what it is called, what is said of it, the aid of each of its dossiers, another beside it, and its proposals in one act."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal.access import fetch, let_in, role_required
from edsh_portal.forms import carried

from .. import actions, permissions, studio
from ..forms.fields import ReasonForm, typed
from ..forms.scenario import CommentForm, DrawForm, FreezeForm, ScenarioForm
from ..models import SEES_DECISIONS, SEES_SCENARIOS, Scenario
from ..programming import compare
from .studio import GET_OR_POST, Table, of_scenario, of_scenarios, ranked, share


def _the_scenario(request: HttpRequest, pk: int, gate: Any) -> Scenario:
    return fetch(_scenarios(), request.user, gate, pk=pk)


def _scenarios() -> Any:
    return Scenario.objects.for_list().select_related("wave__call", "wave__session", "author")


def _beside(request: HttpRequest, pk: int) -> dict[int, Scenario]:
    """The scenario and the others of its wave, the newest first, as far as this person sees them: one query."""
    rows = _scenarios().visible_to(request.user).filter(wave__scenarios=pk)
    found = {one.pk: one for one in rows}
    let_in(request.user, permissions.can_see_scenarios, found.get(pk))
    return found


@require_http_methods(GET_OR_POST)
@role_required(*SEES_SCENARIOS)
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """What it holds; its author revises it, those who see it say what they think of it."""
    others = _beside(request, pk)
    held = others.pop(pk)
    may_edit = permissions.can_edit_scenario(request.user, held) and held.frozen_at is None
    may_say = permissions.can_comment_scenario(request.user, held)
    said = request.POST if request.method == "POST" and "comment" in request.POST else None
    comment = CommentForm(said)
    form = ScenarioForm(typed(request) if said is None else None, initial=_values(held))
    if said is not None and carried(
        comment, lambda data: actions.comment_scenario(held, data["comment"], by=request.user)
    ):
        return redirect("decisions:scenario", pk)
    if said is None and carried(
        form, lambda _data: actions.revise_scenario(held, read=form.read(), by=request.user, **form.typed())
    ):
        messages.success(request, _("Le scénario est enregistré."))
        return redirect("decisions:scenario", pk)
    ground = studio.read(ranked(held.wave), request.user)
    context = {
        "scenario": held,
        "table": Table(ground, of_scenario(ground, held)),
        "comments": held.comments.select_related("author").order_by("pk"),
        "others": list(others.values()),
        "form": form if may_edit else None,
        "comment": comment if may_say else None,
        "may_freeze": permissions.can_freeze(request.user, held) and held.frozen_at is None,
        "may_edit": may_edit,
    }
    return render(request, "decisions/scenario.html", context, status=422 if form.errors or comment.errors else 200)


def _values(held: Scenario) -> dict[str, Any]:
    return {"name": held.name, "cut": held.cut, "shared": held.shared}


@require_http_methods(GET_OR_POST)
@role_required(*SEES_SCENARIOS)
def draw_dossier(request: HttpRequest, pk: int, reference: str) -> HttpResponse:
    """One table: each member, what it asks, what is proposed on each source; or the reason to set the dossier aside."""
    held = _the_scenario(request, pk, permissions.can_edit_scenario)
    ground = studio.read(ranked(held.wave), request.user)
    row = next((one for one in studio.drawn(ground, held) if one.reference == reference), None)
    application = get_object_or_404(Application, reference=reference, pk=row.application if row else None)
    assert row is not None
    form = DrawForm(typed(request), row=row, funds=ground.funds)
    if carried(form, partial(_drawn, request, held, application, form)):
        messages.success(request, _("Le montant est inscrit dans le scénario."))
        return redirect(f"{redirect('decisions:programme_wave', ground.wave.number).url}?scenario={pk}#{reference}")
    context = {"scenario": held, "row": row, "form": form, "wave": ground.wave, "funds": ground.funds}
    return render(request, "decisions/draw_dossier.html", context, status=422 if form.errors else 200)


def _drawn(request: HttpRequest, held: Scenario, application: Application, form: DrawForm, _data: Any) -> None:
    actions.draw_dossier(held, application, form.parts(), form.cleaned_data["aside"], by=request.user)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_SCENARIOS)
def freeze_scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """The summary, then the act: every dossier that it keeps is proposed, or none."""
    held = _the_scenario(request, pk, permissions.can_freeze)
    form = FreezeForm(typed(request))
    made: list[Any] = []
    if carried(form, lambda data: made.extend(actions.freeze_scenario(held, data["motive"], by=request.user))):
        said = ngettext(
            "%(n)s dossier est proposé : une autre personne doit l’approuver.",
            "%(n)s dossiers sont proposés : une autre personne doit les approuver.",
            len(made),
        )
        messages.success(request, said % {"n": len(made)})
        return redirect("decisions:programme_wave", held.wave.number)
    ground = studio.read(ranked(held.wave), request.user)
    plan = of_scenario(ground, held)
    context = {"scenario": held, "form": form, "table": Table(ground, plan), "plan": plan}
    return render(request, "decisions/freeze.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(*SEES_SCENARIOS)
def compare_scenarios(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two scenarios of a wave: who enters, who leaves, whose aid changes; the money and the territories of each."""
    found = _beside(request, pk)
    first, second = found[pk], let_in(request.user, None, found.get(other))
    ground = studio.read(ranked(first.wave), request.user)
    before, after = of_scenarios(ground, first, second)
    context = {
        "first": first,
        "second": second,
        "difference": compare(before, after),
        "plans": [
            {"scenario": one, "plan": plan, "share": share(plan)} for one, plan in ((first, before), (second, after))
        ],
        "funds": ground.funds,
    }
    return render(request, "decisions/compare.html", context)


@require_http_methods(GET_OR_POST)
@role_required(*SEES_DECISIONS)
def call_reserve(request: HttpRequest, reference: str) -> HttpResponse:
    """To call a dossier of the reserve before those that stand ahead of it: the reason, then a second person."""
    rows = Application.objects.select_related("coordinator", "wave").filter(
        open_to(request.user, "pk"), rankings__list="reserve"
    )
    application = fetch(rows, request.user, permissions.can_call_reserve, reference=reference)
    waiting = actions.ahead(application)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_call(application, data["reason"], by=request.user)
    ):
        messages.success(request, _("L’appel hors de l’ordre est proposé : une autre personne doit l’approuver."))
        return redirect("decisions:propose", reference)
    context = {"application": application, "waiting": waiting, "form": form}
    context["before"] = actions.named(waiting, request.user)
    return render(request, "decisions/call_reserve.html", context, status=422 if form.errors else 200)
