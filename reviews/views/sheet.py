"""The grids of an expert in a spreadsheet: given, read back, shown again before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calls.models import Wave
from edsh_portal import admission
from edsh_portal.access import role_required
from edsh_portal.forms import carried
from edsh_portal.intake import desk
from edsh_portal.once import repeatable
from edsh_portal.sheets import answer
from edsh_portal.workflow import Refused
from edsh_portal.writing import Save

from .. import actions, permissions, sheet
from ..actions.cells import JURY, PRIVATE, columns
from ..forms.sheet import ChangesForm, GridSheetForm
from ..models import Assignment, AssignmentQuerySet, ScoreVersion
from .report import label, mine

GET_OR_POST = ["GET", "HEAD", "POST"]
DRAFT = Q(review__state="draft")


# ── given ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@require_safe
@role_required("expert")
def sheets_file(request: HttpRequest, number: int, ending: str) -> HttpResponse:
    """All that an expert has still to judge of a wave, one sheet a dossier."""
    found = list(
        opened(request.user).filter(DRAFT, application__wave__number=number).order_by("application__reference")
    )
    if not found:
        raise Http404
    return _given(f"grilles-releve-{number}", ending, found)


@require_safe
def sheet_file(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    reference = mine(request, pk, permissions.can_read).application.reference
    return _given(f"grille-{reference}", ending, opened(request.user).filter(pk=pk))


def opened(user: Any) -> AssignmentQuerySet:
    """The dossiers that a person may read to judge them, with what a grid holds."""
    rows = Assignment.objects.visible_to(user).filter(expert=user, state="declared", link__isnull=False)
    title = KeyTextTransform("title", KeyTransform("identity", "review__version__content"))
    return (
        rows.select_related("application__wave__settings", "review__private_note", "link")
        .prefetch_related("review__scores", "application__wave__settings__criteria")
        .annotate(title=title)
    )


def _given(name: str, ending: str, assignments: Iterable[Assignment]) -> HttpResponse:
    return answer.workbook(name, ending, lambda: sheet.write(reports(assignments)))


def reports(assignments: Iterable[Assignment]) -> list[sheet.Report]:
    """As they are saved now."""
    told = list(assignments)
    rows = ScoreVersion.objects.filter(review__assignment__in=told, aside=False)
    texts: dict[int, dict[str, ScoreVersion]] = defaultdict(dict)
    for row in rows.order_by("review", "key", "-version").distinct("review", "key"):
        texts[row.review_id][row.key] = row
    return [_report(one, texts[one.review.pk]) for one in told]


def _report(assignment: Assignment, texts: Mapping[str, ScoreVersion]) -> sheet.Report:
    call, review = assignment.application.wave.settings, assignment.review
    versions = {key: row.version for key, row in texts.items()}
    cells = {JURY: sheet.Held(texts[JURY].text, versions[JURY])} if JURY in texts else {}
    if hasattr(review, "private_note"):
        cells[PRIVATE] = sheet.Held(review.private_note.text, review.private_note.version)
    criteria = sorted(call.criteria.all(), key=lambda one: one.number)
    scores = {score.criterion_id: score for score in review.scores.all()}
    for criterion in criteria:
        score = scores.get(criterion.pk)
        for column, field in columns(call).items() if score else ():
            if column in sheet.COLUMNS:
                key = f"scores.{criterion.number}.{column}"
                cells[key] = sheet.Held(field.text(getattr(score, column)), versions.get(key, 0))
    title = assignment.title  # type: ignore[attr-defined]  # opened() puts it there
    return sheet.Report(assignment.pk, assignment.application.reference, title or "", call.scale_max, criteria, cells)


# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
@repeatable
@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(GET_OR_POST)
@role_required("expert")
def sheets(request: HttpRequest) -> HttpResponse:
    """The workbook of all one's dossiers. What it changes is shown; nothing is written."""
    return _take_sheet(request)


@repeatable
@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_http_methods(GET_OR_POST)
def sheet_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of one dossier."""
    return _take_sheet(request, mine(request, pk, permissions.can_read))


def _take_sheet(request: HttpRequest, only: Assignment | None = None) -> HttpResponse:
    sent = request.method == "POST"
    form, filled = GridSheetForm(request.POST if sent else None, request.FILES if sent else None), list[sheet.Filled]()
    if sent and carried(form, lambda data: filled.extend(_marked(data["file"].read()))):
        return _page(request, only, form=form, **_shown(request.user, filled, only))
    return _page(request, only, form=form)


def _page(request: HttpRequest, only: Assignment | None = None, **context: Any) -> HttpResponse:
    if only is None:
        waves = Wave.objects.filter(pk__in=opened(request.user).filter(DRAFT).values("application__wave"))
        context["waves"] = waves.order_by("number")
    wrong = context["form"].errors or context.get("errors")
    return render(request, "reviews/sheet.html", {"assignment": only, **context}, status=422 if wrong else 200)


def _marked(content: bytes) -> list[sheet.Filled]:
    found = sheet.read(desk.workbook_now(content))
    if not found:
        told = _(
            "Ce tableur n’est pas sur le modèle du portail : téléchargez le modèle, remplissez-le, puis envoyez-le."
        )
        raise Refused(told, code="R54", field="file")
    return found


def _shown(user: Any, filled: list[sheet.Filled], only: Assignment | None) -> dict[str, Any]:
    """What is wrong, a sentence a cell; or what the sheets change, dossier by dossier, and the form that carries it."""
    files = {one.pk: one for one in opened(user).filter(pk__in=[one.number for one in filled if one.number])}
    errors = [text for one in filled for text in _wrong(one, files.get(one.number or 0), only)]
    if errors:
        return {"errors": [{"text": text} for text in errors[: sheet.MOST_ERRORS]]}
    now = {report.number: report for report in reports(files.values())}
    taken = set(ScoreVersion.objects.filter(review__assignment__in=files).values_list("save_id", flat=True))
    saves: dict[int, list[Save]] = {}
    shown = []
    for one in filled:
        report = now[one.number or 0]
        held = {key: report.cells.get(key, sheet.Held()) for key in one.changed}
        fresh = {
            key: typed
            for key, typed in one.changed.items()
            if typed.text != held[key].text and _save_id(report.number, key, typed) not in taken
        }
        if fresh:
            saves[report.number] = [Save(key, typed.text, typed.version) for key, typed in fresh.items()]
            rows = [
                {"label": label(key), "typed": fresh[key], "held": held[key], "own": key == PRIVATE} for key in fresh
            ]
            shown.append({"report": report, "rows": rows})
    count = sum(map(len, saves.values()))
    return {"shown": shown, "count": count, "take": ChangesForm(initial={"changes": ChangesForm.written(saves)})}


def _wrong(one: sheet.Filled, assignment: Assignment | None, only: Assignment | None) -> list[str]:
    told = {"sheet": one.name}
    if assignment is None or assignment.application.reference != one.reference:
        return [_("La feuille « %(sheet)s » n’est pas celle d’un dossier qui vous est ouvert : retirez-la.") % told]
    if only is not None and assignment.pk != only.pk:
        return [
            _("La feuille « %(sheet)s » est celle d’un autre dossier : retirez-la, ou déposez-la depuis sa page.")
            % told
        ]
    if assignment.review.state == "locked":
        return [_("Feuille « %(sheet)s » : l’évaluation est verrouillée, elle ne change plus. Retirez-la.") % told]
    call = assignment.application.wave.settings
    errors, fields = one.errors + sheet.faults(one, (row.number for row in call.criteria.all())), columns(call)
    for key, typed in one.changed.items():
        column = key.rpartition(".")[2]
        try:
            fields[column].read(typed.text, column)
        except Refused as refused:
            errors.append(sheet.at(one.name, typed.cell, refused.message))
    return errors


def _save_id(number: int, key: str, typed: sheet.Typed) -> Any:
    """The same cell of the same sheet, read twice, is one save."""
    return uuid5(NAMESPACE_OID, f"{number} {key} {typed.version} {typed.text}")


# ── written ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@repeatable
@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_POST
@role_required("expert")
def take_sheets(request: HttpRequest) -> HttpResponse:
    """What was shown, cell by cell over the version that its sheet was written from."""
    form, waiting = ChangesForm(request.POST), list[Any]()
    if not carried(form, lambda data: waiting.extend(_taken(request.user, data["changes"]))):
        wrong = [{"text": str(error)} for errors in form.errors.values() for error in errors]
        return _page(request, form=GridSheetForm(), errors=wrong)
    changes = form.cleaned_data["changes"]
    count = sum(map(len, changes.values()))
    messages.success(request, ngettext("%(n)s case reprise.", "%(n)s cases reprises.", count) % {"n": count})
    for review in waiting:
        told = _("Dossier %(reference)s : deux textes attendent votre choix, aucun n’est perdu.")
        messages.warning(request, told % {"reference": review.assignment.application.reference})
    return redirect("reviews:read", pk=next(iter(changes))) if len(changes) == 1 else redirect("reviews:my_files")


def _taken(user: Any, changes: dict[int, list[Save]]) -> list[Any]:
    files = {one.pk: one for one in opened(user).filter(pk__in=changes)}
    if changes.keys() - files.keys():
        raise Refused(_("Un de ces dossiers ne vous est plus ouvert : déposez de nouveau le tableur."), code="R50")
    saves = {}
    for pk, told in changes.items():
        review = files[pk].review
        review.assignment = files[pk]
        saves[review] = [
            one._replace(save_id=_save_id(pk, one.key, sheet.Typed(one.said, one.read_version or 0, "")))
            for one in told
        ]
    return actions.take_sheets(saves, by=user)
