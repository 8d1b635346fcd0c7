"""The letter of a contradictory procedure, on paper: what somebody is told before an act against them (CRPA L121-1, L122-1)."""

from datetime import date, datetime
from typing import Any

from django.conf import settings as portal
from django.utils.translation import override

from calls.models.letters import terms_of
from edsh_portal import clock, paper, pdf
from edsh_portal.numbers import finess, siret
from funding.printing import number as number_of_convention

from .actions.procedure import GROUNDS
from .models import Procedure

FORMAT = 1


def number(procedure: Procedure) -> str:
    """« EDSH-1-2022-0007-P3 »: the dossier's, and the procedure's own."""
    return f"{procedure.application.reference}-P{procedure.pk}"


def title(told: dict[str, Any]) -> str:
    what = "Reversement envisagé" if told["kind"] == Procedure.Kind.RECOVERY else "Retrait envisagé d’une aide"
    return f"{what} : procédure contradictoire n° {told['number']}"


def compose(procedure: Procedure) -> dict[str, Any]:
    """All that the letter says (cents, ISO days and instants), which the sealed PDF carries. `last_on`: None when the delay runs from
    the reception of the registered letter."""
    with override("fr"):
        application, to = procedure.application, procedure.establishment
        settings, terms = application.wave.settings, terms_of(application.wave.call, procedure.opened_at)
        return {
            "format": FORMAT,
            "number": number(procedure),
            "portal": portal.BASE_URL,
            "fictitious": portal.DEMO,
            "opened_at": procedure.opened_at.isoformat(),
            "kind": procedure.kind,
            "state": {name: terms[name] for name in ("ministry", "direction", "place")},
            "service": {
                "name": settings.service_name,
                "address": settings.service_address,
                "email": settings.service_email,
                "phone": settings.service_phone,
            },
            "officer": procedure.opened_by.full_name,
            "application": {"reference": application.reference, "acronym": application.acronym},
            "addressee": {"name": to.name, "finess": to.finess or "", "siret": to.siret, **to.addressee()},
            "subject": _subject(procedure),
            "ground": str(GROUNDS[Procedure.Kind(procedure.kind)][procedure.ground]),
            "motives": procedure.motives,
            "cents": procedure.cents,
            "days": procedure.days,
            "last_on": procedure.closes_at and clock.civil(clock.days_from(procedure.closes_at, -1)).isoformat(),
        }


def _subject(procedure: Procedure) -> str:
    if procedure.decision is not None:
        return f"la décision attributive de subvention n° {procedure.decision.number}"
    assert procedure.convention is not None
    return f"la convention attributive de subvention n° {number_of_convention(procedure.convention)}"


def lay_out(told: dict[str, Any]) -> bytes:
    """PDF/A-3a bytes with what is said attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    to, state, service = told["addressee"], told["state"], told["service"]
    whom = f"À l’attention de {to['representative']}, en qualité de représentant légal" if to["representative"] else ""
    ids = (
        f"FINESS {finess(to['finess'])}" if to["finess"] else "",
        f"SIRET {siret(to['siret'])}" if to["siret"] else "",
    )
    above = (state["ministry"], state["direction"], service["name"], service["address"], service["email"])
    context = {
        "told": told,
        "at": datetime.fromisoformat(told["opened_at"]),
        "last_on": told["last_on"] and date.fromisoformat(told["last_on"]),
        "number": told["number"],
        "demo": told["fictitious"],
        "sender": [*filter(None, dict.fromkeys((*above, service["phone"])))],
        "addressee": [to["name"], whom, *to["address"], *ids],
        "reference": [
            {"key": "Dossier", "value": f"{told['application']['reference']} « {told['application']['acronym']} »"}
        ],
        "signatory": {"place": state["place"], "quality": service["name"], "name": told["officer"]},
        **paper.check(told),
    }
    with override("fr"):
        return pdf.render("pdf/notice.html", context, title=title(told), attachment=told)
