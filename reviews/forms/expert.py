"""What an expert says of themselves, and how the officer finds them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

from ..models import Profile, Tie
from .fields import day


class ProfileForm(Form):
    skills = forms.MultipleChoiceField(label=_("Vos compétences"), widget=forms.CheckboxSelectMultiple)
    capacity = forms.IntegerField(
        label=_("Dossiers au plus par relève"),
        min_value=1,
        max_value=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-4 number", "autocomplete": "off"}),
    )
    available_from = day(_("Disponible à partir du"), help_text=_("Vide : dès maintenant."))
    available_until = day(_("Disponible jusqu’au"), help_text=_("Vide : sans limite."))
    languages = forms.MultipleChoiceField(
        label=_("Langues dans lesquelles vous évaluez"),
        choices=Profile.Language.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    civility = forms.ChoiceField(
        label=_("Civilité"),
        choices=[("", _("Je préfère ne pas le dire")), *Profile.Civility.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Elle ne sert qu’à compter la parité de l’ensemble : personne ne la lit à votre nom."),
    )

    def __init__(self, data: Any = None, *, skills: Sequence[tuple[str, str]], profile: Profile | None) -> None:
        names = ("skills", "capacity", "available_from", "available_until", "languages", "civility")
        held = {name: getattr(profile, name) for name in names} if profile else {"languages": ["fr"]}
        super().__init__(data, initial=held)
        self.fields["skills"].choices = skills


class TieForm(Form):
    kind = forms.ChoiceField(label=_("Nature du lien"), choices=Tie.Kind.choices, widget=forms.RadioSelect)
    body = forms.CharField(label=_("Organisme"), max_length=200)
    siren = forms.CharField(
        label=_("SIREN"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-10"}),
        help_text=_("Neuf chiffres ; il évite de confondre deux organismes du même nom."),
    )
    since_on = day(_("Depuis le"))
    until_on = day(_("Jusqu’au"), help_text=_("Vide : ce lien dure encore."))


class ExpertsFilter(Form):
    q = forms.CharField(label=_("Nom ou employeur"), required=False, max_length=100)
    skill = forms.ChoiceField(label=_("Compétence"), required=False)

    def __init__(self, data: Any = None, *, skills: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["skill"].choices = [("", _("Toutes")), *skills]
