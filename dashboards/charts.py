"""Rows of the dashboard's tables and bars, from the figures: what a template should not compute."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edsh_portal.money import plain
from edsh_portal.numbers import count, percent

from .stage import Stage

NAMED = 8  # establishments of one place


def sources(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One gauge and one table of years per source."""
    drawn = []
    for row in rows:
        undecided = row["decided_cents"] - row["engaged_cents"]
        uncontracted = row["engaged_cents"] - row["contracted_cents"]
        unpaid = row["contracted_cents"] - row["paid_cents"]
        drawn.append(
            row
            | {
                "parts": [
                    {"label": _("payé"), "cents": row["paid_cents"]},
                    {"label": _("conventionné, reste à payer"), "cents": unpaid},
                    {"label": _("notifié, à conventionner"), "cents": uncontracted},
                    {"label": _("décidé, à notifier"), "cents": undecided},
                ],
                "year_head": [
                    {"label": _("Exercice")},
                    *(
                        {"label": label, "unit": "€", "numeric": True}
                        for label in (_("CP ouverts"), _("Ordonnancé"), _("dont payé"), _("Disponible"))
                    ),
                ],
                "year_rows": [
                    [
                        str(y["year"]),
                        *(plain(y[k]) for k in ("opened_cents", "ordered_cents", "paid_cents", "available_cents")),
                    ]
                    for y in row["years"]
                ],
            }
        )
    return drawn


def waves(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bars and rows of the stages of each wave; bars leave the empty ones out."""
    labels = dict(Stage.choices)
    return [
        row
        | {
            "bars": [{"label": labels[s], "value": n, "text": str(n)} for s, n in row["stages"].items() if n],
            "head": [{"label": _("Étape")}, {"label": _("Dossiers"), "numeric": True}],
            "rows": [[str(labels[s]), str(n)] for s, n in row["stages"].items()],
        }
        for row in rows
    ]


def units(covered: dict[str, Any]) -> dict[str, Any]:
    """Table beside the map: one row per unit, covered first by population; a hundred of them scroll in their own frame."""
    ordered = sorted(covered["units"], key=lambda unit: (not unit["covered"], -unit["population"]))
    return {
        "head": [
            {"label": _("Région") if covered["grain"] == "region" else _("Département")},
            {"label": _("Population"), "numeric": True},
            {"label": _("Part"), "numeric": True},
            {"label": _("Établissements lauréats")},
        ],
        "rows": [
            [
                unit["name"],
                count(unit["population"]),
                percent(unit["population"] / covered["population"] * 100),
                named(unit["sites"]) or _("non couvert"),
            ]
            for unit in ordered
        ],
        "total": [
            _("Couvert"),
            count(covered["covered_population"]),
            percent(covered["percent_tenths"] / 10),
            _("%(n)s sur %(all)s") % {"n": covered["covered_count"], "all": covered["unit_count"]},
        ],
        "scrolls": covered["grain"] == "departement",
    }


def named(sites: list[str]) -> str:
    """The first ones, and how many others: a région may have hundreds of them, which the file names all."""
    shown = ", ".join(sites[:NAMED])
    others = len(sites) - NAMED
    if others <= 0:
        return shown
    said = ngettext("%(shown)s et %(others)s autre", "%(shown)s et %(others)s autres", others)
    return said % {"shown": shown, "others": count(others)}
