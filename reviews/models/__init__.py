"""Nouns of the evaluation: who is asked, what they declared, what they scored, how the jury listed the dossiers."""

from .allocation import Allocation, Need, Placement
from .assignment import HELD, LIVE, SEES_ASSIGNMENTS, Assignment, AssignmentQuerySet, ReviewerPermission
from .calibration import Calibration, CalibrationMark, CalibrationReport, CalibrationText
from .conflict import Ruling, in_words, of_people_around
from .discussion import Consensus, ConsensusMark, Discussion, FurtherExpert, Position, Remark
from .expert import SEES_EXPERTS, Profile, Tie, Undertaking
from .feedback import OVERALL, SEES_FEEDBACK, Feedback, FeedbackText, Harmless
from .hearing import Absence, Hearing, Schedule, Sitting, Slot, Summoned, Summons, Venue
from .jury import SEES_CLOSED_SESSION, SEES_OPEN_SESSION, RankingLine, Session
from .minutes import Minutes, SessionReopening
from .opinion import SEES_OPINIONS, Opinion
from .panel import Panel
from .reminder import ReportReminder
from .report import Confirmation, JuryNote, PrivateNote, Reopening, Review, Revision, Score, ScoreVersion
from .room import Attendance, Ballot, Item, Motion, Seat, Withdrawal

__all__ = [
    "Absence",
    "Allocation",
    "Assignment",
    "AssignmentQuerySet",
    "Attendance",
    "Ballot",
    "Calibration",
    "CalibrationMark",
    "CalibrationReport",
    "CalibrationText",
    "Confirmation",
    "Consensus",
    "ConsensusMark",
    "Discussion",
    "Feedback",
    "FeedbackText",
    "FurtherExpert",
    "HELD",
    "Harmless",
    "Hearing",
    "Item",
    "JuryNote",
    "LIVE",
    "Minutes",
    "Motion",
    "Need",
    "OVERALL",
    "Opinion",
    "Panel",
    "Placement",
    "Position",
    "PrivateNote",
    "Profile",
    "RankingLine",
    "Remark",
    "Reopening",
    "ReportReminder",
    "Review",
    "ReviewerPermission",
    "Revision",
    "Ruling",
    "SEES_ASSIGNMENTS",
    "SEES_EXPERTS",
    "SEES_FEEDBACK",
    "SEES_CLOSED_SESSION",
    "SEES_OPEN_SESSION",
    "SEES_OPINIONS",
    "Schedule",
    "Score",
    "ScoreVersion",
    "Seat",
    "Session",
    "SessionReopening",
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
