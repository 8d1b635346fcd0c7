"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .complements import ComplementField, ComplementRequest
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .deposit import Reception, Version, VersionFile
from .dossier import Application, DataPerimeter, Piece, ResearchProject
from .governance import Governance
from .handover import Handover
from .messages import Message, MessageFile, Reading, Side, Thread, unread_count
from .postponement import Postponement
from .printout import Printout
from .project import Indicator, Outcome, Procedure
from .prorogation import Prorogation, Reminder
from .schedule import Deliverable, Milestone
from .upload import Upload
from .warehouse import FunctionPlacement, Matching, SocleItem, SocleState, Warehouse
from .work import WorkPackage
from .writing import Answer, Clash, Presence, SectionHold

__all__ = [
    "Admissibility",
    "AidRate",
    "Answer",
    "Application",
    "ApplicationGroupPermission",
    "AssociatedPartner",
    "BudgetLine",
    "Call",
    "CallSettings",
    "Clash",
    "ComplementField",
    "ComplementRequest",
    "Criterion",
    "DataPerimeter",
    "Deliverable",
    "FunctionPlacement",
    "FundingPlan",
    "Governance",
    "Handover",
    "Indicator",
    "Matching",
    "Membership",
    "Message",
    "MessageFile",
    "Milestone",
    "Outcome",
    "Piece",
    "PieceRequirement",
    "Presence",
    "Postponement",
    "Printout",
    "Procedure",
    "Prorogation",
    "Reading",
    "Reception",
    "Reminder",
    "ResearchProject",
    "SectionHold",
    "Side",
    "SocleItem",
    "SocleState",
    "Thread",
    "Upload",
    "Version",
    "VersionFile",
    "Warehouse",
    "Wave",
    "WorkPackage",
    "unread_count",
]
