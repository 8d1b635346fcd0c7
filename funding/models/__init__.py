"""Nouns of funding. Accounts, balances, postings and entries are SQL's (ledger.sql); see ledger.py."""

from .envelope import Ceiling, Envelope, EnvelopeShare, Line
from .grant import BankAccount, Convention, Grant, GrantShare, Instalment

__all__ = [
    "BankAccount", "Ceiling", "Convention", "Envelope", "EnvelopeShare", "Grant", "GrantShare", "Instalment", "Line",
]
