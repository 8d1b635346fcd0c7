"""Payments: the list with its filters in the address, the page of one, and the acts on it, each behind a confirmation."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import asked, clock, money
from edsh_portal.access import fetch, has_role, role_required
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.lists import page_of
from edsh_portal.sheets import Amount, answer
from edsh_portal.workflow import available

from .. import actions, books, permissions, returned
from ..exchange import layout
from ..forms.payments import BatchForm, ConditionForm, ExpensesForm, PaymentsForm
from ..models import Condition, Instalment, Posting
from ..models.exchange import SEES_EXCHANGES
from ..models.grant import SEES_GRANTS
from ..panels import QUEUES, finance_queue, roles
from ..statement import KINDS
from .exchanges import sentence

MOST = 50  # payments confirmed at once
HEAD = (
    gettext_lazy("dossier"), gettext_lazy("acronyme"), gettext_lazy("bénéficiaire"), "SIRET", gettext_lazy("source"),
    gettext_lazy("exercice"), gettext_lazy("nature"), gettext_lazy("numéro"), gettext_lazy("montant (€)"), gettext_lazy("état"),
    gettext_lazy("certifié le (UTC)"), gettext_lazy("ordonnancé le (UTC)"), gettext_lazy("payé le (UTC)"),
)  # fmt: skip


def _list_instalments(request: HttpRequest) -> tuple[PaymentsForm, Any]:
    """The form and its rows: what waits for this person first, then by number."""
    form = PaymentsForm(request.GET)
    mine = [state for role, state in QUEUES.items() if role in roles(request.user)]
    rows = Instalment.objects.visible_to(request.user).matching(**form.filters())
    return form, rows.for_list().waiting_first(mine)


@role_required(*SEES_GRANTS)
@require_safe
def payments(request: HttpRequest) -> HttpResponse:
    form, rows = _list_instalments(request)
    page, over = page_of(request, rows.annotate(now=clock.PortalNow())), ("paid", "cancelled")
    shown = [
        {
            "instalment": row,
            "next": _next(row, request.user),
            "days": None if row.state in over else (row.now - row.since).days,
        }
        for row in page
    ]
    context = {
        "form": form, "page": page, "rows": shown, "query": request.GET.urlencode(), "queue": finance_queue(request.user),
        "total_cents": rows.order_by().aggregate(cents=Sum("cents"))["cents"] or 0,
        "exchanges": has_role(request.user, *SEES_EXCHANGES),
    }  # fmt: skip
    return render(
        request, "funding/_payments.html" if request.headers.get("HX-Request") else "funding/payments.html", context
    )


def _next(instalment: Instalment, user: Any) -> Any:
    """The step forward this person may take now, or None: what the button of the row says."""
    return next((step for step in available(instalment, user) if not step.reason), None)


@role_required(*SEES_GRANTS)
@require_safe
def payments_file(request: HttpRequest, ending: str) -> HttpResponse:
    form, rows = _list_instalments(request)
    asked.must_be_read(request, form)
    return answer.table("paiements", ending, HEAD, map(_line, rows.iterator(chunk_size=answer.ROWS)))


def _line(row: Instalment) -> list[Any]:
    share = row.convention.share
    instants = [
        at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None for at in (row.certified_at, row.ordered_at, row.paid_at)
    ]
    return [
        share.grant.application.reference, share.grant.application.acronym, share.establishment.name, row.convention.siret,
        share.line.label, row.year, row.get_kind_display(), row.number, Amount(row.cents), row.get_state_display(), *instants,
    ]  # fmt: skip


RATED = tuple(f"convention__share__grant__application__{of}" for of in ("version", "wave__settings"))  # of its expenses


@require_safe
def instalment(request: HttpRequest, pk: int) -> HttpResponse:
    people = ("planned_by", "certified_by", "ordered_by", "paid_by", "account__validated_by", "claim__accountant")
    row = fetch(Instalment.objects.for_list().select_related(*people, *RATED), request.user, pk=pk)
    postings = books.journal(Posting.objects.visible_to(request.user).filter(instalment=row)).order_by("pk")
    context = {
        "instalment": row, "steps": available(row, request.user),
        "account": row.account or row.convention.accounts.in_use().select_related("validated_by").first(),
        "whole_iban": permissions.can_see_iban(request.user),
        "conditions": _conditions(row, request.user),
        "outside": outside(row) if has_role(request.user, *SEES_EXCHANGES) else None,
        "postings": [{"posting": of, "label": KINDS[of.kind], "cents": books.amount(of)} for of in postings],
    }  # fmt: skip
    return render(request, "funding/instalment.html", context | evidence(row))


def outside(instalment: Instalment) -> dict[str, Any] | None:
    """What the State's tool and the bank have said of a payment, and what of it the portal does not say; None when nothing."""
    tool = returned.said_of(instalment)
    banked, on = tool.pop("banked")
    if not (tool["ej"] or tool["dp"] or banked):
        return None
    paid, rejected = layout.PAID in (tool["status"], banked), layout.REJECTED in (tool["status"], banked)
    return {
        "tool": sentence(tool),
        "bank": sentence({"status": banked, "on": on}),
        "ahead": paid and not rejected and instalment.state != "paid",
        "rejected": rejected and instalment.state == "paid",
    }


def evidence(instalment: Instalment) -> dict[str, Any]:
    """The accepted statement that an instalment rests on: what was declared, kept, refused and why, and the files to open."""
    claim = instalment.claim
    if claim is None:
        return {}
    lines = list(claim.lines.select_related("file").order_by("category", "paid_on", "pk"))
    return {
        "claim": claim,
        "claim_cents": sum(line.cents for line in lines),
        "claim_kept_cents": sum(line.eligible_cents or 0 for line in lines),
        "claim_refused": [line for line in lines if line.refusal],
        "claim_files": claim.files.select_related("document__scan_result").order_by("number"),
        "justified": _justified(instalment),
    }


def _justified(instalment: Instalment) -> Any:
    """Of an interim payment that is to certify."""
    to_certify = (instalment.kind, instalment.state) == (Instalment.Kind.INTERIM, "planned")
    return actions.justified(instalment) if to_certify else None


def _conditions(row: Instalment, user: Any) -> list[dict[str, Any]]:
    """Each with whether this person may say that it is met."""
    held = row.conditions.select_related("met_by").order_by("pk")
    open_ = row.state == "planned"
    return [{"condition": one, "may": open_ and one.met_at is None and permissions.can_meet(user, one)} for one in held]


@require_http_methods(["GET", "HEAD", "POST"])
def meet_condition(request: HttpRequest, pk: int) -> HttpResponse:
    of = get_object_or_404(Condition.objects.select_related("instalment"), pk=pk)
    row = fetch(
        Instalment.objects.for_list(),
        request.user,
        lambda user, _row: permissions.can_meet(user, of),
        pk=of.instalment_id,
    )
    sent = request.POST if request.method == "POST" else None
    named = actions.rests_on_claim(of)
    form = ExpensesForm(sent, convention=row.convention) if named else ConditionForm(sent)
    if request.method == "POST" and carried(form, lambda data: actions.meet_condition(of, **data, by=request.user)):
        messages.success(request, _("La condition est constatée."))
        return redirect("funding:instalment", row.pk)
    context = {
        "form": form, "title": _("Constater : %(condition)s") % {"condition": of.get_kind_display()}, "label": _("Constater"),
        "back": reverse("funding:instalment", args=[row.pk]), "back_label": f"{row.get_kind_display()} n° {row.number}",
        "hint": _("Votre vérification est datée et conservée ; elle ne se reprend pas."),
    }  # fmt: skip
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


@role_required("payer")
@require_http_methods(["GET", "HEAD", "POST"])
def pay_many(request: HttpRequest) -> HttpResponse:
    """What waits for the accountant, by source: one confirmation for those that are kept ticked, and what became of each."""
    waiting = Instalment.objects.visible_to(request.user).payable_by(request.user)
    form = BatchForm(request.POST if request.method == "POST" else None, rows=waiting)
    if request.method == "POST" and form.is_valid():
        _pay_and_tell(request, {row.pk: row for row in form.cleaned_data["paid"]})
        return redirect("funding:pay_many")
    rows, now = list(waiting[:MOST]), clock.now()
    shown = [{"instalment": row, "days": (now - row.since).days} for row in rows]
    sources = [
        (name, list(of)) for name, of in groupby(shown, lambda one: one["instalment"].convention.share.line.label)
    ]
    groups = [{"source": name, "rows": of, "cents": sum(one["instalment"].cents for one in of)} for name, of in sources]
    context = {
        "groups": groups, "form": form, "total_cents": sum(row.cents for row in rows), "more": waiting.count() - len(rows),
    }  # fmt: skip
    return render(request, "funding/pay_many.html", context, status=422 if form.errors else 200)


def _pay_and_tell(request: HttpRequest, rows: dict[int, Instalment]) -> None:
    """Pays them, and says of each what became of it."""
    for pk, why in actions.pay_many(rows.values(), by=request.user).items():
        row = rows[pk]
        words = {
            "kind": row.get_kind_display(), "n": row.number, "name": row.convention.share.establishment,
            "cents": money.display(row.cents), "why": why,
        }  # fmt: skip
        if why:
            messages.warning(request, _("%(kind)s n° %(n)s, %(name)s : %(why)s") % words)
        else:
            messages.success(request, _("%(kind)s n° %(n)s, %(name)s : payé, %(cents)s.") % words)


def _act(request: HttpRequest, pk: int, verb: Callable[..., Any], happens: str, undo: str, done: str) -> HttpResponse:
    """One step of an instalment: says what will happen (GET), does it (POST)."""
    step = actions.INSTALMENT_STEPS.named(verb.__name__)
    rated = RATED if step.name == "certify" else ()
    rows = Instalment.objects.for_list().select_related("claim__accountant", *rated)
    row = fetch(rows, request.user, step.may, pk=pk)
    form = (ReasonForm if step.reason else Form)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: verb(row, **data, by=request.user)):
        messages.success(request, done % {"cents": money.display(row.cents)})
        return redirect("funding:instalment", pk)
    context = {"instalment": row, "step": step, "form": form, "undo": undo, "seen": _seen(row, step.name)}
    if step.name == "pay":
        context["account"] = row.account or row.convention.accounts.in_use().first()
    if step.name == "certify":
        context |= evidence(row)
    context["happens"] = happens % {
        "cents": money.display(row.cents),
        "line": row.convention.share.line.label,
        "year": row.year,
    }
    return render(request, "funding/act.html", context, status=422 if form.errors else 200)


def _seen(row: Instalment, name: str) -> list[Any]:
    """What the certifier certifies on: the conditions, with the evidence that was seen of each."""
    return list(row.conditions.select_related("met_by").order_by("pk")) if name == "certify" else []


@require_http_methods(["GET", "HEAD", "POST"])
def certify(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, actions.certify, _("Le service fait est certifié pour %(cents)s : l’ordonnateur peut en ordonner le paiement."),
        _("Possible avant l’ordonnancement, avec un motif."), _("Service fait certifié : %(cents)s."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, actions.order, _("%(cents)s sont ordonnancés sur les crédits de paiement de l’exercice en cours (%(line)s)."),
        _("Possible avant le paiement, avec un motif."), _("Ordonnancé : %(cents)s."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, actions.pay, _("%(cents)s sont payés au bénéficiaire, sur le compte bancaire validé, exercice %(year)s (%(line)s)."),
        "", _("Payé : %(cents)s."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def uncertify(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, actions.uncertify, _("La certification de %(cents)s est retirée ; le versement est de nouveau à certifier."),
        _("Le service fait peut être certifié de nouveau."), _("Certification retirée : %(cents)s."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_order(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, actions.cancel_order, _("L’ordonnancement de %(cents)s est annulé ; les crédits de paiement %(year)s sont de "
        "nouveau disponibles."),
        _("Le versement peut être ordonnancé de nouveau."), _("Ordonnancement annulé : %(cents)s."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, actions.cancel, _("Le versement de %(cents)s est annulé ; son service fait n’était pas certifié."), "", _("Versement annulé : %(cents)s."),
    )  # fmt: skip
