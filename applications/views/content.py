"""Sections the coordinator writes: identity, narrative answers, research projects, data perimeters."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from calls.questions import BY_SLUG, QUESTIONS, Question, length, state
from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions
from ..content.fields import SECTIONS, keys
from ..forms.dossier import AnswerForm, IdentityForm
from ..models import Application
from .found import the_dossier
from .rows import POSTED, form_page
from .together import met, saved, together


@repeatable
@require_http_methods(POSTED)
def identity(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("identity"))
    named = keys("identity", SECTIONS["identity"].fields)
    form = IdentityForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(application, name) for name in named},
        bounds=application.wave.settings,
    )
    together(form, application, request.user, named, "identity")
    if request.method == "POST" and carried(
        form, lambda data: actions.save_row(application, "identity", read=form.read, by=request.user, **data)
    ):
        return saved(request, application, [*named.values()], "dossier")
    return form_page(request, application, form, _("Identité du projet"))


@require_safe
def narrative(request: HttpRequest, reference: str) -> HttpResponse:
    """The questions, each with its state, who wrote last and who was asked to write."""
    application = the_dossier(request, reference, permissions.can_edit)
    latest = application.answers.filter(key__startswith="answers.").latest_of_each().select_related("by")
    held = {answer.key: answer for answer in latest}
    owners = {
        owner.section: owner
        for owner in application.section_owners.select_related("person", "membership__establishment")
    }
    reopened = permissions.reopened(application, application.now)
    rows = [
        {
            "question": question,
            "asked": f"answers.{question.slug}" in reopened,
            "answer": (answer := held.get(f"answers.{question.slug}")),
            "state": state(length(answer.text) if answer else 0, application.wave.settings.min_answer_chars),
            "owner": owners.get(f"answers.{question.slug}"),
        }
        for question in QUESTIONS
    ]
    context = {"application": application, "rows": rows, "reopened": reopened}
    return render(request, "applications/narrative.html", context)


@repeatable
@require_http_methods(POSTED)
def answer(request: HttpRequest, reference: str, question: str) -> HttpResponse:
    """One narrative answer."""
    section = f"answers.{question}"
    application = the_dossier(request, reference, permissions.in_section(section))
    if question not in BY_SLUG:
        raise Http404
    least = application.wave.settings.min_answer_chars
    form = AnswerForm(request.POST if request.method == "POST" else None, question=BY_SLUG[question], least=least)
    together(form, application, request.user, {"text": section}, section)
    last = form.writing["last"]
    form.initial["text"] = last.text if last else ""
    if request.method == "POST" and carried(
        form,
        lambda data: actions.save_field(
            application, section, data["text"], read_version=(form.read or {}).get(section, 0), by=request.user
        ),
    ):
        return _answered(request, application, question)
    listed = {"back": "narrative", "back_label": _("Présentation")}
    more = listed if permissions.can_edit(request.user, application) else {}  # a partner has this question alone
    told = _situate_question(application, BY_SLUG[question])
    return form_page(request, application, form, BY_SLUG[question].title, question=question, told=told, **more)


def _situate_question(application: Application, question: Question) -> dict[str, Any]:
    """Which question it is of how many, and the criterion it feeds most with its share of the score, in percent."""
    criteria = list(application.wave.settings.criteria.values("number", "title", "weight"))
    total = sum(row["weight"] for row in criteria)
    fed = next((row for row in criteria if row["number"] == question.criterion), None)
    share = round(100 * fed["weight"] / total) if fed else 0
    return {"at": QUESTIONS.index(question) + 1, "of": len(QUESTIONS), "criterion": fed, "share": share}


def _answered(request: HttpRequest, application: Application, question: str) -> HttpResponse:
    """On to the next question that this person may write."""
    following = list(BY_SLUG)[list(BY_SLUG).index(question) + 1 :][:1]
    key = f"answers.{question}"
    if met(application, request.user, [key]) or not permissions.can_edit(request.user, application):
        return saved(request, application, [key], "dossier")
    if following:
        messages.success(request, _("Réponse enregistrée."))
        return redirect("applications:answer", application.reference, following[0])
    return saved(request, application, [key], "narrative")


@require_safe
def projects(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("projects"))
    context = {
        "application": application,
        "projects": application.projects.prefetch_related("partners", "indicators").order_by("pk"),
    }
    return render(request, "applications/projects.html", context)


@require_safe
def perimeters(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("perimeters"))
    context = {"application": application, "perimeters": application.perimeters.order_by("pk")}
    return render(request, "applications/perimeters.html", context)
