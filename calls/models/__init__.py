"""Nouns of the call."""

from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .evaluation import LinkRule, Skill
from .letters import LetterTerms
from .postponement import Postponement

__all__ = [
    "AidRate",
    "Call",
    "CallSettings",
    "Criterion",
    "LetterTerms",
    "LinkRule",
    "PieceRequirement",
    "Postponement",
    "Skill",
    "Wave",
]
