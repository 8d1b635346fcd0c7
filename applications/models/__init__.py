"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .deposit import Version, VersionFile
from .dossier import Answer, Application, DataPerimeter, Piece, ResearchProject
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
    "FundingPlan",
    "Membership",
    "Piece",
    "PieceRequirement",
    "ResearchProject",
    "Version",
    "VersionFile",
    "Wave",
    "WorkPackage",
]
