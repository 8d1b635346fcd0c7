"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from .assignment import LIVE, SEES_ASSIGNMENTS, Assignment, AssignmentQuerySet, ReviewerPermission
from .conflict import in_words, of_people_around
from .discussion import Consensus, ConsensusMark, Discussion, Position, Remark
from .jury import SEES_OPEN_SESSION, RankingLine, Session
from .opinion import SEES_OPINIONS, Opinion
from .panel import Panel
from .report import Review, Score

__all__ = [
    "Assignment",
    "AssignmentQuerySet",
    "Consensus",
    "ConsensusMark",
    "Discussion",
    "LIVE",
    "Opinion",
    "Panel",
    "Position",
    "RankingLine",
    "Remark",
    "Review",
    "ReviewerPermission",
    "SEES_ASSIGNMENTS",
    "SEES_OPEN_SESSION",
    "SEES_OPINIONS",
    "Score",
    "Session",
    "in_words",
    "of_people_around",
]
