"""An amendment on its way: asked for, drafted with before and after side by side, signed by each beneficiary, proposed to the State."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import BudgetLine
from directory.models import Establishment
from edsh_portal import acts, documents
from edsh_portal.access import fetch
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.money import display
from edsh_portal.workflow import available

from .. import actions, panels, permissions
from ..actions import amendment as verbs
from ..actions import terms
from ..forms.amendments import AskAmendmentForm, DraftForm
from ..forms.conventions import SignForm
from ..models import Amendment, AmendmentSignature, Convention, Grant
from ..models.consortium import members_of, parties_of


def _of() -> Any:
    return Amendment.objects.select_related(
        "grant__application", "document", "asked_by", "drafted_by", "act", "establishment"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask_amendment(request: HttpRequest, pk: int) -> HttpResponse:
    """`pk`: of the grant."""
    row = fetch(Grant.objects.select_related("application"), request.user, permissions.can_ask_amendment, pk=pk)
    form = AskAmendmentForm(
        request.POST if request.method == "POST" else None,
        members=_members(row),
        instructs=permissions.can_draft_amendment(request.user),
    )
    made: list[Amendment] = []
    if request.method == "POST" and carried(
        form, lambda data: made.append(actions.ask_amendment(row, **data, by=request.user))
    ):
        messages.success(request, _("La demande est enregistrée : le service instructeur rédige l’avenant."))
        return redirect("funding:amendment", made[0].pk)
    hint = _(
        "Un avenant modifie les conventions signées, sans augmenter l’aide. Chaque bénéficiaire le signe, puis l’État."
    )
    context = {
        "form": form,
        "title": _("Demander un avenant"),
        "label": _("Envoyer la demande"),
        "hint": hint,
        "back": reverse("funding:grant", args=[pk]),
        "back_label": _("Aide %(reference)s") % {"reference": row.application.reference},
    }
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)


def _members(row: Grant) -> list[Establishment]:
    """Those of its consortium today, who coordinates first."""
    roles = members_of(row)
    found = Establishment.objects.filter(pk__in=roles).order_by("sort_key", "pk")
    return sorted(found, key=lambda one: roles[one.pk] != "coordinator")


@require_safe
def amendment(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = fetch(_of(), request.user, pk=pk), request.user
    waits = acts.waiting(actions.AMENDMENT, row) if row.state == "agreed" else None
    parties = _parties(row)
    context = {
        "amendment": row,
        "changes": _changes(row),
        "parties": parties,
        "to_sign": [
            party
            for party in parties
            if row.state == "sent" and not party.signature and permissions.can_sign_for(user, party.place.pk)
        ],
        "steps": [step for step in available(row, user) if step.name != "enter" and not waits],
        "may_propose": row.state == "agreed" and waits is None and permissions.can_draft_amendment(user),
        "waits": waits,
        "may_read_act": waits is not None and acts.visible_to(user).filter(pk=waits.pk).exists(),
        "reads": Grant.objects.visible_to(user).filter(pk=row.grant_id).exists(),
        **{name: value for of in panels.ON_AMENDMENT.values() for name, value in of(row, user).items()},
    }
    return render(request, "funding/amendment.html", context)


def _changes(row: Amendment) -> list[tuple[str, ...]]:
    found = terms.compared(row.before, row.after, terms.parts(row.grant)) if row.after else []
    return [(one.label, *terms.told(one)) for one in found]


class Party(NamedTuple):
    """Who signs, for which convention if there is one, and where: with its signature once it is there."""

    place: Establishment
    convention: int | None
    url: str
    signature: AmendmentSignature | None


def _parties(row: Amendment) -> list[Party]:
    """Those that have signed; while it waits, those that are to."""
    signed = verbs.signed_by(row)
    keys = [*signed, *(key for key in parties_of(row) if key not in signed and row.state in ("drafted", "sent"))]
    places = Establishment.objects.in_bulk({place for place, _convention in keys})
    return [Party(places[place], of, _sign_url(row, place, of), signed.get((place, of))) for place, of in keys]


def _sign_url(row: Amendment, place: int, convention: int | None) -> str:
    if convention is None:
        return reverse("funding:sign_amendment_member", args=[row.pk, place])
    return reverse("funding:sign_amendment", args=[row.pk, convention])


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
        amendment=row,
        shares=shares,
        stands=terms.stands(row.grant, shares),
        members=_members(row.grant),
    )
    if request.method == "POST" and carried(
        form, lambda data: actions.draft_amendment(row, **form.terms(), by=request.user)
    ):
        messages.success(request, _("L’avenant est rédigé : le portail le met en forme et l’envoie aux bénéficiaires."))
        return redirect("funding:amendment", pk)
    context = {
        "form": form,
        "title": _("Rédiger l’avenant : %(kind)s") % {"kind": row.get_kind_display()},
        "back": reverse("funding:amendment", args=[pk]),
        "back_label": _("Avenant n° %(number)s") % {"number": row.number},
        "asked": _describe_request(row),
        **_kept(row, shares),
        **_lay_out_draft(form),
    }
    return render(request, "funding/draft_amendment.html", context, status=422 if form.errors else 200)


def _describe_request(row: Amendment) -> list[dict[str, Any]]:
    """What was asked, for the page where it is drafted."""
    names = {
        "join": _("Membre qui entre"), "leave": _("Membre qui part"), "exclude": _("Membre exclu"),
        "lead": _("Nouveau coordinateur"),
    }  # fmt: skip
    whom = [{"key": names[row.kind], "value": str(row.establishment)}] if row.establishment else []
    return [
        {"key": _("Dossier"), "value": str(row.grant.application)},
        *whom,
        {"key": _("Demandé par"), "value": str(row.asked_by)},
        {"key": _("Modification et motif"), "value": row.reason},
    ]


def _lay_out_draft(form: DraftForm) -> dict[str, Any]:
    """The expenses as a table, a category a row and a member a column, with the sums that stand; and the other fields."""
    names = [name for name in form.fields if name.startswith("expense_")]
    places = list(dict.fromkeys(int(name.split("_")[1]) for name in names))
    of = Establishment.objects.in_bulk(places)
    stands = form.stands["expenses"]
    categories = BudgetLine.Category.choices if places else []
    return {
        "places": [of[place] for place in places],
        "sums": [(of[place].name, sum(stands.get(str(place), {}).values())) for place in places],
        "expenses": [
            {"label": label, "cells": [(of[place].name, form[f"expense_{place}_{category}"]) for place in places]}
            for category, label in categories
        ],
        "others": [field for field in form.visible_fields() if field.name not in names],
    }


def _kept(row: Amendment, shares: list[Any]) -> dict[str, Any]:
    """Of who leaves: each of its shares, and what it keeps of it; for the page of a form."""
    if row.kind not in ("leave", "exclude") or row.establishment_id is None:
        return {}
    left = terms.kept(shares, terms.stands(row.grant, shares), row.establishment_id).shares
    facts = [
        {
            "key": _("Reste à %(name)s, %(line)s") % {"name": share.establishment.name, "line": share.line.label},
            "value": display(left[share.pk]),
        }
        for share in shares
        if share.pk in left
    ]
    said = _(
        "Payé, prévu ou dû sur les dépenses acceptées. Le reste va à l’enveloppe, ou aux membres dont vous augmentez la part."
    )
    return {"facts": facts, "facts_hint": said}


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
    happens = _(
        "Vous signez ce document : les modifications qu’il énonce s’ajoutent à votre convention. Votre nom, votre qualité, "
        "l’instant et l’empreinte du document sont conservés. L’État signe après tous les bénéficiaires."
    )
    return _sign(request, row, of, of.share.establishment, happens)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_amendment_member(request: HttpRequest, pk: int, establishment: int) -> HttpResponse:
    """Of who has no convention that runs: its mandate when it joins, its consent when its place changes."""
    row = fetch(_of(), request.user, pk=pk)
    of = get_object_or_404(Establishment, pk=establishment)
    if not permissions.can_sign_for(request.user, of.pk):
        raise PermissionDenied
    happens = _(
        "Vous signez ce document pour votre établissement, qui en accepte les termes : sa place dans le consortium est celle qu’il "
        "énonce. Votre nom, votre qualité, l’instant et l’empreinte du document sont conservés. L’État signe en dernier."
    )
    return _sign(request, row, of, of, happens)


def _sign(request: HttpRequest, row: Amendment, party: Any, place: Establishment, happens: str) -> HttpResponse:
    read = row.document.sha256 if row.document else ""
    form = SignForm(request.POST if request.method == "POST" else None, initial={"sha256": read})
    if request.method == "POST" and carried(
        form, lambda data: actions.sign_amendment(row, party, **data, by=request.user)
    ):
        messages.success(request, _("L’avenant est signé pour votre établissement."))
        return redirect("funding:amendment", row.pk)
    return _act(request, form, row, whom=place, title=_("Signer l’avenant"), happens=happens)


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
    context = {"amendment": row, "form": form, "changes": _changes(row), **words}
    return render(request, "funding/amendment_act.html", context, status=422 if form.errors else 200)
