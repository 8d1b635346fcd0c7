"""Forms of the decisions: an amount per member, a motive, what is released, who signs, a file to check."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from calls.actions import names_of
from calls.forms import instant
from calls.models.letters import SIGNING, TERMS
from directory.models import Establishment, User
from edsh_portal import money
from edsh_portal.forms import CentsField, Form, Over
from edsh_portal.templatetags.portal import paris_instant
from edsh_portal.workflow import Refused
from funding.models import Line

from .actions.procedure import GROUNDS as PROCEDURE_GROUNDS
from .models import LEAST_DAYS, Decision, Procedure, Proposal, Remedy
from .programming import Fund, Part, Row

LARGEST_FILE = 10_000_000
MOTIVE = forms.Textarea(attrs={"rows": 5, "maxlength": 3000})

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def typed(request: HttpRequest) -> Any:
    """What a POST holds, even nothing; None for a page that is only shown."""
    return request.POST if request.method == "POST" else None


class RefusalForm(Form):
    before = forms.CharField(required=False, widget=forms.HiddenInput)  # the last proposal, as the page has it
    motive = forms.CharField(
        label=_("Motif"),
        max_length=3000,
        widget=MOTIVE,
        help_text=_("Ce motif figure dans la décision : l’établissement le lira."),
    )

    def refuse(self, refused: Refused) -> None:
        """Another proposal was made meanwhile: once its sentence was read, this one may be sent again."""
        if "before" in refused.facts:
            self.data = self.data.copy()
            self.data["before"] = refused.facts["before"]
        super().refuse(refused)


class AwardForm(RefusalForm):
    """One source and one amount per member of the deposited version, at most what it asked."""

    total = CentsField(
        label=_("Total à répartir"),
        required=False,
        help_text=_(
            "Le bouton « Répartir » partage ce total au prorata des demandes, au centime près. "
            "Si vous indiquez un total, la somme des montants doit lui être égale."
        ),
        error_messages={"required": _("Indiquez le total à répartir.")},
    )
    field_order = ["total"]

    def __init__(self, *args: Any, members: list[dict[str, Any]], lines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members, self.lines = members, list(lines)
        found = {str(line.pk): line for line in self.lines}  # asked once, whatever the number of members
        for member in members:
            pk, most = member["establishment"], member["plan"]["aid_cents"]
            self.fields[f"amount-{pk}"] = CentsField(
                label=_("Montant pour %(name)s") % {"name": member["name"]},
                required=False,
                initial=most,
                help_text=_("Demandé : %(most)s") % {"most": money.display(most)},
            )
            self.fields[f"line-{pk}"] = forms.TypedChoiceField(
                label=_("Source pour %(name)s") % {"name": member["name"]},
                choices=[(key, str(line)) for key, line in found.items()],
                coerce=found.__getitem__,
            )
        self.asked_later = tuple(f"amount-{member['establishment']}" for member in members)
        self.order_fields(
            ["total", *(f"{part}-{m['establishment']}" for m in members for part in ("amount", "line")), "motive"]
        )
        self.splits = "split" in self.data
        self.fields["total"].required, self.fields["motive"].required = self.splits, not self.splits

    def clean(self) -> dict[str, Any]:
        """What is proposed is what the total says: neither is put aside for the other."""
        total, made = self.cleaned_data.get("total"), sum(cents for _pk, _line, cents in self.shares())
        if total is not None and not (self.splits or self.errors) and total != made:
            words = {"total": money.display(total), "made": money.display(made)}
            self.add_error(
                "total",
                _(
                    "Le total à répartir est de %(total)s, mais la somme des montants est de %(made)s : "
                    "appuyez sur « Répartir » ou corrigez."
                )
                % words,
            )
        return self.cleaned_data

    def shares(self) -> list[tuple[int, Line, int]]:
        """(establishment id, line, cents) of each member that is given something."""
        data = self.cleaned_data
        ids = [member["establishment"] for member in self.members]
        return [(pk, data[f"line-{pk}"], data[f"amount-{pk}"]) for pk in ids if data.get(f"amount-{pk}")]

    def split(self) -> dict[str, int]:
        """Amounts that share the typed total in proportion to what is asked, to the cent."""
        asked = [member["plan"]["aid_cents"] for member in self.members]
        parts = money.split(self.cleaned_data["total"], asked)
        return {f"amount-{m['establishment']}": cents for m, cents in zip(self.members, parts, strict=True)}


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


class ReasonForm(Form):
    reason = forms.CharField(
        label=_("Motif"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )


class OpenProcedureForm(Form):
    """A measure that is envisaged: why, and how long its addressee has to answer."""

    ground = forms.ChoiceField(
        label=_("Motif juridique"),
        widget=forms.RadioSelect,
        choices=list(PROCEDURE_GROUNDS[Procedure.Kind.REVOCATION].items()),
    )
    motives = forms.CharField(
        label=_("Faits et raisons"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000}),
        help_text=_("La personne concernée lit ce texte : il lui permet de répondre."),
    )
    days = forms.IntegerField(
        label=_("Délai pour répondre, en jours"), min_value=LEAST_DAYS, max_value=90, initial=LEAST_DAYS
    )


class OpenExclusionForm(OpenProcedureForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = list(PROCEDURE_GROUNDS[Procedure.Kind.EXCLUSION].items())


class OpenRecoveryForm(OpenProcedureForm):
    cents = CentsField(label=_("Montant à reverser, au plus (€)"))
    field_order = ["cents"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = list(PROCEDURE_GROUNDS[Procedure.Kind.RECOVERY].items())


class ObserveForm(Form):
    observations = forms.CharField(
        label=_("Vos observations"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": 8000}),
    )
    file = forms.FileField(label=_("Pièce jointe"), required=False, help_text=_("Un seul fichier."))
    asks_hearing = forms.BooleanField(label=_("Je demande à être entendu de vive voix"), required=False)


class AnswerForm(Form):
    answer = forms.CharField(
        label=_("Votre réponse"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000})
    )
    heard_on = forms.DateField(
        label=_("Entendu le"),
        required=False,
        widget=DAY,
        help_text=_(
            "Si une audition a été demandée. Laissez vide pour une demande abusive, et expliquez-le ci-dessus."
        ),
    )


ADMINISTRATIVE = [one for one in Remedy.Kind.choices if one[0] != Remedy.Kind.LITIGATION]


class LodgeForm(Form):
    """A remedy to the administration, by who represents a member of the dossier."""

    kind = forms.ChoiceField(
        label=_("Nature du recours"),
        widget=forms.RadioSelect,
        choices=ADMINISTRATIVE,
        help_text=_("Gracieux : à l’auteur de la décision. Hiérarchique : au ministre."),
    )
    text = forms.CharField(
        label=_("Votre recours"), max_length=8000, widget=forms.Textarea(attrs={"rows": 8, "maxlength": 8000})
    )
    file = forms.FileField(label=_("Pièce jointe"), required=False, help_text=_("Un seul fichier."))


class RegisterForm(LodgeForm):
    """What came by post, or from a court."""

    received_on = forms.DateField(label=_("Reçu le"), widget=DAY)
    establishment = forms.ModelChoiceField(
        Establishment.objects.none(),
        label=_("Membre du dossier"),
        required=False,
        empty_label=_("Un tiers"),
        help_text=_("Il verra ce recours dans son espace."),
    )
    author = forms.CharField(label=_("Auteur"), max_length=160, help_text=_("Nom et qualité du signataire."))
    reference = forms.CharField(label=_("Numéro du courrier ou de l’affaire"), max_length=60, required=False)
    court = forms.CharField(label=_("Tribunal, pour un recours contentieux"), max_length=120, required=False)
    field_order = ["kind", "received_on", "establishment", "author", "reference", "court", "text", "file"]

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices, self.fields["kind"].help_text = Remedy.Kind.choices, ""
        self.fields["text"].label = _("Demande de l’auteur")
        members = decision.application.memberships.filter(state="accepted")
        self.fields["establishment"].queryset = Establishment.objects.filter(pk__in=members.values("establishment"))


class AnswerRemedyForm(Form):
    outcome = forms.ChoiceField(
        label=_("Suite donnée"),
        widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in (Remedy.State.ACCEPTED, Remedy.State.REJECTED)],
    )
    motives = forms.CharField(
        label=_("Motifs"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, "maxlength": 4000})
    )


class EndRemedyForm(Form):
    outcome = forms.ChoiceField(label=_("Issue"), widget=forms.RadioSelect)
    ended_on = forms.DateField(label=_("Le"), widget=DAY)
    motives = forms.CharField(
        label=_("En résumé"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 4000})
    )

    def __init__(self, *args: Any, remedy: Remedy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ends = [one for one in Remedy.State.choices if one[0] != Remedy.State.RECEIVED]
        self.fields["outcome"].choices = ends if remedy.kind == Remedy.Kind.LITIGATION else ends[-1:]


class RemediesForm(Form):
    kind = forms.ChoiceField(label=_("Nature"), required=False, choices=[("", _("Toutes")), *Remedy.Kind.choices])
    state = forms.ChoiceField(label=_("État"), required=False, choices=[("", _("Tous")), *Remedy.State.choices])

    def rows(self, user: Any) -> Any:
        """Of the register, those asked for: what waits first, the oldest first."""
        waits = Case(When(state=Remedy.State.RECEIVED, then=0), default=1)
        rows = Remedy.objects.visible_to(user).order_by(waits, "received_on", "pk")
        return (
            rows.filter(**{name: value for name, value in self.cleaned_data.items() if value})
            if self.is_valid()
            else rows
        )


NAME = forms.TextInput(attrs={"maxlength": 80, "autocomplete": "off"})


class KeepForm(Form):
    """The cut-off that the page shows, under a name. `cut` stands with what moves (decisions/_studio.html), outside of the form's own tags."""

    name = forms.CharField(
        label=_("Nom du scénario"), max_length=80, widget=NAME, help_text=_("Par exemple : « Sans la complémentaire ».")
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cut"] = forms.IntegerField(min_value=0, max_value=most, widget=forms.HiddenInput)


class ScenarioForm(Over, Form):
    name = forms.CharField(label=_("Nom du scénario"), max_length=80, widget=NAME)
    cut = forms.IntegerField(label=_("Dossiers au-dessus de la coupure"), min_value=0, max_value=999)
    shared = forms.BooleanField(
        label=_("Partagé avec les autres personnes qui programment"),
        required=False,
        help_text=_("Elles pourront le lire, le comparer et le commenter ; vous seul le modifiez."),
    )


class CommentForm(Form):
    comment = forms.CharField(
        label=_("Votre commentaire"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000})
    )


class FreezeForm(Form):
    motive = forms.CharField(
        label=_("Motif de ces aides"),
        max_length=3000,
        widget=MOTIVE,
        help_text=_("Ce motif figure dans chacune des décisions : les établissements le liront."),
    )

    def refuse(self, refused: Refused) -> None:
        """Each line that blocks is one of the list above the form."""
        lines = refused.facts.get("lines")
        if not lines:
            return super().refuse(refused)
        self.errors  # noqa: B018 - the form is cleaned before an error can be added to it
        words = [gettext("%(who)s : %(why)s") % {"who": who, "why": why} for who, why in lines]
        self.add_error(None, [gettext("Aucune proposition n’est faite : réglez d’abord ces lignes."), *words])


class DrawForm(Form):
    """The aid of a dossier in a scenario: an amount per member and source, or why it is set aside."""

    def __init__(self, *args: Any, row: Row, funds: Sequence[Fund], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.funds = row, funds
        held = {(part.establishment, part.line): part.cents for part in row.parts}
        for member in row.members:
            for fund in funds:
                self.fields[f"cents-{member.establishment}-{fund.line}"] = CentsField(
                    label=_("%(name)s, %(source)s") % {"name": member.name, "source": fund.label},
                    required=False,
                    initial=held.get((member.establishment, fund.line)),
                )
        self.fields["aside"] = forms.CharField(
            label=_("Motif pour écarter ce dossier"),
            required=False,
            initial=row.aside,
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
            help_text=_("Laissez ce champ vide pour retenir le dossier s’il est au-dessus de la coupure."),
        )

    def lines(self) -> list[dict[str, Any]]:
        """A line a member: what it asks, and its field on each source."""
        return [
            {
                "member": member,
                "fields": [self[f"cents-{member.establishment}-{fund.line}"] for fund in self.funds],
            }
            for member in self.row.members
        ]

    def parts(self) -> list[Part]:
        return [
            Part(member.establishment, fund.line, cents)
            for member in self.row.members
            for fund in self.funds
            if (cents := self.cleaned_data.get(f"cents-{member.establishment}-{fund.line}"))
        ]

    def refuse(self, refused: Refused) -> None:
        """The verb names a member: the first of its fields says it."""
        member = (refused.field or "").removeprefix("amount-")
        field = next((name for name in self.fields if name.startswith(f"cents-{member}-")), None)
        super().refuse(Refused(refused.message, code=refused.code, field=field, **refused.facts))


class ApproveForm(Form):
    """Proposals approved together: named in their page, then carried by its confirmation."""

    proposals = forms.ModelMultipleChoiceField(
        Proposal.objects.none(),
        label=_("Propositions à approuver"),
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": _("Choisissez au moins une proposition à approuver."),
            "invalid_choice": _("Une de ces propositions n’est plus à approuver : rechargez la page."),
        },
    )

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["proposals"].queryset = waiting


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


class DelegationForm(Form):
    """A published text that lets a validator sign for the director general."""

    holder = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Personne qui signera"),
        empty_label=_("Choisissez"),
        help_text=_("Une personne qui a le rôle Validation."),
    )
    quality = forms.CharField(
        label=_("Sa qualité"),
        max_length=160,
        help_text=_("Par exemple : « sous-directrice du pilotage de la performance ». Les décisions la portent."),
    )
    source = forms.CharField(
        label=_("Texte publié"),
        max_length=200,
        help_text=_("Par exemple : « arrêté du 2 mai 2022, JORF n° 0103 du 4 mai 2022 ». Les décisions le citeront."),
    )
    first_on = forms.DateField(label=_("Premier jour"), widget=DAY)
    last_on = forms.DateField(label=_("Dernier jour, inclus"), widget=DAY)

    def __init__(self, *args: Any, proposer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        validators = User.objects.filter(groups__name="validator", is_active=True).exclude(pk=proposer.pk)
        self.fields["holder"].queryset = validators.order_by("full_name", "pk")


LONG_TERMS = ("specifications", "reports", "publicity")


class LetterTermsForm(Over, Form):
    """What the letters bear: a field a term, and those of the budget of each source."""

    def __init__(self, *args: Any, sources: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in names_of(sources).items():
            control = forms.Textarea(attrs={"rows": 3}) if name in LONG_TERMS else None
            field = forms.CharField(label=label, max_length=400, required=False, widget=control)
            if name in TERMS and name != "specifications":
                field.required = True
            self.fields[name] = field
        self.fields["signing"] = forms.ChoiceField(
            label=TERMS["signing"][0], choices=list(SIGNING.items()), widget=forms.RadioSelect
        )


class FileForm(Form):
    """A sealed PDF, to be compared with those the portal issued. Nothing of it is kept."""

    file = forms.FileField(
        label=_("Fichier PDF"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf"}),
        help_text=_("10 Mo au plus. Le fichier est comparé, puis effacé."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(
                _("Ce fichier dépasse 10 Mo : choisissez le PDF tel que le portail l’a remis, plus léger.")
            )
        return file


class FingerprintForm(Form):
    """The SHA-256 of a file; or that of its data, with the number of the act."""

    sha256 = forms.CharField(
        label=_("Empreinte SHA-256"),
        max_length=64,
        help_text=_(
            "64 caractères, de 0 à 9 et de a à f : l’empreinte du fichier, ou celle des données avec le numéro."
        ),
    )
    number = forms.CharField(
        label=_("Numéro de l’acte"), max_length=40, required=False, help_text=_("Par exemple 2021-0001.")
    )

    def clean_sha256(self) -> str:
        held = str(self.cleaned_data["sha256"]).strip().lower()
        if not re.fullmatch("[0-9a-f]{64}", held):
            raise ValidationError(_("Une empreinte SHA-256 a 64 caractères, de 0 à 9 et de a à f."))
        return held
