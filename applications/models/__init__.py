"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .complements import ComplementField, ComplementRequest
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .deposit import Version, VersionFile
from .dossier import Application, DataPerimeter, Piece, ResearchProject
from .messages import Message, MessageFile, Reading, Side, Thread, unread_count
from .prorogation import Prorogation, Reminder
from .upload import Upload
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
    "FundingPlan",
    "Membership",
    "Message",
    "MessageFile",
    "Piece",
    "PieceRequirement",
    "Presence",
    "Prorogation",
    "Reading",
    "Reminder",
    "ResearchProject",
    "SectionHold",
    "Side",
    "Thread",
    "Upload",
    "Version",
    "VersionFile",
    "Wave",
    "WorkPackage",
    "unread_count",
]
