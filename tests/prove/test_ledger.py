"""The ledger against an independent model: 640 lives of a line, more than 40,000 acts at the boundary, every balance after each, and what
stood after any of them told again at the end."""

from tests.funding import machine


def test_ledger_agrees_with_an_independent_model(committed, superuser, owner):
    print("\nledger:", machine.agrees(committed, superuser, owner, lives=640))
    assert machine.tally["tried"] >= 40_000
