"""Verbs of payment: an instalment is planned, certified, ordered, paid, each by its own person, under dated ceilings."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal import money
from edsh_portal.events import instant, record
from edsh_portal.templatetags.portal import de
from edsh_portal.workflow import Refused, move, need_reason

from .. import ledger
from .. import permissions as may
from ..models import BankAccount, Ceiling, Claim, Condition, Convention, GrantShare, Instalment
from .agreement import needs_agreement
from .claim import final_of
from .convention import close_convention, has_left, lock_convention, net_paid
from .envelope import percent

BEFORE_BALANCE = (Instalment.Kind.ADVANCE, Instalment.Kind.INTERIM)
SERVED = ("certified", "ordered", "paid")  # the states of a payment whose service is certified
# What a payment of each kind always waits for (R81): an advance may be paid at the notification, when nothing else is asked of it.
REQUIRED = {
    Instalment.Kind.ADVANCE: (),
    Instalment.Kind.INTERIM: (Condition.Kind.MILESTONE, Condition.Kind.REPORT, Condition.Kind.EXPENSES),
    Instalment.Kind.BALANCE: (Condition.Kind.FINAL_REPORT, Condition.Kind.FINAL_EXPENSES),
}


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
    conditions: Iterable[str] = (),
    claim: Claim | None = None,
    by: Any,
    at: datetime | None = None,
) -> Instalment:
    """An advance, interim payment or balance on a signed convention, within the ceilings in force at that instant.

    `year`: of the CP it should be paid on. `evidence`: what justifies it, and `claim`: the accepted statement it rests on; the
    balance rests on the final one, and pays no more than what is left of the final amount. `conditions`: what it waits for, beside
    those REQUIRED of its kind. Codes R80, R81.
    """
    lock_convention(convention)
    at = instant(at, convention)
    _need_running(convention, kind)
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
    elif claim is not None:
        _need_accepted(convention, claim)
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
    asked = {*REQUIRED[Instalment.Kind(kind)], *conditions}
    Condition.objects.bulk_create(
        Condition(instalment=instalment, kind=one) for one in Condition.Kind.values if one in asked
    )
    record("instalment.planned", instalment, by=by, at=at, state=instalment.state, kind=kind, cents=cents, year=year)
    return instalment


def _need_running(convention: Convention, kind: str) -> None:
    """It is signed, and its award neither lapsed nor, but for the balance, stopped or left."""
    if convention.share.grant.state == "lapsed":
        raise Refused(_("L’aide est caduque : plus rien n’est versé."), code="R84")
    if convention.state != "signed":
        raise Refused(_("La convention n’est pas signée : prévoyez le versement après sa signature."), code="R80")
    if kind in BEFORE_BALANCE and convention.share.grant.amendments.filter(state="in_force", kind="stop").exists():
        raise Refused(_("Le projet est arrêté : seul le solde reste à verser."), code="R84", field="kind")
    if kind in BEFORE_BALANCE and has_left(convention):
        raise Refused(
            _("L’établissement a quitté le consortium : seul le solde reste à verser."), code="R84", field="kind"
        )


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
            _("Ce solde dépasse de %(excess)s le reste dû sur l’aide définitive (%(final)s) : réduisez-le.")
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
        rule = Ceiling.before_balance(convention.months)
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
def meet_condition(
    condition: Condition, *, evidence: str, claim: Claim | None = None, by: Any, at: datetime | None = None
) -> None:
    """A condition is met, on the evidence that was seen; said once, by who may say it. R81.

    `claim`: the accepted statement that the payment rests on, when its expenses are met and its plan named none.
    """
    instalment = lock_instalment(condition.instalment)
    condition.refresh_from_db()
    at = instant(at, instalment)
    if not may.can_meet(by, condition):
        raise PermissionDenied("meet_condition")
    if not evidence.strip():
        raise Refused(_("Indiquez la pièce que vous avez vue, et sa date."), code="R81", field="evidence")
    if condition.met_at is not None or instalment.state != "planned":
        raise Refused(_("Cette condition est déjà constatée, ou le versement avancé : rechargez la page."), code="R81")
    if rests_on_claim(condition):
        _need_accepted(instalment.convention, claim)
        instalment.claim = claim
        instalment.save(update_fields=["claim"])
    condition.evidence, condition.met_by, condition.met_at = evidence.strip(), by, at
    condition.save(update_fields=["evidence", "met_by", "met_at"])
    told: dict[str, Any] = {"condition": condition.kind, "claim": instalment.claim_id}
    record("instalment.condition_met", instalment, by=by, at=at, **told)


def rests_on_claim(condition: Condition) -> bool:
    """Whether saying that it is met names the statement that its payment rests on."""
    return condition.kind in may.ON_EXPENSES and condition.instalment.claim_id is None


def _need_accepted(convention: Convention, claim: Claim | None) -> None:
    if claim is None or (claim.convention_id, claim.state) != (convention.pk, "accepted"):
        raise Refused(_("Choisissez un état des dépenses accepté de cette convention."), code="R81", field="claim")


def need_conditions(instalment: Instalment) -> None:
    """Each condition of the payment is met."""
    left = instalment.conditions.filter(met_at=None).order_by("pk").first()
    if left is not None:
        raise Refused(
            _("Il manque une condition : « %(condition)s ». Constatez-la, puis certifiez le service fait.")
            % {"condition": left.get_kind_display()},
            code="R81",
        )


@transaction.atomic
def certify(instalment: Instalment, *, by: Any, at: datetime | None = None) -> None:
    """Service fait: the evidence was seen, the amount is due. A balance only once everything before it is settled."""
    lock_instalment(instalment)
    at = instant(at, instalment)
    move(instalment, "certify", by)
    need_conditions(instalment)
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
        if instalment.kind == Instalment.Kind.INTERIM:
            need_justified(instalment)
    elif convention.instalments.exclude(pk=instalment.pk).exclude(state__in=("paid", "cancelled")).exists():
        raise Refused(_("Le solde vient en dernier : payez ou annulez d’abord les autres versements."), code="R81")
    else:
        need_final(convention, instalment.cents, besides=instalment.pk)


class Justified(NamedTuple):
    """Of an interim payment: what the expenses accepted of its convention give at the rate of the award, the other interim payments that rest on
    them, and its own amount."""

    given_cents: int
    others_cents: int
    cents: int

    @property
    def left_cents(self) -> int:
        return max(0, self.given_cents - self.others_cents)

    @property
    def excess_cents(self) -> int:
        return max(0, self.others_cents + self.cents - self.given_cents)


def justified(instalment: Instalment) -> Justified:
    others = instalment.convention.instalments.filter(kind=Instalment.Kind.INTERIM, state__in=SERVED)
    held = others.exclude(pk=instalment.pk).values_list("cents", flat=True)
    return Justified(final_of(instalment.convention).rated_cents, sum(held), instalment.cents)


def need_justified(instalment: Instalment) -> None:
    """Interim payments, all of them, are paid on justification (décret n° 2018-514, art. 12): however many rest on one statement."""
    found = justified(instalment)
    if found.excess_cents:
        raise Refused(
            _(
                "Les acomptes dépasseraient de %(excess)s l’aide des dépenses acceptées (%(given)s) : prévoyez un versement "
                "moins élevé."
            )
            % {"excess": money.display(found.excess_cents), "given": money.display(found.given_cents)},
            code="R81",
            excess_cents=found.excess_cents,
        )


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
    """R80: no payment before every convention of the grant is signed by both parties, and the consortium's agreement validated."""
    grant = instalment.convention.share.grant
    unsigned = grant.shares.exclude(convention__state__in=("signed", "closed")).select_related("establishment").first()
    if unsigned is not None:
        raise Refused(
            _("La convention %(name)s n’est pas signée : les versements commencent quand tous les membres ont signé.")
            % {"name": de(unsigned.establishment)},
            code="R80",
        )
    if needs_agreement(grant) and not grant.agreements.filter(state="validated").exists():
        raise Refused(
            _("L’accord de consortium n’est pas validé : les versements commencent après sa validation."), code="R80"
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


def pay_many(instalments: Iterable[Instalment], *, by: Any, at: datetime | None = None) -> dict[int, str]:
    """Each paid on its own: instalment → "" when it is, else the refusal of that one, which keeps no other from being paid."""
    told: dict[int, str] = {}
    for instalment in sorted(
        instalments, key=lambda one: (one.convention.share.line_id, one.pk)
    ):  # as lines are locked
        try:
            pay(instalment, by=by, at=at)
            told[instalment.pk] = ""
        except Refused as refused:
            told[instalment.pk] = str(refused.message)
    return told


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
