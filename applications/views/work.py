"""The work plan: its packages, listed then written one by one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import actions, permissions
from ..forms import carried
from ..work_forms import WorkPackageForm
from .found import the_dossier
from .together import row_form, saved

PLAN = permissions.in_section("packages")


@require_safe
def work_packages(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    packages = application.packages.select_related("leader__establishment")
    return render(request, "applications/work_packages.html", {"application": application, "packages": packages})


@require_http_methods(["GET", "HEAD", "POST"])
def work_package(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    row = get_object_or_404(application.packages, pk=pk) if pk else None
    form, written = row_form(
        request, application, WorkPackageForm, "packages", row, "packages", application=application
    )
    if request.method == "POST" and carried(
        form, lambda data: actions.save_work_package(application, **data, package=row, read=form.read, by=request.user)
    ):
        return saved(request, application, written, "work_packages")
    context = {"application": application, "form": form, "package": row}
    return render(request, "applications/work_package.html", context, status=422 if form.errors else 200)


@require_POST
def remove_work_package(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    actions.remove_work_package(get_object_or_404(application.packages, pk=pk), by=request.user)
    messages.success(request, _("Lot retiré."))
    return redirect("applications:work_packages", reference)
