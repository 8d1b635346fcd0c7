"""What comes back to an applicant, on paper: from what was approved, sealed as the decision that it goes with."""

from typing import Any

from django.conf import settings
from django.utils.translation import override

from edsh_portal import pdf

from .models import Feedback


def feedback(held: Feedback) -> bytes:
    """The sealed PDF. Nobody of the evaluation is named in it, nor in what the file says of itself."""
    dossier = held.application
    version: Any = dossier.version
    identity = version.content["identity"]
    title = f"Retour sur l’évaluation du dossier {dossier.reference}"
    context = {
        "at": held.approved_at,
        "parts": held.content,
        "demo": settings.DEMO,
        "application": dossier,
        "identity": identity,
        "reference": [
            {"key": "Dossier", "value": f"{dossier.reference} « {identity['acronym']} »"},
            {"key": "Version examinée", "value": version.number},
        ],
    }
    with override("fr"):
        laid = pdf.render("pdf/feedback.html", context, title=title)
    return pdf.seal(laid, reason=title, location="Paris")
