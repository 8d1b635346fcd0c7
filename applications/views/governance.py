"""The governance: what the call expects, what the dossier shows, the parity of the committee."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, permissions
from ..content.fields import SECTIONS, keys
from ..forms.mesh import GovernanceForm
from ..models import Application
from ..shapes.expectations import checklist, parity
from .found import the_dossier
from .rows import POSTED
from .together import saved, together, typed


@repeatable
@require_http_methods(POSTED)
def governance(request: HttpRequest, reference: str) -> HttpResponse:
    application = the_dossier(request, reference, permissions.in_section("governance"))
    held, pieces = getattr(application, "governance", None), _joined(application)
    initial = {field.attname: getattr(held, field.attname) for field in held._meta.fields} if held else {}
    form = GovernanceForm(typed(request), initial=initial, pieces=pieces)
    named = keys("governance", SECTIONS["governance"].fields)
    together(form, application, request.user, named, "governance")
    if request.method == "POST" and carried(
        form, lambda data: actions.save_row(application, "governance", read=form.read, by=request.user, **data)
    ):
        return saved(request, application, [*named.values()], "governance")
    context = {
        "application": application,
        "form": form,
        "lines": checklist(initial, [code for code, _title in pieces]),
        "parity": parity(held.cse_women, held.cse_men) if held else None,
    }
    return render(request, "applications/governance.html", context, status=422 if form.errors else 200)


def _joined(application: Application) -> list[tuple[str, str]]:
    """(code, title) of the pieces joined today, each once, in the order the call asks for them."""
    codes = application.pieces.filter(replaced_at=None).values("code")
    asked = application.wave.settings.pieces.filter(code__in=codes).order_by("order", "code")
    return list(asked.values_list("code", "title"))
