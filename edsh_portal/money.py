"""Euro cents as integers: reading what a person typed, writing it the French way, splitting to the last cent."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext as _

THIN, NBSP = "\u202f", "\u00a0"
LARGEST = 10**12  # ten billion euros, the ledger's own bound: beyond is a typing error
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]")
NOISE = Decimal("0.000001")  # euros: what computing with binary numbers leaves around a cent (33333.3300000001)
_ZERO = frozenset("-−–—")  # what the accounting format of a spreadsheet shows of nothing: « - € »
_AMOUNT = re.compile(r"^([0-9]{1,13})(?:[.,]([0-9]{1,2}))?$")


def parse(typed: str) -> int:
    """Cents of « 1 234,56 », « 1234.5 » or « 12 € ». ValueError holds a sentence for the person."""
    text = _SPACES.sub("", typed).removesuffix("€")
    if text in _ZERO:
        return 0
    found = _AMOUNT.match(text)
    if not found:
        raise ValueError(_("Écrivez un montant en euros, par exemple 1 234,56 (deux décimales au plus, sans signe)."))
    cents = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
    if cents >= LARGEST:
        raise ValueError(_("Ce montant est trop grand pour être enregistré : vérifiez le nombre de chiffres."))
    return cents


def of_number(euros: Decimal) -> int:
    """Cents of a number of a spreadsheet: those it is within NOISE of. ValueError when a third decimal is meant, below zero, beyond."""
    if not abs(euros) * 100 < LARGEST:
        raise ValueError("beyond")
    cents = (euros * 100).to_integral_value()
    if cents < 0 or abs(euros * 100 - cents) > NOISE * 100:
        raise ValueError("not a number of cents")
    return int(cents)


@lru_cache(maxsize=50_000)  # a consortium's budget holds three thousand amounts, and is read again and again
def plain(cents: int) -> str:
    """« 1 234 567,89 » with narrow no-break spaces."""
    sign = "−" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros:,}".replace(",", THIN) + f",{rest:02d}"


def display(cents: int) -> str:
    """« 1 234 567,89 € »."""
    return f"{plain(cents)}{NBSP}€"


def split(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total_cents` in proportion to `weights` (≥ 0, at least one > 0), to the cent.

    Largest remainder, ties to the first: Σ parts = total exactly (CALL.md §2.6 I8).
    """
    whole = sum(weights)
    if total_cents < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("split: weights must be ≥ 0 with one > 0, total ≥ 0")
    parts = [total_cents * weight // whole for weight in weights]
    remainders = [total_cents * weight % whole for weight in weights]
    left = total_cents - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: (-remainders[i], i))[:left]:
        parts[index] += 1
    return parts
