"""Nouns of the call."""

from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .evaluation import LinkRule, Skill
from .postponement import Postponement

__all__ = [
    "AidRate",
    "Call",
    "CallSettings",
    "Criterion",
    "LinkRule",
    "PieceRequirement",
    "Postponement",
    "Skill",
    "Wave",
]
