"""Admissibility: the queue by deadline, the sheet of a dossier, the opinion and its validation by a second person."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications import rules
from applications.content import freeze
from applications.models import Application, VersionFile
from applications.permissions import can_examine, can_rule_admissibility
from applications.views.found import the_dossier
from calls import clocks
from edsh_portal import asked, clock
from edsh_portal.access import has_role, role_required
from edsh_portal.forms import Form, ReasonForm, carried
from edsh_portal.lists import page_of

from .. import actions, panels, permissions
from ..forms import AdmissibilityForm
from ..models import Admissibility


@role_required("instructor", "validator", "auditor")
@require_safe
def admissibilities(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    piles, queue = panels.admissibility_piles(now), panels.in_admissibility(request.user)
    default = "examiner" if has_role(request.user, "instructor") else "valider"
    chosen = asked.choice(request, "pile", piles, default)
    counts = queue.aggregate(
        **{name.replace("-", "_"): Count("pk", filter=pile) for name, (_label, pile) in piles.items()}
    )
    tabs = [
        {"label": label, "url": f"?pile={name}", "current": name == chosen, "count": counts[name.replace("-", "_")]}
        for name, (label, _pile) in piles.items()
    ]
    order = (
        ("-wave__closes_at", "-submitted_at", "pk") if chosen == "rendus" else ("wave__closes_at", "submitted_at", "pk")
    )
    listed = queue.filter(piles[chosen][1]).for_register().order_by(*order)
    page = page_of(request, listed, count=counts[chosen.replace("-", "_")])  # already counted for the tabs
    rows = [_row(application, request.user, now) for application in page]
    return render(request, "casework/admissibilities.html", {"tabs": tabs, "page": page, "rows": rows, "pile": chosen})


def _row(application: Application, user: Any, now: Any) -> dict[str, Any]:
    """A line of the queue: its deadline and what this person has to do about it."""
    periods = clocks.deadlines(application)
    if application.state != Application.State.SUBMITTED or now < application.wave.closes_at:
        todo = ""
    elif application.is_completed:
        todo = _("En attente de compléments")
    elif application.has_opinion:
        todo = (
            _("Valider") if has_role(user, "validator") and not application.is_mine else _("En attente de validation")
        )
    else:
        todo = _("Reprendre (renvoyé)") if application.was_returned else _("Examiner")
    return {
        "application": application,
        "periods": periods,
        "unread": application.unread if permissions.can_write_messages(user, application) else 0,
        "todo": todo,
        "urgency": clocks.urgency(now, periods.admissibility_at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def admissibility(request: HttpRequest, reference: str) -> HttpResponse:
    """The sheet: the frozen version against the rules, its files, the clocks; the form of the opinion for who may give it."""
    application = the_dossier(request, reference, can_examine, content=True)
    if application.version is None:  # the auditor sees drafts: nothing to examine
        return redirect("applications:dossier", reference)
    sheet = _sheet(application)
    form = AdmissibilityForm(request.POST if request.method == "POST" else None, rules=_choices(sheet["told"].verdicts))
    if request.method == "POST" and carried(
        form, lambda data: actions.propose_admissibility(application, **data, by=request.user)
    ):
        messages.success(request, _("Votre avis est transmis pour validation à une seconde personne."))
        return redirect("casework:admissibility", reference)
    context = sheet | {"form": form, "gives": _gives(request.user, application, sheet)}
    context["validates"] = sheet["open"] is not None and permissions.can_validate_admissibility(
        request.user, sheet["open"]
    )
    context["asks"] = context["gives"] and permissions.can_ask_complements(request.user, application)
    return render(request, "casework/admissibility.html", context, status=422 if form.errors else 200)


def _gives(user: Any, application: Application, sheet: dict[str, Any]) -> bool:
    in_time = application.wave.closes_at <= sheet["now"] < sheet["periods"].admissibility_at
    free = application.state == Application.State.SUBMITTED and sheet["open"] is None
    free = free and not any(asked.state == "asked" for asked in sheet["requests"])
    return free and in_time and permissions.can_propose_admissibility(user, application)


def _sheet(application: Application) -> dict[str, Any]:
    """What the version frozen says to the rules, with the twins as they are today."""
    version, now, periods = application.deposited, application.now, clocks.deadlines(application)
    reading = freeze.read_deposited(application)
    opinions = list(application.admissibilities.select_related("proposed_by", "decided_by", "version").order_by("-pk"))
    return {
        "application": application,
        "version": version,
        "content": version.content,
        "periods": periods,
        "now": now,
        "urgency": clocks.urgency(now, periods.admissibility_at),
        "told": reading.told,
        "twins": reading.facts.twins,
        "shared": reading.shared,
        "opinions": opinions,
        "files": list(
            VersionFile.objects.filter(version=version)
            .select_related("document__scan_result", "piece__membership__establishment")
            .order_by("code", "pk")
        ),
        "requests": list(
            application.complements.select_related("version", "answer")
            .defer("version__content", "answer__content")
            .order_by("-pk")
        ),
        "open": next((opinion for opinion in opinions if opinion.state == "proposed"), None),
    }


def _choices(verdicts: Iterable[rules.Verdict]) -> list[tuple[str, str]]:
    """The rules an opinion may quote: those that fail first."""
    titles = {verdict.rule: verdict for verdict in verdicts}
    ordered = sorted(actions.RULES, key=lambda rule: (rule not in titles or not titles[rule].failed, rule))
    return [
        (rule, f"{rule} · {titles[rule].title}" if rule in titles else f"{rule} · {_('Date limite de dépôt')}")
        for rule in ordered
    ]


def _opinion(request: HttpRequest, reference: str) -> tuple[Application, Admissibility]:
    """The dossier and the opinion that waits on it, for who may validate it."""
    application = the_dossier(request, reference, can_rule_admissibility)
    waiting = get_object_or_404(application.admissibilities.select_related("proposed_by"), state="proposed")
    waiting.application = application
    return application, waiting


@require_http_methods(["GET", "HEAD", "POST"])
def validate_admissibility(request: HttpRequest, reference: str) -> HttpResponse:
    application, waiting = _opinion(request, reference)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.validate_admissibility(waiting, by=request.user)
    ):
        messages.success(
            request,
            _("L’avis est validé : le dossier %(reference)s est à jour et ses membres sont prévenus.")
            % {"reference": reference},
        )
        return redirect("casework:admissibilities")
    context = {
        "application": application,
        "opinion": waiting,
        "form": form,
        "cancel": reverse("casework:admissibility", args=[reference]),
    }
    return render(request, "casework/validate_admissibility.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def return_admissibility(request: HttpRequest, reference: str) -> HttpResponse:
    application, waiting = _opinion(request, reference)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried(
        form, lambda data: actions.return_admissibility(waiting, data["reason"], by=request.user)
    ):
        messages.success(request, _("L’avis est renvoyé avec votre motif."))
        return redirect("casework:admissibilities")
    context = {
        "application": application,
        "opinion": waiting,
        "form": form,
        "cancel": reverse("casework:admissibility", args=[reference]),
    }
    return render(request, "casework/return_admissibility.html", context, status=422 if form.errors else 200)
