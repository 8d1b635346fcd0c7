"""Nouns of the dossier."""

from .budget import BudgetLine, FundingPlan
from .consortium import ApplicationGroupPermission, AssociatedPartner, Membership
from .delegation import Delegation
from .departure import Departure
from .deposit import Consent, ConsentWithdrawal, Reception, Version, VersionFile
from .dossier import Application, DataPerimeter, Piece, ResearchProject
from .governance import Governance
from .handover import Handover
from .mandate import Mandate, MandateWithdrawal, last_mandate, pledged, with_pledges
from .opening import Opening
from .printout import Printout
from .project import Indicator, Outcome, Procedure
from .schedule import Deliverable, Milestone
from .signature import DossierReading, SignatureRequest
from .upload import Upload
from .warehouse import FunctionPlacement, Matching, SocleItem, SocleState, Warehouse
from .work import WorkPackage
from .writing import Answer, Clash, Presence, SectionOwner

__all__ = [
    "Answer",
    "Application",
    "ApplicationGroupPermission",
    "AssociatedPartner",
    "BudgetLine",
    "Clash",
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
    "Milestone",
    "Opening",
    "Outcome",
    "Piece",
    "Presence",
    "Printout",
    "Procedure",
    "Consent",
    "ConsentWithdrawal",
    "Reception",
    "ResearchProject",
    "SectionOwner",
    "SignatureRequest",
    "SocleItem",
    "SocleState",
    "Upload",
    "Version",
    "VersionFile",
    "Warehouse",
    "WorkPackage",
    "last_mandate",
    "pledged",
    "with_pledges",
]
