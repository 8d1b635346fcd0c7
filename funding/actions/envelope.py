"""Verbs of the envelope, by acts of two: a dated version, posted as the difference with the one before; a dated setting."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import Call
from edsh_portal import acts, clock, money
from edsh_portal.access import FINANCE
from edsh_portal.changes import over
from edsh_portal.events import record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused

from .. import ledger
from ..models import Ceiling, Envelope, EnvelopeShare, Line

Part = tuple[Line, int | None, int, bool]  # line, year of the CP (None: AE), cents, fictitious
Cells = Mapping[tuple[int, int | None], int]  # {(line, year): cents}
WHO = {"proposers": ("direction", *FINANCE), "approvers": ("direction",)}


# ── a version of the envelope ────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_envelope(
    call: Any, *, act: str, shares: Iterable[Part], read: Cells | None = None, by: Any, at: datetime | None = None
) -> Act:
    """A version says what each line holds from now on: AE, and CP per year; `act`: the text that founds it. R61.

    A line or year that it does not name keeps what it had, and one that is as the page had shown it, `read`, what it has now (W04
    when another version has changed it too). Where CP are given, their sum over the years is the AE, and at most those that have lapsed
    at a closing more: what is engaged stays to be paid.
    """
    call = lock_call(call)  # one version at a time
    parts = sorted(shares, key=lambda part: (part[0].pk, part[1] or 0))
    if not parts:
        raise Refused(_("Indiquez le montant d’au moins une source."), code="R61", field="shares")
    stands = ledger.promises({line.pk for line, _y, _c, _f in parts})
    parts = _over(parts, stands, read)
    _need_whole(parts, stands)
    payload = {
        "call": call.pk,
        "version": Envelope.objects.filter(call=call).count() + 1,
        "act": act,
        "shares": [_part(part) | {"before": _before(stands[part[0].pk], part[1])} for part in parts],
        "postings": _differences(parts, stands, act),
    }
    return acts.propose("envelope.open", call, payload, by=by, at=at)


def _over(parts: list[Part], stands: dict[int, dict[str, Any]], read: Cells | None) -> list[Part]:
    current = {(line.pk, year): _before(stands[line.pk], year) for line, year, _cents, _f in parts}
    fresh = current | over(current, {(line.pk, year): cents for line, year, cents, _f in parts}, read)
    return [
        (line, year, fresh[line.pk, year], fictitious)
        for line, year, _cents, fictitious in parts
        if year is None or fresh[line.pk, year] or current[line.pk, year]  # a year that holds nothing is not named
    ]


def _part(part: Part) -> dict[str, Any]:
    line, year, cents, fictitious = part
    return {"line": line.pk, "year": year, "cents": cents, "fictitious": fictitious}


def _before(stands: dict[str, Any], year: int | None) -> int:
    return stands["opened"] if year is None else stands["cp"].get(year, {"opened": 0})["opened"]


def _need_whole(parts: list[Part], stands: dict[int, dict[str, Any]]) -> None:
    for line in {part[0] for part in parts}:
        ae = sum(cents for of, year, cents, _f in parts if of == line and year is None)
        cp = sum(cents for of, year, cents, _f in parts if of == line and year is not None)
        lapsed = sum(of["lapsed"] for of in stands[line.pk]["cp"].values())
        if cp and not ae <= cp <= ae + lapsed:
            words = {"line": line.label, "cp": money.display(cp), "ae": money.display(ae)}
            if lapsed:
                said = _(
                    "%(line)s : les crédits de paiement (%(cp)s) doivent être au moins égaux aux autorisations d’engagement "
                    "(%(ae)s), et ne les dépassent que des crédits caducs (%(lapsed)s). Corrigez l’un des montants."
                ) % (words | {"lapsed": money.display(lapsed)})
            else:
                said = (
                    _(
                        "%(line)s : les crédits de paiement (%(cp)s) doivent être égaux aux autorisations "
                        "d’engagement (%(ae)s). Corrigez l’un des montants."
                    )
                    % words
                )
            raise Refused(said, code="R61", field="shares")


def _differences(parts: list[Part], stands: dict[int, dict[str, Any]], act: str) -> list[ledger.Movement]:
    """The movements from what stands to what the version says, line by line in the order of their ids."""
    found = []
    for line in dict.fromkeys(part[0] for part in parts):
        moved = {year: cents - _before(stands[line.pk], year) for of, year, cents, _f in parts if of == line}
        ae = moved.pop(None, 0)
        more = {year: cents for year, cents in moved.items() if year is not None and cents > 0}
        less = {year: -cents for year, cents in moved.items() if year is not None and cents < 0}
        if ae:
            found.append((ledger.open_ae if ae > 0 else ledger.lower_ae)(line=line, cents=abs(ae), act=act))
        if more:
            found.append(ledger.open_cp(line=line, years=more, act=act))
        if less:
            found.append(ledger.lower_cp(line=line, years=less, act=act))
    return found


def _open(act: Act, call: Any) -> Envelope:
    """Lowering stops at what is used (I08)."""
    told, at = act.payload, act.decided_at
    assert at is not None
    envelope = Envelope.objects.create(call=call, version=told["version"], act=told["act"], opened_at=at)
    EnvelopeShare.objects.bulk_create(
        EnvelopeShare(
            envelope=envelope, line_id=s["line"], year=s["year"], cents=s["cents"], fictitious=s["fictitious"]
        )
        for s in told["shares"]
    )
    for movement in told["postings"]:
        ledger.carry(act, movement, at=at)
    shares = [[s["line"], s["year"], s["cents"]] for s in told["shares"]]
    record("envelope.opened", envelope, by=act.decided_by, at=at, version=envelope.version, act=act.pk, shares=shares)
    return envelope


def _stands(call: Any) -> Any:
    """What a version is written against: the versions there are, and what each line holds opened."""
    lines = ledger.promises(Line.objects.filter(call=call).order_by("pk").values_list("pk", flat=True))
    opened = {pk: (of["opened"], {year: cp["opened"] for year, cp in of["cp"].items()}) for pk, of in lines.items()}
    return [Envelope.objects.filter(call=call).count(), opened]


def lock_call(call: Any) -> Any:
    """One version of the envelope, or one closing, at a time."""
    return Call.objects.select_for_update(no_key=True).get(pk=call.pk)


def _says_envelope(act: Act, call: Any) -> str:
    told = act.payload
    total = sum(s["cents"] for s in told["shares"] if s["year"] is None)
    words = {"n": told["version"], "total": money.display(total), "act": told["act"]}
    return _("Version %(n)s de l’enveloppe : %(total)s (%(act)s)") % words


def _facts_envelope(act: Act, call: Any) -> list[acts.Fact]:
    lines = Line.objects.in_bulk({s["line"] for s in act.payload["shares"]})
    labels = {None: _("%(line)s, autorisations d’engagement")}
    return [
        acts.Fact(
            labels.get(s["year"], _("%(line)s, crédits de paiement %(year)s"))
            % {"line": lines[s["line"]].label, "year": s["year"]},
            money.display(s["before"]),
            money.display(s["cents"]),
        )
        for s in act.payload["shares"]
    ]


acts.kind(
    "envelope.open",
    label=gettext_lazy("Version de l’enveloppe"),
    subject=Call,
    does=_open,
    says=_says_envelope,
    facts=_facts_envelope,
    version=_stands,
    lock=lock_call,
    **WHO,
)


# ── a ceiling ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def propose_ceiling(
    line: Line,
    rule: str,
    rate_bp: int,
    *,
    source: str,
    by: Any,
    since: datetime | None = None,
    at: datetime | None = None,
) -> Act:
    """From `since` (default: the approval) the ceiling is this rate; the one in force until then ends there."""
    if rule not in Ceiling.Rule.values:
        raise Refused(_("Choisissez le plafond dans la liste."), code="R81", field="rule")
    if not 0 <= rate_bp <= 10_000:
        raise Refused(_("Indiquez une part de 0 à 100 %."), code="R81", field="rate")
    if not source.strip():
        raise Refused(_("Indiquez le texte qui fonde ce réglage."), code="R81", field="source")
    current = _current(line, rule, since or at or clock.now())
    payload = {
        "line": line.pk,
        "rule": rule,
        "rate_bp": rate_bp,
        "source": source.strip(),
        "since": since and since.isoformat(),
        "before": current and current.rate_bp,
    }
    return acts.propose("ceiling.set", line, payload, by=by, at=at)


def _current(line: Line, rule: str, since: datetime) -> Ceiling | None:
    return Ceiling.objects.filter(line=line, rule=rule, during__contains=since).first()


def _set(act: Act, line: Line) -> Ceiling:
    told, at = act.payload, act.decided_at
    assert at is not None
    since = datetime.fromisoformat(told["since"]) if told["since"] else at
    current = _current(line, told["rule"], since)
    if current is not None:
        current.during = (current.during.lower, since)
        current.save(update_fields=["during"])
    ceiling = Ceiling.objects.create(
        line=line, rule=told["rule"], rate_bp=told["rate_bp"], during=(since, None), source=told["source"]
    )
    record(
        "ceiling.set",
        ceiling,
        by=act.decided_by,
        at=at,
        act=act.pk,
        line=line.pk,
        rule=ceiling.rule,
        rate_bp=ceiling.rate_bp,
        since=since.isoformat(),
    )
    return ceiling


def _lock_line(line: Line) -> Line:
    """The call is the lock: lines are read-only."""
    lock_call(line.call)
    return Line.objects.select_related("call").get(pk=line.pk)


def _ceilings(line: Line) -> Any:
    return list(Ceiling.objects.filter(line=line).order_by("pk").values_list("pk", "rate_bp"))


def percent(rate_bp: int) -> str:
    """« 25 % » or « 12,50 % » of basis points."""
    return f"{rate_bp // 100}" + (f",{rate_bp % 100:02d}" if rate_bp % 100 else "") + "\u00a0%"


def _says_ceiling(act: Act, line: Line) -> str:
    words = {
        "line": line.label,
        "rule": Ceiling.Rule(act.payload["rule"]).label,
        "rate": percent(act.payload["rate_bp"]),
    }
    if act.payload["rule"] == Ceiling.Rule.KEPT:
        return _("%(line)s : %(rule)s, %(rate)s") % words
    return _("Plafond de versement, %(line)s : %(rule)s, %(rate)s") % words


def _facts_ceiling(act: Act, line: Line) -> list[acts.Fact]:
    told = act.payload
    before = percent(told["before"]) if told["before"] is not None else ""
    since = clock.day(datetime.fromisoformat(told["since"])) if told["since"] else _("dès l’approbation")
    return [
        acts.Fact(Ceiling.Rule(told["rule"]).label, before, percent(told["rate_bp"])),
        acts.Fact(_("À partir de"), "", since),
        acts.Fact(_("Texte"), "", told["source"]),
    ]


acts.kind(
    "ceiling.set",
    label=gettext_lazy("Plafond de versement"),
    subject=Line,
    does=_set,
    says=_says_ceiling,
    facts=_facts_ceiling,
    version=_ceilings,
    lock=_lock_line,
    **WHO,
)
