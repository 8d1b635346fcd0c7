"""Nouns of funding. Accounts, balances, postings and entries are SQL's (ledger.sql); the rows are read through ledger.py."""

from .envelope import Ceiling, Envelope, EnvelopeShare, Line
from .grant import BankAccount, Convention, Grant, GrantShare, Instalment
from .ledger import Account, Balance, Entry, Posting

__all__ = [
    "Account", "Balance", "BankAccount", "Ceiling", "Convention", "Envelope", "EnvelopeShare", "Entry", "Grant",
    "GrantShare", "Instalment", "Line", "Posting",
]
