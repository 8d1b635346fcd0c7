"""Verbs of payment: an instalment is planned, certified, ordered, paid, each by its own person, under dated ceilings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import money
from edsh_portal.events import instant, record
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused, move, need_reason

from .. import ledger
from ..models import BankAccount, Ceiling, Claim, Convention, GrantShare, Instalment
from .convention import close_convention, lock_convention, net_paid
from .envelope import percent

BEFORE_BALANCE = (Instalment.Kind.ADVANCE, Instalment.Kind.INTERIM)
LONG_MONTHS = 48  # décret 2018-514 art. 12: beyond, the ceiling before the balance is higher


def lock_instalment(instalment: Instalment) -> Instalment:
    """Locks the grant, then rereads the instalment in place."""
    convention = lock_convention(instalment.convention)
    instalment.refresh_from_db()
    instalment.convention = convention
    return instalment


@transaction.atomic
def plan_instalment(
    convention: Convention,
    *,
    kind: str,
    cents: int,
    year: int,
    evidence: str,
    claim: Claim | None = None,
    by: Any,
    at: datetime | None = None,
) -> Instalment:
    """An advance, interim payment or balance on a signed convention, within the ceilings in force at that instant.

    `year`: of the CP it should be paid on. `evidence`: what justifies it, and `claim`: the accepted statement it rests on; the
    balance rests on the final one, and pays no more than what is left of the final amount. Codes R80, R81.
    """
    lock_convention(convention)
    at = instant(at, convention)
    if convention.state != "signed":
        raise Refused(_("La convention n’est pas signée : prévoyez le versement après sa signature."), code="R80")
    if not evidence.strip():
        raise Refused(_("Indiquez la pièce qui justifie le versement."), code="R81", field="evidence")
    if cents < 1:
        raise Refused(_("Indiquez un montant supérieur à zéro."), code="R81", field="cents")
    if year < ledger.fiscal_year(at):
        raise Refused(
            _("L’exercice %(year)s est clos : choisissez un exercice ouvert.") % {"year": year},
            code="R81",
            field="year",
        )
    need_room(convention, kind, cents, at)
    if kind == Instalment.Kind.BALANCE:
        claim = need_final(convention, cents)
    elif claim is not None and (claim.convention_id, claim.state) != (convention.pk, "accepted"):
        raise Refused(_("Choisissez un état des dépenses accepté de cette convention."), code="R81", field="claim")
    instalment = Instalment(
        convention=convention,
        kind=kind,
        number=convention.instalments.count() + 1,
        cents=cents,
        year=year,
        evidence=evidence.strip(),
        claim=claim,
        state="",
        planned_by=by,
        planned_at=at,
    )
    move(instalment, "plan", by)
    instalment.save()
    record("instalment.planned", instalment, by=by, at=at, state=instalment.state, kind=kind, cents=cents, year=year)
    return instalment


def final_claim(convention: Convention) -> Claim | None:
    """The final statement, once it is accepted."""
    return convention.claims.accepted().filter(final=True).first()


def balance_left(convention: Convention, final: Claim, *, besides: int = 0) -> int:
    """What the final amount leaves once what was paid, or is going to be, is taken away; below zero: what is to be claimed back."""
    live = convention.instalments.exclude(pk=besides).exclude(state__in=("paid", "cancelled"))
    return (final.final_cents or 0) - net_paid(convention.share) - sum(live.values_list("cents", flat=True))


def need_final(convention: Convention, cents: int, *, besides: int = 0) -> Claim:
    """The final statement that a balance of so much rests on (décret 2018-514 art. 10; R81)."""
    final = final_claim(convention)
    if final is None:
        raise Refused(
            _("Le solde suit l’état final des dépenses : il se prévoit une fois cet état accepté."),
            code="R81",
            field="kind",
        )
    left = max(0, balance_left(convention, final, besides=besides))
    if cents > left:
        raise Refused(
            _("Ce solde dépasse de %(excess)s ce qui reste dû sur l’aide définitive (%(final)s) : réduisez-le.")
            % {"excess": money.display(cents - left), "final": money.display(final.final_cents or 0)},
            code="R81",
            field="cents",
            excess_cents=cents - left,
        )
    return final


def need_room(convention: Convention, kind: str, cents: int, at: datetime, *, besides: int = 0) -> None:
    """Refuses what would pass a ceiling (CALL.md §2.3 art. 12, §1.7); `besides`: an instalment not to count twice."""
    share = convention.share
    others = [i for i in convention.instalments.exclude(state="cancelled") if i.pk != besides]
    if any(i.kind == Instalment.Kind.BALANCE for i in others):
        raise Refused(
            _("Le solde est déjà prévu : annulez-le avant de prévoir un autre versement."), code="R81", field="kind"
        )
    total = sum(i.cents for i in others) + cents
    if total > share.cents:
        raise Refused(
            _("Ce versement dépasse de %(excess)s le montant de la convention : réduisez-le.")
            % {"excess": money.display(total - share.cents)},
            code="R81",
            field="cents",
            excess_cents=total - share.cents,
        )
    if kind == Instalment.Kind.ADVANCE:
        advances = sum(i.cents for i in others if i.kind == Instalment.Kind.ADVANCE) + cents
        _under(
            Ceiling.Rule.ADVANCE,
            share,
            advances,
            at,
            _("Les avances dépassent de %(excess)s le plafond de %(limit)s (%(rate)s) : réduisez ce versement."),
        )
    if kind in BEFORE_BALANCE:
        rule = Ceiling.Rule.BEFORE_BALANCE_LONG if convention.months > LONG_MONTHS else Ceiling.Rule.BEFORE_BALANCE
        said = _(
            "Les avances et acomptes dépassent de %(excess)s le plafond avant solde de %(limit)s "
            "(%(rate)s) : réduisez ce versement."
        )
        _under(rule, share, total, at, said)


def limit_of(rule: str, share: GrantShare, at: datetime) -> tuple[int, int]:
    """(cents, basis points) of the ceiling in force, rounded down to the cent; Refused when none is set."""
    ceiling = Ceiling.objects.filter(line=share.line_id, rule=rule, during__contains=at).first()
    if ceiling is None:
        raise Refused(
            _(
                "Aucun plafond n’est en vigueur pour ce versement sur cette source : proposez-en un "
                "depuis la page de l’enveloppe."
            ),
            code="R81",
            field="kind",
        )
    return share.cents * ceiling.rate_bp // 10_000, ceiling.rate_bp


def _under(rule: str, share: GrantShare, cents: int, at: datetime, said: str) -> None:
    limit, rate_bp = limit_of(rule, share, at)
    if cents <= limit:
        return
    raise Refused(
        said % {"excess": money.display(cents - limit), "limit": money.display(limit), "rate": percent(rate_bp)},
        code="R81",
        field="cents",
        excess_cents=cents - limit,
    )


@transaction.atomic
def certify(instalment: Instalment, *, by: Any, at: datetime | None = None) -> None:
    """Service fait: the evidence was seen, the amount is due. A balance only once everything before it is settled."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    move(instalment, "certify", by)
    need_room_for_certified(instalment, at)
    instalment.certified_by, instalment.certified_at = by, at
    instalment.save(update_fields=["state", "certified_by", "certified_at"])
    _post(ledger.certify, instalment, by, at)
    _record("instalment.certified", instalment, by, at)


def need_room_for_certified(instalment: Instalment, at: datetime) -> None:
    """A ceiling lowered since the plan holds too; and the balance comes last."""
    convention = instalment.convention
    if instalment.kind in BEFORE_BALANCE:
        others = [i.pk for i in convention.instalments.filter(kind=Instalment.Kind.BALANCE).exclude(state="cancelled")]
        if not others:
            need_room(convention, instalment.kind, instalment.cents, at, besides=instalment.pk)
    elif convention.instalments.exclude(pk=instalment.pk).exclude(state__in=("paid", "cancelled")).exists():
        raise Refused(_("Le solde vient en dernier : payez ou annulez d’abord les autres versements."), code="R81")
    else:
        need_final(convention, instalment.cents, besides=instalment.pk)


@transaction.atomic
def order(instalment: Instalment, *, by: Any, at: datetime | None = None) -> None:
    """Ordonnancement on the CP of the current year, to the bank account that two people have validated."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    move(instalment, "order", by)
    need_signatures(instalment)
    instalment.account = current_account(instalment.convention)
    instalment.ordered_by, instalment.ordered_at, instalment.year = by, at, ledger.fiscal_year(at)
    instalment.save(update_fields=["state", "ordered_by", "ordered_at", "account", "year"])
    _post(ledger.order, instalment, by, at)
    _record("instalment.ordered", instalment, by, at, year=instalment.year, account=instalment.account_id)


def need_signatures(instalment: Instalment) -> None:
    """R80: no payment before every beneficiary of the grant has signed its convention."""
    grant = instalment.convention.share.grant
    unsigned = grant.shares.exclude(convention__state__in=("signed", "closed")).select_related("establishment").first()
    if unsigned is not None:
        raise Refused(
            _("La convention %(name)s n’est pas signée : les versements commencent quand tous les membres ont signé.")
            % {"name": de(unsigned.establishment)},
            code="R80",
        )


def current_account(convention: Convention) -> BankAccount:
    account = convention.accounts.in_use().first()
    if account is None:
        raise Refused(
            _("Le compte bancaire du bénéficiaire n’est pas validé : faites-le valider par une seconde personne."),
            code="R80",
        )
    return account


@transaction.atomic
def pay(instalment: Instalment, *, by: Any, at: datetime | None = None) -> None:
    """Paid by the accountant within the year of the order, to the account frozen at the order if it is still current."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    move(instalment, "pay", by)
    if instalment.account_id != current_account(instalment.convention).pk:
        raise Refused(
            _(
                "Le compte bancaire a changé depuis l’ordonnancement : annulez l’ordonnancement, puis ordonnancez de nouveau."
            ),
            code="R80",
        )
    instalment.paid_by, instalment.paid_at = by, at
    instalment.save(update_fields=["state", "paid_by", "paid_at"])
    _post(ledger.pay, instalment, by, at)
    _record("instalment.paid", instalment, by, at, year=instalment.year)
    if instalment.kind == Instalment.Kind.BALANCE:
        close_convention(instalment.convention, by=by, at=at)


@transaction.atomic
def uncertify(instalment: Instalment, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """The certification is taken back before any order; who certified may certify again, and still not order."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    reason = need_reason(reason)
    move(instalment, "uncertify", by)
    instalment.certified_by = instalment.certified_at = None
    instalment.save(update_fields=["state", "certified_by", "certified_at"])
    _post(ledger.uncertify, instalment, by, at, reason="uncertify")
    _record("instalment.returned", instalment, by, at)


@transaction.atomic
def cancel_order(instalment: Instalment, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """An order that was not paid is taken back: its CP is available again, its service fait stands."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    reason = need_reason(reason)
    move(instalment, "cancel_order", by)
    instalment.ordered_by = instalment.ordered_at = instalment.account = None
    instalment.save(update_fields=["state", "ordered_by", "ordered_at", "account"])
    _post(ledger.cancel_order, instalment, by, at, year=instalment.year, reason="cancel_order")
    _record("instalment.order_cancelled", instalment, by, at)


@transaction.atomic
def cancel(instalment: Instalment, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """A planned instalment is dropped; nothing had moved."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    reason = need_reason(reason)
    move(instalment, "cancel", by)
    instalment.save(update_fields=["state"])
    _record("instalment.cancelled", instalment, by, at)


def _post(movement: Callable[..., int], instalment: Instalment, by: Any, at: datetime, **more: Any) -> None:
    """All its cents, once: a movement's rank tells a second order after a first one was cancelled."""
    kind = movement.__name__
    key = f"{kind}:{instalment.pk}:{instalment.postings.filter(kind=kind).count() + 1}"
    movement(instalment=instalment, cents=instalment.cents, by=by, at=at, key=key, **more)


def _record(kind: str, instalment: Instalment, by: Any, at: datetime, **data: Any) -> None:
    record(kind, instalment, by=by, at=at, state=instalment.state, cents=instalment.cents, **data)
