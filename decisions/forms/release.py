"""What is published and when, then sent by post."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.forms import instant
from edsh_portal import money
from edsh_portal.forms import Form
from edsh_portal.templatetags.portal import paris_instant

from ..models import Decision
from .fields import DAY


class PostForm(Form):
    number = forms.CharField(
        label=_("Numéro de l’envoi recommandé"), max_length=20, help_text=_("Par exemple 1A 123 456 7890 1.")
    )
    posted_on = forms.DateField(label=_("Posté le"), widget=DAY)


class ReceivedForm(Form):
    received_on = forms.DateField(
        label=_("Reçu le"),
        widget=DAY,
        help_text=_(
            "Le jour que porte l’avis de réception ; si le pli n’a pas été réclamé, celui de sa présentation. "
            "Les délais courent de ce jour."
        ),
    )


class ReleaseForm(Form):
    decisions = forms.ModelMultipleChoiceField(
        Decision.objects.none(),
        label=_("Décisions à publier"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins une décision scellée à publier.")},
    )
    due = instant(
        _("Heure de publication, heure de Paris"),
        required=False,
        help_text=_("Laissez vide pour publier maintenant. Jusqu’à cette heure, vous pouvez la changer ou l’annuler."),
    )

    def __init__(self, *args: Any, sealed: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["decisions"]
        field.queryset = sealed
        field.label_from_instance = self._named
        field.initial = list(sealed)

    def _named(self, held: Decision) -> str:
        told = (held.number, held.application.coordinator.name, held.kind_label, money.display(held.cents))
        return " · ".join(told if held.cents else told[:3])


class PlannedForm(ReleaseForm):
    """Another hour for those that have one, or none any more (the button « cancel »)."""

    due = instant(_("Nouvelle heure de publication, heure de Paris"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cancels = "cancel" in self.data
        self.fields["due"].required = not self.cancels

    def _named(self, held: Decision) -> str:
        return f"{super()._named(held)} · {paris_instant(held.release_at)}"
