"""Verbs that correct what was paid, by acts of two: a recovery order, and the reversal of one that was wrong."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import acts, money
from edsh_portal.events import record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused, need_reason

from .. import ledger
from ..models import Convention, GrantShare, Posting
from .convention import lock_convention, net_paid, reopen, settle

# Décret n° 2018-514, art. 14.
GROUNDS = {
    "object": gettext_lazy("Objet ou affectation modifiés sans autorisation"),
    "ceiling": gettext_lazy("Plafond d’aides publiques dépassé"),
    "term": gettext_lazy("Projet non réalisé, ou obligations de fin de projet non respectées"),
}


# ── a recovery ───────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_recovery(share: GrantShare, *, cents: int, ground: str, by: Any, at: datetime | None = None) -> Act:
    """Titre de reversement: whoever found the overpayment proposes it, on one of the GROUNDS; the orderer approves."""
    convention = lock_convention(share.convention)
    if ground not in GROUNDS:
        raise Refused(_("Choisissez le motif du reversement."), code="R84", field="ground")
    if cents < 1:
        raise Refused(_("Indiquez un montant supérieur à zéro."), code="R84", field="cents")
    left = net_paid(convention.share)
    if cents > left:
        raise Refused(
            _("Ce montant dépasse de %(missing)s le total payé à ce bénéficiaire : réduisez-le.")
            % {"missing": money.display(cents - left)},
            code="L01",
            field="cents",
            missing_cents=cents - left,
        )
    payload = {
        "cents": cents,
        "ground": ground,
        "before": left,
        "postings": [ledger.recover(share=convention.share, cents=cents, ground=ground)],
    }
    return acts.propose("recovery.issue", convention, payload, by=by, at=at)


def _recover(act: Act, convention: Convention) -> None:
    told = act.payload
    ledger.carry(act, told["postings"][0], at=act.decided_at)
    record(
        "convention.recovered",
        convention,
        by=act.decided_by,
        at=act.decided_at,
        act=act.pk,
        cents=told["cents"],
        ground=told["ground"],
    )
    assert act.decided_at is not None  # it is approved
    settle(convention, by=act.decided_by, at=act.decided_at)


def _says_recovery(act: Act, convention: Convention) -> str:
    words = {"name": convention.share.establishment, "cents": money.display(act.payload["cents"])}
    return _("Titre de reversement de %(cents)s : %(name)s") % words


def _facts_recovery(act: Act, convention: Convention) -> list[acts.Fact]:
    told = act.payload
    return [
        acts.Fact(_("Bénéficiaire"), "", str(convention.share.establishment)),
        acts.Fact(
            _("Payé, reversements déduits"),
            money.display(told["before"]),
            money.display(told["before"] - told["cents"]),
        ),
        acts.Fact(_("Motif (décret n° 2018-514, art. 14)"), "", str(GROUNDS[told["ground"]])),
    ]


acts.kind(
    "recovery.issue",
    label=gettext_lazy("Titre de reversement"),
    subject=Convention,
    proposers=("certifier", "instructor"),
    approvers=("orderer",),
    does=_recover,
    says=_says_recovery,
    facts=_facts_recovery,
    version=lambda convention: net_paid(convention.share),
    lock=lock_convention,
    related=("share__establishment", "share__line", "share__grant__application"),
)


# ── its reversal ─────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_reversal(posting: Posting, *, reason: str, by: Any, at: datetime | None = None) -> Act:
    """Contre-passation of a recovery that was wrong; any other posting goes with a state, and is undone by the step back of it."""
    reason = need_reason(reason)
    if posting.kind != "recover":
        raise Refused(
            _(
                "Seul un titre de reversement peut être contre-passé. Pour une autre écriture, "
                "annulez l’étape qui l’a produite."
            ),
            code="L06",
        )
    if Posting.objects.filter(reverses=posting).exists():
        raise Refused(_("Cette écriture est déjà contre-passée : rechargez la page."), code="L06")
    movement = ledger.reverse(posting=posting.pk, reason=reason)
    cents = sum(entry["cents"] for entry in movement["entries"])
    payload = {"posting": posting.pk, "cents": cents, "reason": reason, "postings": [movement]}
    return acts.propose("ledger.reverse", posting, payload, by=by, at=at)


def _lock_posting(posting: Posting) -> Posting:
    lock_convention(Convention.objects.get(share=posting.share_id))
    return posting


def _reverse(act: Act, posting: Posting) -> None:
    done = ledger.carry(act, act.payload["postings"][0], at=act.decided_at)
    told = {"act": act.pk, "posting": done, "reverses": posting.pk, "cents": act.payload["cents"]}
    convention = Convention.objects.select_related("share__grant").get(share=posting.share_id)
    record("convention.recovery_reversed", convention, by=act.decided_by, at=act.decided_at, **told)
    assert act.decided_at is not None  # it is approved
    reopen(convention, by=act.decided_by, at=act.decided_at)


def _says_reversal(act: Act, posting: Posting) -> str:
    words = {"n": posting.pk, "cents": money.display(act.payload["cents"])}
    return _("Contre-passation du titre de reversement de %(cents)s (pièce %(n)s)") % words


def _facts_reversal(act: Act, posting: Posting) -> list[acts.Fact]:
    facts = [
        acts.Fact(_("De %(code)s") % {"code": e["source"]}, money.display(e["cents"]), money.display(0))
        for e in act.payload["postings"][0]["entries"]
    ]
    return [*facts, acts.Fact(_("Motif"), "", act.payload["reason"])]


acts.kind(
    "ledger.reverse",
    label=gettext_lazy("Contre-passation"),
    subject=Posting,
    proposers=("certifier", "orderer", "payer"),
    approvers=("orderer", "payer"),
    does=_reverse,
    says=_says_reversal,
    facts=_facts_reversal,
    version=lambda posting: Posting.objects.filter(reverses=posting).count(),
    lock=_lock_posting,
)
