"""The portal's own tasks, in words: what each does, the dossier it is about, which queue is alive. Codes stay behind « Détails »."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal import clock
from edsh_portal.events import REACTIONS
from edsh_portal.models import Delivery

QUEUES = {"default": _("courriels et suites"), "pdf": _("documents PDF"), "intake": _("examen des fichiers")}


def listed(state: str = "") -> QuerySet[Delivery]:
    """Those in this state, else those that are not done; newest first."""
    rows = Delivery.objects.select_related("event").order_by("-id")
    return rows.filter(state=state) if state else rows.exclude(state="done")


def named(found: Iterable[Any], user: Any = None) -> list[Any]:
    """Each with what it `says` it does and the reference it is `about`, if any that this person may read; due on the clock of the page."""
    rows = list(found)
    if not rows:
        return rows
    clock.retold(due_at=rows)
    about = {row.pk: row.event.stream.removeprefix("application:") for row in rows}
    read = open_to(user, "pk") if user else Q()
    dossiers = Application.objects.filter(read, pk__in={int(number) for number in about.values() if number.isdigit()})
    references = {str(pk): reference for pk, reference in dossiers.values_list("pk", "reference")}
    for row in rows:
        row.due_at = max(row.due_at, row.not_before or row.due_at)
        known = REACTIONS.get(row.reaction)  # one may have gone since it was owed
        row.says = known.says if known and known.says else row.reaction
        row.about = references.get(about[row.pk], "")
    return rows
