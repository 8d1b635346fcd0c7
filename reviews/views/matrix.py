"""Dossiers × experts: what is asked, what the draft proposes, what is shut; and the acts on the draft."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application
from applications.models.dossier import open_to, shut_to
from calls.models import Wave
from edsh_portal import asked, clock
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import carried
from edsh_portal.lists import page_of
from edsh_portal.once import repeatable
from edsh_portal.refusal import Refused

from .. import actions, panels, permissions, staffing
from ..actions.assignment import REVIEW_DAYS
from ..forms.allocation import AllocationForm, MatrixFilter, NeedForm, SendForm
from ..models import HELD, LIVE, SEES_ASSIGNMENTS, Allocation, Assignment

ROOM = 16  # people shown at least, whoever has most room first, so that there is somebody to place
MOST = 24  # at most: beyond, nobody reads a table; the others of a dossier stand at the end of its row


def _waves(now: datetime, number: int | None) -> list[Wave]:
    """That of this number with how many of its reports are late."""
    late = Assignment.objects.live().filter(application__wave=OuterRef("pk"), due_at__lt=now)
    late = late.exclude(review__state="locked").order_by().values("application__wave").annotate(n=Count("pk"))
    waves = Wave.objects.select_related("settings").order_by("number")
    counted = When(number=number, then=Coalesce(Subquery(late.values("n")), 0))
    return list(waves.annotate(late=Case(counted, default=0)))


@require_safe
@role_required(*SEES_ASSIGNMENTS)
def matrix(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    waves = _waves(now, asked.number(request.GET.get("releve", "")))
    number = asked.numbered(request, "releve", [wave.number for wave in waves])
    short = asked.choice(request, "pile", ("manque",)) == "manque"
    found = MatrixFilter(request.GET)
    said: dict[str, Any] = found.cleaned_data if found.is_valid() else {}
    word, name = said.get("q", ""), said.get("personne", "")
    rows = Application.objects.filter(open_to(request.user, "pk"), state__in=("admissible", "closed"))
    rows = rows.select_related("wave__settings")
    if word:
        rows = rows.filter(Q(reference__icontains=word) | Q(acronym__icontains=word))
    if number is not None:
        rows = rows.filter(wave__number=number)
    if short:
        rows = rows.filter(pk__in=panels.short_of_experts(request.user).values("pk"))
    held = Prefetch("assignments", Assignment.objects.select_related("expert", "review").order_by("pk"))
    page = page_of(request, staffing.with_content(rows).prefetch_related(held).order_by("reference"))
    dossiers = list(page)
    wave = next((w for w in waves if w.number == number), None)
    allocation = Allocation.objects.filter(wave=wave, sent_at=None).first() if wave else None
    if allocation is not None and "impossible" in allocation.answer:
        allocation.answer = _mask_dossiers(allocation, request.user)
    context = {
        "page": page,
        "found": found,
        "searched": bool(word),
        "now": now,
        "wave": wave,
        "allocation": allocation,
        "may": wave is not None and permissions.can_assign(request.user),
        "may_assign": permissions.can_assign(request.user),
        "form": AllocationForm(initial={"k": allocation.k if allocation else wave.settings.quorum}) if wave else None,
        "tabs": [
            {"label": _("Toutes"), "url": "?", "current": number is None and not short},
            {"label": _("Sans assez d’experts"), "url": "?pile=manque", "current": short},
            *({"label": str(w), "url": f"?releve={w.number}", "current": w.number == number} for w in waves),
        ],
        **Grid(dossiers, wave, allocation, name).drawn(),
    }
    context["places"] = allocation is not None and context["may"] and not allocation.solving
    return render(request, "reviews/matrix.html", context)


def _mask_dossiers(allocation: Allocation, user: Any) -> dict[str, Any]:
    """What forbids, and what would do, name dossiers: not those that a link shuts to this person."""
    shut = list(allocation.wave.applications.filter(shut_to(user, "pk")).values_list("reference", flat=True))
    masked = _("Un dossier dont vous êtes en déport.")
    told = {name: allocation.answer.get(name, []) for name in ("impossible", "changes")}
    return {name: [masked if any(of in one for of in shut) else one for one in said] for name, said in told.items()}


class Grid:
    """A page of dossiers beside the people met most on it, then others who have room; or beside those who bear a name."""

    def __init__(self, dossiers: list[Any], wave: Wave | None, allocation: Allocation | None, name: str = "") -> None:
        self.dossiers, self.wave, self.allocation, self.name = dossiers, wave, allocation, name
        ids = [dossier.pk for dossier in dossiers]
        placed = allocation.placements.filter(application__in=ids).select_related("expert") if allocation else []
        self.placed = {(row.application_id, row.expert_id): row for row in placed}
        settings = wave.settings if wave else None
        self.skills = list(settings.skills.order_by("order", "code").values_list("code", "title")) if settings else []
        self.columns = sorted(self._columns(), key=lambda person: (person.full_name, person.pk))
        everybody = [person.pk for person in self.columns]
        self.shut = staffing.linked(ids, everybody) if wave else {}

    def _columns(self) -> QuerySet[Any]:
        if self.name:
            return self._loaded(staffing.experts().filter(full_name__icontains=self.name))[:MOST]
        met = Counter(a.expert_id for dossier in self.dossiers for a in dossier.assignments.all())
        met.update(expert for _dossier, expert in self.placed)
        shown = Q(pk__in=[pk for pk, _times in sorted(met.items(), key=lambda one: (-one[1], one[0]))[:MOST]])
        if self.wave and len(met) < ROOM:
            free = self._loaded(staffing.experts().exclude(pk__in=met).filter(profile__isnull=False))
            free = free.order_by(F("load") - F("profile__capacity"), "full_name", "pk").values("pk")
            shown |= Q(pk__in=free[: ROOM - len(met)])
        return self._loaded(get_user_model().objects.filter(shown).select_related("profile"))

    def _loaded(self, people: QuerySet[Any]) -> QuerySet[Any]:
        """With `load`: the dossiers they hold, of the wave when there is one, and those that its draft would add."""
        held = Assignment.objects.held().filter(expert=OuterRef("pk"))
        held = held.filter(application__wave=self.wave) if self.wave else held
        load: Any = Coalesce(Subquery(held.order_by().values("expert").annotate(n=Count("pk")).values("n")), 0)
        if self.allocation:
            placed = self.allocation.placements.filter(expert=OuterRef("pk")).order_by().values("expert")
            load = load + Coalesce(Subquery(placed.annotate(n=Count("pk")).values("n")), 0)
        return people.annotate(load=load)

    def drawn(self) -> dict[str, Any]:
        titles = dict(self.skills)
        lines = [self._line(dossier, titles) for dossier in self.dossiers]
        heads = [{"person": p, "initials": initials(p.full_name), "load": p.load, "of": room(p)} for p in self.columns]
        return {"columns": heads, "lines": lines, "beyond": any(line["others"] for line in lines)}

    def _line(self, dossier: Any, titles: dict[str, str]) -> dict[str, Any]:
        needs = staffing.needed(dossier, self.skills)
        by_expert = {a.expert_id: a for a in dossier.assignments.all()}
        cells, level, count = [], 0, 0
        for person in self.columns:
            met = [titles[code] for code in needs if code in skills_of(person)]
            row, placement = by_expert.get(person.pk), self.placed.get((dossier.pk, person.pk))
            held = row is not None and row.state in HELD
            if held or placement:
                level, count = level + len(met), count + 1
            fact = "" if held else self.shut.get((person.pk, dossier.pk), "")
            cells.append(
                {
                    "person": person,
                    "row": row,
                    "placement": None if held else placement,
                    "shut": fact,
                    "met": met,
                    "told": f"{', '.join(met) or '–'} · {person.load}/{room(person) or '?'}",
                    "name": f"{person}, {dossier.reference}",
                    "load": person.load,
                    "of": room(person),
                }
            )
        done = sum(a.is_done for a in by_expert.values() if a.state in LIVE)
        wanted = [titles[code] for code in needs]
        others = self._others(dossier, by_expert)
        count += len(others)
        return {
            "dossier": dossier,
            "done": done,
            "cells": cells,
            "others": others,
            "level": level,
            "count": count,
            "needs": wanted,
        }

    def _others(self, dossier: Any, by_expert: dict[int, Any]) -> list[dict[str, str]]:
        """Those of a dossier who have no column."""
        shown = {person.pk for person in self.columns}
        rows = [row for row in by_expert.values() if row.state in HELD]
        rows += [row for (pk, expert), row in self.placed.items() if pk == dossier.pk and expert not in by_expert]
        return [
            {"initials": initials(row.expert.full_name), "name": row.expert.full_name, "is": _standing(row)}
            for row in rows
            if row.expert_id not in shown
        ]


def _standing(row: Any) -> str:
    """Of an assignment or of a placement, in a word."""
    if not isinstance(row, Assignment):
        return _("placé")
    return _("Faite") if row.is_done else row.get_state_display()


def skills_of(person: Any) -> list[str]:
    return person.profile.skills if hasattr(person, "profile") else []


def room(person: Any) -> int | None:
    return person.profile.capacity if hasattr(person, "profile") else None


def initials(name: str) -> str:
    """Of the words of a name, without what is told in brackets."""
    return "".join(word[0] for word in name.split() if word[0].isalpha())[:3].upper()


def _page(wave: Wave) -> str:
    return f"{reverse('reviews:matrix')}?releve={wave.number}"


def _back(wave: Wave) -> HttpResponse:
    return redirect(_page(wave))


def _draft(request: HttpRequest, pk: int) -> Allocation:
    if not permissions.can_assign(request.user):
        raise PermissionDenied
    return fetch(Allocation.objects.select_related("wave"), request.user, None, pk=pk)


@require_POST
@role_required("instructor")
def ask_allocation(request: HttpRequest, number: int) -> HttpResponse:
    wave = Wave.objects.filter(number=number).order_by("-call").first()
    if wave is None:
        raise Http404
    form = AllocationForm(request.POST)
    if carried(form, lambda data: actions.ask_allocation(wave, data["k"], by=request.user)):
        messages.success(request, _("La répartition est demandée : elle s’affiche ici dès qu’elle est prête."))
    else:
        for said in form.errors.values():
            messages.error(request, str(said[0]))
    return _back(wave)


@require_safe
@role_required(*SEES_ASSIGNMENTS)
def allocation(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the solver is, for the page that asks again; the page itself once it has ended."""
    found = fetch(Allocation.objects.select_related("wave"), request.user, None, pk=pk)
    if not found.solving:
        return HttpResponse(headers={"HX-Redirect": _page(found.wave)})
    return render(request, "reviews/_solving.html", {"allocation": found, "may": permissions.can_assign(request.user)})


@require_POST
@repeatable  # it only says that an answer is awaited no more
def stop_allocation(request: HttpRequest, pk: int) -> HttpResponse:
    found = _draft(request, pk)
    actions.stop_allocation(found, by=request.user)
    messages.success(request, _("Le calcul est arrêté ; les experts déjà placés le restent."))
    return _back(found.wave)


@require_POST
@repeatable  # puts or takes away what the button says, over what the page shows
def place(request: HttpRequest, pk: int) -> HttpResponse:
    found = _draft(request, pk)
    act, _colon, pair = request.POST.get("cell", "").partition(":")
    dossier, _colon, person = pair.partition(":")
    rows = found.wave.applications.filter(open_to(request.user, "pk"))
    application = rows.filter(pk=asked.number(dossier) or 0).first()
    expert = staffing.experts().filter(pk=asked.number(person) or 0).first()
    if application is None or expert is None or act not in ("put", "lift"):
        messages.error(request, _("Cette case n’est plus dans la grille : rechargez la page."))
        return _back(found.wave)
    try:
        (actions.place if act == "put" else actions.lift)(found, application, expert, by=request.user)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _change_told(found, application, expert))
    page = asked.number(request.GET.get("page", "")) or 1
    return redirect(f"{_page(found.wave)}&page={page}#d{application.pk}")


def _change_told(found: Allocation, application: Application, expert: Any) -> str:
    """What a placement changes: the level of the dossier, the load of the person."""
    dossier = staffing.with_content(Application.objects.filter(pk=application.pk)).get()
    line = Grid([dossier], found.wave, found).drawn()["lines"][0]
    cell = next(cell for cell in line["cells"] if cell["person"].pk == expert.pk)
    words = {"reference": dossier.reference, "n": line["count"], "level": line["level"], "name": expert}
    words |= {"load": cell["load"], "of": cell["of"] if cell["of"] is not None else "?"}
    return (
        ngettext(
            "%(reference)s : %(n)s expert, niveau %(level)s ; %(name)s : charge %(load)s sur %(of)s.",
            "%(reference)s : %(n)s experts, niveau %(level)s ; %(name)s : charge %(load)s sur %(of)s.",
            line["count"],
        )
        % words
    )


@require_http_methods(["GET", "HEAD", "POST"])
def send_allocation(request: HttpRequest, pk: int) -> HttpResponse:
    found = _draft(request, pk)
    form = SendForm(request.POST if request.method == "POST" else None, today=clock.today(), days=REVIEW_DAYS)
    made: list[Assignment] = []
    if carried(form, lambda data: made.extend(actions.send_allocation(found, form.due_at(), by=request.user))):
        said = ngettext("%(count)s dossier confié.", "%(count)s affectations envoyées.", len(made))
        messages.success(request, said % {"count": len(made)})
        return _back(found.wave)
    counts = found.placements.aggregate(
        pairs=Count("pk"), dossiers=Count("application", distinct=True), experts=Count("expert", distinct=True)
    )
    context = {"allocation": found, "form": form, "counts": counts, "back": _page(found.wave)}
    return render(request, "reviews/send.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def need(request: HttpRequest, reference: str) -> HttpResponse:
    rows = staffing.with_content(Application.objects.select_related("wave__settings"))
    application = fetch(rows, request.user, permissions.can_assign, reference=reference)
    skills = list(application.wave.settings.skills.order_by("order", "code").values_list("code", "title"))
    form = NeedForm(
        request.POST if request.method == "POST" else None,
        skills=skills,
        initial={"skills": staffing.needed(application, skills)},
    )
    if carried(form, lambda data: actions.set_need(application, data["skills"], by=request.user)):
        messages.success(request, _("Les compétences demandées sont enregistrées."))
        return _back(application.wave)
    context = {"application": application, "form": form}
    return render(request, "reviews/need.html", context, status=422 if form.errors else 200)
