"""The financial annex: the portal's own sheets of the budget, written (sheet.py), read back (reading.py) and compared with the
form (reconciling.py, R40). The portal makes one at each deposit; another may be joined by hand. No query, no clock.
"""

from .reading import MOST_ERRORS, Filled, allowed, faults, mine, read, unseen
from .reconciling import differences, kept, reconcile
from .sheet import CODE, ENTRY, FIRST, FUNDING, MARK, labels, of_deposit, write

__all__ = [
    "CODE",
    "ENTRY",
    "FIRST",
    "FUNDING",
    "MARK",
    "MOST_ERRORS",
    "Filled",
    "allowed",
    "differences",
    "faults",
    "kept",
    "labels",
    "mine",
    "of_deposit",
    "read",
    "reconcile",
    "unseen",
    "write",
]
