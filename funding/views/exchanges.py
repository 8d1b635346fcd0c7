"""Files exchanged with the State's tools: what is sent, what comes back, looked at before it is applied, and what was left over."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import asked, money
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.intake import desk
from edsh_portal.lists import page_of
from edsh_portal.sheets import answer

from .. import actions, permissions, returned
from ..actions.exchange import written
from ..exchange import layout, match
from ..forms.exchanges import ImportForm, SettleForm
from ..models import Batch, Import, ImportLine
from ..models.exchange import SEES_EXCHANGES

GET_OR_POST = ["GET", "HEAD", "POST"]
MOST_SHOWN = 50  # lines of one outcome on the page of a file
WORDS = {
    layout.ENGAGED: gettext_lazy("engagé"), layout.REGISTERED: gettext_lazy("enregistrée"), layout.PAID: gettext_lazy("payée"),
    layout.REJECTED: gettext_lazy("rejetée"),
}  # fmt: skip


BY = {"": gettext_lazy("Lots exportés"), "imports": gettext_lazy("Fichiers importés")}


@role_required(*SEES_EXCHANGES)
@require_safe
def exchanges(request: HttpRequest) -> HttpResponse:
    """What waits to be sent, how many lines are left over; the batches, or the files, the last first."""
    by, user = asked.choice(request, "by", BY), request.user
    waiting = []
    for kind, label in Batch.Kind.choices:
        held = returned.to_send(kind).order_by().aggregate(count=Count("pk"), cents=Sum("cents"))
        waiting.append({"kind": kind, "label": label, "count": held["count"], "cents": held["cents"] or 0})
    rows: Any = _batches(Batch.objects.visible_to(user))
    if by:
        rows = Import.objects.visible_to(user).select_related("read_by").defer("rows")
    context = {
        "waiting": waiting, "by": by, "page": page_of(request, rows.order_by("-pk")), "may": permissions.can_exchange(user),
        "left": ImportLine.objects.visible_to(user).leftover().count(), "kinds": Import.Kind.choices,
        "tabs": [{"label": label, "url": f"?by={one}", "current": one == by} for one, label in BY.items()],
    }  # fmt: skip
    return render(request, "funding/exchanges.html", context)


def _batches(rows: QuerySet[Batch]) -> QuerySet[Batch]:
    return rows.select_related("sent_by", "cancelled_by").annotate(count=Count("lines"), cents=Sum("lines__cents"))


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@role_required("orderer", "payer")
@require_http_methods(GET_OR_POST)
def send_batch(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in Batch.Kind.values:
        raise Http404
    form, made = Form(request.POST if request.method == "POST" else None), list[Batch]()
    if request.method == "POST" and carried(form, lambda _data: made.append(actions.send_batch(kind, by=request.user))):
        messages.success(request, _("Le lot est prêt : téléchargez-le."))
        return redirect("funding:batch", made[0].pk)
    held = returned.to_send(kind).order_by().aggregate(count=Count("pk"), cents=Sum("cents"))
    happens = ngettext(
        "%(n)s ligne, %(cents)s : elle ne sera dans aucun autre lot.",
        "%(n)s lignes, %(cents)s : elles ne seront dans aucun autre lot.",
        held["count"],
    ) % {"n": held["count"], "cents": money.display(held["cents"] or 0)}
    title = _("Exporter : %(kind)s") % {"kind": Batch.Kind(kind).label}
    return _confirm(request, form, title, happens, undo=_("Un lot s’annule, avec un motif, avant le premier retour."))


def _confirm(request: HttpRequest, form: Any, title: str, happens: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "happens": happens, "back": reverse("funding:exchanges"), **more}
    return render(request, "funding/exchange_act.html", context, status=422 if form.errors else 200)


@require_safe
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    of = fetch(_batches(Batch.objects.all()), request.user, pk=pk)
    rows = of.lines.select_related(*_LINES).order_by("pk")
    context = {"batch": of, "page": page_of(request, rows), "may": permissions.can_exchange(request.user)}
    return render(request, "funding/batch.html", context)


_LINES = ("share__establishment", "instalment__convention__share__establishment")


@require_safe
def batch_file(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """The file as it was written when the batch was made."""
    of = fetch(Batch.objects.all(), request.user, pk=pk)
    head, rows = layout.SENT[of.kind].head, written(of.kind, list(of.lines.order_by("pk")))
    return answer.table(f"{_FILES[of.kind]}-{of.number}", ending, head, rows)


_FILES = {"engagements": "engagements", "payments": "demandes-de-paiement"}


@require_http_methods(GET_OR_POST)
def cancel_batch(request: HttpRequest, pk: int) -> HttpResponse:
    of = fetch(_batches(Batch.objects.all()), request.user, permissions.can_exchange, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.cancel_batch(of, **data, by=request.user)):
        messages.success(request, _("Le lot est annulé."))
        return redirect("funding:batch", pk)
    title = _("Annuler le lot n° %(n)s : %(kind)s") % {"n": of.number, "kind": of.get_kind_display()}
    happens = _("Ses lignes attendront de nouveau d’être exportées ; le fichier reste ici, marqué comme annulé.")
    return _confirm(request, form, title, happens, danger=True, back=reverse("funding:batch", args=[pk]))


# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
@role_required("orderer", "payer")
@require_http_methods(GET_OR_POST)
def read_import(request: HttpRequest, kind: str) -> HttpResponse:
    """A file is handed over: opened in the cage, read whole or refused; nothing is applied."""
    if kind not in layout.READ:
        raise Http404
    posted = request.method == "POST"
    form = ImportForm(
        request.POST if posted else None, request.FILES if posted else None, closed=layout.READ[kind].closed
    )
    made: list[Import] = []
    if posted and carried(form, lambda data: made.append(_handed_over(kind, data, request.user))):
        return redirect("funding:imported", made[0].pk)
    context = {
        "form": form, "title": _("Importer : %(kind)s") % {"kind": Import.Kind(kind).label}, "label": _("Lire le fichier"),
        "back": reverse("funding:exchanges"), "back_label": _("Échanges"),
        "hint": _("Colonnes attendues : %(columns)s.") % {"columns": ", ".join(layout.READ[kind].head)},
    }  # fmt: skip
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


def _handed_over(kind: str, data: dict[str, Any], user: Any) -> Import:
    content = data["file"].read()
    book = desk.workbook_now(content, "table")
    return actions.read_import(
        kind,
        content=content,
        name=desk.clean_name(data["file"].name),
        book=book,
        announced=data.get("announced"),
        by=user,
    )


@require_safe
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """A file: what applying it would do, line by line; once it is applied, what it did."""
    of = fetch(Import.objects.select_related("read_by", "applied_by"), request.user, pk=pk)
    return _file_page(request, of)


def _file_page(request: HttpRequest, of: Import, form: Any = None) -> HttpResponse:
    context: dict[str, Any] = {"file": of, "form": form, "may": permissions.can_exchange(request.user)}
    if of.applied_at is None:
        planned = returned.plan(of)
        context |= {
            "groups": _groups(planned),
            "errors": [_wrong(one) for one in planned if one.line.errors][:MOST_SHOWN],
        }
        context["wrong"] = sum(bool(one.line.errors) for one in planned)
    else:
        context["page"] = page_of(request, of.lines.select_related(*_LINES).order_by("number"))
        context["rows"] = [{"line": line, "said": _describe_line(line)} for line in context["page"]]
    return render(request, "funding/imported.html", context, status=422 if form and form.errors else 200)


def _wrong(one: returned.Planned) -> dict[str, str]:
    return {"text": _("Ligne %(line)s : %(why)s") % {"line": one.line.number, "why": " ".join(one.line.errors)}}


TITLES = (
    (match.NEW, gettext_lazy("Ce fichier enregistrera")),
    (match.LEFT, gettext_lazy("Écarts à traiter")),
    (match.SAME, gettext_lazy("Déjà enregistré")),
)


def _groups(planned: list[returned.Planned]) -> list[dict[str, Any]]:
    """By outcome, the lines that can be read: how many, and the first of them."""
    found = []
    for outcome, title in TITLES:
        rows = [one for one in planned if one.verdict.outcome == outcome and not one.line.errors]
        shown = [
            {"number": one.line.number, **one.line.values, "said": _describe_planned(one)} for one in rows[:MOST_SHOWN]
        ]
        found.append({"title": title, "count": len(rows), "rows": shown, "more": len(rows) - len(shown)})
    return found


def _describe_planned(one: returned.Planned) -> str:
    if one.verdict.outcome == match.LEFT:
        return str(match.REASONS[one.verdict.reason])
    return sentence(one.line.values)


def _describe_line(line: ImportLine) -> str:
    if line.reason:
        return str(match.REASONS[line.reason])
    return sentence({"ej": line.ej, "dp": line.dp, "status": line.status, "on": line.dated_on})


def sentence(values: dict[str, Any]) -> str:
    """What a line says: « EJ 12 · DP 4 · payée le 12/05/2023 »."""
    status, on = values.get("status"), values.get("on")
    parts = [f"{name} {values[key]}" for name, key in (("EJ", "ej"), ("DP", "dp")) if values.get(key)]
    if status:
        word = str(WORDS[status])
        parts.append(_("%(status)s le %(day)s") % {"status": word, "day": f"{on:%d/%m/%Y}"} if on else word)
    return " · ".join(parts)


@require_http_methods(["POST"])
def apply_import(request: HttpRequest, pk: int) -> HttpResponse:
    of = fetch(Import.objects.select_related("read_by", "applied_by"), request.user, permissions.can_exchange, pk=pk)
    form = Form(request.POST)
    if not carried(form, lambda _data: actions.apply_import(of, by=request.user)):
        return _file_page(request, of, form)
    messages.success(request, _("Le fichier est appliqué."))
    return redirect("funding:imported", pk)


# ── left over ────────────────────────────────────────────────────────────────────────────────────────────────────────
@role_required(*SEES_EXCHANGES)
@require_safe
def leftovers(request: HttpRequest) -> HttpResponse:
    """Lines that nobody has settled, the oldest first."""
    page = page_of(request, ImportLine.objects.visible_to(request.user).leftover())
    rows = [{"line": line, "said": _describe_line(line)} for line in page]
    context = {"page": page, "rows": rows, "may": permissions.can_exchange(request.user)}
    return render(request, "funding/leftovers.html", context)


@require_http_methods(GET_OR_POST)
def settle_line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line left over: what it says, why it was, and what becomes of it."""
    rows = ImportLine.objects.select_related("file", "settled_by")
    of = fetch(rows, request.user, permissions.can_exchange, pk=pk)
    choices = [(one.reference, _candidate(one)) for one in returned.candidates(of)] if of.outcome == "left" else []
    form = SettleForm(request.POST if request.method == "POST" else None, candidates=choices)
    if request.method == "POST" and carried(form, lambda data: actions.settle_line(of, **data, by=request.user)):
        messages.success(request, _("La ligne est traitée."))
        return redirect("funding:leftovers")
    context = {"line": of, "form": form, "said": _describe_line(of)}
    return render(request, "funding/settle_line.html", context, status=422 if form.errors else 200)


def _candidate(one: match.Ours) -> str:
    return f"{one.reference} · SIRET {one.tiers} · {money.display(one.cents)}"


@role_required(*SEES_EXCHANGES)
@require_safe
def hapi(request: HttpRequest) -> HttpResponse:
    """The ONDAM line, by beneficiary: engaged and paid here beside what the last HAPI file notifies."""
    files = Import.objects.filter(kind="hapi", applied_at__isnull=False).defer("rows")
    file = files.order_by("-applied_at", "-pk").first()
    rows = returned.reconciled(file)
    sums = {name: sum(row[name] for row in rows) for name in ("engaged", "paid", "notified", "difference")}
    return render(request, "funding/hapi.html", {"file": file, "rows": rows, "sums": sums})
