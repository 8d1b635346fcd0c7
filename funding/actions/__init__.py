"""The verbs of funding, by noun: envelope, grant, convention, claim (written, then checked), payment, correction. The maps of the states are in steps.py."""

from .account import note_rib_examined, propose_iban, same_holder, validate_iban
from .check import accept_claim, check_line, keep_others
from .claim import (
    accountants,
    add_line,
    ask_certificate,
    certify_claim,
    final_of,
    note_claim_file_examined,
    open_claim,
    other_public,
    remove_line,
    return_claim,
    subsidised,
)
from .convention import net_paid, prepare_convention, sign_convention
from .correction import GROUNDS, propose_recovery, propose_reversal
from .envelope import WHO, propose_ceiling, propose_envelope
from .grant import engage, lapses, reservations, reserve, void
from .payment import (
    balance_left,
    cancel,
    cancel_order,
    certify,
    final_claim,
    limit_of,
    order,
    pay,
    plan_instalment,
    uncertify,
)
from .steps import CLAIM_STEPS, CONVENTION_STEPS, GRANT_STEPS, INSTALMENT_STEPS

__all__ = [
    "CLAIM_STEPS",
    "CONVENTION_STEPS",
    "GRANT_STEPS",
    "GROUNDS",
    "INSTALMENT_STEPS",
    "WHO",
    "accept_claim",
    "accountants",
    "add_line",
    "ask_certificate",
    "balance_left",
    "cancel",
    "cancel_order",
    "certify",
    "certify_claim",
    "check_line",
    "engage",
    "final_claim",
    "final_of",
    "keep_others",
    "lapses",
    "limit_of",
    "note_claim_file_examined",
    "note_rib_examined",
    "open_claim",
    "order",
    "other_public",
    "net_paid",
    "pay",
    "plan_instalment",
    "prepare_convention",
    "propose_ceiling",
    "propose_envelope",
    "propose_iban",
    "propose_recovery",
    "propose_reversal",
    "remove_line",
    "reservations",
    "reserve",
    "return_claim",
    "same_holder",
    "sign_convention",
    "subsidised",
    "uncertify",
    "validate_iban",
    "void",
]
