"""The first page after sign-in: what each person has to do, nearest first."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from applications.models import Application, Membership, Piece, SignatureRequest, pledged, with_pledges
from applications.panels import own_parts
from applications.permissions import OPEN_STATES, signs_for
from applications.rules import pledge_of
from calls.models import Call
from calls.pieces import LETTER
from casework.models import ComplementRequest, Side, unread_count
from decisions.actions.proposal import APPROVAL
from decisions.models import Decision, Procedure, SignatureDelegation
from directory.forms import IN_EXCEPTION
from directory.models import AccountRequest
from edsh_portal import acts as two
from edsh_portal import clock, lists, money, verification
from edsh_portal.access import roles
from edsh_portal.templatetags.portal import paris_date
from funding.actions.account import VALIDATION
from funding.models import Convention, Shortage
from funding.models.consortium import awaits_signature
from funding.panels import amendments_to_sign, awaiting_agreement, finance_queue
from reviews import panels as evaluation
from reviews.actions.feedback import APPROVAL as FEEDBACK

from .. import awards, figures, inbox, judging
from ..inbox import Waiting
from ..stage import with_stage
from .acts import MINE

Task = dict[str, Any]
ENDS_SOON_DAYS = 30
LISTED = {"validator": (APPROVAL, VALIDATION), "jury_chair": (FEEDBACK,)}  # acts that a role has in lists of its own


def task(label: str, url: str, waiting: Waiting, *, hint: str = "", done: str = "", reads: bool = False) -> Task:
    """A line of the home: how many things wait behind it, and the first of them. `reads`: nothing is to be done of them."""
    count, tone = waiting.count, "info" if reads else "todo"
    words = _("%(n)s à lire") if reads else ngettext("%(n)s à faire", "%(n)s à faire", count)
    return {
        "label": label,
        "url": url,
        "hint": hint,
        "tag": words % {"n": waiting.told} if count else (done or _("rien à faire")),
        "tone": tone if count else "ok",
        "count": count,
        "told": waiting.told,
        "rows": waiting.rows,
    }


def _followed(pile: str, waiting: Waiting) -> Task:
    """A pile of the page that follows the evaluation."""
    return task(str(evaluation.FOLLOWED[pile]), f"{reverse('reviews:follow')}?pile={pile}", waiting, done=_("aucun"))


def _feedback(label: str, pile: str, waiting: Waiting) -> Task:
    return task(label, f"{reverse('reviews:feedbacks')}?pile={pile}", waiting, done=_("aucun"))


def instructor(user, now: datetime) -> list[Task]:
    piles = judging.followed(user, now)
    to_post, to_prepare, to_sign, agreements, amendments, observed, contested, claims, late = awards.lists_of(user)
    return [
        task(
            _("Dossiers à instruire (recevabilité)"),
            f"{reverse('casework:admissibilities')}?pile=examiner",
            inbox.to_examine(user, now),
        ),
        task(
            _("Dossiers recevables sans assez d’experts"),
            f"{reverse('reviews:matrix')}?pile=manque",
            inbox.short_of_experts(user, now),
        ),
        _followed("retard", piles["retard"]),
        _followed("declinees", piles["declinees"]),
        _feedback(_("Retours aux candidats à rédiger"), "rediger", piles["rediger"]),
        task(
            _("Aides et rejets à proposer"),
            f"{reverse('decisions:proposals')}?pile=proposer",
            inbox.to_propose(user, now),
        ),
        task(_("Questions posées avant le dépôt"), reverse("casework:questions"), inbox.to_answer(user)),
        task(_("Décisions à envoyer par lettre recommandée"), f"{reverse('decisions:batch')}?pile=courrier", to_post),
        task(_("Observations à examiner"), reverse("decisions:procedures"), observed),
        task(_("Recours à examiner"), reverse("decisions:remedies"), contested),
        task(_("Conventions à préparer"), f"{reverse('funding:conventions')}?pile=preparer", to_prepare),
        task(_("Conventions à faire signer par l’État"), f"{reverse('funding:conventions')}?pile=signer", to_sign),
        task(_("Accords de consortium à valider"), f"{reverse('funding:conventions')}?pile=accords", agreements),
        task(_("Avenants à instruire"), f"{reverse('funding:conventions')}?pile=avenants", amendments),
        task(_("États des dépenses à contrôler"), f"{reverse('funding:claims')}?pile=controler", claims),
        task(_("Délais de commencement à rappeler par courrier"), f"{reverse('funding:lapses')}?pile=courrier", late),
    ]


def validator(user, now: datetime) -> list[Task]:
    return [
        task(
            _("Recevabilités à valider"),
            f"{reverse('casework:admissibilities')}?pile=valider",
            inbox.to_validate(user, now),
        ),
        task(
            _("Aides et rejets à approuver"),
            f"{reverse('decisions:proposals')}?pile=approuver",
            inbox.to_approve(user, now),
        ),
        task(
            _("Coordonnées bancaires à valider"),
            f"{reverse('funding:conventions')}?pile=comptes",
            inbox.accounts_to_validate(user),
        ),
        *_signature(user),
    ]


def _signature(user) -> list[Task]:
    """A delegation that is missing, or ends soon without another after it."""
    today = clock.today()
    live = SignatureDelegation.objects.filter(holder=user, ended_at=None, last_on__gte=today).order_by("first_on")
    held = list(live)
    line = {"label": _("Votre délégation de signature"), "url": reverse("decisions:delegations"), "tone": "todo"}
    if not held or held[0].first_on > today:
        hint = _("Demandez-la au service instructeur : vous ne pouvez pas approuver de décision sans délégation.")
        return [line | {"tag": _("absente"), "alert": hint}]
    left = (held[-1].last_on - today).days
    if left > ENDS_SOON_DAYS:
        return []
    hint = _("Dernier jour : %(day)s. Demandez au service instructeur d’en proposer une autre.") % {
        "day": paris_date(held[-1].last_on)
    }
    return [line | {"tag": ngettext("%(n)s jour", "%(n)s jours", left) % {"n": left}, "alert": hint}]


def expert(user, now: datetime) -> list[Task]:
    files = reverse("reviews:my_files")
    unsigned, back = inbox.to_sign(user), judging.feedbacks(user, "rediger")
    return [
        *([task(_("Engagements à signer"), files, unsigned)] if unsigned.count else []),
        task(
            _("Déclarations d’intérêts à faire"),
            f"{files}?pile=declarer",
            inbox.assignments(user, "declarer", now),
        ),
        task(_("Dossiers à évaluer"), f"{files}?pile=evaluer", inbox.assignments(user, "evaluer", now)),
        *([_feedback(_("Retours à rédiger, comme rapporteur"), "rediger", back)] if back.count else []),
        *_hearings(user, now),
    ]


def _hearings(user, now: datetime) -> list[Task]:
    """Where they sit, once they are summoned."""
    waiting = inbox.hearings(user, now)
    return [task(_("Auditions à venir"), reverse("reviews:my_hearings"), waiting, reads=True)] if waiting.count else []


def jury_chair(user, now: datetime) -> list[Task]:
    waves = list(evaluation.open_waves(user))
    to_list = [
        task(
            _("Dossiers à classer, %(wave)s") % {"wave": wave},
            f"{reverse('reviews:session', args=[wave.number])}?pile=a-classer",
            inbox.to_list(user, wave, now),
        )
        for wave in waves
    ]
    return [
        *to_list,
        task(_("Liens d’intérêts à arbitrer"), reverse("reviews:rulings"), inbox.to_rule(user)),
        _followed("quorum", judging.without_quorum(user, now)),
        _followed("divergents", judging.divergent(user)),
        _feedback(_("Retours aux candidats à approuver"), "approuver", judging.feedbacks(user, "approuver")),
        task(_("Sessions ouvertes"), f"{reverse('reviews:sessions')}?pile=ouvertes", inbox.sessions(waves)),
        *_hearings(user, now),
    ]


def _credits() -> list[Task]:
    """CP that the forecast foresees to lack, as the last look of the day found them."""
    return [
        {
            "label": _("Crédits de paiement : manque prévu, %(source)s") % {"source": of.line.label},
            "url": reverse("funding:forecast"),
            "act": _("Voir la prévision"),
            "tag": date_format(of.month, "F Y"),
            "tone": "todo",
            "alert": _("Il manquera %(cents)s à la fin de %(year)s, à partir de %(month)s.")
            % {"cents": money.display(of.cents), "year": of.year, "month": date_format(of.month, "F Y")},
        }
        for of in Shortage.objects.filter(ended_at=None).select_related("line").order_by("month", "pk")
    ]


def _instalments(user, role: str, label: str) -> list[Task]:
    """Its queue, as the page of payments heads it."""
    part = next(part for part in finance_queue(user) if part["role"] == role)
    waiting, hint = inbox.instalments(user, part["state"]), money.display(part["cents"]) if part["cents"] else ""
    return [task(label, f"{reverse('funding:payments')}?state={part['state']}", waiting, hint=hint), *_credits()]


def certifier(user, now: datetime) -> list[Task]:
    return _instalments(user, "certifier", _("Services faits à certifier"))


def _leftovers(user) -> list[Task]:
    """Lines of the State's tools that match nothing of ours, where there are any."""
    waiting = inbox.leftovers(user)
    return [task(_("Écarts d’échanges à traiter"), reverse("funding:leftovers"), waiting)] if waiting.count else []


def orderer(user, now: datetime) -> list[Task]:
    return [*_instalments(user, "orderer", _("Versements à ordonnancer")), *_leftovers(user)]


def payer(user, now: datetime) -> list[Task]:
    return [*_instalments(user, "payer", _("Versements à payer")), *_leftovers(user)]


def direction(user, now: datetime) -> list[Task]:
    return [task(_("Décisions prêtes à publier"), reverse("decisions:release"), inbox.to_publish()), *_credits()]


def hdh(user, now: datetime) -> list[Task]:
    waiting = inbox.without_opinion(user, now)
    return [task(_("Avis à rendre sur le critère 12"), f"{reverse('reviews:opinions')}?pile=a-rendre", waiting)]


def _blocked(act: str) -> Task:
    url = f"{reverse('dashboards:jobs')}?state=blocked"
    return task(_("Tâches bloquées"), url, inbox.blocked_jobs(act), done=_("aucune"))


def auditor(user, now: datetime) -> list[Task]:
    acts, none = reverse("dashboards:acts"), _("aucun")
    proposed, approved = inbox.acts_to_read(user)
    return [
        task(_("Actes à deux à approuver"), f"{acts}?state=proposed", proposed, reads=True, done=none),
        task(_("Actes à deux approuvés"), f"{acts}?state=approved", approved, reads=True, done=none),
        _blocked(_("Lire la tâche")),
        {"label": _("Dossiers"), "url": reverse("dashboards:register"), "tag": _("lecture"), "tone": "info"},
        {"label": _("Comptes du grand livre"), "url": reverse("funding:accounts"), "tag": _("lecture"), "tone": "info"},
        {"label": _("Journal des faits"), "url": reverse("dashboards:events"), "tag": _("lecture"), "tone": "info"},
        {"label": _("Qui a lu quoi"), "url": reverse("dashboards:reads"), "tag": _("lecture"), "tone": "info"},
        {"label": _("Boîtes de l’auditeur"), "url": reverse("dashboards:boxes"), "tag": _("lecture"), "tone": "info"},
        {"label": _("Registres"), "url": reverse("admin:index"), "tag": _("lecture"), "tone": "info"},
    ]


def administrator(user, now: datetime) -> list[Task]:
    people = reverse("directory:people")
    return [
        _blocked(_("Voir et relancer")),
        task(
            _("Rôles en exception"),
            f"{people}?role={IN_EXCEPTION}",
            inbox.exceptions(),
            done=_("aucun"),
        ),
        task(_("Invitations sans réponse"), f"{people}#invitations", inbox.unanswered(now), done=_("aucune")),
        {"label": _("Personnes et rôles"), "url": reverse("directory:people"), "tag": _("gérer"), "tone": "info"},
        {
            "label": _("Délégations de la signature de l’État"),
            "url": reverse("decisions:delegations"),
            "tag": _("gérer"),
            "tone": "info",
        },
        {
            "label": _("Réglages de l’appel"),
            "url": reverse("calls:call_settings"),
            "tag": _("gérer"),
            "tone": "info",
        },
    ]


BY_ROLE: dict[str, tuple[Any, Callable[[Any, datetime], list[Task]]]] = {
    "instructor": (gettext_lazy("Instruction"), instructor),
    "validator": (gettext_lazy("Validation"), validator),
    "expert": (gettext_lazy("Expertise"), expert),
    "jury_chair": (gettext_lazy("Jury"), jury_chair),
    "certifier": (gettext_lazy("Service fait"), certifier),
    "orderer": (gettext_lazy("Ordonnancement"), orderer),
    "payer": (gettext_lazy("Paiement"), payer),
    "direction": (gettext_lazy("Direction"), direction),
    "hdh": (gettext_lazy("Health Data Hub"), hdh),
    "auditor": (gettext_lazy("Audit"), auditor),
    "administrator": (gettext_lazy("Administration"), administrator),
}


def hospital(user, now: datetime) -> dict[str, Any]:
    """What a hospital's person has: establishments, dossiers, invitations to answer, decisions and conventions."""
    asked_for = AccountRequest.objects.filter(state="proved", establishment=OuterRef("establishment"))
    own = user.affiliations.filter(ended_at=None).exclude(kind="employee")
    left = Application.objects.resumable_by(user, now)
    left_here = left.filter(coordinator=OuterRef("establishment"))
    links = list(
        own.annotate(asked_for=Exists(asked_for), left=Exists(left_here), amended=awaits_signature(F("establishment")))
    )  # asked further only where there is one
    kinds = {link.establishment_id: link.kind for link in links}
    if not kinds:
        return {}
    asked = ComplementRequest.objects.filter(application=OuterRef("pk"), state="asked").values("due_at")
    waiting = unread_count(user, Side.CONSORTIUM, thread__application=OuterRef("pk"))
    mine = with_stage(Application.objects.visible_to(user), user).for_list()
    agreement = awaiting_agreement(kinds).filter(application=OuterRef("pk")).values("pk")
    expected = Procedure.objects.filter(
        Q(closes_at=None) | Q(closes_at__gt=now), application=OuterRef("pk"), state="open", establishment__in=kinds
    ).order_by("closes_at", "pk")
    mine = mine.annotate(
        procedure_of=Subquery(expected.values("pk")[:1]), observed_until=Subquery(expected.values("closes_at")[:1])
    )
    own_here = Membership.objects.filter(application=OuterRef("pk"), establishment__in=kinds)
    gone = ExpressionWrapper(Exists(own_here.gone()) & ~Exists(own_here.stand()), BooleanField())
    mine = mine.annotate(asked_until=Subquery(asked), unread=waiting, agreement_of=Subquery(agreement), gone=gone)
    dossiers = list(mine[:25])
    parts = own_parts([held for held in dossiers if not held.gone], kinds, now)
    to_sign = amendments_to_sign(kinds) if any(link.amended for link in links) else []
    amended = {of["convention"]: of["amendment"] for of in to_sign}
    conventions = Convention.objects.filter(share__establishment__in=kinds).order_by("pk")
    return {
        "dossiers": [{"held": held, "parts": parts.get(held.pk)} for held in dossiers],
        "abandoned": list(left.select_related("coordinator")[:25]) if any(link.left for link in links) else [],
        "invitations": list(
            Membership.objects.filter(
                establishment__in=kinds, state="invited", application__state="draft"
            ).select_related("application__coordinator", "establishment")
        ),
        "decisions": list(Decision.objects.visible_to(user).select_related("application").order_by("-id")[:10]),
        "conventions": [
            {"held": held, "amendment": amended.get(held.pk)}
            for held in conventions.select_related("share__establishment", "share__grant__application")[:10]
        ],
        "amendments": [of["amendment"] for of in to_sign if of["convention"] is None],
        "procedures": [held for held in dossiers if held.procedure_of],
        "agreements": [held for held in dossiers if held.agreement_of],
        "may_create": "writer" in kinds.values() or "signatory" in kinds.values(),
        "asked_for": any(link.kind == "signatory" and link.asked_for for link in links),
        **_to_sign(user, now),
    }


def _to_sign(user, now: datetime) -> dict[str, Any]:
    """For who signs, by law or by delegation: the dossiers they are asked to deposit, the mandates they have to give."""
    bodies = list(signs_for(user))
    if not bodies:
        return {}
    dossiers = {"application__state__in": OPEN_STATES, "application__wave__closes_at__gt": now}
    asked = SignatureRequest.objects.filter(state="asked", application__coordinator__in=bodies, **dossiers)
    members = Membership.objects.filter(establishment__in=bodies, role="partner", state="accepted", **dossiers)
    letters = Piece.objects.filter(membership=OuterRef("pk"), code=LETTER, replaced_at=None)
    members = with_pledges(members.filter(~Exists(letters))).select_related("application", "establishment")
    due = [
        m for m in members.order_by("pk")[:25] if not ((pledge := pledge_of(m.mandate)) and pledge.covers(pledged(m)))
    ]
    return {
        "signs": bodies[:6],
        "asked": list(asked.select_related("application__coordinator", "asked_by").order_by("pk")[:25]),
        "mandates": due,
    }


def to_approve(user, held: frozenset[str]) -> dict[str, Any] | None:
    """The acts of two that wait for this person: all of them are counted; a row for those that no list of hers has already, oldest first."""
    waiting = two.waiting_for(user).order_by("pk")
    count = lists.counted(waiting)
    if not count:
        return None
    listed = [kind for role, kinds in LISTED.items() if role in held for kind in kinds]
    others = waiting.exclude(kind__in=listed)
    rows = inbox.acts(others, _("Lire et approuver")).rows
    return {
        "title": _("Actes à deux"),
        "tasks": [task(_("Actes à approuver"), f"{reverse('dashboards:acts')}?state={MINE}", Waiting(count, rows))],
    }


def account_requests(request: HttpRequest, now: datetime) -> dict[str, Any] | None:
    """The accounts asked for that this person may open, and the time left before the cut-off for which they are asked."""
    wave = (call := figures.current_call(request)) and figures.next_wave(call, now)
    asked = inbox.accounts_asked(request.user, wave.closes_at if wave and now < wave.closes_at else None)
    if not asked.count:
        return None
    listed = task(_("Demandes de compte à examiner"), reverse("directory:account_requests"), asked)
    return {"title": _("Demandes de compte"), "tasks": [listed]}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    held, now = roles(request.user), clock.of(request)
    sections = [
        {"title": title, "tasks": tasks(request.user, now)} for role, (title, tasks) in BY_ROLE.items() if role in held
    ]
    if held and (acts := to_approve(request.user, held)):
        sections.insert(0, acts)
    own = hospital(request.user, now)
    if ("instructor" in held or own.get("asked_for")) and (asked := account_requests(request, now)):
        sections.insert(0, asked)
    lines = [line for section in sections for line in section["tasks"]]
    context = {
        "sections": sections,
        "alerts": [line for line in lines if line.get("alert")],
        "lists": [line for line in lines if line.get("rows")],
        "hospital": own,
        "now": now,
    }
    if "auditor" in held:
        context |= {"audits": True, "verified": verification.last_whole()}
    if "direction" in held and (call := figures.current_call(request)) is not None:
        context |= five_figures(call)
    return render(request, "dashboards/home.html", context)


def five_figures(call: Call) -> dict[str, Any]:
    """What the direction reads first: asked, opened, decided, contracted, paid; the dashboard's own dictionaries."""
    totals = figures.totals(figures.funding_by_source(call))
    return {"demand": figures.demand(call), "totals": totals, "decisions": figures.decisions_by_kind(call)}
