"""Forms of the mesh, of the indicators and of the governance."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from edsh_portal.numbers import figure

from .expectations import KEYS, TO_JOIN, checklist
from .fields.kinds import TWO_DECIMALS
from .forms import Written, long
from .mesh import Cnil, Function, Level
from .models import Application, Matching, Membership, Outcome, Procedure, Warehouse

UNSAID = ("", _("Non renseigné"))


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or nothing said yet: True, False, None."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [UNSAID, ("yes", _("Oui")), ("no", _("Non"))]
        super().__init__(
            choices=choices, coerce=lambda value: value == "yes", empty_value=None, required=False, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


def day(label: Any, **kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **kwargs)


def choices(label: Any, known: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[UNSAID, *known.choices], required=False, **kwargs)


def number(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-4", "inputmode": "numeric"}),
        **kwargs,
    )


class FigureField(forms.DecimalField):
    """A number as people write it, « 1 234,5 »: spaces are let go, a comma is a decimal point."""

    widget = forms.TextInput(attrs={"class": "w-10", "inputmode": "decimal"})
    default_error_messages = dict.fromkeys(
        ("invalid", "max_digits", "max_whole_digits", "max_decimal_places"), TWO_DECIMALS
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_digits=14, decimal_places=2, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python("".join(str(value or "").split()).replace(",", "."))

    def prepare_value(self, value: Any) -> Any:
        return figure(value) if isinstance(value, Decimal) else value


class IndicatorForm(Written):
    first = ("label",)
    asked_later = ("outcome", "unit", "baseline", "target", "target_on")

    label = forms.CharField(
        label=_("Indicateur"), max_length=160, help_text=_("Par exemple : délai médian d’accès aux données.")
    )
    outcome = choices(_("Bénéfice mesuré"), Outcome)
    unit = forms.CharField(label=_("Unité"), max_length=40, required=False, help_text=_("Jours, patients, %…"))
    baseline = FigureField(label=_("Valeur de départ"))
    target = FigureField(label=_("Cible"))
    target_on = day(_("Date de la cible"))


class WarehouseForm(Written):
    first = ("name",)
    asked_later = ("membership", "site", "level", "host", "hds_certified", "cnil_status", "snds_main")

    name = forms.CharField(label=_("Nom de l’entrepôt"), max_length=120)
    membership = forms.ModelChoiceField(
        Membership.objects.none(), label=_("Établissement qui le porte"), empty_label=UNSAID[1], required=False
    )
    site = forms.CharField(
        label=_("Site"), max_length=160, required=False, help_text=_("Où se trouvent les données : ville, bâtiment.")
    )
    site_finess = forms.CharField(
        label=_("FINESS du site"),
        max_length=13,
        required=False,
        widget=forms.TextInput(attrs={"class": "w-10"}),
        help_text=_("FINESS géographique (ET), neuf caractères."),
    )
    level = choices(
        _("Niveau"),
        Level,
        help_text=_("Local : un établissement. Mutualisé ou thématique : plusieurs, ou une pathologie."),
    )
    host = forms.CharField(label=_("Hébergeur"), max_length=160, required=False)
    hds_certified = YesNoField(label=_("Hébergeur certifié pour les données de santé (HDS)"))
    hds_number = forms.CharField(label=_("Numéro du certificat HDS"), max_length=60, required=False)
    cnil_status = choices(_("Situation au regard de la CNIL"), Cnil)
    cnil_number = forms.CharField(
        label=_("Numéro de l’autorisation ou de la déclaration de conformité"), max_length=60, required=False
    )
    cnil_on = day(_("Date de l’autorisation ou de la déclaration"))
    snds_main = YesNoField(
        label=_("Apparié à la base principale du SNDS"),
        help_text=_(
            "Un tel appariement fait sortir l’entrepôt du référentiel de la CNIL : il demande une autorisation."
        ),
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].queryset = (
            application.memberships.filter(state="accepted").select_related("establishment").order_by("role", "pk")
        )


class FunctionForm(Written):
    """One function: for each level, the nodes that do it there, why there, and why not closer to the data."""

    def __init__(self, *args: Any, application: Application, function: Function, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = {
            str(node.pk): node for node in application.warehouses.order_by("pk")
        }  # asked once for three fields
        for level in Level:
            self.fields[f"{level}-warehouses"] = forms.TypedMultipleChoiceField(
                label=_("Entrepôts"),
                choices=[(key, node.name) for key, node in self.nodes.items()],
                coerce=self.nodes.__getitem__,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields[f"{level}-reason"] = forms.CharField(
                label=_("Pourquoi à ce niveau"), required=False, widget=long(3, 1000)
            )
            if level != Level.LOCAL:
                self.fields[f"{level}-why_not_lower"] = forms.CharField(
                    label=_("Pourquoi un niveau plus proche ne suffit pas"), required=False, widget=long(3, 1000)
                )
        self.asked_later = tuple(self.fields)

    def levels(self) -> list[dict[str, Any]]:
        """Each level with its bound fields and the warehouses ticked there, for the page; open where there is something to read."""
        return [self._level(level, [self[n] for n in self.fields if n.startswith(f"{level}-")]) for level in Level]

    def _level(self, level: Level, bound: list[Any]) -> dict[str, Any]:
        ticked = {str(pk) for pk in self[f"{level}-warehouses"].value() or ()}
        return {
            "label": level.label,
            "fields": bound,
            "nodes": [node.name for pk, node in self.nodes.items() if pk in ticked],
            "open": any(field.value() or field.errors for field in bound),
        }

    def said(self) -> dict[str, dict[str, Any]]:
        """{level: {warehouses, reason, why_not_lower}} of what was typed."""
        found: dict[str, dict[str, Any]] = {level.value: {} for level in Level}
        for name, value in self.cleaned_data.items():
            level, _dash, column = name.partition("-")
            found[level][column] = value
        return found


class MatchingForm(Written):
    first = ("kind", "name")
    asked_later = ("warehouse", "procedure")

    kind = forms.ChoiceField(label=_("Appariement avec"), choices=Matching.Kind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Nom de la base ou de la cohorte"), max_length=160)
    warehouse = forms.ModelChoiceField(
        Warehouse.objects.none(), label=_("Entrepôt"), empty_label=UNSAID[1], required=False
    )
    procedure = choices(
        _("Procédure"),
        Procedure,
        help_text=_("Avec la base principale du SNDS : une autorisation de la CNIL."),
    )

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["warehouse"].queryset = application.warehouses.order_by("pk")


class GovernanceForm(Written):
    """Each fact, followed by the piece that shows it."""

    cse_exists = YesNoField(label=_("Un comité scientifique et éthique est en place"))
    cse_women = number(_("Femmes qui y siègent"))
    cse_men = number(_("Hommes qui y siègent"))
    cse_chair = forms.CharField(
        label=_("Présidence"), max_length=160, required=False, help_text=_("La fonction, non le nom.")
    )
    transparency_url = forms.CharField(
        label=_("Adresse du portail de transparence"),
        max_length=300,
        required=False,
        help_text=_("Elle commence par « https:// »."),
    )
    cnil = forms.CharField(
        label=_("Situation au regard de la CNIL"),
        max_length=300,
        required=False,
        help_text=_("En une phrase ; le détail est sur la fiche de chaque entrepôt."),
    )
    dpo_contact = forms.CharField(
        label=_("Adresse du délégué à la protection des données"),
        max_length=254,
        required=False,
        help_text=_("Une adresse de service, sans nom de personne."),
    )
    hds_host = forms.CharField(label=_("Hébergeur de données de santé"), max_length=160, required=False)
    charter = YesNoField(label=_("Une charte d’accès aux données est adoptée"))
    access_days = number(_("Délai d’accès aux données, en jours"))

    EVIDENCE_AFTER = ("cse_chair", "transparency_url", "cnil", "dpo_contact", "hds_host", "charter", "access_days")

    def __init__(self, *args: Any, pieces: list[tuple[str, str]], **kwargs: Any) -> None:
        """`pieces`: (code, title) of those joined to the dossier."""
        super().__init__(*args, **kwargs)
        offered = [UNSAID, *pieces, (TO_JOIN, _("À joindre"))]
        for line in checklist(None, ()):
            label = _now("Preuve : %(what)s") % {"what": line.label[:1].lower() + line.label[1:]}
            self.fields[f"{line.key}_evidence"] = forms.ChoiceField(label=label, choices=offered, required=False)
        self.asked_later = tuple(self.fields)

    def parts(self) -> list[list[Any]]:
        """The bound fields of each expectation, its evidence last."""
        parts: list[list[Any]] = [[]]
        for name in self.base_fields:
            if name == "reads":
                continue
            parts[-1].append(self[name])
            if name in self.EVIDENCE_AFTER:
                parts[-1].append(self[f"{KEYS[len(parts) - 1]}_evidence"])
                parts.append([])
        return parts[:-1]
