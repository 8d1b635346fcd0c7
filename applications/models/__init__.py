"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .deposit import Version, VersionFile
from .dossier import Answer, Application, DataPerimeter, Piece, ResearchProject
from .handover import Handover
from .postponement import Postponement

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
    "Handover",
    "Membership",
    "Piece",
    "PieceRequirement",
    "Postponement",
    "ResearchProject",
    "Version",
    "VersionFile",
    "Wave",
]
