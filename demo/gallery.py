"""Sample data for the page that shows every component: invented, fixed, and never mixed with the call's."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace as Row
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from edsh_portal.forms import CentsField, Form
from edsh_portal.workflow import STATES, Refused

AT = datetime(2022, 10, 7, 14, 3, 21, tzinfo=UTC)
STATES["gallery"] = {
    "todo": (_("À commencer"), "todo"),
    "draft": (_("Brouillon"), "doing"),
    "submitted": (_("Déposé"), "waiting"),
    "admissible": (_("Recevable"), "ok"),
    "check": (_("À vérifier"), "warn"),
    "ineligible": (_("Inéligible"), "danger"),
    "withdrawn": (_("Retiré"), "closed"),
    "reserve": (_("Liste complémentaire"), "info", "diamond"),
}
NAMES = (
    "CHU de Rennes",
    "CHU de Bordeaux",
    "Hospices civils de Lyon",
    "CHU de Lille",
    "CHU de Martinique",
    "CHU d’Angers",
)


class Sample(Form):
    title = forms.CharField(
        label=_("Titre du projet"), max_length=120, help_text=_("Il sera publié si le projet est retenu.")
    )
    summary = forms.CharField(label=_("Résumé pour le public"), max_length=300, widget=forms.Textarea)
    duration = forms.IntegerField(label=_("Durée, en mois"), widget=forms.TextInput(attrs={"class": "w-4"}))
    asked = CentsField(label=_("Aide demandée, en euros"))
    kind = forms.ChoiceField(
        label=_("Votre entrepôt"),
        choices=[("new", _("À construire")), ("more", _("À consolider"))],
        widget=forms.RadioSelect,
    )
    region = forms.ChoiceField(label=_("Région"), choices=[("", _("Choisir"))], required=False)
    annex = forms.FileField(label=_("Lettre d’engagement"), required=False, help_text=_("PDF, 20 Mo au plus."))
    read = forms.BooleanField(label=_("J’ai lu le cahier des charges"), required=False)


class Filters(Form):
    wave = forms.ChoiceField(label=_("Vague"), choices=[("1", _("Vague 1"))], required=False)
    state = forms.ChoiceField(label=_("État"), choices=[("", _("Tous"))], required=False)
    q = forms.CharField(label=_("Contient"), required=False)


def sample(request: HttpRequest) -> dict[str, Any]:
    """Everything components/gallery.html shows; `?tempo=dense` for the staff's tempo."""
    return {
        "tempo": "dense" if request.GET.get("tempo") == "dense" else "calm",
        "at": AT,
        "form": _refused_form(),
        "filters": Filters({}),
        **_dossier(),
        **_list(request.GET.get("page")),
        **_history(),
        **_drawings(),
    }


def _refused_form() -> Sample:
    typed = {"title": "Un entrepôt commun", "summary": "Réunir " * 60, "duration": "48", "asked": "1 234,567"}
    form = Sample(typed)
    form.refuse(
        Refused(str(_("La durée va de 12 à 40 mois : ramenez-la à 40 mois au plus.")), code="R12", field="duration")
    )
    return form


def _dossier() -> dict[str, Any]:
    project = [
        {"label": _("Présentation"), "url": "#", "state": "admissible", "who": "Alice Le Goff"},
        {
            "label": _("Projets de recherche"),
            "url": "#",
            "state": "draft",
            "missing": _("un troisième projet de recherche"),
        },
        {"label": _("Périmètres Health Data Hub"), "url": "#", "state": "todo"},
    ]
    consortium = [
        {
            "label": _("Établissements partenaires"),
            "url": "#",
            "state": "admissible",
            "hint": _("Trois établissements et un GCS"),
        },
        {"label": _("Budget"), "url": "#", "state": "check", "missing": _("la part du CH de Vannes")},
        {
            "label": _("Déposer"),
            "hint": _("Possible quand toutes les sections sont complètes"),
            "tag": _("Pas encore"),
            "tone": "closed",
        },
    ]
    for task in (*project, *consortium):
        task["noun"] = "gallery"
    return {
        "tabs": [
            {"label": _("Sections"), "url": "#", "current": True, "count": 7},
            {"label": _("Pièces"), "url": "#", "count": 4},
            {"label": _("Chronologie"), "url": "#"},
        ],
        "figures": [
            {"label": _("Aide demandée"), "value": "4 812 000,00 €", "note": "59,8 %"},
            {"label": _("Sections complètes"), "value": "5 / 7"},
            {"label": _("Temps restant"), "value": "2 j 1 h"},
        ],
        "sections": [{"title": _("Le projet"), "tasks": project}, {"title": _("Le consortium"), "tasks": consortium}],
        "answers": [
            {"key": _("Titre"), "value": "Un entrepôt commun pour quatre hôpitaux", "url": "#"},
            {"key": _("Durée"), "value": "36 mois", "url": "#"},
            {"key": _("Site web"), "value": "", "url": "#"},
        ],
        "notices": [
            {"tone": "info", "title": _("Une nouvelle version du budget existe"), "text": "10:14:05"},
            {"tone": "ok", "title": _("Section enregistrée")},
            {"tone": "warn", "title": _("À vérifier"), "text": "R14"},
            {
                "tone": "danger",
                "title": _("Le dépôt est clos"),
                "text": _("La dernière version déposée sera examinée."),
            },
        ],
    }


def _list(number: str | None) -> dict[str, Any]:
    codes = list(STATES["gallery"])
    rows = [
        Row(
            number=f"EDSH-2022-1-{i + 1:03d}",
            establishment=Row(name=NAMES[i % 6], finess="999900017", fictitious=i % 4 == 3),
            state=codes[i % 8],
            due=AT + timedelta(days=i),
            cents=631_234_512 + i * 98_765_432,
            score=7.5 - i * 0.1,
            late=i == 1,
        )
        for i in range(60)
    ]
    page = Paginator(rows, 12).get_page(number)
    return {"page": page, "total": sum(row.cents for row in page), "codes": codes}


def _history() -> dict[str, Any]:
    return {
        "entries": [
            {
                "at": AT,
                "title": _("Dossier déposé"),
                "by": "Sophie Bernard",
                "detail": _("Version 2, quatorze pièces."),
                "tone": "ok",
            },
            {"at": AT - timedelta(days=2), "title": _("Partenaire invité"), "by": "Alice Le Goff", "tone": "info"},
            {"at": AT - timedelta(days=9), "title": _("Dossier créé"), "by": "Alice Le Goff", "tone": "todo"},
        ],
        "changes": [
            {
                "label": _("Résumé"),
                "before": "Réunir les données de deux hôpitaux.",
                "after": "Réunir les données de soins de quatre hôpitaux.",
            }
        ],
        "document": Row(name="lettre-engagement.pdf", media_type="PDF", size=1_234_567, sha256="9f86d081884c7d65" * 4),
        "person": Row(full_name="Alice Le Goff"),
        "establishment": Row(name="GCS Données de santé Armor", finess="999900017", fictitious=True),
    }


def _drawings() -> dict[str, Any]:
    bars = [
        {"label": "Auvergne-Rhône-Alpes", "value": 123, "text": "12,3", "highlight": True},
        {"label": "Île-de-France", "value": 98, "text": "9,8"},
        {"label": "Bretagne", "value": 61, "text": "6,1"},
    ]
    areas = [
        {
            "name": f"{level}",
            "d": f"M{10 + level * 165} 10h150v150h-150z",
            "level": level,
            "value": f"{level * 20} %",
            "highlight": level == 2,
        }
        for level in range(6)
    ]
    levels = [{"level": level, "label": f"{level * 20 - 20} à {level * 20} %"} for level in range(1, 6)]
    map_drawn = render_to_string(
        "components/map.html", {"title": _("Exemple"), "areas": areas, "levels": levels, "view_box": "0 0 1010 170"}
    )
    return {
        "gauge_parts": [
            {"label": _("Payé"), "cents": 820_000_000},
            {"label": _("Engagé, à payer"), "cents": 1_410_000_000},
            {"label": _("Réservé"), "cents": 625_000_000},
        ],
        "bars_drawn": mark_safe(render_to_string("components/bars.html", {"bars": bars})),
        "bars_head": [{"label": _("Région")}, {"label": _("Demandé"), "numeric": True, "unit": "M€"}],
        "bars_rows": [[bar["label"], bar["text"]] for bar in bars],
        "map_drawn": mark_safe(map_drawn),
        "map_title": "89,7\u00a0%",
    }
