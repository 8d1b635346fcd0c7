"""Who is tied to a dossier reads no byte of it: each role by each link that it may have (tests/reviews/test_shut.py tries two)."""

import itertools

import pytest

from tests.reviews.conftest import built, filled, world  # noqa: F401  # the world of those tests
from tests.reviews.test_shut import EMPLOYED, RECUSED, WEAK, tied_reads_nothing

SIT = ("jury_chair", "expert")  # the others do not: they have nothing to withdraw from
EVERY = [
    (role, how)
    for role, how in itertools.product((*SIT, "instructor", "validator"), (EMPLOYED, RECUSED, WEAK))
    if how != RECUSED or role in SIT
]


@pytest.mark.parametrize(("role", "how"), EVERY)
def test_who_is_tied_reads_no_byte_of_it(world, client, role, how):  # noqa: F811
    tied_reads_nothing(world, client, role, how)
