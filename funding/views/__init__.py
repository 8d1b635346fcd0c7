"""Pages of the money, by noun."""

from .books import account, account_file, accounts, accounts_file, journal, journal_file, posting
from .claims import (
    accept_claim,
    add_line,
    ask_certificate,
    certify_claim,
    check_line,
    claim,
    claim_file,
    claim_lines,
    claims,
    keep_others,
    open_claim,
    remove_line,
    return_claim,
)
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
    "accept_claim", "add_line", "ask_certificate", "certify_claim", "check_line", "claim", "claim_file", "claim_lines", "claims",
    "keep_others", "open_claim", "remove_line", "return_claim",
    "account", "account_file", "accounts", "accounts_file", "cancel", "cancel_order", "certify", "convention", "conventions", "envelope",
    "grant", "iban_file", "instalment", "journal", "journal_file", "open_envelope", "order", "pay", "payments", "payments_file", "plan_instalment", "posting",
    "prepare_convention", "propose_iban", "recover", "reverse_recovery", "set_ceiling", "sign_convention", "uncertify", "validate_iban",
]  # fmt: skip
