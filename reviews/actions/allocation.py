"""Verbs of the draft of a wave: ask the solver, stop it, place by hand, say what a dossier needs; send it, which alone asks anybody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from calls.models import Wave
from edsh_portal.events import instant, record
from edsh_portal.refusal import Refused

from .. import permissions
from ..models import HELD, Allocation, Assignment, Need, Placement, in_words
from .assignment import assign
from .locks import lock_rows


def _lock(allocation: Allocation, by: Any) -> None:
    """Locks the draft; the gate; then it must still be one."""
    allocation.refresh_from_db(from_queryset=Allocation.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_assign(by):
        raise PermissionDenied
    if allocation.sent_at is not None:
        raise Refused(_("Cette répartition est déjà envoyée : rechargez la page."), code="R57")


@transaction.atomic
def ask_allocation(wave: Wave, k: int, *, by: Any, at: datetime | None = None) -> Allocation:
    """Asks the solver for the best allocation around what is held and what is locked; a draft already there starts another round."""
    if not permissions.can_assign(by):
        raise PermissionDenied
    Wave.objects.select_for_update(no_key=True).get(pk=wave.pk)
    allocation = Allocation.objects.filter(wave=wave, sent_at=None).first() or Allocation(wave=wave)
    at = instant(at, f"allocation:{wave.pk}")
    if not 1 <= k <= 9:
        raise Refused(_("Demandez de 1 à 9 experts par dossier."), code="R57", field="k")
    if not wave.applications.filter(state="admissible").exists():
        raise Refused(_("Aucun dossier recevable n’attend d’expert dans cette relève."), code="R53", field="k")
    allocation.k, allocation.by, allocation.asked_at = k, by, at
    allocation.round, allocation.solving, allocation.progress = allocation.round + 1, True, 0
    again = ["k", "by", "asked_at", "round", "solving", "progress"]
    allocation.save(update_fields=again if allocation.pk else None)
    record(
        "allocation.asked",
        allocation,
        by=by,
        at=at,
        stream=f"allocation:{wave.pk}",
        wave=wave.pk,
        round=allocation.round,
    )
    return allocation


@transaction.atomic
def stop_allocation(allocation: Allocation, *, by: Any) -> None:
    """The solver's answer is awaited no more; what was placed stays."""
    _lock(allocation, by)
    allocation.round, allocation.solving = allocation.round + 1, False
    allocation.save(update_fields=["round", "solving"])


def keep_answer(
    allocation: Allocation, round: int, pairs: Sequence[tuple[int, int]] | None, answer: dict[str, Any]
) -> None:
    """What the solver found for this round, as (expert, dossier), in place of all that is not locked; None where nothing can do."""
    if not Allocation.objects.filter(pk=allocation.pk, round=round, solving=True).update(
        solving=False, progress=100, answer=answer
    ):
        return
    if pairs is not None:
        Placement.objects.filter(allocation=allocation, locked=False).delete()
        kept = set(Placement.objects.filter(allocation=allocation).values_list("expert", "application"))
        rows = [Placement(allocation=allocation, expert_id=e, application_id=d) for e, d in pairs if (e, d) not in kept]
        Placement.objects.bulk_create(rows)


@transaction.atomic
def place(allocation: Allocation, application: Application, expert: Any, *, by: Any) -> Placement:
    """Puts an expert beside a dossier by hand, locked; refused for a strong link, or for who holds it already."""
    _lock(allocation, by)
    _need_no_solver(allocation)
    fact = permissions.conflict(expert, application)
    if fact:
        raise Refused(_("Conflit d’intérêts : %(fact)s.") % {"fact": in_words(fact)}, code="R50", fact=fact)
    if Assignment.objects.filter(application=application, expert=expert, state__in=HELD).exists():
        raise Refused(_("Ce dossier est déjà confié à cette personne : rechargez la page."), code="R57")
    return Placement.objects.update_or_create(
        allocation=allocation, application=application, expert=expert, defaults={"locked": True}
    )[0]


@transaction.atomic
def lift(allocation: Allocation, application: Application, expert: Any, *, by: Any) -> None:
    """Takes an expert away from a dossier of the draft."""
    _lock(allocation, by)
    _need_no_solver(allocation)
    allocation.placements.filter(application=application, expert=expert).delete()


def _need_no_solver(allocation: Allocation) -> None:
    if allocation.solving:
        raise Refused(_("Le calcul est en cours : arrêtez-le, ou attendez sa fin."), code="R57")


@transaction.atomic
def send_allocation(
    allocation: Allocation, due_at: datetime, *, by: Any, at: datetime | None = None
) -> list[Assignment]:
    """Asks every expert of the draft, by the verb that asks one; all or none."""
    _lock(allocation, by)
    _need_no_solver(allocation)
    rows = allocation.placements.select_related("application__wave__settings", "expert").order_by(
        "application_id", "pk"
    )
    held = set(
        Assignment.objects.filter(application__wave=allocation.wave_id, state__in=HELD).values_list(
            "expert", "application"
        )
    )
    waiting = [row for row in rows if (row.expert_id, row.application_id) not in held]
    if not waiting:
        raise Refused(_("Ce projet ne confie aucun dossier : placez d’abord des experts."), code="R57")
    made = []
    for row in waiting:
        try:
            made.append(assign(row.application, row.expert, by=by, due_at=due_at, at=at))
        except Refused as refused:
            words = {"reference": row.application.reference, "name": row.expert, "why": refused.message}
            raise Refused(_("%(reference)s, %(name)s : %(why)s") % words, code=refused.code) from refused
    at = instant(at, f"allocation:{allocation.wave_id}")
    allocation.sent_at = at
    allocation.save(update_fields=["sent_at"])
    stream = f"allocation:{allocation.wave_id}"
    record("allocation.sent", allocation, by=by, at=at, stream=stream, wave=allocation.wave_id, assignments=len(made))
    return made


@transaction.atomic
def set_need(application: Application, skills: Sequence[str], *, by: Any, at: datetime | None = None) -> Need:
    """The skills that this dossier asks for, in place of what its content proposes."""
    at = lock_rows(application, at)
    if not permissions.can_assign(by, application):
        raise PermissionDenied
    known = set(application.wave.settings.skills.values_list("code", flat=True))
    if set(skills) - known:
        raise Refused(_("Choisissez les compétences dans la liste de l’appel."), field="skills")
    need = Need.objects.update_or_create(
        application=application, defaults={"skills": sorted(set(skills)), "by": by, "at": at}
    )[0]
    record("need.written", need, by=by, at=at, stream=f"application:{application.pk}", application=application.pk)
    return need
