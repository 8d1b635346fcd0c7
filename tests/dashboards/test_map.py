"""What the map and its table name: a few establishments of each place, and how many others."""

from dashboards import charts, map
from edsh_portal.numbers import count

OTHERS = f"et {count(1_200)} autres"
UNIT = {"code": "53", "name": "Bretagne", "population": 10, "covered": True}


def test_a_place_names_a_few_of_its_establishments():
    few, many = [f"CH {n}" for n in range(charts.NAMED)], [f"CH {n}" for n in range(charts.NAMED + 1_200)]
    assert charts.named(few) == ", ".join(few)
    assert charts.named(many) == f"{', '.join(few)} {OTHERS}"
    assert charts.named(many[: charts.NAMED + 1]).endswith("et 1 autre")


def test_the_map_and_its_table_weigh_the_same_whatever_the_laureates():
    figure = {"grain": "region", "units": [UNIT | {"sites": [f"CH {n}" for n in range(1_208)]}], "population": 10}
    told = map.coverage_map(figure)["areas"][0]["value"]
    assert told.endswith(OTHERS) and len(told) < 120
    totals = {"covered_population": 10, "percent_tenths": 1000, "covered_count": 1, "unit_count": 1}
    assert charts.units(figure | totals)["rows"][0][-1].endswith(OTHERS)
