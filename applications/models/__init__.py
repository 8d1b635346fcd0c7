"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .complements import ComplementField, ComplementRequest
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .delegation import Delegation
from .departure import Departure
from .deposit import Reception, Version, VersionFile
from .dossier import Application, DataPerimeter, Piece, ResearchProject
from .governance import Governance
from .handover import Handover
from .mandate import Mandate, MandateWithdrawal, last_mandate, pledged, with_pledges
from .messages import Message, MessageFile, Reading, Side, Thread, unread_count
from .postponement import Postponement
from .printout import Printout
from .project import Indicator, Outcome, Procedure
from .prorogation import Prorogation, Reminder
from .schedule import Deliverable, Milestone
from .signature import DossierReading, SignatureRequest
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
    "Delegation",
    "Departure",
    "Deliverable",
    "DossierReading",
    "FunctionPlacement",
    "FundingPlan",
    "Governance",
    "Handover",
    "Indicator",
    "Mandate",
    "MandateWithdrawal",
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
    "SignatureRequest",
    "SocleItem",
    "SocleState",
    "Thread",
    "Upload",
    "Version",
    "VersionFile",
    "Warehouse",
    "Wave",
    "WorkPackage",
    "last_mandate",
    "pledged",
    "unread_count",
    "with_pledges",
]
