"""What is proposed, decided and notified; the scenarios before it."""

from .decision import Decision, DecisionCounter, DecisionQuerySet
from .notification import DEEMED_AFTER_DAYS, Notification, NotificationOpening, RegisteredLetter
from .procedure import LEAST_DAYS, Procedure, ProcedureQuerySet
from .proposal import SEES_DECISIONS, Kind, Proposal, ProposalQuerySet, ProposalShare
from .remedy import Remedy, RemedyQuerySet
from .scenario import SEES_SCENARIOS, ReserveCall, Scenario, ScenarioAside, ScenarioComment, ScenarioPart
from .signature import SignatureDelegation, SignatureDelegationQuerySet

__all__ = [
    "DEEMED_AFTER_DAYS",
    "SEES_DECISIONS",
    "SEES_SCENARIOS",
    "Decision",
    "DecisionCounter",
    "DecisionQuerySet",
    "Kind",
    "LEAST_DAYS",
    "Notification",
    "NotificationOpening",
    "Procedure",
    "ProcedureQuerySet",
    "Proposal",
    "ProposalQuerySet",
    "ProposalShare",
    "RegisteredLetter",
    "Remedy",
    "RemedyQuerySet",
    "ReserveCall",
    "Scenario",
    "ScenarioAside",
    "ScenarioComment",
    "ScenarioPart",
    "SignatureDelegation",
    "SignatureDelegationQuerySet",
]
