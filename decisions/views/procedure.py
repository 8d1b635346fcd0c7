"""The contradictory procedure: opened on a decision or a convention, read by both sides, observed, answered or dropped."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from edsh_portal import acts, admission, clock, documents, lists, money
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from funding import actions as funding
from funding.models import Amendment, Convention
from funding.views.signing import file_page

from .. import actions, permissions
from ..actions.procedure import GROUNDS, concerned_by, ended_on, exclusion_ended
from ..forms.fields import ReasonForm, typed
from ..forms.procedure import AnswerForm, ObserveForm, OpenExclusionForm, OpenProcedureForm, OpenRecoveryForm
from ..models import SEES_DECISIONS, Procedure
from .decision import GET_OR_POST, the_decision


@role_required(*SEES_DECISIONS)
@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    """All of them, what waits for its answer first."""
    rows = Procedure.objects.visible_to(request.user).order_by(Case(When(state="observed", then=0), default=1), "-pk")
    page = lists.page_of(request, rows.select_related("application", "establishment"))
    return render(request, "decisions/procedures.html", {"page": page})


@require_http_methods(GET_OR_POST)
def open_revocation_procedure(request: HttpRequest, number: str) -> HttpResponse:
    held = the_decision(request, number, permissions.can_open_revocation_procedure)
    back = reverse("decisions:decision", args=[held.number])

    def put(form: Form) -> bool:
        return carried(form, lambda data: actions.open_revocation_procedure(held, **data, by=request.user))

    title = _("Envisager le retrait de la décision %(number)s") % {"number": held.number}
    return _open(request, OpenProcedureForm(typed(request)), put, title, back, concerned_by(held))


@require_http_methods(GET_OR_POST)
def open_exclusion_procedure(request: HttpRequest, pk: int) -> HttpResponse:
    """`pk`: of the amendment that would put a member out."""
    rows = Amendment.objects.select_related("grant__application", "establishment")
    held = fetch(rows, request.user, permissions.can_open_exclusion_procedure, pk=pk)
    back = reverse("funding:amendment", args=[pk])

    def put(form: Form) -> bool:
        return carried(form, lambda data: actions.open_exclusion_procedure(held, **data, by=request.user))

    title = _("Envisager l’exclusion : %(name)s") % {"name": held.establishment}
    return _open(request, OpenExclusionForm(typed(request)), put, title, back, held.establishment)


@require_http_methods(GET_OR_POST)
def open_recovery_procedure(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(Convention.objects.for_list(), request.user, permissions.can_open_recovery_procedure, pk=pk)
    back, final = reverse("funding:convention", args=[pk]), funding.final_claim(row)
    due = max(0, -funding.balance_left(row, final)) if final is not None else 0
    form = OpenRecoveryForm(typed(request), initial={"cents": due, "ground": "term"} if due else {})
    form.fields["cents"].help_text = _("Payé à ce bénéficiaire : %(paid)s.") % {
        "paid": money.display(funding.net_paid(row.share))
    }

    def put(form: Form) -> bool:
        return carried(form, lambda data: actions.open_recovery_procedure(row, **data, by=request.user))

    title = _("Envisager un reversement : %(name)s") % {"name": row.share.establishment}
    return _open(request, form, put, title, back, row.share.establishment)


def _open(
    request: HttpRequest, form: Form, put: Callable[[Form], bool], title: str, back: str, whom: Any
) -> HttpResponse:
    if request.method == "POST" and put(form):
        messages.success(request, _("La procédure contradictoire est engagée : la personne concernée est prévenue."))
        return redirect(back)
    context = {"form": form, "title": title, "back": back, "whom": whom}
    return render(request, "decisions/open_procedure.html", context, status=422 if form.errors else 200)


def the_procedure(request: HttpRequest, pk: int, gate: Any = None) -> Procedure:
    rows = Procedure.objects.for_list().select_related(
        "document__scan_result",
        "opened_by",
        "observed_by",
        "answered_by",
        "convention__share__establishment",
        "amendment",
        "letter",
        "registered_letter",
    )
    return fetch(rows, request.user, gate, pk=pk)


@require_safe
def procedure(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter, what was answered to it, and what comes next."""
    held, user = the_procedure(request, pk), request.user
    over = held.over(now := clock.now())
    conducts = permissions.can_conduct(user, held)
    context = {
        "procedure": held,
        "ground": GROUNDS[Procedure.Kind(held.kind)][held.ground],
        "last_on": held.closes_at and clock.days_from(held.closes_at, -1),
        "posted": getattr(held, "registered_letter", None),
        "over": over,
        "may_observe": held.state == "open" and not over and permissions.can_observe(user, held),
        "may_post": permissions.can_post(user, held),
        "may_answer": held.state == "observed" and conducts,
        "may_drop": held.state in ("open", "observed") and conducts,
        "conducts": conducts,
        "may_follow": held.ended(now) and _may_follow(held, user, now),
        "subject": _subject(held),
    }
    return render(request, "decisions/procedure.html", context)


def _may_follow(held: Procedure, user: Any, now: datetime) -> bool:
    """Whether this person may propose its act, which none has followed or waits for."""
    if (row := held.amendment) is not None:
        due = row.state == "agreed" and acts.waiting(funding.AMENDMENT, row) is None
        return due and acts.may_propose(user, funding.AMENDMENT, row) and exclusion_ended(row, now) == held
    of: Any = held.decision if held.decision is not None else held.convention
    kind = "decision.revoke" if held.decision is not None else "recovery.issue"
    return acts.may_propose(user, kind, of) and acts.waiting(kind, of) is None and ended_on(of, now) == held


def _subject(held: Procedure) -> dict[str, Any]:
    """What the measure is about, and where its act is proposed."""
    if (row := held.amendment) is not None:
        return {
            "label": _("Avenant n° %(n)s : exclusion d’un membre") % {"n": row.number},
            "url": reverse("funding:amendment", args=[row.pk]),
            "act": _("Proposer la signature de l’État"),
            "act_url": reverse("funding:propose_amendment", args=[row.pk]),
        }
    if held.decision is not None:
        number = held.decision.number
        return {
            "label": _("Décision %(number)s") % {"number": number},
            "url": reverse("decisions:decision", args=[number]),
            "act": _("Proposer le retrait"),
            "act_url": reverse("decisions:revoke", args=[number]),
        }
    return {
        "label": _("Convention : %(name)s") % {"name": held.establishment},
        "url": reverse("funding:convention", args=[held.convention_id]),
        "act": _("Proposer le titre de reversement"),
        "act_url": reverse("funding:recover", args=[held.convention_id]),
    }


@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(GET_OR_POST)
def observe(request: HttpRequest, pk: int) -> HttpResponse:
    held = the_procedure(request, pk, permissions.can_observe)
    form = ObserveForm(typed(request), request.FILES if request.method == "POST" else None)

    def put(data: dict[str, Any]) -> None:
        file = data.pop("file")
        sent = {"content": file.read(), "name": file.name} if file else {}
        actions.observe(held, **data, **sent, by=request.user)

    if request.method == "POST" and carried(form, put):
        messages.success(request, _("Vos observations sont envoyées : le service y répond avant toute décision."))
        return redirect("decisions:procedure", pk)
    hint = _("Elles partent une seule fois : relisez-les avant de les envoyer.")
    return _form(request, held, form, _("Présenter vos observations"), _("Envoyer les observations"), hint)


@require_http_methods(GET_OR_POST)
def answer_procedure(request: HttpRequest, pk: int) -> HttpResponse:
    held = the_procedure(request, pk, permissions.can_conduct)
    form = AnswerForm(typed(request))
    if request.method == "POST" and carried(form, lambda data: actions.answer_procedure(held, **data, by=request.user)):
        messages.success(request, _("La réponse est envoyée : l’acte peut maintenant être proposé."))
        return redirect("decisions:procedure", pk)
    hint = _("La personne concernée lit cette réponse dans son espace.")
    return _form(request, held, form, _("Répondre aux observations"), _("Envoyer la réponse"), hint)


@require_http_methods(GET_OR_POST)
def drop_procedure(request: HttpRequest, pk: int) -> HttpResponse:
    held = the_procedure(request, pk, permissions.can_conduct)
    form = ReasonForm(typed(request))
    if request.method == "POST" and carried(form, lambda data: actions.drop_procedure(held, **data, by=request.user)):
        messages.success(request, _("La procédure est classée sans suite."))
        return redirect("decisions:procedure", pk)
    hint = _("La mesure envisagée est abandonnée ; la personne concernée lit ce motif dans son espace.")
    return _form(request, held, form, _("Classer sans suite"), _("Classer sans suite"), hint)


def _form(request: HttpRequest, held: Procedure, form: Form, title: str, label: str, hint: str) -> HttpResponse:
    back, whose = reverse("decisions:procedure", args=[held.pk]), _("Procédure contradictoire")
    context = {"form": form, "title": title, "label": label, "hint": hint, "back": back, "whose": whose}
    return render(request, "decisions/form.html", context, status=422 if form.errors else 200)


@require_safe
def procedure_file(request: HttpRequest, pk: int) -> HttpResponse:
    held = the_procedure(request, pk)
    if held.document is None:
        raise Http404
    back = reverse("decisions:procedure", args=[pk])
    return file_page(request, held.document, _("Observations"), held.establishment, back)


@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter, sealed: what is read here is what is posted."""
    held = the_procedure(request, pk)
    if held.letter is None:
        raise Http404
    return documents.response(held.letter)
