"""What the PDF of a draft and the blank form say: the content as the pages show it, or every question with room to answer."""

from typing import Any

from . import fields
from .models import BudgetLine, Printout
from .questions import QUESTIONS
from .reopening import IDENTITY


def context(made: Printout) -> dict[str, Any]:
    """Of pdf/draft.html or pdf/form.html. `at` dates the document: the instant at which it was asked."""
    settings, application = made.of, made.application
    common = {
        "at": made.asked_at,
        "settings": settings,
        "call": settings.call,
        "content": made.content,
        "sender": [settings.service_name] if settings.service_name else [],
    }
    if application is not None:
        return common | {"application": application}
    return common | {
        "identity": [str(label) for label in IDENTITY.values()],
        "questions": QUESTIONS,
        "project": _labels(fields.PROJECT),
        "perimeter": _labels(fields.PERIMETER),
        "projects": range(1, settings.min_projects + 1),
        "categories": [label for _value, label in BudgetLine.Category.choices],
        "pieces": list(settings.pieces.order_by("order", "code")),
    }


def _labels(section: dict[str, Any]) -> list[tuple[str, int]]:
    """(label, most characters or 0) of each field of a section."""
    return [(str(field.label), getattr(field, "most", 0)) for field in section.values()]
