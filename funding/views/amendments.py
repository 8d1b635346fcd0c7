"""An amendment on its way: asked for, drafted with before and after side by side, signed by each beneficiary, proposed to the State."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import acts, documents
from edsh_portal.access import fetch
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.workflow import available

from .. import actions, permissions
from ..actions import amendment as verbs
from ..actions import terms
from ..forms import AskAmendmentForm, DraftForm, SignForm
from ..models import Amendment, Convention, Grant


def _of() -> Any:
    return Amendment.objects.select_related("grant__application", "document", "asked_by", "drafted_by", "act")


@require_http_methods(["GET", "HEAD", "POST"])
def ask_amendment(request: HttpRequest, pk: int) -> HttpResponse:
    """`pk`: of the grant."""
    row = fetch(Grant.objects.select_related("application"), request.user, permissions.can_ask_amendment, pk=pk)
    form = AskAmendmentForm(request.POST if request.method == "POST" else None)
    made: list[Amendment] = []
    if request.method == "POST" and carried(
        form, lambda data: made.append(actions.ask_amendment(row, **data, by=request.user))
    ):
        messages.success(request, _("La demande est enregistrée : le service instructeur rédige l’avenant."))
        return redirect("funding:amendment", made[0].pk)
    hint = _(
        "Un avenant modifie les conventions signées, sans augmenter l’aide. Chaque bénéficiaire le signe, puis l’État."
    )
    return _form(request, form, row, _("Demander un avenant"), _("Envoyer la demande"), hint=hint)


def _form(request: HttpRequest, form: Any, row: Grant, title: str, label: str, **more: Any) -> HttpResponse:
    context = {
        "form": form, "title": title, "label": label, "back": reverse("funding:grant", args=[row.pk]),
        "back_label": _("Aide %(reference)s") % {"reference": row.application.reference}, **more,
    }  # fmt: skip
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


@require_safe
def amendment(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = fetch(_of(), request.user, pk=pk), request.user
    shares = terms.parts(row.grant)
    changes = terms.compared(row.before, row.after, shares) if row.after else []
    waits = acts.waiting(actions.AMENDMENT, row) if row.state == "agreed" else None
    signed = {one.convention_id: one for one in row.signatures.select_related("by")}
    parties = [(share, signed.get(share.convention.pk)) for share in shares if _signs(row, share, signed)]
    mine = {share.establishment_id for share in shares if permissions.can_sign(user, share.convention)}
    context = {
        "amendment": row,
        "changes": [(one.label, *verbs.told(one)) for one in changes],
        "parties": parties,
        "to_sign": [s for s, done in parties if row.state == "sent" and not done and s.establishment_id in mine],
        "steps": [step for step in available(row, user) if step.name != "enter" and not waits],
        "may_propose": row.state == "agreed" and waits is None and permissions.can_draft_amendment(user),
        "waits": waits,
        "may_read_act": waits is not None and acts.visible_to(user).filter(pk=waits.pk).exists(),
    }
    return render(request, "funding/amendment.html", context)


def _signs(row: Amendment, share: Any, signed: dict[int, Any]) -> bool:
    """Whose signature the page tells of: those that have signed; while it waits, those whose convention runs."""
    return share.convention.pk in signed or (row.state in ("drafted", "sent") and share.convention.state == "signed")


@require_safe
def amendment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The sealed PDF that was sent."""
    row = fetch(_of(), request.user, pk=pk)
    if row.document is None:
        raise Http404
    return documents.response(row.document)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_amendment(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_of(), request.user, permissions.can_draft_amendment, pk=pk)
    shares = terms.parts(row.grant)
    form = DraftForm(
        request.POST if request.method == "POST" else None,
        kind=row.kind,
        shares=shares,
        stands=terms.stands(row.grant, shares),
    )
    if request.method == "POST" and carried(
        form, lambda data: actions.draft_amendment(row, **form.terms(), by=request.user)
    ):
        messages.success(request, _("L’avenant est rédigé : le portail le met en forme et l’envoie aux bénéficiaires."))
        return redirect("funding:amendment", pk)
    title = _("Rédiger l’avenant : %(kind)s") % {"kind": row.get_kind_display()}
    return _form(request, form, row.grant, title, _("Rédiger l’avenant"), hint=row.reason)


@require_http_methods(["GET", "HEAD", "POST"])
def refuse_amendment(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(_of(), request.user, permissions.can_draft_amendment, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.refuse_amendment(row, **data, by=request.user)):
        messages.success(request, _("L’avenant est refusé : le coordinateur lit le motif."))
        return redirect("funding:amendment", pk)
    words = {
        "title": _("Refuser l’avenant"),
        "happens": _("Les conventions ne changent pas. Le coordinateur lit le motif."),
        "undo": _("Un autre avenant peut être demandé."),
    }
    return _act(request, form, row, whom=row.grant.application, **words)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_amendment(request: HttpRequest, pk: int, convention: int) -> HttpResponse:
    row = fetch(_of(), request.user, pk=pk)
    of = get_object_or_404(Convention.objects.for_list().filter(share__grant=row.grant_id), pk=convention)
    fetch(Convention.objects.for_list(), request.user, permissions.can_sign, pk=of.pk)
    read = row.document.sha256 if row.document else ""
    form = SignForm(request.POST if request.method == "POST" else None, initial={"sha256": read})
    if request.method == "POST" and carried(
        form, lambda data: actions.sign_amendment(row, of, **data, by=request.user)
    ):
        messages.success(request, _("L’avenant est signé pour votre établissement."))
        return redirect("funding:amendment", pk)
    words = {
        "title": _("Signer l’avenant"),
        "happens": _(
            "Vous signez ce document : les modifications qu’il énonce s’ajoutent à votre convention. Votre nom, votre qualité, "
            "l’instant et l’empreinte du document sont conservés. L’État signe après tous les bénéficiaires."
        ),
    }
    return _act(request, form, row, whom=of.share.establishment, **words)


@require_http_methods(["GET", "HEAD", "POST"])
def propose_amendment(request: HttpRequest, pk: int) -> HttpResponse:
    """The first half of the State's signature: the direction approves it, and the amendment is in force."""
    row = fetch(_of(), request.user, permissions.can_draft_amendment, pk=pk)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(form, lambda data: actions.propose_amendment(row, by=request.user)):
        messages.success(request, _("La signature est proposée : la direction signe l’avenant, ou le renvoie."))
        return redirect("funding:amendment", pk)
    words = {
        "title": _("Proposer la signature de l’État"),
        "happens": _("La direction lit les modifications et signe. L’avenant entre alors en vigueur."),
        "undo": _("La proposition peut être reprise tant que la direction n’a pas signé."),
    }
    return _act(request, form, row, whom=row.grant.application, **words)


def _act(request: HttpRequest, form: Any, row: Amendment, **words: Any) -> HttpResponse:
    shares = terms.parts(row.grant)
    changes = terms.compared(row.before, row.after, shares) if row.after else []
    context = {"amendment": row, "form": form, "changes": [(one.label, *verbs.told(one)) for one in changes], **words}
    return render(request, "funding/amendment_act.html", context, status=422 if form.errors else 200)
