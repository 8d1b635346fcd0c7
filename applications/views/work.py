"""The work plan: its packages, listed then written one by one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions, permissions
from ..work_forms import WorkPackageForm
from .found import the_dossier
from .rows import POSTED, removal, row_form, row_page

PLAN = permissions.in_section("packages")


@require_safe
def work_packages(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    packages = application.packages.select_related("leader__establishment")
    return render(request, "applications/work_packages.html", {"application": application, "packages": packages})


@require_http_methods(POSTED)
def work_package(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    row = get_object_or_404(application.packages, pk=pk) if pk else None
    form = row_form(request, application, WorkPackageForm, "packages", row, "packages", application=application)
    named = _("Lot %(n)s. %(title)s") % {"n": row.number, "title": row.title} if row else _("Nouveau lot de travail")
    return row_page(
        request,
        application,
        "packages",
        form,
        row,
        lambda data: actions.save_work_package(application, **data, package=row, read=form.read, by=request.user),
        title=named,
        back="work_packages",
        back_label=_("Lots de travail"),
    )


@require_http_methods(POSTED)
def remove_work_package(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    row = get_object_or_404(application.packages, pk=pk)
    stones, things = row.milestones.count(), row.deliverables.count()
    goes = [
        ngettext("%(n)s jalon", "%(n)s jalons", stones) % {"n": stones} if stones else "",
        ngettext("%(n)s livrable", "%(n)s livrables", things) % {"n": things} if things else "",
    ]
    return removal(
        request,
        application,
        row,
        actions.remove_work_package,
        title=_("Retirer le lot %(n)s. %(title)s") % {"n": row.number, "title": row.title},
        goes=filter(None, goes),
        back="work_packages",
        back_label=_("Lots de travail"),
        done=_("Lot retiré."),
    )
