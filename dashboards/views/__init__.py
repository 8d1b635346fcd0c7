"""Pages composed of several floors."""

from .acts import act, acts, approve_act, return_act, take_back_act
from .boxes import ask_box, box, box_file, box_progress, boxes, hand_box
from .figures import coverage_file, dashboard, funding_file, waves_file
from .home import home
from .jobs import jobs, retry
from .public import accessibility, call, interface, legal, privacy, sitemap
from .register import register, register_file
from .search import search
from .timeline import timeline
from .trail import events, reads
from .verification import verification

__all__ = [
    "accessibility",
    "act",
    "acts",
    "approve_act",
    "ask_box",
    "box",
    "box_file",
    "box_progress",
    "boxes",
    "call",
    "coverage_file",
    "dashboard",
    "events",
    "funding_file",
    "hand_box",
    "home",
    "interface",
    "jobs",
    "legal",
    "privacy",
    "reads",
    "register",
    "register_file",
    "retry",
    "return_act",
    "search",
    "sitemap",
    "take_back_act",
    "timeline",
    "verification",
    "waves_file",
]
