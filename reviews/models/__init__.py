"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from .assignment import LIVE, SEES_ASSIGNMENTS, Assignment, AssignmentQuerySet, ReviewerPermission
from .conflict import in_words, of_people_around
from .jury import SEES_OPEN_SESSION, RankingLine, Session
from .opinion import SEES_OPINIONS, Opinion
from .report import JuryNote, PrivateNote, Review, Score, ScoreVersion

__all__ = [
    "Assignment",
    "AssignmentQuerySet",
    "JuryNote",
    "LIVE",
    "Opinion",
    "PrivateNote",
    "RankingLine",
    "Review",
    "ReviewerPermission",
    "SEES_ASSIGNMENTS",
    "SEES_OPEN_SESSION",
    "SEES_OPINIONS",
    "Score",
    "ScoreVersion",
    "Session",
    "in_words",
    "of_people_around",
]
