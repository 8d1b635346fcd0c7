"""The verbs of funding, by noun: envelope, closing, grant, convention, payment, correction. The maps of the states are in steps.py."""

from .account import note_rib_examined, propose_iban, same_holder, validate_iban
from .closing import propose_closing
from .convention import prepare_convention, sign_convention
from .correction import GROUNDS, propose_recovery, propose_reversal
from .envelope import WHO, propose_ceiling, propose_envelope
from .grant import engage, lapses, reservations, reserve, void
from .payment import cancel, cancel_order, certify, limit_of, order, pay, plan_instalment, uncertify
from .steps import CONVENTION_STEPS, GRANT_STEPS, INSTALMENT_STEPS

__all__ = [
    "CONVENTION_STEPS",
    "GRANT_STEPS",
    "GROUNDS",
    "INSTALMENT_STEPS",
    "WHO",
    "cancel",
    "cancel_order",
    "certify",
    "engage",
    "lapses",
    "limit_of",
    "note_rib_examined",
    "order",
    "pay",
    "plan_instalment",
    "prepare_convention",
    "propose_ceiling",
    "propose_closing",
    "propose_envelope",
    "propose_iban",
    "propose_recovery",
    "propose_reversal",
    "reservations",
    "reserve",
    "same_holder",
    "sign_convention",
    "uncertify",
    "validate_iban",
    "void",
]
