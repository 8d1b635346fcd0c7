"""Who signs decisions for the State: delegations that a published text gives, registered and ended by acts of two."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.models import User
from edsh_portal import acts, clock
from edsh_portal.access import has_role
from edsh_portal.events import instant, record
from edsh_portal.models import Act
from edsh_portal.templatetags.portal import paris_date
from edsh_portal.workflow import Refused, need_reason

from .. import permissions
from ..models import SignatureDelegation

WHO = {"proposers": ("instructor", "administrator"), "approvers": ("direction",), "concerns": "holder"}


def need_signature(by: Any, at: datetime) -> SignatureDelegation | None:
    """The delegation under which this person signs at this instant, locked; None for the direction, which signs by law.

    P08: neither, P21: a delegation that does not say its holder's quality. Joins the caller's transaction.
    """
    if has_role(by, "direction"):
        return None
    held = SignatureDelegation.objects.select_for_update(no_key=True).filter(holder=by).in_force(at).first()
    if held is None:
        raise Refused(
            _(
                "Vous n’avez pas de délégation de signature en vigueur : demandez au service "
                "instructeur d’en proposer une à la direction."
            ),
            code="P08",
        )
    if not held.quality:
        raise Refused(
            _(
                "Votre délégation n’indique pas votre qualité, que chaque décision porte (CRPA, article L. 212-1) : "
                "demandez au service instructeur de la remplacer."
            ),
            code="P21",
        )
    return held


# ── given ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_delegation(
    holder: Any, *, quality: str, source: str, first_on: date, last_on: date, by: Any, at: datetime | None = None
) -> Act:
    """`quality` of who signs and `source`, the published text, as letters will quote them. From the first day to the last, both included.

    P09 not a validator, P10 no quality or text, P11 days out of order or past, P12 days that another delegation has.
    """
    if not User.objects.filter(pk=holder.pk, is_active=True, groups__name="validator").exists():
        raise Refused(
            _("Cette personne n’a pas le rôle Validation : demandez d’abord à un administrateur de le lui proposer."),
            code="P09",
            field="holder",
        )
    if not quality.strip():
        raise Refused(
            _("Indiquez la qualité de cette personne : chaque décision la porte."), code="P10", field="quality"
        )
    if not source.strip():
        raise Refused(_("Indiquez le texte publié qui donne cette délégation."), code="P10", field="source")
    _need_days(holder, first_on, last_on, instant(at, holder))
    payload = {
        "holder": holder.pk,
        "quality": quality.strip(),
        "source": source.strip(),
        "first_on": first_on.isoformat(),
        "last_on": last_on.isoformat(),
    }
    return acts.propose("delegation.give", holder, payload, by=by, at=at)


def _need_days(holder: Any, first_on: date, last_on: date, at: datetime) -> None:
    if last_on < first_on:
        raise Refused(_("Le dernier jour précède le premier : corrigez l’un des deux."), code="P11", field="last_on")
    if last_on < at.astimezone(clock.PARIS).date():
        raise Refused(_("Le dernier jour est déjà passé : indiquez un jour à venir."), code="P11", field="last_on")
    if holder.signature_delegations.filter(ended_at=None, first_on__lte=last_on, last_on__gte=first_on).exists():
        raise Refused(
            _(
                "Cette personne a déjà une délégation certains de ces jours : mettez-y fin, ou choisissez d’autres jours."
            ),
            code="P12",
            field="first_on",
        )


def _give(act: Act, holder: User) -> SignatureDelegation:
    told = act.payload
    given = SignatureDelegation.objects.create(
        holder=holder,
        quality=told["quality"],
        source=told["source"],
        first_on=date.fromisoformat(told["first_on"]),
        last_on=date.fromisoformat(told["last_on"]),
        act=act,
    )
    record(
        "signature_delegation.given",
        given,
        by=act.decided_by,
        at=act.decided_at,
        act=act.pk,
        holder=holder.pk,
        first_on=told["first_on"],
        last_on=told["last_on"],
    )
    return given


def _says(act: Act, holder: User) -> str:
    first, last = (paris_date(date.fromisoformat(act.payload[day])) for day in ("first_on", "last_on"))
    words = {"name": holder, "first": first, "last": last}
    return _("Délégation de la signature de l’État à %(name)s, du %(first)s au %(last)s") % words


def _facts(act: Act, holder: User) -> list[acts.Fact]:
    told = act.payload
    return [
        acts.Fact(_("Personne qui signe"), "", str(holder)),
        acts.Fact(_("Qualité"), "", told["quality"]),
        acts.Fact(_("Texte publié"), "", told["source"]),
        acts.Fact(_("Premier jour"), "", paris_date(date.fromisoformat(told["first_on"]))),
        acts.Fact(_("Dernier jour, inclus"), "", paris_date(date.fromisoformat(told["last_on"]))),
    ]


acts.kind(
    "delegation.give",
    label=gettext_lazy("Délégation de la signature de l’État"),
    subject=User,
    does=_give,
    says=_says,
    facts=_facts,
    version=lambda holder: list(holder.signature_delegations.order_by("pk").values_list("pk", "ended_at")),
    gate=permissions.can_delegate_to,
    **WHO,
)


# ── ended before its last day ────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_delegation_end(delegation: SignatureDelegation, reason: str, *, by: Any, at: datetime | None = None) -> Act:
    """What was signed under it stays signed."""
    reason = need_reason(reason)
    if delegation.ended_at is not None:
        raise Refused(_("Cette délégation a déjà pris fin : rechargez la page."), code="P14")
    payload = {"delegation": delegation.pk, "holder": delegation.holder_id, "reason": reason}
    return acts.propose("delegation.end", delegation, payload, by=by, at=at)


def _end(act: Act, delegation: SignatureDelegation) -> SignatureDelegation:
    """From this instant its holder signs nothing under it."""
    delegation.ended_at, delegation.end_act = act.decided_at, act
    delegation.save(update_fields=["ended_at", "end_act"])
    by, at, holder = act.decided_by, act.decided_at, delegation.holder_id
    record("signature_delegation.ended", delegation, by=by, at=at, act=act.pk, holder=holder)
    return delegation


def _says_end(act: Act, delegation: SignatureDelegation) -> str:
    return _("Fin de la délégation de la signature de l’État à %(name)s") % {"name": delegation.holder}


def _facts_end(act: Act, delegation: SignatureDelegation) -> list[acts.Fact]:
    return [
        acts.Fact(_("Personne qui signe"), "", str(delegation.holder)),
        acts.Fact(_("Texte publié"), "", delegation.source),
        acts.Fact(_("Fin de la délégation"), paris_date(delegation.last_on), _("dès l’approbation")),
        acts.Fact(_("Motif"), "", act.payload["reason"]),
    ]


acts.kind(
    "delegation.end",
    label=gettext_lazy("Fin d’une délégation de la signature de l’État"),
    subject=SignatureDelegation,
    does=_end,
    says=_says_end,
    facts=_facts_end,
    version=lambda delegation: delegation.ended_at,
    gate=permissions.can_end_delegation,
    related=("holder",),
    **WHO,
)
