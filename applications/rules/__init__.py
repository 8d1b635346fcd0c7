"""The rules of the deposit as pure arithmetic: facts and bounds in, verdicts out.

One engine answers the public pre-check, the checklist, the deposit, the sheet of admissibility and the API. Source:
CALL.md §1.3, §2.3, §2.5 and §5. No query, no clock: instants and other dossiers come in with the facts.
"""

from .annex import fault
from .budget import ceiling_bp, check_budget, most_aid_cents, most_overhead_cents, project_years, rate_bp, share_cents
from .eligibility import REGISTER_KINDS, check, in_words, mandated, missing_pieces, stated
from .facts import Bounds, Dossier, Member, Pledge, Required, pledge_of, read
from .matter import MATTER
from .verdicts import BLOCK, IDLE, MET, WARN, Told, Verdict, told

__all__ = [
    "BLOCK",
    "IDLE",
    "MATTER",
    "MET",
    "REGISTER_KINDS",
    "WARN",
    "Bounds",
    "Dossier",
    "Member",
    "Pledge",
    "Required",
    "Told",
    "Verdict",
    "ceiling_bp",
    "check",
    "check_budget",
    "fault",
    "in_words",
    "mandated",
    "missing_pieces",
    "most_aid_cents",
    "most_overhead_cents",
    "pledge_of",
    "project_years",
    "rate_bp",
    "read",
    "share_cents",
    "stated",
    "told",
]
