"""Every cell of the tables of access: the refusals that `bin/test` tries at one stand of a table alone, and there by a few, and each method that a route does
not serve by everybody."""

import pytest

from tests.access.table import SUBJECTS
from tests.test_access import TABLES, at, methods_not_served, rows_of, tried, verdicts  # noqa: F401  (its fixture)


@pytest.mark.parametrize(("tried", "name"), TABLES, indirect=["tried"], scope="module")
def test_every_verdict(tried, name):  # noqa: F811
    verdicts(tried, name, [(row, SUBJECTS) for row in rows_of(tried, name)])


@at("open")
def test_methods_that_a_route_does_not_serve(tried):  # noqa: F811
    methods_not_served(tried, SUBJECTS)
