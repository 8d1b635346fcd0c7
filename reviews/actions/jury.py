"""Verbs of the jury: open on complete reports, rank, part equals, close."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Application
from calls.models import Wave
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, Step, move, need_reason, steps

from .. import permissions, ranking
from ..models import RankingLine, Seat, Session
from .lists import hold_open, need_no_link, need_reasons, settle_reserve
from .room import rise

SESSION_STEPS = steps(
    "session",
    Session,
    [
        Step("open", ("",), "open", permissions.can_chair, gettext_lazy("Ouvrir la session")),
        Step("close", ("open",), "closed", permissions.can_chair, gettext_lazy("Clore la session")),
        Step("reopen", ("closed",), "open", permissions.can_chair, gettext_lazy("Rouvrir la session"), reason=True),
    ],
)


def _need_quorum(wave: Wave, by: Any) -> None:
    """R53: a dossier short of reports cannot be ranked, and no dossier is ranked without the others."""
    found = ranking.entries(wave)
    if not found:
        raise Refused(_("Aucun dossier recevable n’est à classer dans cette relève."), code="R53")
    quorum = wave.settings.quorum
    short = {application: len(entry.reports) for application, entry in found if len(entry.reports) < quorum}
    if short:
        named, masked = permissions.named(by, short)
        listed = ", ".join([*(f"{of.reference} ({short[of]}/{quorum})" for of in named), *masked])
        raise Refused(
            ngettext(
                "Le quorum de %(quorum)s évaluation verrouillée n’est pas atteint : %(listed)s.",
                "Le quorum de %(quorum)s évaluations verrouillées n’est pas atteint : %(listed)s.",
                quorum,
            )
            % {"quorum": quorum, "listed": listed},
            code="R53",
            short={application.reference: short[application] for application in named},
        )


@transaction.atomic
def open_session(wave: Wave, *, by: Any, at: datetime | None = None) -> Session:
    """Opens the jury of a wave once every admissible dossier has its quorum of locked reports, and ranks (R53, R58)."""
    wave.refresh_from_db(from_queryset=Wave.objects.select_for_update(no_key=True, of=("self",)))
    at = instant(at, wave)
    if not permissions.can_chair(by):
        raise PermissionDenied
    if Session.objects.filter(wave=wave).exists():
        raise Refused(_("La session de cette relève est déjà ouverte."), code="R59")
    if at < wave.closes_at:
        raise Refused(_("La relève n’est pas close : ouvrez la session après la clôture des dépôts."), code="R02")
    _need_quorum(wave, by)
    session = Session(wave=wave, state="", chair=by, opened_at=at)
    move(session, "open", by)
    session.save(force_insert=True)
    own = Seat.objects.create(session=session, person=by, named_by=by, named_at=at)
    lines = _write(session)
    record("session.opened", session, by=by, at=at, state=session.state, wave=wave.pk, dossiers=len(lines), seat=own.pk)
    return session


def _votes(session: Session) -> dict[int, int | None]:
    return dict(session.lines.values_list("application_id", "vote"))


# What a line already there is rewritten with; its session and its dossier never change.
COMPUTED = (
    *("rank", "score_num", "score_den", "review_count", "decided_by", "below_floor", "divergence", "coverage_gain"),
    *("requested_cents", "vote", "vote_reason", "list", "reason", "sites", "reserve_order", "reserve_reason"),
)


def _write(session: Session) -> list[RankingLine]:
    """Brings the lines to what the counted reports say; lists and reasons stay, a vote falls with the tie it parted."""
    known = {line.application_id: line for line in session.lines.all()}
    fresh = ranking.compute(session, _votes(session))
    session.lines.exclude(application__in=[line.application_id for line in fresh]).delete()
    for line in fresh:
        old = known.get(line.application_id)
        if old is not None:
            line.pk, line.list, line.reason = old.pk, old.list, old.reason
            line.reserve_order, line.reserve_reason = old.reserve_order, old.reserve_reason
            line.vote_reason = old.vote_reason if line.vote is not None else ""
        if line.below_floor and line.list:
            line.list, line.reserve_order, line.reserve_reason = "not_selected", None, ""
        line.save(update_fields=COMPUTED if old is not None else None)
    settle_reserve(session)
    return fresh


@transaction.atomic
def rank_again(session: Session, *, by: Any, at: datetime | None = None) -> None:
    """Takes in the reports locked, and the dossiers withdrawn, since the ranking was computed."""
    at = hold_open(session, by, at)
    _need_quorum(session.wave, by)
    lines = _write(session)
    record("ranking.computed", session, by=by, at=at, dossiers=len(lines))


@transaction.atomic
def break_tie(
    session: Session, lines: Sequence[RankingLine], reason: str, *, by: Any, at: datetime | None = None
) -> None:
    """The chair's reasoned vote (R58, last tie-break): all the equals of one rank, in the order they shall stand."""
    at = hold_open(session, by, at)
    reason = need_reason(reason)
    need_no_link(by, lines)
    ranks = {line.rank for line in lines}
    equals = set(session.lines.filter(rank__in=ranks).values_list("pk", flat=True))
    if len(ranks) != 1 or len(equals) < 2 or equals != {line.pk for line in lines} or len(lines) != len(equals):
        raise Refused(
            _("Les dossiers à égalité ont changé : rechargez la page, puis ordonnez tous ceux de ce rang."),
            code="R58",
            field="order",
        )
    for place, line in enumerate(lines, 1):
        session.lines.filter(pk=line.pk).update(vote=place, vote_reason=reason)
    _write(session)
    record("ranking.voted", session, by=by, at=at, order=[line.application_id for line in lines])


@transaction.atomic
def close_session(session: Session, minutes: str, *, by: Any, at: datetime | None = None) -> None:
    """Freezes the list: ranking up to date, no tie left, every dossier listed, every skip reasoned, minutes written."""
    at = hold_open(session, by, at)
    minutes = need_reason(minutes, field="minutes")
    _need_settled(session, by)
    need_reasons(session, by)
    rise(session, by, at)
    move(session, "close", by)
    session.closed_at, session.minutes, session.chair = at, minutes, by
    session.save(update_fields=["state", "closed_at", "minutes", "chair"])
    counts: dict[str, Any] = {name: session.lines.filter(list=name).count() for name in RankingLine.List.values}
    panel = session.panel  # on the table, or not: the minutes tell
    counts["panel"] = panel and panel.pk
    counts["lines"] = [list(line) for line in session.lines.order_by("rank").values_list(*CLOSED)]
    record("session.closed", session, by=by, at=at, state=session.state, wave=session.wave_id, **counts)


# What the event of the closing tells of each line, for the minutes.
CLOSED = ("application", "rank", "score_num", "score_den", "list", "reserve_order", "requested_cents")


def _need_settled(session: Session, by: Any) -> None:
    """The stored ranking is what the reports say now, nobody is tied, nobody waits for a list or for admissibility."""
    _need_quorum(session.wave, by)
    waiting = Application.objects.filter(wave=session.wave_id, state="submitted").count()
    if waiting:
        raise Refused(
            ngettext(
                "%(count)s dossier déposé attend encore sa recevabilité : faites-la valider avant de clore.",
                "%(count)s dossiers déposés attendent encore leur recevabilité : faites-la valider avant de clore.",
                waiting,
            )
            % {"count": waiting},
            code="R53",
            waiting=waiting,
        )
    known = list(session.lines.order_by("application_id"))
    fresh = sorted(ranking.compute(session, _votes(session)), key=lambda line: line.application_id)
    if [(line.application_id, ranking.facts(line)) for line in known] != [
        (line.application_id, ranking.facts(line)) for line in fresh
    ]:
        raise Refused(_("Des évaluations ont changé depuis le classement : recalculez-le."), code="R58")
    places = [line.rank for line in known]
    if len(set(places)) != len(places):
        raise Refused(_("Des dossiers sont à égalité parfaite : votez leur ordre et motivez ce vote."), code="R58")
    lines = session.lines.filter(list="").select_related("application")
    named, masked = permissions.named(by, [line.application for line in lines])
    unlisted = [application.reference for application in named]
    if unlisted or masked:
        raise Refused(
            _("Choisissez une liste pour les dossiers restants : %(listed)s.")
            % {"listed": ", ".join([*unlisted, *masked])},
            code="R60",
            unlisted=unlisted,
        )
