"""Verbs of the check of a claim: line by line, what is kept and why not all; the acceptance, which fixes the final amount."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused, move, need_step

from ..models import Claim, ClaimLine
from .claim import final_of, lock_claim
from .convention import settle


@transaction.atomic
def check_line(
    line: ClaimLine, *, eligible_cents: int, refusal: str, evidence_seen: bool, by: Any, at: datetime | None = None
) -> None:
    """What is kept of an expense; a refused part has its reason, a line drawn (R85) is checked on its evidence."""
    claim = lock_claim(line.claim)
    at = instant(at, claim)
    need_step(claim, "accept_claim", by)
    line.refresh_from_db()
    refusal = refusal.strip()
    if not 0 <= eligible_cents <= line.cents:
        raise Refused(_("Retenez au plus le montant déclaré."), code="R81", field="eligible_cents")
    if eligible_cents < line.cents and not refusal:
        raise Refused(_("Indiquez pourquoi la dépense n’est pas retenue en entier."), code="W02", field="refusal")
    if line.sampled and not evidence_seen:
        raise Refused(
            _("Cette dépense est dans l’échantillon : ouvrez sa pièce, puis confirmez que vous l’avez examinée."),
            code="R85",
            field="evidence_seen",
        )
    line.eligible_cents, line.refusal = eligible_cents, refusal if eligible_cents < line.cents else ""
    line.evidence_seen, line.checked_by, line.checked_at = evidence_seen, by, at
    line.save(update_fields=["eligible_cents", "refusal", "evidence_seen", "checked_by", "checked_at"])
    record("claim.line_checked", claim, by=by, at=at, line=line.pk, eligible_cents=eligible_cents, seen=evidence_seen)


@transaction.atomic
def keep_others(claim: Claim, *, by: Any, at: datetime | None = None) -> int:
    """Keeps in full the lines that nobody checked and that were not drawn; answers how many."""
    lock_claim(claim)
    at = instant(at, claim)
    need_step(claim, "accept_claim", by)
    lines = list(claim.lines.filter(checked_at=None, sampled=False))
    if not lines:
        raise Refused(_("Toutes les dépenses hors échantillon sont déjà contrôlées."), code="R81")
    for line in lines:
        line.eligible_cents, line.checked_by, line.checked_at = line.cents, by, at
    ClaimLine.objects.bulk_update(lines, ["eligible_cents", "checked_by", "checked_at"])
    record("claim.others_kept", claim, by=by, at=at, lines=len(lines), cents=sum(line.cents for line in lines))
    return len(lines)


@transaction.atomic
def accept_claim(claim: Claim, *, by: Any, at: datetime | None = None) -> None:
    """Every line is checked: what is kept counts. A final claim fixes the final amount (art. 10), and closes what it settles."""
    lock_claim(claim)
    at = instant(at, claim)
    move(claim, "accept_claim", by)
    left = sum(line.to_check for line in claim.lines.all())
    if left:
        raise Refused(
            ngettext(
                "Il reste %(n)s dépense à contrôler avant d’accepter l’état.",
                "Il reste %(n)s dépenses à contrôler avant d’accepter l’état.",
                left,
            )
            % {"n": left},
            code="R85",
        )
    claim.accepted_by, claim.accepted_at = by, at
    if claim.final:
        found = final_of(claim.convention, besides=claim)
        claim.kept_cents, claim.final_cents = found.kept_cents, found.aid_cents
    claim.save(update_fields=["state", "accepted_by", "accepted_at", "kept_cents", "final_cents"])
    told: dict[str, Any] = {
        "eligible_cents": sum(line.eligible_cents or 0 for line in claim.lines.all()),
        "final_cents": claim.final_cents,
    }
    record("claim.accepted", claim, by=by, at=at, state=claim.state, **told)
    if claim.final:
        settle(claim.convention, by=by, at=at)
