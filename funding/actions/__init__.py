"""The verbs of funding, by noun: envelope, grant, convention, payment. The maps of the states are in steps.py."""

from .convention import prepare_convention, propose_iban, sign_convention, validate_iban
from .envelope import open_envelope, set_ceiling
from .grant import engage, reserve, void
from .payment import cancel, cancel_order, certify, limit_of, order, pay, plan_instalment, recover, uncertify
from .steps import CONVENTION_STEPS, GRANT_STEPS, INSTALMENT_STEPS

__all__ = [
    "CONVENTION_STEPS",
    "GRANT_STEPS",
    "INSTALMENT_STEPS",
    "cancel",
    "cancel_order",
    "certify",
    "engage",
    "limit_of",
    "open_envelope",
    "order",
    "pay",
    "plan_instalment",
    "prepare_convention",
    "propose_iban",
    "recover",
    "reserve",
    "set_ceiling",
    "sign_convention",
    "uncertify",
    "validate_iban",
    "void",
]
