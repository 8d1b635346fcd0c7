"""The financial annex: a member's sheet or the whole dossier's, filled; the sheet back in, read again before it is saved."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from edsh_portal import admission
from edsh_portal.forms import carried
from edsh_portal.intake import desk
from edsh_portal.once import repeatable
from edsh_portal.sheets import answer
from edsh_portal.workflow import Refused

from .. import actions, permissions, rules
from ..content import annex, freeze
from ..forms.budget import BudgetForm, SheetForm
from ..models import Application, Membership
from .budget import grid_form, grid_page, place_of, stem
from .found import the_dossier, the_member
from .together import grid_together


@require_safe
def annex_file(request: HttpRequest, reference: str, ending: str) -> HttpResponse:
    """The whole dossier: one sheet a member."""
    application = the_dossier(request, reference, permissions.can_read_draft)
    return _sent(application, f"annexe-{reference}", ending)


@require_safe
def budget_file(request: HttpRequest, reference: str, pk: int, ending: str) -> HttpResponse:
    """One member's sheet, with what is saved."""
    member = the_member(request, reference, pk, permissions.can_read_member)
    return _sent(member.application, f"annexe-{reference}-{pk}", ending, [pk])


def _sent(application: Application, name: str, ending: str, members: list[int] | None = None) -> HttpResponse:
    return answer.workbook(
        name, ending, lambda: annex.write(freeze.content(application), actions.years(application), members)
    )


@repeatable
@admission.takes(settings.UPLOAD_MAX_BYTES)
@require_POST
def fill_budget(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The filled sheet: its errors cell by cell, or the grid with what it says beside what is saved. Nothing is written."""
    member = the_member(request, reference, pk, permissions.can_edit_member)
    form, read = SheetForm(request.POST, request.FILES), list[annex.Filled]()
    if not carried(form, lambda data: read.append(_filled(data["file"].read(), pk))):
        return grid_page(request, member, _saved_grid(request, member), sheet=form)
    filled = read[0]
    numbers = member.application.packages.values_list("number", flat=True)
    errors = filled.errors + annex.allowed(filled, numbers, actions.years(member.application))
    if errors:
        told = [{"text": text} for text in errors[: annex.MOST_ERRORS]]
        return grid_page(request, member, _saved_grid(request, member), errors=told)
    amounts = {name: cents for name, (cents, _cell) in filled.amounts.items()}
    grid = _saved_grid(request, member, amounts=amounts)
    grid.writing = None  # what the sheet says is read again before anything is saved
    return grid_page(request, member, grid, unsaved=True)


def _filled(sheet: bytes, pk: int) -> annex.Filled:
    book = desk.workbook_now(sheet)
    filled = _mine(annex.read(book), pk)
    filled.errors[:0] = [_sentence(rules.fault(fault)) for fault in annex.mine(book, pk)]
    return filled


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _saved_grid(request: HttpRequest, member: Membership, **more: Any) -> BudgetForm:
    form = grid_form(member, **more)
    grid_together(form, member.application, request.user, stem(member), place_of(member))
    return form


def _mine(filled: list[annex.Filled], pk: int) -> annex.Filled:
    """The member's own sheet of the file."""
    for one in filled:
        if one.membership == pk:
            return one
    raise Refused(
        _("Ce tableur n’est pas sur le modèle du portail : téléchargez le modèle, remplissez-le, puis envoyez-le.")
        if not filled
        else _("Aucune feuille de ce tableur n’est celle de ce membre : partez du modèle téléchargé sur cette page."),
        code="R40",
        field="file",
    )
