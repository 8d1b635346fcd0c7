"""The reserve is called in its order; another order is an act of two, with its reason."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.models import Application
from applications.models.dossier import open_to
from edsh_portal import acts
from edsh_portal.events import record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, need_reason
from reviews.models import RankingLine

from ..models import ReserveCall

CALL = "reserve.call"


def ahead(application: Application) -> list[int]:
    """Ids of the dossiers of the reserve that are to be called before this one, as reserve.sql finds them; in no order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reserve_ahead(%s)", [application.pk])
        return cursor.fetchone()[0]


def named(keys: list[int], user: Any = None) -> str:
    """By their references, but those that a link shuts to this person, which are counted."""
    rows = Application.objects.filter(pk__in=keys).order_by("reference")
    read = list((rows.filter(open_to(user, "pk")) if user else rows).values_list("reference", flat=True))
    if hidden := len(keys) - len(read):
        words = ngettext("%(n)s dossier que vous ne lisez pas", "%(n)s dossiers que vous ne lisez pas", hidden)
        read.append(words % {"n": hidden})
    return ", ".join(read)


def need_order(application: Application, by: Any) -> None:
    """P19 while a dossier of the reserve that stands before this one may still be called, unless an act of two says otherwise."""
    waiting = ahead(application)
    if waiting and not ReserveCall.objects.filter(application=application, over__contains=waiting).exists():
        raise Refused(
            _(
                "La liste complémentaire s’appelle dans l’ordre : %(before)s passe avant %(this)s. Proposez d’abord "
                "son aide ou son rejet, ou faites approuver un appel hors de l’ordre."
            )
            % {"before": named(waiting, by), "this": application.reference},
            code="P19",
            ahead=waiting,
        )


@transaction.atomic
def propose_call(application: Application, reason: str, *, by: Any, at: datetime | None = None) -> Act:
    """To call a dossier of the reserve before those that stand ahead of it: an instructor says why, another person approves."""
    application = _locked(application)
    reason = need_reason(reason)
    line = RankingLine.objects.filter(application=application, session__state="closed", list="reserve").first()
    waiting = ahead(application) if line else []
    if not waiting or application.state != Application.State.ADMISSIBLE:
        raise Refused(
            _("Aucun dossier de la liste complémentaire ne passe avant celui-ci : proposez directement son aide."),
            code="P20",
        )
    payload = {"application": application.pk, "over": waiting, "reason": reason}
    return acts.propose(CALL, application, payload, by=by, at=at)


def _locked(application: Application) -> Application:
    return Application.objects.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)


def _call(act: Act, application: Application) -> ReserveCall:
    over, reason = act.payload["over"], act.payload["reason"]
    call = ReserveCall.objects.create(application=application, over=over, reason=reason, act=act)
    record("reserve.called", call, by=act.decided_by, at=act.decided_at, application=application.pk, over=over)
    return call


def _facts(act: Act, application: Application) -> list[acts.Fact]:
    return [
        acts.Fact(_("Passerait avant"), "", named(act.payload["over"])),
        acts.Fact(_("Motif"), "", act.payload["reason"]),
    ]


acts.kind(
    CALL,
    label=gettext_lazy("Appel hors de l’ordre de la liste complémentaire"),
    subject=Application,
    proposers=("instructor",),
    approvers=("validator", "direction"),
    does=_call,
    says=lambda act, application: _("Appel hors de l’ordre : %(dossier)s") % {"dossier": application},
    facts=_facts,
    version=lambda application: ahead(application),
    lock=_locked,
    seen=lambda user: Application.objects.filter(open_to(user, "pk")),
)
