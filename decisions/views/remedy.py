"""Remedies: lodged from the page of the decision, registered from the post, listed, answered by two people, judged."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import acts, admission, clock, lists
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.sheets import answer
from funding.views.signing import file_page

from .. import actions, permissions
from ..forms.fields import typed
from ..forms.remedy import AnswerRemedyForm, EndRemedyForm, LodgeForm, RegisterForm, RemediesForm
from ..models import SEES_DECISIONS, Remedy
from .decision import GET_OR_POST, the_decision


@role_required(*SEES_DECISIONS)
@require_safe
def remedies(request: HttpRequest) -> HttpResponse:
    """The register, what waits first."""
    form = RemediesForm(request.GET)
    page = lists.page_of(request, form.rows(request.user).for_list())
    today = clock.today()
    rows = [{"remedy": one, "standing": one.standing(today)} for one in page]
    context = {"form": form, "page": page, "rows": rows, "today": today, "query": request.GET.urlencode()}
    return render(request, "decisions/remedies.html", context)


HEAD = (
    "Dossier",
    "Décision",
    "Recours",
    "Auteur",
    "Reçu le",
    "Référence",
    "Tribunal",
    "Rejet implicite le",
    "État",
    "Le",
)


@role_required(*SEES_DECISIONS)
@require_safe
def remedies_file(request: HttpRequest, ending: str) -> HttpResponse:
    rows, today = RemediesForm(request.GET).rows(request.user).for_list(), clock.today()
    return answer.table("recours", ending, HEAD, (_line(one, today) for one in rows.iterator(chunk_size=answer.ROWS)))


def _line(one: Remedy, today: Any) -> list[Any]:
    return [
        one.decision.application.reference, one.decision.number, one.get_kind_display(), one.author, one.received_on,
        one.reference, one.court, one.implied_on, Remedy.words(one.standing(today)), one.ended_on,
    ]  # fmt: skip


def _remedy(request: HttpRequest, pk: int, gate: Any = None) -> Remedy:
    rows = Remedy.objects.for_list().select_related("document__scan_result", "recorded_by", "ended_by")
    return fetch(rows, request.user, gate, pk=pk)


@require_safe
def remedy(request: HttpRequest, pk: int) -> HttpResponse:
    held, user = _remedy(request, pk), request.user
    waits = held.state == Remedy.State.RECEIVED
    staff = permissions.can_see_programme(user)
    asked = acts.waiting("remedy.answer", held) if staff and waits else None
    records = permissions.can_register_remedy(user, held.decision)
    context = {
        "remedy": held,
        "standing": held.standing(),
        "staff": staff,
        "asked": asked,
        "may_answer": waits
        and asked is None
        and held.kind != Remedy.Kind.LITIGATION
        and permissions.can_answer_remedy(user, held),
        "may_end": waits and asked is None and records,
        "may_follow": held.state == Remedy.State.ACCEPTED and records and held.decision.state == "notified",
    }
    return render(request, "decisions/remedy.html", context)


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(GET_OR_POST)
def lodge_remedy(request: HttpRequest, number: str) -> HttpResponse:
    held = the_decision(request, number, permissions.can_lodge_remedy)
    form = LodgeForm(typed(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and carried(form, _put(held, actions.lodge_remedy, request.user)):
        messages.success(request, _("Votre recours est enregistré : le service en accuse réception."))
        return redirect("decisions:decision", held.number)
    hint = _("Sans réponse dans les deux mois, il est rejeté ; le tribunal peut alors être saisi.")
    title = _("Former un recours contre la décision %(number)s") % {"number": held.number}
    return _page(request, form, title, _("Envoyer le recours"), hint, held)


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(GET_OR_POST)
def register_remedy(request: HttpRequest, number: str) -> HttpResponse:
    held = the_decision(request, number, permissions.can_register_remedy)
    form = RegisterForm(typed(request), request.FILES if request.method == "POST" else None, decision=held)
    if request.method == "POST" and carried(form, _put(held, actions.register_remedy, request.user)):
        messages.success(request, _("Le recours est inscrit au registre."))
        return redirect("decisions:decision", held.number)
    title = _("Enregistrer un recours contre la décision %(number)s") % {"number": held.number}
    hint = _("Ses délais courent du jour de sa réception.")
    return _page(request, form, title, _("Enregistrer le recours"), hint, held)


def _put(held: Any, verb: Any, user: Any) -> Any:
    def put(data: dict[str, Any]) -> None:
        file = data.pop("file")
        verb(held, **data, **({"content": file.read(), "name": file.name} if file else {}), by=user)

    return put


def _page(
    request: HttpRequest, form: Form, title: str, label: str, hint: str, held: Any, back: str = "", whose: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "label": label,
        "hint": hint,
        "back": back or reverse("decisions:decision", args=[held.number]),
        "whose": whose or str(held),
    }
    return render(request, "decisions/form.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
def answer_remedy(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposes it: the direction approves."""
    held = _remedy(request, pk, permissions.can_answer_remedy)
    form = AnswerRemedyForm(typed(request))
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_remedy_answer(held, **data, by=request.user)
    ):
        messages.success(request, _("La réponse est proposée : la direction doit l’approuver."))
        return redirect("decisions:remedy", pk)
    hint = _("L’auteur du recours lit ces motifs dans son espace, une fois la réponse approuvée.")
    back = reverse("decisions:remedy", args=[pk])
    return _page(request, form, _("Répondre au recours"), _("Proposer la réponse"), hint, held, back, str(held))


@require_http_methods(GET_OR_POST)
def end_remedy(request: HttpRequest, pk: int) -> HttpResponse:
    """A judgment, or that its author gives it up."""
    held = _remedy(request, pk, lambda user, of: permissions.can_register_remedy(user, of.decision))
    form = EndRemedyForm(typed(request), remedy=held)
    if request.method == "POST" and carried(form, lambda data: actions.record_end(held, **data, by=request.user)):
        messages.success(request, _("La fin du recours est enregistrée."))
        return redirect("decisions:remedy", pk)
    back = reverse("decisions:remedy", args=[pk])
    hint = _("Un jugement, ou le désistement de l’auteur.")
    return _page(request, form, _("Enregistrer la fin du recours"), _("Enregistrer"), hint, held, back, str(held))


@require_safe
def remedy_file(request: HttpRequest, pk: int) -> HttpResponse:
    held = _remedy(request, pk)
    if held.document is None:
        raise Http404
    return file_page(request, held.document, _("Recours"), held.author, reverse("decisions:remedy", args=[pk]))
