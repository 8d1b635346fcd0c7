"""What waits of an evaluation that goes on, or has ended: late reports, experts to replace, no quorum, divergence, what comes back."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from directory.models import User
from edsh_portal import lists
from edsh_portal.clock import civil
from edsh_portal.templatetags.portal import paris_short
from reviews import panels as evaluation

from .inbox import Row, Waiting, first


def since_on(at: datetime) -> str:
    return _("depuis le %(day)s") % {"day": paris_short(civil(at))}


def followed(user: Any, now: datetime) -> dict[str, Waiting]:
    """What an officer follows, by pile, counted in one query: its rows are on the page of each."""
    piles = {
        "retard": evaluation.late_reports(user, now),
        "declinees": evaluation.to_replace(user),
        "rediger": evaluation.feedbacks(user, "rediger"),
    }
    counts = {pile: lists.in_all(rows) for pile, rows in piles.items()}
    found = User.objects.filter(pk=user.pk).values(**counts).get()
    return {pile: Waiting(count) for pile, count in found.items()}


def without_quorum(user: Any, now: datetime) -> Waiting:
    def told(held: Any) -> Row:
        url = reverse("reviews:assignments", args=[held.reference])
        note = _("évaluations rendues : %(done)s sur %(quorum)s") % {"done": held.done, "quorum": held.quorum}
        return Row(held.reference, url, _("Voir les experts"), held.coordinator.name, note=note)

    return first(evaluation.without_quorum(user, now).select_related("coordinator"), told)


def divergent(user: Any) -> Waiting:
    def told(held: Any) -> Row:
        url = reverse("reviews:discussion", args=[held.application.reference])
        act = _("Lire la discussion") if held.rapporteur_id else _("Désigner le rapporteur")
        note, by = _("divergent : %(found)s") % {"found": held.found}, since_on(held.opened_at)
        return Row(held.application.reference, url, act, held.application.coordinator.name, note, by=by)

    return first(evaluation.divergent(user), told)


def feedbacks(user: Any, pile: str) -> Waiting:
    """What comes back to applicants: to write, or to approve."""

    def told(held: Any) -> Row:
        act = _("Lire et approuver") if pile == "approuver" else _("Rédiger le retour")
        url, note = reverse("reviews:feedback", args=[held.reference]), _("relève %(n)s") % {"n": held.wave.number}
        return Row(held.reference, url, act, held.coordinator.name, note=note)

    return first(evaluation.feedbacks(user, pile).select_related("wave", "coordinator"), told)
