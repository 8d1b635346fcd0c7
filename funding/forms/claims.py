"""A statement of expenses: its lines, its certificate, its control."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from applications.models import BudgetLine
from directory.models import User
from edsh_portal.forms import CentsField, Form

from ..actions import subsidised
from ..models import Claim, ClaimFile, ClaimLine


class OpenClaimForm(Form):
    starts_on = forms.DateField(label=_("Premier jour"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Dernier jour"), widget=forms.DateInput(attrs={"type": "date"}))
    forecast_cents = CentsField(
        label=_("Dépenses prévues sur la période suivante (€)"),
        help_text=_("Une estimation : elle n’engage pas l’établissement."),
    )
    final = forms.BooleanField(
        label=_("État final : le projet est terminé, aucun autre état ne suivra"), required=False
    )


class ClaimLineForm(Form):
    category = forms.ChoiceField(label=_("Ligne de budget"))
    label = forms.CharField(label=_("Dépense"), max_length=160, help_text=_("Fournisseur et objet, ou poste et mois."))
    paid_on = forms.DateField(label=_("Payée le"), widget=forms.DateInput(attrs={"type": "date"}))
    cents = CentsField(label=_("Montant (€)"))
    file = forms.ModelChoiceField(
        ClaimFile.objects.none(), label=_("Pièce déjà jointe à cet état"), required=False, empty_label=_("Aucune")
    )
    upload = forms.FileField(
        label=_("Ou nouvelle pièce (PDF)"), required=False, widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=_("Facture, bulletin ou relevé. Sans numéro de sécurité sociale ni donnée de santé."),
    )  # fmt: skip

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        budget = subsidised(claim.convention)
        choices = [(code, label) for code, label in BudgetLine.Category.choices if code in budget]
        self.fields["category"].choices = [("", _("Choisissez")), *choices]
        self.fields["file"].queryset = claim.files.select_related("document").order_by("number")
        self.fields["file"].label_from_instance = lambda file: f"{file.number} · {file.document.name}"


class CertificateForm(Form):
    accountant = forms.ModelChoiceField(
        User.objects.none(), label=_("Comptable de l’établissement"), empty_label=_("Choisissez"),
        help_text=_("Une autre personne de l’établissement, qui a un compte sur le portail."),
    )  # fmt: skip

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accountant"].queryset = people


class QualityForm(Form):
    quality = forms.CharField(
        label=_("Votre qualité"), max_length=120, help_text=_("Par exemple : agent comptable, commissaire aux comptes.")
    )


class CheckForm(Form):
    eligible_cents = CentsField(label=_("Montant retenu (€)"))
    refusal = forms.CharField(
        label=_("Motif du montant écarté"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence_seen = forms.BooleanField(label=_("J’ai ouvert la pièce et vérifié cette dépense"), required=False)

    def __init__(self, *args: Any, line: ClaimLine, **kwargs: Any) -> None:
        kept = line.cents if line.eligible_cents is None else line.eligible_cents
        first = {"eligible_cents": kept, "refusal": line.refusal, "evidence_seen": line.evidence_seen}
        super().__init__(*args, initial=first, **kwargs)
