"""Verbs of the calibration: its fictitious dossier is written, opened to the experts of the wave, scored once by each, closed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application
from calls.models import Criterion, Wave
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, Step, move, need_step, steps

from .. import permissions
from ..models import Calibration, CalibrationMark, CalibrationReport, CalibrationText
from .cells import columns

CALIBRATION_STEPS = steps(
    "calibration",
    Calibration,
    [
        Step("write", ("",), "draft", permissions.can_calibrate, gettext_lazy("Rédiger le dossier fictif")),
        Step("open", ("draft",), "open", permissions.can_calibrate, gettext_lazy("Ouvrir l’étalonnage")),
        Step("close", ("open",), "closed", permissions.can_calibrate, gettext_lazy("Clore l’étalonnage")),
    ],
)
Marks = Mapping[int, tuple[int | None, str]]  # {criterion's number: (mark, comment)}


def _lock(calibration: Calibration, at: datetime | None) -> datetime:
    calibration.refresh_from_db(from_queryset=Calibration.objects.select_for_update(no_key=True, of=("self",)))
    return instant(at, calibration)


@transaction.atomic
def write_calibration(
    wave: Wave, title: str, texts: Mapping[int, str], *, by: Any, at: datetime | None = None
) -> Calibration:
    """The fictitious dossier of a wave, as long as it is not open: a title, and a text a criterion ({number: text})."""
    wave.refresh_from_db(from_queryset=Wave.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_calibrate(by):
        raise PermissionDenied
    if not wave.settings.calibration:
        raise Refused(_("L’appel ne prévoit pas d’étalonnage pour cette relève."), code="R56")
    calibration = Calibration.objects.filter(wave=wave).first() or Calibration(wave=wave, state="")
    at = _lock(calibration, at) if calibration.pk else instant(at, wave)
    if not calibration.pk:
        move(calibration, "write", by)
    need_step(calibration, "open", by)  # once open, its text is fixed
    if not title.strip():
        raise Refused(_("Donnez un titre au dossier fictif."), code="R56", field="title")
    calibration.title, calibration.by, calibration.written_at = title.strip(), by, at
    written = ("title", "by", "written_at")
    calibration.save(update_fields=written if calibration.pk else None)
    criteria = {criterion.number: criterion for criterion in wave.settings.criteria.all()}
    rows = [CalibrationText(calibration=calibration, criterion=criteria[n], text=text) for n, text in texts.items()]
    CalibrationText.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["calibration", "criterion"], update_fields=["text"]
    )
    record("calibration.written", calibration, by=by, at=at, state=calibration.state, wave=wave.pk)
    return calibration


@transaction.atomic
def open_calibration(calibration: Calibration, *, by: Any, at: datetime | None = None) -> None:
    """Every criterion has its text; from now on the experts of the wave score it."""
    at = _lock(calibration, at)
    move(calibration, "open", by)
    written = set(calibration.texts.exclude(text="").values_list("criterion", flat=True))
    lacking = [one.number for one in calibration.wave.settings.criteria.order_by("number") if one.pk not in written]
    if lacking:
        raise Refused(
            _("Écrivez d’abord le texte de chaque critère ; il manque : %(numbers)s.")
            % {"numbers": ", ".join(map(str, lacking))},
            code="R56",
        )
    calibration.opened_at = at
    calibration.save(update_fields=["state", "opened_at"])
    record("calibration.opened", calibration, by=by, at=at, state=calibration.state, wave=calibration.wave_id)


@transaction.atomic
def give_calibration(
    calibration: Calibration, marks: Marks, *, by: Any, at: datetime | None = None
) -> CalibrationReport:
    """An expert's marks on the fictitious dossier: every criterion, once."""
    at = _lock(calibration, at)
    if not permissions.can_give(by, calibration):
        raise PermissionDenied
    if calibration.state != Calibration.State.OPEN:
        raise Refused(_("L’étalonnage n’est pas ouvert."), code="R56")
    if calibration.reports.filter(expert=by).exists():
        raise Refused(_("Vos notes d’étalonnage sont déjà données."), code="R56")
    settings = calibration.wave.settings
    given: list[tuple[Criterion, int, str]] = []
    for criterion in settings.criteria.order_by("number"):
        value, comment = marks.get(criterion.number, (None, ""))
        if value is None:
            raise Refused(
                _("Donnez la note du critère %(number)s.") % {"number": criterion.number},
                code="R54",
                field=f"value_{criterion.number}",
            )
        columns(settings)["value"].check(value, f"value_{criterion.number}")
        given.append((criterion, value, comment.strip()))
    report = CalibrationReport.objects.create(calibration=calibration, expert=by, given_at=at)
    CalibrationMark.objects.bulk_create(
        CalibrationMark(report=report, criterion=criterion, value=value, comment=comment)
        for criterion, value, comment in given
    )
    record("calibration.given", calibration, by=by, at=at, report=report.pk)
    return report


@transaction.atomic
def close_calibration(calibration: Calibration, *, by: Any, at: datetime | None = None) -> None:
    """Its marks are then shown to those who gave theirs, names masked; whoever did not is not waited for any more."""
    at = _lock(calibration, at)
    move(calibration, "close", by)
    if calibration.reports.count() < 2:
        raise Refused(_("Il faut les notes de deux experts au moins pour les comparer."), code="R56")
    calibration.closed_at = at
    calibration.save(update_fields=["state", "closed_at"])
    record("calibration.closed", calibration, by=by, at=at, state=calibration.state, wave=calibration.wave_id)


def need_calibrated(expert: Any, application: Application) -> None:
    """Before the first report of a wave, where the call requires it (reviews/calibration.sql says when)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT review_calibrated(%s, %s)", [expert.pk, application.pk])
        if not cursor.fetchone()[0]:
            raise Refused(
                _("L’appel demande d’abord vos notes d’étalonnage, sur un dossier fictif : page « Mes expertises »."),
                code="R56",
            )
