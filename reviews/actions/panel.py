"""The score panel: asked for by who runs the jury, weighed by a worker outside any transaction, then kept beside the ranking."""

import hashlib
import json
from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from edsh_portal.events import instant, record
from edsh_portal.workflow import Refused

from .. import permissions, ranking
from ..models import Panel, RankingLine, Session

TRANCHES = 20  # of ranks, at most, of a rankogram


class Weighed(NamedTuple):
    seed: int
    inputs_sha256: str
    envelope_cents: int
    figures: dict[str, Any]


@transaction.atomic
def ask_panel(session: Session, *, by: Any, at: datetime | None = None) -> None:
    """Weighs again what the envelope and the ranking are now; the worker answers."""
    session.refresh_from_db(from_queryset=Session.objects.select_for_update(no_key=True, of=("self",)))
    if not permissions.can_ask_panel(by, session):
        raise PermissionDenied
    if session.state != "open":
        raise Refused(_("La session est close : le classement attendu ne change plus."), code="R59")
    record("panel.asked", session, by=by, at=instant(at, session))


def weigh(session: Session, envelope_cents: int) -> Weighed | None:
    """What the panel would say now; none when the text of the call does not provide for it. The seed comes from the inputs, so that
    nobody chooses it. No transaction is held: seconds for hundreds of dossiers."""
    if not session.wave.settings.score_panel:
        return None
    lines = list(session.lines.order_by("rank", "application_id"))
    marks = ranking.totals(session.wave, [line.application_id for line in lines])
    inputs = {
        "envelope": envelope_cents,
        "lines": [[line.application_id, line.requested_cents, bool(line.below_floor)] for line in lines],
        "marks": [[dossier, expert, str(score)] for dossier, expert, score in marks],
    }
    digest = hashlib.sha256(json.dumps(inputs, separators=(",", ":")).encode()).hexdigest()
    seed = int(digest[:7], 16)
    return Weighed(seed, digest, envelope_cents, _figures(lines, marks, seed, envelope_cents))


def _figures(lines: list[RankingLine], marks: list[ranking.Total], seed: int, envelope_cents: int) -> dict[str, Any]:
    if not marks:  # whoever had judged has stepped back since
        return {"line": 0, "error": 0, "draws": 0, "tranches": [], "dossiers": {}, "experts": {}}
    from .. import uncertainty  # numpy: for the worker alone

    ranks = uncertainty.expected_ranks([uncertainty.Score(*mark) for mark in marks], seed)
    place = {dossier: number for number, dossier in enumerate(ranks.dossiers)}
    eligible = [line for line in lines if not line.below_floor and line.application_id in place]
    asked = [line.requested_cents for line in eligible]
    official = uncertainty.in_order(len(eligible))
    chances = uncertainty.funded(
        ranks.draws[:, [place[line.application_id] for line in eligible]], asked, envelope_cents
    )
    funded = dict(zip([line.application_id for line in eligible], chances, strict=True))
    spread = uncertainty.rankogram(ranks.draws, TRANCHES)
    reports = Counter[Any](expert for _dossier, expert, _score in marks)
    return {
        "line": int(uncertainty.funded(official, asked, envelope_cents).sum()),
        "error": round(float(ranks.error.max()), 4),
        "draws": len(ranks.draws),
        "tranches": uncertainty.tranche_ends(len(place), TRANCHES),
        "dossiers": {
            str(dossier): {
                "expected": round(float(ranks.expected[n]), 2),
                "low": int(ranks.low[n]),
                "high": int(ranks.high[n]),
                "error": round(float(ranks.error[n]), 4),
                "funded": round(float(funded[dossier]), 3) if dossier in funded else None,
                "spread": [round(1000 * float(share)) for share in spread[n]],
            }
            for dossier, n in place.items()
        },
        "experts": {
            str(expert): {
                "severity": round(float(ranks.severity[n]), 1),
                "low": round(float(ranks.severity_low[n]), 1),
                "high": round(float(ranks.severity_high[n]), 1),
                "reports": reports[expert],
            }
            for n, expert in enumerate(ranks.experts)
        },
    }


@transaction.atomic
def keep_panel(session: Session, weighed: Weighed, *, at: datetime | None = None) -> Panel:
    """The portal's own: a row, unless the last one is made of the same, and the event that says that it is there."""
    at = instant(at, session)
    panel = session.panels.order_by("pk").last()
    if panel is None or panel.inputs_sha256 != weighed.inputs_sha256:
        panel = Panel.objects.create(session=session, made_at=at, **weighed._asdict())
    record("panel.computed", session, by=None, at=at, panel=panel.pk, inputs=weighed.inputs_sha256)
    return panel
