"""Nouns of funding. What belongs to the ledger is SQL's (ledger.sql) and only read here."""

from .amendment import Amendment, AmendmentSignature
from .claim import Claim, ClaimFile, ClaimLine
from .closing import Closing
from .consortium import MemberChange
from .contract import Agreement, Condition, ConventionSignature, SignedCopy
from .envelope import Ceiling, Envelope, EnvelopeShare, Line
from .exchange import Batch, BatchLine, Import, ImportLine
from .grant import BankAccount, Convention, Grant, GrantShare, Instalment
from .lapse import Extension, Start, StartReminder
from .ledger import Account, Balance, Entry, Family, Movement, Posting
from .shortage import ForecastRun, Shortage

__all__ = [
    "Account",
    "Agreement",
    "Amendment",
    "AmendmentSignature",
    "Balance",
    "BankAccount",
    "Batch",
    "BatchLine",
    "Ceiling",
    "Claim",
    "ClaimFile",
    "ClaimLine",
    "Closing",
    "Condition",
    "Convention",
    "ConventionSignature",
    "Entry",
    "Envelope",
    "EnvelopeShare",
    "Extension",
    "Family",
    "ForecastRun",
    "Grant",
    "GrantShare",
    "Import",
    "ImportLine",
    "Instalment",
    "Line",
    "MemberChange",
    "Movement",
    "Posting",
    "Shortage",
    "SignedCopy",
    "Start",
    "StartReminder",
]
