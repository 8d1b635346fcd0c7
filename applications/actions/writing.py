"""Verbs of what is written together: one field saved over the text that was read, two texts that met, a text restored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from edsh_portal.statements import written_once
from edsh_portal.writing import Save, fate

from .. import permissions
from ..content.fields import One, Place, Several, place, plain
from ..models import Answer, Application, Clash
from .columns import STORES, Values, gone
from .locks import lock_for_edit, need_editable


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
    is written over unseen. `settling` closes the two texts this one answers.
    """
    return save_together(application, [Save(key, raw, read_version, save_id)], settling=settling, by=by, at=at)[0]


@transaction.atomic
def save_together(
    application: Application,
    saves: Sequence[Save],
    *,
    settling: Clash | None = None,
    by: Any,
    at: datetime | None = None,
) -> list[Saved]:
    """Several fields in one transaction, all or none; what becomes of each, in their order."""
    places = [place(save.key) for save in saves]
    at = lock_fields(application, places, by, at)
    return write(application, places, saves, settling=settling, by=by, at=at)


def write(
    application: Application,
    places: Sequence[Place],
    saves: Sequence[Save],
    *,
    settling: Clash | None = None,
    by: Any,
    at: datetime,
) -> list[Saved]:
    """The same in a dossier that is held, its gate passed."""
    pen = Pen(application, places, by, at)
    before = _before(application, saves)
    asked = [(where, save) for where, save in zip(places, saves, strict=True) if save.save_id not in before]
    _need_editable(pen, asked)
    became = [pen.put(where, save) for where, save in asked]
    pen.write()
    if settling is not None and not any(one.answer and one.answer.aside for one in became):
        _settle(settling, by, at)
    put = iter(became)
    return [before[save.save_id] if save.save_id in before else next(put) for save in saves]


def lock_fields(application: Application, places: Sequence[Place], by: Any, at: datetime | None) -> datetime:
    """The lock, then the gate of each field: whoever may not write one of them writes none."""

    def may(user: Any, dossier: Application) -> bool:
        return all(permissions.can_edit_field(user, dossier, found) for found in places)

    return lock_for_edit(application, at, by, may)


def _before(application: Application, saves: Sequence[Save]) -> dict[UUID | None, Saved]:
    """What these very saves already became, by their id."""
    sent = [save.save_id for save in saves if save.save_id is not None]
    known = _sent(application.pk, sent) if sent else []
    aside = [answer for answer in known if answer.aside]
    clashes = {clash.kept_id: clash for clash in application.clashes.filter(kept__in=aside)} if aside else {}
    return {answer.save_id: Saved(answer, clashes.get(answer.pk)) for answer in known}


@written_once
def _sent(application: int, save_ids: list) -> Any:
    return Answer.objects.filter(application=application, save_id__among=save_ids)


@written_once
def _last_texts(application: int, keys: list) -> Any:
    """Of each field, the text in place and the last one kept aside."""
    rows = Answer.objects.filter(application=application, key__among=keys)
    return rows.order_by("key", "aside", "-version").distinct("key", "aside")


def _need_editable(pen: "Pen", asked: list[tuple[Place, Save]]) -> None:
    """Of a whole form, only what changes has to be open: after the deposit, a request reopens some of its fields."""
    if not permissions.reopened(pen.application, pen.at):
        return  # the wave is open: the lock has said so
    for where, save in asked:
        text = plain(save.said, where.name) if isinstance(save.said, str) else where.field.text(save.said)
        if len(asked) == 1 or text != pen.in_place(where):
            need_editable(pen.application, where.part, pen.at)


class Pen:
    """Writes texts in a dossier that is held: what is in place is read once, and what was put is stored at the end."""

    def __init__(self, application: Application, places: Sequence[Place], by: Any, at: datetime) -> None:
        self.application, self.by, self.at = application, by, at
        self.things = self._things(places)
        self.current: dict[str, Answer] = {}
        self.last: dict[str, int] = {}
        for answer in _last_texts(application.pk, list({found.key for found in places})):
            self.last[answer.key] = max(answer.version, self.last.get(answer.key, 0))
            if not answer.aside:
                self.current[answer.key] = answer
        self.fresh: list[Answer] = []
        self.values: dict[tuple[str, Any], dict[Place, Any]] = {}
        self.agreed: list[str] = []

    def _things(self, places: Sequence[Place]) -> dict[tuple[str, Any], Any]:
        """The row each field lives in, found once."""
        things: dict[tuple[str, Any], Any] = {}
        for found in places:
            if (found.section, found.row) in things:
                continue
            thing = STORES[found.section].find(self.application, found.row)
            things[found.section, found.row] = gone() if thing is None else thing
        return things

    def in_place(self, found: Place) -> str:
        """The text of a field: its last version, or what its column holds as long as it has none. What leads to other rows
        is read in the column: they may have been taken out since."""
        current = self.current.get(found.key)
        return current.text if current and not isinstance(found.field, One | Several) else self._unwritten(found)

    def _unwritten(self, found: Place) -> str:
        held = STORES[found.section].held(self.things[found.section, found.row], found)
        return found.field.text(held)

    def put(self, found: Place, save: Save) -> Saved:
        value = found.field.read(save.said, found.name)
        text, current = found.field.text(value), self.current.get(found.key)
        version = current.version if current else 0
        seen = version if save.read_version is None or self._goes_on(save, current) else save.read_version

        def shown(read: int) -> str | None:
            return self._shown(found, read)

        match fate(text, self.in_place(found), version=version, seen=seen, shown=shown):
            case "same":
                if seen == version:
                    self.agreed.append(found.key)
                return Saved(current)
            case "left":
                return Saved(current)
            case "aside" if current is not None:
                return self._keep_aside(found, text, current, seen, save.save_id)
        if current is None and (unwritten := self._unwritten(found)):
            self._first(found, unwritten)
        answer = self._next(found.key, text, seen, save.save_id)
        self.fresh.append(answer)
        self.current[found.key] = answer
        self.values.setdefault((found.section, found.row), {})[found] = value
        self.agreed.append(found.key)
        return Saved(answer)

    def _goes_on(self, save: Save, current: Answer | None) -> bool:
        """Nobody meets oneself: the text in place is an earlier save of the same page, whose answer was lost on the way."""
        return current is not None and current.save_id in save.after and current.by_id == self.by.pk

    def _shown(self, found: Place, version: int) -> str | None:
        """The text that a page showed as `version`."""
        if version == 0:
            return ""
        return self.application.answers.filter(key=found.key, version=version).values_list("text", flat=True).first()

    def _first(self, found: Place, text: str) -> None:
        """What came with the dossier (carried over from another wave) begins the history."""
        answer = self._next(found.key, text, 0, None)
        answer.by_id, answer.at = self.application.created_by_id, self.application.created_at
        self.fresh.append(answer)

    def _next(self, key: str, text: str, seen: int, save_id: UUID | None, aside: bool = False) -> Answer:
        """The next row of a field's history, not written yet."""
        last = self.last.get(key, 0)
        self.last[key] = last + 1
        return Answer(
            application=self.application,
            key=key,
            version=last + 1,
            text=text,
            aside=aside,
            read_version=min(seen, last),
            save_id=save_id,
            by=self.by,
            at=self.at,
        )

    def _keep_aside(self, found: Place, text: str, current: Answer, seen: int, save_id: UUID | None) -> Saved:
        """The text that came second, kept beside the one in place; one open pair a person and a field."""
        open_pairs = self.application.clashes.filter(key=found.key, by=self.by, settled_at__isnull=True)
        clash = open_pairs.select_related("kept").first()
        if clash is not None and clash.kept.text == text and clash.over_id == current.pk:
            return Saved(clash.kept, clash)
        if current.pk is None:  # put by this very batch
            self._write_texts()
            self.agreed.remove(found.key)
        kept = self._next(found.key, text, seen, save_id, aside=True)
        kept.save()
        if clash is None:
            clash = Clash.objects.create(
                application=self.application, key=found.key, kept=kept, over=current, by=self.by, at=self.at
            )
        else:
            clash.kept, clash.over = kept, current
            clash.save(update_fields=["kept", "over"])
        return Saved(kept, clash)

    def write(self) -> None:
        """Stores the values in their columns, the texts in the history; whoever saves over the text in place, having read
        it, has chosen: their own open pair is settled."""
        for (section, row), values in self.values.items():
            held: Values = values
            STORES[section].write(self.application, self.things[section, row], held)
        self._write_texts()
        if self.agreed and (mine := [one["pk"] for one in _mine(self.application.pk, self.by.pk, self.agreed)]):
            Clash.objects.filter(pk__in=mine).update(settled_at=self.at, settled_by=self.by)

    def _write_texts(self) -> None:
        Answer.objects.bulk_create(self.fresh)
        self.fresh.clear()


@written_once
def _mine(application: int, by: int, keys: list) -> Any:
    return Clash.objects.filter(application=application, by=by, key__among=keys, settled_at__isnull=True).values("pk")


def _settle(clash: Clash, by: Any, at: datetime) -> None:
    Clash.objects.filter(pk=clash.pk, settled_at__isnull=True).update(settled_at=at, settled_by=by)


@transaction.atomic
def settle_clash(clash: Clash, *, by: Any, at: datetime | None = None) -> None:
    """The text in place stays; the other remains in the history."""
    at = lock_fields(clash.application, [place(clash.key)], by, at)
    _settle(clash, by, at)


def restore(answer: Answer, *, read_version: int, by: Any, at: datetime | None = None) -> Saved:
    """Puts an earlier text back, as a new version: the history only grows."""
    return save_field(answer.application, answer.key, answer.text, read_version=read_version, by=by, at=at)


ATTEND = (
    "INSERT INTO applications_presence (application_id, user_id, place, seen_at) VALUES (%s, %s, %s, statement_timestamp())"
    " ON CONFLICT (application_id, user_id) DO UPDATE SET place = EXCLUDED.place, seen_at = EXCLUDED.seen_at"
)


def attend(application: Application, place: str, *, by: Any) -> None:
    """Says where this person is now. No lock of the dossier, no event: it proves nothing, and is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(ATTEND, [application.pk, by.pk, place[:80]])
