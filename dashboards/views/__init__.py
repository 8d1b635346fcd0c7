"""Pages composed of several floors."""

from .figures import coverage_csv, dashboard, funding_csv, waves_csv
from .home import home
from .jobs import jobs, retry
from .public import accessibility, call, legal, privacy, sitemap
from .search import search
from .timeline import timeline

__all__ = [
    "accessibility",
    "call",
    "coverage_csv",
    "dashboard",
    "funding_csv",
    "home",
    "jobs",
    "legal",
    "privacy",
    "retry",
    "search",
    "sitemap",
    "timeline",
    "waves_csv",
]
