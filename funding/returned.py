"""What the State's tools have said of ours, and what a file that comes back would change."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum, prefetch_related_objects

from .exchange import layout, match, reading
from .exchange.match import LEFT, NEW, SAME, Numbers, Ours, Verdict
from .models import BatchLine, GrantShare, Import, ImportLine, Instalment

ONDAM = "ONDAM"  # code of the line that agencies pay (HAPI)
AWARDED = ("engaged", "closed")


class Planned(NamedTuple):
    """One line of a file, and what applying it would do."""

    line: reading.Line
    verdict: Verdict
    ours: Ours | None


# ── ours ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def to_send(kind: str) -> QuerySet[Any]:
    """Engagements, or payment requests that were ordered, in no batch that stands."""
    if kind == "engagements":
        sent = BatchLine.objects.filter(share=OuterRef("pk"), cancelled_at=None)
        rows: Any = GrantShare.objects.filter(~Exists(sent), grant__state__in=AWARDED)
        return rows.select_related("establishment", "line", "grant__application", "convention").order_by("pk")
    sent = BatchLine.objects.filter(instalment=OuterRef("pk"), cancelled_at=None)
    return Instalment.objects.filter(~Exists(sent), state__in=("ordered", "paid")).for_list()


def tiers_of(share: GrantShare) -> str:
    """The SIRET of the convention, or of the directory as long as there is none."""
    held = getattr(share, "convention", None)
    return held.siret if held else share.establishment.siret


def _counting() -> QuerySet[ImportLine]:
    return ImportLine.objects.counting().select_related("file").order_by("pk")


def shares(rows: QuerySet[GrantShare]) -> Iterator[Ours]:
    """Engagements as match.py compares them."""
    sent = BatchLine.objects.filter(share=OuterRef("pk"), cancelled_at=None)
    said = Prefetch("import_lines", _counting(), to_attr="numbered")
    found: Any = rows.select_related("establishment", "convention").prefetch_related(said).annotate(sent=Exists(sent))
    for row in found:
        ej = next((one.ej for one in reversed(row.numbered)), "")
        yield Ours("E", row.pk, tiers_of(row), row.cents, row.sent, ej=ej)


def instalments(rows: QuerySet[Instalment]) -> Iterator[Ours]:
    """Payment requests as match.py compares them, with the number of their engagement."""
    sent = BatchLine.objects.filter(instalment=OuterRef("pk"), cancelled_at=None)
    found: Any = rows.select_related("convention__share").prefetch_related(*_lines()).annotate(sent=Exists(sent))
    for row in found:
        yield Ours(
            "P", row.pk, row.convention.siret, row.cents, row.sent, certified=row.certified_at is not None,
            engagement=row.convention.share_id, **_said(row),
        )  # fmt: skip


def said_of(row: Instalment) -> dict[str, Any]:
    """What files have said of a payment request: {ej, dp, status, on, banked: (status, day)}, empty where nothing is."""
    prefetch_related_objects([row], *_lines())
    return _said(row)


def _lines() -> tuple[Any, Any]:
    said = Prefetch("import_lines", _counting(), to_attr="said")
    return said, Prefetch("convention__share__import_lines", _counting(), to_attr="numbered")


def _said(row: Any) -> dict[str, Any]:
    tool = [one for one in row.said if one.file.kind == "return"]
    bank = [one for one in row.said if one.file.kind == "bank"]
    return {
        "ej": next((one.ej for one in reversed(row.convention.share.numbered)), ""),
        "dp": next((one.dp for one in reversed(tool) if one.dp), ""),
        "status": tool[-1].status if tool else "",
        "on": tool[-1].dated_on if tool else None,
        "banked": (bank[-1].status, bank[-1].dated_on) if bank else ("", None),
    }


def _named(references: Iterable[str]) -> dict[str, Ours]:
    """By the reference that the portal gave, and by DP number."""
    told = set(references)
    keys: dict[str, list[int]] = {"E": [], "P": []}
    for text in told:
        kind, _dash, number = text.partition("-")
        if kind in keys and number.isascii() and number.isdigit() and len(number) < 18:  # noqa: PLR2004  (a bigint)
            keys[kind].append(int(number))
    by_dp = ImportLine.objects.counting().filter(dp__in=told - {""}, instalment__isnull=False).values("instalment")
    held = [
        *shares(GrantShare.objects.filter(pk__in=keys["E"], grant__state__in=AWARDED)),
        *instalments(Instalment.objects.filter(Q(pk__in=keys["P"]) | Q(pk__in=by_dp)).exclude(state="cancelled")),
    ]
    return {one.reference: one for one in held} | {one.dp: one for one in held if one.dp}


def _numbers() -> Numbers:
    rows = ImportLine.objects.counting().order_by("pk")
    return Numbers(
        dict(rows.filter(share__isnull=False).exclude(ej="").values_list("ej", "share")),
        dict(rows.filter(instalment__isnull=False).exclude(dp="").values_list("dp", "instalment")),
    )


# ── a file ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def plan(file: Import) -> list[Planned]:
    """Each line of the file: what is wrong with it (verdict LEFT, reason « error »), or what applying it would do, in order: a
    payment request may follow the engagement that is given its number."""
    lines = [*reading.lines(layout.READ[file.kind], [(number, cells) for number, cells in file.rows])]
    if file.kind == "hapi":
        payees = {tiers_of(share) for share in on_ondam()}
        return [_payee(line, payees) for line in lines]
    named, numbers = _named(str(line.values.get("reference") or "") for line in lines), _numbers()
    requests: dict[int, set[str]] = defaultdict(set)
    for one in named.values():
        requests[one.engagement].add(one.reference)
    found = []
    for line in lines:
        if line.errors:
            found.append(Planned(line, Verdict(LEFT, "error"), None))
            continue
        ours = named.get(line.values["reference"])
        verdict = match.verdict(file.kind, line.values, ours, numbers)
        if ours and verdict.outcome == NEW:
            _keep(file.kind, line.values, ours, named, numbers)
            if ours.kind == "E":
                for name in requests[ours.pk]:
                    named[name] = replace(named[name], ej=line.values["ej"])
        found.append(Planned(line, verdict, ours))
    return found


def _keep(kind: str, values: dict[str, Any], ours: Ours, named: dict[str, Ours], numbers: Numbers) -> None:
    """What the lines that follow are compared with."""
    now = match.after(kind, values, ours)
    for name in (ours.reference, ours.dp, now.dp):
        if name:
            named[name] = now
    if kind == "return":
        (numbers.ej if ours.kind == "E" else numbers.dp)[now.ej if ours.kind == "E" else now.dp] = ours.pk


def _payee(line: reading.Line, payees: set[str]) -> Planned:
    if line.errors:
        return Planned(line, Verdict(LEFT, "error"), None)
    known = line.values["tiers"] in payees
    return Planned(line, Verdict(NEW) if known else Verdict(LEFT, "payee"), None)


def candidates(line: ImportLine, most: int = 50) -> list[Ours]:
    """What a line left over may be matched with by hand: ours of the same amount to the cent, that its numbers do not contradict."""
    kind = line.file.kind
    values = {"cents": line.cents, "ej": line.ej, "dp": line.dp, "status": line.status, "on": line.dated_on}
    if kind == "hapi":
        return []
    if line.status == layout.ENGAGED:
        held = shares(GrantShare.objects.filter(cents=line.cents, grant__state__in=AWARDED).order_by("pk")[:most])
    else:
        rows = Instalment.objects.filter(cents=line.cents).exclude(state="cancelled").order_by("pk")
        held = instalments(rows[:most])
    numbers = _numbers()
    return [
        one for one in held
        if match.verdict(kind, values | {"tiers": one.tiers}, one, numbers).outcome in (NEW, SAME)
    ]  # fmt: skip


# ── HAPI ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def on_ondam() -> QuerySet[GrantShare]:
    """What was promised on that line."""
    rows = GrantShare.objects.filter(line__code=ONDAM, grant__state__in=AWARDED)
    return rows.select_related("establishment", "convention").order_by("establishment__sort_key", "pk")


def reconciled(file: Import | None) -> list[dict[str, Any]]:
    """By beneficiary of the ONDAM line: engaged and paid here, notified by HAPI, and the difference, all in cents; those that HAPI
    alone knows come last."""
    paid = Sum("convention__instalments__cents", filter=Q(convention__instalments__state="paid"))
    rows: dict[str, dict[str, Any]] = {}
    for share in on_ondam().annotate(paid=paid):
        siret = tiers_of(share)
        row = rows.setdefault(siret, {"siret": siret, "name": str(share.establishment), "engaged": 0, "paid": 0})
        row["engaged"] += share.cents
        row["paid"] += share.paid or 0
    notified: dict[str, int] = defaultdict(int)
    for tiers, cents in file.lines.order_by("pk").values_list("tiers", "cents") if file else ():
        notified[tiers] += cents
    found = [
        *rows.values(),
        *({"siret": tiers, "name": "", "engaged": 0, "paid": 0} for tiers in notified if tiers not in rows),
    ]
    for row in found:
        row["known"] = row["siret"] in notified
        row["notified"] = notified[row["siret"]]
        row["difference"] = row["notified"] - row["engaged"]
        row["less"] = -row["difference"]
    return found
