"""A proposal: an amount per member and a motive, or a refusal; those approved together."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal import money
from edsh_portal.forms import CentsField, Form
from edsh_portal.workflow import Refused
from funding.models import Line

from ..models import Proposal
from .fields import MOTIVE


class RefusalForm(Form):
    before = forms.CharField(required=False, widget=forms.HiddenInput)  # the last proposal, as the page has it
    motive = forms.CharField(
        label=_("Motif"),
        max_length=3000,
        widget=MOTIVE,
        help_text=_("Ce motif figure dans la décision : l’établissement le lira."),
    )

    def refuse(self, refused: Refused) -> None:
        """Another proposal was made meanwhile: once its sentence was read, this one may be sent again."""
        if "before" in refused.facts:
            self.data = self.data.copy()
            self.data["before"] = refused.facts["before"]
        super().refuse(refused)


class AwardForm(RefusalForm):
    """One source and one amount per member of the deposited version, at most what it asked."""

    total = CentsField(
        label=_("Total à répartir"),
        required=False,
        help_text=_(
            "Le bouton « Répartir » partage ce total au prorata des demandes, au centime près. "
            "Si vous indiquez un total, la somme des montants doit lui être égale."
        ),
        error_messages={"required": _("Indiquez le total à répartir.")},
    )
    field_order = ["total"]

    def __init__(self, *args: Any, members: list[dict[str, Any]], lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members, self.lines = members, list(lines)
        found = {str(line.pk): line for line in self.lines}  # asked once, whatever the number of members
        for member in members:
            pk, most = member["establishment"], member["plan"]["aid_cents"]
            self.fields[f"amount-{pk}"] = CentsField(
                label=_("Montant pour %(name)s") % {"name": member["name"]},
                required=False,
                initial=most,
                help_text=_("Demandé : %(most)s") % {"most": money.display(most)},
            )
            self.fields[f"line-{pk}"] = forms.TypedChoiceField(
                label=_("Source pour %(name)s") % {"name": member["name"]},
                choices=[(key, str(line)) for key, line in found.items()],
                coerce=found.__getitem__,
            )
        self.asked_later = tuple(f"amount-{member['establishment']}" for member in members)
        self.order_fields(
            ["total", *(f"{part}-{m['establishment']}" for m in members for part in ("amount", "line")), "motive"]
        )
        self.splits = "split" in self.data
        self.fields["total"].required, self.fields["motive"].required = self.splits, not self.splits

    def clean(self) -> dict[str, Any]:
        """What is proposed is what the total says: neither is put aside for the other."""
        total, made = self.cleaned_data.get("total"), sum(cents for _pk, _line, cents in self.shares())
        if total is not None and not (self.splits or self.errors) and total != made:
            words = {"total": money.display(total), "made": money.display(made)}
            self.add_error(
                "total",
                _(
                    "Le total à répartir est de %(total)s, mais la somme des montants est de %(made)s : "
                    "appuyez sur « Répartir » ou corrigez."
                )
                % words,
            )
        return self.cleaned_data

    def shares(self) -> list[tuple[int, Line, int]]:
        """(establishment id, line, cents) of each member that is given something."""
        data = self.cleaned_data
        ids = [member["establishment"] for member in self.members]
        return [(pk, data[f"line-{pk}"], data[f"amount-{pk}"]) for pk in ids if data.get(f"amount-{pk}")]

    def split(self) -> dict[str, int]:
        """Amounts that share the typed total in proportion to what is asked, to the cent."""
        asked = [member["plan"]["aid_cents"] for member in self.members]
        parts = money.split(self.cleaned_data["total"], asked)
        return {f"amount-{m['establishment']}": cents for m, cents in zip(self.members, parts, strict=True)}


class ApproveForm(Form):
    """Proposals approved together: named in their page, then carried by its confirmation."""

    proposals = forms.ModelMultipleChoiceField(
        Proposal.objects.none(),
        label=_("Propositions à approuver"),
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": _("Choisissez au moins une proposition à approuver."),
            "invalid_choice": _("Une de ces propositions n’est plus à approuver : rechargez la page."),
        },
    )

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposals"].queryset = waiting
