"""Pages of the money, by noun."""

from .agreements import agreement_file, file_agreement, return_agreement, validate_agreement
from .books import account, account_file, accounts, accounts_file, journal, journal_file, posting
from .conventions import (
    convention,
    conventions,
    grant,
    iban_file,
    plan_instalment,
    prepare_convention,
    propose_iban,
    recover,
    reverse_recovery,
    validate_iban,
)
from .envelope import envelope, open_envelope, set_ceiling
from .payments import (
    cancel,
    cancel_order,
    certify,
    instalment,
    meet_condition,
    order,
    pay,
    pay_many,
    payments,
    payments_file,
    uncertify,
)
from .signing import (
    convention_file,
    copy_file,
    countersign_convention,
    hand_in_copy,
    propose_signature,
    rework_convention,
    sign_convention,
)

__all__ = [
    "account", "account_file", "accounts", "accounts_file", "agreement_file", "cancel", "cancel_order", "certify",
    "convention", "convention_file", "conventions", "copy_file", "countersign_convention", "envelope", "file_agreement", "grant", "hand_in_copy",
    "iban_file", "instalment", "journal", "journal_file", "meet_condition", "open_envelope", "order", "pay", "pay_many", "payments", "payments_file",
    "plan_instalment", "posting", "prepare_convention", "propose_iban", "propose_signature", "recover", "return_agreement",
    "reverse_recovery", "rework_convention", "set_ceiling", "sign_convention", "uncertify", "validate_agreement",
    "validate_iban",
]  # fmt: skip
