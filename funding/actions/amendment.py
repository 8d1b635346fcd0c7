"""Verbs of an amendment: asked for, drafted, signed by every beneficiary, then by the State, by an act of two that does it (R82)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edsh_portal import acts, money
from edsh_portal.events import instant, record
from edsh_portal.models import Act, Document
from edsh_portal.workflow import Refused, move, need_reason, need_step

from .. import amending, ledger, permissions
from ..models import Amendment, AmendmentSignature, Claim, Convention, Grant
from ..models.amendment import OPEN
from . import terms
from .convention import close_convention
from .grant import lock_grant

AMENDMENT = "amendment"


def lock_amendment(amendment: Amendment) -> Amendment:
    """Locks the grant, then rereads the amendment in place."""
    grant = lock_grant(amendment.grant)
    amendment.refresh_from_db()
    amendment.grant = grant
    return amendment


# ── asked for, drafted ───────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask_amendment(grant: Grant, *, kind: str, reason: str, by: Any, at: datetime | None = None) -> Amendment:
    """The coordinator, or the instruction itself, says what should change of an award whose conventions are signed, and why."""
    lock_grant(grant)
    at = instant(at, grant)
    amendment = Amendment(grant=grant, kind=kind, state="", asked_by=by, asked_at=at)
    move(amendment, "ask_amendment", by)
    amendment.reason = need_reason(reason)
    need_running(grant)
    if grant.amendments.filter(state__in=OPEN).exists():
        raise Refused(_("Un avenant est déjà en cours pour cette aide : attendez sa suite."), code="R82")
    amendment.number = grant.amendments.count() + 1
    amendment.save()
    record("amendment.asked", amendment, by=by, at=at, state=amendment.state, grant=grant.pk, kind=kind)
    return amendment


def may_be_amended(amendments: Iterable[Amendment], conventions: Iterable[str]) -> bool:
    """Whether one may be asked for: none is under way, the project has not stopped, every convention (its state) was signed, one runs."""
    states = set(conventions)
    return (
        states <= {"signed", "closed"}
        and "signed" in states
        and not any(one.state in OPEN or (one.state, one.kind) == ("in_force", "stop") for one in amendments)
    )


def need_running(grant: Grant) -> None:
    """Every convention of the award is signed, and one runs."""
    states = set(grant.shares.values_list("convention__state", flat=True))
    if grant.state != "engaged" or not states <= {"signed", "closed"} or "signed" not in states:
        raise Refused(_("Un avenant modifie des conventions signées : avant leur signature, reprenez-les."), code="R82")
    if grant.amendments.filter(state="in_force", kind="stop").exists():
        raise Refused(_("Le projet est arrêté : seul le solde reste à verser."), code="R84")


@transaction.atomic
def draft_amendment(
    amendment: Amendment,
    *,
    months: int | None = None,
    stops_on: date | None = None,
    shares: dict[int, int] | None = None,
    expenses: dict[int, dict[str, int]] | None = None,
    by: Any,
    at: datetime | None = None,
) -> None:
    """What the amendment changes, checked against the ledger and the rules of the deposit; the portal then lays it out.

    What is None stays as it is: `months` of a duration, `stops_on` of a stop, `shares` {share: cents} of both others,
    `expenses` {establishment: {category: cents}} of a budget. Codes R82, R84, and that of a rule.
    """
    grant = lock_amendment(amendment).grant
    at = instant(at, amendment)
    move(amendment, "draft_amendment", by)
    need_running(grant)
    of = terms.parts(grant)
    before = terms.stands(grant, of)
    after = {
        "months": before["months"] if months is None else months,
        "stops_on": before["stops_on"] if stops_on is None else stops_on.isoformat(),
        "shares": before["shares"] | {str(pk): cents for pk, cents in (shares or {}).items()},
        "expenses": before["expenses"] | {str(pk): _spent(lines) for pk, lines in (expenses or {}).items()},
    }
    if before["expenses"] != after["expenses"] or before["shares"] != after["shares"]:
        _need_no_claim(grant)
    terms.need_terms(grant, of, amendment.kind, before, after)
    amendment.before, amendment.after, amendment.drafted_by, amendment.drafted_at = before, after, by, at
    amendment.save(update_fields=["state", "before", "after", "drafted_by", "drafted_at"])
    record("amendment.drafted", amendment, by=by, at=at, state=amendment.state, grant=grant.pk)


def _spent(lines: dict[str, int]) -> dict[str, int]:
    return {category: cents for category, cents in lines.items() if cents}


def _need_no_claim(grant: Grant) -> None:
    """A statement that is being written or checked keeps the budget that it was opened on."""
    held = Convention.objects.filter(
        share__grant=grant, claims__in=Claim.objects.exclude(state="accepted")
    ).select_related("share__establishment")
    if (found := held.first()) is not None:
        raise Refused(
            _("Un état des dépenses est en cours (%(name)s) : terminez-le avant de modifier le budget.")
            % {"name": found.share.establishment},
            code="R82",
        )


@transaction.atomic
def send_amendment(amendment: Amendment, document: Document, *, at: datetime | None = None) -> None:
    """The portal keeps the sealed PDF and hands it to the beneficiaries. Repeatable: what is sent keeps its document."""
    lock_amendment(amendment)
    if amendment.state != "drafted":
        return
    at = instant(at, amendment)
    move(amendment, "send_amendment", None)
    amendment.document, amendment.sent_at = document, at
    amendment.save(update_fields=["state", "document", "sent_at"])
    record("amendment.sent", amendment, by=None, at=at, state=amendment.state, sha256=document.sha256)


@transaction.atomic
def refuse_amendment(amendment: Amendment, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """The instruction says no, with the reason, until the State has signed; another may be asked for."""
    lock_amendment(amendment)
    at = instant(at, amendment)
    move(amendment, "refuse_amendment", by)
    amendment.answer, amendment.decided_at = need_reason(reason), at
    waits = acts.waiting(AMENDMENT, amendment)
    if waits is not None:
        raise Refused(_("La signature de l’État est proposée : reprenez-la avant de refuser l’avenant."), code="A01")
    amendment.save(update_fields=["state", "answer", "decided_at"])
    record("amendment.refused", amendment, by=by, at=at, state=amendment.state, grant=amendment.grant_id)


# ── signed ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def sign_amendment(
    amendment: Amendment, convention: Convention, *, quality: str, sha256: str, by: Any, at: datetime | None = None
) -> None:
    """A beneficiary's legal representative signs the document that they have read; when the last one has, the State may."""
    lock_amendment(amendment)
    convention.refresh_from_db()
    at = instant(at, amendment)
    if not permissions.can_sign(by, convention):
        raise PermissionDenied("sign_amendment")
    need_step(amendment, "agree", None)
    if not quality.strip():
        raise Refused(
            _("Indiquez en quelle qualité vous signez, par exemple « Directrice générale »."),
            code="R82",
            field="quality",
        )
    if amendment.document is None or amendment.document.sha256 != sha256:
        raise Refused(_("Un autre document a été envoyé depuis : relisez-le avant de le signer."), code="R82")
    running = {one.pk for one in terms.concerned(amendment.grant)}
    signed = set(amendment.signatures.values_list("convention", flat=True))
    if convention.pk not in running or convention.pk in signed:
        raise Refused(_("L’avenant est déjà signé pour cet établissement : rechargez la page."), code="R82")
    AmendmentSignature.objects.create(
        amendment=amendment, convention=convention, quality=quality.strip(), sha256=sha256, by=by, at=at
    )
    if running == signed | {convention.pk}:
        move(amendment, "agree", None)
        amendment.save(update_fields=["state"])
    record("amendment.signed", amendment, by=by, at=at, state=amendment.state, convention=convention.pk, sha256=sha256)


@transaction.atomic
def propose_amendment(amendment: Amendment, *, by: Any, at: datetime | None = None) -> Act:
    """The instruction asks the direction to sign for the State what every beneficiary has signed."""
    grant = lock_amendment(amendment).grant
    if amendment.state != "agreed" or amendment.document is None:
        raise Refused(_("Tous les bénéficiaires n’ont pas encore signé l’avenant."), code="R82")
    shares = terms.parts(grant)
    if terms.stands(grant, shares) != amendment.before:
        raise Refused(
            _("L’aide a changé depuis la rédaction de l’avenant : refusez-le, et demandez-en un autre."), code="R82"
        )
    moves, given = terms.movements(shares, amendment.after)
    by_pk = {share.pk: share for share in shares}
    postings = [
        ledger.transfer(
            line=by_pk[done.transfers[0][0]].line,
            moves=[(by_pk[one], by_pk[other], cents) for one, other, cents in done.transfers],
        )
        for done in moves
        if done.transfers
    ]
    payload = {
        "amendment": amendment.pk,
        "grant": grant.pk,
        "sha256": amendment.document.sha256,
        "before": amendment.before,
        "after": amendment.after,
        "released": given,
        "postings": postings,
    }
    if given:
        payload["withdraws"] = grant.pk
    return acts.propose(AMENDMENT, amendment, payload, by=by, at=at)


# ── in force ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _amend(act: Act, amendment: Amendment) -> None:
    """The State has signed: money moves, shares and months are what the amendment says, what has nothing left closes."""
    by: Any = act.decided_by
    at: Any = act.decided_at
    grant, shares = amendment.grant, terms.parts(amendment.grant)
    terms.need_terms(grant, shares, amendment.kind, amendment.before, amendment.after)
    for movement in act.payload["postings"]:
        ledger.carry(act, movement, at=at)
    by_pk = {share.pk: share for share in shares}
    for done in terms.movements(shares, amendment.after)[0]:
        if done.released:
            of = {by_pk[pk]: cents for pk, cents in done.released.items()}
            line = next(iter(of)).line_id
            ledger.release(shares=of, reason="amendment", act=act, by=by, at=at, key=f"amendment:{amendment.pk}:{line}")
    for share in shares:
        cents = amendment.after["shares"][str(share.pk)]
        if share.cents != cents:
            share.cents = cents
            share.save(update_fields=["cents"])
    move(amendment, "enter", by)
    amendment.act, amendment.decided_at, amendment.released_cents = act, at, act.payload["released"]
    amendment.save(update_fields=["state", "act", "decided_at", "released_cents"])
    for share in shares:
        if share.convention.state == "signed" and share.convention.months != amendment.after["months"]:
            share.convention.months = amendment.after["months"]
            share.convention.save(update_fields=["months"])
    record("amendment.entered", amendment, by=by, at=at, state=amendment.state, act=act.pk, grant=grant.pk)
    if amendment.kind == "stop":
        _close_empty(grant, by, at)


def _close_empty(grant: Grant, by: Any, at: datetime) -> None:
    """Of a project that stops, the conventions whose share is already paid, or is nothing."""
    for convention in terms.concerned(grant):
        live = convention.instalments.exclude(state="cancelled")
        if convention.share.cents == sum(one.cents for one in live if one.state == "paid") and not live.exclude(
            state="paid"
        ):
            convention.share.grant = grant
            close_convention(convention, by=by, at=at)


def told(gap: amending.Difference) -> tuple[str, str, str]:
    """Before, after and the difference, in words."""
    if gap.unit == "cents":
        sign = "+" if (gap.gap or 0) > 0 else ""
        return money.display(gap.before), money.display(gap.after), sign + money.display(gap.gap or 0)
    if gap.unit == "months":
        words = [_("%(n)s mois") % {"n": n} for n in (gap.before, gap.after, gap.gap or 0)]
        return words[0], words[1], ("+" if (gap.gap or 0) > 0 else "") + words[2]
    days = [date_format(date.fromisoformat(day)) if day else "" for day in (gap.before, gap.after)]
    return days[0], days[1], ""


def _version(amendment: Amendment) -> Any:
    shares = terms.parts(amendment.grant)
    return [
        amendment.state,
        str(amendment.document_id),
        {share.pk: [share.cents, terms.floor(share)] for share in shares},
    ]


def _says(act: Act, amendment: Amendment) -> str:
    words = {"kind": amendment.get_kind_display(), "reference": amendment.grant.application.reference}
    return _("Avenant à signer : %(kind)s, dossier %(reference)s") % words


def _facts(act: Act, amendment: Amendment) -> list[acts.Fact]:
    found = terms.compared(amendment.before, amendment.after, terms.parts(amendment.grant))
    return [
        acts.Fact(_("Dossier"), "", str(amendment.grant.application)),
        *(acts.Fact(one.label, *told(one)[:2]) for one in found),
        acts.Fact(_("Rendu à l’enveloppe, ou caduc"), "", money.display(act.payload["released"])),
        acts.Fact(_("Empreinte SHA-256 de l’avenant"), "", act.payload["sha256"]),
    ]


acts.kind(
    AMENDMENT,
    label=gettext_lazy("Avenant"),
    subject=Amendment,
    proposers=("instructor",),
    approvers=("direction",),
    does=_amend,
    says=_says,
    facts=_facts,
    version=_version,
    lock=lock_amendment,
    related=("grant__application",),
)
