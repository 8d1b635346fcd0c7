"""Nouns of the call and of the dossier."""

from .admissibility import Admissibility
from .budget import BudgetLine, FundingPlan
from .call import AidRate, Call, CallSettings, Criterion, PieceRequirement, Wave
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .deposit import Version, VersionFile
from .dossier import Application, DataPerimeter, Piece, ResearchProject
from .handover import Handover
from .postponement import Postponement
from .upload import Upload
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
    "Criterion",
    "DataPerimeter",
    "FundingPlan",
    "Handover",
    "Membership",
    "Piece",
    "PieceRequirement",
    "Presence",
    "Postponement",
    "ResearchProject",
    "SectionHold",
    "Upload",
    "Version",
    "VersionFile",
    "Wave",
]
