"""What waits for a person of the State, row by row: what it is about, who, until when, and the one act. The home shows the first ones.

Each list is asked of the panel behind the page it opens, so that both show the same rows, the first of them and their number in one query.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.models import Application
from applications.models.dossier import ApplicationQuerySet
from calls.clocks import deadlines, urgency
from calls.models import Wave
from casework.models import Thread
from casework.panels import admissibility_piles, asked_before_deposit, in_admissibility
from decisions import panels as programme
from decisions.models import Proposal
from directory.models import AccountRequest, Invitation, User
from edsh_portal import acts as two
from edsh_portal import lists, money
from edsh_portal.access import ROLES
from edsh_portal.clock import civil
from edsh_portal.models import Act
from edsh_portal.templatetags.portal import duration_left, paris_short
from edsh_portal.workflow import available
from funding.models import Convention, ImportLine, Instalment
from reviews import panels as evaluation
from reviews.models import RankingLine

from . import jobs

MOST = 5


@dataclass(frozen=True)
class Row:
    """`by` the deadline (or since when it waits) in words, `left_until` the instant that ends it, `urgency` as clocks call it."""

    name: str
    url: str
    act: str
    who: str = ""
    note: str = ""
    by: str = ""
    left_until: datetime | None = None
    urgency: str = ""


@dataclass(frozen=True)
class Waiting:
    """How many there are in all, as `edsh_portal/lists.py` counts them, and the first ones."""

    count: int
    rows: tuple[Row, ...] = ()

    @property
    def told(self) -> str:
        return lists.told(self.count)


def first(
    queryset: QuerySet[Any], told: Callable[[Any], Row], among: Callable[[list[Any]], Iterable[Any]] = list
) -> Waiting:
    """`among`: reads beside them, all at once, what the rows tell."""
    found = _first(queryset)
    return _waiting(found, [told(one) for one in among(found)])


def first_dossiers(rows: ApplicationQuerySet, told: Callable[[Any], Row]) -> Waiting:
    """Chosen by their keys, then read: what the register says of a dossier is dear to sort with it."""
    chosen = rows.filter(lists.among(rows[:MOST])).for_register()
    found = list(chosen.annotate(in_all=lists.in_all(rows)))
    return _waiting(found, map(told, found))


def _first(queryset: QuerySet[Any]) -> list[Any]:
    return list(queryset.annotate(in_all=lists.in_all(queryset))[:MOST])


def _first_of_each(lists_: Iterable[QuerySet[Any]]) -> list[list[Any]]:
    """The same of several lists, in one query."""
    some = [rows.annotate(in_all=lists.in_all(rows), of=Value(n))[:MOST] for n, rows in enumerate(lists_)]
    found = list(some[0].union(*some[1:], all=True))
    return [[row for row in found if row.of == n] for n in range(len(some))]


def _waiting(found: list[Any], rows: Iterable[Row]) -> Waiting:
    return Waiting(found[0].in_all if found else 0, tuple(rows))


def _deadline(held: Application, now: datetime, *, decision: bool = True) -> dict[str, Any]:
    """The legal period that runs for a deposited dossier: that of the decision, else of the admissibility."""
    periods = deadlines(held)
    if decision:
        by, day, bound = _("décision avant la fin du %(day)s"), periods.decision_on, periods.decision_at
    else:
        by, day = _("recevabilité avant la fin du %(day)s"), periods.admissibility_on
        bound = periods.admissibility_at
    return {"by": by % {"day": paris_short(day)}, "left_until": bound, "urgency": urgency(now, bound)}


def _of_dossier(
    held: Application, url: str, act: str, now: datetime, *, decision: bool = True, who: str = "", note: str = ""
) -> Row:
    """A dossier as it was deposited, with its deadline."""
    return Row(
        name=f"{held.reference} · {held.shown_acronym}",
        url=reverse(url, args=[held.reference]),
        act=act,
        **_deadline(held, now, decision=decision),
        who=who or held.coordinator.name,
        note=note,
    )


# ── the officer and who validates ────────────────────────────────────────────────────────────────────────────────────
def _admissibilities(user: Any, pile: str, now: datetime) -> ApplicationQuerySet:
    rows = in_admissibility(user).filter(admissibility_piles(now)[pile][1])
    return rows.order_by("wave__closes_at", "submitted_at", "pk")


def to_examine(user: Any, now: datetime) -> Waiting:
    def told(held: Application) -> Row:
        act = _("Reprendre l’examen") if held.was_returned else _("Examiner")
        return _of_dossier(held, "casework:admissibility", act, now, decision=False)

    return first_dossiers(_admissibilities(user, "examiner", now), told)


def to_validate(user: Any, now: datetime) -> Waiting:
    def told(held: Application) -> Row:
        if held.is_mine:  # another person validates it
            return _of_dossier(held, "casework:admissibility", _("Relire"), now, decision=False)
        return _of_dossier(held, "casework:validate_admissibility", _("Valider ou renvoyer"), now, decision=False)

    return first_dossiers(_admissibilities(user, "valider", now), told)


def accounts_asked(user: Any, closes_at: datetime | None) -> Waiting:
    """Of the establishments this person may answer for, the oldest first; `closes_at` the cut-off that they are asked for."""
    rows = AccountRequest.objects.visible_to(user).filter(state=AccountRequest.State.PROVED).for_list()
    by = _("clôture le %(at)s") % {"at": paris_short(closes_at)} if closes_at else ""

    def told(asked: AccountRequest) -> Row:
        who, url = f"{asked.full_name}, {asked.function}", reverse("directory:account_request", args=[asked.pk])
        return Row(who, url, _("Examiner"), asked.establishment.name, by=by, left_until=closes_at)

    return first(rows, told)


def short_of_experts(user: Any, now: datetime) -> Waiting:
    return first_dossiers(
        evaluation.short_of_experts(user).order_by("wave__closes_at", "reference"),
        lambda held: _of_dossier(held, "reviews:assignments", _("Choisir les experts"), now),
    )


def to_propose(user: Any, now: datetime) -> Waiting:
    def told(held: Any) -> Row:
        aided = held.state == Application.State.ADMISSIBLE and held.list in ("main", "reserve")
        act = _("Proposer une aide") if aided else _("Proposer le rejet")
        note = _("rang %(rank)s") % {"rank": held.rank} if held.rank else ""
        return _of_dossier(held, "decisions:propose", act, now, note=note)

    return first_dossiers(programme.to_propose(user).prefetch_related(None), told)


def to_approve(user: Any, now: datetime) -> Waiting:
    def told(held: Any) -> Row:
        proposal = held.waiting[0]
        by = _("proposé par %(who)s") % {"who": proposal.proposed_by}
        note = money.display(proposal.cents) if proposal.cents else proposal.get_kind_display()
        return _of_dossier(held, "decisions:approve", _("Approuver ou renvoyer"), now, who=by, note=note)

    proposals = Proposal.objects.filter(state="proposed").select_related("proposed_by")
    rows = programme.to_approve(user).prefetch_related(None)
    return first_dossiers(rows.prefetch_related(Prefetch("proposals", proposals, to_attr="waiting")), told)


def to_answer(user: Any) -> Waiting:
    rows = asked_before_deposit(user).filter(unread__gt=0).select_related("application__coordinator")

    def told(thread: Thread) -> Row:
        held = thread.application
        url = reverse("casework:thread", args=[held.reference, thread.pk])
        return Row(str(held), url, _("Répondre"), held.coordinator.name, note=thread.subject)

    return first(rows.order_by("-pk"), told)


def accounts_to_validate(user: Any) -> Waiting:
    rows = Convention.objects.visible_to(user).with_account_to_validate(user)

    def told(held: Convention) -> Row:
        share, url = held.share, reverse("funding:convention", args=[held.pk])
        return Row(share.establishment.name, url, _("Vérifier le compte"), str(share.grant.application))

    return first(rows.select_related("share__establishment", "share__grant__application").order_by("pk"), told)


# ── experts, jury, Health Data Hub ───────────────────────────────────────────────────────────────────────────────────
def assignments(user: Any, pile: str, now: datetime) -> Waiting:
    act, page = {
        "declarer": (_("Déclarer mes intérêts"), "reviews:declare"),
        "evaluer": (_("Évaluer"), "reviews:read"),
    }[pile]

    def told(held: Any) -> Row:
        place, note = _next_of(held) if pile == "evaluer" else ("", "")
        return Row(
            name=held.application.reference,
            url=f"{reverse(page, args=[held.pk])}{place}",
            act=act,
            who=held.title,
            note=note,
            by=_before(held.due_at, now),
            left_until=held.due_at,
            urgency=urgency(now, held.due_at),
        )

    rows = evaluation.assignments_of(user, pile).for_list().select_related("application__wave__settings", "review")
    return first(rows, told, evaluation.next_criteria if pile == "evaluer" else list)


def _before(at: datetime, now: datetime) -> str:
    """The deadline, and the time left before it."""
    by = _("avant le %(at)s") % {"at": paris_short(at)}
    return _("%(by)s, reste %(left)s") % {"by": by, "left": duration_left(at, now)} if now < at else by


def _next_of(held: Any) -> tuple[str, str]:
    """Where the next criterion stands on the page, and what of the grid is done."""
    if held.next is None:
        return "", _("grille complète, à verrouiller")
    words = {"number": held.next, "done": held.done, "of": held.of}
    return f"#criterion-{held.next}", _("critère %(number)s à noter, %(done)s sur %(of)s faits") % words


def to_sign(user: Any) -> Waiting:
    """Undertakings without which dossiers that were confided stay shut."""

    def told(wave: Any) -> Row:
        url, act = reverse("reviews:undertaking", args=[wave.number]), _("Lire et signer")
        files = ngettext("%(n)s dossier attend", "%(n)s dossiers attendent", wave.files) % {"n": wave.files}
        return Row(str(wave), url, act, note=files)

    waves = evaluation.to_sign(user)
    return Waiting(len(waves), tuple(told(wave) for wave in waves[:MOST]))


def hearings(user: Any, now: datetime) -> Waiting:
    """Those where this person sits, to come."""

    def told(held: Any) -> Row:
        at = f"{paris_short(held.starts_at)}, {held.venue}"
        return Row(held.application.reference, reverse("reviews:my_hearings"), _("Voir l’audition"), by=at)

    return first(evaluation.hearings_of(user, now), told)


def to_rule(user: Any) -> Waiting:
    def told(held: Any) -> Row:
        url, act = reverse("reviews:rule", args=[held.pk]), _("Lire et décider")
        return Row(held.application.reference, url, act, who=str(held.expert), note=held.fact_in_words)

    return first(evaluation.to_rule(user), told)


def sessions(waves: Sequence[Any]) -> Waiting:
    """Open sessions; a row for those whose dossiers all have their list."""

    def told(wave: Any) -> Row:
        url, chair = reverse("reviews:session", args=[wave.number]), str(wave.session.chair)
        return Row(str(wave), url, _("Relire et clore"), chair, note=_("tous les dossiers sont classés"))

    return Waiting(len(waves), tuple(told(wave) for wave in waves[:MOST] if not wave.unlisted))


def to_list(user: Any, wave: Wave, now: datetime) -> Waiting:
    """Dossiers that the jury of this wave has put on no list yet, best first."""

    def told(line: RankingLine) -> Row:
        held = line.application
        return Row(
            name=str(held),
            url=reverse("reviews:line", args=[wave.number, held.reference]),
            act=_("Classer"),
            who=held.coordinator.name,
            note=_("rang %(rank)s") % {"rank": line.rank},
            **_deadline(held, now),
        )

    lines = RankingLine.objects.visible_to(user).filter(session__wave=wave, list="").for_list()
    return first(lines.select_related("application__wave__settings"), told)


def without_opinion(user: Any, now: datetime) -> Waiting:
    rows = evaluation.without_opinion(user).order_by("wave__closes_at", "reference")
    return first_dossiers(rows, lambda held: _of_dossier(held, "reviews:opinion", _("Rendre l’avis"), now))


# ── money and publication ────────────────────────────────────────────────────────────────────────────────────────────
SINCE = {"planned": "planned_at", "certified": "certified_at", "ordered": "ordered_at"}


def instalments(user: Any, state: str) -> Waiting:
    def told(row: Instalment) -> Row:
        share = row.convention.share
        step = next((step for step in available(row, user) if not step.reason), None)
        return Row(
            name=share.establishment.name,
            url=reverse(f"funding:{step.name if step else 'instalment'}", args=[row.pk]),
            act=str(step.label) if step else _("Relire"),
            who=str(share.grant.application),
            note=f"{row.get_kind_display()} n° {row.number}, {money.display(row.cents)}",
            by=_("en attente depuis le %(day)s") % {"day": paris_short(civil(getattr(row, SINCE[state])))},
        )

    return first(Instalment.objects.visible_to(user).matching(state=state).for_list(), told)


def leftovers(user: Any) -> Waiting:
    """Imported lines that match no engagement and no payment request of ours, the oldest first."""

    def told(line: ImportLine) -> Row:
        url = reverse("funding:settle_line", args=[line.pk])
        where = _("%(file)s, ligne %(n)s") % {"file": line.file.name, "n": line.number}
        return Row(line.reference, url, _("Traiter"), where, note=money.display(line.cents))

    return first(ImportLine.objects.visible_to(user).leftover(), told)


def to_publish() -> Waiting:
    def told(held: Any) -> Row:
        url, about = reverse("decisions:decision", args=[held.number]), held.application
        note = money.display(held.cents) if held.cents else held.get_kind_display()
        return Row(held.number, url, _("Relire la décision"), f"{about} · {about.coordinator.name}", note=note)

    return first(programme.to_publish().select_related("application__coordinator"), told)


# ── who administers, who audits ──────────────────────────────────────────────────────────────────────────────────────
def acts(found: QuerySet[Any], act: str) -> Waiting:
    """Acts of two that wait, each told by its kind."""
    return first(found.select_related("proposed_by"), lambda of: _of_act(of[0], of[1], act), two.with_subjects)


def acts_to_read(user: Any) -> tuple[Waiting, Waiting]:
    """Those that this person may know of: what waits for a second person, then what was approved, told by its kind alone (its subjects
    would be asked of as many tables as there are kinds)."""
    proposed, approved = _first_of_each(
        two.listed(user, state).select_related("proposed_by", "decided_by") for state in ("proposed", "approved")
    )
    waiting = [_of_act(act, subject, _("Lire l’acte")) for act, subject in two.with_subjects(proposed)]
    return _waiting(proposed, waiting), _waiting(approved, [_of_act(act, None, _("Lire l’acte")) for act in approved])


def _of_act(held: Act, subject: Any, act: str) -> Row:
    kind, url = two.KINDS[held.kind], reverse("dashboards:act", args=[held.pk])
    if held.state == Act.State.APPROVED and held.decided_at:
        by = _on(_("approuvé le %(day)s par %(who)s"), held.decided_at, who=held.decided_by)
    else:
        by = _on(_("en attente depuis le %(day)s"), held.proposed_at)
    who = _("proposé par %(who)s") % {"who": held.proposed_by}
    if subject is None:
        return Row(str(kind.label), url, act, who, by=by)
    return Row(kind.says(held, subject), url, act, who, note=str(kind.label), by=by)


def _on(words: str, at: datetime, **more: Any) -> str:
    return words % {"day": paris_short(civil(at)), **more}


def blocked_jobs(act: str) -> Waiting:
    url = f"{reverse('dashboards:jobs')}?state=blocked"

    def told(job: Any) -> Row:
        tries = ngettext("%(n)s essai", "%(n)s essais", job.tries) % {"n": job.tries}
        return Row(str(job.says), url, act, job.about, note=tries, by=_on(_("à faire depuis le %(day)s"), job.due_at))

    return first(jobs.listed("blocked"), told, jobs.named)


def unanswered(now: datetime) -> Waiting:
    """Invitations that nobody has answered, those that have ended first."""

    def told(invitation: Invitation) -> Row:
        ended = invitation.expires_at <= now
        words = _("expirée le %(day)s") if ended else _("valable jusqu’au %(day)s")
        role, place = ROLES.get(invitation.role, ""), invitation.establishment
        return Row(
            invitation.full_name,
            f"{reverse('directory:people')}#invitations",
            _("Renvoyer l’invitation") if ended else _("Voir l’invitation"),
            who=" · ".join(str(one) for one in (place and place.name, role) if one),
            by=_on(words, invitation.expires_at),
        )

    return first(Invitation.objects.unanswered(), told)


def exceptions() -> Waiting:
    """People who hold, until a day, a role that does not go with what they are; the nearest end first."""

    def told(person: Any) -> Row:
        names = ", ".join(str(ROLES.get(one.role, one.role)) for one in person.role_exceptions.all())
        by = _("prend fin le %(day)s") % {"day": paris_short(person.exception_ends_on)}
        return Row(person.full_name, reverse("directory:person", args=[person.pk]), _("Revoir ses rôles"), names, by=by)

    people = User.objects.in_exception().order_by("exception_ends_on", "pk")
    return first(people.prefetch_related("role_exceptions"), told)
