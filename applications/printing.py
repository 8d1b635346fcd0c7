"""What the PDF of a draft and the blank form say: the content as the pages show it, or everything that is asked, with room to answer."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import CallSettings
from calls.questions import QUESTIONS
from edsh_portal.forms import CentsField

from .content.fields import SECTIONS, TERMS
from .content.reference import socle_labels
from .forms.dossier import AnswerForm, AssociatedForm, IdentityForm, form_of
from .forms.mesh import GovernanceForm
from .models import BudgetLine, Printout
from .shapes import grid
from .shapes.mesh import Function, Level
from .shapes.socle import VERSION, Stage

LINE = 90  # characters that a hand writes on one line of the form
HEIGHTS = (6, 12, 24, 36)  # lines of the boxes that letter.css draws; the largest is a page


class Blank(NamedTuple):
    """One thing that is asked: `lines` of room for what is written, 0 for one line; `options` to tick instead."""

    label: Any
    hint: Any
    most: int
    lines: int
    options: list[Any]


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
        return common | {"application": application, "paper": True}
    return common | _list_blanks(settings)


def _list_blanks(settings: CallSettings) -> dict[str, Any]:
    pieces = list(settings.pieces.order_by("order", "code"))
    governance = GovernanceForm(pieces=[(piece.code, piece.title) for piece in pieces])
    least = settings.min_answer_chars
    years = -(-settings.max_months // 12) + 1  # civil years that the longest project touches
    return {
        "identity": _blanks(IdentityForm(bounds=settings).fields),
        "questions": [
            blank for question in QUESTIONS for blank in _blanks(AnswerForm(question=question, least=least).fields)
        ],
        "members": range(settings.max_members),
        "associated": _heads(AssociatedForm.base_fields),
        "work": _blanks(_form("members")),
        "projects": range(1, settings.min_projects + 1),
        "project": _blanks(_form("projects")),
        "indicator": _heads(_form("indicators")),
        "package": _blanks(_form("packages"), without=("order",)),
        "milestone": _heads(_form("milestones")),
        "deliverable": _heads(_form("deliverables")),
        "perimeter": _blanks(_form("perimeters")),
        "warehouse": _blanks(_form("warehouses")),
        "stages": Stage.labels,
        "socle": socle_labels(VERSION).items(),
        "functions": Function.labels,
        "levels": Level.labels,
        "matching": _blanks(_form("matchings")),
        "governance": _blanks({bound.name: bound.field for part in governance.parts() for bound in part}),
        "terms": _blanks(_form("budget", *TERMS)),
        "categories": BudgetLine.Category.labels,
        "years": range(1, years + 1),
        "plan": grid.labels().values(),
        "pieces": pieces,
    }


def _form(section: str, *names: str) -> Mapping[str, forms.Field]:
    return form_of(SECTIONS[section], *names).base_fields


def _heads(fields: Mapping[str, forms.Field]) -> list[Any]:
    """The labels of a form whose rows are short: the heads of a table."""
    return [field.label for name, field in fields.items() if name != "reads"]


def _blanks(fields: Mapping[str, forms.Field], without: Iterable[str] = ()) -> list[Blank]:
    return [_blank(field) for name, field in fields.items() if name not in ("reads", *without)]


def _blank(field: forms.Field) -> Blank:
    attrs = field.widget.attrs
    most = int(attrs.get("data-limit") or attrs.get("maxlength") or getattr(field, "max_length", 0) or 0)
    lines = 0
    if isinstance(field.widget, forms.Textarea):
        lines = next((height for height in HEIGHTS if height * LINE >= most), HEIGHTS[-1])
    hint = field.help_text or _unit(field)
    options: list[Any] = []
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        options = [label for value, label in cast("list[Any]", field.choices) if value != ""]
    return Blank(field.label, hint, most, lines, options)


def _unit(field: forms.Field) -> Any:
    if isinstance(field, forms.DateField):
        return _("jour, mois, année")
    return _("en euros") if isinstance(field, CentsField) else ""
