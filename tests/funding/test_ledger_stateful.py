"""The ledger against an independent model (machine.py): a few lives of a line; `bin/prove ledger` plays seven times as many."""

from tests.funding import machine


def test_ledger_agrees_with_an_independent_model(committed, superuser, owner):
    print("\nledger_stateful:", machine.agrees(committed, superuser, owner, lives=12))
