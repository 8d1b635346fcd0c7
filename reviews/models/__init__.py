"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from .allocation import Allocation, Need, Placement
from .assignment import HELD, LIVE, SEES_ASSIGNMENTS, Assignment, AssignmentQuerySet, ReviewerPermission
from .conflict import Ruling, in_words, of_people_around
from .discussion import Consensus, ConsensusMark, Discussion, Position, Remark
from .expert import SEES_EXPERTS, Profile, Tie, Undertaking
from .jury import SEES_OPEN_SESSION, RankingLine, Session
from .minutes import Minutes, SessionReopening
from .opinion import SEES_OPINIONS, Opinion
from .panel import Panel
from .report import JuryNote, PrivateNote, Review, Score, ScoreVersion
from .room import Attendance, Ballot, Item, Motion, Seat, Withdrawal

__all__ = [
    "Allocation",
    "Assignment",
    "AssignmentQuerySet",
    "Attendance",
    "Ballot",
    "Consensus",
    "ConsensusMark",
    "Discussion",
    "HELD",
    "Item",
    "JuryNote",
    "LIVE",
    "Minutes",
    "Motion",
    "Need",
    "Opinion",
    "Panel",
    "Placement",
    "Position",
    "PrivateNote",
    "Profile",
    "RankingLine",
    "Remark",
    "SessionReopening",
    "Review",
    "ReviewerPermission",
    "Ruling",
    "SEES_ASSIGNMENTS",
    "SEES_EXPERTS",
    "SEES_OPEN_SESSION",
    "SEES_OPINIONS",
    "Score",
    "ScoreVersion",
    "Seat",
    "Session",
    "Tie",
    "Undertaking",
    "Withdrawal",
    "in_words",
    "of_people_around",
]
