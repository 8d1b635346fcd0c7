"""The map of France as components/map.html draws it: 18 regions or 101 départements, the overseas ones as insets."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from .charts import named

SHAPES = Path(__file__).resolve().parent.parent / "directory" / "data" / "france_svg_paths.json"
OVERSEAS = ("971", "972", "973", "974", "976")
REGION_OF_OVERSEAS = dict(zip(("01", "02", "03", "04", "06"), OVERSEAS, strict=True))
SVG_REGIONS = {
    "84": "ARA",
    "27": "BFC",
    "53": "BRE",
    "24": "CVL",
    "94": "20R",
    "44": "GES",
    "32": "HDF",
    "11": "IDF",
    "28": "NOR",
    "75": "NAQ",
    "76": "OCC",
    "52": "PDL",
    "93": "PAC",
}


@cache
def _shapes() -> dict[str, Any]:
    return json.loads(SHAPES.read_text(encoding="utf-8"))


def _path(grain: str, code: str) -> tuple[str, str | None]:
    """(path, own view box when the unit is overseas)."""
    source = _shapes()
    departement = REGION_OF_OVERSEAS.get(code) if grain == "region" else code
    if departement in OVERSEAS:
        return " ".join(source["departements"][departement]), source["viewBox_drom_ordre"][OVERSEAS.index(departement)]
    paths = source["regions"][SVG_REGIONS[code]] if grain == "region" else source["departements"][code]
    return " ".join(paths), None


def coverage_map(figure: dict[str, Any]) -> dict[str, Any]:
    """Context of components/map.html for a figure of figures.coverage_of()."""
    areas, overseas = [], []
    for unit in figure["units"]:
        d, view_box = _path(figure["grain"], unit["code"])
        value = _("couvert par %(sites)s") % {"sites": named(unit["sites"])} if unit["covered"] else _("non couvert")
        area = {"d": d, "name": unit["name"], "level": 5 if unit["covered"] else 0}
        if view_box:
            overseas.append(
                area | {"view_box": view_box, "value": _("couvert") if unit["covered"] else _("non couvert")}
            )
        else:
            areas.append(area | {"value": value})
    levels = [{"level": 5, "label": _("Couvert")}, {"level": 0, "label": _("Non couvert")}]
    return {"areas": areas, "overseas": overseas, "levels": levels, "view_box": _shapes()["viewBox_metropole"]}
