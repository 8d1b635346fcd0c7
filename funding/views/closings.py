"""The fiscal years: what each line held at the end of one, what its closing will do or did, the form that proposes it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from calls.models import Call
from edsh_portal import acts, clock
from edsh_portal.access import has_role, role_required
from edsh_portal.forms import carried
from edsh_portal.sheets import Amount, answer

from .. import actions, closings, ledger
from ..closings import Outlook
from ..forms.envelope import ClosingForm
from ..models import Closing, Posting
from ..models.ledger import SEES_LEDGER
from ..panels import current_call
from ..statement import KINDS

AE = (
    ("ae_opened", gettext_lazy("Ouvert")), ("ae_engaged", gettext_lazy("Engagé")), ("paid", gettext_lazy("dont payé")),
    ("due", gettext_lazy("dont reste à payer")), ("ae_before", gettext_lazy("Caduc auparavant")),
    ("ae_unused", gettext_lazy("Non engagé")), ("ae_carried", gettext_lazy("Reporté")), ("ae_lapsing", gettext_lazy("Caduc à la clôture")),
)  # fmt: skip
CP = (
    ("cp_opened", gettext_lazy("Ouvert")), ("cp_brought", gettext_lazy("Reçu de l’exercice précédent")), ("cp_paid", gettext_lazy("Payé")),
    ("cp_ordered", gettext_lazy("Ordonnancé, à payer")), ("cp_unused", gettext_lazy("Non consommé")),
    ("cp_carried", gettext_lazy("Reporté")), ("cp_lapsing", gettext_lazy("Caduc à la clôture")),
)  # fmt: skip
# The account of a line that a figure is read from; the figures of several lead to the beneficiaries.
FAMILIES = {"ae_opened": "ae.budget", "cp_opened": "cp.budget", "cp_brought": "cp.brought", "cp_ordered": "cp.ordered", "cp_paid": "cp.paid"}  # fmt: skip
BY_OWNER = {"ae_engaged": "beneficiary", "paid": "beneficiary", "due": "convention"}
REPORT = (
    gettext_lazy("source"), gettext_lazy("exercice"), gettext_lazy("crédits"), gettext_lazy("ligne"), gettext_lazy("montant (€)"),
    gettext_lazy("état"), gettext_lazy("acte de report"), gettext_lazy("date de l’acte"),
)  # fmt: skip


class _Asked(NamedTuple):
    call: Call
    stands: list[Outlook]
    over: bool
    is_next: bool  # to close


def _fetch_year(year: int) -> _Asked:
    """What the year holds; 404 for a year in which no money stood."""
    call, now = current_call(), clock.now()
    if call is None:
        raise Http404
    opened, stands = closings.both(call, year, now)
    if year not in opened and not any(of.closing for of in stands):
        raise Http404
    return _Asked(call, stands, year < ledger.fiscal_year(now), opened[:1] == [year])


def _tables(stands: list[Outlook]) -> list[dict[str, Any]]:
    """Commitments, then payments: one row a line, a column a figure, each a link to what it sums; the whole below."""
    tables = []
    for title, columns in ((_("Autorisations d’engagement"), AE), (_("Crédits de paiement"), CP)):
        rows = [{"line": of.line, "figures": [_figure(of, name, label) for name, label in columns]} for of in stands]
        whole = [{"label": label, "cents": sum(getattr(of, name) for of in stands)} for name, label in columns]
        labels = [label for _name, label in columns]
        tables.append({"title": title, "labels": labels, "rows": rows, "whole": whole if len(rows) > 1 else []})
    return tables


def _figure(of: Outlook, name: str, label: Any) -> dict[str, Any]:
    cents, asked = getattr(of, name), {"line": str(of.line.pk)}
    at = closings.last_instant(of.year).strftime("%Y-%m-%dT%H:%M:%S")
    query = ""
    if name in BY_OWNER:
        query = urlencode(asked | {"by": BY_OWNER[name], "as_of": at})
    elif name in FAMILIES:
        query = urlencode(asked | {"family": FAMILIES[name]} | ({"as_of": at} if name == "ae_opened" else {}))
    return {"label": label, "cents": cents, "url": f"{reverse('funding:accounts')}?{query}" if query and cents else ""}


@role_required(*SEES_LEDGER)
@require_safe
def closing(request: HttpRequest, year: int) -> HttpResponse:
    """A year as its closing left it; one that goes on, or is not closed yet, as it stands."""
    call, stands, over, is_next = _fetch_year(year)
    closed = next((of.closing for of in stands if of.closing), None)
    waiting = acts.waiting("year.close", call) if over and closed is None else None
    context = {
        "title": _("Exercice %(year)s") % {"year": year}, "year": year, "stands": stands, "tables": _tables(stands), "closed": closed, "over": over,
        "waiting": waiting if waiting and waiting.payload["year"] == year else None,
        "may_propose": is_next and has_role(request.user, *actions.WHO["proposers"]),
        "postings": [{"posting": of, "label": KINDS[of.kind]} for of in _postings(closed)],
        "reads_act": closed is not None and acts.visible_to(request.user).filter(pk=closed.act_id).exists(),
    }  # fmt: skip
    return render(request, "funding/closing.html", context)


def _postings(closed: Closing | None) -> Iterable[Posting]:
    """What the closing posted, on all lines."""
    return Posting.objects.filter(act=closed.act_id).select_related("line").order_by("pk") if closed else ()


@role_required(*SEES_LEDGER)
@require_safe
def closing_file(request: HttpRequest, year: int, ending: str) -> HttpResponse:
    stands = _fetch_year(year).stands
    return answer.table(f"exercice-{year}", ending, REPORT, [line for of in stands for line in _lines(of)])


def _lines(of: Outlook) -> list[list[Any]]:
    closed = of.closing
    said = [_("clos"), closed.report, closed.reported_on] if closed else [_("non clos"), "", None]
    return [
        [of.line.label, of.year, credits, label, Amount(getattr(of, name)), *said]
        for credits, columns in (("AE", AE), ("CP", CP))
        for name, label in columns
    ]


@role_required(*actions.WHO["proposers"])
@require_http_methods(["GET", "HEAD", "POST"])
def close_year(request: HttpRequest, year: int) -> HttpResponse:
    """Proposes the closing: what a dated act of report carries, the rest lapses."""
    call, stands, *_of = _fetch_year(year)
    form = ClosingForm(request.POST if request.method == "POST" else None, stands=stands)

    def propose(data: dict[str, Any]) -> None:
        told = {"report": data["report"], "reported_on": data["reported_on"]}
        actions.propose_closing(call, year, carried=form.amounts(), **told, by=request.user)

    back = reverse("funding:closing", args=[year])
    if request.method == "POST" and carried(form, propose):
        messages.success(request, _("La clôture est proposée : la direction doit l’approuver."))
        return redirect(back)
    titles = {"title": _("Clôture de l’exercice %(year)s"), "back_label": _("Exercice %(year)s")}
    words = {name: said % {"year": year} for name, said in titles.items()}
    context = words | {"form": form, "cancel": back, "tables": _tables(stands)}
    return render(request, "funding/close_year.html", context, status=422 if form.errors else 200)
