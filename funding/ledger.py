"""The typed door of the ledger: one function per movement of money, and what pages ask of the accounts.

The truth is in ledger.sql. What two people decide is first said as a movement, in the payload of an act, then carried; every
writer here makes one call of ledger_post() and returns the id of its posting; the same `key` with the same request returns the
posting already made. Amounts are whole euro cents. `by` is the person who acts; `at` an aware instant, or None for the portal's
clock. A refusal is a `Refused` whose code is L01 to L08:

L01 not enough (facts: missing_cents, account) · L02 key of another request · L03 no such account or movement
L04 one person in two parts · L05 closed period or earlier instant · L06 not reversible · L08 no act of two says so

A verb that posts on several lines posts in the order of their ids.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from edsh_portal import clock, money
from edsh_portal.models import Act
from edsh_portal.workflow import Refused

from .models import Account, Entry, Posting

# Movements as the door and the proof know them; ledger.sql holds the same list, and `verify` compares both.
MOVEMENTS: dict[str, set[tuple[str, str]]] = {
    "open_ae": {("ae.budget", "ae.available")},
    "lower_ae": {("ae.available", "ae.budget")},
    "open_cp": {("cp.budget", "cp.available")},
    "lower_cp": {("cp.available", "cp.budget")},
    "reserve": {("ae.available", "ae.reserved")},
    "void": {("ae.reserved", "ae.available")},
    "engage": {("ae.reserved", "ae.engaged")},
    "release": {("ae.engaged", "ae.available")},
    "lapse": {("ae.engaged", "ae.lapsed")},
    "transfer": {("ae.engaged", "ae.engaged")},
    "certify": {("ae.engaged", "ae.certified")},
    "uncertify": {("ae.certified", "ae.engaged")},
    "order": {("ae.certified", "ae.ordered"), ("cp.available", "cp.ordered")},
    "cancel_order": {("ae.ordered", "ae.certified"), ("cp.ordered", "cp.available")},
    "pay": {("ae.ordered", "ae.paid"), ("cp.ordered", "cp.paid")},
    "recover": {("ae.paid", "ae.recovered")},
    "expire_ae": {("ae.available", "ae.lapsed")},
    "expire_cp": {("cp.available", "cp.lapsed")},
    "carry_cp": {("cp.available", "cp.carried"), ("cp.brought", "cp.available")},
}

AE_NAMES = ("budget", "available", "reserved", "engaged", "certified", "ordered", "paid", "recovered", "lapsed")
CP_NAMES = ("budget", "brought", "available", "ordered", "paid", "carried", "lapsed")
ONE_A_LINE = ("ae.budget", "ae.available", "ae.lapsed", "cp.budget", "cp.available", "cp.lapsed")  # or one a year of it


# --- What two people decide ------------------------------------------------------------------------
# Each says one movement, as the payload of an act lists it (« postings »); `carry` posts it once the act is approved.

Movement = dict[str, Any]  # {"kind", "entries": [{"source", "target", "cents"}], "facts": {}}


def open_ae(*, line: Any, cents: int, act: str) -> Movement:
    """Opens or raises the AE of the line, on the strength of a named text (RELIABILITY I08)."""
    return _movement("open_ae", [(f"ae.budget:{line.pk}", f"ae.available:{line.pk}", cents)], act=act)


def lower_ae(*, line: Any, cents: int, act: str) -> Movement:
    """Freezes or cancels AE; never below what is reserved and engaged."""
    return _movement("lower_ae", [(f"ae.available:{line.pk}", f"ae.budget:{line.pk}", cents)], act=act)


def open_cp(*, line: Any, years: Mapping[int, int], act: str) -> Movement:
    """Opens or raises the CP of years that are not over, {year: cents}."""
    parts = sorted(years.items())
    moves = [(f"cp.budget:{line.pk}:{year}", f"cp.available:{line.pk}:{year}", cents) for year, cents in parts]
    return _movement("open_cp", moves, act=act)


def lower_cp(*, line: Any, years: Mapping[int, int], act: str) -> Movement:
    """Lowers the CP of years that are not over, {year: cents}; never below what is ordered."""
    parts = sorted(years.items())
    moves = [(f"cp.available:{line.pk}:{year}", f"cp.budget:{line.pk}:{year}", cents) for year, cents in parts]
    return _movement("lower_cp", moves, act=act)


def reserve(*, line: Any, cents: int, grant: Any = None) -> Movement:
    """A decision is approved: AE held for the grant; « * » stands for the one that the approval makes."""
    name = grant.pk if grant is not None else "*"
    return _movement("reserve", [(f"ae.available:{line.pk}", f"ae.reserved:{line.pk}:{name}", cents)])


def recover(*, share: Any, cents: int, ground: str) -> Movement:
    """Titre de reversement: claims back what was paid; frees neither AE nor CP (RELIABILITY I07)."""
    moves = [(f"ae.paid:{share.line_id}:{share.pk}", f"ae.recovered:{share.line_id}:{share.pk}", cents)]
    return _movement("recover", moves, ground=ground)


def transfer(*, line: Any, moves: Iterable[tuple[Any, Any, int]]) -> Movement:
    """An amendment moves what is engaged from a beneficiary to another of the same award: (from, to, cents)."""
    said = [
        (f"ae.engaged:{line.pk}:{one.pk}", f"ae.engaged:{line.pk}:{other.pk}", cents) for one, other, cents in moves
    ]
    return _movement("transfer", said)


def expire_ae(*, line: Any, year: int, cents: int) -> Movement:
    """A year is closed: AE not engaged, and carried by nothing (LOLF art. 15)."""
    return _movement("expire_ae", [(f"ae.available:{line.pk}", f"ae.lapsed:{line.pk}", cents)], year=year)


def expire_cp(*, line: Any, year: int, cents: int) -> Movement:
    """A year is closed: CP not used, and carried by nothing."""
    return _movement("expire_cp", [(f"cp.available:{line.pk}:{year}", f"cp.lapsed:{line.pk}:{year}", cents)], year=year)


def carry_cp(*, line: Any, year: int, cents: int) -> Movement:
    """A year is closed: CP not used that the next one has."""
    moves = [
        (f"cp.available:{line.pk}:{year}", f"cp.carried:{line.pk}:{year}", cents),
        (f"cp.brought:{line.pk}:{year + 1}", f"cp.available:{line.pk}:{year + 1}", cents),
    ]
    return _movement("carry_cp", moves, year=year)


def reverse(*, posting: int, reason: str) -> Movement:
    """Contre-passation: the exact mirror of a posting of the same year, once."""
    entries = Entry.objects.filter(posting=posting).select_related("source", "target").order_by("-pk")
    moves = [(e.target.code, e.source.code, e.cents) for e in entries]
    return _movement("reverse", moves, reverses=posting, reason=reason)


def carry(act: Act, movement: Movement, *, grant: Any = None, at: datetime | None = None) -> int:
    """Posts a movement of an act approved in this transaction; `grant`: the one that its approval has made."""
    entries = (
        json.loads(json.dumps(movement["entries"]).replace(':*"', f':{grant.pk}"')) if grant else movement["entries"]
    )
    first = entries[0]["source"] if entries else "none:0"
    key = f"act:{act.pk}:{first.split(':')[1]}:{movement['kind']}"
    written = None if movement["kind"] == "reverse" else entries
    return _post(movement["kind"], written, None, at, key, act.pk, movement["facts"])


# --- What follows from an act ----------------------------------------------------------------------


def act_of(grant: Any) -> int | None:
    """The act that reserved for this grant."""
    return Posting.objects.filter(grant=grant.pk, kind="reserve").values_list("act_id", flat=True).first()


def void(*, line: Any, grant: Any, cents: int, act: Any, by: Any, key: str, at: datetime | None = None) -> int:
    """The decision is dropped before notification: what was held is available again, by the act that says so."""
    entries = _entries([(f"ae.reserved:{line.pk}:{grant.pk}", f"ae.available:{line.pk}", cents)])
    return _post("void", entries, by, at, key, act.pk, {})


def engage(
    *, line: Any, grant: Any, shares: Mapping[Any, int], act: int | None, by: Any, key: str, at: datetime | None = None
) -> int:
    """The decision is notified: what its act reserved for the grant on this line is engaged, {share: cents}."""
    source = f"ae.reserved:{line.pk}:{grant.pk}"
    parts = sorted((share.pk, cents) for share, cents in shares.items())
    entries = _entries([(source, f"ae.engaged:{line.pk}:{pk}", cents) for pk, cents in parts])
    return _post("engage", entries, by, at, key, act, {})


def release(
    *, shares: Mapping[Any, int], reason: str, by: Any, key: str, act: Any = None, at: datetime | None = None
) -> int:
    """Withdraws engaged AE of shares of one line: available again within the year of its engagement, lapsed after (GBCP art. 160).

    By the act that withdraws the award; by none, where the balance of the share is paid.
    """
    line = next(iter(shares)).line_id
    parts = sorted((share.pk, cents) for share, cents in shares.items())
    over = lapses(next(iter(shares)), at or clock.now())
    kind, target = ("lapse", f"ae.lapsed:{line}") if over else ("release", f"ae.available:{line}")
    entries = _entries([(f"ae.engaged:{line}:{pk}", target, cents) for pk, cents in parts])
    return _post(kind, entries, by, at, key, act and act.pk, {"reason": reason})


def lapses(share: Any, at: datetime) -> bool:
    """Whether the AE engaged for this share, withdrawn at that instant, lapse instead of being available again."""
    code = f"ae.engaged:{share.line_id}:{share.pk}"
    engaged_in = Account.objects.filter(code=code).values_list("year", flat=True).first()
    return engaged_in not in (None, fiscal_year(at))


# --- Payment: three people, each alone -------------------------------------------------------------


def certify(*, instalment: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """Service fait: the work behind the instalment is certified, which is what may be ordered at most."""
    to = _Chain(instalment)
    return _post("certify", _entries([(to.engaged, to.certified, cents)]), by, at, key, None, {})


def uncertify(*, instalment: Any, cents: int, reason: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Takes a certification back, before any order."""
    to = _Chain(instalment)
    return _post("uncertify", _entries([(to.certified, to.engaged, cents)]), by, at, key, None, {"reason": reason})


def order(*, instalment: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """Ordonnancement, on the CP of the current year. Not by who certified."""
    at = at or clock.now()
    to = _Chain(instalment, fiscal_year(at))
    moves = [(to.certified, to.ordered, cents), (to.cp_available, to.cp_ordered, cents)]
    return _post("order", _entries(moves), by, at, key, None, {})


def cancel_order(
    *, instalment: Any, cents: int, year: int, reason: str, by: Any, key: str, at: datetime | None = None
) -> int:
    """Takes an unpaid order back; `year` is the year whose CP it had taken."""
    to = _Chain(instalment, year)
    moves = [(to.ordered, to.certified, cents), (to.cp_ordered, to.cp_available, cents)]
    return _post("cancel_order", _entries(moves), by, at, key, None, {"reason": reason})


def pay(*, instalment: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """Payment by the accountant, within the year of the order. Not by who certified or ordered."""
    at = at or clock.now()
    to = _Chain(instalment, fiscal_year(at))
    return _post(
        "pay", _entries([(to.ordered, to.paid, cents), (to.cp_ordered, to.cp_paid, cents)]), by, at, key, None, {}
    )


# --- The one call --------------------------------------------------------------------------------


def fiscal_year(at: datetime) -> int:
    """The budget year of an instant: the civil year in Paris."""
    return at.astimezone(clock.PARIS).year


class _Chain:
    """The accounts an instalment goes through, on its share and line."""

    def __init__(self, instalment: Any, year: int = 0) -> None:
        share = instalment.convention.share
        line, ids = share.line_id, f"{share.pk}:{instalment.pk}"
        self.engaged = f"ae.engaged:{line}:{share.pk}"
        self.certified = f"ae.certified:{line}:{ids}"
        self.ordered = f"ae.ordered:{line}:{ids}"
        self.paid = f"ae.paid:{line}:{share.pk}"
        self.cp_available = f"cp.available:{line}:{year}"
        self.cp_ordered = f"cp.ordered:{line}:{year}:{ids}"
        self.cp_paid = f"cp.paid:{line}:{year}:{share.pk}"


def _entries(moves: list[tuple[str, str, int]]) -> list[dict[str, Any]]:
    return [{"source": source, "target": target, "cents": cents} for source, target, cents in moves]


def _movement(kind: str, moves: list[tuple[str, str, int]], **facts: Any) -> Movement:
    return {"kind": kind, "entries": _entries(moves), "facts": facts}


def _post(
    kind: str, entries: Any, by: Any, at: datetime | None, key: str, act: int | None, facts: dict[str, Any]
) -> int:
    told = [act, key, kind, by.pk if by else None, at, entries and json.dumps(entries), json.dumps(facts)]
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # a refusal leaves the caller's transaction usable
            cursor.execute("SELECT ledger_post(%s, %s, %s, %s, %s, %s, %s)", told)
            return cursor.fetchone()[0]
    except DatabaseError as error:
        refused = _refusal(error)
        if refused is None:
            raise
        raise refused from error


def _refusal(error: DatabaseError) -> Refused | None:
    """The sentence for a person behind a SQLSTATE of the ledger, or None when it is not a refusal."""
    cause: Any = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state == "ED001":
        missing = int(cause.diag.message_detail)
        return Refused(
            _shortage(cause.diag.message_hint) % {"missing": money.display(missing)},
            code="L01",
            field="amount",
            missing_cents=missing,
            account=cause.diag.message_hint,
        )
    said = {
        "ED002": ("L02", _("Cette opération a déjà été enregistrée avec un autre contenu : rechargez la page.")),
        "ED003": ("L03", _("Ce mouvement n’existe pas au plan de comptes : vérifiez la source, l’aide et le montant.")),
        "ED004": ("L04", _("Cette étape revient à une autre personne : vous avez déjà agi sur cette opération.")),
        "ED005": (
            "L05",
            _("L’exercice est clos, ou une écriture plus récente existe déjà sur cette source : rechargez la page."),
        ),
        "EP002": (
            "L05",
            _("L’exercice est clos, ou une écriture plus récente existe déjà sur cette source : rechargez la page."),
        ),
        "ED008": (
            "L08",
            _("Ce mouvement n’est prévu par aucun acte approuvé : proposez l’acte, puis faites-le approuver."),
        ),
        "ED006": (
            "L06",
            _("Cette écriture est déjà contre-passée, ou est elle-même une contre-passation : rechargez la page."),
        ),
    }.get(state or "")
    return Refused(said[1], code=said[0]) if said else None


def _shortage(account: str) -> str:
    """The sentence for the account that would fall below zero."""
    return {
        "ae.available": _(
            "Il manque %(missing)s d’autorisations d’engagement sur cette source : réduisez le "
            "montant ou changez de source."
        ),
        "cp.available": _(
            "Il manque %(missing)s de crédits de paiement pour cet exercice sur cette source : "
            "demandez une nouvelle version de l’enveloppe."
        ),
        "cp.budget": _("Ce montant dépasse de %(missing)s les crédits ouverts pour cet exercice : réduisez-le."),
        "ae.reserved": _("Ce montant dépasse de %(missing)s le montant réservé pour cette aide : réduisez-le."),
        "ae.engaged": _("Ce montant dépasse de %(missing)s le reste engagé pour ce bénéficiaire : réduisez-le."),
        "ae.certified": _("Ce montant dépasse de %(missing)s le service fait certifié : réduisez-le."),
        "ae.ordered": _("Ce montant dépasse de %(missing)s le montant ordonnancé : réduisez-le."),
        "ae.paid": _("Ce montant dépasse de %(missing)s le total payé à ce bénéficiaire : réduisez-le."),
    }.get(account.split(":")[0], _("Il manque %(missing)s sur le compte de cette opération : réduisez le montant."))


# --- Questions -----------------------------------------------------------------------------------


def summary(line: Any) -> dict[str, Any]:
    """Where the cents of a line stand: {opened, available, reserved, engaged, …, cp: {year: {opened, available, …}}}.

    Of a year, opened + brought = available + ordered + paid + carried + lapsed. `engaged` is what is notified and not withdrawn, paid or not; opened = available + reserved + engaged + lapsed.
    `paid` is what went out, claimed back or not: `recovered` is the part of it that is claimed back, `kept` the rest.
    """
    pk = getattr(line, "pk", line)
    return summaries([pk])[pk]


def summaries(lines: Iterable[int]) -> dict[int, dict[str, Any]]:
    """summary() of several lines, by id, in one query."""
    held: dict[int, tuple[dict[str, int], dict[int, dict[str, int]]]] = {
        pk: (dict.fromkeys(AE_NAMES, 0), {}) for pk in lines
    }
    holds = Q(balance__outside=True) | Q(
        balance__cents__gt=0
    )  # more than half are left empty by what passed through them
    rows = Account.objects.filter(holds, line__in=held).values_list("line_id", "family", "year")
    for pk, family, year, cents in rows.annotate(cents=Sum("balance__cents")).order_by("line_id", "year"):
        ae, cp = held[pk]
        side, name = family.split(".")
        of = ae if side == "ae" else cp.setdefault(year, dict.fromkeys(CP_NAMES, 0))
        of[name] += cents
    return {pk: _stands(ae, cp) for pk, (ae, cp) in held.items()}


def promises(lines: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Of several lines, by id: {opened, available, lapsed, held, cp: {year: {opened, available, lapsed}}}; `held`: reserved or engaged.

    What is opened is available, lapsed or held: the accounts of which a line has one say it all, and none of its shares is read.
    """
    found: dict[int, dict[str, Any]] = {pk: {"opened": 0, "available": 0, "lapsed": 0, "cp": {}} for pk in lines}
    rows = Account.objects.filter(line__in=found, family__in=ONE_A_LINE)
    for pk, family, year, cents in rows.order_by("year").values_list("line_id", "family", "year", "balance__cents"):
        side, name = family.split(".")
        of = (
            found[pk]
            if side == "ae"
            else found[pk]["cp"].setdefault(year, dict.fromkeys(("opened", "available", "lapsed"), 0))
        )
        of["opened" if name == "budget" else name] = -cents if name == "budget" else cents
    return {pk: of | {"held": of["opened"] - of["available"] - of["lapsed"]} for pk, of in found.items()}


def _stands(ae: dict[str, int], cp: dict[int, dict[str, int]]) -> dict[str, Any]:
    engaged = sum(ae[name] for name in ("engaged", "certified", "ordered", "paid", "recovered"))
    return {
        "opened": -ae.pop("budget"),
        **ae,
        "paid": ae["paid"] + ae["recovered"],
        "kept": ae["paid"],
        "engaged": engaged,
        "to_certify": ae["engaged"],
        "cp": {year: {"opened": -of.pop("budget"), "brought": -of.pop("brought"), **of} for year, of in cp.items()},
    }
