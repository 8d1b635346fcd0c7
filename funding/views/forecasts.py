"""The payment credits to come: what each source needs and has by year and month, when they lack, what a supposition would change."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from edsh_portal import asked, clock
from edsh_portal.access import role_required
from edsh_portal.sheets import Amount, answer

from .. import forecasting, forecasts
from ..forecasting import YEAR, Row, Year, month_of, year_of
from ..forecasts import Forecast
from ..forms.books import AsOf
from ..models import Instalment, Line
from ..models.ledger import SEES_LEDGER
from ..panels import current_call
from ..whatif import ForecastForm, ForecastRowsForm

F = TypeVar("F", bound=ForecastForm)
STEPS = {"": gettext_lazy("Par trimestre"), "mois": gettext_lazy("Par mois")}
NAMED = 5  # payments of a month that lacks, the largest first
WIDTH, HEIGHT = 1000, 180  # of the drawing, in its own units
WHY = {
    forecasting.ORDERED: gettext_lazy("Ordonnancé, à payer"),
    forecasting.CERTIFIED: gettext_lazy("Service fait certifié, à ordonnancer"),
    forecasting.PLANNED: gettext_lazy("Versement prévu"),
    forecasting.CLAIM: gettext_lazy("État des dépenses reçu"),
    forecasting.SCHEDULE: gettext_lazy("Échéancier de la convention"),
    forecasting.AWARD: gettext_lazy("Aide décidée, à conventionner"),
}
YEARS_HEAD = (
    gettext_lazy("prévision"), gettext_lazy("source"), gettext_lazy("exercice"), gettext_lazy("ouvert (€)"),
    gettext_lazy("reçu de l’exercice précédent (€)"), gettext_lazy("conservé, prévu (€)"), gettext_lazy("caduc ou reporté (€)"),
    gettext_lazy("payé (€)"), gettext_lazy("à venir (€)"), gettext_lazy("reste (€)"),
    *(gettext_lazy("à venir, mois %(n)s (€)") for _n in range(YEAR)),
)  # fmt: skip
ROWS_HEAD = (
    gettext_lazy("mois"), gettext_lazy("source"), gettext_lazy("bénéficiaire"), gettext_lazy("dossier"), gettext_lazy("convention"),
    gettext_lazy("versement"), gettext_lazy("motif"), gettext_lazy("attendu depuis"), gettext_lazy("montant (€)"),
)  # fmt: skip


def _read_forecasts(request: HttpRequest, kind: type[F]) -> tuple[F, Forecast, Forecast | None]:
    """What is asked, the forecast, and what it would be if what is supposed came about; None when nothing is supposed."""
    call, now, at = current_call(), clock.of(request), AsOf(request.GET).at()
    if call is None:
        raise Http404
    found = forecasts.read(call, now, at if at and at < now else None)
    form = kind(request.GET, lines=found.lines)
    what = form.supposed(found)
    return form, found, found.supposing(what) if what else None


def _kept(request: HttpRequest, **more: str) -> str:
    """The address's own choices with these instead; an empty one is left out."""
    changed = request.GET.copy()
    for name in ("page", *more):
        changed.pop(name, None)
    for name, value in more.items():
        if value:
            changed[name] = value
    return changed.urlencode()


def _iso(month: int) -> str:
    return f"{year_of(month)}-{month % YEAR + 1:02d}"


def month_name(month: int) -> str:
    """« septembre 2025 »."""
    return date_format(date(year_of(month), month % YEAR + 1, 1), "F Y")


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@role_required(*SEES_LEDGER)
@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    form, before, after = _read_forecasts(request, ForecastForm)
    step = asked.choice(request, "step", STEPS)
    shown = after or before
    tabs = [{"label": label, "url": f"?{_kept(request, step=one)}", "current": one == step} for one, label in STEPS.items()]  # fmt: skip
    context = {
        "form": form,
        "now": before.at,
        "supposed": after is not None,
        "tabs": tabs,
        "query": _kept(request),
        "told": [_compare_lacks(request, line, before, after) for line in before.lines],
        "years": _years(request, before, after),
        "sources": [_source(request, line, shown, before if after else None, step) for line in before.lines],
        "spared": shown.spared,
    }
    return render(request, "funding/forecast.html", context)


def _rows_url(request: HttpRequest, line: int, first: int, last: int, *, supposed: bool = False) -> str:
    """The payments to come of these months, with what the page supposes or without."""
    months = {"line": str(line), "first": _iso(first), "last": _iso(last)}
    kept = _kept(request, step="", **months) if supposed else urlencode(_then(request) | months)
    return f"{reverse('funding:forecast_rows')}?{kept}"


def _then(request: HttpRequest) -> dict[str, str]:
    """The instant asked for, as an address says it."""
    return {"as_of": request.GET["as_of"]} if request.GET.get("as_of") else {}


def _compare_lacks(request: HttpRequest, line: Line, before: Forecast, after: Forecast | None) -> dict[str, Any]:
    """The first lack of a source, before and after what is supposed."""
    return {
        "line": line,
        "before": _lack(request, line, before),
        "after": _lack(request, line, after, supposed=True) if after else None,
    }


def _lack(request: HttpRequest, line: Line, found: Forecast, *, supposed: bool = False) -> dict[str, Any]:
    lack = next((of for of in found.lacks if of.line == line.pk), None)
    own = [row for row in found.rows if row.line == line.pk]
    if lack is None:
        return {"lack": None, "until": month_name(max(row.month for row in own)) if own else ""}
    here = sorted((row for row in own if row.month == lack.month), key=lambda row: -row.cents)
    kinds, labels = dict(Instalment.Kind.choices), {line.pk: line.label}
    opened = next(of.usable for of in found.years if (of.line, of.year) == (lack.line, lack.year))
    return {
        "lack": lack,
        "month": month_name(lack.month),
        "none": not opened,
        "rows": [_row(row, found, kinds, labels) for row in here[:NAMED]],
        "others": max(0, len(here) - NAMED),
        "url": _rows_url(request, line.pk, lack.month, lack.month, supposed=supposed),
        "year_url": _rows_url(request, line.pk, month_of(lack.year, 1), month_of(lack.year, YEAR), supposed=supposed),
    }


def _years(request: HttpRequest, before: Forecast, after: Forecast | None) -> list[dict[str, Any]]:
    """One row a source and year that is not over; each figure leads to what it sums."""
    first = year_of(before.now)
    then = {(of.line, of.year): of for of in after.years} if after else {}
    keys = sorted({(of.line, of.year) for of in before.years} | set(then))
    held = {(of.line, of.year): of for of in before.years}
    lines = {line.pk: line for line in before.lines}
    return [
        {
            "line": lines[line],
            "year": year,
            "figures": _figures(request, held.get((line, year)) or _none(line, year), before),
            "after": _supposed(request, then.get((line, year)) or _none(line, year)) if after else [],
        }
        for line, year in keys
        if year >= first
    ]


def _none(line: int, year: int) -> Year:
    return Year(line, year, 0, 0, 0, 0, 0, (0,) * YEAR)


def _figures(request: HttpRequest, of: Year, found: Forecast) -> list[dict[str, Any]]:
    rows = _rows_url(request, of.line, month_of(of.year, 1), month_of(of.year, YEAR))
    then = _then(request)
    code = next(line.code for line in found.lines if line.pk == of.line)
    opened = f"{reverse('funding:account', args=[f'cp.budget:{of.line}:{of.year}'])}?{urlencode(then)}"
    asked_of_it: dict[str, Any] = {"state": "paid", "year": of.year, "source": code}
    paid = f"{reverse('funding:payments')}?{urlencode(asked_of_it)}"
    if then:  # the list of payments is of now
        asked_of_it = {"line": of.line, "family": "cp.paid", **then}
        paid = f"{reverse('funding:accounts')}?{urlencode(asked_of_it)}"
    closed = reverse("funding:closing", args=[of.year - 1])
    kept = closed if of.year - 1 < year_of(found.now) else f"#exercice-{of.line}-{of.year - 1}"
    return [
        {"label": _("Ouvert"), "cents": of.opened, "url": opened if of.opened else ""},
        {"label": _("Reçu de l’exercice précédent"), "cents": of.brought, "url": closed if of.brought else ""},
        {"label": _("Conservé, prévu"), "cents": of.kept, "url": kept if of.kept else ""},
        {"label": _("Payé"), "cents": of.paid, "url": paid if of.paid else ""},
        {"label": _("À venir"), "cents": of.to_come, "url": rows if of.to_come else ""},
        {"label": _("Reste"), "cents": of.left, "url": "", "short": of.left < 0},
    ]


def _supposed(request: HttpRequest, of: Year) -> list[dict[str, Any]]:
    rows = _rows_url(request, of.line, month_of(of.year, 1), month_of(of.year, YEAR), supposed=True)
    return [
        {"label": _("Crédits, supposé"), "cents": of.usable, "url": f"#exercice-{of.line}-{of.year}"},
        {"label": _("À venir, supposé"), "cents": of.to_come, "url": rows if of.to_come else ""},
        {"label": _("Reste, supposé"), "cents": of.left, "url": "", "short": of.left < 0},
    ]


def _source(request: HttpRequest, line: Line, shown: Forecast, before: Forecast | None, step: str) -> dict[str, Any]:
    """The curve of a source, and the table of its periods."""
    first = year_of(shown.now)
    found = [of for of in shown.years if of.line == line.pk and of.year >= first]
    other = [of for of in before.years if of.line == line.pk and of.year >= first] if before else []
    periods = [_period(request, of, month, 1 if step else 3) for of in found for month in range(1, YEAR + 1, 1 if step else 3)]  # fmt: skip
    return {"line": line, "periods": [of for of in periods if of["cents"]], **_drawn(found, other)}


def _period(request: HttpRequest, of: Year, month: int, length: int) -> dict[str, Any]:
    begins, ends = month_of(of.year, month), month_of(of.year, month + length - 1)
    quarter = _("%(n)se trimestre %(year)s") if month > 1 else _("1er trimestre %(year)s")
    left = of.left_after(month + length - 1)
    return {
        "label": month_name(begins) if length == 1 else quarter % {"n": (month + 2) // 3, "year": of.year},
        "cents": sum(of.months[month - 1 : month + length - 1]),
        "url": _rows_url(request, of.line, begins, ends, supposed=True),
        "spent": of.paid + sum(of.months[: month + length - 1]),
        "left": left,
        "short": left < 0,
    }


def _drawn(found: list[Year], other: list[Year]) -> dict[str, Any]:
    """The need as it adds up, before and after, and the most that CP allow: paths of a drawing."""
    points, before = forecasting.curve(found), forecasting.curve(other)
    if not points:
        return {}
    start, count = points[0][0], len(points)
    top = max(1, *(max(need, most) for _month, need, most in (*points, *before)))

    def path(of: list[tuple[int, int, int]], which: int) -> str:
        """A step a month: what a month needs is needed in that month."""
        steps = [
            (WIDTH * (one[0] - start) // count, WIDTH * (one[0] + 1 - start) // count, HEIGHT - HEIGHT * one[which] // top)
            for one in of
        ]  # fmt: skip
        return " ".join(f"{'L' if n else 'M'}{x} {y}H{end}" for n, (x, end, y) in enumerate(steps))

    ticks = [WIDTH * (month - start) // count for month, _need, _most in points if not month % YEAR]
    return {
        "need": path(points, 1),
        "was": path(before, 1) if before else "",
        "most": path(points, 2),
        "ticks": ticks,
        "first": found[0].year,
        "last": found[-1].year,
    }


@role_required(*SEES_LEDGER)
@require_safe
def forecast_file(request: HttpRequest, ending: str) -> HttpResponse:
    form, before, after = _read_forecasts(request, ForecastForm)
    asked.must_be_read(request, form)
    labels = {line.pk: line.label for line in before.lines}
    head = [str(title) % {"n": n - 9} if n > 9 else title for n, title in enumerate(YEARS_HEAD)]
    told = [(_("prévision"), before), *([(_("supposition"), after)] if after else [])]
    lines = [_year_line(said, labels, of) for said, found in told for of in found.years]
    return answer.table("previsions", ending, head, lines)


def _year_line(said: str, labels: dict[int, str], of: Year) -> list[Any]:
    figures = (of.opened, of.brought, of.kept, of.gone, of.paid, of.to_come, of.left, *of.months)
    return [said, labels[of.line], of.year, *map(Amount, figures)]


# ── the payments behind a figure ─────────────────────────────────────────────────────────────────────────────────────
@role_required(*SEES_LEDGER)
@require_safe
def forecast_rows(request: HttpRequest) -> HttpResponse:
    """The payments to come of a source and of some months, in the order of their months."""
    form, found, rows = _listed(request)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    kinds = dict(Instalment.Kind.choices)
    labels = {line.pk: line.label for line in found.lines}
    context = {
        "form": form,
        "page": page,
        "query": _kept(request),
        "cents": sum(row.cents for row in rows),
        "rows": [_row(row, found, kinds, labels) for row in page],
        "back": f"{reverse('funding:forecast')}?{_kept(request, line='', first='', last='', text='')}",
    }
    return render(request, "funding/forecast_rows.html", context)


def _listed(request: HttpRequest) -> tuple[ForecastRowsForm, Forecast, list[Row]]:
    form, before, after = _read_forecasts(request, ForecastRowsForm)
    found = after or before
    return form, found, form.among(found.rows, found)


def _row(row: Row, found: Forecast, kinds: dict[str, Any], labels: dict[int, str]) -> dict[str, Any]:
    place = found.places[row.share]
    if row.instalment:
        url = reverse("funding:instalment", args=[row.instalment])
    elif place.convention:
        url = reverse("funding:convention", args=[place.convention])
    else:
        url = reverse("funding:grant", args=[place.grant])
    return {
        "row": row, "place": place, "kind": kinds[row.kind], "why": _why(row), "month": month_name(row.month), "line": labels[row.line],
        "url": url, "since": month_name(row.due) if row.late else "", "of": place.number,
    }  # fmt: skip


def _why(row: Row) -> str:
    """« Versement prévu, après le rapport annuel n° 2 »."""
    if row.ready:
        return _("%(why)s, conditions réunies") % {"why": WHY[row.basis]}
    if not row.waits:
        return str(WHY[row.basis])
    if row.kind == forecasting.BALANCE:
        return _("%(why)s, après le rapport final") % {"why": WHY[row.basis]}
    return _("%(why)s, après le rapport annuel n° %(n)s") % {"why": WHY[row.basis], "n": row.report}


@role_required(*SEES_LEDGER)
@require_safe
def forecast_rows_file(request: HttpRequest, ending: str) -> HttpResponse:
    form, found, rows = _listed(request)
    asked.must_be_read(request, form)
    kinds = dict(Instalment.Kind.choices)
    labels = {line.pk: line.label for line in found.lines}
    return answer.table("versements-a-venir", ending, ROWS_HEAD, _row_lines(rows, found, kinds, labels))


def _row_lines(rows: Iterable[Row], found: Forecast, kinds: dict[str, Any], labels: dict[int, str]) -> Iterable[Any]:
    for row in rows:
        place = found.places[row.share]
        yield [
            _iso(row.month), labels[row.line], place.name, place.reference, place.convention and place.number, kinds[row.kind], _why(row),
            _iso(row.due) if row.late else "", Amount(row.cents),
        ]  # fmt: skip
