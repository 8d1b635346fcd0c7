"""The map of France, drawn on the server: 18 regions or 101 départements, the overseas ones in a column beside."""

import json
from functools import cache
from pathlib import Path
from typing import Any

SHAPES = Path(__file__).resolve().parent.parent / "directory" / "data" / "france_svg_paths.json"
OVERSEAS = {"971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion", "976": "Mayotte"}
REGION_OF = {"971": "01", "972": "02", "973": "03", "974": "04", "976": "06"}
SVG_REGIONS = {
    "84": "ARA", "27": "BFC", "53": "BRE", "24": "CVL", "94": "20R", "44": "GES", "32": "HDF", "11": "IDF", "28": "NOR",
    "75": "NAQ", "76": "OCC", "52": "PDL", "93": "PAC",
}
INSET, SCALE, COLUMN = 150, 2.2, 170  # vertical step, magnification and width of the overseas column


@cache
def _shapes() -> dict[str, Any]:
    return json.loads(SHAPES.read_text(encoding="utf-8"))


def shapes(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """Paths of a coverage figure (figures.coverage_of): [{code, name, d: [path], transform, css, title}]."""
    source = _shapes()
    drawn = []
    for unit in figure["units"]:
        code = unit["code"]
        overseas = next((c for c, region in REGION_OF.items() if code in (c, region) and _is_overseas(figure, code)), None)
        if overseas:
            row = list(OVERSEAS).index(overseas)
            paths = source["departements"][overseas]
            transform = f"translate(20 {60 + row * INSET}) scale({SCALE})"
        else:
            paths = source["regions"][SVG_REGIONS[code]] if figure["grain"] == "region" else source["departements"][code]
            transform = f"translate({COLUMN} 0)"
        drawn.append(
            {
                "code": code, "name": unit["name"], "paths": paths, "transform": transform, "overseas": bool(overseas),
                "label_y": 50 + (list(OVERSEAS).index(overseas) * INSET if overseas else 0),
                "css": "map-5" if unit["covered"] else "map-0",
                "sites": unit["sites"],
            }
        )
    return drawn


def _is_overseas(figure: dict[str, Any], code: str) -> bool:
    """Region codes 01-06 are overseas; the same digits as départements (01 Ain) are not."""
    return code in REGION_OF if figure["grain"] == "departement" else code in REGION_OF.values()
