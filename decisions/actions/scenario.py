"""Verbs of the scenarios: kept, revised, said of, drawn dossier by dossier, and one frozen into proposals, whole or not at all."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from calls.models import Wave
from directory.models import Establishment
from edsh_portal.changes import over
from edsh_portal.events import instant, record
from edsh_portal.money import display
from edsh_portal.workflow import Refused, need_reason
from funding.models import Line

from .. import permissions, studio
from ..models import Proposal, Scenario, ScenarioAside, ScenarioComment, ScenarioPart
from ..programming import Part, Plan, Row
from . import proposal as proposals


def _stream(wave: Wave) -> str:
    return f"programme:{wave.pk}"


@transaction.atomic
def keep_scenario(
    wave: Wave, name: str, cut: int, rows: Iterable[Row], *, by: Any, at: datetime | None = None
) -> Scenario:
    """Under a name of one's own: the cut-off, and the aid of every dossier that may be called, above it or not. `rows`: as studio.drawn()
    answers them, for this person or for the scenario it comes from."""
    if not permissions.can_keep_scenario(by):
        raise PermissionDenied
    at = instant(at, _stream(wave))
    name = need_reason(name, field="name")
    _need_new_name(wave, name, by)
    scenario = Scenario.objects.create(wave=wave, name=name, cut=cut, author=by, made_at=at)
    free = [row for row in rows if row.callable and not row.lock]
    ScenarioPart.objects.bulk_create(
        ScenarioPart(
            scenario=scenario,
            application_id=row.application,
            establishment_id=part.establishment,
            line_id=part.line,
            cents=part.cents,
        )
        for row in free
        for part in row.parts
    )
    ScenarioAside.objects.bulk_create(
        ScenarioAside(scenario=scenario, application_id=row.application, reason=row.aside) for row in free if row.aside
    )
    record("scenario.kept", scenario, by=by, at=at, cut=cut, cents=sum(row.cents for row in free))
    return scenario


def _need_new_name(wave: Wave, name: str, by: Any, scenario: Scenario | None = None) -> None:
    named = Scenario.objects.filter(wave=wave, author=by, name=name)
    if (named.exclude(pk=scenario.pk) if scenario else named).exists():
        raise Refused(_("Un de vos scénarios porte déjà ce nom : choisissez-en un autre."), code="P22", field="name")


def _hold(scenario: Scenario, by: Any, at: datetime | None) -> datetime:
    """Locks it; only its author, only while it is not frozen."""
    scenario.refresh_from_db(from_queryset=Scenario.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_edit_scenario(by, scenario):
        raise PermissionDenied
    _need_unfrozen(scenario)
    return instant(at, scenario)


def _need_unfrozen(scenario: Scenario) -> None:
    if scenario.frozen_at is not None:
        raise Refused(
            _("Ce scénario est déjà proposé : il ne change plus. Enregistrez-en une copie sous un autre nom."),
            code="P17",
        )


@transaction.atomic
def revise_scenario(
    scenario: Scenario, *, read: dict[str, Any] | None = None, by: Any, at: datetime | None = None, **values: Any
) -> None:
    """Its name, its cut-off, whether the others see it; `read`: as the page had shown them (W04)."""
    at = _hold(scenario, by, at)
    fresh = over({name: getattr(scenario, name) for name in values}, values, read)
    if not fresh:
        return
    if "name" in fresh:
        fresh["name"] = need_reason(fresh["name"], field="name")
        _need_new_name(scenario.wave, fresh["name"], by, scenario)
    for name, value in fresh.items():
        setattr(scenario, name, value)
    scenario.save(update_fields=[*fresh])
    record("scenario.revised", scenario, by=by, at=at, cut=scenario.cut, shared=scenario.shared)


@transaction.atomic
def comment_scenario(scenario: Scenario, body: str, *, by: Any, at: datetime | None = None) -> ScenarioComment:
    """For those who see it."""
    if not permissions.can_comment_scenario(by, scenario):
        raise PermissionDenied
    at = instant(at, scenario)
    comment = ScenarioComment.objects.create(
        scenario=scenario, author=by, at=at, body=need_reason(body, field="comment")
    )
    record("scenario.commented", scenario, by=by, at=at, comment=comment.pk)
    return comment


@transaction.atomic
def draw_dossier(
    scenario: Scenario,
    application: Application,
    parts: Iterable[Part],
    aside: str = "",
    *,
    by: Any,
    at: datetime | None = None,
) -> None:
    """The aid of a dossier in a scenario, member by member and source by source, at most what each asks (R60); or why it is set aside."""
    at = _hold(scenario, by, at)
    held = [part for part in parts if part.cents]
    bodies = Establishment.objects.in_bulk({part.establishment for part in held})
    lines = Line.objects.filter(call=scenario.wave.call_id).in_bulk()
    shares = [(bodies[part.establishment], lines[part.line], part.cents) for part in held]
    if not aside:
        proposals.need_parts(application, shares)
    for model in (ScenarioPart, ScenarioAside):
        model.objects.filter(scenario=scenario, application=application).delete()
    ScenarioPart.objects.bulk_create(
        ScenarioPart(scenario=scenario, application=application, establishment=body, line=line, cents=cents)
        for body, line, cents in shares
    )
    if aside:
        ScenarioAside.objects.create(scenario=scenario, application=application, reason=need_reason(aside))
    record(
        "scenario.drawn",
        scenario,
        by=by,
        at=at,
        application=application.pk,
        cents=sum(part.cents for part in held),
        aside=bool(aside),
    )


# ── frozen into proposals ────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def freeze_scenario(scenario: Scenario, motive: str, *, by: Any, at: datetime | None = None) -> list[Proposal]:
    """Proposes every dossier that it keeps and for which nothing is proposed yet, in the order of the lists: all, or none.

    P18 says each line that blocks (facts: lines, [(reference, why)]): a source overdrawn, a dossier that changed, an aid beyond what is
    asked. `motive`: of each of the proposals.
    """
    scenario.refresh_from_db(from_queryset=Scenario.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_freeze(by, scenario):
        raise PermissionDenied
    _need_unfrozen(scenario)
    motive = need_reason(motive, field="motive")
    keys = ScenarioPart.objects.filter(scenario=scenario).order_by().values("application").distinct()
    held = Application.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk")
    dossiers = {one.pk: one for one in held.select_related("version", "wave__settings")}
    at = instant(at, scenario, *dossiers.values())
    ground = studio.read(scenario.wave, by)
    found = ground.plan(studio.drawn(ground, scenario), scenario.cut)
    made, blocked = _propose_all(found, dossiers, motive, by, at)
    if blocked:
        said = "\n".join(f"{who}{_(' : ')}{why}" for who, why in blocked)
        raise Refused(
            _("Aucune proposition n’est faite. À régler d’abord :\n%(lines)s") % {"lines": said},
            code="P18",
            lines=blocked,
        )
    scenario.frozen_by, scenario.frozen_at = by, at
    scenario.save(update_fields=["frozen_by", "frozen_at"])
    cents = sum(one.cents for one in made)
    record("scenario.frozen", scenario, by=by, at=at, proposals=[one.pk for one in made], cents=cents)
    return made


Blocked = list[tuple[str, str]]


def _propose_all(
    found: Plan, dossiers: dict[int, Application], motive: str, by: Any, at: datetime
) -> tuple[list[Proposal], Blocked]:
    blocked: Blocked = [
        (source.fund.label, _("il manque %(cents)s d’autorisations d’engagement") % {"cents": display(-source.left)})
        for source in found.over
    ]
    kept = found.kept
    if not kept:
        blocked.append((_("Scénario"), _("aucun dossier n’est à proposer au-dessus de la coupure")))
    bodies = Establishment.objects.in_bulk({part.establishment for row in kept for part in row.parts})
    lines = Line.objects.in_bulk({part.line for row in kept for part in row.parts})
    made: list[Proposal] = []
    for row in kept:
        shares = [(bodies[part.establishment], lines[part.line], part.cents) for part in row.parts]
        try:
            if row.application not in dossiers:
                raise Refused(_("aucun montant n’est inscrit dans ce scénario"))
            made.append(proposals.propose_held(dossiers[row.application], shares, motive, by=by, at=at))
        except Refused as refused:
            blocked.append((row.reference, refused.message))
    return made, blocked
