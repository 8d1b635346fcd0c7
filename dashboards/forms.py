"""Forms of the composed pages: what the register is asked."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import Wave
from directory.models import Region
from edsh_portal.forms import Form

from .stage import Stage


class RegisterForm(Form):
    """Filters in the address; what is not understood filters nothing."""

    q = forms.CharField(
        label=_("Dossier ou coordinateur"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    wave = forms.TypedChoiceField(label=_("Relève"), coerce=int, empty_value=None, required=False)
    stage = forms.ChoiceField(label=_("Étape"), choices=[("", _("Toutes")), *Stage.choices], required=False)
    region = forms.ChoiceField(label=_("Région du coordinateur"), required=False)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = Wave.objects.order_by("number").values_list("number", flat=True).distinct()
        self.fields["wave"].choices = [("", _("Toutes")), *((n, _("Relève %(n)s") % {"n": n}) for n in numbers)]
        regions = Region.objects.order_by("name").values_list("code", "name")
        self.fields["region"].choices = [("", _("Toutes")), *regions]

    def filters(self) -> dict[str, Any]:
        """wave, region, text as the queryset of dossiers takes them."""
        self.is_valid()
        held = self.cleaned_data
        return {"wave": held.get("wave"), "region": held.get("region", ""), "text": held.get("q", "").strip()}
