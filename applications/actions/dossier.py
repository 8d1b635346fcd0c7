"""Verbs of the dossier's content: creation, identity, narrative answers, research projects, data perimeters."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from directory.models import Establishment
from edsh_portal import clock
from edsh_portal.events import record
from edsh_portal.workflow import Refused, move

from ..models import (
    Answer,
    Application,
    AssociatedPartner,
    DataPerimeter,
    Membership,
    Outcome,
    Procedure,
    ResearchProject,
    Wave,
)
from ..questions import BY_SLUG
from ..rules import REGISTER_KINDS
from .consortium import link
from .hold import hold_for_edit, need_open
from .said import choice

MOST_MONTHS = 600
MOST_ROWS = 50  # projects or perimeters of one dossier


@transaction.atomic
def create(wave: Wave, *, coordinator: Establishment, acronym: str, by: Any, at: datetime | None = None) -> Application:
    """A new dossier of the wave, carried by `coordinator`, whose people see it at once. Its number follows the wave's last."""
    wave.refresh_from_db(from_queryset=Wave.objects.select_for_update(no_key=True, of=("self",)))
    at = at or clock.now()
    application = Application(
        wave=wave, coordinator=coordinator, created_by=by, created_at=at, acronym=acronym, state=""
    )
    move(application, "create", by)
    need_open(wave, at)
    if coordinator.kind not in REGISTER_KINDS:
        raise Refused(
            _("Le coordinateur doit être un établissement de santé public ou privé, ou un GCS."),
            code="R11",
            field="coordinator",
        )
    application.acronym = _acronym(acronym)
    application.reference = f"EDSH-{wave.number}-{wave.applications.count() + 1:04d}"
    application.save()
    membership = Membership.objects.create(
        application=application,
        establishment=coordinator,
        role="coordinator",
        state="accepted",
        invited_at=at,
        answered_at=at,
        answered_by=by,
    )
    link(membership)
    record(
        "application.created",
        application,
        by=by,
        at=at,
        state=application.state,
        wave=wave.pk,
        coordinator=coordinator.pk,
    )
    record("membership.created", membership, by=by, at=at, state=membership.state, establishment=coordinator.pk)
    return application


def _acronym(acronym: str) -> str:
    return _text(acronym, field="acronym", most=40, name=_("L’acronyme"))


def _text(text: str, *, field: str, most: int, name: str, needed: bool = True) -> str:
    """The trimmed text, refused when empty (if needed) or longer than `most` characters."""
    text = text.strip()
    if needed and not text:
        raise Refused(_("%(name)s est à renseigner.") % {"name": name}, code="E01", field=field)
    if len(text) > most or "\x00" in text:
        raise Refused(
            _("%(name)s compte %(size)s caractères : %(most)s au plus.")
            % {"name": name, "size": len(text), "most": most},
            code="E02",
            field=field,
        )
    return text


@transaction.atomic
def save_identity(
    application: Application,
    *,
    acronym: str,
    title: str = "",
    goal: str = "",
    starts_on: date | None = None,
    months: int | None = None,
    maturity_now: int | None = None,
    maturity_target: int | None = None,
    by: Any,
    at: datetime | None = None,
) -> None:
    """What the project is. Incomplete is accepted, impossible is not; the rules speak in the checklist."""
    at = hold_for_edit(application, at, by)
    acronym = _acronym(acronym)
    title = _text(title, field="title", most=200, name=_("Le titre"), needed=False)
    if goal and goal not in Application.Goal.values:
        raise Refused(_("Choisissez « constituer » ou « consolider »."), code="R23", field="goal")
    if months is not None and not 1 <= months <= MOST_MONTHS:
        raise Refused(_("La durée est un nombre de mois."), code="R16", field="months")
    for field, level in (("maturity_now", maturity_now), ("maturity_target", maturity_target)):
        if level is not None and not 0 <= level <= 10:
            raise Refused(_("La maturité va de 0 à 10."), code="R23", field=field)
    values = {
        "acronym": acronym,
        "title": title,
        "goal": goal,
        "starts_on": starts_on,
        "months": months,
        "maturity_now": maturity_now,
        "maturity_target": maturity_target,
    }
    for name, value in values.items():
        setattr(application, name, value)
    application.save(update_fields=list(values))
    record("application.edited", application, by=by, at=at, section="identity")


@transaction.atomic
def save_answer(
    application: Application, question: str, text: str, *, read_version: int, by: Any, at: datetime | None = None
) -> Answer | None:
    """Adds the next version of one answer (no event: the row itself says who and when). None when nothing was ever written.

    Refused A01, with both texts in its facts, when somebody saved after `read_version` was read.
    """
    at = hold_for_edit(application, at, by)
    asked = BY_SLUG.get(question)
    if asked is None:
        raise Refused(_("Cette question n’existe pas."), code="A02")
    text = text.replace("\r\n", "\n").strip()
    current = application.answers.filter(question=question).select_related("by").order_by("-version").first()
    if current is None and not text or current is not None and current.text == text:
        return current
    if read_version != (current.version if current else 0):
        raise Refused(
            _(
                "Cette réponse a changé depuis que vous l’avez ouverte : comparez les deux textes, puis enregistrez celui à garder."
            ),
            code="A01",
            field="text",
            theirs=current.text if current else "",
            mine=text,
            version=current.version if current else 0,
        )
    text = _text(text, field="text", most=asked.max_chars, name=_("La réponse"), needed=False)
    return Answer.objects.create(
        application=application, question=question, version=read_version + 1, text=text, by=by, at=at
    )


@transaction.atomic
def save_project(
    application: Application,
    *,
    title: str,
    theme: str = "",
    summary: str = "",
    partners: Iterable[AssociatedPartner] = (),
    outcomes: Iterable[str] = (),
    procedure: str = "",
    starts_on: date | None = None,
    project: ResearchProject | None = None,
    by: Any,
    at: datetime | None = None,
) -> ResearchProject:
    """Adds a research or innovation project, or changes `project`; `partners` are the associated ones that take part.

    `outcomes` are families of the call (Outcome), kept in their order.
    """
    at = hold_for_edit(application, at, by)
    claimed = [choice(outcome, Outcome.values, field="outcomes", needed=True) for outcome in outcomes]
    values = {
        "title": _text(title, field="title", most=160, name=_("Le titre")),
        "theme": _text(theme, field="theme", most=120, name=_("Le thème"), needed=False),
        "summary": _text(summary, field="summary", most=3000, name=_("Le résumé"), needed=False),
        "outcomes": [outcome for outcome in Outcome.values if outcome in claimed],
        "procedure": choice(procedure, Procedure.values, field="procedure"),
        "starts_on": starts_on,
    }
    project = _row(application.projects, project, values)
    wanted = [partner.pk for partner in partners]
    project.partners.set(application.associated.filter(pk__in=wanted))
    record("application.edited", application, by=by, at=at, section="projects", project=project.pk)
    return project


def _row(rows: Any, existing: Any, values: dict[str, Any]) -> Any:
    """Changes the row `existing` of this dossier, or adds one."""
    if existing is not None:
        existing = rows.get(pk=existing.pk)
        for name, value in values.items():
            setattr(existing, name, value)
        existing.save()
        return existing
    if rows.count() >= MOST_ROWS:
        raise Refused(_("Un dossier en compte %(most)s au plus.") % {"most": MOST_ROWS}, code="E03")
    return rows.create(**values)


@transaction.atomic
def remove_project(project: ResearchProject, *, by: Any, at: datetime | None = None) -> None:
    application = project.application
    at = hold_for_edit(application, at, by)
    number = project.pk
    application.projects.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="projects", removed=number)


@transaction.atomic
def save_perimeter(
    application: Application,
    *,
    scope: str,
    depth: str,
    refresh: str,
    duration: str,
    interest: str,
    perimeter: DataPerimeter | None = None,
    by: Any,
    at: datetime | None = None,
) -> DataPerimeter:
    """A data perimeter for the Health Data Hub's catalogue: its five fields are all asked (CALL.md §1.4)."""
    at = hold_for_edit(application, at, by)
    values = {
        "scope": _text(scope, field="scope", most=2000, name=_("Le périmètre")),
        "depth": _text(depth, field="depth", most=1000, name=_("La profondeur")),
        "refresh": _text(refresh, field="refresh", most=120, name=_("La fréquence de mise à jour")),
        "duration": _text(duration, field="duration", most=120, name=_("La durée de partage")),
        "interest": _text(interest, field="interest", most=2000, name=_("L’intérêt")),
    }
    perimeter = _row(application.perimeters, perimeter, values)
    record("application.edited", application, by=by, at=at, section="perimeters", perimeter=perimeter.pk)
    return perimeter


@transaction.atomic
def remove_perimeter(perimeter: DataPerimeter, *, by: Any, at: datetime | None = None) -> None:
    application = perimeter.application
    at = hold_for_edit(application, at, by)
    number = perimeter.pk
    application.perimeters.filter(pk=number).delete()
    record("application.edited", application, by=by, at=at, section="perimeters", removed=number)
