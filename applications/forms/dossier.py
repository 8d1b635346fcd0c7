"""Forms of the hospital pages: what is typed, in the reader's words; the verbs hold the rules."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from calls.models import CallSettings, Wave
from calls.questions import Question
from directory.models import Affiliation, Establishment
from edsh_portal.forms import Form, ReasonForm
from edsh_portal.intake.desk import ENDINGS, too_heavy
from edsh_portal.workflow import Refused

from ..content.fields import SECTIONS, One, Section, Several
from ..content.fields.controls import control, offered
from ..models import SectionOwner
from ..permissions import WRITES


class CreateForm(Form):
    coordinator = forms.ModelChoiceField(
        Establishment.objects.none(),
        label=_("Établissement coordinateur"),
        empty_label=_("Choisissez"),
        help_text=_("L’établissement pour lequel vous écrivez. Un établissement ne coordonne qu’un dossier."),
    )
    wave = forms.ModelChoiceField(Wave.objects.none(), label=_("Relève"), empty_label=None)
    acronym = forms.CharField(
        label=_("Acronyme du projet"), max_length=40, widget=forms.TextInput(attrs={"class": "w-20"})
    )
    again = forms.BooleanField(
        label=_("Ouvrir un second dossier de même acronyme"), required=False, widget=forms.HiddenInput
    )
    first: Any = ""  # the reference of the dossier that is open already

    def __init__(self, *args: Any, user: Any, waves: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Affiliation.objects.filter(user=user, ended_at__isnull=True, kind__in=WRITES)
        self.fields["coordinator"].queryset = Establishment.objects.filter(
            pk__in=held.values("establishment")
        ).order_by("sort_key")
        self.fields["wave"].queryset = waves

    def refuse(self, refused: Refused) -> None:
        """A second dossier of the same acronym is asked for by a box, which nobody sees before."""
        super().refuse(refused)
        if refused.code == "D01":
            self.first = refused.facts["first"]
            self.fields["again"].widget = forms.CheckboxInput()


class Written(Form):
    """A form of fields written together: each control carries its key and its version, and the form what was read."""

    reads = forms.CharField(widget=forms.HiddenInput, required=False)
    writing: Any = None  # what the page shows of those who write it (views/together.py)
    first: tuple[str, ...] = ()  # the fields of a row that name it: it is there as soon as they are said

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: dict[str, int] = {}  # {key: version that the page showed}
        self.keys: list[str] = []  # of its fields
        self.why: Any = ""  # some of its fields are closed
        self.asked_until: datetime | None = None  # the deadline of the complements that leave some of its fields open

    def only_first(self) -> None:
        """The form that adds a row."""
        self.fields = {name: field for name, field in self.fields.items() if name in self.first}

    @property
    def needed(self) -> list[Any]:
        """What the fields without which nothing is saved are called."""
        return [field.label for field in self.fields.values() if field.required]

    def carry(self, keys: Mapping[str, str], versions: Mapping[str, int]) -> None:
        """`keys` {field: key}, `versions` {key: version in place}; a form that comes back says what its page had read."""
        self.keys = [*keys.values()]
        versions = dict(versions) | (self.posted_reads() if self.is_bound else {})
        for name, key in keys.items():
            if name in self.fields:
                self.fields[name].widget.attrs |= {"data-key": key, "data-version": str(versions.get(key, 0))}
        self.initial["reads"] = json.dumps({key: versions.get(key, 0) for key in keys.values()})

    def posted_reads(self) -> dict[str, int]:
        """{key: version} as the page that was sent says; empty when it says nothing."""
        try:
            posted = json.loads(self.data.get("reads") or "null")
        except ValueError:
            posted = None
        return {key: seen for key, seen in posted.items() if isinstance(seen, int)} if isinstance(posted, dict) else {}

    def close(self, names: Iterable[str], why: Any) -> None:
        """These fields do not change now, and say why; what was typed in one all the same stays, for the verb to refuse."""
        for name in names:
            if not self.is_bound or name not in self.data:
                self.fields[name].disabled, self.fields[name].help_text, self.why = True, why, why

    @property
    def shut(self) -> Any:
        """Why nothing of it can be saved; empty when some field is open."""
        return self.why if all(field.disabled for name, field in self.fields.items() if name != "reads") else ""

    def carry_grid(self, versions: Mapping[str, int]) -> None:
        """A grid's cells are keyed by its stem and their names: what was never written was read at version 0."""
        self.initial["reads"] = json.dumps(versions)

    def clean(self) -> dict[str, Any]:
        held = self.cleaned_data
        held.pop("reads", "")
        self.read = self.posted_reads()
        return held


class SectionForm(Written):
    """The form of a section, each of its fields by its own control; rows that a field may name are those of the dossier."""

    section: Section

    def __init__(self, *args: Any, application: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.section.fields.items():
            if name in self.fields and isinstance(field, One | Several):
                self.fields[name].queryset = offered(field, application)


@cache
def form_of(section: Section, *names: str) -> Any:
    """The form of a section, or of those of its fields that are named. A field is refused in the same words as when it is saved
    alone."""
    made = {name: control(section.fields[name]) for name in names or section.fields}
    told = {"section": section, "first": section.first, "asked_later": section.asked_later, "__module__": __name__}
    return type(f"{section.model.__name__}Form", (SectionForm,), made | told)


class IdentityForm(form_of(SECTIONS["identity"])):  # type: ignore[misc]  # the class is made at import
    def __init__(self, *args: Any, bounds: CallSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = {"least": bounds.min_months, "most": bounds.max_months, "level": bounds.consolidation_level}
        self.fields["months"].help_text = _now("De %(least)s à %(most)s mois.") % limits
        self.fields["maturity_now"].help_text = (
            _now("« Consolider » demande au moins %(level)s ; « constituer », moins de %(level)s.") % limits
        )


class AnswerForm(Written):
    asked_later = ("text",)

    text = forms.CharField(required=False, strip=False)

    def __init__(self, *args: Any, question: Question, least: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["text"]
        asked = ngettext("%(n)s caractère au moins.", "%(n)s caractères au moins.", least) % {"n": least}
        field.label, field.help_text = question.title, f"{question.hint} {asked}" if least > 1 else question.hint
        field.widget = forms.Textarea(attrs={"rows": 16, "data-limit": str(question.max_chars)})


class ClashForm(Form):
    """Which of two texts stays: the one in place, the other, or what is made of both."""

    choice = forms.ChoiceField(choices=[("theirs", ""), ("mine", ""), ("merge", "")])
    over = forms.IntegerField(min_value=0)
    text = forms.CharField(required=False, strip=False)


class ProgressForm(Form):
    progress = forms.ChoiceField(label=_("État de la rubrique"), choices=SectionOwner.Progress.choices)


class HandForm(Form):
    """To whom a section is handed: `p<person>`, `m<membership>`, or nobody in particular."""

    to = forms.ChoiceField(label=_("Confiée à"), required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = choices


class AssociatedForm(Form):
    name = forms.CharField(label=_("Dénomination"), max_length=160)
    kind = forms.ChoiceField(label=_("Nature"), choices=[("", _("Choisissez")), *Establishment.Kind.choices])
    siren = forms.CharField(
        label=_("SIREN"),
        required=False,
        max_length=11,
        widget=forms.TextInput(attrs={"class": "w-10", "inputmode": "numeric"}),
        help_text=_("Neuf chiffres. Il sert à écarter les conflits d’intérêts de l’expertise."),
    )


class PieceForm(Form):
    file = forms.FileField(label=_("Fichier"), widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.UPLOAD_MAX_BYTES // 1_000_000
        self.fields["file"].help_text = _now(
            "PDF, DOCX, XLSX, ODT, ODS, PNG ou JPEG, %(most)s Mo au plus, sans mot de passe, sans macro et sans aucune donnée de patient."
        ) % {"most": most}

    def clean_file(self) -> Any:
        """The size is refused before the bytes are read into memory."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise ValidationError(too_heavy(file.size), code="R05")
        return file


class AbandonForm(ReasonForm):
    """Of a draft in which others wrote."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "D’autres personnes ont écrit dans ce brouillon : le motif est conservé avec l’abandon."
        )
