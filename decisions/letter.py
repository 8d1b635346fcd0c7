"""From the frozen act to the unsealed PDF: what the letter's template is given, and the address its code leads to."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import override

from edsh_portal import paper, pdf
from edsh_portal.numbers import finess, siret

from .models import Kind
from .snapshot import FORMAT

TITLES = {
    Kind.AWARD: "Décision attributive de subvention n° {number}",
    Kind.REFUSAL: "Décision de rejet n° {number}",
    Kind.INELIGIBLE: "Décision de rejet n° {number}",
}


def title(told: dict[str, Any]) -> str:
    return TITLES[Kind(told["kind"])].format(number=told["number"])


def check_url(told: dict[str, Any]) -> str:
    """Where anyone may check the act."""
    return paper.address(told)


def context(told: dict[str, Any]) -> dict[str, Any]:
    """Only what is frozen, so that the same act is the same bytes at any time."""
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
        "sender": _sender(told),
        "addressee": _addressee(told["applicant"]),
        "reference": [
            {"key": "Dossier", "value": told["application"]["reference"]},
            {"key": "Version examinée", "value": told["application"]["version"]},
        ],
        "signatory": {
            "name": told["signatory"]["name"],
            "quality": told["signatory"]["capacity"],
            "place": _terms(told)["place"],
        },
        "before": {name: _day(on) for name, on in _before(told).items()},
        "parts_expense_cents": sum(one["expense_cents"] for one in told.get("parts", [])),
        **paper.check(told),
    }


def _sender(told: dict[str, Any]) -> list[str]:
    """The State's order: ministry, direction, service, where it is and how it is reached. Format 1 knew the service alone."""
    service, terms = told["service"], _terms(told)
    above = [terms["ministry"], terms["direction"]] if told["format"] > 1 else []
    lines = (*above, service["name"], service["address"], service["email"], service["phone"])
    return [*filter(None, dict.fromkeys(lines))]


def _addressee(applicant: dict[str, Any]) -> list[str]:
    """The body, who represents it, where, and its numbers in their groups."""
    represented = applicant.get("representative", "")
    ids = [_known("FINESS", finess(applicant["finess"])), _known("SIRET", siret(applicant["siret"]))]
    to = f"À l’attention de {represented}, en qualité de représentant légal" if represented else ""
    return [line for line in (applicant["name"], to, *applicant.get("address", []), *ids) if line]


def _known(label: str, number: str) -> str:
    return f"{label} {number}" if number else ""


def _terms(told: dict[str, Any]) -> dict[str, str]:
    return told.get("terms", {"place": "Paris"})


def _before(told: dict[str, Any]) -> dict[str, str | None]:
    before = told.get("before", {})
    return {"admissibility_on": (before.get("admissibility") or {}).get("on"), "jury_on": before.get("jury_on")}


def _day(on: str | None) -> date | None:
    return date.fromisoformat(on) if on else None


def template(told: dict[str, Any]) -> str:
    """Each format has its own: an act is laid out as it was when it was frozen."""
    former = f"format_{told['format']}/" if told["format"] < FORMAT else ""
    return f"pdf/{former}decision_{told['kind']}.html"


def lay_out(told: dict[str, Any]) -> bytes:
    """PDF/A-3a bytes with the act attached. Raises pdf.RenderError or pdf.PressUnavailable."""
    with override("fr"):
        return pdf.render(template(told), context(told), title=title(told), attachment=told)
