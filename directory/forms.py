"""Forms of the directory: what is typed, never a rule (verbs refuse)."""

from collections.abc import Container
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal import mail
from edsh_portal.access import ROLES
from edsh_portal.forms import Form, Over
from edsh_portal.models import MailChoice

from .identifiers import compact
from .models import AccountRequest, Affiliation, ApiToken, Departement, Establishment, Region, User
from .permissions import kinds_to_give

ANY = [("", _("Tous"))]
IN_EXCEPTION = "exception"  # among the roles to filter by: one held beside what it does not go with
CORRECTED = {
    "name": "name", "kind": "kind", "category": "category", "siret": "siret", "departement": "departement_id",
}  # fmt: skip
NEW_PASSWORD = {"autocomplete": "new-password"}


class ForgottenForm(Form):
    email = forms.EmailField(
        label=_("Adresse électronique"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class SignInForm(ForgottenForm):
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


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
    role = forms.ChoiceField(
        label=_("Rôle"), required=False, choices=[*ANY, *ROLES.items(), (IN_EXCEPTION, _("Un rôle en exception"))]
    )
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
    """The roles that the person does not hold."""

    role = forms.ChoiceField(label=_("Rôle"))
    until = forms.DateField(
        label=_("Fin de l’exception"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Seulement si ce rôle ne se cumule pas avec un rôle ou un rattachement de la personne."),
    )

    def __init__(self, *args: Any, held: Container[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = [(role, label) for role, label in ROLES.items() if role not in held]
        self.fields["role"].choices = [("", _("Choisir")), *free]


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
    """For an establishment's own people; the establishment is the page's, the links those that `by` may give there."""

    full_name = forms.CharField(label=_("Nom complet"), max_length=120)
    email = forms.EmailField(label=_("Adresse électronique professionnelle"), max_length=254)
    kind = forms.ChoiceField(label=_("Rôle de la personne"))

    def __init__(self, *args: Any, establishment: Establishment, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Choisir")), *kinds_to_give(by, establishment)]


class PersonForm(Form):
    """Somebody of an establishment where nobody has an account yet, named by who invites it."""

    full_name = forms.CharField(label=_("Nom complet"), max_length=120)
    email = forms.EmailField(label=_("Adresse électronique professionnelle"), max_length=254)
    function = forms.CharField(label=_("Fonction dans l’établissement"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Rôle de la personne sur le portail"),
        widget=forms.RadioSelect,
        choices=AccountRequest.KINDS,
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class AskAccountForm(PersonForm):
    """An account, asked for by whoever reads the public page. The establishment is found in the register; one more question where several
    match what was typed."""

    MOST = 12
    field_order = ("place", "establishment", "full_name", "function", "email", "kind")

    place = forms.CharField(
        label=_("Votre établissement"), max_length=160, help_text=_("Son nom, son numéro FINESS ou son SIRET.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"].label = _("Votre nom complet")
        self.fields["email"].label = _("Votre adresse électronique professionnelle")
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["full_name"].widget.attrs["autocomplete"] = "name"
        self.fields["function"].label = _("Votre fonction")
        self.fields["kind"].label = _("Votre rôle sur le portail")
        typed = self.data.get("place", "").strip()[:160]
        found = Establishment.objects.in_register().matching(typed).select_related("departement")
        self.found = list(found[: self.MOST + 1])
        if 1 < len(self.found) <= self.MOST:
            self.fields["establishment"] = forms.ChoiceField(
                label=_("Lequel est-ce ?"),
                widget=forms.RadioSelect,
                choices=[(str(one.pk), place_label(one)) for one in self.found],
                error_messages={"required": _("Plusieurs établissements correspondent : choisissez le vôtre.")},
            )
            self.order_fields(self.field_order)

    def clean_place(self) -> str:
        if not self.found:
            raise forms.ValidationError(
                _("Aucun établissement de santé ni GCS ne correspond : vérifiez le nom, ou donnez le numéro FINESS.")
            )
        if len(self.found) > self.MOST:
            raise forms.ValidationError(
                _("Trop d’établissements correspondent : précisez le nom, ou donnez le numéro FINESS.")
            )
        return self.cleaned_data["place"]

    def person(self) -> dict[str, Any]:
        """What the verb takes: the person, and the establishment that was found or chosen."""
        told = {name: self.cleaned_data[name] for name in PersonForm.base_fields}
        chosen = self.cleaned_data.get("establishment", "")
        return told | {"establishment": next(one for one in self.found if chosen in ("", str(one.pk)))}


def place_label(one: Establishment) -> str:
    """Two establishments may bear one name: what tells them apart."""
    number = f"FINESS {one.finess}" if one.finess else f"SIRET {one.siret}"
    return " · ".join(filter(None, (one.name, number, one.departement.name if one.departement else "")))


class AcceptRequestForm(Form):
    kind = forms.ChoiceField(
        label=_("Rôle de la personne sur le portail"), widget=forms.RadioSelect, choices=AccountRequest.KINDS
    )


class RefuseRequestForm(Form):
    asked_later = ("reason",)
    reason = forms.CharField(
        label=_("Motif"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Il est envoyé à la personne."),
    )


class CorrectEstablishmentForm(Form):
    """Each field remembers what its author read: only what they changed is written."""

    name = forms.CharField(label=_("Dénomination"), max_length=160, show_hidden_initial=True)
    kind = forms.ChoiceField(label=_("Nature"), choices=Establishment.Kind.choices, show_hidden_initial=True)
    category = forms.CharField(
        label=_("Catégorie"),
        required=False,
        max_length=20,
        help_text=_("CHU, CHR, CH, CLCC…"),
        show_hidden_initial=True,
    )
    siret = forms.CharField(label=_("SIRET"), required=False, max_length=30, show_hidden_initial=True)
    departement = forms.ChoiceField(label=_("Département"), required=False, show_hidden_initial=True)
    reason = forms.CharField(
        label=_("Motif et source de la correction"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "data-limit": "1000"}),
        help_text=_("Par exemple : arrêté de fusion du 3 janvier 2023, extrait SIRENE du 12 mars 2023."),
    )

    def __init__(self, *args: Any, establishment: Establishment, **kwargs: Any) -> None:
        read = {name: getattr(establishment, column) or "" for name, column in CORRECTED.items()}
        super().__init__(*args, initial=read, **kwargs)
        places = Departement.objects.order_by("code")
        self.fields["departement"].choices = [("", _("Aucun")), *((place.code, str(place)) for place in places)]

    def changes(self) -> dict[str, tuple[str, str]]:
        """{column: (value read, value wanted)} of what was changed on the page."""
        asked = {name: column for name, column in CORRECTED.items() if name in self.changed_data}
        return {
            column: (self.data.get(self.add_initial_prefix(name), ""), self.cleaned_data[name])
            for name, column in asked.items()
        }


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
