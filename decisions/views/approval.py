"""The second person's answer: a proposal read with its letter, approved or returned, then the next; or many after one summary."""

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from edsh_portal import clock, numbers
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, carried
from edsh_portal.templatetags.portal import paris_time
from reviews import scoring
from reviews.models import RankingLine

from .. import actions, panels, permissions
from ..forms.fields import ReasonForm, typed
from ..forms.proposal import ApproveForm
from ..models import Decision, Kind, Proposal
from ..preview import preview
from .programme import sources

GET_OR_POST = ["GET", "HEAD", "POST"]


def _the_proposal(request: HttpRequest, reference: str, gate: Any) -> Proposal:
    rows = Proposal.objects.select_related(
        "application__wave__call", "application__coordinator", "application__version", "proposed_by"
    ).annotate(**{name: F(f"application__rankings__{name}") for name in ("rank", "list", "score_num", "score_den")})
    return fetch(rows, request.user, gate, application__reference=reference, state="proposed")


@require_http_methods(GET_OR_POST)
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    """What is known of the dossier, what the letter will say, what will be engaged; then the number, and the next one."""
    proposal = _the_proposal(request, reference, permissions.can_approve)
    form, rest = Form(typed(request)), _others(request.user, proposal)
    made: list[Decision] = []
    if carried(form, lambda _data: made.append(actions.approve(proposal, by=request.user))):
        messages.success(request, _said(made[0]))
        return _next(rest)
    if form.is_bound:
        proposal.refresh_from_db()
    now = clock.of(request)
    delegation = permissions.signs_under(request.user, now)
    may_sign = permissions.can_sign(request.user, delegation)
    letter = preview(proposal, by=request.user, delegation=delegation, at=now) if may_sign else None
    context = {
        "proposal": proposal,
        "form": form,
        "facts": _facts(proposal),
        "shares": _shares(proposal),
        "letter": letter,
        "sources": sources(proposal.application.wave),
        "may_sign": may_sign,
        "delegation": delegation,
        "rest": len(rest),
    }
    return render(request, "decisions/approve.html", context, status=422 if form.is_bound else 200)


def _said(decision: Decision) -> str:
    words: dict[str, Any] = {"number": decision}
    if not decision.recallable(decision.approved_at):
        return _("Décision %(number)s approuvée : sa mise en forme est en cours.") % words
    words["at"] = paris_time(decision.recall_until)
    return (
        _("Décision %(number)s approuvée. Vous pouvez la rappeler jusqu’à %(at)s ; elle sera ensuite scellée.") % words
    )


def _others(user: Any, proposal: Proposal) -> list[str]:
    """The references of the other dossiers that this person may approve: those after this one first."""
    waiting = list(panels.to_approve(user).values_list("reference", flat=True))
    reference = proposal.application.reference
    here = waiting.index(reference) if reference in waiting else 0
    return [one for one in waiting[here:] + waiting[:here] if one != reference]


def _next(rest: list[str]) -> HttpResponse:
    return redirect("decisions:approve", rest[0]) if rest else redirect("decisions:batch")


def _facts(proposal: Any) -> list[dict[str, Any]]:
    """What the jury and the applicant said, and what is proposed of it."""
    application = proposal.application
    asked, given = application.requested_cents, proposal.cents
    facts = [{"key": _("Demandé"), "value": numbers.money(asked)}]
    if proposal.rank is not None:
        score = _("%(score)s sur 100") % {"score": scoring.display(Fraction(proposal.score_num, proposal.score_den))}
        facts[:0] = [
            {
                "key": _("Rang et liste"),
                "value": f"{proposal.rank} · {dict(RankingLine.List.choices).get(proposal.list, '')}",
            },
            {"key": _("Note du jury"), "value": score},
        ]
    if given:
        share = numbers.percent(given * 100 / asked) if asked else ""
        facts.append({"key": _("Proposé"), "value": " · ".join(filter(None, (numbers.money(given), share)))})
    return [*facts, {"key": _("Motif proposé"), "value": proposal.motive}]


def _shares(proposal: Proposal) -> list[dict[str, Any]]:
    """Each share, beside what its member asked in the version deposited."""
    asked = {m["establishment"]: m["plan"]["aid_cents"] for m in proposal.application.deposited.content["members"]}
    return [{"share": share, "asked_cents": asked.get(share.establishment_id)} for share in proposal.parts]


@require_http_methods(GET_OR_POST)
def return_proposal(request: HttpRequest, reference: str) -> HttpResponse:
    proposal = _the_proposal(request, reference, permissions.can_return)
    form, rest = ReasonForm(typed(request)), _others(request.user, proposal)
    if request.method == "POST" and carried(
        form, lambda data: actions.return_proposal(proposal, data["reason"], by=request.user)
    ):
        messages.success(request, _("La proposition est renvoyée au service instructeur."))
        return _next(rest) if rest else redirect("decisions:proposals")
    context = {"proposal": proposal, "form": form, "shares": _shares(proposal)}
    return render(request, "decisions/return.html", context, status=422 if form.errors else 200)


# ── many ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_http_methods(GET_OR_POST)
@role_required("validator", "direction")
def approve_many(request: HttpRequest) -> HttpResponse:
    """Chosen, summed up, confirmed once; then what became of each, and again what failed."""
    waiting = _waiting(request.user)
    chosen = request.POST if request.method == "POST" else request.GET
    form = ApproveForm(chosen if "proposals" in chosen or request.method == "POST" else None, waiting=waiting)
    answers: list[actions.Answer] = []
    if request.method == "POST" and carried(
        form, lambda data: answers.extend(actions.approve_each(data["proposals"], by=request.user))
    ):
        made = [one.proposal for one in answers if one.decision]
        if made:
            messages.success(request, _("Approuvé : %(summary)s.") % {"summary": summary(made)})
        failed = [one.proposal for one in answers if not one.decision]
        if not failed:
            return redirect("decisions:batch")
        form = ApproveForm(
            {"proposals": [one.pk for one in failed]}, waiting=waiting.filter(pk__in=[p.pk for p in failed])
        )
    delegation = permissions.signs_under(request.user, clock.of(request))
    context = {
        "form": form,
        "waiting": waiting,
        "answers": answers,
        "chosen": list(form.cleaned_data["proposals"]) if form.is_bound and form.is_valid() else [],
        "may_sign": permissions.can_sign(request.user, delegation),
        "delegation": delegation,
        "again": reverse("decisions:approve_many"),
    }
    context["summary"] = summary(context["chosen"])
    return render(request, "decisions/approve_many.html", context, status=422 if answers or form.errors else 200)


def _waiting(user: Any) -> Any:
    """The proposals that this person may approve, in the order of the list."""
    references = panels.to_approve(user).order_by().values("pk")
    place = Prefetch("application__rankings", RankingLine.objects.all(), to_attr="places")
    return (
        Proposal.objects.filter(state="proposed", application__in=references)
        .select_related("application__coordinator", "proposed_by")
        .prefetch_related(place)
        .annotate(rank=F("application__rankings__rank"))
        .order_by(F("rank").asc(nulls_last=True), "pk")
    )


def summary(found: Any) -> str:
    """« 7 aides, 40 900 000,01 € ; 6 rejets », of proposals or of decisions."""
    awards, refusals = (
        [one.cents for one in found if one.kind == Kind.AWARD],
        [1 for one in found if one.kind != Kind.AWARD],
    )
    told = []
    if awards:
        count = ngettext("%(n)s aide", "%(n)s aides", len(awards)) % {"n": numbers.count(len(awards))}
        told.append(f"{count}, {numbers.money(sum(awards))}")
    if refusals:
        told.append(ngettext("%(n)s rejet", "%(n)s rejets", len(refusals)) % {"n": numbers.count(len(refusals))})
    return " ; ".join(told)
