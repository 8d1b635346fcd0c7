"""Many proposals approved after one summary: each on its own, so that what fails keeps nobody else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from ..models import Decision, Proposal
from .proposal import approve


class Answer(NamedTuple):
    """What became of one proposal: its decision, or why there is none."""

    proposal: Proposal
    decision: Decision | None
    why: str = ""


def approve_each(proposals: Iterable[Proposal], *, by: Any, at: datetime | None = None) -> list[Answer]:
    """Each in a transaction of its own, in the order given. A refusal is an answer, and the next one is approved all the same."""
    return [_answer(proposal, by, at) for proposal in proposals]


def _answer(proposal: Proposal, by: Any, at: datetime | None) -> Answer:
    try:
        return Answer(proposal, approve(proposal, by=by, at=at))
    except Refused as refused:
        return Answer(proposal, None, str(refused.message))
    except PermissionDenied:
        return Answer(proposal, None, _("Vous avez fait cette proposition : une autre personne doit l’approuver."))
