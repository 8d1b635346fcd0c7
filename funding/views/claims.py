"""Claims: the list, a statement with its expenses, and the acts on it, of the hospital, of its accountant, of the officer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import BudgetLine
from applications.permissions import can_open_document
from edsh_portal import acts, admission, asked, documents, money
from edsh_portal.access import fetch
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.lists import page_of
from edsh_portal.sheets import Amount, answer
from edsh_portal.workflow import available

from .. import actions, eligible, panels, permissions
from ..forms.claims import CertificateForm, CheckForm, ClaimLineForm, OpenClaimForm, QualityForm
from ..models import Claim, ClaimLine, Convention
from .conventions import form_page

LINES = (
    gettext_lazy("ligne de budget"), gettext_lazy("dépense"), gettext_lazy("payée le"), gettext_lazy("déclaré (€)"), gettext_lazy("pièce"), gettext_lazy("échantillon"), gettext_lazy("retenu (€)"),
    gettext_lazy("écarté (€)"), gettext_lazy("motif"),
)  # fmt: skip


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The statements this person sees: those that wait for an officer first, or alone."""
    rows = Claim.objects.visible_to(request.user).for_list().with_sums().waiting_first()
    pile = asked.choice(request, "pile", ("controler",))
    if pile:
        rows = rows.filter(pk__in=panels.claims_to_check().values("pk"))
    return render(request, "funding/claims.html", {"page": page_of(request, rows), "pile": pile})


def the_claim(request: HttpRequest, pk: int, gate: Callable[[Any, Any], bool] | None = None) -> Claim:
    beside = (
        "opened_by",
        "asked_by",
        "accountant",
        "accepted_by",
        "convention__share__grant__application__wave__settings",
    )
    return fetch(Claim.objects.for_list().select_related(*beside), request.user, gate, pk=pk)


@require_safe
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, what is declared and kept by budget line, the sample and its rule, every expense with its file."""
    row, user = the_claim(request, pk), request.user
    rows = list(row.lines.select_related("file__document", "checked_by").order_by("category", "paid_on", "pk"))
    writes = row.state == "draft" and permissions.can_write_claim(user, row)
    checks = row.state == "sent" and permissions.can_check_claim(user, row)
    left = [line for line in rows if line.to_check]
    context = {
        "claim": row, "convention": row.convention, "lines": rows, "writes": writes, "checks": checks, "steps": available(row, user),
        "cents": sum(line.cents for line in rows), "eligible_cents": sum(line.eligible_cents or 0 for line in rows),
        "refused_cents": sum(line.refused_cents for line in rows), "left": len(left), "drawn": sum(line.sampled for line in rows),
        "others_left": sum(not line.sampled for line in left), "sums": _by_budget_line(row, rows), "rule": _rule(row),
        "final": row.state == "accepted" and row.final and _end_of(row, user),
    }  # fmt: skip
    return render(request, "funding/claim.html", context)


def _rule(row: Claim) -> dict[str, int]:
    call = actions.rules_of(row.convention)
    return {"sample_bp": call.sample_bp, "least": eligible.SAMPLE_LEAST, "transfer_bp": call.transfer_bp}


def _by_budget_line(claim: Claim, lines: list[ClaimLine]) -> list[dict[str, Any]]:
    """Each line of the budget: what was planned, what this statement declares, what was kept of it and of those accepted before."""
    budget, transfer_bp = actions.subsidised(claim.convention), actions.rules_of(claim.convention).transfer_bp
    others = ClaimLine.objects.filter(claim__convention=claim.convention, claim__state="accepted").exclude(claim=claim)
    before: dict[str, int] = {}
    for category, cents in others.values_list("category", "eligible_cents"):
        before[category] = before.get(category, 0) + (cents or 0)
    found = []
    for category in BudgetLine.Category:
        own = [line for line in lines if line.category == category]
        if category in budget or own:
            kept = sum(line.eligible_cents or 0 for line in own) + before.get(category, 0)
            most = eligible.kept({category: kept}, budget, transfer_bp)[category]
            found.append(
                {
                    "label": category.label,
                    "budget": budget.get(category, 0),
                    "declared": sum(line.cents for line in own),
                    "kept": kept,
                    "over": kept - most,
                }
            )
    return found


def _end_of(claim: Claim, user: Any) -> dict[str, Any]:
    """What follows of a final statement: the balance left, or what is to be claimed back."""
    convention = claim.convention
    left = actions.balance_left(convention, claim)
    return {
        "cents": claim.final_cents,
        "kept_cents": claim.kept_cents,
        "paid_cents": actions.net_paid(convention.share),
        "left": max(0, left),
        "back": max(0, -left),
        "may_recover": left < 0 and acts.may_propose(user, "recovery.issue", convention),
        "may_plan": left > 0 and convention.state == "signed" and permissions.can_plan(user),
    }


# ── at the hospital ──────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(["GET", "HEAD", "POST"])
def open_claim(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(
        Convention.objects.select_related("share__establishment", "share__grant__application__version"),
        request.user,
        permissions.can_claim,
        pk=pk,
    )
    form = OpenClaimForm(request.POST if request.method == "POST" else None)
    made: list[Claim] = []
    if request.method == "POST" and carried(
        form, lambda data: made.append(actions.open_claim(row, **data, by=request.user))
    ):
        return redirect("funding:claim", made[0].pk)
    title = _("Préparer un état des dépenses : %(name)s") % {"name": row.share.establishment}
    hint = _(
        "Dépenses payées pendant la période, ligne par ligne, avec leurs pièces. Le comptable de l’établissement le certifie."
    )
    return form_page(request, form, title, _("Continuer"), reverse("funding:convention", args=[pk]), hint=hint)


def _back(claim: Claim) -> dict[str, Any]:
    return {"back": reverse("funding:claim", args=[claim.pk]), "back_label": _("État des dépenses")}


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def add_line(request: HttpRequest, pk: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_write_claim)
    posted = request.method == "POST"
    form = ClaimLineForm(request.POST if posted else None, request.FILES if posted else None, claim=row)

    def add(data: dict[str, Any]) -> None:
        upload = data.pop("upload")
        sent = {"content": upload.read(), "name": upload.name} if upload else {}
        actions.add_line(row, **data, **sent, by=request.user)

    if posted and carried(form, add):
        messages.success(request, _("La dépense est ajoutée."))
        return redirect("funding:claim", pk)
    title = _("Ajouter une dépense à l’état n° %(number)s") % {"number": row.number}
    return form_page(request, form, title, _("Ajouter la dépense"), **_back(row))


def _the_line(claim: Claim, pk: int) -> ClaimLine:
    return get_object_or_404(claim.lines.select_related("file__document__scan_result", "claim"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_write_claim)
    of = _the_line(row, line)
    happens = _("« %(label)s » (%(cents)s) ne sera pas déclarée dans cet état. Sa pièce reste jointe.")
    return _act(
        request, row, lambda data: actions.remove_line(of, by=request.user), _("Retirer la dépense"),
        happens % {"label": of.label, "cents": money.display(of.cents)}, _("La dépense est retirée."),
        undo=_("Ajoutez-la de nouveau."), danger=True,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def ask_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_write_claim)
    form = CertificateForm(
        request.POST if request.method == "POST" else None, people=actions.accountants(row, request.user)
    )
    if request.method == "POST" and carried(form, lambda data: actions.ask_certificate(row, **data, by=request.user)):
        messages.success(request, _("La certification est demandée."))
        return redirect("funding:claim", pk)
    title = _("Demander la certification de l’état n° %(number)s") % {"number": row.number}
    hint = _("Cette personne voit l’état et ses pièces ; elle le certifie, et il est envoyé, ou elle vous le renvoie.")
    return form_page(request, form, title, _("Demander la certification"), **_back(row), hint=hint)


@require_http_methods(["GET", "HEAD", "POST"])
def certify_claim(request: HttpRequest, pk: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_certify_claim)
    cents = sum(row.lines.values_list("cents", flat=True))
    happens = _(
        "Vous certifiez que %(cents)s de dépenses ont été payées du %(first)s au %(last)s. L’état est envoyé au service instructeur."
    )
    told = {"cents": money.display(cents), "first": f"{row.starts_on:%d/%m/%Y}", "last": f"{row.ends_on:%d/%m/%Y}"}
    return _act(
        request, row, lambda data: actions.certify_claim(row, **data, by=request.user), _("Certifier et envoyer l’état des dépenses"),
        happens % told, _("L’état des dépenses est certifié et envoyé."), form=QualityForm,
        undo=_("Le service instructeur peut renvoyer l’état pour correction."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def return_claim(request: HttpRequest, pk: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_return_claim)
    return _act(
        request, row, lambda data: actions.return_claim(row, **data, by=request.user), _("Renvoyer l’état pour correction"),
        _("L’état redevient modifiable par l’établissement, qui lit ce motif. Les contrôles des dépenses inchangées sont conservés."),
        _("L’état est renvoyé pour correction."), form=ReasonForm, undo=_("L’établissement le corrige et le certifie de nouveau."),
        danger=True,
    )  # fmt: skip


# ── the officer ──────────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(["GET", "HEAD", "POST"])
def check_line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_check_claim)
    of = _the_line(row, line)
    form = CheckForm(request.POST if request.method == "POST" else None, line=of)
    if request.method == "POST" and carried(form, lambda data: actions.check_line(of, **data, by=request.user)):
        left = next((one.pk for one in row.lines.order_by("category", "paid_on", "pk") if one.to_check), None)
        return (
            redirect("funding:check_line", pk, left)
            if left and "next" in request.POST
            else redirect("funding:claim", pk)
        )
    return render(
        request,
        "funding/check_line.html",
        {"claim": row, "line": of, "form": form, "back": reverse("funding:claim", args=[pk])},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def keep_others(request: HttpRequest, pk: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_check_claim)
    return _act(
        request, row, lambda data: actions.keep_others(row, by=request.user), _("Retenir les dépenses hors échantillon"),
        _("Les dépenses que personne n’a contrôlées, hors échantillon, sont retenues en entier."),
        _("Les dépenses hors échantillon sont retenues."), undo=_("Chaque dépense se contrôle encore jusqu’à l’acceptation."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def accept_claim(request: HttpRequest, pk: int) -> HttpResponse:
    row = the_claim(request, pk, permissions.can_check_claim)
    cents = sum(line.eligible_cents or 0 for line in row.lines.all())
    happens = _("%(cents)s de dépenses sont retenues.") % {"cents": money.display(cents)}
    if row.final:
        found = actions.final_of(row.convention, besides=row)
        happens += " " + _("L’aide définitive est fixée à %(cents)s.") % {"cents": money.display(found.aid_cents)}
    return _act(
        request, row, lambda data: actions.accept_claim(row, by=request.user), _("Accepter l’état des dépenses"), happens,
        _("L’état des dépenses est accepté."),
    )  # fmt: skip


def _act(
    request: HttpRequest, claim: Claim, verb: Callable[[dict[str, Any]], Any], title: str, happens: str, done: str, *,
    form: type[Form] = Form, undo: str = "", danger: bool = False,
) -> HttpResponse:  # fmt: skip
    """One act on a statement: says what will happen (GET), does it (POST)."""
    bound = form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(bound, verb):
        messages.success(request, done)
        return redirect("funding:claim", claim.pk)
    context = {"claim": claim, "form": bound, "title": title, "happens": happens, "undo": undo, "danger": danger}
    return render(request, "funding/claim_act.html", context, status=422 if bound.errors else 200)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
def claim_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A file of a statement, for whoever sees it."""
    row = the_claim(request, pk)
    of = get_object_or_404(row.files.select_related("document__scan_result"), number=number)
    document, may = of.document, can_open_document(of.document)
    if may and ("ouvrir" in request.GET or document.scan_state != document.Scan.NOT_SCANNED):
        return documents.response(document)
    context = {"claim": row, "document": document, "may": may}
    return render(request, "funding/claim_file.html", context, status=200 if may else 403)


@require_safe
def claim_lines(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    row = the_claim(request, pk)
    lines = row.lines.select_related("file").order_by("category", "paid_on", "pk")
    return answer.table(f"etat-{row.pk}", ending, LINES, map(_line, lines.iterator(chunk_size=answer.ROWS)))


def _line(line: ClaimLine) -> list[Any]:
    kept = line.eligible_cents is not None
    return [
        line.get_category_display(), line.label, line.paid_on, Amount(line.cents), line.file.number,
        _("oui") if line.sampled else "", Amount(line.eligible_cents or 0) if kept else None,
        Amount(line.refused_cents) if kept else None, line.refusal,
    ]  # fmt: skip
