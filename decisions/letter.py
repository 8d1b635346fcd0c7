"""From the frozen act to the unsealed PDF: what the letter's template is given, and the address its code leads to."""

import base64
import io
from datetime import date, datetime
from typing import Any

import segno
from django.utils.translation import override

from edsh_portal import pdf

from .models import Kind
from .snapshot import sha256

TITLES = {
    Kind.AWARD: "Décision attributive de subvention n° {number}",
    Kind.REFUSAL: "Décision de rejet n° {number}",
    Kind.INELIGIBLE: "Décision de rejet n° {number}",
}


def title(told: dict[str, Any]) -> str:
    return TITLES[Kind(told["kind"])].format(number=told["number"])


def check_url(told: dict[str, Any]) -> str:
    """Where anyone may check the act. The address holds the hash of its data: a PDF cannot hold its own."""
    return f"{told['portal']}/verifier/{told['number']}/{sha256(told)}/"


def qr(address: str) -> str:
    """The code as an SVG data: address; medium correction, one module of colour."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=2, xmldecl=False, nl=False, dark="#1d1c1a"
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()


def context(told: dict[str, Any]) -> dict[str, Any]:
    """Only what is frozen, so that the same act is the same bytes at any time."""
    service, applicant, address = told["service"], told["applicant"], check_url(told)
    completed = told["application"].get("completed_at")
    calendar = {
        key: date.fromisoformat(value) for key, value in told.get("calendar", {}).items() if isinstance(value, str)
    }
    return {
        "told": told,
        "at": datetime.fromisoformat(told["decided_at"]),
        "submitted_at": datetime.fromisoformat(told["application"]["submitted_at"]),
        "completed_at": completed and datetime.fromisoformat(completed),
        "calendar": calendar,
        "number": told["number"],
        "demo": told["fictitious"],
        "sender": [service["name"], service["address"], service["email"], service["phone"]],
        "addressee": [
            line
            for line in (applicant["name"], _known("FINESS", applicant["finess"]), _known("SIRET", applicant["siret"]))
            if line
        ],
        "reference": [
            {"key": "Dossier", "value": told["application"]["reference"]},
            {"key": "Version examinée", "value": told["application"]["version"]},
        ],
        "signatory": {"name": told["signatory"]["name"], "quality": told["signatory"]["capacity"], "place": "Paris"},
        "check_url": address,
        "qr": qr(address),
        "fingerprint": sha256(told),
    }


def _known(label: str, number: str) -> str:
    return f"{label} {number}" if number else ""


def lay_out(told: dict[str, Any]) -> bytes:
    """PDF/A-3a bytes with the act attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    with override("fr"):
        return pdf.render(f"pdf/decision_{told['kind']}.html", context(told), title=title(told), attachment=told)
