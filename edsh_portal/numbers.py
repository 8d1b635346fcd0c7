"""How numbers are written, in the reader's language: amounts, measures, percents, numbers of the registers, sizes of files."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import stringfilter
from django.utils.translation import get_language

from . import money as euros

THIN, NBSP = "\u202f", "\u00a0"


def english() -> bool:
    return (get_language() or "fr").startswith("en")


def money(cents: int | None) -> str:
    """Integer cents → « 1 234 567,89 € » (English: €1,234,567.89); nothing for None."""
    if cents is None or cents == "":
        return ""
    if not english():
        return euros.display(int(cents))
    sign = "−" if int(cents) < 0 else ""
    return f"{sign}€{abs(int(cents)) // 100:,}.{abs(int(cents)) % 100:02d}"


def cents_plain(cents: int | None) -> str:
    """The same amount without its unit, for a column whose head says « en euros »."""
    if cents is None or cents == "":
        return ""
    return amount_writer()(int(cents))


def amount_writer() -> Callable[[int], str]:
    """How `cents_plain` writes in the reader's language: a table of thousands asks the language once."""
    return (lambda cents: money(cents).replace("€", "")) if english() else euros.plain


def count(number: int | None) -> str:
    """A whole number with its groups of three."""
    if number is None or number == "":
        return ""
    return f"{int(number):,}" if english() else f"{int(number):,}".replace(",", THIN).replace("-", "−")


def decimal(number: Any, places: int = 1) -> str:
    """A number with `places` decimals, comma in French. Scores and rates only: amounts are cents."""
    if number is None or number == "":
        return ""
    text = f"{number:,.{places}f}"
    return text if english() else text.replace(",", THIN).replace(".", ",").replace("-", "−")


def figure(number: Any) -> str:
    """A measure, without the zeros that say nothing: Decimal("1234.50") or « 1234.50 » → « 1 234,5 »."""
    if number is None or number == "":
        return ""
    return decimal(Decimal(number), 2).rstrip("0").rstrip(",.")


def percent(number: Any, places: int = 1) -> str:
    """A number of percents (89.7) → « 89,7 % »."""
    text = decimal(number, places)
    return text and (f"{text}%" if english() else f"{text}{NBSP}%")


def tenths(number: int | None) -> str:
    """Tenths of a percent (897) → « 89,7 % »."""
    return "" if number is None else percent(number / 10)


def _groups(text: str, sizes: tuple[int, ...]) -> str:
    text, parts = re.sub(r"\s", "", text), []
    for size in sizes:
        parts.append(text[:size])
        text = text[size:]
    return THIN.join(part for part in [*parts, text] if part)


@stringfilter
def finess(number: str) -> str:
    """FINESS in groups of three digits."""
    return _groups(number, (3, 3, 3))


@stringfilter
def siret(number: str) -> str:
    """SIREN in groups of three, then the five digits of the NIC."""
    return _groups(number, (3, 3, 3, 5))


@stringfilter
def iban(number: str) -> str:
    return _groups(number, (4,) * 9)


def file_size(size: int | None) -> str:
    """Bytes → « 1,2 Mo » (powers of a thousand, as French systems show them)."""
    if size is None or size == "":
        return ""
    units = ("B", "kB", "MB", "GB") if english() else ("octets", "ko", "Mo", "Go")
    amount, unit = float(size), 0
    while amount >= 1000 and unit < 3:
        amount, unit = amount / 1000, unit + 1
    return f"{decimal(amount, 1 if unit > 1 else 0)}{NBSP}{units[unit]}"
