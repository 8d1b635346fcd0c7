"""A file of the State's tools, and the lines that it leaves over."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import Form

MOST_IMPORT = 3_000_000  # bytes of a file of the State's tools: some 20,000 lines


class ImportForm(Form):
    """`announced` is asked of a file that does not say by itself how many lines it has."""

    file = forms.FileField(
        label=_("Fichier"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"}),
        help_text=_("CSV, XLSX ou ODS. Rien n’est appliqué avant votre confirmation."),
    )  # fmt: skip
    announced = forms.IntegerField(
        label=_("Nombre de lignes annoncé"), min_value=0, max_value=100_000, required=False,
        help_text=_("Sans la ligne des titres, comme l’outil l’indique : un fichier coupé est refusé."),
    )  # fmt: skip

    def __init__(self, *args: Any, closed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if closed:
            del self.fields["announced"]

    def clean_file(self) -> Any:
        """The size is refused before the bytes are read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MOST_IMPORT:
            raise ValidationError(gettext("Ce fichier pèse plus de 3 Mo : découpez-le."), code="R87")
        return file


class SettleForm(Form):
    """What was left over: matched with one of ours, when some may be it; else closed."""

    reference = forms.ChoiceField(label=_("Rapprocher de"), required=False, widget=forms.RadioSelect)
    explanation = forms.CharField(
        label=_("Motif"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Une ligne qui n’est pas rapprochée est classée, et ne revient plus ici."),
    )  # fmt: skip

    def __init__(self, *args: Any, candidates: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if candidates:
            self.fields["reference"].choices = [("", _("Rien : classer cette ligne")), *candidates]
        else:
            del self.fields["reference"]
