"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .deposit import Version, VersionFile
from .dossier import Answer, Application, DataPerimeter, Piece, ResearchProject
from .governance import Governance
from .project import Indicator, Outcome, Procedure
from .schedule import Deliverable, Milestone
from .warehouse import FunctionPlacement, Matching, SocleItem, SocleState, Warehouse
from .work import WorkPackage

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
    "Criterion",
    "DataPerimeter",
    "Deliverable",
    "FunctionPlacement",
    "FundingPlan",
    "Governance",
    "Indicator",
    "Matching",
    "Membership",
    "Milestone",
    "Outcome",
    "Piece",
    "PieceRequirement",
    "Procedure",
    "ResearchProject",
    "SocleItem",
    "SocleState",
    "Version",
    "VersionFile",
    "Warehouse",
    "Wave",
    "WorkPackage",
]
