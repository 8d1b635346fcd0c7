"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from .allocation import Allocation, Need, Placement
from .assignment import HELD, LIVE, SEES_ASSIGNMENTS, Assignment, AssignmentQuerySet, ReviewerPermission
from .conflict import Ruling, in_words, of_people_around
from .discussion import Consensus, ConsensusMark, Discussion, Position, Remark
from .expert import SEES_EXPERTS, Profile, Tie, Undertaking
from .hearing import Absence, Hearing, Schedule, Sitting, Slot, Summoned, Summons, Venue
from .jury import SEES_OPEN_SESSION, RankingLine, Session
from .opinion import SEES_OPINIONS, Opinion
from .panel import Panel
from .report import JuryNote, PrivateNote, Review, Revision, Score, ScoreVersion
from .room import Attendance, Ballot, Item, Motion, Seat, Withdrawal

__all__ = [
    "Absence",
    "Allocation",
    "Assignment",
    "AssignmentQuerySet",
    "Attendance",
    "Ballot",
    "Consensus",
    "ConsensusMark",
    "Discussion",
    "HELD",
    "Hearing",
    "Item",
    "JuryNote",
    "LIVE",
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
    "Review",
    "ReviewerPermission",
    "Revision",
    "Ruling",
    "SEES_ASSIGNMENTS",
    "SEES_EXPERTS",
    "SEES_OPEN_SESSION",
    "SEES_OPINIONS",
    "Schedule",
    "Score",
    "ScoreVersion",
    "Seat",
    "Session",
    "Sitting",
    "Slot",
    "Summoned",
    "Summons",
    "Tie",
    "Undertaking",
    "Venue",
    "Withdrawal",
    "in_words",
    "of_people_around",
]
