"""Pages of the money, by noun."""

from .books import account, account_file, accounts, accounts_file, journal, journal_file, posting
from .closings import close_year, closing, closing_file
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
    "account", "account_file", "accounts", "accounts_file", "cancel", "cancel_order", "certify", "close_year", "closing",
    "closing_file", "convention", "conventions", "envelope",
    "grant", "iban_file", "instalment", "journal", "journal_file", "open_envelope", "order", "pay", "payments", "payments_file", "plan_instalment", "posting",
    "prepare_convention", "propose_iban", "recover", "reverse_recovery", "set_ceiling", "sign_convention", "uncertify", "validate_iban",
]  # fmt: skip
