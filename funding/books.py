"""The books, as they stand or stood: what an account, a family, a beneficiary held at an instant; statements and the journal.

An instant is aware, or None for now. What stands now is read from the balances, which the database keeps; what stood is summed from
the entries, so that any figure can be told again as it was. Amounts are whole euro cents.
"""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Account, Entry, Posting

# The columns of a table by beneficiary or by convention, each the family it sums.
COLUMNS = ("ae.engaged", "ae.certified", "ae.ordered", "ae.paid", "ae.recovered")


def held(accounts: QuerySet[Account], at: datetime | None = None) -> QuerySet[Any]:
    """Each with `cents`, what it holds, and `moves`, how many entries made it so."""
    if at is None:
        return accounts.annotate(cents=F("balance__cents"), moves=F("balance__entry_count"))

    def summed(side: str, what: Any) -> Coalesce:
        moved = Entry.objects.filter(**{side: OuterRef("pk")}, posting__at__lte=at).order_by().values(side)
        return Coalesce(Subquery(moved.annotate(of=what).values("of")), 0, output_field=BigIntegerField())

    cents = summed("target", Sum("cents")) - summed("source", Sum("cents"))
    return accounts.annotate(cents=cents, moves=summed("target", Count("pk")) + summed("source", Count("pk")))


def by_family(accounts: QuerySet[Account], at: datetime | None = None) -> dict[str, int]:
    """{family: cents} of these accounts; a family none of whose accounts moved is absent, or at zero."""
    return {family: cents for (family,), cents in summed(accounts, ("family",), at).items()}


def by_line(accounts: QuerySet[Account], at: datetime | None = None) -> dict[int, dict[str, int]]:
    """{line: {family: cents}} of these accounts."""
    found: dict[int, dict[str, int]] = {}
    for (line, family), cents in summed(accounts, ("line", "family"), at).items():
        found.setdefault(line, {})[family] = cents
    return found


def summed(accounts: QuerySet[Account], keys: tuple[str, ...], at: datetime | None) -> dict[Any, int]:
    """{what these columns hold: cents}."""
    if at is None:
        rows = accounts.order_by().values_list(*keys).annotate(cents=Sum("balance__cents"))
        return {tuple(of): cents for *of, cents in rows}

    def moved(side: str, sign: int) -> QuerySet[Any]:
        rows = Entry.objects.filter(**{f"{side}__in": accounts.order_by().values("pk")}, posting__at__lte=at)
        of = {f"of_{key}": F(f"{side}__{key}") for key in keys}
        return rows.order_by().annotate(**of).values_list(*of).annotate(moved=sign * Sum("cents"))

    found: dict[Any, int] = {}
    for *of, cents in moved("target", 1).union(moved("source", -1), all=True):
        found[tuple(of)] = found.get(tuple(of), 0) + cents
    return found


def by_owner(accounts: QuerySet[Account], column: str, at: datetime | None = None) -> dict[Any, dict[str, int]]:
    """{key: {family: cents}} by what owns these accounts (« share », « share__establishment »), every step told."""
    found: dict[Any, dict[str, int]] = {}
    rows = held(accounts.filter(family__in=COLUMNS), at).order_by()
    for key, family, cents in rows.values_list(column, "family", "cents"):
        found.setdefault(key, dict.fromkeys(COLUMNS, 0))[family] += cents
    return found


def statement(account: Account, at: datetime | None = None) -> QuerySet[Entry]:
    """Every entry of an account, newest first."""
    entries = Entry.objects.filter(Q(source=account) | Q(target=account))
    entries = entries if at is None else entries.filter(posting__at__lte=at)
    return entries.select_related("posting", "source", "target").order_by("-id")


def journal(postings: QuerySet[Posting]) -> QuerySet[Posting]:
    """Operations, newest first, each with its entries and what it is about."""
    parts = ("share__establishment", "grant__application", "instalment", "line", "by", "second")
    of = ("share__establishment", "grant__application", "instalment")
    sides = [f"{side}__{part}" for side in ("source", "target") for part in of]
    entries = Prefetch("entries", Entry.objects.select_related(*sides).order_by("pk"))
    return postings.select_related(*parts).prefetch_related(entries).order_by("-pk")


def amount(posting: Posting) -> int:
    """What the operation moved: its commitments; for one that moves payment credits alone, those."""
    sums = {"ae": 0, "cp": 0}
    for entry in posting.entries.all():
        sums[entry.target.family.split(".")[0]] += entry.cents
    return sums["ae"] or sums["cp"]
