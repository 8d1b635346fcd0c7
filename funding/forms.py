"""Forms of the money pages: filters that live in the address, and what each act asks; the verbs hold the rules."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.models import BudgetLine, FundingPlan
from directory.actions import fold
from directory.identifiers import compact
from directory.models import Establishment, User
from edsh_portal import clock, money
from edsh_portal.forms import CentsField, Form, Over, ReasonForm, long
from edsh_portal.workflow import Refused

from . import books
from .actions import GROUNDS, subsidised
from .amending import Terms
from .closings import Outlook
from .models import (
    Account,
    Amendment,
    Ceiling,
    Claim,
    ClaimFile,
    ClaimLine,
    Condition,
    Convention,
    GrantShare,
    Instalment,
    Line,
    Posting,
)  # fmt: skip
from .models.amendment import OF_MEMBERS
from .statement import FAMILIES, KINDS

YEARS = range(2022, 2033)
MOST_IMPORT = 3_000_000  # bytes of a file of the State's tools: some 20,000 lines


class PaymentsForm(Form):
    """Filters of the payments page."""

    text = forms.CharField(label=_("Établissement ou dossier"), required=False, max_length=80)
    source = forms.ChoiceField(label=_("Source"), required=False)
    year = forms.TypedChoiceField(
        label=_("Exercice"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Tous")), *((y, y) for y in YEARS)],
    )
    kind = forms.ChoiceField(label=_("Nature"), required=False, choices=[("", _("Toutes")), *Instalment.Kind.choices])
    state = forms.ChoiceField(label=_("État"), required=False, choices=[("", _("Tous")), *Instalment.State.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = Line.objects.order_by("code").values_list("code", "label").distinct()
        self.fields["source"].choices = [("", _("Toutes")), *codes]

    def filters(self) -> dict[str, Any]:
        """What is asked; a value that is not among the choices asks for nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AsOf(Form):
    """What asks for figures as they stood."""

    as_of = forms.DateTimeField(
        label=_("Soldes arrêtés au"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def at(self) -> datetime | None:
        """The instant asked for; None for now, and for what is no instant."""
        self.is_valid()
        return self.cleaned_data.get("as_of")


ENGAGED = "engaged"  # no family: every step of what was notified and not withdrawn


class AccountsForm(AsOf):
    """Filters of the accounts; `establishment` and `share` come from a figure that was opened."""

    text = forms.CharField(label=_("Établissement ou dossier"), required=False, max_length=80)
    line = forms.ModelChoiceField(
        label=_("Source"), required=False, queryset=Line.objects.order_by("pk"), empty_label=_("Toutes")
    )
    family = forms.ChoiceField(
        label=_("Famille"), required=False, choices=[("", _("Toutes")), *FAMILIES.items(), (ENGAGED, _("Engagé, payé ou non"))]
    )  # fmt: skip
    settled = forms.BooleanField(required=False, widget=forms.HiddenInput)
    establishment = forms.ModelChoiceField(
        required=False, queryset=Establishment.objects.all(), widget=forms.HiddenInput
    )
    share = forms.ModelChoiceField(
        required=False, queryset=GrantShare.objects.select_related("establishment"), widget=forms.HiddenInput
    )
    by = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("text", "line", "family", "as_of", "settled", "establishment", "share", "by")

    def __init__(self, *args: Any, grouped: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if grouped:  # each family has its column there
            self.fields["family"].widget = forms.HiddenInput()

    def matching(self, rows: QuerySet[Account]) -> QuerySet[Account]:
        """Http404: the address names a beneficiary or a share that does not exist."""
        if not self.is_valid() and not self.errors.keys().isdisjoint(("establishment", "share")):
            raise Http404
        asked = self.cleaned_data
        exact = {"line": "line", "establishment": "share__establishment", "share": "share"}
        rows = rows.filter(**{column: asked[name] for name, column in exact.items() if asked.get(name)})
        if family := asked.get("family"):
            rows = rows.filter(family__in=books.COLUMNS if family == ENGAGED else (family,))
        return rows.filter(_about(asked["text"])) if asked.get("text") else rows

    def shows_settled(self) -> bool:
        self.is_valid()
        return bool(self.cleaned_data.get("settled"))

    def of(self) -> Establishment | None:
        """Whose accounts alone are shown."""
        share = self.cleaned_data.get("share")
        return share.establishment if share else self.cleaned_data.get("establishment")


class JournalForm(Form):
    """Filters of the journal."""

    text = forms.CharField(label=_("Établissement ou dossier"), required=False, max_length=80)
    line = forms.ModelChoiceField(
        label=_("Source"), required=False, queryset=Line.objects.order_by("pk"), empty_label=_("Toutes")
    )
    kind = forms.ChoiceField(label=_("Opération"), required=False, choices=[("", _("Toutes")), *KINDS.items()])
    since = forms.DateField(label=_("Du"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Au"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def matching(self, rows: QuerySet[Posting]) -> QuerySet[Posting]:
        """Both days included, in Paris."""
        self.is_valid()
        asked = self.cleaned_data
        rows = rows.filter(**{name: asked[name] for name in ("line", "kind") if asked.get(name)})
        if asked.get("since"):
            rows = rows.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            rows = rows.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return rows.filter(_about(asked["text"])) if asked.get("text") else rows


def _about(text: str) -> Q:
    """Accounts or operations of an establishment or a dossier that is so called."""
    return (
        Q(share__establishment__sort_key__contains=fold(text))
        | Q(grant__application__reference__icontains=text)
        | Q(grant__application__acronym__icontains=text)
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.PARIS)


class PrepareForm(Form):
    siret = forms.CharField(
        label=_("SIRET du bénéficiaire"), max_length=20, widget=forms.TextInput(attrs={"class": "w-20"}),
        help_text=_("Le SIRET de l’établissement qui porte les dépenses, identique à celui de l’annuaire."),
    )  # fmt: skip
    months = forms.IntegerField(label=_("Durée (mois)"), widget=forms.NumberInput(attrs={"class": "w-4"}))

    def clean_siret(self) -> str:
        return "".join(self.cleaned_data["siret"].split())


class SignForm(Form):
    """The quality of who signs, and the hash of what their page had them read."""

    quality = forms.CharField(
        label=_("En qualité de"), max_length=160,
        help_text=_("La fonction qui vous permet de signer pour l’établissement, par exemple « Directrice générale »."),
    )  # fmt: skip
    sha256 = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class CopyForm(Form):
    quality = SignForm.base_fields["quality"]
    file = forms.FileField(
        label=_("Convention signée (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=_("Le fichier même que le portail vous a envoyé, avec la signature électronique de qui représente "
        "l’établissement. Une copie imprimée puis numérisée n’est pas acceptée : signez alors dans le portail."),
    )  # fmt: skip


class ReworkForm(ReasonForm):
    months = forms.IntegerField(label=_("Durée (mois)"), widget=forms.NumberInput(attrs={"class": "w-4"}))
    field_order = ("months", "reason")


class AgreementForm(Form):
    signed_on = forms.DateField(label=_("Dernière signature, le"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(
        label=_("Accord de consortium (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"}),
        help_text=_("Un seul fichier, signé de tous les membres, avec ses annexes."),
    )  # fmt: skip


class AskAmendmentForm(Form):
    """What should change of an award, and why; of a change of the consortium, whose place: `member` of those there are, or `finess` of who
    would join."""

    kind = forms.ChoiceField(label=_("Modification demandée"), widget=forms.RadioSelect)
    member = forms.ChoiceField(
        label=_("Membre concerné"), required=False,
        help_text=_("Pour un départ, une exclusion ou un changement de coordinateur : le membre qui part, ou qui coordonnera."),
    )  # fmt: skip
    finess = forms.CharField(
        label=_("FINESS juridique de l’établissement qui entre"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"class": "w-12", "inputmode": "numeric"}),
        help_text=_("Pour l’entrée d’un membre : 9 chiffres, ceux de l’entité juridique."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Modification et motif"), max_length=2000, widget=long(6, 2000),
        help_text=_("La modification, son montant s’il y en a un, et sa raison. Le service instructeur rédige l’avenant d’après ce texte."),
    )  # fmt: skip

    def __init__(self, *args: Any, members: list[Establishment], instructs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [one for one in Amendment.Kind.choices if instructs or one[0] != "exclude"]
        self.fields["member"].choices = [("", "—"), *((str(one.pk), one.name) for one in members)]
        self.members = {str(one.pk): one for one in members}

    def clean(self) -> dict[str, Any]:
        """What ask_amendment takes."""
        data: dict[str, Any] = super().clean() or {}
        kind, finess, member = data.get("kind"), compact(data.pop("finess", "") or ""), data.pop("member", "")
        if kind == "join":
            data["establishment"] = Establishment.objects.filter(finess=finess).first() if finess else None
            if data["establishment"] is None:
                self.add_error("finess", _("Aucun établissement de l’annuaire ne porte ce numéro : vérifiez-le."))
        elif kind in OF_MEMBERS:
            data["establishment"] = self.members.get(member)
            if data["establishment"] is None:
                self.add_error("member", _("Choisissez le membre concerné."))
        return data


class DraftForm(Form):
    """What an amendment changes, from what stands: `months`, `stops_on`, `coordinator`, `share_<pk>`, `join_<line>`,
    `expense_<establishment>_<category>`, and `work`, `vat`, `regime` of who joins. What the arithmetic leaves to who leaves is not typed."""

    def __init__(
        self,
        *args: Any,
        amendment: Amendment,
        shares: list[GrantShare],
        stands: Terms,
        members: list[Establishment],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.shares, self.stands, kind, of = shares, stands, amendment.kind, amendment.establishment
        if kind == "duration":
            self.fields["months"] = forms.IntegerField(
                label=_("Durée du projet (mois)"), min_value=1, initial=stands["months"],
                widget=forms.NumberInput(attrs={"class": "w-4"}),
            )  # fmt: skip
        if kind == "stop":
            self.fields["stops_on"] = forms.DateField(
                label=_("Dernier jour du projet"), widget=forms.DateInput(attrs={"type": "date"})
            )
        if kind in ("duration", "lead"):
            return
        leaves = of.pk if of and kind in ("leave", "exclude") else 0
        if stands["members"].get(str(leaves)) == "coordinator":
            left = [(one.pk, one.name) for one in members if one.pk != leaves]
            self.fields["coordinator"] = forms.TypedChoiceField(
                label=_("Nouveau coordinateur"), coerce=int, choices=left, widget=forms.RadioSelect
            )
        self._shares([share for share in shares if share.establishment_id != leaves])
        if kind == "join" and of:
            self._joins(of)
        if kind != "stop":
            names = {str(one.pk): one.name for one in members} | {
                str(s.establishment_id): s.establishment.name for s in shares
            }
            gone = {place for place in stands["expenses"] if place not in stands["members"]} | {str(leaves)}
            for place, lines in stands["expenses"].items():
                if place not in gone:
                    self._expenses(place, names[place], lines)

    def _shares(self, shares: list[GrantShare]) -> None:
        for share in shares:
            words = {"name": share.establishment.name, "line": share.line.label}
            self.fields[f"share_{share.pk}"] = CentsField(
                label=_("Aide maximale : %(name)s, %(line)s (€)") % words, initial=share.cents
            )

    def _joins(self, of: Establishment) -> None:
        for line in sorted({share.line for share in self.shares}, key=lambda line: line.pk):
            words = {"name": of.name, "line": line.label}
            self.fields[f"join_{line.pk}"] = CentsField(
                label=_("Aide maximale : %(name)s, %(line)s (€)") % words, initial=0
            )
        self._expenses(str(of.pk), of.name, {})
        self.fields["work"] = forms.CharField(
            label=_("Travaux sur l’entrepôt : %(name)s") % {"name": of.name}, max_length=2000, widget=long(4, 2000)
        )
        self.fields["vat"] = forms.ChoiceField(
            label=_("TVA des montants du budget"), choices=FundingPlan.Vat.choices, widget=forms.RadioSelect
        )
        self.fields["regime"] = forms.ChoiceField(
            label=_("Régime d’aide"), choices=[("", "—"), *FundingPlan.Regime.choices], required=False
        )

    def _expenses(self, place: str, name: str, lines: dict[str, int]) -> None:
        for category, label in BudgetLine.Category.choices:
            words = {"name": name, "category": label}
            self.fields[f"expense_{place}_{category}"] = CentsField(
                label=_("Dépense : %(name)s, %(category)s (€)") % words, initial=lines.get(category, 0)
            )

    def terms(self) -> dict[str, Any]:
        """What draft_amendment takes."""
        data = self.cleaned_data
        told: dict[str, Any] = {
            name: data[name] for name in ("months", "stops_on", "coordinator") if name in self.fields
        }
        told["shares"] = {
            share.pk: data[f"share_{share.pk}"] for share in self.shares if f"share_{share.pk}" in self.fields
        }
        told["joins"] = {
            int(name.removeprefix("join_")): data[name] for name in self.fields if name.startswith("join_")
        }
        told["arrived"] = {name: data[name] for name in ("work", "vat", "regime") if name in self.fields}
        told["expenses"] = expenses = dict[int, dict[str, int]]()
        for name in self.fields:
            if name.startswith("expense_"):
                place, category = name.split("_")[1:]
                expenses.setdefault(int(place), {})[category] = data[name]
        return told


class StartForm(Form):
    started_on = forms.DateField(
        label=_("Le projet a commencé le"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Le jour du premier acte qui engage la dépense : commande, recrutement, marché."),
    )  # fmt: skip


class ExtensionForm(ReasonForm):
    until = forms.DateField(label=_("À commencer au plus tard le"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ("until", "reason")


class IbanForm(Form):
    iban = forms.CharField(
        label=_("IBAN"), max_length=42, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("27 caractères, commence par FR. Recopiez-le du RIB joint à la convention."),
    )  # fmt: skip
    holder = forms.CharField(label=_("Titulaire du compte"), max_length=160)
    explanation = forms.CharField(
        label=_("Pourquoi le titulaire n’est pas l’établissement"), max_length=500, required=False,
        help_text=_("À remplir seulement si le titulaire n’est pas l’établissement : la personne qui "
        "valide le compte lira cette explication."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Relevé d’identité bancaire (PDF)"), widget=forms.FileInput(attrs={"accept": ".pdf"})
    )


class PlanForm(Form):
    kind = forms.ChoiceField(label=_("Nature"), choices=Instalment.Kind.choices, widget=forms.RadioSelect)
    cents = CentsField(label=_("Montant (€)"))
    year = forms.TypedChoiceField(label=_("Exercice"), coerce=int, choices=[(y, y) for y in YEARS])
    evidence = forms.CharField(
        label=_("Justification"), max_length=300,
        help_text=_("Pièce qui ouvre droit au versement : notification, état des dépenses certifié, rapport final…"),
    )  # fmt: skip
    conditions = forms.MultipleChoiceField(
        label=_("Conditions, en plus de celles de la règle"), required=False, choices=Condition.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Un acompte attend toujours un jalon, le rapport annuel et des dépenses certifiées ; un solde, le rapport "
        "final et les dépenses définitives."),
    )  # fmt: skip
    claim = forms.ModelChoiceField(
        Claim.objects.none(), label=_("État des dépenses"), required=False, empty_label=_("Aucun"),
        help_text=_("Pour un acompte : l’état accepté qui le justifie. Le solde suit toujours l’état final."),
    )  # fmt: skip

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claim"].queryset = convention.claims.accepted().order_by("number")
        self.fields["claim"].label_from_instance = _numbered


def _numbered(claim: Claim) -> str:
    return gettext("n° %(number)s") % {"number": claim.number}


class BatchForm(Form):
    """The payments that are confirmed together."""

    paid = forms.ModelMultipleChoiceField(Instalment.objects.none())

    def __init__(self, *args: Any, rows: QuerySet[Instalment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid"].queryset = rows


class ConditionForm(Form):
    evidence = forms.CharField(
        label=_("Pièce vue, et sa date"), max_length=300,
        help_text=_("Par exemple « Rapport annuel du 12/03/2024, déposé dans le portail »."),
    )  # fmt: skip


class ExpensesForm(ConditionForm):
    """Of a payment whose plan named no statement."""

    claim = forms.ModelChoiceField(
        Claim.objects.none(), label=_("État des dépenses accepté"), empty_label=_("Choisissez"),
        help_text=_("Le versement repose sur cet état. La liste est vide tant qu’aucun état de la convention n’est accepté."),
    )  # fmt: skip

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["claim"].queryset = convention.claims.accepted().order_by("number")
        self.fields["claim"].label_from_instance = _numbered


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


class RecoverForm(Form):
    cents = CentsField(label=_("Montant à reverser (€)"))
    ground = forms.ChoiceField(
        label=_("Motif (décret n° 2018-514, art. 14)"), widget=forms.RadioSelect, choices=list(GROUNDS.items())
    )


class CeilingForm(Form):
    line = forms.ModelChoiceField(Line.objects.none(), label=_("Source"), empty_label=_("Choisissez"))
    rule = forms.ChoiceField(label=_("Réglage"), choices=[("", _("Choisissez")), *Ceiling.Rule.choices])
    rate = CentsField(
        label=_("Part (%)"),
        help_text=_(
            "Par exemple 30 ou 12,50 : part de la convention pour un versement, part des crédits non utilisés pour la clôture. "
            "Le réglage s’applique dès l’approbation."
        ),
    )  # hundredths of a percent are basis points
    source = forms.CharField(label=_("Texte de référence"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = Line.objects.order_by("call", "code")


class ClosingForm(Form):
    """What an act of report carries of each line: fields `ae_<line>` and `cp_<line>`, where something would lapse."""

    report = forms.CharField(
        label=_("Acte de report"), required=False, max_length=200,
        help_text=_("Arrêté de report et son numéro. Laissez vide si aucun montant n’est reporté."),
    )  # fmt: skip
    reported_on = forms.DateField(
        label=_("Date de l’acte de report"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, stands: list[Outlook], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stands = stands
        for of in stands:
            for name, unused, kept, least, label in (
                ("ae", of.ae_unused, of.ae_kept, of.ae_least, _("%(line)s : autorisations d’engagement reportées (€)")),
                ("cp", of.cp_unused, of.cp_kept, 0, _("%(line)s : crédits de paiement reportés (€)")),
            ):
                if unused > kept:
                    said = _("Au plus %(most)s. Le reste deviendra caduc.") % {"most": money.display(unused - kept)}
                    if least > kept:
                        said = _("Au moins %(least)s, au plus %(most)s. Le reste deviendra caduc.") % {
                            "least": money.display(least - kept),
                            "most": money.display(unused - kept),
                        }
                    self.fields[f"{name}_{of.line.pk}"] = CentsField(
                        label=label % {"line": of.line.label}, help_text=said
                    )
        self.order_fields([name for name in self.fields if name not in ("report", "reported_on")])

    def amounts(self) -> dict[int, tuple[int, int]]:
        """What propose_closing takes: a line that loses nothing carries nothing."""
        asked = self.cleaned_data
        return {of.line.pk: (asked.get(f"ae_{of.line.pk}", 0), asked.get(f"cp_{of.line.pk}", 0)) for of in self.stands}


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


class EnvelopeForm(Over, Form):
    """The next version: AE of each line and CP of each open year; fields `ae_<line>` and `cp_<line>_<year>`."""

    act = forms.CharField(
        label=_("Acte"), max_length=200, help_text=_("Décision ou avenant qui fonde la nouvelle version, avec sa date.")
    )

    def __init__(
        self, *args: Any, lines: list[Line], stands: dict[int, dict[str, Any]], year: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines, self.years = lines, range(year, year + 4)
        self.past: dict[int, int] = {}
        for line in lines:
            held = stands[line.pk]
            closed = {y: of["opened"] for y, of in held["cp"].items() if y < year}
            self.past[line.pk] = sum(closed.values())
            said = (
                _("Exercices clos : %(cents)s, déjà compris.") % {"cents": money.display(self.past[line.pk])}
                if closed
                else ""
            )
            self._amount(
                f"ae_{line.pk}",
                _("%(line)s : autorisations d’engagement (€)") % {"line": line.label},
                held["opened"],
                said,
            )
            for y in self.years:
                label = _("%(line)s : crédits de paiement %(year)s (€)") % {"line": line.label, "year": y}
                self._amount(f"cp_{line.pk}_{y}", label, held["cp"].get(y, {"opened": 0})["opened"], "")

    def _amount(self, name: str, label: str, cents: int, hint: str) -> None:
        self.fields[name] = CentsField(label=label, initial=cents, help_text=hint)

    def shares(self, closed: dict[int, dict[int, int]]) -> list[tuple[Line, int | None, int, bool]]:
        """What propose_envelope takes; the CP of closed years are carried as they are."""
        data = {name: field.initial for name, field in self.fields.items()} | self.read() | self.typed()
        found: list[tuple[Line, int | None, int, bool]] = []
        for line in self.lines:
            found.append((line, None, data[f"ae_{line.pk}"] or 0, True))
            years = {**closed.get(line.pk, {}), **{y: data[f"cp_{line.pk}_{y}"] or 0 for y in self.years}}
            found += [(line, y, cents, True) for y, cents in years.items()]
        return found

    def shown(self) -> dict[tuple[int, int | None], int] | None:
        """What the page had shown of each line and year."""
        read = self.read()
        return {part: read[name] or 0 for part, name in self._named().items() if name in read} or None

    def _named(self) -> dict[tuple[int, int | None], str]:
        years = ((line.pk, year) for line in self.lines for year in self.years)
        return {(line.pk, None): f"ae_{line.pk}" for line in self.lines} | {
            part: f"cp_{part[0]}_{part[1]}" for part in years
        }

    def refuse(self, refused: Refused) -> None:
        names, met = self._named(), refused.facts.get("met", {})
        refused.facts["met"] = {names[part]: cents for part, cents in met.items() if part in names}
        super().refuse(refused)


def suggested(share: GrantShare) -> dict[str, Any]:
    """What the form of a convention starts from: the directory's SIRET, the project's duration."""
    return {"siret": share.establishment.siret, "months": share.grant.application.months}
