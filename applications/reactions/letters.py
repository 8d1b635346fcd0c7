"""The courtesy mails of the dossier: their families, who reads them, one to each person."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from directory.models import Affiliation, User
from edsh_portal import mail
from edsh_portal.events import Effect
from edsh_portal.models import Event

from ..models import Application
from ..permissions import WRITES

mail.FAMILIES |= {
    "consortium": (
        gettext_lazy("Consortium"),
        gettext_lazy("Invitations à rejoindre un dossier, réponses à vos invitations."),
    ),
    "progress": (
        gettext_lazy("Vie du dossier"),
        gettext_lazy("Dossier retiré, non déposé ou recevable, compléments reçus, fin d’une demande de compléments."),
    ),
    "messages": (
        gettext_lazy("Messages"),
        gettext_lazy("Un nouveau message du consortium ou du service instructeur."),
    ),
    "signature": (
        gettext_lazy("Signature"),
        gettext_lazy("Un dossier ou un mandat à signer, un mandat donné, un dossier renvoyé avec des remarques."),
    ),
    "reminders": (gettext_lazy("Rappels"), gettext_lazy("Une échéance approche.")),
}


def people_of(establishments: Iterable[int]) -> list[User]:
    """Writers and legal representatives of these establishments today, each once."""
    held = Affiliation.objects.filter(establishment__in=list(establishments), ended_at__isnull=True, kind__in=WRITES)
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))


def letters(event: Event, template: str, people: list[User], link: str, *, family: str = "", **context: Any) -> Effect:
    """One courtesy a person; without a family it is due: nobody may put it off."""

    def effect() -> None:
        for person in people:
            mail.post(event, template=template, to=person, context={"link": link, **context}, family=family)

    return effect


def home(application: Application) -> str:
    return reverse("applications:dossier", args=[application.reference])


def members_of(application: Application) -> list[int]:
    return list(application.memberships.stand().values_list("establishment", flat=True))


def officers() -> list[User]:
    return list(User.objects.filter(groups__name="instructor", is_active=True).order_by("pk"))
