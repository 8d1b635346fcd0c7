"""Forms of the directory: what is typed, never a rule (verbs refuse)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal import mail
from edsh_portal.access import ROLES
from edsh_portal.forms import Form, Over
from edsh_portal.models import MailChoice

from .identifiers import compact
from .models import Affiliation, ApiToken, Departement, Establishment, Region

ANY = [("", _("Tous"))]
NEW_PASSWORD = {"autocomplete": "new-password"}


class SignInForm(Form):
    email = forms.EmailField(
        label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class NewPassword(Form):
    """A password typed twice."""

    password = forms.CharField(
        label=_("Nouveau mot de passe"),
        strip=False,
        max_length=1000,
        help_text=_("Quatorze caractères au moins : une phrase longue est le plus simple à retenir."),
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
    )
    again = forms.CharField(
        label=_("Le même, une seconde fois"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("Les deux mots de passe diffèrent : saisissez-les de nouveau."))
        return cleaned


class AcceptInvitationForm(NewPassword):
    pass


class ChangePasswordForm(NewPassword):
    current = forms.CharField(
        label=_("Mot de passe actuel"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "password", "again"]


class ChangeLanguageForm(Form):
    language = forms.ChoiceField(label=_("Langue"), choices=[("fr", "Français"), ("en", "English")])


class MailsForm(Over, Form):
    """One question a family of mails."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for family, (name, tells) in mail.FAMILIES.items():
            self.fields[family] = forms.ChoiceField(
                label=name,
                help_text=tells,
                choices=MailChoice.When.choices,
                widget=forms.RadioSelect,
            )


class IssueTokenForm(Form):
    label = forms.CharField(label=_("Usage"), max_length=80, help_text=_("Par exemple : tableau de bord régional."))
    scopes = forms.MultipleChoiceField(
        label=_("Portées"), choices=list(ApiToken.SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=_("Durée en jours"),
        min_value=1,
        max_value=366,
        initial=90,
        widget=forms.NumberInput(attrs={"class": "w-4"}),
    )


class PeopleFilter(Form):
    q = forms.CharField(label=_("Nom ou adresse"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Rôle"), required=False, choices=[*ANY, *ROLES.items()])
    account = forms.ChoiceField(
        label=_("Compte"), required=False, choices=[*ANY, ("open", _("Ouvert")), ("closed", _("Fermé"))]
    )


class EstablishmentFilter(Form):
    q = forms.CharField(label=_("Nom, FINESS ou SIRET"), required=False, max_length=100)
    region = forms.ModelChoiceField(
        label=_("Région"), required=False, queryset=Region.objects.order_by("name"), empty_label=_("Toutes")
    )
    kind = forms.ChoiceField(
        label=_("Nature"), required=False, choices=[("", _("Toutes")), *Establishment.Kind.choices]
    )
    ght = forms.CharField(
        label=_("GHT"), required=False, max_length=12, widget=forms.TextInput(attrs={"class": "w-10"})
    )


class GrantRoleForm(Form):
    role = forms.ChoiceField(label=_("Rôle"), choices=[("", _("Choisir")), *ROLES.items()])
    until = forms.DateField(
        label=_("Fin de l’exception"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Seulement si ce rôle ne se cumule pas avec ce que la personne est déjà."),
    )


class EstablishmentChoice(forms.CharField):
    """An establishment named by its FINESS or its SIRET: the register is too long for a list."""

    def clean(self, value: Any) -> Establishment | None:
        typed = compact(super().clean(value))
        if not typed:
            return None
        found = Establishment.objects.by_number(typed)
        if found is None:
            raise forms.ValidationError(
                _("Aucun établissement ne porte ce numéro : cherchez-le d’abord dans la liste des établissements.")
            )
        return found


class AffiliateForm(Form):
    establishment = EstablishmentChoice(label=_("FINESS ou SIRET de l’établissement"), max_length=40)
    kind = forms.ChoiceField(label=_("Lien"), choices=[("", _("Choisir")), *Affiliation.Kind.choices])


class InviteForm(Form):
    """For administrators: an establishment, a role, or both."""

    full_name = forms.CharField(label=_("Nom complet"), max_length=120)
    email = forms.EmailField(label=_("Adresse électronique professionnelle"), max_length=254)
    establishment = EstablishmentChoice(
        label=_("FINESS ou SIRET de l’établissement"),
        max_length=40,
        required=False,
        help_text=_("Pour une personne d’un établissement."),
    )
    kind = forms.ChoiceField(
        label=_("Lien avec l’établissement"), required=False, choices=[("", _("Aucun")), *Affiliation.Kind.choices]
    )
    role = forms.ChoiceField(
        label=_("Rôle"),
        required=False,
        choices=[("", _("Aucun")), *ROLES.items()],
        help_text=_("Pour une personne de l’administration ou un expert."),
    )


class InviteColleagueForm(Form):
    """For an establishment's own people; the establishment is the page's."""

    full_name = forms.CharField(label=_("Nom complet"), max_length=120)
    email = forms.EmailField(label=_("Adresse électronique professionnelle"), max_length=254)
    kind = forms.ChoiceField(
        label=_("Ce que la personne fera"), choices=[("", _("Choisir")), *Affiliation.Kind.choices]
    )


class CreateEstablishmentForm(Form):
    name = forms.CharField(label=_("Dénomination"), max_length=160)
    kind = forms.ChoiceField(label=_("Nature"), choices=[("", _("Choisir")), *Establishment.Kind.choices])
    category = forms.CharField(label=_("Catégorie"), required=False, max_length=20, help_text=_("CHU, CHR, CH, CLCC…"))
    finess = forms.CharField(label=_("FINESS de l’entité juridique"), required=False, max_length=20)
    siret = forms.CharField(label=_("SIRET"), required=False, max_length=30)
    ght_code = forms.CharField(label=_("GHT"), required=False, max_length=12)
    departement = forms.ModelChoiceField(label=_("Département"), queryset=Departement.objects.order_by("code"))
    activity = forms.IntegerField(
        label=_("Activité combinée déclarée"), min_value=0, max_value=2_000_000_000, initial=0
    )
    fictitious = forms.BooleanField(label=_("Identifiant fictif"), required=False)


class AddGcsMemberForm(Form):
    member = EstablishmentChoice(label=_("FINESS ou SIRET du membre"), max_length=40)
