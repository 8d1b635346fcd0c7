"""The ledger against an independent model: 84 lives of a line, some 8,000 acts at the boundary, every balance after each."""

from tests.funding import machine


def test_ledger_agrees_with_an_independent_model(committed, superuser, owner):
    print("\nledger:", machine.agrees(committed, superuser, owner, lives=84))
