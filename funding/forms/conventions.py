"""A convention: prepared, signed, its bank account, what is claimed back; the agreement of the consortium."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form, ReasonForm

from ..actions import GROUNDS
from ..models import GrantShare


class PrepareForm(Form):
    siret = forms.CharField(
        label=_("SIRET du bénéficiaire"), max_length=20, widget=forms.TextInput(attrs={"class": "w-20"}),
        help_text=_("Le SIRET de l’établissement qui porte les dépenses, identique à celui de l’annuaire."),
    )  # fmt: skip
    months = forms.IntegerField(label=_("Durée (mois)"), widget=forms.NumberInput(attrs={"class": "w-4"}))

    def clean_siret(self) -> str:
        return "".join(self.cleaned_data["siret"].split())


class SignForm(Form):
    """The quality of who signs, and the hash of what their page had them read."""

    quality = forms.CharField(
        label=_("En qualité de"), max_length=160,
        help_text=_("La fonction qui vous permet de signer pour l’établissement, par exemple « Directrice générale »."),
    )  # fmt: skip
    sha256 = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class CopyForm(Form):
    quality = SignForm.base_fields["quality"]
    file = forms.FileField(
        label=_("Convention signée (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=_("Le fichier même que le portail vous a envoyé, avec la signature électronique de qui représente "
        "l’établissement. Une copie imprimée puis numérisée n’est pas acceptée : signez alors dans le portail."),
    )  # fmt: skip


class ReworkForm(ReasonForm):
    months = forms.IntegerField(label=_("Durée (mois)"), widget=forms.NumberInput(attrs={"class": "w-4"}))
    field_order = ("months", "reason")


class AgreementForm(Form):
    signed_on = forms.DateField(label=_("Dernière signature, le"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(
        label=_("Accord de consortium (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=_("Un seul fichier, signé de tous les membres, avec ses annexes."),
    )  # fmt: skip


class IbanForm(Form):
    iban = forms.CharField(
        label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("27 caractères, commence par FR. Recopiez-le du RIB joint à la convention."),
    )  # fmt: skip
    holder = forms.CharField(label=_("Titulaire du compte"), max_length=160)
    explanation = forms.CharField(
        label=_("Pourquoi le titulaire n’est pas l’établissement"), max_length=500, required=False,
        help_text=_("À remplir seulement si le titulaire n’est pas l’établissement : la personne qui "
        "valide le compte lira cette explication."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Relevé d’identité bancaire (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"})
    )


class RecoverForm(Form):
    cents = CentsField(label=_("Montant à reverser (€)"))
    ground = forms.ChoiceField(
        label=_("Motif (décret n° 2018-514, art. 14)"), widget=forms.RadioSelect, choices=list(GROUNDS.items())
    )


def suggested(share: GrantShare) -> dict[str, Any]:
    """What the form of a convention starts from: the directory's SIRET, the project's duration."""
    return {"siret": share.establishment.siret, "months": share.grant.application.months}
