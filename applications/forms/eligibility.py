"""The form of the public pre-check, which feeds the rules and stores nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directory.models import Establishment
from edsh_portal.forms import CentsField, Form
from edsh_portal.money import LARGEST

from .. import rules
from ..models import Application

Kind = Establishment.Kind
YES_NO = (("yes", _("Oui")), ("no", _("Non")))
MOST_COUNT, MOST_ACTIVITY = 99, 2_147_483_647


def _count(label: Any, most: int = MOST_COUNT, help_text: Any = "", width: str = "w-4") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=most,
        help_text=help_text,
        widget=forms.TextInput(attrs={"class": width, "inputmode": "numeric"}),
    )


def _yes_no(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=YES_NO, required=False, widget=forms.RadioSelect)


# The rules that answers can be put to, with the answers each needs; the first is where it is corrected.
NEEDS: dict[str, tuple[str, ...]] = {
    "R11": ("coordinator",),
    "R12": ("public_partners", "coordinator"),
    "R13": ("other_partners", "coordinator"),
    "R14": ("elsewhere",),
    "R15": ("activity",),
    "R16": ("months",),
    "R17": ("expenses_cents",),
    "R18": ("projects",),
    "R19": ("partners",),
    "R20": ("perimeters",),
    "R21": ("works", "aid_cents"),
    "R22": ("starts_on",),
    "R23": ("maturity_now", "maturity_target", "goal"),
    "R32": ("aid_cents", "expenses_cents", "coordinator"),
    "R33": ("aid_cents", "expenses_cents"),
}
PARTNERS = {
    "public_partners": Kind.PUBLIC,
    "private_partners": Kind.PRIVATE,
    "gcs_partners": Kind.GCS,
    "other_partners": Kind.OTHER,
}

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Le consortium"), ("coordinator", "elsewhere", *PARTNERS, "activity")),
    (
        _("Le projet"),
        ("goal", "maturity_now", "maturity_target", "starts_on", "months", "projects", "partners", "perimeters"),
    ),
    (_("Le budget"), ("expenses_cents", "aid_cents", "public_cents", "works")),
)


class EligibilityForm(Form):
    """« Mon projet est-il éligible ? »: every answer may be left empty, its rules then wait."""

    asked_later = tuple({*PARTNERS, *(name for names in NEEDS.values() for name in names), "public_cents"})

    coordinator = forms.ChoiceField(
        label=_("Qui coordonnerait le projet"), choices=[("", _("Choisissez")), *Kind.choices], required=False
    )
    elsewhere = _yes_no(_("Coordonne-t-il un autre projet de cet appel ?"))
    public_partners = _count(_("Autres membres : établissements publics de santé"))
    private_partners = _count(_("Autres membres : établissements de santé privés"))
    gcs_partners = _count(_("Autres membres : groupements de coopération sanitaire"))
    other_partners = _count(
        _("Autres membres : entreprises, universités, GIP"),
        help_text=_("Laissez vide s’ils sont partenaires associés (nombre illimité)."),
    )
    activity = _count(_("Activité combinée de tous les membres"), MOST_ACTIVITY, width="w-10")
    goal = forms.ChoiceField(
        label=_("Objet du projet"), choices=Application.Goal.choices, required=False, widget=forms.RadioSelect
    )
    maturity_now = _count(_("Maturité de départ, de 0 à 10"), 10)
    maturity_target = _count(_("Maturité visée, de 0 à 10"), 10)
    starts_on = forms.DateField(
        label=_("Début des travaux"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Comparé à la date d’aujourd’hui, comme si vous déposiez à l’instant."),
    )
    months = _count(_("Durée, en mois"), 999)
    projects = _count(_("Projets de recherche ou d’innovation"))
    partners = _count(_("Partenaires associés externes liés à un projet"))
    perimeters = _count(_("Périmètres de données proposés au catalogue du Health Data Hub"))
    expenses_cents = CentsField(label=_("Dépenses de tous les membres, en euros"), required=False, max_cents=LARGEST)
    aid_cents = CentsField(label=_("Aide demandée, en euros"), required=False, max_cents=LARGEST)
    public_cents = CentsField(label=_("Autres aides publiques, en euros"), required=False, max_cents=LARGEST)
    works = _yes_no(_("Chaque membre aidé mène-t-il des travaux sur l’entrepôt ?"))

    def groups(self) -> list[tuple[Any, list[Any]]]:
        """[(title, fields)]: who, what, with which money."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def facts(self, received_on: date) -> rules.Dossier:
        """The dossier that the answers describe; the coordinator holds the activity and the money of all."""
        held = self.cleaned_data
        labels = dict(Kind.choices)
        coordinator = rules.Member(
            str(labels.get(held["coordinator"], "")),
            held["coordinator"],
            role="coordinator",
            activity=held["activity"] or 0,
            work="" if held["works"] == "no" else held["works"],
            expenses_cents=held["expenses_cents"] or 0,
            aid_cents=held["aid_cents"] or 0,
            public_cents=held["public_cents"] or 0,
        )
        partners = [
            rules.Member(str(labels[kind]), kind) for name, kind in PARTNERS.items() for _n in range(held[name] or 0)
        ]
        return rules.Dossier(
            members=(coordinator, *partners),
            goal=held["goal"],
            starts_on=held["starts_on"],
            months=held["months"],
            maturity_now=held["maturity_now"],
            maturity_target=held["maturity_target"],
            projects=held["projects"] or 0,
            linked_partners=held["partners"] or 0,
            perimeters=held["perimeters"] or 0,
            twins=(str(_("un autre dossier")),) if held["elsewhere"] == "yes" else (),
            received_on=received_on,
        )

    def verdicts(self, bounds: rules.Bounds, received_on: date) -> list[rules.Verdict]:
        """What the engine of the deposit says of the answers given, each verdict leading to its question on this page."""
        facts = self.facts(received_on)
        told = [*rules.check(facts, bounds), *rules.check_budget(facts, bounds)]
        answered = {rule for rule in NEEDS if self._answered(rule)}
        if len({rules.ceiling_bp(member, bounds) for member in facts.members}) > 1:
            answered.discard("R32")  # the share of each kind of member in the aid is not asked
        return [
            replace(verdict, part="", field=NEEDS[verdict.rule][0], member=0)
            for verdict in told
            if verdict.rule in answered
        ]

    def waiting(self) -> list[str]:
        """Labels of the questions left empty that a rule waits for."""
        wanted = dict.fromkeys(
            name for names in NEEDS.values() for name in names if name not in PARTNERS and not self._given(name)
        )
        return [str(self.fields[name].label) for name in wanted]

    def _answered(self, rule: str) -> bool:
        return all(name in PARTNERS or self._given(name) for name in NEEDS[rule])

    def _given(self, name: str) -> bool:
        return self.cleaned_data[name] not in (None, "")
