"""What is proposed, decided and notified; the scenarios before it."""

from .decision import Decision, DecisionCounter, DecisionQuerySet
from .notification import DEEMED_AFTER_DAYS, Notification, NotificationOpening, RegisteredLetter
from .proposal import SEES_DECISIONS, Kind, Proposal, ProposalQuerySet, ProposalShare
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
    "Notification",
    "NotificationOpening",
    "Proposal",
    "ProposalQuerySet",
    "ProposalShare",
    "RegisteredLetter",
    "ReserveCall",
    "Scenario",
    "ScenarioAside",
    "ScenarioComment",
    "ScenarioPart",
    "SignatureDelegation",
    "SignatureDelegationQuerySet",
]
