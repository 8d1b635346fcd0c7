"""A scenario of programming: kept, revised, commented, drawn, frozen."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form, Over
from edsh_portal.workflow import Refused

from ..programming import Fund, Part, Row
from .fields import MOTIVE

NAME = forms.TextInput(attrs={"maxlength": 80, "autocomplete": "off"})


class KeepForm(Form):
    """The cut-off that the page shows, under a name. `cut` stands with what moves (decisions/_studio.html), outside of the form's own tags."""

    name = forms.CharField(
        label=_("Nom du scénario"), max_length=80, widget=NAME, help_text=_("Par exemple : « Sans la complémentaire ».")
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cut"] = forms.IntegerField(min_value=0, max_value=most, widget=forms.HiddenInput)


class ScenarioForm(Over, Form):
    name = forms.CharField(label=_("Nom du scénario"), max_length=80, widget=NAME)
    cut = forms.IntegerField(label=_("Dossiers au-dessus de la coupure"), min_value=0, max_value=999)
    shared = forms.BooleanField(
        label=_("Partagé avec les autres personnes qui programment"),
        required=False,
        help_text=_("Elles pourront le lire, le comparer et le commenter ; vous seul le modifiez."),
    )


class CommentForm(Form):
    comment = forms.CharField(
        label=_("Votre commentaire"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    )


class FreezeForm(Form):
    motive = forms.CharField(
        label=_("Motif de ces aides"),
        max_length=3000,
        widget=MOTIVE,
        help_text=_("Ce motif figure dans chacune des décisions : les établissements le liront."),
    )

    def refuse(self, refused: Refused) -> None:
        """Each line that blocks is one of the list above the form."""
        lines = refused.facts.get("lines")
        if not lines:
            return super().refuse(refused)
        self.errors  # noqa: B018 - the form is cleaned before an error can be added to it
        words = [gettext("%(who)s : %(why)s") % {"who": who, "why": why} for who, why in lines]
        self.add_error(None, [gettext("Aucune proposition n’est faite : réglez d’abord ces lignes."), *words])


class DrawForm(Form):
    """The aid of a dossier in a scenario: an amount per member and source, or why it is set aside."""

    def __init__(self, *args: Any, row: Row, funds: Sequence[Fund], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.funds = row, funds
        held = {(part.establishment, part.line): part.cents for part in row.parts}
        for member in row.members:
            for fund in funds:
                self.fields[f"cents-{member.establishment}-{fund.line}"] = CentsField(
                    label=_("%(name)s, %(source)s") % {"name": member.name, "source": fund.label},
                    required=False,
                    initial=held.get((member.establishment, fund.line)),
                )
        self.fields["aside"] = forms.CharField(
            label=_("Motif pour écarter ce dossier"),
            required=False,
            initial=row.aside,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
            help_text=_("Laissez ce champ vide pour retenir le dossier s’il est au-dessus de la coupure."),
        )

    def lines(self) -> list[dict[str, Any]]:
        """A line a member: what it asks, and its field on each source."""
        return [
            {
                "member": member,
                "fields": [self[f"cents-{member.establishment}-{fund.line}"] for fund in self.funds],
            }
            for member in self.row.members
        ]

    def parts(self) -> list[Part]:
        return [
            Part(member.establishment, fund.line, cents)
            for member in self.row.members
            for fund in self.funds
            if (cents := self.cleaned_data.get(f"cents-{member.establishment}-{fund.line}"))
        ]

    def refuse(self, refused: Refused) -> None:
        """The verb names a member: the first of its fields says it."""
        member = (refused.field or "").removeprefix("amount-")
        field = next((name for name in self.fields if name.startswith(f"cents-{member}-")), None)
        super().refuse(Refused(refused.message, code=refused.code, field=field, **refused.facts))
