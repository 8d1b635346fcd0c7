"""Pages of the money, by noun."""

from .accounts import account, account_file, accounts
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
    sign_convention,
    validate_iban,
)
from .envelope import envelope, open_envelope, set_ceiling
from .payments import (
    cancel,
    cancel_order,
    certify,
    instalment,
    order,
    pay,
    payments,
    payments_file,
    uncertify,
)

__all__ = [
    "account", "account_file", "accounts", "cancel", "cancel_order", "certify", "convention", "conventions", "envelope",
    "grant", "iban_file", "instalment", "open_envelope", "order", "pay", "payments", "payments_file", "plan_instalment",
    "prepare_convention", "propose_iban", "recover", "reverse_recovery", "set_ceiling", "sign_convention", "uncertify", "validate_iban",
]  # fmt: skip
