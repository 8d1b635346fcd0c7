"""The solver on 500 small populations against every allocation tried one by one, on 60 waves against a plain min-cost flow, and timed."""

import time

from hypothesis import HealthCheck, given, settings

from reviews.allocation import Instance, causes
from reviews.allocation.solver import Allocation, solve
from tests.reviews import populations
from tests.reviews.populations import need_sound, worth
from tests.reviews.test_allocation import need_best


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(populations.small())
def test_five_hundred_populations_equal_the_exhaustive_best_or_have_a_true_and_minimal_cause(instance):
    need_best(instance)


def timed(instance: Instance) -> tuple[Allocation, float]:
    """Processor seconds: one core, whatever else runs."""
    began = time.process_time()
    places, why = causes(instance)
    assert why == []
    found = solve(instance, places)
    spent = time.process_time() - began
    need_sound(instance, found.pairs)
    assert worth(instance, found.pairs) == (found.least, found.total, -found.squares, -found.repeats)
    return found, spent


def told(name: str, found: tuple[int, ...], loads: list[int]) -> str:
    return f"{name} : moindre {found[0]}, total {found[1]}, charges {min(loads)} à {max(loads)} (carrés {-found[2]}), redites {-found[3]}"


def beside_flow(instance: Instance, most: float, title: str) -> None:
    found, spent = timed(instance)
    began = time.process_time()
    flow = populations.min_cost_flow(instance)
    flow_spent = time.process_time() - began
    loads = [sum(e == expert for e, _d in flow) for expert in range(len(instance.experts))]
    plain = worth(instance, flow)
    mine = (found.least, found.total, -found.squares, -found.repeats)
    print(f"\n{title} : {spent:.2f} s (flot seul {flow_spent:.2f} s), écart aux bornes", _gap(found))
    print("  ", told("solveur", mine, found.loads))
    print("  ", told("flot   ", plain, loads))
    assert mine[:2] >= plain[:2]
    assert found.total <= plain[1] or mine[0] < plain[0]
    assert spent < most


def _gap(found: Allocation) -> dict[str, int]:
    return {
        "least": found.bounds["least"] - found.least,
        "total": found.bounds["total"] - found.total,
        "squares": found.squares - found.bounds["squares"],
        "repeats": found.repeats - found.bounds["repeats"],
    }


def test_waves_beside_a_min_cost_flow_and_the_clock():
    for seed in range(20):
        for skew, slack in ((0, 1.3), (0.6, 1.1), (1.2, 1.05)):
            instance = populations.wide(60, 40, seed, skew=skew, slack=slack)
            if not causes(instance)[1]:
                beside_flow(instance, 1, f"60 × 40, tirage {seed}, rareté {skew}, aisance {slack}")
    for seed, (skew, slack) in enumerate(((0, 1.3), (0.6, 1.1), (1.2, 1.05), (0.9, 1.15))):
        beside_flow(
            populations.wide(600, 300, seed, skew=skew, slack=slack), 15, f"600 × 300, rareté {skew}, aisance {slack}"
        )
