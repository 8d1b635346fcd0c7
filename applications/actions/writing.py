"""Verbs of what is written together: one field saved over the text that was read, two texts that met, a text restored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from edsh_portal.workflow import Refused

from .. import permissions
from ..fields import ROWS, Place, Several, place, plain
from ..models import Answer, Application, Clash, Presence
from .hold import hold_for_edit, need_editable


class Saved(NamedTuple):
    """What became of a save: the row written (or already in place; None when the field was and stays empty), and the
    two texts that met, if they did. `answer.aside` then says that the text is kept, and not in place."""

    answer: Answer | None
    clash: Clash | None = None


def save_field(
    application: Application,
    key: str,
    raw: str,
    *,
    read_version: int,
    save_id: UUID | None = None,
    settling: Clash | None = None,
    by: Any,
    at: datetime | None = None,
) -> Saved:
    """Puts a text in the field `key` (no event: the row says who and when), if nobody saved after `read_version` was read.

    If somebody did, the text is kept aside and a Clash holds both: nothing that was received is ever lost, and nothing
    is written over unseen. The same `save_id` twice is one save. `settling` closes the two texts this one answers.
    """
    return save_fields(application, {key: raw}, {key: read_version}, save_id=save_id, settling=settling, by=by, at=at)[
        0
    ]


@transaction.atomic
def save_fields(
    application: Application,
    raws: Mapping[str, str],
    read: Mapping[str, int] | None = None,
    *,
    save_id: UUID | None = None,
    settling: Clash | None = None,
    by: Any,
    at: datetime | None = None,
) -> list[Saved]:
    """Several fields at once, all or none: {key: text}, and {key: version read}; without `read`, over what is in place."""
    places = [place(key) for key in raws]
    at = _hold(application, places, by, at)
    rows = _rows(application, places)
    if save_id is not None and (before := _before(application, save_id)) is not None:
        return [before]
    held = {
        answer.key: answer for answer in application.answers.filter(key__in=raws).latest_of_each().select_related("by")
    }
    _need_editable(application, places, raws, rows, held, at)
    saved = []
    for found in places:
        row, current = rows[found.section, found.row], held.get(found.key)
        version = current.version if current else 0
        seen = version if read is None else read.get(found.key, 0)
        saved.append(_put(application, found, row, raws[found.key], current, seen, save_id, by, at))
    if settling is not None and not any(one.answer and one.answer.aside for one in saved):
        _settle(settling, by, at)
    return saved


def _hold(application: Application, places: list[Place], by: Any, at: datetime | None) -> datetime:
    """The lock, then the gate of each field: whoever may not write one of them writes none."""

    def may(user: Any, dossier: Application) -> bool:
        return all(permissions.can_edit_field(user, dossier, found.section, found.row, found.name) for found in places)

    return hold_for_edit(application, at, by, may)


def _need_editable(
    application: Application,
    places: list[Place],
    raws: Mapping[str, str],
    rows: Mapping[tuple[str, int | None], Any],
    held: Mapping[str, Answer],
    at: datetime,
) -> None:
    """Of a whole form, only what changes has to be open: after the deposit, a request reopens some of its fields."""
    if not permissions.reopened(application, at):
        return  # the wave is open: the lock has said so
    for found in places:
        in_it = held[found.key].text if found.key in held else in_place(found, rows[found.section, found.row])
        if len(places) == 1 or plain(raws[found.key], found.name) != in_it:
            need_editable(application, found.key, at)


def _rows(application: Application, places: list[Place]) -> dict[tuple[str, int | None], Any]:
    """The row each field lives in: the dossier itself, or one of its projects, perimeters, members."""
    rows: dict[tuple[str, int | None], Any] = {}
    for found in places:
        if found.row is None:
            rows[found.section, None] = application
        elif (found.section, found.row) not in rows:
            row = getattr(application, ROWS[found.section].relation).filter(pk=found.row).first()
            if row is None:
                raise Refused(
                    _("Cette fiche a été retirée du dossier : votre texte n’a plus de place où aller."), code="A03"
                )
            rows[found.section, found.row] = row
    return rows


def _before(application: Application, save_id: UUID) -> Saved | None:
    """What this very save already became."""
    answer = application.answers.filter(save_id=save_id).first()
    if answer is None:
        return None
    clash = application.clashes.filter(kept=answer).first() if answer.aside else None
    return Saved(answer, clash)


def _put(
    application: Application,
    found: Place,
    row: Any,
    raw: str,
    current: Answer | None,
    seen: int,
    save_id: UUID | None,
    by: Any,
    at: datetime,
) -> Saved:
    value = found.field.read(raw, found.name)
    text = found.field.text(value)
    version = current.version if current else 0
    if text == (current.text if current else in_place(found, row)):
        if seen == version:
            _agree(application, found.key, by, at)
        return Saved(current)
    if seen != version and current is not None:
        if text == _shown(application, found.key, seen):  # left as it was read: there is nothing of theirs to keep
            return Saved(current)
        return _keep_aside(application, found, text, current, seen, save_id, by, at)
    answer = append(application, found.key, text, version, save_id, by, at)
    _store(found, row, value)
    _agree(application, found.key, by, at)
    return Saved(answer)


def _shown(application: Application, key: str, version: int) -> str | None:
    """The text that a page showed as `version`."""
    if version == 0:
        return ""
    return application.answers.filter(key=key, version=version).values_list("text", flat=True).first()


def in_place(found: Place, row: Any) -> str:
    """The text of a field that has no version yet: what its column holds."""
    if found.section == "answers":
        return ""
    return found.field.text(_column(found, row))


def _column(found: Place, row: Any) -> Any:
    held = getattr(row, found.name)
    return sorted(held.values_list("pk", flat=True)) if isinstance(found.field, Several) else held


def _store(found: Place, row: Any, value: Any) -> None:
    if found.section == "answers":
        return
    if isinstance(found.field, Several):
        wanted = getattr(row.application, found.field.among).filter(pk__in=value)
        getattr(row, found.name).set(wanted)
        return
    setattr(row, found.name, value)
    row.save(update_fields=[found.name])


def append(
    application: Application,
    key: str,
    text: str,
    seen: int,
    save_id: UUID | None,
    by: Any,
    at: datetime,
    aside: bool = False,
) -> Answer:
    """The next row of a field's history."""
    last = application.answers.filter(key=key).aggregate(last=Max("version"))["last"] or 0
    return Answer.objects.create(
        application=application,
        key=key,
        version=last + 1,
        text=text,
        aside=aside,
        read_version=min(seen, last),
        save_id=save_id,
        by=by,
        at=at,
    )


def _keep_aside(
    application: Application,
    found: Place,
    text: str,
    current: Answer,
    seen: int,
    save_id: UUID | None,
    by: Any,
    at: datetime,
) -> Saved:
    """The text that came second, kept beside the one in place; one open pair a person and a field."""
    clash = application.clashes.filter(key=found.key, by=by, settled_at__isnull=True).select_related("kept").first()
    if clash is not None and clash.kept.text == text and clash.over_id == current.pk:
        return Saved(clash.kept, clash)
    kept = append(application, found.key, text, seen, save_id, by, at, aside=True)
    if clash is None:
        clash = Clash.objects.create(application=application, key=found.key, kept=kept, over=current, by=by, at=at)
    else:
        clash.kept, clash.over = kept, current
        clash.save(update_fields=["kept", "over"])
    return Saved(kept, clash)


def _agree(application: Application, key: str, by: Any, at: datetime) -> None:
    """Whoever saves over the text in place, having read it, has chosen: their own open pair is settled."""
    application.clashes.filter(key=key, by=by, settled_at__isnull=True).update(settled_at=at, settled_by=by)


def _settle(clash: Clash, by: Any, at: datetime) -> None:
    Clash.objects.filter(pk=clash.pk, settled_at__isnull=True).update(settled_at=at, settled_by=by)


@transaction.atomic
def settle_clash(clash: Clash, *, by: Any, at: datetime | None = None) -> None:
    """The text in place stays; the other remains in the history."""
    at = _hold(clash.application, [place(clash.key)], by, at)
    _settle(clash, by, at)


def restore(answer: Answer, *, read_version: int, by: Any, at: datetime | None = None) -> Saved:
    """Puts an earlier text back, as a new version: the history only grows."""
    return save_field(answer.application, answer.key, answer.text, read_version=read_version, by=by, at=at)


@transaction.atomic
def attend(application: Application, place: str, *, by: Any) -> None:
    """Says where this person is now. No lock of the dossier, no event: it proves nothing, and is forgotten."""
    Presence.objects.update_or_create(
        application=application, user=by, defaults={"place": place[:80], "seen_at": timezone.now()}
    )
