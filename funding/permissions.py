"""Gates of funding: who may promise, contract, certify, order and pay; visibility stands on the nouns."""

from typing import Any

from applications.permissions import WRITES
from directory.models import Affiliation
from edsh_portal.access import FINANCE, has_role

from .models import Agreement, Amendment, BankAccount, Claim, Condition, Convention, Grant, GrantShare, Instalment
from .models.consortium import led_by


def can_see_iban(user: Any, account: BankAccount | None = None) -> bool:
    """The whole number; others see its last four characters."""
    return has_role(user, *FINANCE)


def can_reserve(user: Any, thing: Any = None) -> bool:
    """Who may approve a decision."""
    return has_role(user, "validator", "direction")


def can_engage(user: Any, grant: Grant) -> bool:
    """Who publishes the decision, or records that its registered letter was received."""
    return has_role(user, "direction", "instructor")


def can_void(user: Any, grant: Grant) -> bool:
    return has_role(user, "validator", "direction")


def can_prepare(user: Any, share: GrantShare | None = None) -> bool:
    return has_role(user, "instructor")


def can_sign(user: Any, convention: Convention) -> bool:
    """The legal representative of the beneficiary."""
    return can_sign_for(user, convention.share.establishment_id)


def can_sign_for(user: Any, establishment: int) -> bool:
    """Its legal representative, today."""
    if not user or not user.is_authenticated or not user.is_active:
        return False
    return Affiliation.objects.filter(
        user=user, establishment=establishment, kind=Affiliation.Kind.SIGNATORY, ended_at__isnull=True
    ).exists()


def can_propose_signature(user: Any, convention: Convention | None = None) -> bool:
    """Who prepares conventions proposes that the State sign one."""
    return has_role(user, "instructor")


def can_countersign(user: Any, convention: Convention) -> bool:
    """The direction signs by law (décret n° 2005-850 art. 1): the second half of its act."""
    return has_role(user, "direction")


def can_file_agreement(user: Any, grant: Grant) -> bool:
    """Writers and legal representatives of who coordinates the award today, whoever deposited the dossier."""
    if not user or not user.is_authenticated or not user.is_active:
        return False
    led = Grant.objects.filter(pk=grant.pk).values(led=led_by())
    return Affiliation.objects.filter(user=user, establishment__in=led, kind__in=WRITES, ended_at__isnull=True).exists()


def can_decide_agreement(user: Any, agreement: Agreement) -> bool:
    return has_role(user, "instructor") and user.pk != agreement.filed_by_id


def can_ask_amendment(user: Any, grant: Grant) -> bool:
    """The coordinator's people, or the instruction."""
    return has_role(user, "instructor") or can_file_agreement(user, grant)


def can_draft_amendment(user: Any, amendment: Amendment | None = None) -> bool:
    return has_role(user, "instructor")


def can_propose_iban(user: Any, convention: Convention) -> bool:
    return has_role(user, "instructor") or can_sign(user, convention)


def can_validate_iban(user: Any, account: BankAccount) -> bool:
    """A validating officer or finance, never who proposed it (I18)."""
    return has_role(user, "validator", *FINANCE) and user.pk != account.proposed_by_id


def can_read_rib(user: Any, account: BankAccount) -> bool:
    """Who may validate an account, and who proposed this one."""
    return has_role(user, "validator", *FINANCE) or (user.is_authenticated and user.pk == account.proposed_by_id)


def can_plan(user: Any, thing: Any = None) -> bool:
    return has_role(user, "instructor")


# Who says that a condition is met: the certifier of what a public accountant or an auditor has certified, the instruction of the rest.
ON_EXPENSES = (Condition.Kind.EXPENSES, Condition.Kind.FINAL_EXPENSES)


def can_meet(user: Any, condition: Condition) -> bool:
    return has_role(user, "certifier" if condition.kind in ON_EXPENSES else "instructor")


def can_certify(user: Any, instalment: Instalment) -> bool:
    return has_role(user, "certifier")


def can_order(user: Any, instalment: Instalment) -> bool:
    return has_role(user, "orderer") and user.pk != instalment.certified_by_id


def can_pay(user: Any, instalment: Instalment) -> bool:
    return has_role(user, "payer") and user.pk not in (instalment.certified_by_id, instalment.ordered_by_id)


def can_uncertify(user: Any, instalment: Instalment) -> bool:
    """The certifier takes it back, or the orderer who will not order sends it back."""
    return has_role(user, "certifier", "orderer")


def can_cancel_order(user: Any, instalment: Instalment) -> bool:
    """The orderer takes it back, or the accountant who will not pay sends it back."""
    return has_role(user, "orderer", "payer")


def can_exchange(user: Any, thing: Any = None) -> bool:
    """Who orders and who pays exchange files with the tools of the State."""
    return has_role(user, "orderer", "payer")


# ── claims ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def can_claim(user: Any, convention: Convention) -> bool:
    """Who writes or signs for the beneficiary today."""
    if not user or not user.is_authenticated or not user.is_active:
        return False
    return Affiliation.objects.reached().filter(user=user, establishment=convention.share.establishment_id).exists()


def can_write_claim(user: Any, claim: Claim) -> bool:
    return can_claim(user, claim.convention)


def can_certify_claim(user: Any, claim: Claim) -> bool:
    """The accountant whom the claim names, while they are of the establishment."""
    return bool(user) and user.pk == claim.accountant_id and can_claim(user, claim.convention)


def can_check_claim(user: Any, claim: Claim) -> bool:
    return has_role(user, "instructor")


def can_return_claim(user: Any, claim: Claim) -> bool:
    """Before it is sent, those of the establishment; then the officer."""
    return can_write_claim(user, claim) if claim.state == "certifying" else can_check_claim(user, claim)
