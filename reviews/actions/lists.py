"""Verbs of the lists: where the jury puts each dossier, several in one act, and the order of the reserve."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Subquery
from django.utils.translation import gettext as _

from edsh_portal.changes import over
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, need_reason

from .. import permissions, ranking
from ..models import RankingLine, Session, in_words

Wanted = Mapping[int, Mapping[str, Any]]  # line → {list, reason}, either of them
WRITTEN = ("list", "reason", "reserve_order", "reserve_reason")


def hold_open(session: Session, by: Any, at: datetime | None) -> datetime:
    """Locks the session; only a chair, only while it sits."""
    session.refresh_from_db(from_queryset=Session.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_chair(by, session):
        raise PermissionDenied
    if session.state != "open":
        raise Refused(_("La session est close : la liste ne change plus."), code="R59")
    return instant(at, session)


def need_no_link(by: Any, lines: Sequence[RankingLine]) -> None:
    """R50: nobody lists a dossier that they are tied to."""
    facts = permissions.tied(by, [line.application_id for line in lines])
    for line in lines:
        if fact := facts.get(line.application_id):
            raise Refused(
                _("Vous êtes en conflit d’intérêts avec %(dossier)s (%(fact)s) : une autre présidence doit le classer.")
                % {"dossier": line.application, "fact": in_words(fact)},
                code="R50",
                field="list",
                fact=fact,
                line=line.pk,
            )


@transaction.atomic
def set_list(
    line: RankingLine,
    list: str,
    reason: str = "",
    *,
    read: Mapping[str, Any] | None = None,
    by: Any,
    at: datetime | None = None,
) -> None:
    """set_lists() of one dossier; `read`: {list, reason} as the page had shown them."""
    wanted = {line.pk: {"list": list, "reason": reason}}
    set_lists(line.session, wanted, read=None if read is None else {line.pk: read}, by=by, at=at)
    line.refresh_from_db(fields=WRITTEN)


@transaction.atomic
def set_lists(
    session: Session,
    wanted: Wanted,
    *,
    until: int | None = None,
    read: Wanted | None = None,
    by: Any,
    at: datetime | None = None,
) -> list[RankingLine]:
    """Puts dossiers on lists, all or none, and answers those that changed. A better-ranked dossier on a worse list is a skip, and a
    skip has its reason (R61). `until`: the line down to which all that is on no list yet goes to the main one. `read`: what the page
    had shown of each (W04 when another chair has changed it). What is refused says of which line: facts["line"], and in facts["met"]
    by (line, name).
    """
    at = hold_open(session, by, at)
    if until is not None:
        wanted = {**_until(session, until, by), **wanted, until: {**wanted.get(until, {}), "list": "main"}}
    return _put(session, _lock_lines(session, wanted), wanted, read, by, at)


def _until(session: Session, until: int, by: Any) -> dict[int, dict[str, Any]]:
    """« Principale jusqu’ici »: what was decided above stays. Who falls under a floor is not selected; a dossier that the chair is tied
    to waits for another (R50)."""
    down = session.lines.filter(pk=until).values("rank")[:1]
    above = list(session.lines.filter(rank__lte=Subquery(down), list=""))
    tied = permissions.tied(by, [line.application_id for line in above])
    free = [line for line in above if line.application_id not in tied]
    return {line.pk: {"list": "not_selected" if line.below_floor else "main"} for line in free}


def _lock_lines(session: Session, wanted: Wanted) -> dict[int, RankingLine]:
    """The lines of an act, locked, best first."""
    rows = session.lines.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted)
    found = {line.pk: line for line in rows.select_related("application").order_by("rank", "application_id")}
    if len(found) != len(wanted):
        raise Refused(_("Le classement a changé : rechargez la page."), code="R58")
    return found


def _put(
    session: Session, lines: Mapping[int, RankingLine], wanted: Wanted, read: Wanted | None, by: Any, at: datetime
) -> list[RankingLine]:
    need_no_link(by, [*lines.values()])
    current = {(pk, name): getattr(line, name) for pk, line in lines.items() for name in ("list", "reason")}
    typed = {(pk, name): value.strip() for pk, of in wanted.items() for name, value in of.items()}
    seen = None if read is None else {(pk, name): value for pk, of in read.items() for name, value in of.items()}
    fresh = over(current, typed, seen)
    changed = [line for line in lines.values() if any(pk == line.pk for pk, _name in fresh)]
    for line in changed:
        line.list = fresh.get((line.pk, "list"), line.list)
        line.reason = fresh.get((line.pk, "reason"), line.reason)
        _need_right(line)
        if line.list != "reserve":
            line.reserve_order, line.reserve_reason = None, ""
        line.save(update_fields=WRITTEN)
    settle_reserve(session)
    need_reasons(session, by, about=changed)
    for line in changed:
        told = {"application": line.application_id, "list": line.list}
        record("ranking.listed", line, by=by, at=at, stream=f"session:{session.pk}", **told)
    return changed


def _need_right(line: RankingLine) -> None:
    """A list that exists, and that the floors allow (R54)."""
    if line.list not in RankingLine.List.values:
        raise Refused(
            _("Choisissez une liste : principale, complémentaire, ou non retenu."),
            code="R60",
            field="list",
            line=line.pk,
        )
    if line.below_floor and line.list != "not_selected":
        raise Refused(
            _("%(dossier)s a une note éliminatoire au critère %(criteria)s : classez-le parmi les non retenus.")
            % {"dossier": line.application, "criteria": line.below_floor},
            code="R54",
            field="list",
            line=line.pk,
        )


def need_reasons(session: Session, by: Any, about: Sequence[RankingLine] = ()) -> None:
    """Every skip among the lines already listed has its reason; the phrase names the dossier passed over. Who lists some is asked nothing
    of those that a link shuts to them: whoever closes is asked all."""
    own = {line.pk for line in about}
    rows = session.lines.select_related("application")
    for line in ranking.unreasoned(rows.open_to(by) if about else rows):
        if not permissions.named(by, [line.application])[0]:
            raise Refused(
                _("Un dossier dont vous êtes en déport attend un motif : une autre présidence doit le donner."),
                code="R61",
            )
        phrase = (
            _("Un dossier moins bien classé est sur une meilleure liste : indiquez pourquoi %(reference)s est écarté.")
            if line.pk in own
            else _("Le dossier %(reference)s, mieux classé, serait écarté sans motif : indiquez d’abord son motif.")
        )
        raise Refused(
            phrase % {"reference": line.application.reference},
            code="R61",
            field="reason" if line.pk in own or not about else "list",
            line=line.pk if line.pk in own or not about else about[0].pk,
            application=line.application_id,
        )


# ── the order of the reserve ─────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def order_reserve(
    session: Session, lines: Sequence[RankingLine], reason: str = "", *, by: Any, at: datetime | None = None
) -> None:
    """The whole reserve in the order in which it will be called. Another order than that of the ranks has its reason (R61)."""
    at = hold_open(session, by, at)
    need_no_link(by, lines)
    held = list(session.lines.filter(list="reserve").order_by("rank", "application_id"))
    if {line.pk for line in held} != {line.pk for line in lines} or len(held) != len(lines):
        raise Refused(
            _("La liste complémentaire a changé : rechargez la page, puis ordonnez tous ses dossiers."), code="R61"
        )
    own = [line.pk for line in lines] != [line.pk for line in held]
    reason = need_reason(reason) if own else ""
    for place, line in enumerate(lines, 1):
        session.lines.filter(pk=line.pk).update(reserve_order=place if own else None, reserve_reason=reason)
    record("reserve.ordered", session, by=by, at=at, order=[line.application_id for line in lines])


def settle_reserve(session: Session) -> None:
    """An order stands while it orders the whole reserve, as a vote does while it parts its equals; then the ranks say it again."""
    held: Iterable[int | None] = session.lines.filter(list="reserve").values_list("reserve_order", flat=True)
    places = list(held)
    ordered = session.lines.filter(reserve_order__isnull=False)
    if None in places and ordered.exists():
        ordered.update(reserve_order=None, reserve_reason="")
