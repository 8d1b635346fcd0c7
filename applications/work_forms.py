"""Forms of the work plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import Written, long
from .models import Application, Membership


class MemberField(forms.ModelChoiceField):
    """A member of the consortium, by the name of its establishment."""

    def label_from_instance(self, obj: Membership) -> str:
        return obj.establishment.name


def month(label: Any, **more: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"class": "w-4", "inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, widget=widget, **more)


class WorkPackageForm(Written):
    first = ("title",)
    asked_later = ("summary", "leader", "starts_month", "ends_month")

    title = forms.CharField(label=_("Titre"), max_length=160)
    summary = forms.CharField(
        label=_("Résumé"),
        required=False,
        widget=long(6, 3000),
        help_text=_("Décrivez les travaux du lot et leur méthode."),
    )
    leader = MemberField(
        Membership.objects.none(), label=_("Membre responsable"), required=False, empty_label=_("À désigner")
    )
    starts_month = month(_("Premier mois"), help_text=_("Compté du début du projet : le premier mois est 1."))
    ends_month = month(_("Dernier mois"))
    order = month(_("Place dans la liste"), help_text=_("Laissez vide pour suivre les numéros."))

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accepted = application.memberships.filter(state="accepted").select_related("establishment")
        self.fields["leader"].queryset = accepted.order_by("role", "pk")
