"""The envelope, its ceilings, and the closing of a year."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from edsh_portal import money
from edsh_portal.forms import CentsField, Form, Over
from edsh_portal.workflow import Refused

from ..closings import Outlook
from ..models import Ceiling, Line


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
