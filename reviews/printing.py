"""What comes back to an applicant, on paper: from what was approved, sealed as the decision that it goes with."""

from datetime import datetime
from typing import Any

from django.conf import settings as portal
from django.utils.translation import override

from calls.models.letters import terms_of
from edsh_portal import paper, pdf

from .models import Feedback

FORMAT = 1


def title(told: dict[str, Any]) -> str:
    return f"Retour sur l’évaluation du dossier {told['number']}"


def compose(held: Feedback) -> dict[str, Any]:
    """All that the feedback says (ISO instants), which the sealed PDF carries. Nobody of the evaluation is named in it."""
    if held.approved_at is None:
        raise ValueError(f"{held.application.reference}: a feedback that nobody has approved")
    with override("fr"):
        dossier: Any = held.application
        version, settings, body = dossier.version, dossier.wave.settings, dossier.coordinator
        identity, terms = version.content["identity"], terms_of(dossier.wave.call, held.approved_at)
        return {
            "format": FORMAT,
            "number": dossier.reference,
            "portal": portal.BASE_URL,
            "fictitious": portal.DEMO,
            "approved_at": held.approved_at.isoformat(),
            "sender": [
                *dict.fromkeys((terms["ministry"], terms["direction"], settings.service_name)),
                settings.service_address,
            ],
            "call": {"title": dossier.wave.call.title, "wave": dossier.wave.number},
            "application": {"acronym": identity["acronym"], "title": identity["title"], "version": version.number},
            "applicant": {"name": body.name, **body.addressee()},
            "parts": held.content,
        }


def lay_out(told: dict[str, Any]) -> bytes:
    """PDF/A-3a bytes with what is said attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    applicant = told["applicant"]
    to = f"À l’attention de {applicant['representative']}, en qualité de représentant légal"
    context = {
        "told": told,
        "at": datetime.fromisoformat(told["approved_at"]),
        "demo": told["fictitious"],
        "sender": told["sender"],
        "addressee": [applicant["name"], to if applicant["representative"] else "", *applicant["address"]],
        "reference": [
            {"key": "Dossier", "value": f"{told['number']} « {told['application']['acronym']} »"},
            {"key": "Version examinée", "value": told["application"]["version"]},
        ],
        **paper.check(told),
    }
    with override("fr"):
        return pdf.render("pdf/feedback.html", context, title=title(told), attachment=told)
