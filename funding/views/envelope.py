"""The envelope: where the cents of each source stand, each figure a link to its account; its versions and ceilings."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import clock
from edsh_portal.access import has_role, role_required
from edsh_portal.forms import carried

from .. import actions, ledger
from ..forms.envelope import CeilingForm, EnvelopeForm
from ..models import Ceiling, Closing, Envelope, Line
from ..models.ledger import SEES_LEDGER
from ..panels import current_call, envelope_gauge
from .conventions import form_page


@role_required(*SEES_LEDGER)
@require_safe
def envelope(request: HttpRequest) -> HttpResponse:
    gauges = envelope_gauge()
    lines = {of["line"].pk: of["line"] for of in gauges}
    versions = list(Envelope.objects.prefetch_related("shares").order_by("-version"))
    ceilings = Ceiling.objects.in_force().select_related("line").order_by("line_id", "rule")
    now = clock.of(request)
    context = {
        "years": _years(versions, now),
        "gauges": gauges, "versions": [_version(v, lines) for v in versions], "ceilings": ceilings,
        "may_propose": has_role(request.user, *actions.WHO["proposers"]),
    }  # fmt: skip
    return render(request, "funding/envelope.html", context)


def _years(versions: list[Envelope], now: datetime) -> list[dict[str, Any]]:
    """The fiscal years since the first version, the last first: closed or not, over or not."""
    if not versions:
        return []
    closed = dict(Closing.objects.filter(line__call=versions[-1].call_id).values_list("year", "closed_at"))
    first, this = ledger.fiscal_year(versions[-1].opened_at), ledger.fiscal_year(now)
    return [{"year": y, "closed_at": closed.get(y), "over": y < this} for y in range(this, first - 1, -1)]


def _version(envelope: Envelope, lines: dict[int, Line]) -> dict[str, Any]:
    shares = sorted((share for share in envelope.shares.all() if share.year is None), key=lambda share: share.line_id)
    return {
        "envelope": envelope, "shares": [{"line": lines[s.line_id], "cents": s.cents, "fictitious": s.fictitious} for s in shares],
        "total_cents": sum(share.cents for share in shares),
    }  # fmt: skip


@role_required(*actions.WHO["proposers"])
@require_http_methods(["GET", "HEAD", "POST"])
def open_envelope(request: HttpRequest) -> HttpResponse:
    """Proposes the next version, by its text: what each source holds from now on."""
    call, year = current_call(), ledger.fiscal_year(clock.now())
    lines = list(Line.objects.filter(call=call).order_by("pk"))
    stands = ledger.promises([line.pk for line in lines])
    form = EnvelopeForm(request.POST if request.method == "POST" else None, lines=lines, stands=stands, year=year)
    closed = {pk: {y: of["opened"] for y, of in held["cp"].items() if y < year} for pk, held in stands.items()}

    def propose(data: dict[str, Any]) -> None:
        actions.propose_envelope(call, act=data["act"], shares=form.shares(closed), read=form.shown(), by=request.user)

    if request.method == "POST" and carried(form, propose):
        messages.success(request, _("La nouvelle version est proposée : la direction doit l’approuver."))
        return redirect("funding:envelope")
    context = {"form": form, "cancel": reverse("funding:envelope")}
    return render(request, "funding/open_envelope.html", context, status=422 if form.errors else 200)


@role_required(*actions.WHO["proposers"])
@require_http_methods(["GET", "HEAD", "POST"])
def set_ceiling(request: HttpRequest) -> HttpResponse:
    """Proposes a dated setting of a source, by its text."""
    form = CeilingForm(request.POST if request.method == "POST" else None)

    def propose(data: dict[str, Any]) -> None:
        actions.propose_ceiling(data["line"], data["rule"], data["rate"], source=data["source"], by=request.user)

    if request.method == "POST" and carried(form, propose):
        messages.success(request, _("Le réglage est proposé : la direction doit l’approuver."))
        return redirect("funding:envelope")
    back, words = reverse("funding:envelope"), {"back_label": _("Enveloppe")}
    return form_page(request, form, _("Plafonds et clôture"), _("Proposer ce réglage"), back, **words)
