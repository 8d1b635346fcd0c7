"""Panels other pages draw: the ruling on a dossier, the piles of the admissibility, the messages that wait."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from applications.models import Application
from applications.models.dossier import ApplicationQuerySet
from applications.panels import HOME, MORE
from edsh_portal.access import roles

from .models import Admissibility, ComplementRequest, Side, Thread, unread_count
from .models.messages import heard_as

PROPOSED = Admissibility.objects.filter(application=OuterRef("pk"), state="proposed")


RETURNED = Admissibility.objects.filter(application=OuterRef("pk"), state="returned")


ASKED = ComplementRequest.objects.filter(application=OuterRef("pk"), state="asked")


def in_admissibility(user: Any) -> ApplicationQuerySet:
    """Every deposited dossier with its place in the circuit; the deadline follows the cut-off, so dates sort it."""
    return (
        Application.objects.visible_to(user)
        .exclude(submitted_at=None)
        .annotate(
            has_opinion=Exists(PROPOSED),
            was_returned=Exists(RETURNED),
            is_completed=Exists(ASKED),
            is_mine=Exists(PROPOSED.filter(proposed_by=user)),
            unread=unread_count(user, Side.SERVICE, thread__application=OuterRef("pk")),
        )
    )


def asked_before_deposit(user: Any) -> QuerySet[Any]:
    """The exchanges of the dossiers that are not deposited, for who answers them, each with how many messages wait (`unread`)."""
    if not user.is_authenticated or not user.is_active:
        return Thread.objects.none()
    heard = heard_as(Application.objects.filter(submitted_at=None), user.pk, roles(user))
    held: Any = Thread.objects.filter(application__in=heard.order_by().values("pk"))
    return held.annotate(unread=unread_count(user, Side.SERVICE, thread=OuterRef("pk")))


def admissibility_piles(now: datetime) -> dict[str, tuple[str, Q]]:
    """The piles: their words and what is in them. Nobody may rule while complements are awaited."""
    waiting = Q(state="submitted", wave__closes_at__lte=now)
    return {
        "examiner": (_("À examiner"), waiting & Q(has_opinion=False, is_completed=False)),
        "complements": (_("Compléments attendus"), waiting & Q(is_completed=True)),
        "valider": (_("À valider"), waiting & Q(has_opinion=True)),
        "rendus": (_("Avis rendus"), Q(state__in=("admissible", "inadmissible", "ineligible", "closed"))),
        "a-venir": (_("Relève ouverte"), Q(state="submitted", wave__closes_at__gt=now)),
    }


RULED = (
    Application.State.ADMISSIBLE,
    Application.State.INADMISSIBLE,
    Application.State.INELIGIBLE,
    Application.State.CLOSED,
)


def ruling(application: Application) -> Admissibility | None:
    """What made a dossier admissible or not, for casework/_ruling.html; one query, none before the ruling."""
    if application.state not in RULED:
        return None
    return application.admissibilities.filter(state__in=("validated", "deemed")).first()


MORE["unread"] = lambda person: unread_count(person, Side.CONSORTIUM, thread__application=OuterRef("pk"))
HOME["ruling"] = ruling
