"""What happened and who saw what, for who audits: each event in words, each read of a page, by dossier, person and day."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from applications.models import Application
from decisions.models import Decision
from edsh_portal import lists
from edsh_portal.access import role_required
from edsh_portal.models import AccessLog, Event
from reviews.models import Assignment

from .. import kinds, permissions, visits
from ..forms import EventsForm, ReadsForm

# The pages of what an event is about, whose address is its key.
PAGES = {
    "funding.convention": "funding:convention",
    "funding.instalment": "funding:instalment",
    "funding.claim": "funding:claim",
    "funding.grant": "funding:grant",
    "funding.posting": "funding:posting",
    "directory.user": "directory:person",
    "directory.establishment": "directory:establishment",
    "edsh_portal.act": "dashboards:act",
}
BOX = Event._meta.label_lower


@role_required(*permissions.AUDITS)
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The journal: newest first; of a dossier, of a kind, of a person, of some days."""
    form = EventsForm(request.GET)
    page = lists.slice_of(request, form.matching(Event.objects.all()).select_related("by"))
    return _answer(request, "events", {"form": form, "page": page, "rows": _describe_events(page.rows)})


def _answer(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"dashboards/{'_' if request.headers.get('HX-Request') else ''}{name}.html", context)


def _describe_events(found: list[Event]) -> list[dict[str, Any]]:
    """Each in words, with the dossier it is about and the page of its subject; four queries."""
    of = {one.pk: int(one.stream.rpartition(":")[2]) for one in found if one.stream.startswith("application:")}
    of |= {one.pk: one.subject_id for one in found if one.subject_type == Application._meta.label_lower}
    of |= {one.pk: one.data["application"] for one in found if isinstance(one.data.get("application"), int)}
    given = {
        one.pk: one.subject_id for one in found if one.subject_type == Assignment._meta.label_lower and one.pk not in of
    }
    assigned = dict(Assignment.objects.filter(pk__in=given.values()).values_list("pk", "application")) if given else {}
    of |= {pk: assigned[key] for pk, key in given.items() if key in assigned}
    dossiers = Application.objects.only("reference", "acronym").in_bulk(set(of.values()))
    decided = {one.subject_id for one in found if one.subject_type == Decision._meta.label_lower}
    numbers = dict(Decision.objects.filter(pk__in=decided).values_list("pk", "number")) if decided else {}
    return [
        {
            "event": one, "label": kinds.label(one.kind), "dossier": (dossier := dossiers.get(of.get(one.pk, 0))),
            "url": _page(one, dossier, numbers),
        }
        for one in found
    ]  # fmt: skip


def _page(event: Event, dossier: Application | None, numbers: dict[int, str]) -> str:
    """Where the subject is read; a dossier's own follow-up for what has no page; "" for what the portal alone keeps."""
    if event.subject_id in numbers and event.subject_type == Decision._meta.label_lower:
        return reverse("decisions:decision", args=[numbers[event.subject_id]])
    if event.subject_type == BOX and event.stream == "boxes":
        return reverse("dashboards:box", args=[event.subject_id])
    if event.kind == "box.asked":
        return reverse("dashboards:box", args=[event.pk])
    if event.subject_type in PAGES:
        return reverse(PAGES[event.subject_type], args=[event.subject_id])
    if dossier is not None:
        return reverse("dashboards:timeline", args=[dossier.reference])
    return reverse("dashboards:verification") if event.stream == "roots" else ""


@role_required(*permissions.AUDITS)
@require_safe
def reads(request: HttpRequest) -> HttpResponse:
    """Who saw what: what each person read, wrote or was refused; of a dossier, all that hangs from it."""
    form = ReadsForm(request.GET)
    page = lists.slice_of(request, form.matching(AccessLog.objects.all()).select_related("user"))
    rows = [{"read": one, "what": visits.what(one)} for one in page]
    return _answer(request, "reads", {"form": form, "page": page, "rows": rows})
