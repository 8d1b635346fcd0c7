"""Verbs of the end of a fiscal year, by an act of two: what was not used lapses, unless a dated act of report carries it (LOLF art. 15)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calls.models import Call
from edsh_portal import acts, clock, money
from edsh_portal.events import instant, record
from edsh_portal.models import Act
from edsh_portal.workflow import Refused

from .. import closings, ledger
from ..closings import Outlook
from ..models import Closing, Line
from .envelope import WHO, lock_call, percent

Carried = Mapping[int, tuple[int, int]]  # {line: (AE, CP)} in cents, beyond what the setting of the line keeps


@transaction.atomic
def propose_closing(
    call: Any,
    year: int,
    *,
    carried: Carried,
    report: str = "",
    reported_on: date | None = None,
    by: Any,
    at: datetime | None = None,
) -> Act:
    """Closes a year that is over, on every line of the call. What is engaged stays: it is paid on the credits of the years that follow.

    `report`, `reported_on`: the dated text that carries these cents to the next year. Codes L01, L05, R61.
    """
    call = lock_call(call)
    now = instant(at, call)
    _need_next(call, year, now)
    stands = closings.outlook(call, year, now)
    _need_settled(stands)
    _need_report(carried, report, reported_on, now)
    lines = [_line(of, *carried.get(of.line.pk, (0, 0))) for of in stands]
    payload = {
        "call": call.pk,
        "year": year,
        "report": report.strip(),
        "reported_on": reported_on,
        "lines": lines,
        "postings": [movement for of, told in zip(stands, lines, strict=True) for movement in _movements(of, told)],
    }
    return acts.propose("year.close", call, payload, by=by, at=at)


def _need_next(call: Any, year: int, now: datetime) -> None:
    if year >= ledger.fiscal_year(now):
        raise Refused(_("L’exercice %(year)s n’est pas terminé.") % {"year": year}, code="L05")
    opened = closings.open_years(call, now)
    if year not in opened:
        raise Refused(_("L’exercice %(year)s est déjà clos.") % {"year": year}, code="L05")
    if opened[0] != year:
        raise Refused(_("Clôturez d’abord l’exercice %(year)s.") % {"year": opened[0]}, code="L05")


def _need_settled(stands: list[Outlook]) -> None:
    for of in stands:
        if of.cp_ordered:
            raise Refused(
                _(
                    "%(line)s : %(cents)s sont ordonnancés sur l’exercice %(year)s et ne sont pas payés. Annulez ces "
                    "ordonnancements : le versement sera ordonnancé sur l’exercice en cours."
                )
                % {"line": of.line.label, "cents": money.display(of.cp_ordered), "year": of.year},
                code="L05",
            )


def _need_report(carried: Carried, report: str, reported_on: date | None, now: datetime) -> None:
    moved = any(cents for of in carried.values() for cents in of)
    if moved and not report.strip():
        raise Refused(_("Indiquez l’acte qui reporte ces montants."), code="R61", field="report")
    if bool(report.strip()) != (reported_on is not None):
        raise Refused(_("Indiquez l’acte de report et sa date."), code="R61", field="reported_on")
    if not moved and report.strip():
        raise Refused(_("Indiquez les montants que cet acte reporte."), code="R61", field="report")
    if reported_on is not None and reported_on > now.astimezone(clock.PARIS).date():
        raise Refused(_("La date de l’acte de report est à venir."), code="R61", field="reported_on")


def _line(of: Outlook, ae: int, cp: int) -> dict[str, Any]:
    """What the closing says of a line: to the cent, all that was not used lapses or is carried."""
    ae, cp = of.ae_kept + ae, of.cp_kept + cp
    for name, cents, unused in (("ae", ae, of.ae_unused), ("cp", cp, of.cp_unused)):
        if cents > unused:
            raise Refused(
                _("Ce montant dépasse de %(excess)s les crédits non utilisés : réduisez-le.")
                % {"excess": money.display(cents - unused)},
                code="L01",
                field=f"{name}_{of.line.pk}",
            )
    if ae < of.ae_least:
        raise Refused(
            _(
                "%(cents)s sont réservés pour des aides non notifiées, ou engagés depuis la fin de l’exercice : reportez au "
                "moins ce montant."
            )
            % {"cents": money.display(of.ae_least - of.ae_kept)},
            code="L01",
            field=f"ae_{of.line.pk}",
        )
    lapsed = {"ae_lapsed": of.ae_unused - ae, "cp_lapsed": of.cp_unused - cp}
    stood = {"ae_unused": of.ae_unused, "cp_unused": of.cp_unused, "due": of.due}
    return {"line": of.line.pk, "kept_bp": of.kept_bp, "ae_carried": ae, "cp_carried": cp, **lapsed, **stood}


def _movements(of: Outlook, told: dict[str, Any]) -> list[ledger.Movement]:
    kinds = (
        (ledger.expire_ae, told["ae_lapsed"]), (ledger.expire_cp, told["cp_lapsed"]), (ledger.carry_cp, told["cp_carried"]),
    )  # fmt: skip
    return [movement(line=of.line, year=of.year, cents=cents) for movement, cents in kinds if cents]


def _close(act: Act, call: Any) -> list[Closing]:
    told, at = act.payload, act.decided_at
    assert at is not None
    made = [
        Closing.objects.create(
            line_id=of["line"],
            year=told["year"],
            act=act,
            kept_bp=of["kept_bp"],
            ae_lapsed_cents=of["ae_lapsed"],
            ae_carried_cents=of["ae_carried"],
            cp_lapsed_cents=of["cp_lapsed"],
            cp_carried_cents=of["cp_carried"],
            report=told["report"],
            reported_on=told["reported_on"],
            closed_at=at,
        )
        for of in told["lines"]
    ]
    for movement in told["postings"]:
        ledger.carry(act, movement, at=at)
    names = ("line", "ae_lapsed", "ae_carried", "cp_lapsed", "cp_carried")
    lines = [[of[name] for name in names] for of in told["lines"]]
    record("year.closed", call, by=act.decided_by, at=at, act=act.pk, year=told["year"], lines=lines)
    return made


def _stands(call: Any) -> Any:
    """What a closing is written against: the years that are closed, and what each line would lose of the next."""
    now = clock.now()
    year = next(iter(closings.open_years(call, now)), 0)
    rows = closings.outlook(call, year, now) if year else []
    return [year, [[of.line.pk, of.ae_unused, of.cp_unused, of.cp_ordered, of.kept_bp] for of in rows]]


def _says(act: Act, call: Any) -> str:
    lapsed = {name: sum(of[f"{name}_lapsed"] for of in act.payload["lines"]) for name in ("ae", "cp")}
    words = {"year": act.payload["year"], "ae": money.display(lapsed["ae"]), "cp": money.display(lapsed["cp"])}
    return _("Clôture de l’exercice %(year)s : %(ae)s d’engagement et %(cp)s de paiement deviennent caducs") % words


def _facts(act: Act, call: Any) -> list[acts.Fact]:
    told, facts = act.payload, list[acts.Fact]()
    lines = Line.objects.in_bulk([of["line"] for of in told["lines"]])
    for of in told["lines"]:
        label = lines[of["line"]].label
        for name, title in (
            ("ae", _("%(line)s, autorisations d’engagement non engagées")),
            ("cp", _("%(line)s, crédits de paiement non consommés")),
        ):
            after = _("%(lapsed)s caducs, %(carried)s reportés") % {
                "lapsed": money.display(of[f"{name}_lapsed"]),
                "carried": money.display(of[f"{name}_carried"]),
            }
            facts.append(acts.Fact(title % {"line": label}, money.display(of[f"{name}_unused"]), after))
        due = money.display(of["due"])
        facts.append(acts.Fact(_("%(line)s, restes à payer") % {"line": label}, due, due))
        if of["kept_bp"]:
            kept = _("%(rate)s des crédits non utilisés") % {"rate": percent(of["kept_bp"])}
            facts.append(acts.Fact(_("%(line)s, conservés sans acte de report") % {"line": label}, "", kept))
    if told["report"]:
        on = date_format(date.fromisoformat(told["reported_on"]), "j F Y")
        facts.append(acts.Fact(_("Acte de report"), "", f"{told['report']}, {on}"))
    return facts


acts.kind(
    "year.close",
    label=gettext_lazy("Clôture d’un exercice"),
    subject=Call,
    does=_close,
    says=_says,
    facts=_facts,
    version=_stands,
    lock=lambda call: lock_call(call),
    **WHO,
)
