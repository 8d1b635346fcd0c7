"""The packages of the work plan, written one by one; the page of the calendar lists them (schedule.py)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from .. import actions, permissions
from .found import the_dossier
from .rows import POSTED, removal, row_form, row_page

PLAN = permissions.in_section("packages")


@require_http_methods(POSTED)
def work_package(request: HttpRequest, reference: str, pk: int | None = None) -> HttpResponse:
    application = the_dossier(request, reference, PLAN)
    row = get_object_or_404(application.packages, pk=pk) if pk else None
    form = row_form(request, application, "packages", row)
    named = _("Lot %(n)s. %(title)s") % {"n": row.number, "title": row.title} if row else _("Nouveau lot de travail")
    return row_page(
        request,
        application,
        "packages",
        form,
        row,
        lambda data: actions.save_work_package(application, **data, package=row, read=form.read, by=request.user),
        title=named,
        back="schedule",
        back_label=_("Lots, jalons et livrables"),
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
        back="schedule",
        back_label=_("Lots, jalons et livrables"),
        done=_("Lot retiré."),
    )
