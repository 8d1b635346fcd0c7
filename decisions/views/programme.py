"""The programme: what each dossier calls for, and what is proposed under the envelope."""

from typing import Any

from django.contrib import messages
from django.db.models import BigIntegerField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from calls.models import Wave
from directory.models import Establishment
from edsh_portal import asked
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of
from funding import ledger
from funding.models import Line

from .. import actions, panels, permissions
from ..actions.motive import draft
from ..actions.proposal import REJECTED
from ..forms.fields import typed
from ..forms.proposal import AwardForm, RefusalForm
from ..models import SEES_DECISIONS, ProposalShare

GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@role_required(*SEES_DECISIONS)
def proposals(request: HttpRequest) -> HttpResponse:
    """The dossiers of a wave in the order of the list, or those of all waves that wait for a step; what each source still holds."""
    waves = list(Wave.objects.select_related("call", "session").order_by("-call", "number"))
    number = asked.numbered(request, "releve", [w.number for w in waves])
    wave = next((w for w in waves if w.number == number), waves[-1] if waves else None)
    piles = panels.piles(request.user)
    pile = asked.choice(request, "pile", piles) or _where_work_waits(request, piles)
    rows = piles[pile][1] if pile else panels.programmed(request.user).filter(wave=wave)
    page = page_of(request, rows)
    application: Any  # with what panels.programmed() puts beside its columns
    for application in page:
        waits = next((held for held in application.proposed[:1] if held.state == "proposed"), None)
        application.may_approve = waits is not None and permissions.can_approve(request.user, waits)
    context = {
        "wave": wave,
        "page": page,
        "sources": sources(wave) if wave else [],
        "tabs": [
            *({"label": label, "url": f"?pile={name}", "current": name == pile} for name, (label, _q) in piles.items()),
            *({"label": w.label, "url": f"?releve={w.number}", "current": not pile and w == wave} for w in waves),
        ],
        "may_propose": permissions.can_propose(request.user),
        "studios": [w for w in waves if hasattr(w, "session") and w.session.state == "closed"],
        "approvable": any(row.may_approve for row in page),
    }
    return render(request, "decisions/proposals.html", context)


def _where_work_waits(request: HttpRequest, piles: dict[str, Any]) -> str:
    """The first pile of this person's work that holds something, when the address asks for nothing."""
    if {"pile", "releve", "page"} & request.GET.keys():
        return ""
    mine = [
        ("proposer", permissions.can_propose(request.user)),
        ("approuver", permissions.can_approve_some(request.user)),
    ]
    return next((name for name, may in mine if may and piles[name][1].exists()), "")


def sources(wave: Wave) -> list[dict[str, Any]]:
    """Per source: opened, held by decisions, asked by proposals that wait, and what would be left."""
    waiting = ProposalShare.objects.filter(line=OuterRef("pk"), proposal__state="proposed").order_by().values("line")
    cents = Coalesce(Subquery(waiting.annotate(cents=Sum("cents")).values("cents")), 0, output_field=BigIntegerField())
    lines: Any = list(Line.objects.filter(call=wave.call_id).annotate(asked_cents=cents).order_by("pk"))
    stand, found = ledger.promises([line.pk for line in lines]), []
    for line in lines:
        money, proposed = stand[line.pk], line.asked_cents
        found.append({"line": line, **money, "proposed": proposed, "left": money["available"] - proposed})
    return found


def _the_dossier(request: HttpRequest, reference: str) -> Any:
    rows = Application.objects.select_related("wave__call", "coordinator", "version").annotate(
        rank=F("rankings__rank"),
        list=F("rankings__list"),
        jury_reason=F("rankings__reason"),
        sitting=F("rankings__session__state"),
    )
    return fetch(rows, request.user, permissions.can_propose, reference=reference)


@require_http_methods(GET_OR_POST)
def propose(request: HttpRequest, reference: str) -> HttpResponse:
    """An award member by member, or a refusal, as the dossier's place commands."""
    application = _the_dossier(request, reference)
    form, proposed = _form(request, application)
    if request.method == "POST" and _carried(request, application, form):
        messages.success(request, _("La proposition est enregistrée : une autre personne doit l’approuver."))
        return redirect("decisions:proposals")
    if isinstance(form, AwardForm) and form.splits and form.is_valid():
        form = _again(request, form)
    context = {
        "application": application,
        "form": form,
        "award": proposed == "award",
        "ahead": actions.ahead(application) if proposed == "award" and application.list == "reserve" else [],
        "sources": sources(application.wave),
        "members": application.deposited.content["members"],
    }
    return render(request, "decisions/propose.html", context, status=422 if form.is_bound and form.errors else 200)


def _form(request: HttpRequest, application: Any) -> tuple[RefusalForm, str]:
    data, stands = typed(request), {"before": actions.before(application)}
    ranked = application.sitting == "closed" and application.list
    if not ranked and application.state not in REJECTED:
        raise Http404
    if application.state in REJECTED or application.list == "not_selected" or "rejet" in request.GET:
        motive = draft(application, application.jury_reason or "")
        return RefusalForm(data, initial={"motive": motive, **stands}), "refusal"
    lines = Line.objects.filter(call=application.wave.call_id).order_by("pk")
    return AwardForm(data, members=application.deposited.content["members"], lines=lines, initial=stands), "award"


def _carried(request: HttpRequest, application: Application, form: RefusalForm) -> bool:
    if "split" in request.POST:
        return False
    if not isinstance(form, AwardForm):
        return carried(
            form,
            lambda data: actions.propose_refusal(
                application, data["motive"], read=form.data.get("before"), by=request.user
            ),
        )

    def write(data: dict[str, Any]) -> None:
        bodies = Establishment.objects.in_bulk([pk for pk, _line, _cents in form.shares()])
        shares = [(bodies[pk], line, cents) for pk, line, cents in form.shares()]
        actions.propose(application, shares, data["motive"], read=form.data.get("before"), by=request.user)

    return carried(form, write)


def _again(request: HttpRequest, form: RefusalForm) -> AwardForm:
    """The same form, what was typed kept, with the amounts of the split."""
    assert isinstance(form, AwardForm)
    typed = {name: form.data.get(name) for name in form.fields} | form.split()
    return AwardForm(members=form.members, lines=form.lines, initial=typed)
