"""Sections the coordinator writes: identity, narrative answers, research projects, data perimeters."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import actions, permissions
from ..forms import AnswerForm, IdentityForm, PerimeterForm, ProjectForm, carried
from ..models import Answer, Application
from ..questions import BY_SLUG, QUESTIONS
from .found import the_dossier

IDENTITY = ("acronym", "title", "goal", "starts_on", "months", "maturity_now", "maturity_target")
PROJECT = ("title", "theme", "summary", "outcomes", "procedure", "starts_on")


@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    initial = {name: getattr(application, name) for name in IDENTITY}
    form = IdentityForm(
        request.POST if request.method == "POST" else None, initial=initial, bounds=application.wave.settings
    )
    if request.method == "POST" and carried(
        form, lambda data: actions.save_identity(application, **data, by=request.user)
    ):
        return _saved(request, application)
    return _form_page(request, application, form, _("Identité du projet"))


def _saved(request: HttpRequest, application: Application, page: str = "dossier") -> HttpResponse:
    messages.success(request, _("Enregistré."))
    return redirect(f"applications:{page}", application.reference)


def _form_page(request: HttpRequest, application: Application, form, title: str, **more) -> HttpResponse:
    context = {"application": application, "form": form, "title": title, **more}
    return render(request, "applications/form.html", context, status=422 if form.errors else 200)


@require_safe
def narrative(request: HttpRequest, reference: str) -> HttpResponse:
    """The questions, each with its state and who wrote last."""
    application = the_dossier(request, reference, permissions.can_edit)
    latest = application.answers.select_related("by").order_by("question", "-version").distinct("question")
    held = {answer.question: answer for answer in latest}
    rows = [{"question": question, "answer": held.get(question.slug)} for question in QUESTIONS]
    return render(request, "applications/narrative.html", {"application": application, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str, question: str) -> HttpResponse:
    """One answer; a save over a text that changed meanwhile shows both (A01)."""
    application = the_dossier(request, reference, permissions.can_edit)
    if question not in BY_SLUG:
        raise Http404
    current = application.answers.filter(question=question).select_related("by").order_by("-version").first()
    version = current.version if current else 0
    initial = {"text": current.text if current else "", "read_version": version}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial, question=BY_SLUG[question])
    if request.method == "POST" and carried(
        form, lambda data: actions.save_answer(application, question, **data, by=request.user)
    ):
        return _answer_saved(request, application, question)
    return _answer_page(request, application, form, question, current)


def _answer_saved(request: HttpRequest, application: Application, question: str) -> HttpResponse:
    """The saved instant for htmx (with the version just written), the next question for a plain browser."""
    if request.headers.get("HX-Request"):
        current = application.answers.filter(question=question).order_by("-version").first()
        return render(request, "applications/_answer_saved.html", {"answer": current})
    slugs = list(BY_SLUG)
    following = slugs[slugs.index(question) + 1 :][:1]
    messages.success(request, _("Réponse enregistrée."))
    if following:
        return redirect("applications:answer", application.reference, following[0])
    return redirect("applications:narrative", application.reference)


def _answer_page(
    request: HttpRequest, application: Application, form, question: str, current: Answer | None
) -> HttpResponse:
    conflict = form.has_error("text", "A01")
    if request.headers.get("HX-Request"):
        return render(request, "applications/_answer_refused.html", {"form": form}, status=422)
    if conflict:  # the next save says that both texts were seen
        form.data = form.data.copy()
        form.data["read_version"] = current.version
    context = {
        "application": application,
        "form": form,
        "question": BY_SLUG[question],
        "current": current,
        "conflict": conflict,
    }
    return render(request, "applications/answer.html", context, status=422 if form.errors else 200)


@require_safe
def projects(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    context = {
        "application": application,
        "projects": application.projects.prefetch_related("partners", "indicators").order_by("pk"),
    }
    return render(request, "applications/projects.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def project(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    row = get_object_or_404(application.projects, pk=pk) if pk else None
    initial = {name: getattr(row, name) for name in PROJECT} | {"partners": row.partners.all()} if row else {}
    form = ProjectForm(request.POST if request.method == "POST" else None, initial=initial, application=application)
    if request.method == "POST" and carried(
        form, lambda data: actions.save_project(application, **data, project=row, by=request.user)
    ):
        return _saved(request, application, "projects")
    return _form_page(
        request, application, form, _("Projet de recherche ou d’innovation"), back="applications:projects"
    )


@require_POST
def remove_project(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    actions.remove_project(get_object_or_404(application.projects, pk=pk), by=request.user)
    messages.success(request, _("Projet retiré."))
    return redirect("applications:projects", reference)


@require_safe
def perimeters(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    context = {"application": application, "perimeters": application.perimeters.order_by("pk")}
    return render(request, "applications/perimeters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def perimeter(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    row = get_object_or_404(application.perimeters, pk=pk) if pk else None
    initial = {name: getattr(row, name) for name in PerimeterForm.base_fields} if row else {}
    form = PerimeterForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and carried(
        form, lambda data: actions.save_perimeter(application, **data, perimeter=row, by=request.user)
    ):
        return _saved(request, application, "perimeters")
    return _form_page(request, application, form, _("Périmètre de données"), back="applications:perimeters")


@require_POST
def remove_perimeter(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, permissions.can_edit)
    actions.remove_perimeter(get_object_or_404(application.perimeters, pk=pk), by=request.user)
    messages.success(request, _("Périmètre retiré."))
    return redirect("applications:perimeters", reference)
