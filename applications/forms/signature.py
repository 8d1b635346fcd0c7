"""Forms of who signs: the amounts read of a mandate, the word that goes with a request, the remarks, a delegation."""

from typing import Any

from django import forms
from django.utils.html import linebreaks
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.models import Affiliation, Establishment, User
from edsh_portal.forms import Form, ReasonForm, long

from ..rules import Pledge
from .dossier import PieceForm


class MandateForm(Form):
    """What the page showed, sent back as it was read."""

    expenses_cents = forms.IntegerField(widget=forms.HiddenInput)
    aid_cents = forms.IntegerField(widget=forms.HiddenInput)
    own_cents = forms.IntegerField(widget=forms.HiddenInput)

    def read(self) -> Pledge:
        return Pledge(**self.cleaned_data)


class DepositForm(Form):
    """The press of the button, with the answer to the call's text on electronic notification where it asks for one. A minute before the
    cut-off nobody is held back by it: without an answer there is no agreement, and the decision comes by post."""

    electronic = forms.TypedChoiceField(
        label=_("Notification de la décision"),
        choices=[
            ("True", _("J’accepte la notification électronique")),
            ("False", _("Je demande une lettre recommandée")),
        ],
        coerce=lambda value: value == "True",
        widget=forms.RadioSelect(attrs={"form": "act-form"}),  # it stands beside the act, which stays in sight
        required=False,
        empty_value=None,
    )

    def __init__(self, *args: Any, asked: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asked:
            default = gettext("Sans réponse, la décision vous parvient par lettre recommandée.")
            self.fields["electronic"].help_text = linebreaks(f"{asked}\n\n{default}", autoescape=True)
        else:
            del self.fields["electronic"]


class MandateWithdrawalForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Il est enregistré, et lu par les rédacteurs du dossier.")


class AskForm(Form):
    note = forms.CharField(
        label=_("Mot aux signataires"),
        required=False,
        widget=long(4, 2000),
        help_text=_(
            "Indiquez les points à regarder et les compléments à venir. Les signataires du dossier lisent ce mot dans le portail."
        ),
    )


class ReturnForm(Form):
    asked_later = ("remarks",)
    remarks = forms.CharField(
        label=_("Remarques"),
        required=False,
        widget=long(6, 2000),
        help_text=_("Indiquez les points à reprendre avant le dépôt. Les rédacteurs du dossier liront vos remarques."),
    )
    read = forms.CharField(widget=forms.HiddenInput, required=False)


class DelegateForm(PieceForm):
    delegate = forms.ModelChoiceField(User.objects.none(), label=_("Personne qui signera"), empty_label=_("Choisissez"))
    first_on = forms.DateField(
        label=_("Premier jour"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_on = forms.DateField(
        label=_("Dernier jour, inclus"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    field_order = ["delegate", "first_on", "last_on", "file"]

    def __init__(self, *args: Any, establishment: Establishment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = Affiliation.objects.filter(establishment=establishment, ended_at=None)
        writers = there.filter(kind=Affiliation.Kind.WRITER).values("user")
        by_law = there.filter(kind=Affiliation.Kind.SIGNATORY).values("user")
        self.fields["delegate"].queryset = (
            User.objects.filter(pk__in=writers, is_active=True).exclude(pk__in=by_law).order_by("full_name", "pk")
        )
        file = self.fields["file"]
        file.label, file.help_text = _("Acte de délégation signé"), _("PDF, sans mot de passe.")
        file.widget.attrs["accept"] = ".pdf"
