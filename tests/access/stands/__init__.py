"""Where the cells are tried: a stage of the demonstration, a clock, and the verbs that bring the dossier VALMONT to a state.

A stand is a function of the cast that gives the things its routes name. It runs inside a transaction that is rolled back. They stand by
noun, each module on those before it; `STANDS` has them all by name.
"""

from . import admissibility, amendment, claim, convention, decision, dossier, evaluation, jury, payment
from .cast import CLOCKS, STAGES, STANDS, Cast, Things, shared, valmont

__all__ = [
    "CLOCKS",
    "STAGES",
    "STANDS",
    "Cast",
    "Things",
    "admissibility",
    "amendment",
    "claim",
    "convention",
    "decision",
    "dossier",
    "evaluation",
    "jury",
    "payment",
    "shared",
    "valmont",
]
