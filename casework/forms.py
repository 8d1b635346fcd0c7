"""Forms of what follows the deposit: complements, prorogation, messages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.dossier import PieceForm
from calls.clocks import midnight_after
from edsh_portal.forms import Form

from .models import Admissibility

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class GroupedChoices(forms.CheckboxSelectMultiple):
    """Boxes under the name of their group, which a screen reader says with them."""

    template_name = "components/grouped_choices.html"


class ComplementForm(Form):
    keys = forms.MultipleChoiceField(
        label=_("Champs à rouvrir"),
        widget=GroupedChoices,
        help_text=_("Eux seuls pourront changer, jusqu’à l’échéance."),
    )
    message = forms.CharField(
        label=_("Votre demande"),
        widget=forms.Textarea(attrs={"rows": 6, "data-limit": "4000"}),
        help_text=_("Le consortium lira ce texte dans son espace ; le courriel qui l’en avertit ne le reprend pas."),
    )
    due_on = forms.DateField(label=_("Réponse attendue jusqu’à la fin du"), widget=DAY)

    def __init__(self, *args: Any, groups: list[tuple[Any, dict[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"].choices = [(group, list(keys.items())) for group, keys in groups if keys]

    def asked(self) -> dict[str, Any]:
        """keys, message, due_at as the verb takes them."""
        held = self.cleaned_data
        return {"keys": held["keys"], "message": held["message"], "due_at": midnight_after(held["due_on"])}


class ProrogationForm(Form):
    decision_on = forms.DateField(label=_("Nouveau terme du délai de décision"), widget=DAY)
    reason = forms.CharField(
        label=_("Motif"),
        widget=forms.Textarea(attrs={"rows": 5, "data-limit": "2000"}),
        help_text=_("La prolongation est une décision motivée : l’établissement lira ce texte."),
    )


class MessageForm(PieceForm):
    text = forms.CharField(
        label=_("Message"), widget=forms.Textarea(attrs={"rows": 8, "data-limit": "6000"}), strip=False
    )

    field_order = ("subject", "text", "file")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = False

    def clean_file(self) -> Any:
        return super().clean_file() if self.cleaned_data["file"] else None


class ThreadForm(MessageForm):
    subject = forms.CharField(label=_("Objet"), max_length=120)


class AdmissibilityForm(Form):
    verdict = forms.ChoiceField(label=_("Avis"), choices=Admissibility.Verdict.choices, widget=forms.RadioSelect)
    rule = forms.ChoiceField(
        label=_("Règle non respectée"),
        required=False,
        help_text=_("Obligatoire pour un avis irrecevable ou inéligible."),
    )
    evidence = forms.CharField(
        label=_("Fait constaté et preuve"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-limit": "2000"}),
        max_length=2000,
        help_text=_("Obligatoire avec une règle : l’établissement lira ce texte."),
    )

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [("", _("Aucune")), *rules]
