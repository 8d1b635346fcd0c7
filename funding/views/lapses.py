"""Awards that have not begun: the last day of each, its extension, its lapse."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directory.models import Establishment
from edsh_portal import acts, asked, clock
from edsh_portal.access import fetch
from edsh_portal.forms import ReasonForm, carried
from edsh_portal.lists import page_of
from edsh_portal.money import display

from .. import actions, permissions
from ..forms.lapses import ExtensionForm, StartForm
from ..models import Grant, GrantShare
from ..models.consortium import led_by
from ..models.lapse import begins_by


@require_safe
def lapses(request: HttpRequest) -> HttpResponse:
    """By last day to begin, the nearest first: for those who see awards. `pile`: those whose coordinator is to be reminded by post."""
    pile = asked.choice(request, "pile", ("courrier",))
    rows = actions.to_recall_by_post() if pile else actions.waiting_to_begin()
    rows = rows.filter(pk__in=Grant.objects.visible_to(request.user).values("pk")).annotate(led=led_by())
    page, today = page_of(request, rows), clock.today()
    whom = Establishment.objects.in_bulk({grant.led for grant in page})
    listed = [(grant, begins_by(grant), begins_by(grant) < today, whom[grant.led]) for grant in page]
    return render(request, "funding/lapses.html", {"page": page, "rows": listed, "pile": pile})


def lapsed(grant: Grant, user: Any) -> dict[str, Any]:
    """The act by which an award has lapsed, and whether this person may read it; nothing of one that has not."""
    act = actions.lapsed_by(grant) if grant.state == "lapsed" else None
    return {"lapsed": act, "may_read_lapse": act and acts.visible_to(user).filter(pk=act.pk).exists()}


def begins(grant: Grant, user: Any, today: date) -> dict[str, Any]:
    """What the page of an award says of its beginning, and what this person may do of it."""
    start = getattr(grant, "start", None)
    context: dict[str, Any] = {"start": start, "begins_by": None}
    if grant.state not in ("engaged", "lapsed") or start is not None:
        return context | {"begins_by": start and start.started_on}
    open_, day = grant.state == "engaged" and not actions.begun(grant), begins_by(grant)
    instructs = permissions.can_draft_amendment(user)
    return context | {
        "begins_by": day if open_ or grant.state == "lapsed" else None,
        "extension": getattr(grant, "extension", None),
        "over": open_ and day < today,
        "may_start": open_ and permissions.can_ask_amendment(user, grant),
        "may_extend": open_ and instructs and not hasattr(grant, "extension"),
        "may_lapse": open_ and instructs and day < today,
    }


def _grants() -> Any:
    return Grant.objects.select_related("application", "extension")


def _form(request: HttpRequest, form: Any, row: Grant, title: str, hint: str, facts: Any = ()) -> HttpResponse:
    context = {
        "form": form, "title": title, "label": title, "back": reverse("funding:grant", args=[row.pk]),
        "back_label": _("Aide %(reference)s") % {"reference": row.application.reference}, "hint": hint,
        "facts": facts,
    }  # fmt: skip
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def declare_start(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_grants(), request.user, permissions.can_ask_amendment, pk=pk)
    form = StartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.declare_start(row, **data, by=request.user)):
        messages.success(request, _("Le commencement du projet est déclaré."))
        return redirect("funding:grant", pk)
    hint = _("Faute de commencement dans le délai, l’aide devient caduque (décret n° 2018-514, art. 11).")
    return _form(request, form, row, _("Déclarer le commencement"), hint)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_extension(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_grants(), request.user, _may_extend, pk=pk)
    form = ExtensionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.propose_extension(row, **data, by=request.user)):
        messages.success(request, _("La prolongation est proposée : la direction l’approuve ou la renvoie."))
        return redirect("funding:grant", pk)
    hint = _("Le délai de commencement se prolonge une fois, d’un an au plus.")
    return _form(request, form, row, _("Proposer une prolongation"), hint)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_lapse(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_grants(), request.user, _may_lapse, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.propose_lapse(row, **data, by=request.user)):
        messages.success(request, _("La caducité est proposée : la direction l’approuve ou la renvoie."))
        return redirect("funding:grant", pk)
    hint = _(
        "L’engagement qui reste est retiré et plus rien n’est versé. Une avance déjà payée fait l’objet d’un reversement."
    )
    return _form(request, form, row, _("Proposer la caducité"), hint, _stakes(row))


def _stakes(grant: Grant) -> list[dict[str, str]]:
    """The day that it had to begin by, then what each beneficiary would lose."""
    day = {"key": _("À commencer au plus tard le"), "value": date_format(begins_by(grant))}
    return [day, *({"key": str(s.establishment), "value": _lost(s, n)} for s, n in actions.engaged_left(grant).items())]


def _lost(share: GrantShare, cents: int) -> str:
    return _("%(cents)s à retirer (%(source)s)") % {"cents": display(cents), "source": share.line.label}


def _may_extend(user: Any, grant: Grant) -> bool:
    return acts.may_propose(user, "grant.extend", grant)


def _may_lapse(user: Any, grant: Grant) -> bool:
    return acts.may_propose(user, "grant.lapse", grant)
