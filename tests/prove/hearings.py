"""The schedule of 60 dossiers over two days, three rooms and twelve members, on six populations: what it reaches, and its time."""

import time

import django


def main() -> int:
    django.setup()
    from reviews.hearings.solver import solve
    from tests.reviews.test_hearings_solver import need_sound, wave

    held = True
    for seed in range(6):
        instance, began = wave(seed), time.process_time()
        found = solve(instance)
        spent = time.process_time() - began
        assert found is not None
        need_sound(instance, found)
        days, waits, regions, _places = found.worth
        held &= found.proved and spent < 15
        print(
            f"hearings: 60 dossiers, {len(instance.parties)} teams with several: {days} days, {waits} slots waited,"
            f" {regions} days of {len(instance.regions)} regions, {found.changes} changes of room,"
            f" {'proved' if found.proved else 'not proved'}, {spent:.2f} s of processor"
        )
    return not held


if __name__ == "__main__":
    raise SystemExit(main())
