"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from .allocation import Allocation, Need, Placement
from .assignment import HELD, LIVE, SEES_ASSIGNMENTS, Assignment, AssignmentQuerySet, ReviewerPermission
from .conflict import Ruling, in_words, of_people_around
from .expert import SEES_EXPERTS, Profile, Tie, Undertaking
from .jury import SEES_OPEN_SESSION, RankingLine, Session
from .opinion import SEES_OPINIONS, Opinion
from .report import Review, Score

__all__ = [
    "Allocation",
    "Assignment",
    "AssignmentQuerySet",
    "HELD",
    "LIVE",
    "Need",
    "Opinion",
    "Placement",
    "Profile",
    "RankingLine",
    "Review",
    "ReviewerPermission",
    "Ruling",
    "SEES_ASSIGNMENTS",
    "SEES_EXPERTS",
    "SEES_OPEN_SESSION",
    "SEES_OPINIONS",
    "Score",
    "Session",
    "Tie",
    "Undertaking",
    "in_words",
    "of_people_around",
]
