"""Verbs of the files exchanged with the State's tools: a batch is sent or cancelled; a file is read, then applied, whole; what was
left over is settled. None of them moves money: paying stays the act of the accountant (docs/decisions/0063)."""

import hashlib
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from calls.models.letters import terms_of
from edsh_portal import clock, money
from edsh_portal.events import instant, record
from edsh_portal.sheets import Amount, Workbook
from edsh_portal.sheets.csv import pour_csv
from edsh_portal.workflow import Refused, need_reason

from .. import permissions as may
from .. import returned
from ..exchange import layout, match, reading
from ..models import Batch, BatchLine, Import, ImportLine
from ..models.exchange import STREAM

MOST_NAME = 200


# ── sent ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def send_batch(kind: str, *, by: Any, at: datetime | None = None) -> Batch:
    """All that was in no batch yet, as one file. R87 when there is nothing."""
    _need(by)
    at = instant(at, STREAM)
    rows = list(returned.to_send(kind))
    if not rows:
        raise Refused(_("Rien n’attend d’être exporté."), code="R87")
    lines = [_line(kind, row, cells) for row, cells in _cells(kind, rows, at)]
    number = Batch.objects.filter(kind=kind).count() + 1
    batch = Batch.objects.create(kind=kind, number=number, sha256=sha256(kind, lines), sent_by=by, sent_at=at)
    for line in lines:
        line.batch = batch
    BatchLine.objects.bulk_create(lines)
    told: dict[str, Any] = {
        "batch": kind,
        "number": number,
        "lines": len(lines),
        "cents": sum(line.cents for line in lines),
    }
    record("batch.sent", batch, by=by, at=at, sha256=batch.sha256, **told)
    return batch


def _line(kind: str, row: Any, cells: list[Any]) -> BatchLine:
    of = {"share": row} if kind == "engagements" else {"instalment": row}
    return BatchLine(**of, cents=row.cents, cells=cells)


def _cells(kind: str, rows: list[Any], at: datetime) -> Iterator[tuple[Any, list[Any]]]:
    """Each with its cells, in the order of the columns: texts, but for the amount, in cents."""
    ours = returned.instalments(returned.to_send(kind)) if kind == "payments" else ()
    engaged = {one.pk: one.ej for one in ours}
    terms: dict[int, dict[str, str]] = {}
    for row in rows:
        share = row if kind == "engagements" else row.convention.share
        held = terms.get(share.line.call_id) or terms.setdefault(share.line.call_id, terms_of(share.line.call, at))
        told = _common(share, held) | {"cents": row.cents}
        if kind == "engagements":
            told |= {"reference": f"E-{row.pk}", "ej": "", "engaged_on": _day(share.grant.engaged_at)}
        else:
            told |= {
                "reference": f"P-{row.pk}", "ej": engaged[row.pk], "dp": "", "nature": f"{row.get_kind_display()} {row.number}",
                "year": str(row.year), "certified_on": _day(row.certified_at), "ordered_on": _day(row.ordered_at),
            }  # fmt: skip
        yield row, [told[column.key] for column in layout.SENT[kind].columns]


def _common(share: Any, terms: dict[str, str]) -> dict[str, str]:
    """What both files say of a part of an award: whose it is, where it stands in the budget."""

    def term(name: str) -> str:
        return terms.get(f"{name}_{share.line.code}", "")

    return {
        "tiers": returned.tiers_of(share), "name": share.establishment.name[:160], "dossier": share.grant.application.reference,
        "line": share.line.label, "centre": term("centre")[:80], "activity": term("activity")[:80], "axis": term("axis")[:80],
        "domain": "-".join(text for text in (term("programme"), term("action")) if text)[:80], "accountant": term("accountant")[:160],
    }  # fmt: skip


def _day(at: datetime) -> str:
    return at.astimezone(clock.PARIS).date().isoformat()


def written(kind: str, lines: list[BatchLine]) -> list[list[Any]]:
    """The rows of the file under its head, the closing one included."""
    columns = layout.SENT[kind].columns
    rows = [
        [Amount(value) if column.kind == "cents" else value for column, value in zip(columns, line.cells, strict=True)]
        for line in lines
    ]
    end = [layout.END, len(lines), Amount(sum(line.cents for line in lines))]
    return [*rows, [*end, *[""] * (len(columns) - len(end))]]


def sha256(kind: str, lines: list[BatchLine]) -> str:
    """Of the CSV."""
    file = io.BytesIO()
    pour_csv(file, [layout.SENT[kind].head, *written(kind, lines)])
    return hashlib.sha256(file.getvalue()).hexdigest()


@transaction.atomic
def cancel_batch(batch: Batch, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Its lines may be sent again. R87 once something has come back of one of them."""
    _need(by)
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    at = instant(at, STREAM)
    reason = need_reason(reason)
    if batch.cancelled_at is not None:
        raise Refused(_("Ce lot est déjà annulé : rechargez la page."), code="R87")
    lines = list(batch.lines.order_by("pk"))
    counting = ImportLine.objects.counting()
    shares, instalments = ({getattr(line, name) for line in lines} - {None} for name in ("share_id", "instalment_id"))
    if counting.filter(share__in=shares).exists() or counting.filter(instalment__in=instalments).exists():
        raise Refused(_("L’outil de l’État a déjà répondu sur une ligne de ce lot : il ne s’annule plus."), code="R87")
    batch.cancelled_by, batch.cancelled_at, batch.reason = by, at, reason
    batch.save(update_fields=["cancelled_by", "cancelled_at", "reason"])
    batch.lines.update(cancelled_at=at)
    record("batch.cancelled", batch, by=by, at=at, batch=batch.kind, number=batch.number)


# ── read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def read_import(
    kind: str, *, content: bytes, name: str, book: Workbook, announced: int | None = None, by: Any, at: datetime | None = None
) -> Import:  # fmt: skip
    """A file as the cage has read it, kept as texts to be looked at; nothing is applied. The same bytes are the same import.

    `announced`: how many lines it should have. R87 when it is not whole, or not of this kind (reading.take).
    """
    _need(by)
    digest = hashlib.sha256(content).hexdigest()
    at = instant(at, STREAM)
    held = Import.objects.filter(kind=kind, sha256=digest).first()
    if held is not None:
        return held
    taken = reading.take(book, layout.READ[kind], announced)
    made = Import.objects.create(
        kind=kind, name=name[:MOST_NAME], sha256=digest, rows=taken.rows, unknown=taken.unknown, absent=taken.absent,
        read_by=by, read_at=at,
    )  # fmt: skip
    record("import.read", made, by=by, at=at, file=kind, sha256=digest, lines=len(taken.rows))
    return made


@transaction.atomic
def apply_import(file: Import, *, by: Any, at: datetime | None = None) -> Import:
    """All of its lines, or none: matched, already so, or left over. R87 when it has been applied, or when a line is wrong."""
    _need(by)
    file = Import.objects.select_for_update(no_key=True).get(pk=file.pk)
    at = instant(at, STREAM)
    if file.applied_at is not None:
        raise Refused(_("Ce fichier est déjà appliqué : rien n’a changé."), code="R87")
    planned = returned.plan(file)
    wrong = sum(bool(one.line.errors) for one in planned)
    if wrong:
        raise Refused(
            _("Rien n’est appliqué : corrigez les lignes en erreur (%(n)s), puis déposez de nouveau le fichier.")
            % {"n": wrong},
            code="R87",
        )
    kept = [one for one in planned if one.verdict.outcome != match.SAME]
    ImportLine.objects.bulk_create(_kept(file, one) for one in kept)
    left = sum(one.verdict.outcome == match.LEFT for one in kept)
    file.applied_by, file.applied_at = by, at
    file.new_count, file.left_count, file.same_count = len(kept) - left, left, len(planned) - len(kept)
    file.save(update_fields=["applied_by", "applied_at", "new_count", "left_count", "same_count"])
    told: dict[str, Any] = {"new": file.new_count, "same": file.same_count, "left": left}
    record("import.applied", file, by=by, at=at, file=file.kind, **told)
    return file


def _kept(file: Import, one: returned.Planned) -> ImportLine:
    values, ours = one.line.values, one.ours
    left = one.verdict.outcome == match.LEFT
    of = {} if left or ours is None else _of(ours)
    on: date | None = values.get("on")
    return ImportLine(
        file=file, number=one.line.number, reference=values["reference"], ej=values.get("ej") or "", dp=values.get("dp") or "",
        tiers=values.get("tiers") or "", status=values.get("status") or "", cents=values["cents"], dated_on=on,
        outcome="left" if left else "matched", reason=one.verdict.reason, **of,
    )  # fmt: skip


def _of(ours: match.Ours) -> dict[str, int]:
    return {"share_id" if ours.kind == "E" else "instalment_id": ours.pk}


# ── left over ────────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def settle_line(
    line: ImportLine, *, reference: str = "", explanation: str, by: Any, at: datetime | None = None
) -> None:
    """What was left over is closed, or matched by hand with what bears this reference: ours of the same amount to the cent, that
    its numbers do not contradict. R87."""
    _need(by)
    line = ImportLine.objects.select_for_update(no_key=True, of=("self",)).select_related("file").get(pk=line.pk)
    at = instant(at, STREAM)
    explanation = need_reason(explanation, field="explanation")
    if line.outcome != "left":
        raise Refused(_("Cette ligne est déjà traitée : rechargez la page."), code="R87")
    if reference:
        ours = next((one for one in returned.candidates(line) if one.reference == reference), None)
        if ours is None:
            raise Refused(
                _("Cette référence ne correspond plus à %(cents)s : choisissez-en une autre.") % {"cents": money.display(line.cents)},
                code="R87", field="reference",
            )  # fmt: skip
        for name, pk in _of(ours).items():
            setattr(line, name, pk)
    line.outcome = "by_hand" if reference else "closed"
    line.settled_by, line.settled_at, line.explanation = by, at, explanation
    line.save(update_fields=["outcome", "share", "instalment", "settled_by", "settled_at", "explanation"])
    record("leftover.settled", line, by=by, at=at, outcome=line.outcome, file=line.file_id, line=line.number)


def _need(by: Any) -> None:
    if not may.can_exchange(by):
        raise PermissionDenied("exchange")
