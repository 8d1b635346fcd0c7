"""The calibration of a wave: the officer's page and its acts, the expert's form, and everybody's marks once it is closed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.models import Criterion, Wave
from edsh_portal.access import fetch, role_required
from edsh_portal.forms import Form, Over, carried
from edsh_portal.numbers import decimal
from edsh_portal.refusal import Refused

from .. import actions, panels, permissions, ranking, scoring
from .. import agreement as measured
from ..forms.fields import AREA, mark_field
from ..models import SEES_ASSIGNMENTS, Calibration, CalibrationMark
from .agreement import WEAK

GET_OR_POST = ["GET", "HEAD", "POST"]
MOST_TEXT = 6000


def _wave(number: int) -> Wave:
    wave = Wave.objects.filter(number=number).select_related("settings").order_by("-call").first()
    if wave is None:
        raise Http404
    return wave


def _fetch_calibration(request: HttpRequest, number: int, gate: Any = None) -> Calibration:
    rows = Calibration.objects.select_related("wave__settings").filter(wave__number=number).order_by("-wave__call")
    return fetch(rows, request.user, gate)


# ── what is shown of it ──────────────────────────────────────────────────────────────────────────────────────────────
def results(calibration: Calibration, user: Any) -> dict[str, Any]:
    """Marks by criterion, an expert a column: by name for who runs the evaluation, by letter for experts, their own apart."""
    named = permissions.can_see_assignments(user)
    seen = calibration.reports.all() if named or calibration.closed_at else calibration.reports.filter(expert=user)
    reports = list(seen.select_related("expert").order_by("pk"))
    marks = {
        (row.report_id, row.criterion_id): row
        for row in CalibrationMark.objects.filter(report__in=[r.pk for r in reports])
    }
    grid, criteria = ranking.grid(calibration.wave), list(calibration.wave.settings.criteria.order_by("number"))
    given = [{c.number: marks[r.pk, c.pk].value for c in criteria if (r.pk, c.pk) in marks} for r in reports]
    totals = [scoring.weighted(report, grid.weights, grid.scale_max) for report in given]
    apart = scoring.divergent(given, grid) if len(given) > 1 else ()
    names = [_name(place, report.expert, user, named) for place, report in enumerate(reports)]
    rows = [
        {
            "criterion": one,
            "cells": [(name, marks.get((report.pk, one.pk))) for name, report in zip(names, reports, strict=True)],
            "spread": _spread([report[one.number] for report in given if one.number in report]),
            "apart": one.number in apart,
        }
        for one in criteria
    ]
    alpha = measured.alpha([[report[c.number] for report in given if c.number in report] for c in criteria])
    return {
        "rows": rows,
        "experts": names,
        "totals": [(name, scoring.display(total)) for name, total in zip(names, totals, strict=True)],
        "total_spread": _spread(totals),
        "total_apart": len(given) > 1 and scoring.divergent_total(given, grid),
        "alpha": None if alpha is None else decimal(float(alpha), 2),
        "weak": alpha is not None and alpha < WEAK,
    }


def _spread(values: list[Any]) -> str:
    return decimal(float(max(values) - min(values))) if len(values) > 1 else "–"


def _name(place: int, expert: Any, user: Any, named: bool) -> str:
    if named:
        return str(expert)
    masked = _("Expert %(letter)s") % {"letter": chr(ord("A") + place % 26)}
    return _("Vous (%(expert)s)") % {"expert": masked} if expert.pk == user.pk else masked


def _texts(calibration: Calibration) -> list[Any]:
    return list(calibration.texts.select_related("criterion").order_by("criterion__number"))


# ── who runs the evaluation ──────────────────────────────────────────────────────────────────────────────────────────
@require_safe
@role_required(*SEES_ASSIGNMENTS)
def calibration(request: HttpRequest, number: int) -> HttpResponse:
    wave = _wave(number)
    held = Calibration.objects.filter(wave=wave).first()
    context: dict[str, Any] = {"wave": wave, "calibration": held, "may": permissions.can_calibrate(request.user)}
    if held is not None:
        held.wave = wave
        given = set(held.reports.values_list("expert", flat=True))
        context |= {
            "texts": _texts(held),
            "given": len(given),
            "awaited": [person for person in panels.experts_of(wave) if person.pk not in given],
            "results": results(held, request.user) if given else None,
        }
    return render(request, "reviews/calibration.html", context)


class CalibrationForm(Over, Form):
    title = forms.CharField(label=gettext_lazy("Titre du dossier fictif"), max_length=200)

    def __init__(self, data: Any = None, *, criteria: list[Criterion], held: Calibration | None) -> None:
        super().__init__(data)
        kept = {row.criterion_id: row.text for row in held.texts.all()} if held else {}
        self.initial["title"] = held.title if held else ""
        for one in criteria:
            area = forms.Textarea(attrs={"rows": 5})
            name = f"text_{one.number}"
            self.fields[name] = forms.CharField(label=str(one), required=False, max_length=MOST_TEXT, widget=area)
            self.initial[name] = kept.get(one.pk, "")
        self.asked_later = tuple(name for name in self.fields if name != "title")


@require_http_methods(GET_OR_POST)
@role_required("instructor")
def write_calibration(request: HttpRequest, number: int) -> HttpResponse:
    wave = _wave(number)
    held = Calibration.objects.filter(wave=wave).first()
    if held is not None and held.state != Calibration.State.DRAFT or not wave.settings.calibration:
        raise Http404
    form = CalibrationForm(request.POST or None, criteria=[*wave.settings.criteria.order_by("number")], held=held)

    def written(data: dict[str, Any]) -> None:
        texts = {int(name.partition("_")[2]): text for name, text in data.items() if name != "title"}
        actions.write_calibration(wave, data["title"], texts, by=request.user)

    if carried(form, written):
        messages.success(request, _("Le dossier fictif est enregistré ; il n’est pas encore ouvert aux experts."))
        return redirect("reviews:calibration", number=number)
    context = {"wave": wave, "form": form}
    return render(request, "reviews/write_calibration.html", context, status=422 if form.errors else 200)


@require_POST
@role_required("instructor")
def open_calibration(request: HttpRequest, number: int) -> HttpResponse:
    return _acted(request, number, actions.open_calibration, _("L’étalonnage est ouvert : les experts sont prévenus."))


@require_POST
@role_required("instructor")
def close_calibration(request: HttpRequest, number: int) -> HttpResponse:
    done = _("L’étalonnage est clos : chaque participant lit les notes de tous, sans leur nom.")
    return _acted(request, number, actions.close_calibration, done)


def _acted(request: HttpRequest, number: int, verb: Any, done: str) -> HttpResponse:
    held = _fetch_calibration(request, number, permissions.can_calibrate)
    try:
        verb(held, by=request.user)
        messages.success(request, done)
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("reviews:calibration", number=number)


# ── the expert ───────────────────────────────────────────────────────────────────────────────────────────────────────
class CalibrationMarksForm(Form):
    """A mark, and a comment if they wish, for each criterion of the fictitious dossier."""

    def __init__(self, data: Any = None, *, criteria: list[Criterion], most: int, texts: dict[int, str]) -> None:
        super().__init__(data)
        self.criteria, self.texts = criteria, texts
        for one in criteria:
            field = mark_field(most, gettext_lazy("Note de 0 à %(most)s"))
            field.required = True
            self.fields[f"value_{one.number}"] = field
            area = forms.Textarea(attrs=AREA)
            label = gettext_lazy("Commentaire")
            self.fields[f"comment_{one.number}"] = forms.CharField(
                label=label, required=False, max_length=4000, widget=area
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [
            {
                "criterion": one,
                "text": self.texts.get(one.pk, ""),
                "value": self[f"value_{one.number}"],
                "comment": self[f"comment_{one.number}"],
            }
            for one in self.criteria
        ]

    def marks(self) -> dict[int, tuple[int | None, str]]:
        data = self.cleaned_data
        return {one.number: (data[f"value_{one.number}"], data[f"comment_{one.number}"]) for one in self.criteria}


@require_http_methods(GET_OR_POST)
@role_required("expert")
def calibrate(request: HttpRequest, number: int) -> HttpResponse:
    held = _fetch_calibration(request, number, permissions.can_give)
    own = held.reports.filter(expert=request.user.pk).first()
    form = None
    texts = _texts(held)
    if own is None and held.state == Calibration.State.OPEN:
        criteria, settings = [row.criterion for row in texts], held.wave.settings
        said = {row.criterion_id: row.text for row in texts}
        form = CalibrationMarksForm(request.POST or None, criteria=criteria, most=settings.scale_max, texts=said)
    elif request.method == "POST" or own is None:
        raise Http404
    if form is not None and carried(form, lambda _data: actions.give_calibration(held, form.marks(), by=request.user)):
        messages.success(request, _("Vos notes d’étalonnage sont données. Vous lirez celles de tous à la clôture."))
        return redirect("reviews:calibrate", number=number)
    context: dict[str, Any] = {"calibration": held, "wave": held.wave, "form": form, "texts": texts}
    if form is None:
        context["results"] = results(held, request.user)
    return render(request, "reviews/calibrate.html", context, status=422 if form and form.errors else 200)
