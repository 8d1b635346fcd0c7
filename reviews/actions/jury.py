"""Verbs of the jury: open on complete reports, rank, part equals, list, close."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Application
from calls.models import Wave
from edsh_portal.changes import over
from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, Step, move, need_reason, steps

from .. import permissions, ranking
from ..models import RankingLine, Session, in_words

SESSION_STEPS = steps(
    "session",
    Session,
    [
        Step("open", ("",), "open", permissions.can_chair, gettext_lazy("Ouvrir la session")),
        Step("close", ("open",), "closed", permissions.can_chair, gettext_lazy("Clore la session")),
    ],
)


def _hold_open(session: Session, by: Any, at: datetime | None) -> datetime:
    """Locks the session; only a chair, only while it sits."""
    session.refresh_from_db(from_queryset=Session.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_chair(by, session):
        raise PermissionDenied
    if session.state != "open":
        raise Refused(_("La session est close : la liste ne change plus."), code="R59")
    return instant(at, session)


def _need_quorum(wave: Wave) -> None:
    """R53: a dossier short of reports cannot be ranked, and no dossier is ranked without the others."""
    found = ranking.entries(wave)
    if not found:
        raise Refused(_("Aucun dossier recevable n’est à classer dans cette relève."), code="R53")
    quorum = wave.settings.quorum
    short = {application.reference: len(entry.reports) for application, entry in found if len(entry.reports) < quorum}
    if short:
        listed = ", ".join(f"{reference} ({count}/{quorum})" for reference, count in sorted(short.items()))
        raise Refused(
            ngettext(
                "Le quorum de %(quorum)s évaluation verrouillée n’est pas atteint : %(listed)s.",
                "Le quorum de %(quorum)s évaluations verrouillées n’est pas atteint : %(listed)s.",
                quorum,
            )
            % {"quorum": quorum, "listed": listed},
            code="R53",
            short=short,
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
    _need_quorum(wave)
    session = Session(wave=wave, state="", chair=by, opened_at=at)
    move(session, "open", by)
    session.save(force_insert=True)
    lines = _write(session)
    record("session.opened", session, by=by, at=at, state=session.state, wave=wave.pk, dossiers=len(lines))
    return session


def _votes(session: Session) -> dict[int, int | None]:
    return dict(session.lines.values_list("application_id", "vote"))


# What a line already there is rewritten with; its session and its dossier never change.
COMPUTED = (
    *("rank", "score_num", "score_den", "review_count", "decided_by", "below_floor", "divergence", "coverage_gain"),
    *("requested_cents", "vote", "vote_reason", "list", "reason"),
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
            line.vote_reason = old.vote_reason if line.vote is not None else ""
        if line.below_floor and line.list:
            line.list = "not_selected"
        line.save(update_fields=COMPUTED if old is not None else None)
    return fresh


@transaction.atomic
def rank_again(session: Session, *, by: Any, at: datetime | None = None) -> None:
    """Takes in the reports locked, and the dossiers withdrawn, since the ranking was computed."""
    at = _hold_open(session, by, at)
    _need_quorum(session.wave)
    lines = _write(session)
    record("ranking.computed", session, by=by, at=at, dossiers=len(lines))


@transaction.atomic
def break_tie(
    session: Session, lines: Sequence[RankingLine], reason: str, *, by: Any, at: datetime | None = None
) -> None:
    """The chair's reasoned vote (R58, last tie-break): all the equals of one rank, in the order they shall stand."""
    at = _hold_open(session, by, at)
    reason = need_reason(reason)
    for line in lines:
        _need_no_link(by, line.application)
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


def _need_no_link(by: Any, application: Application) -> None:
    fact = permissions.conflict(by, application)
    if fact:
        raise Refused(
            _("Vous êtes en conflit d’intérêts avec ce dossier (%(fact)s) : une autre présidence doit le classer.")
            % {"fact": in_words(fact)},
            code="R50",
            fact=fact,
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
    """Puts a dossier on a list. A better-ranked dossier on a worse list is a skip, and a skip has its reason (R61). `read`: {list,
    reason} as the page had shown them (W04 when another chair has changed them)."""
    session = line.session
    at = _hold_open(session, by, at)
    line.refresh_from_db(from_queryset=RankingLine.objects.select_for_update(no_key=True, of=("self",)))
    _need_no_link(by, line.application)
    if list not in RankingLine.List.values:
        raise Refused(_("Choisissez une liste : principale, complémentaire, ou non retenu."), code="R60", field="list")
    if line.below_floor and list != "not_selected":
        raise Refused(
            _("Note éliminatoire au critère %(criteria)s : classez ce dossier parmi les non retenus.")
            % {"criteria": line.below_floor},
            code="R54",
            field="list",
        )
    fresh = over({"list": line.list, "reason": line.reason}, {"list": list, "reason": reason.strip()}, read)
    line.list, line.reason = fresh.get("list", line.list), fresh.get("reason", line.reason)
    line.save(update_fields=["list", "reason"])
    _need_reasons(session, about=line)
    record(
        "ranking.listed", line, by=by, at=at, stream=f"session:{session.pk}", application=line.application_id, list=list
    )


def _need_reasons(session: Session, about: RankingLine | None = None) -> None:
    """Every skip among the lines already listed has its reason; the phrase names the dossier passed over."""
    for line in ranking.unreasoned(session.lines.select_related("application")):
        own = about is not None and line.pk == about.pk
        phrase = (
            _("Un dossier moins bien classé est sur une meilleure liste : indiquez pourquoi celui-ci est écarté.")
            if own
            else _("Le dossier %(reference)s, mieux classé, serait écarté sans motif : indiquez d’abord son motif.")
            % {"reference": line.application.reference}
        )
        raise Refused(phrase, code="R61", field="reason" if own else "list", application=line.application_id)


@transaction.atomic
def close_session(session: Session, minutes: str, *, by: Any, at: datetime | None = None) -> None:
    """Freezes the list: ranking up to date, no tie left, every dossier listed, every skip reasoned, minutes written."""
    at = _hold_open(session, by, at)
    minutes = need_reason(minutes, field="minutes")
    _need_settled(session)
    _need_reasons(session)
    move(session, "close", by)
    session.closed_at, session.minutes, session.chair = at, minutes, by
    session.save(update_fields=["state", "closed_at", "minutes", "chair"])
    counts: dict[str, Any] = {name: session.lines.filter(list=name).count() for name in RankingLine.List.values}
    panel = session.panel  # on the table, or not: the minutes tell
    counts["panel"] = panel and panel.pk
    record("session.closed", session, by=by, at=at, state=session.state, wave=session.wave_id, **counts)


def _need_settled(session: Session) -> None:
    """The stored ranking is what the reports say now, nobody is tied, nobody waits for a list or for admissibility."""
    _need_quorum(session.wave)
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
    unlisted = sorted(
        line.application.reference for line in session.lines.filter(list="").select_related("application")
    )
    if unlisted:
        raise Refused(
            _("Choisissez une liste pour les dossiers restants : %(listed)s.") % {"listed": ", ".join(unlisted)},
            code="R60",
            unlisted=unlisted,
        )
