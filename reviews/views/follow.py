"""What goes wrong while dossiers are judged, in piles that the homes count: late reports, experts to replace, no quorum, divergence."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from edsh_portal import asked, clock
from edsh_portal.access import role_required
from edsh_portal.lists import page_of
from edsh_portal.templatetags.portal import paris_short

from .. import panels
from ..models import SEES_ASSIGNMENTS

Row = dict[str, Any]


@require_safe
@role_required(*SEES_ASSIGNMENTS)
def follow(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    pile = asked.choice(request, "pile", panels.FOLLOWED, "retard")
    told: dict[str, tuple[Callable[[], QuerySet[Any]], Callable[[Any], Row]]] = {
        "retard": (lambda: panels.late_reports(request.user, now), _late),
        "declinees": (lambda: panels.to_replace(request.user), _stepped_back),
        "quorum": (lambda: panels.without_quorum(request.user, now).select_related("coordinator"), _short),
        "divergents": (lambda: panels.divergent(request.user), _apart),
    }
    rows, tell = told[pile]
    page = page_of(request, rows())
    context = {
        "page": page,
        "rows": [tell(one) for one in page],
        "title": panels.FOLLOWED[pile],
        "tabs": [
            {"label": label, "url": f"?pile={code}", "current": code == pile} for code, label in panels.FOLLOWED.items()
        ],
    }
    return render(request, "reviews/follow.html", context)


def _of(reference: str, page: str, act: str, who: Any, fact: str) -> Row:
    return {
        "name": reference,
        "url": reverse(f"reviews:{page}", args=[reference]),
        "act": act,
        "who": who,
        "fact": fact,
    }


def _late(one: Any) -> Row:
    fact = _("attendue le %(at)s") % {"at": paris_short(one.due_at)}
    return _of(one.application.reference, "assignments", _("Voir les experts du dossier"), one.expert, fact)


def _stepped_back(one: Any) -> Row:
    fact = one.get_cause_display() or one.get_state_display()
    if one.suggested:
        fact = _("%(fact)s ; suggère %(name)s") % {"fact": fact, "name": one.suggested}
    return _of(one.application.reference, "assignments", _("Choisir qui remplace"), one.expert, str(fact))


def _short(one: Any) -> Row:
    fact = _("évaluations rendues : %(done)s sur %(quorum)s") % {"done": one.done, "quorum": one.quorum}
    return _of(one.reference, "assignments", _("Voir les experts du dossier"), one.coordinator, fact)


def _apart(one: Any) -> Row:
    act = _("Lire la discussion") if one.rapporteur_id else _("Désigner le rapporteur")
    fact = _("divergent : %(found)s") % {"found": one.found}
    return _of(one.application.reference, "discussion", act, one.application.coordinator, fact)
