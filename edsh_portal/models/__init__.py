"""The ground's tables, by noun: the clock and the steps, events and their seals, acts, obligations, documents, mails, who came."""

from .act import Act, ActKind
from .clock import PortalClock
from .delivery import Delivery, Heartbeat, OwedKind
from .document import Document, ScanResult
from .event import Event, StreamHead
from .mail import Mail, MailChoice
from .seal import Seal, SealDue, SealForm
from .verification import Verification, VerificationStep
from .visit import AccessLog, Once, Throttle, WebSession
from .workflow import WorkflowStep

__all__ = [
    "AccessLog",
    "Act",
    "ActKind",
    "Delivery",
    "Document",
    "Event",
    "Heartbeat",
    "Mail",
    "MailChoice",
    "Once",
    "OwedKind",
    "PortalClock",
    "ScanResult",
    "Seal",
    "SealDue",
    "SealForm",
    "StreamHead",
    "Throttle",
    "Verification",
    "VerificationStep",
    "WebSession",
    "WorkflowStep",
]
