"""The lists of the ranking, and the order of the reserve."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form, Over
from edsh_portal.workflow import Refused

from ..models import RankingLine
from .fields import AREA


def _as_named(refused: Refused, name: Callable[[int, str], str]) -> Refused:
    """What a verb of the lists refuses of a line, under the name that the form gives to its field."""
    told, line = refused.facts, refused.facts.get("line")
    field = name(line, refused.field) if refused.field and line else refused.field
    met = {name(*of): value for of, value in told.get("met", {}).items()}
    return Refused(refused.message, code=refused.code, field=field, **told | {"met": met})


class ListForm(Over, Form):
    list = forms.ChoiceField(label=_("Liste"), choices=RankingLine.List.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire lorsqu’un dossier moins bien classé est sur une meilleure liste."),
    )

    def refuse(self, refused: Refused) -> None:
        super().refuse(_as_named(refused, lambda _line, name: name))


class ListsForm(Over, Form):
    """The lists and reasons of a page of the ranking, in one form. Its fields stand in the rows, written there (`onto`): a widget for
    each would cost more than all the rest of the page."""

    def __init__(self, data: Any = None, *, lines: Sequence[Any]) -> None:
        super().__init__(data)
        self.lines = lines
        for line in lines:
            words = {"reference": line.application.reference}
            self.fields[f"list_{line.pk}"] = forms.ChoiceField(
                label=_("Liste de %(reference)s") % words,
                choices=[("", _("À classer")), *RankingLine.List.choices],
                required=False,
                initial=line.list,
            )
            self.fields[f"reason_{line.pk}"] = forms.CharField(
                label=_("Motif de %(reference)s") % words, required=False, max_length=2000, initial=line.reason
            )

    def refuse(self, refused: Refused) -> None:
        super().refuse(_as_named(refused, lambda line, name: f"{name}_{line}"))

    def wanted(self) -> dict[int, dict[str, Any]]:
        """{line: {list, reason}} as typed; a dossier that waits for its list, and was shown so, is asked nothing."""
        typed = {name: value for name, value in self.typed().items() if value or self.data.get(f"initial-{name}")}
        return self._by_line(typed)

    def shown(self) -> dict[int, dict[str, Any]]:
        return self._by_line(self.read())

    def _by_line(self, values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for name, value in values.items():
            of, pk = name.split("_")
            found.setdefault(int(pk), {})[of] = value
        return found

    def onto(self, keeps_lists: bool = True) -> None:
        """Leaves on each line what its row shows: what was typed, over what, and what is wrong with it. A list that was refused as soon
        as it was pressed is not shown as chosen (`keeps_lists` false)."""
        for line in self.lines:
            own = {of: self[f"{of}_{line.pk}"] for of in ("list", "reason")}
            line.fields = own
            line.chosen = line.list if not keeps_lists else own["list"].value()
            line.written = own["reason"].value()
            line.over = {of: self.data.get(f"initial-{of}_{line.pk}", getattr(line, of)) for of in own}
            if not keeps_lists:
                line.over["list"] = line.list
            line.wrong = [error for one in own.values() for error in one.errors] if self.is_bound else []


class PlacesForm(Form):
    """An order: one place for each dossier, and its reason."""

    reason = forms.CharField(
        label=_("Motif de l’ordre"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=AREA),
        help_text=_("Obligatoire lorsqu’un dossier passe avant un dossier mieux classé."),
    )

    def __init__(self, data: Any = None, *, lines: Sequence[RankingLine], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.lines = lines
        for line in lines:
            self.fields[f"place_{line.pk}"] = forms.IntegerField(
                label=str(line.application),
                min_value=1,
                max_value=len(lines),
                widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4 number"}),
            )
        self.order_fields([f"place_{line.pk}" for line in lines])

    def clean(self) -> dict[str, Any]:
        places = [self.cleaned_data.get(f"place_{line.pk}") for line in self.lines]
        if None not in places and len(set(places)) != len(places):
            raise forms.ValidationError(_("Donnez une place différente à chaque dossier."))
        return self.cleaned_data

    def in_order(self) -> list[RankingLine]:
        return sorted(self.lines, key=lambda line: self.cleaned_data[f"place_{line.pk}"])
