"""What an amendment asks for, and what it changes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import BudgetLine, FundingPlan
from directory.identifiers import compact
from directory.models import Establishment
from edsh_portal.forms import CentsField, Form, long

from ..amending import Terms
from ..models import Amendment, GrantShare
from ..models.amendment import OF_MEMBERS


class AskAmendmentForm(Form):
    """What should change of an award, and why; of a change of the consortium, whose place: `member` of those there are, or `finess` of who
    would join."""

    kind = forms.ChoiceField(label=_("Modification demandée"), widget=forms.RadioSelect)
    member = forms.ChoiceField(
        label=_("Membre concerné"), required=False,
        help_text=_("Pour un départ ou un changement de coordinateur : le membre qui part, ou qui coordonnera."),
    )  # fmt: skip
    finess = forms.CharField(
        label=_("FINESS juridique de l’établissement qui entre"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"class": "w-12", "inputmode": "numeric"}),
        help_text=_("Pour l’entrée d’un membre : 9 chiffres, ceux de l’entité juridique."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Modification et motif"), max_length=2000, widget=long(6, 2000),
        help_text=_("La modification, son montant s’il y en a un, et sa raison. Le service instructeur rédige l’avenant d’après ce texte."),
    )  # fmt: skip

    def __init__(self, *args: Any, members: list[Establishment], instructs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if instructs:
            self.fields["member"].help_text = _(
                "Pour un départ, une exclusion ou un changement de coordinateur : le membre qui part, ou qui coordonnera."
            )
        self.fields["kind"].choices = [one for one in Amendment.Kind.choices if instructs or one[0] != "exclude"]
        self.fields["member"].choices = [("", "—"), *((str(one.pk), one.name) for one in members)]
        self.members = {str(one.pk): one for one in members}

    def clean(self) -> dict[str, Any]:
        """What ask_amendment takes."""
        data: dict[str, Any] = super().clean() or {}
        kind, finess, member = data.get("kind"), compact(data.pop("finess", "") or ""), data.pop("member", "")
        if kind == "join":
            data["establishment"] = Establishment.objects.filter(finess=finess).first() if finess else None
            if data["establishment"] is None:
                self.add_error("finess", _("Aucun établissement de l’annuaire ne porte ce numéro : vérifiez-le."))
        elif kind in OF_MEMBERS:
            data["establishment"] = self.members.get(member)
            if data["establishment"] is None:
                self.add_error("member", _("Choisissez le membre concerné."))
        return data


class DraftForm(Form):
    """What an amendment changes, from what stands: `months`, `stops_on`, `coordinator`, `share_<pk>`, `join_<line>`,
    `expense_<establishment>_<category>`, and `work`, `vat`, `regime` of who joins. What the arithmetic leaves to who leaves is not typed."""

    def __init__(
        self,
        *args: Any,
        amendment: Amendment,
        shares: list[GrantShare],
        stands: Terms,
        members: list[Establishment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.shares, self.stands, kind, of = shares, stands, amendment.kind, amendment.establishment
        if kind == "duration":
            self.fields["months"] = forms.IntegerField(
                label=_("Durée du projet (mois)"), min_value=1, initial=stands["months"],
                widget=forms.NumberInput(attrs={"class": "w-4"}),
            )  # fmt: skip
        if kind == "stop":
            self.fields["stops_on"] = forms.DateField(
                label=_("Dernier jour du projet"), widget=forms.DateInput(attrs={"type": "date"})
            )
        if kind in ("duration", "lead"):
            return
        leaves = of.pk if of and kind in ("leave", "exclude") else 0
        if stands["members"].get(str(leaves)) == "coordinator":
            left = [(one.pk, one.name) for one in members if one.pk != leaves]
            self.fields["coordinator"] = forms.TypedChoiceField(
                label=_("Nouveau coordinateur"), coerce=int, choices=left, widget=forms.RadioSelect
            )
        self._shares([share for share in shares if share.establishment_id != leaves])
        if kind == "join" and of:
            self._joins(of)
        if kind != "stop":
            names = {str(one.pk): one.name for one in members} | {
                str(s.establishment_id): s.establishment.name for s in shares
            }
            gone = {place for place in stands["expenses"] if place not in stands["members"]} | {str(leaves)}
            for place, lines in stands["expenses"].items():
                if place not in gone:
                    self._expenses(place, names[place], lines)

    def _shares(self, shares: list[GrantShare]) -> None:
        for share in shares:
            words = {"name": share.establishment.name, "line": share.line.label}
            self.fields[f"share_{share.pk}"] = CentsField(
                label=_("Aide maximale : %(name)s, %(line)s (€)") % words, initial=share.cents
            )

    def _joins(self, of: Establishment) -> None:
        for line in sorted({share.line for share in self.shares}, key=lambda line: line.pk):
            words = {"name": of.name, "line": line.label}
            self.fields[f"join_{line.pk}"] = CentsField(
                label=_("Aide maximale : %(name)s, %(line)s (€)") % words, initial=0
            )
        self._expenses(str(of.pk), of.name, {})
        self.fields["work"] = forms.CharField(
            label=_("Travaux sur l’entrepôt : %(name)s") % {"name": of.name}, max_length=2000, widget=long(4, 2000)
        )
        self.fields["vat"] = forms.ChoiceField(
            label=_("TVA des montants du budget"), choices=FundingPlan.Vat.choices, widget=forms.RadioSelect
        )
        self.fields["regime"] = forms.ChoiceField(
            label=_("Régime d’aide"), choices=[("", "—"), *FundingPlan.Regime.choices], required=False
        )

    def _expenses(self, place: str, name: str, lines: dict[str, int]) -> None:
        for category, label in BudgetLine.Category.choices:
            words = {"name": name, "category": label}
            self.fields[f"expense_{place}_{category}"] = CentsField(
                label=_("Dépense : %(name)s, %(category)s (€)") % words, initial=lines.get(category, 0)
            )

    def terms(self) -> dict[str, Any]:
        """What draft_amendment takes."""
        data = self.cleaned_data
        told: dict[str, Any] = {
            name: data[name] for name in ("months", "stops_on", "coordinator") if name in self.fields
        }
        told["shares"] = {
            share.pk: data[f"share_{share.pk}"] for share in self.shares if f"share_{share.pk}" in self.fields
        }
        told["joins"] = {
            int(name.removeprefix("join_")): data[name] for name in self.fields if name.startswith("join_")
        }
        told["arrived"] = {name: data[name] for name in ("work", "vat", "regime") if name in self.fields}
        told["expenses"] = expenses = dict[int, dict[str, int]]()
        for name in self.fields:
            if name.startswith("expense_"):
                place, category = name.split("_")[1:]
                expenses.setdefault(int(place), {})[category] = data[name]
        return told
