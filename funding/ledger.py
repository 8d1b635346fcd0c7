"""The typed door of the ledger: one function per movement of money, and what pages ask of the accounts.

The truth is in ledger.sql. Every writer here makes one call of ledger_post() and returns the id of its posting; the
same `key` with the same request returns the posting already made. Amounts are whole euro cents. `by` is the person who acts;
`at` an aware instant, or None for the portal's clock. A refusal is a `Refused` whose code is L01 to L06:

L01 not enough (facts: missing_cents, account) · L02 key of another request · L03 no such account or movement
L04 one person in two parts · L05 closed period or earlier instant · L06 not reversible

A verb that posts on several lines posts in the order of their ids.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from edsh_portal import clock, money
from edsh_portal.workflow import Refused

from .models import Account, Entry

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
    "certify": {("ae.engaged", "ae.certified")},
    "uncertify": {("ae.certified", "ae.engaged")},
    "order": {("ae.certified", "ae.ordered"), ("cp.available", "cp.ordered")},
    "cancel_order": {("ae.ordered", "ae.certified"), ("cp.ordered", "cp.available")},
    "pay": {("ae.ordered", "ae.paid"), ("cp.ordered", "cp.paid")},
    "recover": {("ae.paid", "ae.recovered")},
}

AE_NAMES = ("budget", "available", "reserved", "engaged", "certified", "ordered", "paid", "recovered", "lapsed")
CP_NAMES = ("budget", "available", "ordered", "paid")


# --- Envelope ------------------------------------------------------------------------------------


def open_ae(*, line: Any, cents: int, act: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Opens or raises the AE of the line, on the strength of a named act (RELIABILITY I08)."""
    return _post("open_ae", [(f"ae.budget:{line.pk}", f"ae.available:{line.pk}", cents)], by, at, key, act=act)


def lower_ae(*, line: Any, cents: int, act: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Freezes or cancels AE; never below what is reserved and engaged."""
    return _post("lower_ae", [(f"ae.available:{line.pk}", f"ae.budget:{line.pk}", cents)], by, at, key, act=act)


def open_cp(*, line: Any, year: int, cents: int, act: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Opens or raises the CP of a year that is not over."""
    moves = [(f"cp.budget:{line.pk}:{year}", f"cp.available:{line.pk}:{year}", cents)]
    return _post("open_cp", moves, by, at, key, act=act)


def lower_cp(*, line: Any, year: int, cents: int, act: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Lowers the CP of a year that is not over; never below what is ordered."""
    moves = [(f"cp.available:{line.pk}:{year}", f"cp.budget:{line.pk}:{year}", cents)]
    return _post("lower_cp", moves, by, at, key, act=act)


# --- Decision ------------------------------------------------------------------------------------


def reserve(*, line: Any, grant: Any, cents: int, proposer: Any, by: Any, key: str, at: datetime | None = None) -> int:
    """A decision is approved: AE held for the grant. The approver `by` is not the proposer."""
    moves = [(f"ae.available:{line.pk}", f"ae.reserved:{line.pk}:{grant.pk}", cents)]
    return _post("reserve", moves, by, at, key, second=proposer.pk)


def void(*, line: Any, grant: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """The decision is dropped before notification: what was held is available again."""
    moves = [(f"ae.reserved:{line.pk}:{grant.pk}", f"ae.available:{line.pk}", cents)]
    return _post("void", moves, by, at, key)


def engage(*, line: Any, grant: Any, shares: Mapping[Any, int], by: Any, key: str, at: datetime | None = None) -> int:
    """The decision is notified: what was held for the grant on this line is engaged, {share: cents}."""
    source = f"ae.reserved:{line.pk}:{grant.pk}"
    parts = sorted((share.pk, cents) for share, cents in shares.items())
    return _post("engage", [(source, f"ae.engaged:{line.pk}:{pk}", cents) for pk, cents in parts], by, at, key)


def release(*, share: Any, cents: int, reason: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Withdraws engaged AE: available again within the year of its engagement, lapsed after (GBCP art. 160)."""
    source = f"ae.engaged:{share.line_id}:{share.pk}"
    engaged_in = Account.objects.filter(code=source).values_list("year", flat=True).first()
    if engaged_in in (None, fiscal_year(at or clock.now())):
        return _post("release", [(source, f"ae.available:{share.line_id}", cents)], by, at, key, reason=reason)
    return _post("lapse", [(source, f"ae.lapsed:{share.line_id}", cents)], by, at, key, reason=reason)


# --- Payment -------------------------------------------------------------------------------------


def certify(*, instalment: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """Service fait: the work behind the instalment is certified, which is what may be ordered at most."""
    to = _Chain(instalment)
    return _post("certify", [(to.engaged, to.certified, cents)], by, at, key)


def uncertify(*, instalment: Any, cents: int, reason: str, by: Any, key: str, at: datetime | None = None) -> int:
    """Takes a certification back, before any order."""
    to = _Chain(instalment)
    return _post("uncertify", [(to.certified, to.engaged, cents)], by, at, key, reason=reason)


def order(*, instalment: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """Ordonnancement, on the CP of the current year. Not by who certified."""
    at = at or clock.now()
    to = _Chain(instalment, fiscal_year(at))
    moves = [(to.certified, to.ordered, cents), (to.cp_available, to.cp_ordered, cents)]
    return _post("order", moves, by, at, key)


def cancel_order(
    *, instalment: Any, cents: int, year: int, reason: str, by: Any, key: str, at: datetime | None = None
) -> int:
    """Takes an unpaid order back; `year` is the year whose CP it had taken."""
    to = _Chain(instalment, year)
    moves = [(to.ordered, to.certified, cents), (to.cp_ordered, to.cp_available, cents)]
    return _post("cancel_order", moves, by, at, key, reason=reason)


def pay(*, instalment: Any, cents: int, by: Any, key: str, at: datetime | None = None) -> int:
    """Payment by the accountant, within the year of the order. Not by who certified or ordered."""
    at = at or clock.now()
    to = _Chain(instalment, fiscal_year(at))
    return _post("pay", [(to.ordered, to.paid, cents), (to.cp_ordered, to.cp_paid, cents)], by, at, key)


def recover(
    *, share: Any, cents: int, ground: str, proposer: Any, by: Any, key: str, at: datetime | None = None
) -> int:
    """Titre de reversement: claims back what was paid; frees neither AE nor CP (RELIABILITY I07)."""
    moves = [(f"ae.paid:{share.line_id}:{share.pk}", f"ae.recovered:{share.line_id}:{share.pk}", cents)]
    return _post("recover", moves, by, at, key, second=proposer.pk, ground=ground)


def reverse(*, posting: int, reason: str, proposer: Any, by: Any, key: str, at: datetime | None = None) -> int:
    """Contre-passation: the exact mirror of a posting of the same year, once."""
    return _post("reverse", None, by, at, key, second=proposer.pk, reverses=posting, reason=reason)


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


def _post(
    kind: str, moves: list[tuple[str, str, int]] | None, by: Any, at: datetime | None, key: str, **facts: Any
) -> int:
    entries = None
    if moves is not None:
        entries = json.dumps([{"source": s, "target": t, "cents": cents} for s, t, cents in moves])
    try:
        with transaction.atomic(), connection.cursor() as cursor:  # a refusal leaves the caller's transaction usable
            cursor.execute(
                "SELECT ledger_post(%s, %s, %s, %s, %s, %s)", [key, kind, by.pk, at, entries, json.dumps(facts)]
            )
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
        "ED003": ("L03", _("Ce mouvement n’existe pas au plan de comptes : vérifiez la ligne, l’aide et le montant.")),
        "ED004": ("L04", _("Cette étape revient à une autre personne : vous avez déjà agi sur cette opération.")),
        "ED005": ("L05", _("L’exercice est clos, ou une écriture plus récente existe déjà sur cette ligne.")),
        "EP002": ("L05", _("L’exercice est clos, ou une écriture plus récente existe déjà sur cette ligne.")),
        "ED006": ("L06", _("Cette écriture ne peut pas être contre-passée : elle l’a déjà été, ou elle en est une.")),
    }.get(state or "")
    return Refused(said[1], code=said[0]) if said else None


def _shortage(account: str) -> str:
    """The sentence for the account that would fall below zero."""
    return {
        "ae.available": _(
            "Il manque %(missing)s d’autorisations d’engagement sur cette ligne :"
            " réduisez le montant ou changez de source."
        ),
        "cp.available": _("Il manque %(missing)s de crédits de paiement pour cette année sur cette ligne."),
        "ae.reserved": _("Ce montant dépasse de %(missing)s ce qui est réservé pour cette aide."),
        "ae.engaged": _("Ce montant dépasse de %(missing)s ce qui reste engagé pour ce bénéficiaire."),
        "ae.certified": _("Ce montant dépasse de %(missing)s le service fait certifié."),
        "ae.ordered": _("Ce montant dépasse de %(missing)s ce qui est ordonnancé."),
        "ae.paid": _("Ce montant dépasse de %(missing)s ce qui a été payé à ce bénéficiaire."),
    }.get(account.split(":")[0], _("Il manque %(missing)s sur le compte de cette opération."))


# --- Questions -----------------------------------------------------------------------------------


def entries_of(account: Account) -> QuerySet[Entry]:
    """The statement of an account, newest first."""
    entries = Entry.objects.filter(Q(source=account) | Q(target=account))
    return entries.select_related("posting", "source", "target").order_by("-id")


def balance_as_of(account: Account, at: datetime) -> int:
    """Cents the account held once everything dated `at` or before was posted."""
    last = entries_of(account).filter(posting__at__lte=at).first()
    if last is None:
        return 0
    return last.source_after if last.source_id == account.pk else last.target_after


def summary(line: Any) -> dict[str, Any]:
    """Where the cents of a line stand: {opened, available, reserved, engaged, …, cp: {year: {opened, available, …}}}.

    `engaged` is what is notified and not withdrawn, paid or not; opened = available + reserved + engaged + lapsed.
    """
    pk = getattr(line, "pk", line)
    return summaries([pk])[pk]


def summaries(lines: Iterable[int]) -> dict[int, dict[str, Any]]:
    """summary() of several lines, by id, in one query."""
    held: dict[int, tuple[dict[str, int], dict[int, dict[str, int]]]] = {
        pk: (dict.fromkeys(AE_NAMES, 0), {}) for pk in lines
    }
    rows = Account.objects.filter(line__in=held).values_list("line_id", "family", "year")
    for pk, family, year, cents in rows.annotate(cents=Sum("balance__cents")).order_by("line_id", "year"):
        ae, cp = held[pk]
        side, name = family.split(".")
        of = ae if side == "ae" else cp.setdefault(year, dict.fromkeys(CP_NAMES, 0))
        of[name] += cents
    return {pk: _stands(ae, cp) for pk, (ae, cp) in held.items()}


def _stands(ae: dict[str, int], cp: dict[int, dict[str, int]]) -> dict[str, Any]:
    engaged = sum(ae[name] for name in ("engaged", "certified", "ordered", "paid", "recovered"))
    return {
        "opened": -ae.pop("budget"),
        **ae,
        "engaged": engaged,
        "to_certify": ae["engaged"],
        "cp": {year: {"opened": -of.pop("budget"), **of} for year, of in cp.items()},
    }
