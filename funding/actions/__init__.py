"""The verbs of funding, by noun: envelope, closing, grant, convention, payment, correction. The maps of the states are in steps.py."""

from .account import note_rib_examined, propose_iban, same_holder, validate_iban
from .agreement import (
    file_agreement,
    needs_agreement,
    note_agreement_examined,
    return_agreement,
    validate_agreement,
)
from .closing import propose_closing
from .convention import prepare_convention, rework_convention, send_convention
from .correction import GROUNDS, propose_recovery, propose_reversal
from .envelope import WHO, propose_ceiling, propose_envelope
from .grant import engage, lapses, reservations, reserve, void
from .payment import (
    cancel,
    cancel_order,
    certify,
    limit_of,
    meet_condition,
    order,
    pay,
    pay_many,
    plan_instalment,
    uncertify,
)
from .signing import (
    REFUSALS,
    SIGNATURE,
    countersign_convention,
    hand_in_copy,
    note_copy_examined,
    propose_signature,
    sign_convention,
)
from .steps import AGREEMENT_STEPS, CONVENTION_STEPS, GRANT_STEPS, INSTALMENT_STEPS

__all__ = [
    "AGREEMENT_STEPS",
    "CONVENTION_STEPS",
    "GRANT_STEPS",
    "GROUNDS",
    "INSTALMENT_STEPS",
    "REFUSALS",
    "SIGNATURE",
    "WHO",
    "cancel",
    "cancel_order",
    "certify",
    "countersign_convention",
    "engage",
    "file_agreement",
    "hand_in_copy",
    "lapses",
    "limit_of",
    "meet_condition",
    "needs_agreement",
    "note_agreement_examined",
    "note_copy_examined",
    "note_rib_examined",
    "order",
    "pay",
    "pay_many",
    "plan_instalment",
    "prepare_convention",
    "propose_ceiling",
    "propose_closing",
    "propose_envelope",
    "propose_iban",
    "propose_recovery",
    "propose_reversal",
    "propose_signature",
    "reservations",
    "reserve",
    "return_agreement",
    "rework_convention",
    "same_holder",
    "send_convention",
    "sign_convention",
    "uncertify",
    "validate_agreement",
    "validate_iban",
    "void",
]
