"""Nouns of the call."""

from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .postponement import Postponement

__all__ = ["AidRate", "Call", "CallSettings", "Criterion", "PieceRequirement", "Postponement", "Wave"]
