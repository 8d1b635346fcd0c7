"""The ranking: its page, where lists are set, the order of the reserve, one dossier's sheet, the print."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models.dossier import open_to
from edsh_portal import asked, clock
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.once import repeatable

from .. import actions, panels, permissions, ranking, scoring
from ..forms.lists import ListForm, ListsForm, PlacesForm
from ..models import SEES_CLOSED_SESSION, Assignment, Opinion, RankingLine, Session
from .jury import GET_OR_POST, before, session_of, wave_of
from .officer import reports

PRINTED = 95  # lines of one printed part: a wave has fewer, and a page stays under 100 kB
A_PAGE = 25


def _shown(rows: Any, reached: dict[int, ranking.Reach]) -> list[RankingLine]:
    """Scores in two decimals for the eye, and what is reached down to each."""
    found = list(rows)
    for row in found:
        row.shown, row.reach = scoring.display(row.score), reached[row.pk]
    return found


def _page(request: HttpRequest, rows: Any, size: int, count: int | None = None) -> Any:
    """`count`: of the whole ranking, which was walked; None: to be counted."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def _sums(lines: Any, sources: list[ranking.Source]) -> dict[str, Any]:
    """{list: {count, cents}} of what is listed so far; the main list laid over the sources, and what is left of them."""
    listed = lines.values("list").annotate(count=Count("pk"), cents=Sum("requested_cents")).order_by("list")
    sums = {row["list"]: row for row in listed}
    kept = sums["main"]["cents"] if "main" in sums else 0
    left = sum(source.cents for source in sources) - kept
    return {"sums": sums, "parts": ranking.shares(kept, sources), "left_cents": left, "over_cents": -left}


def _table(request: HttpRequest, held: Any, form: ListsForm | None = None, quick: bool = False) -> dict[str, Any]:
    """What `_ranking.html` shows: the page of lines that is asked, with what was typed there when it comes back refused."""
    unlisted = asked.choice(request, "pile", ("a-classer",))
    sources = panels.sources(held.wave)
    gate = open_to(request.user)
    reached, read = ranking.reach(held, sources, gate), held.lines.filter(gate)
    rows = read.for_list()
    page = _page(request, rows.filter(list=""), A_PAGE) if unlisted else _page(request, rows, A_PAGE, len(reached))
    may_list = held.state == "open" and permissions.can_chair(request.user, held)
    lines = _shown(form.lines if form else page, reached)
    if may_list:
        form = form or ListsForm(lines=lines)
        form.onto(keeps_lists=not quick)
    return {
        "session": held,
        "wave": held.wave,
        "page": page,
        "lines": lines,
        "form": form,
        "may_list": may_list,
        "may_reopen": held.state == "closed" and not held.withheld and permissions.can_chair(request.user, held),
        "sources": sources,
        "withheld": held.withheld,
        "sees_panel": permissions.can_see_panel(request.user, held),
        "sees_agreement": permissions.can_see_assignments(request.user),
        **_sums(read, sources),
    }


@require_safe
@role_required(*SEES_CLOSED_SESSION)
def session(request: HttpRequest, number: int) -> HttpResponse:
    wave = wave_of(number)
    if not hasattr(wave, "session"):
        return before(request, wave)
    held = session_of(request, number, permissions.can_see_ranking)
    return render(request, "reviews/session.html", _table(request, held) | {"outdated": ranking.is_outdated(held)})


def _line_of(held: Session, reference: str, user: Any) -> RankingLine:
    rows = held.lines.open_to(user).for_list().select_related("application__wave__settings", "application__discussion")
    row = get_object_or_404(rows, application__reference=reference)
    row.session = held
    return row


@repeatable
@require_POST
@role_required(*SEES_CLOSED_SESSION)
def lists(request: HttpRequest, number: int) -> HttpResponse:
    """What a page of the ranking says of its lines, all at once, or one as soon as it is pressed (the answer is then the table)."""
    held = session_of(request, number, permissions.can_chair)
    sent = [asked.number(name.removeprefix("list_")) for name in request.POST if name.startswith("list_")]
    until = asked.number(request.POST.get("until", ""))
    rows = held.lines.open_to(request.user).for_list().filter(pk__in=[pk for pk in (*sent, until) if pk is not None])
    form, quick = ListsForm(request.POST, lines=list(rows)), bool(request.headers.get("HX-Request"))
    put = partial(actions.set_lists, held, until=until, by=request.user)
    changed: list[RankingLine] = []
    if not carried(form, lambda _data: changed.extend(put(form.wanted(), read=form.shown()))):
        page = "reviews/_ranking.html" if quick else "reviews/session.html"
        return render(request, page, _table(request, held, form, quick), status=422)
    told = ngettext("%(n)s dossier classé.", "%(n)s dossiers classés.", len(changed)) % {"n": len(changed)}
    if quick:
        return render(request, "reviews/_ranking.html", _table(request, held) | {"told": told})
    messages.success(request, told)
    return redirect(f"{redirect('reviews:session', number=number).url}?{request.GET.urlencode()}")


@require_http_methods(GET_OR_POST)
@role_required(*SEES_CLOSED_SESSION)
def line(request: HttpRequest, number: int, reference: str) -> HttpResponse:
    held = session_of(request, number, permissions.can_see_ranking)
    row = _line_of(held, reference, request.user)
    may = held.state == "open" and permissions.can_list(request.user, row)
    form = ListForm(request.POST or None, initial={"list": row.list, "reason": row.reason}) if may else None
    if request.method == "POST" and form is None:
        raise PermissionDenied
    if form is not None and form.is_bound:
        if carried(form, lambda _data: _listed(row, form, request.user)):
            return redirect(redirect("reviews:session", number=number).url + f"#{reference}")
        row = _line_of(held, reference, request.user)  # as it stands: the verb had written on it what it then refused
    return render(
        request, "reviews/line.html", _sheet(request, held, row, form), status=422 if form and form.errors else 200
    )


def _listed(row: RankingLine, form: ListForm, by: Any) -> None:
    said = {"list": row.list, "reason": row.reason} | form.typed()
    actions.set_list(row, said["list"], said["reason"], read=form.read(), by=by)


def _sheet(request: HttpRequest, held: Session, row: RankingLine, form: ListForm | None) -> dict[str, Any]:
    """The reports behind a place; the names of experts for those who see assignments."""
    context: dict[str, Any] = {
        "session": held,
        "wave": held.wave,
        "line": row,
        "form": form,
        "shown": scoring.display(row.score),
        "reach": ranking.reach(held, read=open_to(request.user))[row.pk],
    }
    if permissions.can_see_assignments(request.user):
        live = Assignment.objects.filter(application=row.application_id, state="declared").select_related(
            "expert", "review__jury_note", "application__wave__settings"
        )
        criteria = list(held.wave.settings.criteria.order_by("number"))
        locked = [a for a in live.order_by("pk") if a.is_done]
        may = permissions.can_reopen(request.user) and held.state == "open"
        context |= {"reports": reports(locked, criteria), "locked": locked, "may_reopen": may}
    if permissions.can_see_opinions(request.user):
        context["given"] = Opinion.objects.filter(application=row.application_id).order_by("-version").first()
    return context


@require_http_methods(GET_OR_POST)
@role_required(*SEES_CLOSED_SESSION)
def reserve(request: HttpRequest, number: int) -> HttpResponse:
    """The reserve, in the order in which it will be called."""
    held = session_of(request, number, permissions.can_chair)
    lines = ranking.reserve(held.lines.open_to(request.user).for_list())
    if len(lines) < 2:
        raise Http404
    places: dict[str, Any] = {f"place_{row.pk}": place for place, row in enumerate(lines, 1)}
    form = PlacesForm(request.POST or None, lines=lines, initial=places | {"reason": lines[0].reserve_reason})
    if carried(form, lambda data: actions.order_reserve(held, form.in_order(), data["reason"], by=request.user)):
        messages.success(request, _("L’ordre de la liste complémentaire est enregistré."))
        return redirect("reviews:session", number=number)
    context = {"session": held, "wave": held.wave, "form": form}
    return render(request, "reviews/reserve.html", context, status=422 if form.errors else 200)


@require_safe
@role_required(*SEES_CLOSED_SESSION)
def print_ranking(request: HttpRequest, number: int) -> HttpResponse:
    held = session_of(request, number, permissions.can_see_ranking)
    sources, gate = panels.sources(held.wave), open_to(request.user)
    reached = ranking.reach(held, sources, gate)
    page = _page(request, held.lines.filter(gate).for_list(), PRINTED, len(reached))
    context = {
        "session": held,
        "wave": held.wave,
        "page": page,
        "lines": _shown(page, reached),
        "sources": sources,
        "withheld": held.withheld,
        "plain": True,
        "now": clock.now(),
    }
    return render(request, "reviews/print_ranking.html", context)
